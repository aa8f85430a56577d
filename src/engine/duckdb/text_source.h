#pragma once

#include <duckdb_cpp.hpp>

namespace firesteel::engine {

// fs_text(paths, separator): columns `value`, one row per line, and `fs_file`. Lines end with \n, \r\n or \r, as
// Spark's text source has them; empty lines are rows. Reads blocks of files in parallel, in order.
void register_text_source(duckdb::cxx::Connection& connection);

}  // namespace firesteel::engine
