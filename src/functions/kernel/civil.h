// The proleptic Gregorian calendar as Spark uses it: dates are days since 1970-01-01, timestamps
// microseconds since 1970-01-01T00:00:00. Pure arithmetic, valid for every year of an int32 date.
#pragma once

#include <cstdint>
#include <optional>

namespace firesteel::functions::kernel {

inline constexpr int64_t kMicrosPerSecond = 1000000;
inline constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
inline constexpr int64_t kMicrosPerHour = 60 * kMicrosPerMinute;
inline constexpr int64_t kMicrosPerDay = 24 * kMicrosPerHour;
inline constexpr int64_t kSecondsPerDay = 86400;

struct CivilDate {
  int32_t year;
  int32_t month;  // 1 to 12
  int32_t day;    // 1 to 31
};

constexpr int64_t floor_div(int64_t value, int64_t divisor) {
  return value / divisor - ((value % divisor != 0 && (value < 0) != (divisor < 0)) ? 1 : 0);
}
constexpr int64_t floor_mod(int64_t value, int64_t divisor) {
  const int64_t rest = value % divisor;
  return rest != 0 && (rest < 0) != (divisor < 0) ? rest + divisor : rest;
}

constexpr bool is_leap_year(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr int32_t days_in_month(int64_t year, int32_t month) {
  constexpr int8_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap_year(year) ? 29 : kDays[month - 1];
}

// `month` and `day` must be in range. Years count from March so that the leap day comes last.
constexpr int64_t days_from_civil(int64_t year, int32_t month, int32_t day) {
  year -= month <= 2 ? 1 : 0;
  const int64_t era = floor_div(year, 400);
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

constexpr CivilDate civil_from_days(int64_t days) {
  days += 719468;
  const int64_t era = floor_div(days, 146097);
  const auto day_of_era = static_cast<uint32_t>(days - era * 146097);
  const uint32_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const uint32_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const uint32_t shifted_month = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<int32_t>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const auto month = static_cast<int32_t>(shifted_month < 10 ? shifted_month + 3
                                                             : shifted_month - 9);
  const int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return {static_cast<int32_t>(year), month, day};
}

// The days of a date that may not exist; java.time accepts years within ±999,999,999.
constexpr std::optional<int64_t> checked_days_from_civil(int64_t year, int64_t month,
                                                         int64_t day) {
  if (year < -999999999 || year > 999999999 || month < 1 || month > 12 || day < 1 ||
      day > days_in_month(year, static_cast<int32_t>(month))) {
    return std::nullopt;
  }
  return days_from_civil(year, static_cast<int32_t>(month), static_cast<int32_t>(day));
}

// 1 for Monday to 7 for Sunday.
constexpr int32_t iso_day_of_week(int64_t days) {
  return static_cast<int32_t>(floor_mod(days + 3, 7)) + 1;
}

constexpr int32_t day_of_year(int64_t days) {
  return static_cast<int32_t>(days - days_from_civil(civil_from_days(days).year, 1, 1)) + 1;
}

constexpr int64_t days_from_micros(int64_t micros) { return floor_div(micros, kMicrosPerDay); }

// seconds * 1,000,000 + micros, or nothing on overflow.
inline std::optional<int64_t> checked_micros(int64_t seconds, int64_t micros) {
  int64_t result;
  // The product of a negative second may lie just below the smallest value that the sum reaches.
  if (seconds < 0 && micros > 0) {
    ++seconds;
    micros -= kMicrosPerSecond;
  }
  if (__builtin_mul_overflow(seconds, kMicrosPerSecond, &result) ||
      __builtin_add_overflow(result, micros, &result)) {
    return std::nullopt;
  }
  return result;
}

}  // namespace firesteel::functions::kernel
