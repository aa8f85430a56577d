// Results kept by persist(): one table each in the instance's memory, spilled by DuckDB.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "engine/duckdb/database.h"
#include "engine/duckdb/lowering.h"
#include "engine/engine.h"

namespace firesteel::engine {

// Thread-safe. Plans with the same key share one table.
class CacheTables {
 public:
  explicit CacheTables(Database& database) : database_(database) {}

  void keep(const std::string& key, const plan::RelationPtr& plan, ExecutionContext& context,
            const LoweringServices& services);
  void drop(const std::string& key);
  // The table's name, its columns k0, k1, … by output position; empty when nothing is kept.
  std::string table(const std::string& key) const;
  CacheStatus status(const std::string& key) const;

 private:
  struct Entry {
    std::string table;
    int64_t rows = 0;
    int64_t bytes = 0;
  };
  Database& database_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  int next_ = 1;
};

}  // namespace firesteel::engine
