// Names and types of CSV columns, as Spark's CSVInferSchema finds them.
#pragma once

#include <vector>

#include "engine/duckdb/database.h"
#include "engine/duckdb/reader_options.h"
#include "plan/relation.h"

namespace firesteel::engine {

// `has_local_timestamps`: what has no zone becomes TIMESTAMP_NTZ (spark.sql.timestampType).
plan::Schema infer_csv_schema(Database& database, const CsvOptions& options, const std::vector<plan::FileEntry>& files,
                              bool has_local_timestamps);

}  // namespace firesteel::engine
