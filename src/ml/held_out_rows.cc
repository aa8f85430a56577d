#include "ml/held_out_rows.h"

#include <arrow/io/file.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "ml/params.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

// The stream of Arrow's that is written, and its descriptor for reading it back.
struct HeldOutRows::File {
  File(const std::string& folder, const std::shared_ptr<arrow::Schema>& schema) {
    std::string path = folder + "/firesteel-ml-XXXXXX";
    descriptor = mkstemp(path.data());
    if (descriptor < 0) throw_spark_exception("Cannot create a temporary file in " + folder);
    unlink(path.c_str());
    stream = check_arrow(arrow::io::FileOutputStream::Open(dup(descriptor)));
    writer = check_arrow(arrow::ipc::MakeStreamWriter(stream, schema));
  }
  ~File() {
    if (descriptor >= 0) close(descriptor);
  }

  int descriptor = -1;
  std::shared_ptr<arrow::io::FileOutputStream> stream;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> writer;
};

HeldOutRows::HeldOutRows(arrow::RecordBatchReader& dataset, int mark, const FitContext& context)
    : dataset_(dataset), mark_(mark), context_(context), file_(std::make_unique<File>(context.temp_dir, dataset.schema())) {}

HeldOutRows::~HeldOutRows() = default;

arrow::Status HeldOutRows::ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) {
  context_.check_canceled();
  ARROW_RETURN_NOT_OK(dataset_.ReadNext(batch));
  if (!*batch) return arrow::Status::OK();
  const NumberColumn marks = read_numbers(*(*batch)->column(mark_));
  std::vector<uint8_t> keep((*batch)->num_rows());
  for (size_t row = 0; row < keep.size(); ++row) keep[row] = marks.values[row] != 0;
  const auto held = filter_rows(*batch, keep);
  if (held->num_rows() > 0) ARROW_RETURN_NOT_OK(file_->writer->WriteRecordBatch(*held));
  for (uint8_t& k : keep) k = k == 0;
  *batch = filter_rows(*batch, keep);
  return arrow::Status::OK();
}

std::shared_ptr<arrow::RecordBatchReader> HeldOutRows::held_out() {
  check_arrow(file_->writer->Close());
  check_arrow(file_->stream->Close());
  lseek(file_->descriptor, 0, SEEK_SET);
  const auto file = check_arrow(arrow::io::ReadableFile::Open(std::exchange(file_->descriptor, -1)));
  return check_arrow(arrow::ipc::RecordBatchStreamReader::Open(file));
}

}  // namespace firesteel::ml
