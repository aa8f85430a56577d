// Schemas of Parquet files as Spark reads them.
#pragma once

#include <vector>

#include "engine/duckdb/database.h"
#include "plan/relation.h"

namespace firesteel::engine {

// A scan's option for the columns that no file has, each followed by '\n'.
inline constexpr const char* kAbsentColumns = "firesteel.absentColumns";

// The schema that Spark wrote into the file, otherwise the one of the file's own types. With `merges`
// the union of all files' columns.
plan::Schema parquet_schema(Database& database, const std::vector<plan::FileEntry>& files,
                            bool merges);

// Spark's type for what DuckDB makes of a Parquet column.
plan::Type plan_type(const duckdb::cxx::LogicalType& type);

// ['a', 'b'] as SQL text.
std::string file_list_sql(const std::vector<plan::FileEntry>& files);

}  // namespace firesteel::engine
