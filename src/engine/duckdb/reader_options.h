// Options of a reader or writer, looked up without regard to case.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/relation.h"

namespace firesteel::engine {

class ReaderOptions {
 public:
  explicit ReaderOptions(const plan::Options& options);

  std::optional<std::string> find(std::string_view name) const;
  std::string get(std::string_view name, std::string_view fallback) const;
  // "true"/"false" in any case; throws INVALID_PARAMETER_VALUE-like errors for others.
  bool flag(std::string_view name, bool fallback) const;
  // Raises UNSUPPORTED_FEATURE.OPTION when the option is there with another value than `only`.
  void refuse(std::string_view name, std::string_view only = "") const;

 private:
  std::map<std::string, std::string> values_;  // keys in lower case
};

// Between the fields that fs_csv_fields() gives; no text holds it.
inline constexpr const char* kCsvFieldEnd = "\x1f\x1e\x1d\x1c";

// The options of a CSV read as DuckDB's reader and our casts need them.
struct CsvOptions {
  explicit CsvOptions(const plan::Options& options);

  bool has_header = false;
  bool infers_schema = false;
  bool is_multi_line = false;
  std::string separator = ",";
  std::string quote = "\"";
  std::string escape = "\\";
  std::string comment;
  std::string null_value;
  std::string date_format;       // empty: Spark's default
  std::string timestamp_format;  // empty: Spark's default
  std::string mode = "PERMISSIVE";
  std::string corrupt_column = "_corrupt_record";
  std::string encoding = "UTF-8";
  bool trims_leading = false;
  bool trims_trailing = false;
  std::string nan_value = "NaN";
  std::string positive_infinity = "Inf";
  std::string negative_infinity = "-Inf";
  double sampling_ratio = 1.0;

  // The rows with every column as text named k0, k1, …, null where a field is empty or absent; `file_column` empty: no
  // such column.
  std::string read_sql(const std::string& files, size_t column_count,
                       const std::string& file_column) const;

  // Whether fs_csv reads the files: records are lines of UTF-8, and the options are of one byte each.
  bool reads_lines() const;
  // The rows with the columns k0, k1, … of the given types (csv_source.h); for files that fs_csv reads.
  std::string lines_sql(const std::string& files, const std::vector<std::string>& types) const;
};

}  // namespace firesteel::engine
