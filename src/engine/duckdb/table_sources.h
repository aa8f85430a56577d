// Table functions that feed DuckDB: fs_range(start, end, step) and fs_arrow(id).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <duckdb_cpp.hpp>

namespace arrow {
class RecordBatch;
class Schema;
}  // namespace arrow

namespace firesteel::engine {

void register_table_sources(duckdb::cxx::Connection& connection);

// Declares the columns of a source whose rows come as Arrow batches of that schema.
void add_arrow_columns(duckdb::cxx::TableFunction::BindInput& input, const arrow::Schema& schema);

// Rows in Arrow form that SQL reads as fs_arrow(id) while the lease lives. Columns keep the names of
// the Arrow schema.
class ArrowInput {
 public:
  // Batches that are all in memory: read in parallel, any number of times, in order.
  static std::shared_ptr<ArrowInput> from_batches(
      std::shared_ptr<arrow::Schema> schema,
      std::vector<std::shared_ptr<arrow::RecordBatch>> batches);
  // Batches that are pulled once; `next` returns null at the end and is never called concurrently.
  static std::shared_ptr<ArrowInput> from_stream(
      std::shared_ptr<arrow::Schema> schema,
      std::function<std::shared_ptr<arrow::RecordBatch>()> next);
  ~ArrowInput();
  ArrowInput(const ArrowInput&) = delete;
  ArrowInput& operator=(const ArrowInput&) = delete;

  int64_t id() const { return id_; }

  struct State;

 private:
  explicit ArrowInput(std::shared_ptr<State> state);
  int64_t id_;
};

}  // namespace firesteel::engine
