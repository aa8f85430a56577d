#include "functions/kernel/legacy_date_pattern.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "base/error.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/civil.h"
#include "functions/kernel/date_names.h"
#include "functions/kernel/int128.h"
#include "functions/kernel/legacy_calendar.h"
#include "functions/kernel/utf8.h"
#include "functions/kernel/zone_names.h"

namespace firesteel::functions::kernel {

namespace {

using Field = CalendarField;

constexpr std::string_view kLetters = "GyMdkHmsSEDFwWahKzZYuXL";
constexpr int kLongestIsoZone = 3;
constexpr int kCenturyBegins = 80;  // years ago
constexpr int kFastYearWidth = 4;
constexpr int64_t kMillisPerMinute = 60'000;
constexpr int kMostFractionDigits = 18;  // Decimal.POW_10; Spark fails on more

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

[[noreturn]] void refuse(std::string_view pattern) {
  throw SparkError("INVALID_DATETIME_PATTERN.WITH_SUGGESTION",
                   {{"pattern", quote_sql_string(pattern)}, {"docroot", "https://spark.apache.org/docs/latest"}})
      .with_kind(ErrorKind::kRuntime);
}

void put_number(int64_t value, int width, std::string& out) {
  const std::string digits = std::to_string(std::abs(value));
  if (value < 0) out += '-';
  if (static_cast<int>(digits.size()) < width) out.append(static_cast<size_t>(width) - digits.size(), '0');
  out += digits;
}

// Hours and minutes from UTC; `colon` stands between them.
void put_offset(int64_t millis, std::string_view colon, bool has_minutes, std::string& out) {
  const int64_t minutes = std::abs(millis / kMillisPerMinute);
  out += millis < 0 ? '-' : '+';
  put_number(minutes / 60, 2, out);
  if (!has_minutes) return;
  out += colon;
  put_number(minutes % 60, 2, out);
}

void put_zone_name(const TimeZone& zone, bool is_daylight, bool is_long, std::string& out) {
  const ZoneNames* names = find_zone_names(zone.id());
  if (names == nullptr) {
    // TimeZone's own ids of offsets begin with GMT.
    out += zone.is_offset() && !zone.id().starts_with("GMT") ? "GMT" + zone.id() : zone.id();
  } else if (is_long) {
    out += is_daylight ? names->daylight_long : names->standard_long;
  } else {
    out += is_daylight ? names->daylight_short : names->standard_short;
  }
}

// FastDatePrinter.PaddedNumberField takes a negative number for one digit, whatever character that is.
void put_fast_number(int64_t value, int width, std::string& out) {
  if (value >= 0 || width < 3) return put_number(value, width, out);
  out.append(static_cast<size_t>(width) - 1, '0');
  append_utf8(static_cast<uint16_t>('0' + value), out);
}

int64_t number_of(char letter, const CalendarFields& fields) {
  switch (letter) {
    case 'y': return fields[Field::kYear];
    case 'Y': return week_year_of(fields);
    case 'M':
    case 'L': return fields[Field::kMonth] + 1;
    case 'd': return fields[Field::kDayOfMonth];
    case 'k': return fields[Field::kHourOfDay] == 0 ? 24 : fields[Field::kHourOfDay];
    case 'H': return fields[Field::kHourOfDay];
    case 'm': return fields[Field::kMinute];
    case 's': return fields[Field::kSecond];
    case 'S': return fields[Field::kMillisecond];
    case 'D': return fields[Field::kDayOfYear];
    case 'F': return fields[Field::kDayOfWeekInMonth];
    case 'w': return fields[Field::kWeekOfYear];
    case 'W': return fields[Field::kWeekOfMonth];
    case 'h': return fields[Field::kHour] == 0 ? 12 : fields[Field::kHour];
    case 'K': return fields[Field::kHour];
    default: return fields[Field::kDayOfWeek] == 1 ? 7 : fields[Field::kDayOfWeek] - 1;  // u
  }
}

void put_zone(char letter, int count, bool is_fast, const CalendarFields& fields, const TimeZone& zone, std::string& out) {
  const bool is_daylight = fields[Field::kDaylightOffset] != 0;
  if (letter == 'z') return put_zone_name(zone, is_daylight, count >= 4, out);
  const int64_t offset = int64_t{fields[Field::kZoneOffset]} + fields[Field::kDaylightOffset];
  // FastDateFormat takes ZZ for the zone of ISO 8601, and has a colon in more of them.
  const bool is_iso = letter == 'X' || (is_fast && count == 2);
  if (is_iso && offset == 0) {
    out += 'Z';
    return;
  }
  const bool has_colon = letter == 'X' ? count == kLongestIsoZone : is_fast && count > 1;
  put_offset(offset, has_colon ? ":" : "", letter != 'X' || count > 1, out);
}

// Whether the letter is written as a name.
bool put_name(char letter, int count, const CalendarFields& fields, std::string& out) {
  const auto put = [&](std::string_view name) { out += count >= 4 ? name : name.substr(0, 3); };
  switch (letter) {
    case 'G': out += fields[Field::kEra] == 1 ? "AD" : "BC"; return true;
    case 'a': out += fields[Field::kAmPm] == 0 ? "AM" : "PM"; return true;
    case 'E': put(kDayNames[static_cast<size_t>((fields[Field::kDayOfWeek] + 5) % 7)]); return true;
    case 'M':
    case 'L':
      if (count < 3) return false;
      put(kMonthNames[static_cast<size_t>(fields[Field::kMonth])]);
      return true;
    default: return false;
  }
}

}  // namespace

LegacyDatePattern::LegacyDatePattern(std::string_view pattern, LegacyFormat format) : format_(format) {
  compile(pattern);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  const CivilDate today = civil_from_days(floor_div(seconds, kSecondsPerDay));
  century_start_year_ = today.year - kCenturyBegins;
  century_start_millis_ = (days_from_civil(century_start_year_, today.month, today.day) * kSecondsPerDay + floor_mod(seconds, kSecondsPerDay)) * 1000;
}

void LegacyDatePattern::compile(std::string_view pattern) {
  bool is_quoted = false;
  const auto add_literal = [&](char c) {
    if (elements_.empty() || elements_.back().letter != 0) elements_.emplace_back();
    elements_.back().literal += c;
  };
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\'') {
      const bool is_doubled = i + 1 < pattern.size() && pattern[i + 1] == '\'';
      if (is_doubled) add_literal(pattern[++i]);
      else is_quoted = !is_quoted;
    } else if (is_quoted || !is_letter(c)) {
      add_literal(c);
    } else {
      size_t end = i + 1;
      while (end < pattern.size() && pattern[end] == c) ++end;
      const auto count = static_cast<int>(end - i);
      if (kLetters.find(c) == std::string_view::npos || (c == 'X' && count > kLongestIsoZone)) refuse(pattern);
      elements_.push_back({c, count, ""});
      i = end - 1;
    }
  }
  if (is_quoted) refuse(pattern);
  for (const char c : pattern) fraction_digits_ += c == 'S' ? 1 : 0;
}

