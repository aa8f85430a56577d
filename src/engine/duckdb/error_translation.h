// Errors across the edge of DuckDB, both ways: a SparkError thrown below DuckDB (by one of our kernels
// or sources) travels through it inside the message text and comes out as the same SparkError; DuckDB's
// own errors become the conditions that Spark has for them.
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "base/error.h"

namespace firesteel::engine {

// The message text that carries `error` through DuckDB.
std::string encode_error(const SparkError& error);

// Rethrows the exception in flight inside a DuckDB callback as one that DuckDB understands and
// rethrow_from_duckdb() turns back. Call it in a catch block only.
[[noreturn]] void rethrow_into_duckdb();

// Rethrows the exception in flight as a SparkError: the original one where a kernel raised it, otherwise
// the translation of DuckDB's. Call it in a catch block only.
[[noreturn]] void rethrow_from_duckdb();

}  // namespace firesteel::engine
