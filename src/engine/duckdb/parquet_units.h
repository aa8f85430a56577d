// Parquet files read through Arrow: those of object stores, whose bytes DuckDB cannot reach. Only the row groups and column
// chunks that a query needs are fetched.
#pragma once

#include <memory>

#include "engine/duckdb/parquet_schema.h"
#include "engine/duckdb/unit_source.h"
#include "plan/type.h"

namespace firesteel::engine {

// The schema that Spark wrote into the file, otherwise the one of the file's own types.
plan::Schema parquet_units_schema(const plan::FileEntry& file, const FileOpener& opener, const ParquetTypes& types);

std::unique_ptr<UnitFormat> parquet_units(std::vector<plan::FileEntry> files, plan::Schema wanted, bool is_case_sensitive,
                                          FileOpener opener);

}  // namespace firesteel::engine
