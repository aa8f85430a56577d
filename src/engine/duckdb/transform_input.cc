#include "engine/duckdb/transform_input.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "base/error.h"
#include "engine/duckdb/local_data.h"
#include "engine/duckdb/table_sources.h"
#include "ml/transformer.h"

namespace firesteel::engine {
namespace {

// Pulls, transforms and relabels. Called by one thread at a time.
class TransformStream {
 public:
  TransformStream(Engine& engine, const plan::RelationPtr& plan,
                  std::shared_ptr<ExecutionContext> context)
      : engine_(engine), plan_(plan), context_(std::move(context)) {
    const auto& node = std::get<plan::MlTransform>(plan_->node);
    const auto* bound = static_cast<const ml::BoundTransformer*>(node.transformer.get());
    ml::Fields fields;
    for (const auto& attribute : node.child->output) {
      fields.push_back({attribute.name, attribute.type, attribute.nullable, attribute.metadata});
    }
    transform_ = bound->bind(fields);
    stream_ = engine_.execute(node.child, context_);
    // An empty batch tells the columns that come out.
    auto empty = arrow::RecordBatch::MakeEmpty(stream_->schema());
    FIRESTEEL_CHECK(empty.ok(), empty.status().ToString());
    schema_ = engine_schema(*transform_->apply(*empty)->schema());
  }

  std::shared_ptr<arrow::Schema> schema() const { return schema_; }

  std::shared_ptr<arrow::RecordBatch> next() {
    while (auto batch = stream_->next()) {
      auto result = transform_->apply(batch);
      if (result->num_rows() > 0) return relabel(*result, schema_);
    }
    return nullptr;
  }

 private:
  Engine& engine_;
  plan::RelationPtr plan_;
  std::shared_ptr<ExecutionContext> context_;
  std::unique_ptr<ml::BatchTransform> transform_;
  std::unique_ptr<BatchStream> stream_;
  std::shared_ptr<arrow::Schema> schema_;
};

}  // namespace

std::shared_ptr<ArrowInput> transform_input(Engine& engine, const plan::RelationPtr& plan,
                                            const std::shared_ptr<ExecutionContext>& context) {
  if (!plan->as<plan::MlTransform>()) return nullptr;
  auto stream = std::make_shared<TransformStream>(engine, plan, context);
  return ArrowInput::from_stream(stream->schema(), [stream] { return stream->next(); });
}

}  // namespace firesteel::engine
