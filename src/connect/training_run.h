// A dataset that is being read for training, evaluation or a test.
#pragma once

#include <arrow/api.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "connect/operation.h"
#include "connect/request_context.h"
#include "engine/engine.h"
#include "ml/context.h"

namespace spark::connect {
class Relation;
}

namespace firesteel::connect {

// The rows of a relation and what the kernels may use meanwhile. Rows are read as the kernels ask
// for them.
class TrainingRun {
 public:
  // `wanted` names the columns that are read; empty: all. `operation` is interrupted with its
  // client's request; null: the dataset is read while a plan is built.
  TrainingRun(const RequestContext& context, const spark::connect::Relation& dataset,
              Operation* operation, const std::vector<std::string>& wanted);
  ~TrainingRun();
  TrainingRun(const TrainingRun&) = delete;
  TrainingRun& operator=(const TrainingRun&) = delete;

  arrow::RecordBatchReader& reader() { return *reader_; }
  ml::FitContext& context() { return fit_; }
  // The whole dataset, resolved.
  const plan::RelationPtr& dataset() const { return dataset_; }

 private:
  std::shared_ptr<engine::ExecutionContext> execution_;
  plan::RelationPtr dataset_;
  std::unique_ptr<arrow::RecordBatchReader> reader_;
  ml::FitContext fit_;
  std::unique_ptr<ml::MemoryAccount> memory_;
  std::atomic<bool> is_cancelled_{false};
  int handle_ = 0;
};

}  // namespace firesteel::connect
