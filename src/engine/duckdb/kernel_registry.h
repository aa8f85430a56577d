// Our kernels as DuckDB functions, all named fs_<kernel>.
#pragma once

#include <duckdb_cpp.hpp>

namespace firesteel::engine {

// Registers every kernel on the instance of `connection`.
void register_kernels(duckdb::cxx::Connection& connection);

}  // namespace firesteel::engine
