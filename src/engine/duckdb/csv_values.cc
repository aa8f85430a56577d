#include "engine/duckdb/csv_values.h"

#include "base/error.h"
#include "engine/duckdb/type_sql.h"

namespace firesteel::engine {
namespace {

using plan::Type;
using plan::TypeKind;

// A text by a format, or by Spark's own forms where the options allow it.
std::string parsed(const std::string& by_format, const std::string& cast, const CsvOptions& options, bool has_format) {
  if (!has_format) return options.falls_back.value_or(true) ? cast : by_format;
  return options.falls_back.value_or(false) ? "coalesce(" + by_format + ", " + cast + ")" : by_format;
}

std::string real_sql(const std::string& raw, const CsvOptions& options) {
  return "fs_csv_double(" + raw + ", " + quote_string(options.nan_value) + ", " + quote_string(options.positive_infinity) + ", " +
         quote_string(options.negative_infinity) + ")";
}

std::string date_sql(const std::string& raw, const CsvOptions& options, const std::string& zone) {
  const std::string format = options.date_format.empty() ? "yyyy-MM-dd" : options.date_format;
  return parsed("fs_parse_date(" + raw + ", " + quote_string(format) + ", " + zone + ", false)", "fs_cast_string_date(" + raw + ", 'try')",
                options, !options.date_format.empty());
}

std::string timestamp_sql(const std::string& raw, const CsvOptions& options, const std::string& zone) {
  const std::string cast = "fs_cast_string_timestamp(" + raw + ", 'try', " + zone + ")";
  if (options.timestamp_format.empty()) return cast;
  return parsed("fs_parse_timestamp(" + raw + ", " + quote_string(options.timestamp_format) + ", " + zone + ", false)", cast, options, true);
}

// Without a format no zone may stand behind the time.
std::string local_timestamp_sql(const std::string& raw, const CsvOptions& options, const std::string& zone) {
  if (!options.timestamp_ntz_format.empty()) {
    return "fs_parse_timestamp_ntz(" + raw + ", " + quote_string(options.timestamp_ntz_format) + ", " + zone + ", false)";
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
