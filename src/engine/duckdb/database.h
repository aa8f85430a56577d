// The embedded DuckDB: one instance for all sessions, with a pool of connections. Nothing in DuckDB is
// session state; an operation leases a connection for as long as its result lives.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <duckdb_cpp.hpp>

#include "engine/engine.h"

namespace firesteel::engine {

struct DatabaseOptions {
  int threads = 0;               // 0: as many as the machine has
  std::string memory_limit = {};      // "80%", "4GB"; empty: DuckDB's default
  std::string temporary_folder = {};  // where results spill; empty: never spill
};

// Thread-safe. Outlives every lease.
class Database {
 public:
  // Opens the instance and registers every source and kernel of this engine.
  explicit Database(const DatabaseOptions& options);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // A connection that goes back into the pool when the last copy of the pointer is gone. No result of
  // it may be alive then.
  std::shared_ptr<duckdb::cxx::Connection> lease();
  // The same for an operation: kernels that run on the connection learn when it is cancelled.
  std::shared_ptr<duckdb::cxx::Connection> lease_for(const std::shared_ptr<Cancellation>& cancellation);

  // Runs statements for their effect. Throws SparkError.
  void run(const std::string& sql);

  std::string version();
  int threads() const { return threads_; }

 private:
  void apply_settings(const DatabaseOptions& options);
  void add_operation_setting();

  duckdb::cxx::Instance instance_;
  int threads_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<duckdb::cxx::Connection>> idle_;
};

}  // namespace firesteel::engine
