// A resolved plan → one SQL text of DuckDB, with columns named by attribute id ("c12").
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "plan/relation.h"

namespace firesteel::storage {
class StagingArea;
}

namespace firesteel::engine {

class ArrowInput;
class ParquetFooters;

// Keeps something that the SQL text refers to: Arrow inputs, scans, local copies of files.
using Lease = std::shared_ptr<const void>;

struct LoweredQuery {
  std::string sql;  // a SELECT whose columns stand in the order of the plan's output
  std::vector<Lease> inputs;  // alive as long as the query is
};

// What the lowering asks of the engine around it.
struct LoweringServices {
  // The name of the table that keeps a cached plan; empty when there is none (any more).
  std::function<std::string(const std::string& key)> cached_table;
  // Runs a subplan that SQL cannot express and hands over its rows, columns in output order.
  std::function<std::shared_ptr<ArrowInput>(const plan::RelationPtr&)> run_fragment;
  // What is known of Parquet files; never null.
  ParquetFooters* footers = nullptr;
  // Where files are copied to that must be local; null: they are not, since only the text is wanted.
  storage::StagingArea* staging = nullptr;
};

// Throws SparkError UNSUPPORTED_FEATURE for what DuckDB cannot run.
LoweredQuery lower_plan(const plan::RelationPtr& plan, const ExecutionContext& context,
                        const LoweringServices& services);

}  // namespace firesteel::engine
