#include "connect/training_run.h"

#include <mutex>

#include "arrow/spark_schema.h"
#include "base/memory_budget.h"
#include "connect/analysis.h"
#include "connect/dataset_slices.h"
#include "connect/decode.h"
#include "spark/connect/relations.pb.h"

namespace firesteel::connect {

namespace proto = spark::connect;
using plan::RelationPtr;

namespace {

// A stream of an engine as the reader that the kernels consume.
class StreamReader final : public arrow::RecordBatchReader {
 public:
  StreamReader(std::unique_ptr<engine::BatchStream> stream, std::shared_ptr<arrow::Schema> schema,
               std::shared_ptr<engine::ExecutionContext> execution, Operation* operation)
      : stream_(std::move(stream)),
        schema_(std::move(schema)),
        execution_(std::move(execution)),
        operation_(operation) {}

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override {
    execution_->cancellation->throw_if_cancelled();
    const auto next = stream_->next();
    if (next && operation_ != nullptr) operation_->summary().rows += next->num_rows();
    *batch = next ? columns::with_schema(*next, schema_) : nullptr;
    return arrow::Status::OK();
  }

 private:
  std::unique_ptr<engine::BatchStream> stream_;
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<engine::ExecutionContext> execution_;
  Operation* operation_;
};

// Keeps only the columns that the operator reads, unless one is missing: then its own error must
// list what there is.
RelationPtr pruned(const RelationPtr& plan, const std::vector<std::string>& wanted) {
  std::vector<plan::ExpressionPtr> columns;
  plan::Attributes output;
  for (const std::string& name : wanted) {
    const plan::Attribute* found = nullptr;
    for (const plan::Attribute& attribute : plan->output) {
      if (attribute.name != name) continue;
      if (found != nullptr) return plan;  // ambiguous: the operator decides
      found = &attribute;
    }
    if (found == nullptr) return plan;
    bool is_known = false;
    for (const plan::Attribute& attribute : output)
      is_known = is_known || attribute.id == found->id;
    if (is_known) continue;
    columns.push_back(plan::reference(*found));
    output.push_back(*found);
  }
  if (columns.empty()) return plan;
  return plan::make_resolved(plan::Project{plan, std::move(columns)}, std::move(output));
}

// A fit's part of the server's memory limit; its blocks spill when there is no more of it.
class FitMemory : public ml::MemoryAccount {
 public:
  explicit FitMemory(MemoryBudget* budget) : reservation_(budget->reserve("fit", 0)) {}

  bool try_reserve(int64_t bytes) override {
    const std::lock_guard lock(mutex_);
    return reservation_.try_resize(reservation_.bytes() + bytes);
  }
  void release(int64_t bytes) override {
    const std::lock_guard lock(mutex_);
    reservation_.try_resize(std::max<int64_t>(0, reservation_.bytes() - bytes));
  }

 private:
  std::mutex mutex_;
  MemoryBudget::Reservation reservation_;
};

std::shared_ptr<engine::ExecutionContext> own_execution(const RequestContext& context) {
  auto execution = std::make_shared<engine::ExecutionContext>();
  prepare_execution(context, execution.get());
  return execution;
}

}  // namespace

TrainingRun::TrainingRun(const RequestContext& context, const proto::Relation& dataset,
                         Operation* operation, const std::vector<std::string>& wanted)
    : execution_(operation != nullptr ? operation->shared_context() : own_execution(context)) {
  RelationPtr plan = analyze_relation(context, PlanDecoder(context).relation(dataset), execution_);
  dataset_ = plan;
  plan = executable_plan(context, pruned(plan, wanted), execution_);
  fit_.fields = plan::output_schema(*plan);
  reader_ = std::make_unique<StreamReader>(
      context.backend.engine->execute(plan, execution_),
      columns::to_arrow_schema(fit_.fields, execution_->time_zone), execution_, operation);
  fit_.slices = dataset_slices(*dataset_, context.session.config());
  fit_.threads = context.backend.threads;
  if (context.backend.memory != nullptr)
    memory_ = std::make_unique<FitMemory>(context.backend.memory);
  fit_.memory = memory_.get();
  fit_.canceled = &is_cancelled_;
  fit_.temp_dir = context.backend.temporary_folder;
  fit_.progress = [this](const ml::FitProgress& progress) {
    if (progress.iterations_max > 0)
      execution_->progress.fraction_done = double(progress.iteration) / progress.iterations_max;
  };
  handle_ = execution_->cancellation->on_cancel([this] { is_cancelled_ = true; });
}

TrainingRun::~TrainingRun() { execution_->cancellation->remove(handle_); }

}  // namespace firesteel::connect
