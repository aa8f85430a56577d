// Scans of local Parquet files, which DuckDB reads itself.
#pragma once

#include <string>
#include <vector>

#include "engine/duckdb/file_scan.h"
#include "engine/duckdb/parquet_footers.h"

namespace firesteel::engine {

// `file_column` names the column of the files' paths; empty: none. With `needs_row` there is a column file_row_number.
// `ignores_corrupt_files`: a file whose footer cannot be read has no rows.
ScanText parquet_scan(const plan::Scan& scan, const std::vector<bool>& is_needed, const std::string& alias,
                      const std::string& file_column, bool needs_row, bool ignores_corrupt_files, ParquetFooters& footers);

}  // namespace firesteel::engine
