// Training data of which a column says that some rows are only to measure with.
#pragma once

#include <arrow/record_batch.h>

#include <memory>
#include <string>

#include "ml/context.h"

namespace firesteel::ml {

// A stream of the rows that are not held out. Those that are go to a file without a name, for there may be more of them
// than memory.
class HeldOutRows : public arrow::RecordBatchReader {
 public:
  // Rows are held out where the column at `mark` is true. `dataset` and `context` outlive this.
  HeldOutRows(arrow::RecordBatchReader& dataset, int mark, const FitContext& context);
  ~HeldOutRows() override;

  std::shared_ptr<arrow::Schema> schema() const override { return dataset_.schema(); }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override;

  // The rows held out, once the stream was read to its end.
  std::shared_ptr<arrow::RecordBatchReader> held_out();

 private:
  struct File;

  arrow::RecordBatchReader& dataset_;
  const int mark_;
  const FitContext& context_;
  std::unique_ptr<File> file_;
};

}  // namespace firesteel::ml
