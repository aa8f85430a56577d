// fs_csv_records: CSV files with every option of Spark's reader, and what each record was.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <duckdb_cpp.hpp>

#include "functions/kernel/csv_records.h"

namespace firesteel::engine {

// fs_csv_records(paths, count, format, header): the columns k0, k1, … of so many texts, null where a field is null or absent; the
// path as fs_file; the record's own text as fs_line, and how many fields it had as fs_count. The format is
// CsvRecordFormat::to_texts(); where names are given for the header, that of each file must hold them (CSVHeaderChecker).
void register_csv_record_source(duckdb::cxx::Connection& connection);

// The fields of the first record in the files, its nulls as empty texts; nothing where there is no record.
std::optional<std::vector<std::string>> first_csv_record(const std::vector<std::string>& paths, const functions::kernel::CsvRecordFormat& format);

}  // namespace firesteel::engine
