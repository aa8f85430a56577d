#include "arrow/ipc.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/api.h>
#include <arrow/util/byte_size.h>

#include <algorithm>

#include "base/error.h"

namespace firesteel::columns {

namespace {

void check(const ::arrow::Status& status) {
  if (!status.ok()) throw_internal(status.ToString());
}

// Writes into a string that a protobuf message then takes over without a copy.
class StringOutputStream final : public ::arrow::io::OutputStream {
 public:
  explicit StringOutputStream(std::string* out) : out_(out) {}
  ::arrow::Status Close() override {
    is_closed_ = true;
    return ::arrow::Status::OK();
  }
  bool closed() const override { return is_closed_; }
  ::arrow::Result<int64_t> Tell() const override { return static_cast<int64_t>(out_->size()); }
  ::arrow::Status Write(const void* data, int64_t size) override {
    out_->append(static_cast<const char*>(data), static_cast<size_t>(size));
    return ::arrow::Status::OK();
  }
  using ::arrow::io::OutputStream::Write;

 private:
  std::string* out_;
  bool is_closed_ = false;
};

[[noreturn]] void throw_bad_data(const ::arrow::Status& status) {
  throw SparkError("CONNECT_INVALID_PLAN.CANNOT_PARSE", {{"errorMsg", status.ToString()}});
}

template <typename T>
T input(::arrow::Result<T> result) {
  if (!result.ok()) throw_bad_data(result.status());
  return *std::move(result);
}

}  // namespace

std::string encode_batch(const ::arrow::RecordBatch& batch) {
  std::string bytes;
  int64_t size = 0;
  if (::arrow::ipc::GetRecordBatchSize(batch, &size).ok()) {
    bytes.reserve(static_cast<size_t>(size) + 1024);  // the schema message and the end marker
  }
  StringOutputStream stream(&bytes);
  auto writer = ::arrow::ipc::MakeStreamWriter(&stream, batch.schema());
  check(writer.status());
  check((*writer)->WriteRecordBatch(batch));
  check((*writer)->Close());
  return bytes;
}

std::shared_ptr<::arrow::Table> decode_table(std::string bytes) {
  const auto buffer = ::arrow::Buffer::FromString(std::move(bytes));
  auto stream = std::make_shared<::arrow::io::BufferReader>(buffer);
  const auto reader = input(::arrow::ipc::RecordBatchStreamReader::Open(stream));
  std::vector<std::shared_ptr<::arrow::RecordBatch>> batches;
  while (true) {
    std::shared_ptr<::arrow::RecordBatch> batch;
    if (const auto status = reader->ReadNext(&batch); !status.ok()) throw_bad_data(status);
    if (!batch) break;
    if (const auto status = batch->ValidateFull(); !status.ok()) throw_bad_data(status);
    batches.push_back(std::move(batch));
  }
  return input(::arrow::Table::FromRecordBatches(reader->schema(), batches));
}

void slice_batch(const std::shared_ptr<::arrow::RecordBatch>& batch, int64_t bytes_max, int64_t rows_max,
                 const std::function<void(const std::shared_ptr<::arrow::RecordBatch>&)>& take) {
  const int64_t rows = batch->num_rows();
  if (rows == 0) return;
  const int64_t bytes = std::max<int64_t>(1, ::arrow::util::ReferencedBufferSize(*batch).ValueOr(1));
  const int64_t pieces = (bytes + bytes_max - 1) / bytes_max;
  const int64_t piece_rows = std::clamp<int64_t>((rows + pieces - 1) / pieces, 1, rows_max);
  if (piece_rows >= rows) return take(batch);
  for (int64_t start = 0; start < rows; start += piece_rows) take(batch->Slice(start, piece_rows));
}

}  // namespace firesteel::columns