void LegacyDatePattern::format(int64_t utc_micros, const TimeZone& zone, std::string& out) const {
  const bool is_fast = format_ == LegacyFormat::kFast;
  const auto rebased = rebase_gregorian_to_julian(utc_micros, zone);
  const int64_t julian = rebased.value_or(utc_micros);
  CalendarFields fields = calendar_fields(floor_div(julian, 1000), zone);
  if (is_fast) {
    // MicrosCalendar.setMicros: as many digits of the fraction as the pattern has letters for.
    Int128 fraction = floor_mod(julian, kMicrosPerSecond);
    for (int i = 0; i < std::min(fraction_digits_, kMostFractionDigits); ++i) fraction *= 10;
    fields[Field::kMillisecond] = static_cast<int32_t>(fraction / kMicrosPerSecond);
  }
  format_fields(fields, zone, out);
}

void LegacyDatePattern::format_date(int32_t days, std::string& out) const {
  constexpr int64_t kMillisPerDay = kSecondsPerDay * 1000;
  format_fields(calendar_fields(rebase_gregorian_to_julian_days(days) * kMillisPerDay, TimeZone::utc()), TimeZone::utc(), out);
}

void LegacyDatePattern::format_fields(const CalendarFields& fields, const TimeZone& zone, std::string& out) const {
  const bool is_fast = format_ == LegacyFormat::kFast;
  for (const Element& element : elements_) {
    if (element.letter == 0) {
      out += element.literal;
    } else if (element.letter == 'z' || element.letter == 'Z' || element.letter == 'X') {
      put_zone(element.letter, element.count, is_fast, fields, zone, out);
    } else if (!put_name(element.letter, element.count, fields, out)) {
      const bool is_year = element.letter == 'y' || element.letter == 'Y';
      const int64_t number = number_of(element.letter, fields);
      if (is_year && element.count == 2) put_number(number % 100, 2, out);
      else if (!is_fast) put_number(number, element.count, out);
      else put_fast_number(number, is_year ? std::max(element.count, kFastYearWidth) : element.count, out);
    }
  }
}

std::optional<int64_t> LegacyDatePattern::parse(std::string_view text, const TimeZone& zone, std::string* message) const {
  const auto micros = format_ == LegacyFormat::kFast ? parse_fast(text, zone) : parse_simple(text, zone);
  if (micros) return rebase_julian_to_gregorian(*micros, zone);
  if (message != nullptr) *message = "Unparseable date: \"" + std::string(text) + "\"";
  return std::nullopt;
}

}  // namespace firesteel::functions::kernel
