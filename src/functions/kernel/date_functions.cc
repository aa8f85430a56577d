#include "functions/kernel/date_functions.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "functions/kernel/date_names.h"
#include "functions/kernel/int128.h"

namespace firesteel::functions::kernel {

namespace {

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

int64_t checked_add(int64_t left, int64_t right) {
  int64_t sum;
  if (__builtin_add_overflow(left, right, &sum)) throw_date_overflow("long overflow");
  return sum;
}

int64_t checked_multiply(int64_t left, int64_t right) {
  int64_t product;
  if (__builtin_mul_overflow(left, right, &product)) throw_date_overflow("long overflow");
  return product;
}

// The instant of a wall clock time that keeps the offset it had, if that offset holds there.
int64_t resolve_local(int64_t local_seconds, int32_t preferred_offset, const TimeZone& zone) {
  const int64_t candidate = local_seconds - preferred_offset;
  if (zone.offset_at(candidate) == preferred_offset) return candidate;
  return local_seconds - zone.offset_for_local(local_seconds);
}

int64_t shift_months(int64_t days, int64_t months) {
  const CivilDate date = civil_from_days(days);
  const int64_t month_index = date.year * int64_t{12} + date.month - 1 + months;
  const int64_t year = floor_div(month_index, 12);
  const auto month = static_cast<int32_t>(floor_mod(month_index, 12)) + 1;
  return days_from_civil(year, month, std::min(date.day, days_in_month(year, month)));
}

[[noreturn]] void throw_out_of_bounds(std::string message) {
  throw SparkError("DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION",
                   {{"rangeMessage", std::move(message)},
                    {"ansiConfig", "\"spark.sql.ansi.enabled\""}});
}

// Why java.time.LocalDate.of refuses a date; empty if it does not.
std::string date_problem(int32_t year, int32_t month, int32_t day) {
  const auto invalid = [](std::string_view field, std::string_view range, int32_t value) {
    return "Invalid value for " + std::string(field) + " (valid values " + std::string(range) +
           "): " + std::to_string(value);
  };
  if (year < -999999999 || year > 999999999) {
    return invalid("Year", "-999999999 - 999999999", year);
  }
  if (month < 1 || month > 12) return invalid("MonthOfYear", "1 - 12", month);
  if (day < 1 || day > 31) return invalid("DayOfMonth", "1 - 28/31", day);
  if (day <= days_in_month(year, month)) return "";
  if (day == 29) {
    return "Invalid date 'February 29' as '" + std::to_string(year) + "' is not a leap year";
  }
  return "Invalid date '" + upper_case(kMonthNames[static_cast<size_t>(month - 1)]) + " " +
         std::to_string(day) + "'";
}

std::string time_problem(int32_t hour, int32_t minute, int64_t second) {
  const auto invalid = [](std::string_view field, int most, int64_t value) {
    return "Invalid value for " + std::string(field) + " (valid values 0 - " +
           std::to_string(most) + "): " + std::to_string(value);
  };
  if (hour < 0 || hour > 23) return invalid("HourOfDay", 23, hour);
  if (minute < 0 || minute > 59) return invalid("MinuteOfHour", 59, minute);
  if (second < 0 || second > 59) return invalid("SecondOfMinute", 59, second);
  return "";
}

// '60.5' as the decimal prints.
std::string seconds_text(int64_t micros) {
  std::string text = std::to_string(micros / kMicrosPerSecond) + "." +
                     std::to_string(kMicrosPerSecond + micros % kMicrosPerSecond).substr(1);
  while (text.back() == '0') text.pop_back();
  return text;
}

}  // namespace

void throw_date_overflow(std::string_view what) {
  throw SparkError("ARITHMETIC_OVERFLOW", {{"message", std::string(what)},
                                           {"alternative", ""},
                                           {"config", "\"spark.sql.ansi.enabled\""}});
}

int32_t week_based_year(int64_t days) {
  // The Thursday of a week is in the year that the week belongs to.
  return civil_from_days(days + 4 - iso_day_of_week(days)).year;
}

int32_t week_of_year(int64_t days) {
  const int64_t thursday = days + 4 - iso_day_of_week(days);
  return (day_of_year(thursday) - 1) / 7 + 1;
}

int32_t last_day(int32_t days) {
  const CivilDate date = civil_from_days(days);
  return days + days_in_month(date.year, date.month) - date.day;
}

int32_t add_months(int32_t days, int64_t months) {
  const int64_t result = shift_months(days, months);
  if (result < INT32_MIN || result > INT32_MAX) throw_date_overflow("overflow");
  return static_cast<int32_t>(result);
}

std::optional<int32_t> parse_day_of_week(std::string_view name) {
  const std::string upper = upper_case(name);
  for (size_t i = 0; i < kDayNames.size(); ++i) {
    const std::string day = upper_case(kDayNames[i]);
    if (upper == day || upper == day.substr(0, 3) || upper == day.substr(0, 2)) {
      return static_cast<int32_t>(i) + 1;
    }
  }
  return std::nullopt;
}

int32_t next_day(int32_t days, int32_t day_of_week) {
  return days + 1 +
         static_cast<int32_t>(floor_mod(day_of_week - iso_day_of_week(int64_t{days} + 1), 7));
}

void throw_illegal_day_of_week(std::string_view name) {
  throw SparkError("ILLEGAL_DAY_OF_WEEK", {{"string", std::string(name)}});
}

double months_between(int64_t left_micros, int64_t right_micros, bool rounds,
                      const TimeZone& zone) {
  struct Side {
    int64_t months;
    int32_t day;
    bool is_last_day;
    int64_t second_of_day;
  };
  const auto side = [&zone](int64_t micros) -> Side {
    const int64_t utc = floor_div(micros, kMicrosPerSecond);
    const int64_t days = floor_div(utc + zone.offset_at(utc), kSecondsPerDay);
    const CivilDate date = civil_from_days(days);
    const int64_t midnight = days * kSecondsPerDay;
    const Int128 start = (midnight - zone.offset_for_local(midnight)) * Int128{kMicrosPerSecond};
    return {date.year * int64_t{12} + date.month, date.day,
            date.day == days_in_month(date.year, date.month),
            static_cast<int64_t>((micros - start) / kMicrosPerSecond)};
  };
  const Side left = side(left_micros), right = side(right_micros);
  const auto months = static_cast<double>(left.months - right.months);
  if (left.day == right.day || (left.is_last_day && right.is_last_day)) return months;
  const int64_t seconds =
      (left.day - right.day) * kSecondsPerDay + left.second_of_day - right.second_of_day;
  const double difference =
      months + static_cast<double>(seconds) / static_cast<double>(31 * kSecondsPerDay);
  return rounds ? std::floor(difference * 1e8 + 0.5) / 1e8 : difference;
}

std::optional<TruncateUnit> parse_truncate_unit(std::string_view name) {
  using enum TruncateUnit;
  const std::string unit = upper_case(name);
  if (unit == "MICROSECOND") return kMicrosecond;
  if (unit == "MILLISECOND") return kMillisecond;
  if (unit == "SECOND") return kSecond;
  if (unit == "MINUTE") return kMinute;
  if (unit == "HOUR") return kHour;
  if (is_one_of(unit, {"DAY", "DD"})) return kDay;
  if (unit == "WEEK") return kWeek;
  if (is_one_of(unit, {"MON", "MONTH", "MM"})) return kMonth;
  if (unit == "QUARTER") return kQuarter;
  if (is_one_of(unit, {"YEAR", "YYYY", "YY"})) return kYear;
  return std::nullopt;
}

int32_t truncate_date(int32_t days, TruncateUnit unit) {
  const CivilDate date = civil_from_days(days);
  if (unit == TruncateUnit::kWeek) return days - iso_day_of_week(days) + 1;
  int32_t month = date.month;
  if (unit == TruncateUnit::kQuarter) month = (month - 1) / 3 * 3 + 1;
  if (unit == TruncateUnit::kYear) month = 1;
  return static_cast<int32_t>(days_from_civil(date.year, month, 1));
}

int64_t truncate_timestamp(int64_t micros, TruncateUnit unit, const TimeZone& zone) {
  if (unit == TruncateUnit::kMicrosecond) return micros;
  if (unit == TruncateUnit::kMillisecond) return micros - floor_mod(micros, 1000);
  const int64_t seconds = floor_div(micros, kMicrosPerSecond);
  if (unit == TruncateUnit::kSecond) return seconds * kMicrosPerSecond;
  const int32_t offset = zone.offset_at(seconds);
  const int64_t local = seconds + offset;
  const int64_t days = floor_div(local, kSecondsPerDay);
  if (unit <= TruncateUnit::kDay) {
    const int64_t size = unit == TruncateUnit::kMinute ? 60
                         : unit == TruncateUnit::kHour ? 3600
                                                       : kSecondsPerDay;
    return resolve_local(local - floor_mod(local, size), offset, zone) * kMicrosPerSecond;
  }
  const int64_t start = truncate_date(static_cast<int32_t>(days), unit) * kSecondsPerDay;
  return (start - zone.offset_for_local(start)) * kMicrosPerSecond;
}

int64_t from_utc_timestamp(int64_t micros, const TimeZone& zone) {
  return zone.local_from_utc(micros);
}

int64_t to_utc_timestamp(int64_t micros, const TimeZone& zone) {
  return zone.utc_from_local(micros);
}

std::optional<int32_t> make_date(int32_t year, int32_t month, int32_t day, bool ansi) {
  std::string problem = date_problem(year, month, day);
  if (problem.empty()) {
    const int64_t days = days_from_civil(year, month, day);
    if (days >= INT32_MIN && days <= INT32_MAX) return static_cast<int32_t>(days);
    throw_date_overflow("overflow");
  }
  if (ansi) throw_out_of_bounds(std::move(problem));
  return std::nullopt;
}

std::optional<int64_t> make_timestamp_ntz(int32_t year, int32_t month, int32_t day, int32_t hour,
                                          int32_t minute, int64_t second_micros, bool ansi) {
  int64_t seconds = floor_div(second_micros, kMicrosPerSecond);
  const int64_t fraction = floor_mod(second_micros, kMicrosPerSecond);
  if (seconds == 60 && fraction != 0) {
    if (!ansi) return std::nullopt;
    throw SparkError("INVALID_FRACTION_OF_SECOND",
                     {{"secAndMicros", seconds_text(second_micros)}});
  }
  const bool is_next_minute = seconds == 60;
  if (is_next_minute) seconds = 0;
  std::string problem = date_problem(year, month, day);
  if (problem.empty()) problem = time_problem(hour, minute, seconds);
  if (!problem.empty()) {
    if (ansi) throw_out_of_bounds(std::move(problem));
    return std::nullopt;
  }
  if (is_next_minute) seconds = 60;
  const int64_t local = days_from_civil(year, month, day) * kSecondsPerDay + hour * 3600 +
                        minute * 60 + seconds;
  const auto micros = checked_micros(local, fraction);
  if (!micros && ansi) throw_date_overflow("long overflow");
  return micros;
}

std::optional<int64_t> make_timestamp(int32_t year, int32_t month, int32_t day, int32_t hour,
                                      int32_t minute, int64_t second_micros, const TimeZone& zone,
                                      bool ansi) {
  const auto local = make_timestamp_ntz(year, month, day, hour, minute, second_micros, ansi);
  return local ? std::optional(zone.utc_from_local(*local)) : std::nullopt;
}

int64_t add_interval(int64_t micros, int64_t months, int64_t days, int64_t interval_micros,
                     const TimeZone& zone) {
  int64_t utc = floor_div(micros, kMicrosPerSecond);
  const int64_t fraction = floor_mod(micros, kMicrosPerSecond);
  const auto move = [&](auto shift) {
    const int32_t offset = zone.offset_at(utc);
    const int64_t local = utc + offset;
    const int64_t day = floor_div(local, kSecondsPerDay);
    const int64_t moved = shift(day);
    utc = resolve_local(moved * kSecondsPerDay + local - day * kSecondsPerDay, offset, zone);
  };
  if (months != 0) move([&](int64_t day) { return shift_months(day, months); });
  if (days != 0) move([&](int64_t day) { return day + days; });
  const auto moved = checked_micros(utc, fraction);
  if (!moved) throw_date_overflow("long overflow");
  return checked_add(*moved, interval_micros);
}

std::optional<TimestampUnit> parse_timestamp_unit(std::string_view name) {
  using enum TimestampUnit;
  const std::string unit = upper_case(name);
  if (unit == "MICROSECOND") return kMicrosecond;
  if (unit == "MILLISECOND") return kMillisecond;
  if (unit == "SECOND") return kSecond;
  if (unit == "MINUTE") return kMinute;
  if (unit == "HOUR") return kHour;
  if (is_one_of(unit, {"DAY", "DAYOFYEAR"})) return kDay;
  if (unit == "WEEK") return kWeek;
  if (unit == "MONTH") return kMonth;
  if (unit == "QUARTER") return kQuarter;
  if (unit == "YEAR") return kYear;
  return std::nullopt;
}

int64_t timestamp_add(TimestampUnit unit, int64_t quantity, int64_t micros,
                      const TimeZone& zone) {
  using enum TimestampUnit;
  switch (unit) {
    case kMicrosecond: return checked_add(micros, quantity);
    case kMillisecond: return checked_add(micros, checked_multiply(quantity, 1000));
    case kSecond: return checked_add(micros, checked_multiply(quantity, kMicrosPerSecond));
    case kMinute: return checked_add(micros, checked_multiply(quantity, kMicrosPerMinute));
    case kHour: return checked_add(micros, checked_multiply(quantity, kMicrosPerHour));
    case kDay: return add_interval(micros, 0, quantity, 0, zone);
    case kWeek: return add_interval(micros, 0, checked_multiply(quantity, 7), 0, zone);
    case kMonth: return add_interval(micros, quantity, 0, 0, zone);
    case kQuarter: return add_interval(micros, checked_multiply(quantity, 3), 0, 0, zone);
    case kYear: return add_interval(micros, checked_multiply(quantity, 12), 0, 0, zone);
  }
  return micros;
}

int64_t timestamp_difference(TimestampUnit unit, int64_t start_micros, int64_t end_micros,
                             const TimeZone& zone) {
  using enum TimestampUnit;
  // The local clock at the ends of 64 bits, and what lies between two of them, is more than 64 bits hold.
  struct LocalTime {
    int64_t days;
    int64_t micros;  // of the day
  };
  const auto local = [&](int64_t micros) {
    const Int128 shifted = micros + zone.offset_at(floor_div(micros, kMicrosPerSecond)) * Int128{kMicrosPerSecond};
    const auto rest = static_cast<int64_t>(shifted % kMicrosPerDay);
    const auto days = static_cast<int64_t>(shifted / kMicrosPerDay);
    return rest < 0 ? LocalTime{days - 1, rest + kMicrosPerDay} : LocalTime{days, rest};
  };
  const LocalTime start = local(start_micros), end = local(end_micros);
  const auto whole = [&](int64_t micros) {
    return static_cast<int64_t>(((Int128{end.days} - start.days) * kMicrosPerDay + (end.micros - start.micros)) / micros);
  };
  switch (unit) {
    case kMicrosecond: return whole(1);
    case kMillisecond: return whole(1000);
    case kSecond: return whole(kMicrosPerSecond);
    case kMinute: return whole(kMicrosPerMinute);
    case kHour: return whole(kMicrosPerHour);
    case kDay: return whole(kMicrosPerDay);
    case kWeek: return whole(7 * kMicrosPerDay);
    case kMonth:
    case kQuarter:
    case kYear: break;
  }
  // Whole months: the day and the time of day decide whether the last one is complete.
  const auto parts = [](const LocalTime& time) {
    const CivilDate date = civil_from_days(time.days);
    return std::pair<int64_t, int64_t>(date.year * int64_t{12} + date.month, date.day * kMicrosPerDay + time.micros);
  };
  const auto [start_month, start_rest] = parts(start);
  const auto [end_month, end_rest] = parts(end);
  int64_t months = end_month - start_month;
  if (months > 0 && end_rest < start_rest) --months;
  if (months < 0 && end_rest > start_rest) ++months;
  return months / (unit == kMonth ? 1 : unit == kQuarter ? 3 : 12);
}

CalendarInterval make_interval(int32_t years, int32_t months, int32_t weeks, int32_t days,
                               int32_t hours, int32_t minutes, int64_t second_micros) {
  const auto narrow = [](int64_t value) {
    if (value < INT32_MIN || value > INT32_MAX) throw_date_overflow("overflow");
    return static_cast<int32_t>(value);
  };
  const int64_t clock = checked_add(hours * kMicrosPerHour, minutes * kMicrosPerMinute);
  return {narrow(int64_t{narrow(int64_t{years} * 12)} + months), narrow(int64_t{narrow(int64_t{weeks} * 7)} + days),
          checked_add(clock, second_micros)};
}

int64_t make_day_time_interval(int32_t days, int32_t hours, int32_t minutes,
                               int64_t second_micros) {
  const __int128 micros = __int128{days} * kMicrosPerDay + __int128{hours} * kMicrosPerHour + __int128{minutes} * kMicrosPerMinute + second_micros;
  if (micros < INT64_MIN || micros > INT64_MAX) throw SparkError("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", {});
  return static_cast<int64_t>(micros);
}

int32_t make_year_month_interval(int32_t years, int32_t months) {
  const int64_t result = int64_t{years} * 12 + months;
  if (result < INT32_MIN || result > INT32_MAX) throw SparkError("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", {});
  return static_cast<int32_t>(result);
}

}  // namespace firesteel::functions::kernel
