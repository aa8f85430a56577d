#include "functions/kernel/text_options.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <mutex>

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

struct TextOptions::Writers {
  std::once_flag is_made;
  Pattern date;
  Pattern timestamp;
  Pattern timestamp_ntz;
  Pattern time;
};

struct TextOptions::Readers {
  std::once_flag is_made;
  std::optional<DatetimeReader> reader;
  Pattern time;  // without one the text is cast
  std::once_flag is_inferring_made;
  std::optional<DatetimeReader> inferring;
  Pattern exact_date;
};

TextOptions::TextOptions(const Value& options, std::string_view session_zone, TimeParserPolicy policy, bool is_json)
    : policy_(policy), is_json_(is_json) {
  if (!options.is_null()) {
    const Values& entries = options.list();
    for (size_t i = 0; i + 1 < entries.size(); i += 2) {
      if (entries[i + 1].is_null()) continue;
      values_.emplace_back(lower_case(entries[i].text()), entries[i + 1].text());
    }
  }
  check_locale(find("locale"));
  zone_ = &TimeZone::get(find("timeZone").value_or(std::string(session_zone)));
  writers_ = std::make_shared<Writers>();
  readers_ = std::make_shared<Readers>();
}

DatetimeFormats TextOptions::datetime_formats() const {
  DatetimeFormats formats = {.date = find("dateFormat").value_or(""), .timestamp = find("timestampFormat").value_or(""),
                             .timestamp_ntz = find("timestampNTZFormat").value_or(""), .falls_back = {}, .policy = policy_, .is_json = is_json_};
  if (find("enableDateTimeParsingFallback")) formats.falls_back = flag("enableDateTimeParsingFallback", false);
  return formats;
}

const TextOptions::Readers& TextOptions::readers() const {
  std::call_once(readers_->is_made, [&] {
    readers_->reader.emplace(datetime_formats(), *zone_);
    if (const auto format = find("timeFormat")) readers_->time = std::make_shared<DatePattern>(*format, DatePattern::Purpose::kParse);
  });
  return *readers_;
}

const TextOptions::Readers& TextOptions::inferring_readers() const {
  std::call_once(readers_->is_inferring_made, [&] {
    readers_->inferring.emplace(inference_formats(datetime_formats()), *zone_);
    try {
      readers_->exact_date = std::make_shared<DatePattern>(find("dateFormat").value_or(kDateFormat), DatePattern::Purpose::kParse);
    } catch (const SparkError&) {
      // CSVInferSchema.tryParseDate catches all.
    }
  });
  return *readers_;
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

bool TextOptions::infers_local_timestamps() const { return find(kTimestampTypeOption) == "TIMESTAMP_NTZ"; }

bool TextOptions::is_fail_fast() const { return lower_case(find("mode").value_or("")) == "failfast"; }

bool TextOptions::drops_malformed() const { return lower_case(find("mode").value_or("")) == "dropmalformed"; }

std::optional<size_t> TextOptions::corrupt_column(const Type& row) const {
  const std::string column = find("columnNameOfCorruptRecord").value_or("_corrupt_record");
  for (size_t i = 0; i < row.fields().size(); ++i) {
    if (row.fields()[i].name == column && row.fields()[i].type.is_string()) return i;
  }
  return std::nullopt;
}

const TextOptions::Writers& TextOptions::writers() const {
  std::call_once(writers_->is_made, [&] {
    const auto format_of = [&](const char* name, const char* fallback, TimeParser parser) {
      return std::make_shared<DatePattern>(find(name).value_or(fallback), DatePattern::Purpose::kFormat, parser);
    };
    const TimeParser parser = {policy_, LegacyFormat::kFast};
    const bool is_legacy = policy_ == TimeParserPolicy::kLegacy;
    writers_->date = format_of("dateFormat", kDateFormat, parser);
    writers_->timestamp = format_of("timestampFormat", is_legacy ? kLegacyTimestampFormat : kTimestampFormat, parser);
    writers_->timestamp_ntz = format_of("timestampNTZFormat", kTimestampNtzFormat, {});
    if (find("timeFormat")) writers_->time = format_of("timeFormat", "", {});
  });
  return *writers_;
}

void TextOptions::append_datetime(const Type& type, int64_t value, std::string& out) const {
  const Writers& use = writers();
  switch (type.kind()) {
    case TypeKind::kTime:
      return use.time ? use.time->format(value / kNanosPerMicrosecond, TimeZone::utc(), out) : append_time(value, out);
    case TypeKind::kDate: return use.date->format(value * kMicrosPerDay, TimeZone::utc(), out);
    case TypeKind::kTimestamp: return use.timestamp->format(value, *zone_, out);
    default: return use.timestamp_ntz->format(value, TimeZone::utc(), out);
  }
}

std::optional<int64_t> TextOptions::parse_datetime(const Type& type, std::string_view text) const {
  switch (type.kind()) {
    case TypeKind::kDate: {
      const auto days = readers().reader->date(text);
      return days ? std::optional<int64_t>(*days) : std::nullopt;
    }
    case TypeKind::kTime: {
      const Pattern& pattern = readers().time;
      if (!pattern) return string_to_time(text, type.precision(), CastMode::kTry);
      const auto micros = pattern->parse_timestamp_ntz(text);
      return micros ? std::optional<int64_t>(*micros % kMicrosPerDay * kNanosPerMicrosecond) : std::nullopt;
    }
    case TypeKind::kTimestamp: return readers().reader->timestamp(text);
    default: return readers().reader->timestamp_ntz(text);
  }
}

bool TextOptions::is_inferred(const Type& type, std::string_view text) const {
  // To the letter: what a cast takes for a date may be a timestamp.
  if (type.is(TypeKind::kDate)) {
    const Pattern& pattern = inferring_readers().exact_date;
    return pattern && pattern->parse_date(text, *zone_);
  }
  return inferring_readers().inferring->is_inferred_timestamp(text);
}

JsonSchemaOptions json_schema_options_of(const TextOptions& options) {
  JsonSchemaOptions inference = schema_options_of(options);
  if (options.flag("inferTimestamp", false)) {
    const bool tries_local = options.infers_local_timestamps();
    inference.timestamp_type = [options, tries_local](std::string_view text) -> std::optional<Type> {
      if (tries_local && options.parse_datetime(Type::timestamp_ntz(), text)) return Type::timestamp_ntz();
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
