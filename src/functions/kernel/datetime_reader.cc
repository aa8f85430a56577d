#include "functions/kernel/datetime_reader.h"

#include <utility>

#include "base/error.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/legacy_calendar.h"

namespace firesteel::functions::kernel {

namespace {

constexpr const char* kDefaultTimestampFormat = "yyyy-MM-dd HH:mm:ss";

// DateTimeUtils.cleanLegacyTimestampStr; nothing if that changes nothing.
std::optional<std::string> without_gmt(std::string_view text) {
  if (text.find("GMT") == std::string_view::npos) return std::nullopt;
  std::string result(text);
  for (size_t at = result.find("GMT"); at != std::string::npos; at = result.find("GMT", at)) result.erase(at, 3);
  return result;
}

// Whether nothing but a time of day stands behind the date.
bool is_without_zone(std::string_view text) {
  const size_t time = text.find_first_of("T ", text.find_first_not_of(" \t\r\n"));
  return time == std::string_view::npos || text.find_first_not_of("0123456789:. \t\r\n", time + 1) == std::string_view::npos;
}

}  // namespace

DatetimeFormats inference_formats(DatetimeFormats formats) {
  if (formats.policy == TimeParserPolicy::kException) formats.policy = TimeParserPolicy::kCorrected;
  formats.falls_back = false;
  formats.is_inference = true;
  return formats;
}

DatetimeReader::DatetimeReader(DatetimeFormats formats, const TimeZone& zone) : formats_(std::move(formats)), zone_(zone) {
  date_ = compile(formats_.date, kDateFormat, kDateFormat);
  timestamp_ = compile(formats_.timestamp, kLegacyTimestampFormat, kDefaultTimestampFormat);
  // There are no local times in Spark 2, which would be read otherwise.
  timestamp_ntz_ = compile(formats_.timestamp_ntz, nullptr, kDefaultTimestampFormat);
  timestamp_ntz_.falls_back = formats_.timestamp_ntz.empty();
}

// The parsers of UnivocityParser and JacksonParser are lazy: what their formats raise makes a record malformed, unless it tells of
// the change between the versions.
std::shared_ptr<const DatePattern> DatetimeReader::pattern_of(const std::string& format, TimeParser parser) const {
  try {
    return std::make_shared<DatePattern>(format, DatePattern::Purpose::kParse, parser);
  } catch (const SparkError& error) {
    if (formats_.is_inference || !error.condition().starts_with("INVALID_DATETIME_PATTERN")) throw;
    return nullptr;
  }
}

DatetimeReader::Patterns DatetimeReader::compile(const std::string& format, const char* legacy_format, const char* checked_format) const {
  const bool is_legacy = formats_.policy == TimeParserPolicy::kLegacy && legacy_format != nullptr;
  Patterns patterns;
  patterns.falls_back = formats_.falls_back.value_or(is_legacy || format.empty());
  const TimeParser parser = {is_legacy ? TimeParserPolicy::kLegacy : TimeParserPolicy::kCorrected, LegacyFormat::kFast};
  patterns.has_format = !format.empty() || is_legacy;
  if (patterns.has_format) patterns.pattern = pattern_of(format.empty() ? legacy_format : format, parser);
  if (formats_.policy == TimeParserPolicy::kException) {
    try {
      patterns.checked = std::make_shared<LegacyDatePattern>(format.empty() ? checked_format : format, LegacyFormat::kFast);
    } catch (const SparkError&) {
      // What is no pattern there reads nothing.
    }
  }
  return patterns;
}

void DatetimeReader::check(const Patterns& patterns, std::string_view text) const {
  if (patterns.checked) check_parsed_difference(*patterns.checked, text, zone_);
}

std::optional<int32_t> DatetimeReader::date(std::string_view text) const {
  if (date_.pattern) {
    if (const auto days = date_.pattern->parse_date(text, zone_)) return days;
  }
  if (date_.falls_back || !date_.has_format) {
    if (const auto days = string_to_date(text, CastMode::kTry)) return days;
    const auto cleaned = date_.falls_back ? without_gmt(text) : std::nullopt;
    if (const auto days = cleaned ? string_to_date(*cleaned, CastMode::kTry) : std::nullopt) return days;
    if (formats_.is_json && date_.falls_back) {
      if (const auto days = string_to_int(text, CastMode::kTry)) return static_cast<int32_t>(rebase_julian_to_gregorian_days(*days));
    }
  }
  check(date_, text);
  return std::nullopt;
}

std::optional<int64_t> DatetimeReader::timestamp(std::string_view text) const {
  if (timestamp_.pattern) {
    if (const auto micros = timestamp_.pattern->parse_timestamp(text, zone_)) return micros;
  }
  if (timestamp_.falls_back || !timestamp_.has_format) {
    if (const auto micros = string_to_timestamp(text, zone_, CastMode::kTry)) return micros;
    const auto cleaned = timestamp_.falls_back ? without_gmt(text) : std::nullopt;
    if (const auto micros = cleaned ? string_to_timestamp(*cleaned, zone_, CastMode::kTry) : std::nullopt) return micros;
  }
  check(timestamp_, text);
  return std::nullopt;
}

bool DatetimeReader::is_inferred_timestamp(std::string_view text) const {
  if (timestamp(text)) return true;
  // JsonInferSchema: under the parser of Spark 2 also what is a local time, SPARK-46769.
  const bool takes_local = formats_.is_json && formats_.policy == TimeParserPolicy::kLegacy;
  return takes_local && is_without_zone(text) && string_to_timestamp_ntz(text, CastMode::kTry).has_value();
}

std::optional<int64_t> DatetimeReader::timestamp_ntz(std::string_view text) const {
  std::optional<int64_t> micros;
  if (timestamp_ntz_.pattern) micros = timestamp_ntz_.pattern->parse_zoneless_timestamp(text);
  if (!timestamp_ntz_.has_format) micros = zoneless_timestamp(text);
  if (!micros) check(timestamp_ntz_, text);
  return micros;
}

}  // namespace firesteel::functions::kernel
