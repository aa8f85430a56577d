#include "engine/duckdb/fragment_input.h"

#include <arrow/type.h>

#include "engine/duckdb/local_data.h"
#include "engine/duckdb/table_sources.h"
#include "engine/duckdb/transform_input.h"

namespace firesteel::engine {

std::shared_ptr<ArrowInput> fragment_input(Engine& engine, const plan::RelationPtr& plan,
                                           const std::shared_ptr<ExecutionContext>& context) {
  const auto* leaf = plan->as<plan::Cached>();
  if (!leaf) return transform_input(engine, plan, context);
  const auto found = context->fragment_inputs.find(leaf->key);
  if (found == context->fragment_inputs.end()) return nullptr;
  std::shared_ptr<BatchStream> stream = found->second(context);
  const auto schema = engine_schema(*stream->schema());
  return ArrowInput::from_streams(schema, std::move(stream), [run = found->second, context] { return run(context); });
}

}  // namespace firesteel::engine
