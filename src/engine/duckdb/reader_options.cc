#include "engine/duckdb/reader_options.h"

#include <algorithm>

#include "base/characters.h"
#include "base/error.h"
#include "base/text.h"
#include "engine/duckdb/type_sql.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/csv_text.h"
#include "functions/kernel/text_options.h"

namespace firesteel::engine {
namespace {

constexpr const char* kCharsets[] = {"ISO-8859-1", "US-ASCII", "UTF-16", "UTF-16BE", "UTF-16LE", "UTF-32", "UTF-8"};

[[noreturn]] void throw_illegal_argument(const std::string& message) {
  throw SparkError("_LEGACY_ERROR_JAVA_ILLEGAL_ARGUMENT", {{"message", message}});
}

int64_t whole_number(const ReaderOptions& options, const char* name, int64_t fallback) {
  const auto text = options.find(name);
  return text ? functions::kernel::parse_whole_option(name, *text) : fallback;
}

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

double ReaderOptions::sampling_ratio() const { return functions::kernel::parse_sampling_ratio(get("samplingRatio", "1.0")); }

void ReaderOptions::refuse_other_locales() const {
  functions::kernel::check_locale(find("locale"));
}

bool ReaderOptions::flag(std::string_view name, bool fallback) const {
  auto text = find(name);
  if (!text) return fallback;
  std::string value = lower_case(*text);
  if (value == "true") return true;
  if (value == "false") return false;
  throw SparkError("_LEGACY_ERROR_TEMP_2147", {{"paramName", std::string(name)}});
}

std::string ReaderOptions::character(std::string_view name, std::string_view fallback) const {
  std::string text = get(name, fallback);
  if (text == std::string(1, '\0')) text.clear();
  if (count_characters(text) <= 1) return text;
  throw SparkError("OPTION_VALUE_EXCEEDS_ONE_CHARACTER", {{"paramName", std::string(name)}, {"actualValue", text}});
}

std::string ReaderOptions::charset(const std::string& reader) const {
  const std::string given = get("encoding", get("charset", "UTF-8"));
  std::string list;
  for (const char* known : kCharsets) {
    if (upper_case(given) == known) return known;
    list += (list.empty() ? "" : ", ") + lower_case(known);
  }
  throw SparkError("INVALID_PARAMETER_VALUE.CHARSET",
                   {{"parameter", "`charset`"}, {"functionName", "`" + reader + "`"}, {"charset", given}, {"charsets", list}})
      .with_kind(ErrorKind::kIllegalArgument);
}

std::string ReaderOptions::long_line_separator() const {
  const auto text = find("lineSep");
  if (text && text->empty()) throw_illegal_argument("requirement failed: 'lineSep' cannot be an empty string.");
  return text.value_or("");
}

std::string ReaderOptions::line_separator() const {
  const auto text = find("lineSep");
  if (!text) return "";
  if (text->empty()) return long_line_separator();
  if (count_characters(*text) > 2) throw_illegal_argument("requirement failed: 'lineSep' can contain only 1 character.");
  return *text;
}

void ReaderOptions::refuse(std::string_view name, std::string_view only) const {
  auto text = find(name);
  if (text && *text != only) throw_unsupported("OPTION", std::string(name) + "=" + *text);
}

functions::kernel::DatetimeFormats datetime_formats(const ReaderOptions& options, functions::kernel::TimeParserPolicy policy, bool is_json) {
  functions::kernel::DatetimeFormats formats;
  formats.date = options.get("dateFormat", "");
  formats.timestamp = options.get("timestampFormat", "");
  formats.timestamp_ntz = options.get("timestampNTZFormat", "");
  const char* const fallback = "enableDateTimeParsingFallback";
  if (options.find(fallback)) formats.falls_back = options.flag(fallback, false);
  formats.policy = policy;
  formats.is_json = is_json;
  return formats;
}

CsvOptions::CsvOptions(const plan::Options& given, functions::kernel::TimeParserPolicy policy) {
  ReaderOptions options(given);
  format.separator = functions::kernel::unescape_csv_separator(options.get("sep", options.get("delimiter", ",")));
  if (format.separator.empty()) throw_illegal_argument("Delimiter cannot be empty");
  format.quote = options.character("quote", "\"");
  format.escape = options.character("escape", "\\");
  format.escape_of_escape = options.character("charToEscapeQuoteEscaping", "");
  format.comment = options.character("comment", "");
  format.line_separator = options.line_separator();
  format.null_text = options.get("nullValue", "");
  format.empty_text = options.get("emptyValue", "");
  format.encoding = options.charset("CSVOptions");
  format.unescaped_quotes = functions::kernel::unescaped_quotes_of(options.get("unescapedQuoteHandling", "STOP_AT_DELIMITER"));
  format.trims_leading = options.flag("ignoreLeadingWhiteSpace", false);
  format.trims_trailing = options.flag("ignoreTrailingWhiteSpace", false);
  format.has_header = options.flag("header", false);
  format.is_multi_line = options.flag("multiLine", false);
  format.columns_max = whole_number(options, "maxColumns", format.columns_max);
  format.characters_max = whole_number(options, "maxCharsPerColumn", format.characters_max);
  infers_schema = options.flag("inferSchema", false);
  // The parser of Spark 2 would take texts for dates that go on behind them.
  prefers_dates = policy != functions::kernel::TimeParserPolicy::kLegacy && options.flag("preferDate", true);
  enforces_schema = options.flag("enforceSchema", true);
  formats = datetime_formats(options, policy, /*is_json=*/false);
  prunes_columns = options.flag("columnPruning", !format.is_multi_line);
  time_zone = options.get("timeZone", "");
  mode = upper_case(options.get("mode", "PERMISSIVE"));
  if (mode != "DROPMALFORMED" && mode != "FAILFAST") mode = "PERMISSIVE";
  corrupt_column = options.get("columnNameOfCorruptRecord", "_corrupt_record");
  nan_value = options.get("nanValue", nan_value);
  positive_infinity = options.get("positiveInf", positive_infinity);
  negative_infinity = options.get("negativeInf", negative_infinity);
  sampling_ratio = options.sampling_ratio();
  // Names of months and the marks of decimals in other languages.
  options.refuse_other_locales();
  options.refuse("singleVariantColumn");
}

bool CsvOptions::reads_lines() const {
  const std::string& separator = format.separator;
  const bool is_plain = separator.size() == 1 && separator != "\n" && separator != "\r" && separator[0] != '\0';
  const functions::kernel::CsvRecordFormat usual;
  return is_plain && !format.is_multi_line && format.encoding == "UTF-8" && format.quote.size() <= 1 && format.escape.size() <= 1 &&
         format.comment.size() <= 1 && format.escape_of_escape.empty() && format.line_separator.empty() && format.empty_text.empty() &&
         format.unescaped_quotes == usual.unescaped_quotes && !format.trims_leading && !format.trims_trailing &&
         format.columns_max == usual.columns_max && format.characters_max == usual.characters_max && enforces_schema;
}

std::string CsvOptions::lines_sql(const std::string& files, const std::vector<std::string>& types) const {
  std::string kinds;
  for (const std::string& type : types) kinds += (kinds.empty() ? "" : ", ") + quote_string(type);
  std::string sql = "fs_csv(" + files + ", [" + kinds + "]";
  for (const std::string& option : {format.separator, format.quote, format.escape, format.comment, format.null_text}) {
    sql += ", " + quote_string(option);
  }
  return sql + (format.has_header ? ", true)" : ", false)");
}

std::string CsvOptions::records_sql(const std::string& files, size_t column_count, const std::vector<std::string>& header) const {
  const auto list = [](const std::vector<std::string>& texts) {
    std::string sql;
    for (const std::string& text : texts) sql += (sql.empty() ? "" : ", ") + quote_string(text);
    return "CAST([" + sql + "] AS VARCHAR[])";
  };
  return "fs_csv_records(" + files + ", " + std::to_string(column_count) + ", " + list(format.to_texts()) + ", " + list(header) + ")";
}

}  // namespace firesteel::engine
