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

class BatchStream;

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
  // Batches that are pulled from a stream by one thread at a time. DuckDB may read a source twice in one query (it joins
  // windows over whole partitions with groups of the same rows): each scan has a stream of its own, the first one is opened here.
  // Its columns have the names that `named` gives to the schema of the stream.
  static std::shared_ptr<ArrowInput> from_streams(std::function<std::shared_ptr<BatchStream>()> open,
                                                  std::shared_ptr<arrow::Schema> (*named)(const arrow::Schema&));
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
