// Arrow IPC streams ↔ batches.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace arrow {
class RecordBatch;
class Table;
}  // namespace arrow

namespace firesteel::columns {

// One complete IPC stream: schema, exactly one record batch, end. Clients refuse more than one.
std::string encode_batch(const ::arrow::RecordBatch& batch);
// The columns of an IPC stream that a client sent, checked in full: offsets and lengths of untrusted
// bytes are validated. Throws CONNECT_INVALID_PLAN.CANNOT_PARSE.
std::shared_ptr<::arrow::Table> decode_table(std::string bytes);

// Calls `take` with zero-copy slices of at most `bytes_max` bytes (estimated; at least one row each)
// and at most `rows_max` rows.
void slice_batch(const std::shared_ptr<::arrow::RecordBatch>& batch, int64_t bytes_max, int64_t rows_max,
                 const std::function<void(const std::shared_ptr<::arrow::RecordBatch>&)>& take);

}  // namespace firesteel::columns
