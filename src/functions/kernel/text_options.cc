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

TextOptions::TextOptions(const Value& options, std::string_view session_zone) {
  if (!options.is_null()) {
    const Values& entries = options.list();
    for (size_t i = 0; i + 1 < entries.size(); i += 2) {
      if (entries[i + 1].is_null()) continue;
      values_.emplace_back(lower_case(entries[i].text()), entries[i + 1].text());
    }
  }
  check_locale(find("locale"));
  zone_ = &TimeZone::get(find("timeZone").value_or(std::string(session_zone)));
  date_ = compile("dateFormat", "yyyy-MM-dd");
  exact_date_ = date_.parse ? date_.parse : std::make_shared<DatePattern>("yyyy-MM-dd", DatePattern::Purpose::kParse);
  timestamp_ = compile("timestampFormat", "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]");
  timestamp_ntz_ = compile("timestampNTZFormat", "yyyy-MM-dd'T'HH:mm:ss[.SSS]");
  if (find("timeFormat")) time_ = compile("timeFormat", "");
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

TextOptions::Patterns TextOptions::compile(const char* name, const char* fallback) const {
  using Purpose = DatePattern::Purpose;
  const auto wanted = find(name);
  Patterns patterns;
  patterns.format = std::make_shared<DatePattern>(wanted.value_or(fallback), Purpose::kFormat);
  if (wanted) patterns.parse = std::make_shared<DatePattern>(*wanted, Purpose::kParse);
  return patterns;
}

const TextOptions::Patterns& TextOptions::patterns(const Type& type) const {
  if (type.is(TypeKind::kDate)) return date_;
  return type.is(TypeKind::kTimestamp) ? timestamp_ : timestamp_ntz_;
}

void TextOptions::append_datetime(const Type& type, int64_t value, std::string& out) const {
  if (type.is(TypeKind::kTime)) {
    return time_.format ? time_.format->format(value / kNanosPerMicrosecond, TimeZone::utc(), out) : append_time(value, out);
  }
  const bool is_instant = type.is(TypeKind::kTimestamp);
  const int64_t micros = type.is(TypeKind::kDate) ? value * kMicrosPerDay : value;
  patterns(type).format->format(micros, is_instant ? *zone_ : TimeZone::utc(), out);
}

std::optional<int64_t> TextOptions::parse_datetime(const Type& type, std::string_view text) const {
  const Patterns& known = patterns(type);
  switch (type.kind()) {
    case TypeKind::kDate: {
      const auto days = known.parse ? known.parse->parse_date(text, *zone_)
                                    : string_to_date(text, CastMode::kTry);
      return days ? std::optional<int64_t>(*days) : std::nullopt;
    }
    case TypeKind::kTime: {
      if (!time_.parse) return string_to_time(text, type.precision(), CastMode::kTry);
      const auto micros = time_.parse->parse_timestamp_ntz(text);
      return micros ? std::optional<int64_t>(*micros % kMicrosPerDay * kNanosPerMicrosecond) : std::nullopt;
    }
    case TypeKind::kTimestamp:
      return known.parse ? known.parse->parse_timestamp(text, *zone_)
                         : string_to_timestamp(text, *zone_, CastMode::kTry);
    default:
      return known.parse ? known.parse->parse_zoneless_timestamp(text) : zoneless_timestamp(text);
  }
}

JsonSchemaOptions json_schema_options_of(const TextOptions& options) {
  JsonSchemaOptions inference = schema_options_of(options);
  if (options.flag("inferTimestamp", false)) {
    const bool tries_local = options.infers_local_timestamps();
    inference.timestamp_type = [options, tries_local](std::string_view text) -> std::optional<Type> {
      if (tries_local && options.parse_datetime(Type::timestamp_ntz(), text)) return Type::timestamp_ntz();
      if (!options.parse_datetime(Type::timestamp(), text)) return std::nullopt;
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

bool TextOptions::has_date_format(std::string_view text) const { return exact_date_->parse_date(text, *zone_).has_value(); }

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
