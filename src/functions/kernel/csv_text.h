// One record of comma-separated values: its fields, their values by type, the names that a header gives.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "functions/kernel/csv_records.h"
#include "functions/kernel/text_options.h"
#include "functions/kernel/value.h"

namespace firesteel::functions::kernel {

// CSVExprUtils.toDelimiterStr: \t and the like are written out by users.
std::string unescape_csv_separator(std::string_view text);

struct CsvTextOptions {
  CsvTextOptions() = default;
  // `options` is a map of texts, or null for none.
  CsvTextOptions(const Value& options, std::string_view zone, TimeParserPolicy policy);

  TextOptions text;
  CsvRecordFormat format;
  bool quotes_all = false;
  bool prefers_dates = true;
};

// The first record of a text; no fields where it has none.
CsvRecord first_csv_record(const CsvTextOptions& options, std::string_view text);

// A real number as Java reads it, or one of the words for what is none.
std::optional<double> csv_real(std::string_view text, std::string_view nan, std::string_view infinity, std::string_view negative_infinity);

// Nothing where the text is no value of the type.
std::optional<Value> convert_csv(const CsvTextOptions& options, const plan::Type& type, const std::string& text);

// The type of a column whose values so far have `known`, with one more: CSVInferSchema.
plan::Type inferred_csv_type(const CsvTextOptions& options, const plan::Type& known, const std::string& text);
plan::Type merged_csv_types(const CsvTextOptions& options, const plan::Type& a, const plan::Type& b);

// CSVUtils.makeSafeHeader; no header: _c0, _c1, …
std::vector<std::string> csv_column_names(const std::vector<std::string>& fields, bool has_header,
                                          const std::string& null_text, bool is_case_sensitive);

}  // namespace firesteel::functions::kernel
