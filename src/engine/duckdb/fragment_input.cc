#include "engine/duckdb/fragment_input.h"

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
  return ArrowInput::from_streams([run = found->second, context] { return run(context); }, engine_schema);
}

}  // namespace firesteel::engine
