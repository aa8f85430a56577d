#pragma once

#include <duckdb_cpp.hpp>

namespace firesteel::engine {

// fs_range(start, end, step): column `id`. Scans in parallel, keeps the order of its rows.
void register_range_source(duckdb::cxx::Connection& connection);

}  // namespace firesteel::engine
