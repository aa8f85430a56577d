#include "functions/kernel/text_options.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/error.h"
#include "base/text.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/civil.h"
#include "functions/kernel/value_text.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

// Times of day are nanoseconds.
constexpr int64_t kNanosPerMicrosecond = 1000;

}  // namespace

TextOptions::TextOptions(const Value& options, std::string_view session_zone, TimeParserPolicy policy, bool is_json) : policy_(policy) {
  if (!options.is_null()) {
    const Values& entries = options.list();
    for (size_t i = 0; i + 1 < entries.size(); i += 2) {
      if (entries[i + 1].is_null()) continue;
      values_.emplace_back(lower_case(entries[i].text()), entries[i + 1].text());
    }
  }
  check_locale(find("locale"));
  zone_ = &TimeZone::get(find("timeZone").value_or(std::string(session_zone)));
  const TimeParser parser = {policy, LegacyFormat::kFast};
  const bool is_legacy = policy == TimeParserPolicy::kLegacy;
  date_ = format_of("dateFormat", kDateFormat, parser);
  timestamp_ = format_of("timestampFormat", is_legacy ? kLegacyTimestampFormat : "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]", parser);
  timestamp_ntz_ = format_of("timestampNTZFormat", "yyyy-MM-dd'T'HH:mm:ss[.SSS]", {});
  if (find("timeFormat")) time_ = format_of("timeFormat", "", {});
  DatetimeFormats formats = {.date = find("dateFormat").value_or(""), .timestamp = find("timestampFormat").value_or(""),
                             .timestamp_ntz = find("timestampNTZFormat").value_or(""), .falls_back = {}, .policy = policy, .is_json = is_json};
  if (find("enableDateTimeParsingFallback")) formats.falls_back = flag("enableDateTimeParsingFallback", false);
  reader_ = std::make_shared<DatetimeReader>(formats, *zone_);
  inferring_reader_ = std::make_shared<DatetimeReader>(inference_formats(formats), *zone_);
  exact_date_ = std::make_shared<DatePattern>(find("dateFormat").value_or(kDateFormat), DatePattern::Purpose::kParse, is_legacy ? parser : TimeParser{});
  if (const auto format = find("timeFormat")) read_time_ = std::make_shared<DatePattern>(*format, DatePattern::Purpose::kParse);
}

std::optional<std::string> TextOptions::find(std::string_view name) const {
  const std::string wanted = lower_case(name);
  std::optional<std::string> found;
  for (const auto& [key, value] : values_) {
    if (key == wanted) found = value;
  }
  return found;
}

bool TextOptions::flag(std::string_view name, bool fallback) const {
  const auto value = find(name);
  return value ? lower_case(*value) == "true" : fallback;
}

bool TextOptions::is_fail_fast() const { return lower_case(find("mode").value_or("")) == "failfast"; }

bool TextOptions::drops_malformed() const { return lower_case(find("mode").value_or("")) == "dropmalformed"; }

std::optional<size_t> TextOptions::corrupt_column(const Type& row) const {
  const std::string column = find("columnNameOfCorruptRecord").value_or("_corrupt_record");
  for (size_t i = 0; i < row.fields().size(); ++i) {
    if (row.fields()[i].name == column && row.fields()[i].type.is_string()) return i;
  }
  return std::nullopt;
}

TextOptions::Pattern TextOptions::format_of(const char* name, const char* fallback, TimeParser parser) const {
  return std::make_shared<DatePattern>(find(name).value_or(fallback), DatePattern::Purpose::kFormat, parser);
}

void TextOptions::append_datetime(const Type& type, int64_t value, std::string& out) const {
  switch (type.kind()) {
    case TypeKind::kTime:
      return time_ ? time_->format(value / kNanosPerMicrosecond, TimeZone::utc(), out) : append_time(value, out);
    case TypeKind::kDate: return date_->format(value * kMicrosPerDay, TimeZone::utc(), out);
    case TypeKind::kTimestamp: return timestamp_->format(value, *zone_, out);
    default: return timestamp_ntz_->format(value, TimeZone::utc(), out);
  }
}

std::optional<int64_t> TextOptions::parse_datetime(const Type& type, std::string_view text) const {
  switch (type.kind()) {
    case TypeKind::kDate: {
      const auto days = reader_->date(text);
      return days ? std::optional<int64_t>(*days) : std::nullopt;
    }
    case TypeKind::kTime: {
      if (!read_time_) return string_to_time(text, type.precision(), CastMode::kTry);
      const auto micros = read_time_->parse_timestamp_ntz(text);
      return micros ? std::optional<int64_t>(*micros % kMicrosPerDay * kNanosPerMicrosecond) : std::nullopt;
    }
    case TypeKind::kTimestamp: return reader_->timestamp(text);
    default: return reader_->timestamp_ntz(text);
  }
}

bool TextOptions::is_inferred(const Type& type, std::string_view text) const {
  // To the letter: what a cast takes for a date may be a timestamp.
  if (type.is(TypeKind::kDate)) return exact_date_->parse_date(text, *zone_).has_value();
  return inferring_reader_->is_inferred_timestamp(text);
}

JsonSchemaOptions json_schema_options_of(const TextOptions& options) {
  JsonSchemaOptions inference = schema_options_of(options);
  if (options.flag("inferTimestamp", false)) {
    inference.timestamp_type = [options](std::string_view text) -> std::optional<Type> {
      if (!options.is_inferred(Type::timestamp(), text)) return std::nullopt;
      return Type::timestamp();
    };
  }
  return inference;
}

void check_locale(const std::optional<std::string>& locale) {
  if (locale && !lower_case(*locale).starts_with("en")) throw_unsupported("OPTION", "locale=" + *locale);
}

int64_t parse_whole_option(const std::string& name, const std::string& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return value;
  throw SparkError("_LEGACY_ERROR_TEMP_2146", {{"paramName", name}, {"value", text}});
}

double parse_sampling_ratio(const std::string& text) {
  const auto ratio = parse_java_double(text);
  if (!ratio) throw SparkError("_LEGACY_ERROR_JAVA_NUMBER_FORMAT", {{"message", "For input string: \"" + text + "\""}});
  return *ratio;
}

void check_sampling_ratio(double ratio) {
  if (ratio > 0) return;
  std::string text;
  append_double(ratio, text);
  throw SparkError("_LEGACY_ERROR_JAVA_ILLEGAL_ARGUMENT",
                   {{"message", "requirement failed: samplingRatio (" + text + ") should be greater than 0"}});
}

std::string row_text(const Type& type, const Value& row) {
  std::string text = "[";
  for (size_t i = 0; i < type.fields().size(); ++i) {
    const Type& field = type.fields()[i].type;
    const Value& value = row.list()[i];
    if (i > 0) text += ",";
    if (value.is_null()) {
      text += "null";
    } else if (const auto* number = std::get_if<int64_t>(&value.data)) {
      text += std::to_string(*number);
    } else {
      text += value_text(field, value, "UTC");
    }
  }
  return text + "]";
}

}  // namespace firesteel::functions::kernel
