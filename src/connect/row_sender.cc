#include "connect/row_sender.h"

#include <string>

#include "arrow/ipc.h"
#include "base/error.h"
#include "connect/decode.h"
#include "connect/plan_metrics.h"

namespace firesteel::connect {

namespace proto = spark::connect;

namespace {

constexpr int64_t kBatchBytesMax = int64_t{4} << 20;
constexpr int64_t kHeldBytesMax = int64_t{64} << 10;

}  // namespace

void RowSender::send(const std::shared_ptr<arrow::RecordBatch>& batch) {
  columns::slice_batch(batch, kBatchBytesMax, rows_max_,
                       [&](const std::shared_ptr<arrow::RecordBatch>& slice) { send_slice(*slice); });
}

void RowSender::send_empty(const std::shared_ptr<arrow::Schema>& schema) {
  const auto batch = arrow::RecordBatch::MakeEmpty(schema);
  FIRESTEEL_CHECK(batch.ok(), batch.status().ToString());
  send_slice(**batch);
}

void RowSender::send_slice(const arrow::RecordBatch& batch) {
  std::string bytes = columns::encode_batch(batch);
  operation_->summary().rows += batch.num_rows();
  operation_->summary().bytes += static_cast<int64_t>(bytes.size());
  const auto size = static_cast<int64_t>(bytes.size());
  const int64_t chunks = chunk_bytes_max_ > 0 ? (size + chunk_bytes_max_ - 1) / chunk_bytes_max_ : 1;
  for (int64_t i = 0; i < chunks; ++i) {
    proto::ExecutePlanResponse response;
    if (!has_sent_) encode_schema(schema_, response.mutable_schema());
    has_sent_ = true;
    auto* arrow_batch = response.mutable_arrow_batch();
    arrow_batch->set_row_count(batch.num_rows());
    arrow_batch->set_start_offset(rows_sent_);
    if (chunks == 1) {
      arrow_batch->set_data(std::move(bytes));
    } else {
      arrow_batch->set_data(bytes.substr(static_cast<size_t>(i * chunk_bytes_max_), static_cast<size_t>(chunk_bytes_max_)));
      arrow_batch->set_chunk_index(i);
      arrow_batch->set_num_chunks_in_batch(chunks);
    }
    send_or_hold(std::move(response), size);
  }
  rows_sent_ += batch.num_rows();
}

void RowSender::finish(const plan::RelationPtr& plan) {
  if (!held_) held_.emplace();
  add_plan_metrics(plan, operation_->summary().rows, &*held_);
  send_held();
}

void RowSender::send_or_hold(proto::ExecutePlanResponse response, int64_t bytes) {
  send_held();
  held_ = std::move(response);
  if (bytes > kHeldBytesMax) send_held();
}

void RowSender::send_held() {
  if (held_) operation_->send(&*held_);
  held_.reset();
}

}  // namespace firesteel::connect
