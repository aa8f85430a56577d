// Schemas of Parquet files as Spark reads them.
#pragma once

#include <vector>

#include "engine/duckdb/database.h"
#include "plan/relation.h"

namespace firesteel::engine {

// What Spark's types are for a file's own ones, by the settings spark.sql.parquet.….
struct ParquetTypes {
  bool binary_as_text = false;     // binaryAsString
  bool int96_as_instant = true;    // int96AsTimestamp
  bool has_local_timestamps = true;  // inferTimestampNTZ.enabled

  plan::Schema of(const plan::Schema& schema) const;
  // Throws for columns of 96 bits that are no instants.
  void check_int96(bool has_int96) const;
};

// The schema that Spark wrote into the file, otherwise the one of the file's own types.
plan::Schema parquet_schema(Database& database, const plan::FileEntry& file, const ParquetTypes& types);

// Spark's type for what DuckDB makes of a Parquet column.
plan::Type plan_type(const duckdb::cxx::LogicalType& type);

// ['a', 'b'] as SQL text.
std::string file_list_sql(const std::vector<plan::FileEntry>& files);

}  // namespace firesteel::engine
