#include "engine/duckdb/reader_options.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "base/text.h"
#include "engine/duckdb/type_sql.h"
#include "functions/kernel/csv_text.h"

namespace firesteel::engine {
namespace {

// What is null to DuckDB's reader: no file holds it. Without it an empty text would be.
constexpr const char* kNoText = "\x1c\x1d\x1c\x1d";

}  // namespace

ReaderOptions::ReaderOptions(const plan::Options& options) {
  for (const auto& [key, value] : options) values_[lower_case(key)] = value;
}

std::optional<std::string> ReaderOptions::find(std::string_view name) const {
  auto found = values_.find(lower_case(name));
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::string ReaderOptions::get(std::string_view name, std::string_view fallback) const {
  return find(name).value_or(std::string(fallback));
}

bool ReaderOptions::flag(std::string_view name, bool fallback) const {
  auto text = find(name);
  if (!text) return fallback;
  std::string value = lower_case(*text);
  if (value == "true") return true;
  if (value == "false") return false;
  throw_unsupported("OPTION", std::string(name) + "=" + *text);
}

void ReaderOptions::refuse(std::string_view name, std::string_view only) const {
  auto text = find(name);
  if (text && *text != only) throw_unsupported("OPTION", std::string(name) + "=" + *text);
}

CsvOptions::CsvOptions(const plan::Options& given) {
  ReaderOptions options(given);
  has_header = options.flag("header", false);
  infers_schema = options.flag("inferSchema", false);
  is_multi_line = options.flag("multiLine", false);
  separator = functions::kernel::unescape_csv_separator(options.get("sep", options.get("delimiter", ",")));
  quote = options.get("quote", "\"");
  if (quote == std::string(1, '\0')) quote.clear();
  escape = options.get("escape", "\\");
  comment = options.get("comment", "");
  null_value = options.get("nullValue", "");
  date_format = options.get("dateFormat", "");
  timestamp_format = options.get("timestampFormat", "");
  mode = upper_case(options.get("mode", "PERMISSIVE"));
  if (mode != "DROPMALFORMED" && mode != "FAILFAST") mode = "PERMISSIVE";
  corrupt_column = options.get("columnNameOfCorruptRecord", corrupt_column);
  encoding = options.get("encoding", options.get("charset", "UTF-8"));
  trims_leading = options.flag("ignoreLeadingWhiteSpace", false);
  trims_trailing = options.flag("ignoreTrailingWhiteSpace", false);
  nan_value = options.get("nanValue", nan_value);
  positive_infinity = options.get("positiveInf", positive_infinity);
  negative_infinity = options.get("negativeInf", negative_infinity);
  sampling_ratio = std::stod(options.get("samplingRatio", "1.0"));
  options.refuse("lineSep", "\n");
  options.refuse("emptyValue");
  options.refuse("locale", "en-US");
  options.refuse("charToEscapeQuoteEscaping");
  options.refuse("unescapedQuoteHandling", "STOP_AT_DELIMITER");
  options.refuse("timestampNTZFormat");
  if (separator.empty()) throw_unsupported("OPTION", "an empty sep");
}

bool CsvOptions::reads_lines() const {
  const std::string name = upper_case(encoding);
  const bool is_plain = separator.size() == 1 && separator != "\n" && separator != "\r" && separator[0] != '\0';
  return !is_multi_line && (name == "UTF-8" || name == "UTF8") && is_plain && quote.size() <= 1 && escape.size() <= 1 &&
         comment.size() <= 1;
}

std::string CsvOptions::lines_sql(const std::string& files, const std::vector<std::string>& types) const {
  std::string kinds;
  for (const std::string& type : types) kinds += (kinds.empty() ? "" : ", ") + quote_string(type);
  std::string sql = "fs_csv(" + files + ", [" + kinds + "]";
  for (const std::string& option : {separator, quote, escape, comment, null_value}) sql += ", " + quote_string(option);
  return sql + (has_header ? ", true)" : ", false)");
}

std::string CsvOptions::read_sql(const std::string& files, size_t column_count,
                                 const std::string& file_column) const {
  if (reads_lines()) return lines_sql(files, std::vector<std::string>(column_count, "VARCHAR"));
  std::string columns;
  for (size_t i = 0; i < column_count; ++i) {
    columns += (i > 0 ? ", 'k" : "'k") + std::to_string(i) + "': 'VARCHAR'";
  }
  std::string sql = "read_csv(" + files + ", auto_detect = false, header = false, columns = {" +
                    columns + "}, delim = " + quote_string(separator) +
                    ", quote = " + quote_string(quote) +
                    ", escape = " + quote_string(quote.empty() ? "" : escape) +
                    ", strict_mode = false, null_padding = true, max_line_size = 16777216";
  if (has_header) sql += ", skip = 1";
  if (!comment.empty()) sql += ", comment = " + quote_string(comment);
  // Fields are texts here, also empty ones: null is what a short line lacks, which tells blank lines from ",,".
  sql += ", nullstr = " + quote_string(kNoText);
  if (is_multi_line) sql += ", parallel = false";
  const std::string name = upper_case(encoding);
  if (name == "ISO-8859-1" || name == "LATIN1") {
    sql += ", encoding = 'latin-1'";
  } else if (name == "UTF-16") {
    sql += ", encoding = 'utf-16'";
  } else if (name != "UTF-8" && name != "UTF8" && name != "US-ASCII") {
    throw_unsupported("OPTION", "encoding=" + encoding);
  }
  std::string select;
  for (size_t i = 0; i < column_count; ++i) {
    const std::string column = "k" + std::to_string(i);
    std::string value = "nullif(" + column + ", '')";
    if (!null_value.empty()) value = "nullif(" + value + ", " + quote_string(null_value) + ")";
    select += (i > 0 ? ", " : "") + value + " AS " + column;
  }
  if (!file_column.empty()) {
    sql += ", filename = " + quote_string(file_column);
    select += ", " + file_column;
  }
  // CSVExprUtils.filterCommentAndEmpty: blank lines are no rows; where records span lines, only empty ones are none.
  const std::string first = is_multi_line ? "k0" : "trim(k0, ' \t')";
  return "(SELECT " + select + " FROM " + sql + ") WHERE " + (column_count > 1 ? "k1 IS NOT NULL OR " : "") + first +
         " <> '')";
}

}  // namespace firesteel::engine
