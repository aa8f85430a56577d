#include "engine/duckdb/csv_values.h"

#include "base/error.h"
#include "engine/duckdb/type_sql.h"

namespace firesteel::engine {
namespace {

using plan::Type;
using plan::TypeKind;

// A text by a format, or by Spark's own forms where the options allow it.
std::string parsed(const std::string& by_format, const std::string& cast, const CsvOptions& options, bool has_format) {
  if (!has_format) return options.formats.falls_back.value_or(true) ? cast : by_format;
  return options.formats.falls_back.value_or(false) ? "coalesce(" + by_format + ", " + cast + ")" : by_format;
}

std::string real_sql(const std::string& raw, const CsvOptions& options) {
  return "fs_csv_double(" + raw + ", " + quote_string(options.nan_value) + ", " + quote_string(options.positive_infinity) + ", " +
         quote_string(options.negative_infinity) + ")";
}

// A kernel of text_datetime_kernels.cc, which looks at all that the options and the policy say.
std::string read_by_policy(const char* kernel, const std::string& raw, const std::string& format, const CsvOptions& options, const std::string& zone) {
  const auto& formats = options.formats;
  const std::string fallback = !formats.falls_back ? "" : *formats.falls_back ? "true" : "false";
  const bool is_legacy = formats.policy == functions::kernel::TimeParserPolicy::kLegacy;
  return std::string(kernel) + (is_legacy ? "_legacy(" : "_exception(") + raw + ", " + quote_string(format) + ", " + quote_string(fallback) + ", " + zone + ")";
}

bool has_policy(const CsvOptions& options) { return options.formats.policy != functions::kernel::TimeParserPolicy::kCorrected; }

std::string date_sql(const std::string& raw, const CsvOptions& options, const std::string& zone) {
  if (has_policy(options)) return read_by_policy("fs_read_date", raw, options.formats.date, options, zone);
  const std::string format = options.formats.date.empty() ? functions::kernel::kDateFormat : options.formats.date;
  return parsed("fs_parse_date(" + raw + ", " + quote_string(format) + ", " + zone + ", false)", "fs_cast_string_date(" + raw + ", 'try')",
                options, !options.formats.date.empty());
}

std::string timestamp_sql(const std::string& raw, const CsvOptions& options, const std::string& zone) {
  const std::string cast = "fs_cast_string_timestamp(" + raw + ", 'try', " + zone + ")";
  if (has_policy(options)) return read_by_policy("fs_read_timestamp", raw, options.formats.timestamp, options, zone);
  if (options.formats.timestamp.empty()) return cast;
  return parsed("fs_parse_timestamp(" + raw + ", " + quote_string(options.formats.timestamp) + ", " + zone + ", false)", cast, options, true);
}

// Without a format no zone may stand behind the time.
std::string local_timestamp_sql(const std::string& raw, const CsvOptions& options, const std::string& zone) {
  if (options.formats.policy == functions::kernel::TimeParserPolicy::kException) {
    return read_by_policy("fs_read_timestamp_ntz", raw, options.formats.timestamp_ntz, options, zone);
  }
  if (!options.formats.timestamp_ntz.empty()) {
    return "fs_parse_timestamp_ntz(" + raw + ", " + quote_string(options.formats.timestamp_ntz) + ", " + zone + ", false)";
  }
  return "(CASE WHEN regexp_full_match(trim(" + raw + "), '[+-]?[0-9]+(-[0-9]+(-[0-9]+)?)?([T ][0-9:.]*)?') THEN fs_cast_string_timestamp_ntz(" +
         raw + ", 'try', " + zone + ") END)";
}

}  // namespace

bool has_usual_words(const CsvOptions& options) {
  return options.nan_value == "NaN" && options.positive_infinity == "Inf" && options.negative_infinity == "-Inf";
}

std::string csv_value_sql(const std::string& raw, const Type& type, const CsvOptions& options, const std::string& session_zone) {
  const std::string zone = quote_string(options.time_zone.empty() ? session_zone : options.time_zone);
  switch (type.kind()) {
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar: return raw;
    case TypeKind::kBinary: return "encode(" + raw + ")";
    case TypeKind::kBoolean: return "(CASE lower(" + raw + ") WHEN 'true' THEN true WHEN 'false' THEN false END)";
    case TypeKind::kByte: return "fs_cast_string_byte(" + raw + ", 'try')";
    case TypeKind::kShort: return "fs_cast_string_short(" + raw + ", 'try')";
    case TypeKind::kInteger: return "fs_cast_string_int(" + raw + ", 'try')";
    case TypeKind::kLong: return "fs_cast_string_long(" + raw + ", 'try')";
    case TypeKind::kFloat: return "CAST(" + real_sql(raw, options) + " AS FLOAT)";
    case TypeKind::kDouble: return real_sql(raw, options);
    case TypeKind::kDecimal:  // ExprUtils.getDecimalParser: marks of thousands count for nothing
      return "fs_cast_string_decimal(replace(" + raw + ", ',', ''), " + std::to_string(type.precision()) + ", " + std::to_string(type.scale()) + ", 'try')";
    case TypeKind::kDate: return date_sql(raw, options, zone);
    case TypeKind::kTimestamp: return timestamp_sql(raw, options, zone);
    case TypeKind::kTimestampNtz: return local_timestamp_sql(raw, options, zone);
    default: break;
  }
  throw SparkError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", {{"format", "CSV"}, {"columnName", ""}, {"columnType", "\"" + type.sql() + "\""}});
}

}  // namespace firesteel::engine
