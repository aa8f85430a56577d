// fs_csv: CSV files whose records are lines, as Spark reads them without multiLine (UnivocityParser over lines). Fields
// come as texts or, where that is asked for, as numbers; what is empty, absent or no number is null.
#pragma once

#include <duckdb_cpp.hpp>

namespace firesteel::engine {

// fs_csv(paths, types, separator, quote, escape, comment, null text, has header): the columns k0, k1, … of the types
// 'VARCHAR', 'INTEGER', 'BIGINT' and 'DOUBLE', and the path as fs_file. Separator, quote, escape and comment are of one
// byte; all but the first may be empty.
void register_csv_source(duckdb::cxx::Connection& connection);

}  // namespace firesteel::engine
