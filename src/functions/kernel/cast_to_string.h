// CAST(value AS STRING) for every scalar type, appended to a string, as Spark's Cast and its
// formatters write it. Decimals are in decimal.h: append_decimal_plain under ANSI,
// append_decimal_java otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "functions/kernel/time_zone.h"

namespace firesteel::functions::kernel {

void append_boolean(bool value, std::string& out);
void append_integer(int64_t value, std::string& out);
// Java's form: '1.0E10', '0.001', 'NaN', '-Infinity'; the shortest digits that give the value back.
void append_float(float value, std::string& out);
void append_double(double value, std::string& out);

// '2020-01-31'; years beyond 9999 with '+', negative ones with '-'.
void append_date(int32_t days, std::string& out);
// '12:34:56.1', the fraction without trailing zeros. Nanoseconds since midnight.
void append_time(int64_t nanos, std::string& out);
// '2020-01-31 12:34:56.1' of a timestamp without time zone.
void append_timestamp_ntz(int64_t micros, std::string& out);
// The same, in local time of the session's zone.
void append_timestamp(int64_t micros, const TimeZone& zone, TimeZone::OffsetSpan& span,
                      std::string& out);
void append_timestamp(int64_t micros, const TimeZone& zone, std::string& out);

// The fields of ANSI intervals, from the first to the last of a type.
enum class YearMonthField { kYear, kMonth };
enum class DayTimeField { kDay, kHour, kMinute, kSecond };
// "INTERVAL '1-2' YEAR TO MONTH".
void append_year_month_interval(int32_t months, YearMonthField first, YearMonthField last,
                                std::string& out);
// "INTERVAL '1 02:03:04.5' DAY TO SECOND".
void append_day_time_interval(int64_t micros, DayTimeField first, DayTimeField last,
                              std::string& out);
// '1 years 2 months 3 days 4 hours 5 minutes 6.5 seconds' without the zero parts.
void append_calendar_interval(int32_t months, int32_t days, int64_t micros, std::string& out);

// A string literal of SQL for error messages: 'it\'s'.
std::string quote_sql_string(std::string_view text);

}  // namespace firesteel::functions::kernel
