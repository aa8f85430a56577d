// Writes the rows of a plan into files: Parquet, CSV and text.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/duckdb/database.h"
#include "engine/duckdb/lowering.h"
#include "engine/engine.h"

namespace firesteel::engine {

// Staged below `_temporary` in the target and moved into place once every file is complete: a write
// that fails or is killed leaves nothing that a reader sees. Throws SparkError.
void write_files(Database& database, const WriteRequest& request,
                 const std::shared_ptr<ExecutionContext>& context,
                 const LoweringServices& services);

}  // namespace firesteel::engine
