#include "engine/duckdb/file_scan.h"

#include "base/error.h"

namespace firesteel::engine {

ScanText scan_sql(const plan::Relation&, const plan::Scan& scan, const std::vector<bool>&,
                  const ExecutionContext&, const std::string&) {
  throw_unsupported("RELATION", "a scan of " + scan.format);
}

}  // namespace firesteel::engine
