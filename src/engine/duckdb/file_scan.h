// Scans of files as SQL text.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/duckdb/lowering.h"
#include "engine/engine.h"
#include "plan/relation.h"

namespace firesteel::engine {

struct ScanColumn {
  std::string sql;
  bool is_column = true;
};

struct ScanText {
  std::string from;  // "read_parquet([…]) AS t3"
  std::vector<std::string> where;
  std::vector<ScanColumn> columns;  // by output position; empty text where not needed
  std::vector<Lease> leases;
};

// `is_needed` says which of the node's output columns the query uses.
ScanText scan_sql(const plan::Relation& node, const plan::Scan& scan,
                  const std::vector<bool>& is_needed, const ExecutionContext& context,
                  const LoweringServices& services, const std::string& alias);

// The bytes of the files that the plan's scans read; a file that is read twice counts twice.
int64_t scanned_bytes(const plan::Relation& plan);

}  // namespace firesteel::engine
