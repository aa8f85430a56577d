// Spark's date, timestamp and interval functions. Dates are days, timestamps UTC microseconds; a
// function that depends on the session's time zone takes it. Overflow of a date or timestamp raises
// ARITHMETIC_OVERFLOW as Spark's exact arithmetic does.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "functions/kernel/civil.h"
#include "functions/kernel/time_zone.h"

namespace firesteel::functions::kernel {

// The fields of a date that are more than arithmetic on CivilDate.
inline int32_t quarter_of(int64_t days) { return (civil_from_days(days).month + 2) / 3; }
// 1 for Sunday to 7 for Saturday: dayofweek().
inline int32_t day_of_week(int64_t days) { return iso_day_of_week(days) % 7 + 1; }
// The ISO 8601 week and the year that it belongs to.
int32_t week_of_year(int64_t days);
int32_t week_based_year(int64_t days);

int32_t last_day(int32_t days);
// The day of the month is cut to the last one of the target month.
int32_t add_months(int32_t days, int64_t months);
// nullopt for a name of a day that is none: kept apart so that callers raise ILLEGAL_DAY_OF_WEEK
// (ANSI) or give NULL. 0 for Sunday to 6 for Saturday… of Spark, only for next_day.
std::optional<int32_t> parse_day_of_week(std::string_view name);
int32_t next_day(int32_t days, int32_t day_of_week);
[[noreturn]] void throw_illegal_day_of_week(std::string_view name);
double months_between(int64_t left_micros, int64_t right_micros, bool rounds,
                      const TimeZone& zone);

// Units of trunc and date_trunc; compare as from finest to coarsest.
enum class TruncateUnit {
  kMicrosecond, kMillisecond, kSecond, kMinute, kHour, kDay, kWeek, kMonth, kQuarter, kYear
};
std::optional<TruncateUnit> parse_truncate_unit(std::string_view name);
// `unit` must be kWeek or coarser; trunc() is NULL for others.
int32_t truncate_date(int32_t days, TruncateUnit unit);
int64_t truncate_timestamp(int64_t micros, TruncateUnit unit, const TimeZone& zone);

// The wall clock of `zone` read as UTC, and the other way round.
int64_t from_utc_timestamp(int64_t micros, const TimeZone& zone);
int64_t to_utc_timestamp(int64_t micros, const TimeZone& zone);

// In ANSI mode an impossible date raises DATETIME_FIELD_OUT_OF_BOUNDS, otherwise it is nothing.
std::optional<int32_t> make_date(int32_t year, int32_t month, int32_t day, bool ansi);
// `second_micros` is the DECIMAL(16,6) of seconds; 60 seconds are the next minute. The result is a
// local time in microseconds.
std::optional<int64_t> make_timestamp_ntz(int32_t year, int32_t month, int32_t day, int32_t hour,
                                          int32_t minute, int64_t second_micros, bool ansi);
std::optional<int64_t> make_timestamp(int32_t year, int32_t month, int32_t day, int32_t hour,
                                      int32_t minute, int64_t second_micros, const TimeZone& zone,
                                      bool ansi);

// Calendar arithmetic on the wall clock of a zone, then microseconds on the time line.
int64_t add_interval(int64_t micros, int64_t months, int64_t days, int64_t interval_micros,
                     const TimeZone& zone);

enum class TimestampUnit {
  kMicrosecond, kMillisecond, kSecond, kMinute, kHour, kDay, kWeek, kMonth, kQuarter, kYear
};
std::optional<TimestampUnit> parse_timestamp_unit(std::string_view name);
int64_t timestamp_add(TimestampUnit unit, int64_t quantity, int64_t micros, const TimeZone& zone);
// Whole units between two wall clock times.
int64_t timestamp_difference(TimestampUnit unit, int64_t start_micros, int64_t end_micros,
                             const TimeZone& zone);

// The start of the tumbling window, or of the last sliding one, that holds an instant.
inline int64_t window_start(int64_t micros, int64_t slide_micros, int64_t start_micros) {
  return micros - floor_mod(micros - start_micros, slide_micros);
}

struct CalendarInterval {
  int32_t months = 0;
  int32_t days = 0;
  int64_t micros = 0;
  friend bool operator==(const CalendarInterval&, const CalendarInterval&) = default;
};
// make_interval; raises ARITHMETIC_OVERFLOW.
CalendarInterval make_interval(int32_t years, int32_t months, int32_t weeks, int32_t days,
                               int32_t hours, int32_t minutes, int64_t second_micros);
// make_dt_interval in microseconds.
int64_t make_day_time_interval(int32_t days, int32_t hours, int32_t minutes,
                               int64_t second_micros);
// make_ym_interval in months.
int32_t make_year_month_interval(int32_t years, int32_t months);

// Raises ARITHMETIC_OVERFLOW with Java's words for exact arithmetic.
[[noreturn]] void throw_date_overflow(std::string_view what);

}  // namespace firesteel::functions::kernel
