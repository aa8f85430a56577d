// Sends the rows of a query to the client.
#pragma once

#include <arrow/record_batch.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "connect/operation.h"
#include "plan/relation.h"
#include "spark/connect/base.pb.h"

namespace firesteel::connect {

// Sends batches, each as one message or as several chunks of one. A client answers each message of a reattachable operation
// by a call that releases it, so the schema goes with the first batch, and the query's metrics with the last if that is small.
class RowSender {
 public:
  // Of at most `rows_max` rows a message, and `chunk_bytes_max` bytes if the client puts chunks together (0: it does not).
  RowSender(Operation* operation, const plan::Schema& schema, int64_t rows_max, int64_t chunk_bytes_max)
      : operation_(operation), schema_(schema), rows_max_(rows_max), chunk_bytes_max_(chunk_bytes_max) {}

  void send(const std::shared_ptr<arrow::RecordBatch>& batch);
  // An empty result: clients learn its Arrow schema from a batch without rows.
  void send_empty(const std::shared_ptr<arrow::Schema>& schema);
  bool has_sent() const { return has_sent_; }
  // The last message, with the metrics of `plan`, which is what the client knows as the query.
  void finish(const plan::RelationPtr& plan);

 private:
  void send_slice(const arrow::RecordBatch& batch);
  void send_or_hold(spark::connect::ExecutePlanResponse response, int64_t bytes);
  void send_held();

  Operation* operation_;
  const plan::Schema& schema_;
  const int64_t rows_max_;
  const int64_t chunk_bytes_max_;
  int64_t rows_sent_ = 0;
  bool has_sent_ = false;
  std::optional<spark::connect::ExecutePlanResponse> held_;  // a small one waits for what comes behind it
};

}  // namespace firesteel::connect
