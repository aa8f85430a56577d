// Schemas of Parquet files as Spark reads them.
#pragma once

#include <vector>

#include "engine/duckdb/database.h"
#include "plan/relation.h"

namespace firesteel::engine {

// The schema that Spark wrote into the file, otherwise the one of the file's own types.
plan::Schema parquet_schema(Database& database, const plan::FileEntry& file);

// Spark's type for what DuckDB makes of a Parquet column.
plan::Type plan_type(const duckdb::cxx::LogicalType& type);

// ['a', 'b'] as SQL text.
std::string file_list_sql(const std::vector<plan::FileEntry>& files);

}  // namespace firesteel::engine
