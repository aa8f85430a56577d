#include "engine/duckdb/fragment_input.h"

#include <arrow/record_batch.h>

#include <utility>
#include <vector>

#include "base/error.h"
#include "engine/duckdb/local_data.h"
#include "engine/duckdb/table_sources.h"
#include "engine/duckdb/transform_input.h"

namespace firesteel::engine {
namespace {

// Small batches as one: a union of rows comes as a batch of each, which threads would share and bring out of order.
class JoinedBatches : public BatchStream {
 public:
  explicit JoinedBatches(std::unique_ptr<BatchStream> batches) : batches_(std::move(batches)) {}

  std::shared_ptr<arrow::Schema> schema() const override { return batches_->schema(); }

  std::shared_ptr<arrow::RecordBatch> next() override {
    constexpr int64_t kRowsEnough = 2048;
    std::vector<std::shared_ptr<arrow::RecordBatch>> parts;
    for (int64_t rows = 0; rows < kRowsEnough; rows += parts.back()->num_rows()) {
      auto part = batches_->next();
      if (!part) break;
      parts.push_back(std::move(part));
    }
    if (parts.size() < 2) return parts.empty() ? nullptr : parts[0];
    auto joined = arrow::ConcatenateRecordBatches(parts);
    FIRESTEEL_CHECK(joined.ok(), "Arrow: " + joined.status().ToString());
    return *joined;
  }

 private:
  std::unique_ptr<BatchStream> batches_;
};

}  // namespace

std::shared_ptr<ArrowInput> fragment_input(Engine& engine, const plan::RelationPtr& plan,
                                           const std::shared_ptr<ExecutionContext>& context) {
  const auto* leaf = plan->as<plan::Cached>();
  if (!leaf) return transform_input(engine, plan, context);
  const auto found = context->fragment_inputs.find(leaf->key);
  if (found == context->fragment_inputs.end()) return nullptr;
  return ArrowInput::from_streams([run = found->second, context] { return std::make_unique<JoinedBatches>(run(context)); },
                                  engine_schema);
}

}  // namespace firesteel::engine
