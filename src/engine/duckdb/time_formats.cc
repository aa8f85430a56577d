#include "engine/duckdb/time_formats.h"

#include "engine/duckdb/time_parsers.h"
#include "engine/duckdb/type_sql.h"

namespace firesteel::engine {

using functions::kernel::LegacyFormat;
using functions::kernel::TimeParserPolicy;
using plan::TypeKind;

TimeFormats::TimeFormats(const ReaderOptions& options, TimeParserPolicy policy) : is_legacy_(policy == TimeParserPolicy::kLegacy) {
  namespace kernel = functions::kernel;
  date_ = options.get("dateFormat", is_legacy_ ? kernel::kDateFormat : "");
  timestamp_ = options.get("timestampFormat", is_legacy_ ? kernel::kLegacyTimestampFormat : kernel::kTimestampFormat);
  timestamp_ntz_ = options.get("timestampNTZFormat", kernel::kTimestampNtzFormat);
}

std::string TimeFormats::text_sql(const std::string& sql, const plan::Type& type, const std::string& zone) const {
  const auto formatted = [](const std::string& suffix, const std::string& time, const std::string& pattern, const std::string& in_zone) {
    return "fs_date_format" + suffix + "(" + time + ", " + quote_string(pattern) + ", " + quote_string(in_zone) + ")";
  };
  const std::string suffix = is_legacy_ ? time_parser_suffix({TimeParserPolicy::kLegacy, LegacyFormat::kFast}) : "";
  if (type.is(TypeKind::kTimestamp)) return formatted(suffix, sql, timestamp_, zone);
  if (type.is(TypeKind::kTimestampNtz)) return formatted("", sql, timestamp_ntz_, "UTC");
  if (type.is(TypeKind::kDate) && !date_.empty()) return formatted(suffix, "CAST(" + sql + " AS TIMESTAMP)", date_, "UTC");
  return "";
}

}  // namespace firesteel::engine
