#include "functions/kernel/date_pattern.h"

#include <cstdlib>

#include "base/error.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/civil.h"
#include "functions/kernel/date_names.h"
#include "functions/kernel/date_pattern_compiler.h"
#include "functions/kernel/zone_names.h"

namespace firesteel::functions::kernel {

namespace {

void append_padded(int64_t value, int width, std::string& out) {
  const std::string digits = std::to_string(value);
  if (static_cast<int>(digits.size()) < width) {
    out.append(static_cast<size_t>(width) - digits.size(), '0');
  }
  out += digits;
}

// Everything a pattern can ask for of one instant.
struct Moment {
  int64_t utc_seconds;
  int64_t days;
  int64_t second_of_day;
  int64_t nanos;
  CivilDate date;
  int32_t offset;
  const TimeZone* zone;
};

int64_t number_of(char letter, const Moment& moment) {
  const int64_t hour = moment.second_of_day / 3600;
  switch (letter) {
    case 'u': return moment.date.year;
    case 'y': return moment.date.year > 0 ? moment.date.year : 1 - moment.date.year;
    case 'M':
    case 'L': return moment.date.month;
    case 'Q':
    case 'q': return (moment.date.month + 2) / 3;
    case 'd': return moment.date.day;
    case 'D': return day_of_year(moment.days);
    case 'F': return (moment.date.day - 1) % 7 + 1;
    case 'H': return hour;
    case 'k': return hour == 0 ? 24 : hour;
    case 'K': return hour % 12;
    case 'h': return hour % 12 == 0 ? 12 : hour % 12;
    case 'm': return moment.second_of_day / 60 % 60;
    default: return moment.second_of_day % 60;
  }
}

void append_text(char letter, int count, const Moment& moment, std::string& out) {
  const auto append_name = [&](std::string_view name) {
    out += count == 4 ? name : name.substr(0, 3);
  };
  switch (letter) {
    case 'E': return append_name(kDayNames[static_cast<size_t>(iso_day_of_week(moment.days) - 1)]);
    case 'a': out += moment.second_of_day < 43200 ? "AM" : "PM"; return;
    case 'G':
      if (count == 4) {
        out += moment.date.year > 0 ? "Anno Domini" : "Before Christ";
      } else {
        out += moment.date.year > 0 ? "AD" : "BC";
      }
      return;
    case 'Q':
    case 'q': {
      const auto quarter = static_cast<size_t>((moment.date.month - 1) / 3);
      if (count == 4) {
        out += kQuarterNames[quarter];
      } else {
        out += 'Q';
        out += static_cast<char>('1' + quarter);
      }
      return;
    }
    default: append_name(kMonthNames[static_cast<size_t>(moment.date.month - 1)]);
  }
}

// count 1: +HHmm, minutes only if there are some; 2: +HHMM; 3: +HH:MM; 4: +HHMMss; 5: +HH:MM:ss.
void append_offset(int32_t offset, int count, std::string_view zero, std::string& out) {
  if (offset == 0) {
    out += zero;
    return;
  }
  const int32_t size = std::abs(offset);
  out += offset < 0 ? '-' : '+';
  append_padded(size / 3600, 2, out);
  const bool colons = count == 3 || count == 5;
  const int32_t minutes = size / 60 % 60, seconds = size % 60;
  if (count > 1 || minutes != 0) {
    if (colons) out += ':';
    append_padded(minutes, 2, out);
  }
  if (count > 3 && seconds != 0) {
    if (colons) out += ':';
    append_padded(seconds, 2, out);
  }
}

void append_localized_offset(int32_t offset, bool full, std::string& out) {
  out += "GMT";
  if (offset == 0) return;
  if (full) return append_offset(offset, 5, "", out);
  const int32_t size = std::abs(offset);
  out += offset < 0 ? '-' : '+';
  out += std::to_string(size / 3600);
  if (size % 3600 != 0) {
    out += ':';
    append_padded(size / 60 % 60, 2, out);
  }
  if (size % 60 != 0) {
    out += ':';
    append_padded(size % 60, 2, out);
  }
}

void append_zone(char letter, int count, const Moment& moment, std::string& out) {
  static constexpr std::string_view kZero[] = {"+00", "+0000", "+00:00", "+0000", "+00:00"};
  switch (letter) {
    case 'V': out += moment.zone->id(); return;
    case 'O': return append_localized_offset(moment.offset, count == 4, out);
    case 'X': return append_offset(moment.offset, count, "Z", out);
    case 'x': return append_offset(moment.offset, count, kZero[count - 1], out);
    case 'Z':
      if (count == 4) return append_localized_offset(moment.offset, true, out);
      return append_offset(moment.offset, count == 5 ? 5 : 2, count == 5 ? "Z" : "+0000", out);
    default: break;
  }
  const ZoneNames* names = find_zone_names(moment.zone->id());
  if (names == nullptr) {
    out += moment.zone->id();
    return;
  }
  const bool daylight = moment.zone->is_daylight_saving(moment.utc_seconds);
  if (count == 4) {
    out += daylight ? names->daylight_long : names->standard_long;
  } else {
    out += daylight ? names->daylight_short : names->standard_short;
  }
}

}  // namespace

DatePattern::DatePattern(std::string_view pattern, Purpose purpose, TimeParser parser) : policy_(parser.policy) {
  if (is_legacy()) {
    legacy_ = std::make_shared<LegacyDatePattern>(pattern, parser.legacy);
    return;
  }
  elements_ = Compiler(pattern, purpose).compile();
  if (policy_ == TimeParserPolicy::kException && purpose == Purpose::kParse) {
    try {
      legacy_ = std::make_shared<LegacyDatePattern>(pattern, parser.legacy);
    } catch (const SparkError&) {
      // What is no pattern there reads nothing.
    }
  }
  if (pattern == "MMyyyy") fast_path_ = FastPath::kMonthYear;
  if (pattern == "yyyy-MM-dd") fast_path_ = FastPath::kYearMonthDay;
  if (pattern == "MM/dd/yyyy") fast_path_ = FastPath::kSlashes;
  if (pattern == "yyyy-MM-dd HH:mm:ss") fast_path_ = FastPath::kDateAndTime;
  if (pattern == "yyyyMMdd") fast_path_ = FastPath::kCompact;
  if (pattern == "MM/yyyy") fast_path_ = FastPath::kMonthSlashYear;
}

bool DatePattern::format_fast(int64_t local_seconds, std::string& out) const {
  const int64_t days = floor_div(local_seconds, kSecondsPerDay);
  const CivilDate date = civil_from_days(days);
  if (date.year < 0 || date.year > 9999) return false;
  char buffer[19];
  size_t size = 0;
  const auto put = [&](int64_t value) {
    buffer[size++] = static_cast<char>('0' + value / 10);
    buffer[size++] = static_cast<char>('0' + value % 10);
  };
  const auto put_year = [&] {
    put(date.year / 100);
    put(date.year % 100);
  };
  switch (fast_path_) {
    case FastPath::kNone: return false;
    case FastPath::kMonthYear:
      put(date.month);
      put_year();
      break;
    case FastPath::kMonthSlashYear:
      put(date.month);
      buffer[size++] = '/';
      put_year();
      break;
    case FastPath::kSlashes:
      put(date.month);
      buffer[size++] = '/';
      put(date.day);
      buffer[size++] = '/';
      put_year();
      break;
    case FastPath::kCompact:
      put_year();
      put(date.month);
      put(date.day);
      break;
    case FastPath::kYearMonthDay:
    case FastPath::kDateAndTime: {
      put_year();
      buffer[size++] = '-';
      put(date.month);
      buffer[size++] = '-';
      put(date.day);
      if (fast_path_ == FastPath::kYearMonthDay) break;
      const int64_t second = local_seconds - days * kSecondsPerDay;
      buffer[size++] = ' ';
      put(second / 3600);
      buffer[size++] = ':';
      put(second / 60 % 60);
      buffer[size++] = ':';
      put(second % 60);
      break;
    }
  }
  out.append(buffer, size);
  return true;
}

void DatePattern::format(int64_t utc_micros, const TimeZone& zone, std::string& out) const {
  if (is_legacy()) return legacy_->format(utc_micros, zone, out);
  const int64_t utc_seconds = floor_div(utc_micros, kMicrosPerSecond);
  const int32_t offset = zone.offset_at(utc_seconds);
  const int64_t local = utc_seconds + offset;
  if (fast_path_ != FastPath::kNone && format_fast(local, out)) return;
  const int64_t days = floor_div(local, kSecondsPerDay);
  const Moment moment = {utc_seconds,
                         days,
                         local - days * kSecondsPerDay,
                         floor_mod(utc_micros, kMicrosPerSecond) * 1000,
                         civil_from_days(days),
                         offset,
                         &zone};
  for (const Element& element : elements_) {
    switch (element.kind) {
      case Kind::kOptional: break;
      case Kind::kLiteral: out += element.literal; break;
      case Kind::kNumber: {
        const int64_t value = number_of(element.letter, moment);
        const std::string digits = std::to_string(std::abs(value));
        if (value < 0) {
          out += '-';
        } else if (element.sign == Sign::kExceedsPad &&
                   static_cast<int>(digits.size()) > element.min_width) {
          out += '+';
        }
        append_padded(std::abs(value), element.min_width, out);
        break;
      }
      case Kind::kReducedYear:
        append_padded(std::abs(number_of(element.letter, moment)) % 100, 2, out);
        break;
      case Kind::kFraction: {
        int64_t fraction = moment.nanos;
        for (int i = element.max_width; i < 9; ++i) fraction /= 10;
        append_padded(fraction, element.max_width, out);
        break;
      }
      case Kind::kText: append_text(element.letter, element.count, moment, out); break;
      case Kind::kZone: append_zone(element.letter, element.count, moment, out); break;
    }
  }
}

std::optional<int64_t> DatePattern::parse_timestamp(std::string_view text, const TimeZone& zone,
                                                    std::string* message) const {
  if (is_legacy()) return legacy_->parse(text, zone, message);
  const auto micros = parse_timestamp_corrected(text, zone, message);
  if (!micros && legacy_) check_parsed_difference(*legacy_, text, zone);
  return micros;
}

std::optional<int64_t> DatePattern::parse_timestamp_corrected(std::string_view text, const TimeZone& zone,
                                                              std::string* message) const {
  int64_t local = 0;
  if (parse_fast(text, local)) {
    return (local - zone.offset_for_local(local)) * kMicrosPerSecond;
  }
  const std::optional<LocalTime> time = parse(text, message);
  if (!time) return std::nullopt;
  const TimeZone& applied = time->zone != nullptr ? *time->zone : zone;
  const auto micros = checked_micros(time->seconds - applied.offset_for_local(time->seconds),
                                     time->nanos / 1000);
  if (!micros && message != nullptr) *message = "long overflow";
  return micros;
}

std::optional<int64_t> DatePattern::parse_timestamp_ntz(std::string_view text,
                                                        std::string* message) const {
  FIRESTEEL_CHECK(!is_legacy(), "a local time under the parser of Spark 2");
  int64_t local = 0;
  if (parse_fast(text, local)) return local * kMicrosPerSecond;
  const std::optional<LocalTime> time = parse(text, message);
  if (!time) {
    if (legacy_) check_parsed_difference(*legacy_, text, TimeZone::utc());
    return std::nullopt;
  }
  const auto micros = checked_micros(time->seconds, time->nanos / 1000);
  if (!micros && message != nullptr) *message = "long overflow";
  return micros;
}

std::optional<int64_t> DatePattern::parse_zoneless_timestamp(std::string_view text) const {
  int64_t local = 0;
  if (parse_fast(text, local)) return local * kMicrosPerSecond;
  const std::optional<LocalTime> time = parse(text, nullptr);
  if (!time || time->zone != nullptr) return std::nullopt;
  return checked_micros(time->seconds, time->nanos / 1000);
}

std::optional<int32_t> DatePattern::parse_date(std::string_view text, const TimeZone& zone,
                                               std::string* message) const {
  int64_t local = 0;
  if (parse_fast(text, local)) return static_cast<int32_t>(floor_div(local, kSecondsPerDay));
  const auto micros = parse_timestamp(text, zone, message);
  if (!micros) return std::nullopt;
  const int64_t utc = floor_div(*micros, kMicrosPerSecond);
  return static_cast<int32_t>(floor_div(utc + zone.offset_at(utc), kSecondsPerDay));
}

void check_parsed_difference(const LegacyDatePattern& pattern, std::string_view text, const TimeZone& zone) {
  try {
    if (!pattern.parse(text, zone)) return;
  } catch (const SparkError&) {
    return;  // reads neither
  }
  throw SparkError("INCONSISTENT_BEHAVIOR_CROSS_VERSION.PARSE_DATETIME_BY_NEW_PARSER",
                   {{"datetime", quote_sql_string(text)}, {"config", "\"" + std::string(kTimeParserPolicyKey) + "\""}});
}

void throw_cannot_parse_timestamp(std::string message, std::string_view function) {
  throw SparkError("CANNOT_PARSE_TIMESTAMP", {{"message", std::move(message)},
                                              {"func", "`" + std::string(function) + "`"}});
}

void throw_unknown_pattern(std::string_view pattern) {
  throw SparkError("INVALID_DATETIME_PATTERN.WITH_SUGGESTION",
                   {{"pattern", "'" + std::string(pattern) + "'"}, {"docroot", "https://spark.apache.org/docs/latest"}})
      .with_kind(ErrorKind::kRuntime);
}

}  // namespace firesteel::functions::kernel
