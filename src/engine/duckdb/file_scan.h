// Scans of files as SQL text.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "plan/relation.h"

namespace firesteel::engine {

class ArrowInput;

struct ScanColumn {
  std::string sql;
  bool is_column = true;
};

struct ScanText {
  std::string from;  // "read_parquet([…]) AS t3"
  std::vector<std::string> where;
  std::vector<ScanColumn> columns;  // by output position; empty text where not needed
  std::vector<std::shared_ptr<ArrowInput>> inputs;
};

// `is_needed` says which of the node's output columns the query uses.
ScanText scan_sql(const plan::Relation& node, const plan::Scan& scan,
                  const std::vector<bool>& is_needed, const ExecutionContext& context,
                  const std::string& alias);

}  // namespace firesteel::engine
