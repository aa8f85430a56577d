#include "engine/duckdb/cache_tables.h"

#include "engine/duckdb/query_stream.h"

namespace firesteel::engine {

void CacheTables::keep(const std::string& key, const plan::RelationPtr& plan,
                       ExecutionContext& context, const LoweringServices& services) {
  Entry entry;
  {
    std::lock_guard lock(mutex_);
    if (entries_.contains(key)) return;
    entry.table = "memory.main.fs_cache_" + std::to_string(next_++);
  }
  auto query = lower_plan(plan, context, services);
  std::string columns;
  for (size_t i = 0; i < plan->output.size(); ++i) {
    columns += (i > 0 ? ", " : "") + std::string("q.c") + std::to_string(plan->output[i].id) + " AS k" +
               std::to_string(i);
  }
  if (columns.empty()) columns = "1 AS k0";
  entry.rows = run_statement(database_, "CREATE TABLE " + entry.table + " AS SELECT " + columns +
                                            " FROM (" + query.sql + ") AS q",
                             context);
  // Spark shows an estimate too: eight bytes a value.
  entry.bytes = entry.rows * static_cast<int64_t>(plan->output.size()) * 8;
  std::lock_guard lock(mutex_);
  if (!entries_.emplace(key, entry).second) database_.run("DROP TABLE IF EXISTS " + entry.table);
}

void CacheTables::drop(const std::string& key) {
  std::string table;
  {
    std::lock_guard lock(mutex_);
    auto found = entries_.find(key);
    if (found == entries_.end()) return;
    table = found->second.table;
    entries_.erase(found);
  }
  database_.run("DROP TABLE IF EXISTS " + table);
}

std::string CacheTables::table(const std::string& key) const {
  std::lock_guard lock(mutex_);
  auto found = entries_.find(key);
  return found == entries_.end() ? "" : found->second.table;
}

CacheStatus CacheTables::status(const std::string& key) const {
  std::lock_guard lock(mutex_);
  auto found = entries_.find(key);
  if (found == entries_.end()) return {};
  return {true, found->second.rows, found->second.bytes};
}

}  // namespace firesteel::engine
