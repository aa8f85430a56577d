// Options of a reader or writer, looked up without regard to case.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "functions/kernel/csv_records.h"
#include "functions/kernel/datetime_reader.h"
#include "plan/relation.h"

namespace firesteel::engine {

class ReaderOptions {
 public:
  explicit ReaderOptions(const plan::Options& options);

  std::optional<std::string> find(std::string_view name) const;
  std::string get(std::string_view name, std::string_view fallback) const;
  // "true" or "false" in any case; another text raises Spark's error.
  bool flag(std::string_view name, bool fallback) const;
  // A single character; empty where the option is an empty text. Longer ones raise OPTION_VALUE_EXCEEDS_ONE_CHARACTER.
  std::string character(std::string_view name, std::string_view fallback) const;
  // The character set that `encoding` or `charset` names, in capitals; others than Spark's raise Spark's error.
  std::string charset(const std::string& reader) const;
  // What `lineSep` ends lines with: at most two characters, or empty where it is not set.
  std::string line_separator() const;
  // The same of any length, as JSON and text have it.
  std::string long_line_separator() const;
  // The share of the records that an inference looks at. Raises Spark's error for what is no number.
  double sampling_ratio() const;
  // Raises UNSUPPORTED_FEATURE.OPTION for a `locale` that is not English.
  void refuse_other_locales() const;
  // Raises UNSUPPORTED_FEATURE.OPTION when the option is there with another value than `only`.
  void refuse(std::string_view name, std::string_view only = "") const;

 private:
  std::map<std::string, std::string> values_;  // keys in lower case
};

// How the options say that dates and timestamps are read.
functions::kernel::DatetimeFormats datetime_formats(const ReaderOptions& options, functions::kernel::TimeParserPolicy policy, bool is_json);

// The options of a CSV read: how its records are split, and what their texts are as values.
struct CsvOptions {
  explicit CsvOptions(const plan::Options& options,
                      functions::kernel::TimeParserPolicy policy = functions::kernel::TimeParserPolicy::kCorrected);

  functions::kernel::CsvRecordFormat format;
  bool infers_schema = false;
  bool prefers_dates = true;
  bool enforces_schema = true;
  bool prunes_columns = true;  // false: fields count in records of which only some columns are read, too
  functions::kernel::DatetimeFormats formats;
  std::string time_zone;  // empty: the session's
  std::string mode = "PERMISSIVE";
  std::string corrupt_column;  // empty: as the session names it
  std::string nan_value = "NaN";
  std::string positive_infinity = "Inf";
  std::string negative_infinity = "-Inf";
  double sampling_ratio = 1.0;

  // Whether fs_csv reads the files: records are lines of UTF-8, and the options are plain and of one byte each.
  bool reads_lines() const;
  // The rows with the columns k0, k1, … of the given types (csv_source.h); for files that fs_csv reads.
  std::string lines_sql(const std::string& files, const std::vector<std::string>& types) const;
  // The rows with so many columns k0, k1, … as texts, and what the records were (csv_record_source.h).
  std::string records_sql(const std::string& files, size_t column_count, const std::vector<std::string>& header = {}) const;
};

}  // namespace firesteel::engine
