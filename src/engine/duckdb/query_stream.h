// Runs a lowered query and streams its Arrow batches.
#pragma once

#include <memory>
#include <vector>

#include "engine/duckdb/database.h"
#include "engine/duckdb/lowering.h"
#include "engine/engine.h"

namespace firesteel::engine {

// The query with a check around its columns that hold calendar intervals: Arrow keeps nanoseconds where Spark and DuckDB
// keep microseconds, and DuckDB lets them wrap around.
LoweredQuery with_checked_intervals(LoweredQuery query, const plan::Attributes& output);

// Checks that the statement yields exactly the types of `output`; a difference is an internal error
// that names the column. Nothing runs before the first next().
std::unique_ptr<BatchStream> run_query(Database& database, LoweredQuery query,
                                       plan::Attributes output,
                                       std::shared_ptr<ExecutionContext> context);

// Runs a statement for its effect; a cancelled operation interrupts it. Returns the rows affected.
int64_t run_statement(Database& database, const std::string& sql, ExecutionContext& context);

}  // namespace firesteel::engine
