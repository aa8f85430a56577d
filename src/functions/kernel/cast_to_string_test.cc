// The strings are what Spark 4.2.0 (on JDK 17) answers to SELECT CAST(value AS STRING).
#include "functions/kernel/cast_to_string.h"

#include <gtest/gtest.h>

#include <cmath>

#include "functions/kernel/civil.h"
#include "functions/kernel/decimal.h"

namespace firesteel::functions::kernel {
namespace {

template <typename Append, typename... Arguments>
std::string shown(Append append, Arguments... arguments) {
  std::string text;
  append(arguments..., text);
  return text;
}

TEST(CastToString, WritesDoublesAsJava) {
  EXPECT_EQ(shown(append_double, 0.1), "0.1");
  EXPECT_EQ(shown(append_double, 1e7), "1.0E7");
  EXPECT_EQ(shown(append_double, 9999999.0), "9999999.0");
  EXPECT_EQ(shown(append_double, 1.0E-3), "0.001");
  EXPECT_EQ(shown(append_double, 9.99E-4), "9.99E-4");
  EXPECT_EQ(shown(append_double, 123456789012.0), "1.23456789012E11");
  EXPECT_EQ(shown(append_double, 4.9e-324), "4.9E-324");
  EXPECT_EQ(shown(append_double, 1.7976931348623157E308), "1.7976931348623157E308");
  EXPECT_EQ(shown(append_double, 100.0), "100.0");
  EXPECT_EQ(shown(append_double, -0.0), "-0.0");
  EXPECT_EQ(shown(append_double, NAN), "NaN");
  EXPECT_EQ(shown(append_double, -INFINITY), "-Infinity");
  EXPECT_EQ(shown(append_double, 271664849665305344.0), "2.71664849665305344E17");
  EXPECT_EQ(shown(append_float, 1.1F), "1.1");
  EXPECT_EQ(shown(append_float, 1e10F), "1.0E10");
  EXPECT_EQ(shown(append_float, 3.4028235E38F), "3.4028235E38");
  EXPECT_EQ(shown(append_float, 16777216.0F), "1.6777216E7");
  EXPECT_EQ(shown(append_float, 1.4e-45F), "1.4E-45");
  EXPECT_EQ(shown(append_float, 1577836800.0F), "1.5778368E9");
  EXPECT_EQ(shown(append_float, 5.7955541E10F), "5.7955541E10");
}

TEST(CastToString, WritesDecimals) {
  EXPECT_EQ(shown(append_decimal_plain, Int128{0}, 8), "0.00000000");   // ANSI
  EXPECT_EQ(shown(append_decimal_java, Int128{0}, 8), "0E-8");          // not ANSI
  EXPECT_EQ(shown(append_decimal_plain, Int128{10}, 8), "0.00000010");
  EXPECT_EQ(shown(append_decimal_java, Int128{10}, 8), "1.0E-7");
  EXPECT_EQ(shown(append_decimal_plain, Int128{-110}, 2), "-1.10");
  EXPECT_EQ(shown(append_decimal_java, Int128{5}, 0), "5");
}

TEST(CastToString, WritesDatesAndTimestamps) {
  const auto day = [](int year, int month, int day) {
    return static_cast<int32_t>(days_from_civil(year, month, day));
  };
  EXPECT_EQ(shown(append_date, day(1, 1, 1)), "0001-01-01");
  EXPECT_EQ(shown(append_date, day(9999, 12, 31) + 1), "+10000-01-01");
  EXPECT_EQ(shown(append_date, day(1, 1, 1) - 1), "0000-12-31");
  EXPECT_EQ(shown(append_date, day(1, 1, 1) - 400000), "-1095-11-03");
  EXPECT_EQ(shown(append_date, day(123456, 1, 1)), "+123456-01-01");
  EXPECT_EQ(shown(append_timestamp_ntz, 1577840523450000), "2020-01-01 01:02:03.45");
  EXPECT_EQ(shown(append_timestamp_ntz, 1577840523000001), "2020-01-01 01:02:03.000001");
  EXPECT_EQ(shown(append_timestamp_ntz, INT64_MAX), "+294247-01-10 04:00:54.775807");
  // With spark.sql.session.timeZone=America/Los_Angeles.
  std::string text;
  append_timestamp(1577840523450000, TimeZone::get("America/Los_Angeles"), text);
  EXPECT_EQ(text, "2019-12-31 17:02:03.45");
  // An instant of year 9999, which falls back into the years that are written out, leaves the span of the rows before as it is.
  TimeZone::OffsetSpan span;
  const TimeZone& zone = TimeZone::get("America/Los_Angeles");
  for (const auto& [micros, expected] : {std::pair<int64_t, const char*>{1625166000000000, "2021-07-01 12:00:00"},
                                         {253402243200000000, "9999-12-31 00:00:00"},
                                         {1625166000000000, "2021-07-01 12:00:00"}}) {
    text.clear();
    append_timestamp(micros, zone, span, text);
    EXPECT_EQ(text, expected);
  }
  EXPECT_EQ(shown(append_time, 45296100000000), "12:34:56.1");
  EXPECT_EQ(shown(append_time, 0), "00:00:00");
}

TEST(CastToString, WritesIntervals) {
  using enum YearMonthField;
  EXPECT_EQ(shown(append_year_month_interval, 14, kYear, kMonth), "INTERVAL '1-2' YEAR TO MONTH");
  EXPECT_EQ(shown(append_year_month_interval, -14, kYear, kMonth),
            "INTERVAL '-1-2' YEAR TO MONTH");
  EXPECT_EQ(shown(append_year_month_interval, 12, kYear, kYear), "INTERVAL '1' YEAR");
  EXPECT_EQ(shown(append_year_month_interval, 14, kMonth, kMonth), "INTERVAL '14' MONTH");
  using enum DayTimeField;
  const auto interval = [](int64_t micros, DayTimeField first, DayTimeField last) {
    return shown(append_day_time_interval, micros, first, last);
  };
  EXPECT_EQ(interval(93784500000, kDay, kSecond), "INTERVAL '1 02:03:04.5' DAY TO SECOND");
  EXPECT_EQ(interval(-93784000001, kDay, kSecond), "INTERVAL '-1 02:03:04.000001' DAY TO SECOND");
  EXPECT_EQ(interval(25 * kMicrosPerHour, kHour, kHour), "INTERVAL '25' HOUR");
  EXPECT_EQ(interval(100 * kMicrosPerDay, kDay, kDay), "INTERVAL '100' DAY");
  EXPECT_EQ(interval(-61500000, kSecond, kSecond), "INTERVAL '-61.5' SECOND");
  EXPECT_EQ(interval(5500000, kSecond, kSecond), "INTERVAL '05.5' SECOND");
  EXPECT_EQ(interval(3662000000, kMinute, kSecond), "INTERVAL '61:02' MINUTE TO SECOND");
  EXPECT_EQ(interval(-93780000000, kDay, kMinute), "INTERVAL '-1 02:03' DAY TO MINUTE");
  EXPECT_EQ(interval(26 * kMicrosPerHour, kDay, kHour), "INTERVAL '1 02' DAY TO HOUR");
  EXPECT_EQ(interval(90180000000, kHour, kMinute), "INTERVAL '25:03' HOUR TO MINUTE");
  EXPECT_EQ(interval(90184123456, kHour, kSecond), "INTERVAL '25:03:04.123456' HOUR TO SECOND");
  EXPECT_EQ(shown(append_calendar_interval, 14, 25, 18367500000),
            "1 years 2 months 25 days 5 hours 6 minutes 7.5 seconds");
  EXPECT_EQ(shown(append_calendar_interval, -10, 0, -90007000001),
            "-10 months -25 hours -7.000001 seconds");
  EXPECT_EQ(shown(append_calendar_interval, 0, 0, 0), "0 seconds");
  EXPECT_EQ(shown(append_calendar_interval, 0, 0, -500000), "-0.5 seconds");
}

}  // namespace
}  // namespace firesteel::functions::kernel
