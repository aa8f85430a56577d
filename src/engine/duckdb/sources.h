// Data sources: what a read names, as a resolved scan.
#pragma once

#include "engine/duckdb/database.h"
#include "engine/duckdb/duckdb_engine.h"
#include "plan/relation.h"
#include "storage/staging_area.h"

namespace firesteel::engine {

// Lists the files, infers the schema and discovers partitions. The result is a plan::Scan with fresh
// attribute ids. Throws SparkError.
plan::RelationPtr resolve_file_source(Database& database, storage::StagingArea& staging, const plan::UnresolvedRead& read,
                                      const SourceConfiguration& configuration);

}  // namespace firesteel::engine
