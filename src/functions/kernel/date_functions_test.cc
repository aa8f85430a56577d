// The expected values are what Spark 4.2.0 answers with spark.sql.session.timeZone=America/Los_Angeles to SELECT CAST(expression AS STRING) of the
// comment above each case.
#include "functions/kernel/date_functions.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <type_traits>

#include "base/error.h"
#include "functions/kernel/cast_string.h"

namespace firesteel::functions::kernel {
namespace {

template <typename Value>
std::string shown(const Value& value) {
  if constexpr (std::is_same_v<Value, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_arithmetic_v<Value>) {
    return std::to_string(value);
  } else {
    return std::string(value);
  }
}

template <typename Value>
std::string shown(const std::optional<Value>& value) {
  return value ? shown(*value) : "NULL";
}

// What a function appends to its last argument.
template <typename Function, typename... Arguments>
std::string appended(Function function, Arguments... arguments) {
  std::string out;
  function(arguments..., out);
  return out;
}

template <typename Call>
std::string evaluate(Call call) {
  try {
    return shown(call());
  } catch (const SparkError& error) {
    return "ERROR " + error.condition();
  }
}

#define CASE(expression, expected) EXPECT_EQ(evaluate([&] { return expression; }), expected)

const TimeZone& los_angeles() { return TimeZone::get("America/Los_Angeles"); }
int32_t day(std::string_view text) { return *string_to_date(text, CastMode::kAnsi); }
int64_t at(std::string_view text) {
  return *string_to_timestamp(text, los_angeles(), CastMode::kAnsi);
}

std::string date(std::optional<int32_t> days) {
  std::string out;
  if (days) append_date(*days, out);
  return days ? out : "NULL";
}

std::string time(std::optional<int64_t> micros) {
  std::string out;
  if (micros) append_timestamp(*micros, los_angeles(), out);
  return micros ? out : "NULL";
}

std::string number(double value) {
  std::string out;
  append_double(value, out);
  return out;
}

std::string interval(const CalendarInterval& value) {
  std::string out;
  append_calendar_interval(value.months, value.days, value.micros, out);
  return out;
}

int32_t next_day_by_name(int32_t days, std::string_view name) {
  const auto day = parse_day_of_week(name);
  if (!day) throw_illegal_day_of_week(name);
  return next_day(days, *day);
}

std::string trunc(int32_t days, std::string_view name) {
  const auto unit = parse_truncate_unit(name);
  if (!unit || *unit < TruncateUnit::kWeek) return "NULL";
  return date(truncate_date(days, *unit));
}

std::string date_trunc(std::string_view name, int64_t micros) {
  const auto unit = parse_truncate_unit(name);
  return unit ? time(truncate_timestamp(micros, *unit, los_angeles())) : "NULL";
}

// clang-format off
TEST(DateFunctions, AgreeWithSpark) {
  // add_months(date'2015-01-30', 1)
  CASE(date(add_months(day("2015-01-30"), 1)), "2015-02-28");
  // add_months(date'2016-02-29', -12)
  CASE(date(add_months(day("2016-02-29"), -12)), "2015-02-28");
  // add_months(date'2016-01-31', 13)
  CASE(date(add_months(day("2016-01-31"), 13)), "2017-02-28");
  // add_months(date'0001-01-01', 2147483647)
  CASE(date(add_months(day("0001-01-01"), 2147483647)), "ERROR ARITHMETIC_OVERFLOW");
  // months_between(timestamp'1997-02-28 10:30:00',timestamp'1996-10-30 00:00:00')
  CASE(number(months_between(at("1997-02-28 10:30:00"),at("1996-10-30 00:00:00"), true, los_angeles())), "3.94959677");
  // months_between(timestamp'1997-02-28 10:30:00',timestamp'1996-10-30 00:00:00', false)
  CASE(number(months_between(at("1997-02-28 10:30:00"),at("1996-10-30 00:00:00"), false, los_angeles())), "3.9495967741935485");
  // months_between(timestamp'2020-02-29 10:30:00',timestamp'2020-01-31 00:00:00')
  CASE(number(months_between(at("2020-02-29 10:30:00"),at("2020-01-31 00:00:00"), true, los_angeles())), "1.0");
  // months_between(timestamp'2020-02-29 10:30:00',timestamp'2020-03-29 23:00:00')
  CASE(number(months_between(at("2020-02-29 10:30:00"),at("2020-03-29 23:00:00"), true, los_angeles())), "-1.0");
  // months_between(timestamp'2020-02-28 10:30:00',timestamp'2020-03-31 23:00:00')
  CASE(number(months_between(at("2020-02-28 10:30:00"),at("2020-03-31 23:00:00"), true, los_angeles())), "-1.11357527");
  // months_between(timestamp'1900-01-01 00:00:00',timestamp'2020-03-31 23:00:00.5')
  CASE(number(months_between(at("1900-01-01 00:00:00"),at("2020-03-31 23:00:00.5"), true, los_angeles())), "-1442.99865591");
  // next_day(date'2015-01-14','TU')
  CASE(date(next_day_by_name(day("2015-01-14"), "TU")), "2015-01-20");
  // next_day(date'2015-01-14','tuesday')
  CASE(date(next_day_by_name(day("2015-01-14"), "tuesday")), "2015-01-20");
  // next_day(date'2015-01-14','We')
  CASE(date(next_day_by_name(day("2015-01-14"), "We")), "2015-01-21");
  // next_day(date'2015-01-14','xx')
  CASE(date(next_day_by_name(day("2015-01-14"), "xx")), "ERROR ILLEGAL_DAY_OF_WEEK");
  // last_day(date'2020-02-01')
  CASE(date(last_day(day("2020-02-01"))), "2020-02-29");
  // trunc(date'2019-08-04','week')
  CASE(trunc(day("2019-08-04"), "week"), "2019-07-29");
  // trunc(date'2019-08-04','YEAR')
  CASE(trunc(day("2019-08-04"), "YEAR"), "2019-01-01");
  // trunc(date'2019-08-04','yy')
  CASE(trunc(day("2019-08-04"), "yy"), "2019-01-01");
  // trunc(date'2019-08-04','quarter')
  CASE(trunc(day("2019-08-04"), "quarter"), "2019-07-01");
  // trunc(date'2019-08-04','MON')
  CASE(trunc(day("2019-08-04"), "MON"), "2019-08-01");
  // trunc(date'2019-08-04','day')
  CASE(trunc(day("2019-08-04"), "day"), "NULL");
  // trunc(date'2019-08-04','xx')
  CASE(trunc(day("2019-08-04"), "xx"), "NULL");
  // date_trunc('HOUR', timestamp'2015-03-05 09:32:05.359123')
  CASE(date_trunc("HOUR", at("2015-03-05 09:32:05.359123")), "2015-03-05 09:00:00");
  // date_trunc('week', timestamp'2015-03-05 09:32:05.359123')
  CASE(date_trunc("week", at("2015-03-05 09:32:05.359123")), "2015-03-02 00:00:00");
  // date_trunc('DD', timestamp'2015-03-05 09:32:05.359123')
  CASE(date_trunc("DD", at("2015-03-05 09:32:05.359123")), "2015-03-05 00:00:00");
  // date_trunc('MILLISECOND', timestamp'2015-03-05 09:32:05.359123')
  CASE(date_trunc("MILLISECOND", at("2015-03-05 09:32:05.359123")), "2015-03-05 09:32:05.359");
  // date_trunc('MICROSECOND', timestamp'2015-03-05 09:32:05.359123')
  CASE(date_trunc("MICROSECOND", at("2015-03-05 09:32:05.359123")), "2015-03-05 09:32:05.359123");
  // date_trunc('minute', timestamp'1815-03-05 09:32:05.359123')
  CASE(date_trunc("minute", at("1815-03-05 09:32:05.359123")), "1815-03-05 09:32:00");
  // date_trunc('hour', timestamp'1815-03-05 09:32:05.359123')
  CASE(date_trunc("hour", at("1815-03-05 09:32:05.359123")), "1815-03-05 09:00:00");
  // date_trunc('second', timestamp'1815-03-05 09:32:05.359123')
  CASE(date_trunc("second", at("1815-03-05 09:32:05.359123")), "1815-03-05 09:32:05");
  // date_trunc('quarter', timestamp'2015-05-05 09:32:05.359123')
  CASE(date_trunc("quarter", at("2015-05-05 09:32:05.359123")), "2015-04-01 00:00:00");
  // date_trunc('year', timestamp'2015-07-05 09:32:05.359123')
  CASE(date_trunc("year", at("2015-07-05 09:32:05.359123")), "2015-01-01 00:00:00");
  // date_trunc('month', timestamp'2015-07-05 09:32:05.359123')
  CASE(date_trunc("month", at("2015-07-05 09:32:05.359123")), "2015-07-01 00:00:00");
  // date_trunc('hour', timestamp'2021-11-07 01:30:00-08:00')
  CASE(date_trunc("hour", at("2021-11-07 01:30:00-08:00")), "2021-11-07 01:00:00");
  // date_trunc('day', timestamp'2021-11-07 01:30:00-08:00')
  CASE(date_trunc("day", at("2021-11-07 01:30:00-08:00")), "2021-11-07 00:00:00");
  // date_trunc('decade', timestamp'2015-07-05 09:32:05.359123')
  CASE(date_trunc("decade", at("2015-07-05 09:32:05.359123")), "NULL");
  // from_utc_timestamp(timestamp'2016-08-31 00:00:00','Asia/Seoul')
  CASE(time(from_utc_timestamp(at("2016-08-31 00:00:00"), TimeZone::get("Asia/Seoul"))), "2016-08-31 09:00:00");
  // to_utc_timestamp(timestamp'2016-08-31 00:00:00','Asia/Seoul')
  CASE(time(to_utc_timestamp(at("2016-08-31 00:00:00"), TimeZone::get("Asia/Seoul"))), "2016-08-30 15:00:00");
  // from_utc_timestamp(timestamp'2021-03-14 02:30:00','America/New_York')
  CASE(time(from_utc_timestamp(at("2021-03-14 02:30:00"), TimeZone::get("America/New_York"))), "2021-03-13 22:30:00");
  // to_utc_timestamp(timestamp'2021-03-14 02:30:00','America/New_York')
  CASE(time(to_utc_timestamp(at("2021-03-14 02:30:00"), TimeZone::get("America/New_York"))), "2021-03-14 07:30:00");
  // to_utc_timestamp(timestamp'2021-11-07 01:30:00','Europe/Paris')
  CASE(time(to_utc_timestamp(at("2021-11-07 01:30:00"), TimeZone::get("Europe/Paris"))), "2021-11-07 00:30:00");
  // from_utc_timestamp(timestamp'2016-08-31 00:00:00','xx')
  CASE(time(from_utc_timestamp(at("2016-08-31 00:00:00"), TimeZone::get("xx"))), "ERROR INVALID_TIMEZONE");
  // make_date(2013,7,15)
  CASE(date(make_date(2013,7,15, true)), "2013-07-15");
  // make_date(2013,7,15) (not ANSI)
  CASE(date(make_date(2013,7,15, false)), "2013-07-15");
  // make_date(2019,13,1)
  CASE(date(make_date(2019,13,1, true)), "ERROR DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION");
  // make_date(2019,13,1) (not ANSI)
  CASE(date(make_date(2019,13,1, false)), "NULL");
  // make_date(2019,2,30)
  CASE(date(make_date(2019,2,30, true)), "ERROR DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION");
  // make_date(2019,2,30) (not ANSI)
  CASE(date(make_date(2019,2,30, false)), "NULL");
  // make_date(2019,2,29)
  CASE(date(make_date(2019,2,29, true)), "ERROR DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION");
  // make_date(2019,2,29) (not ANSI)
  CASE(date(make_date(2019,2,29, false)), "NULL");
  // make_timestamp(2014,12,28,6,30,45.887)
  CASE(time(make_timestamp(2014, 12, 28, 6, 30, 45887000, los_angeles(), true)), "2014-12-28 06:30:45.887");
  // make_timestamp(2014,12,28,6,30,45.887) (not ANSI)
  CASE(time(make_timestamp(2014, 12, 28, 6, 30, 45887000, los_angeles(), false)), "2014-12-28 06:30:45.887");
  // make_timestamp(2014,12,28,6,30,45.887,'CET')
  CASE(time(make_timestamp(2014, 12, 28, 6, 30, 45887000, TimeZone::get("CET"), true)), "2014-12-27 21:30:45.887");
  // make_timestamp(2014,12,28,6,30,45.887,'CET') (not ANSI)
  CASE(time(make_timestamp(2014, 12, 28, 6, 30, 45887000, TimeZone::get("CET"), false)), "2014-12-27 21:30:45.887");
  // make_timestamp(2019,6,30,23,59,60)
  CASE(time(make_timestamp(2019, 6, 30, 23, 59, 60000000, los_angeles(), true)), "2019-07-01 00:00:00");
  // make_timestamp(2019,6,30,23,59,60) (not ANSI)
  CASE(time(make_timestamp(2019, 6, 30, 23, 59, 60000000, los_angeles(), false)), "2019-07-01 00:00:00");
  // make_timestamp(2019,6,30,23,59,60.5)
  CASE(time(make_timestamp(2019, 6, 30, 23, 59, 60500000, los_angeles(), true)), "ERROR INVALID_FRACTION_OF_SECOND");
  // make_timestamp(2019,6,30,23,59,60.5) (not ANSI)
  CASE(time(make_timestamp(2019, 6, 30, 23, 59, 60500000, los_angeles(), false)), "NULL");
  // make_timestamp(2019,6,30,23,59,-1)
  CASE(time(make_timestamp(2019, 6, 30, 23, 59, -1000000, los_angeles(), true)), "ERROR DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION");
  // make_timestamp(2019,6,30,23,59,-1) (not ANSI)
  CASE(time(make_timestamp(2019, 6, 30, 23, 59, -1000000, los_angeles(), false)), "NULL");
  // make_timestamp(2019,6,30,24,59,1)
  CASE(time(make_timestamp(2019, 6, 30, 24, 59, 1000000, los_angeles(), true)), "ERROR DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION");
  // make_timestamp(2019,6,30,24,59,1) (not ANSI)
  CASE(time(make_timestamp(2019, 6, 30, 24, 59, 1000000, los_angeles(), false)), "NULL");
  // make_timestamp(2019,13,30,23,59,1)
  CASE(time(make_timestamp(2019, 13, 30, 23, 59, 1000000, los_angeles(), true)), "ERROR DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION");
  // make_timestamp(2019,13,30,23,59,1) (not ANSI)
  CASE(time(make_timestamp(2019, 13, 30, 23, 59, 1000000, los_angeles(), false)), "NULL");
  // make_timestamp(2019,6,31,23,59,1)
  CASE(time(make_timestamp(2019, 6, 31, 23, 59, 1000000, los_angeles(), true)), "ERROR DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION");
  // make_timestamp(2019,6,31,23,59,1) (not ANSI)
  CASE(time(make_timestamp(2019, 6, 31, 23, 59, 1000000, los_angeles(), false)), "NULL");
  // make_timestamp(2021,3,14,2,30,0)
  CASE(time(make_timestamp(2021, 3, 14, 2, 30, 0, los_angeles(), true)), "2021-03-14 03:30:00");
  // make_timestamp(2021,3,14,2,30,0) (not ANSI)
  CASE(time(make_timestamp(2021, 3, 14, 2, 30, 0, los_angeles(), false)), "2021-03-14 03:30:00");
  // timestampadd(MONTH, 1, timestamp'2021-01-31 10:00:00')
  CASE(time(timestamp_add(*parse_timestamp_unit("MONTH"), 1, at("2021-01-31 10:00:00"), los_angeles())), "2021-02-28 10:00:00");
  // timestampadd(DAY, 1, timestamp'2021-03-13 02:30:00')
  CASE(time(timestamp_add(*parse_timestamp_unit("DAY"), 1, at("2021-03-13 02:30:00"), los_angeles())), "2021-03-14 03:30:00");
  // timestampadd(HOUR, 24, timestamp'2021-03-13 02:30:00')
  CASE(time(timestamp_add(*parse_timestamp_unit("HOUR"), 24, at("2021-03-13 02:30:00"), los_angeles())), "2021-03-14 03:30:00");
  // timestampadd(QUARTER, 1, timestamp'2021-01-31 10:00:00')
  CASE(time(timestamp_add(*parse_timestamp_unit("QUARTER"), 1, at("2021-01-31 10:00:00"), los_angeles())), "2021-04-30 10:00:00");
  // timestampadd(WEEK, 1, timestamp'2021-03-10 02:30:00')
  CASE(time(timestamp_add(*parse_timestamp_unit("WEEK"), 1, at("2021-03-10 02:30:00"), los_angeles())), "2021-03-17 02:30:00");
  // timestampadd(YEAR, 1, timestamp'2020-02-29 10:00:00')
  CASE(time(timestamp_add(*parse_timestamp_unit("YEAR"), 1, at("2020-02-29 10:00:00"), los_angeles())), "2021-02-28 10:00:00");
  // timestampadd(MICROSECOND, -1, timestamp'2020-02-29 10:00:00')
  CASE(time(timestamp_add(*parse_timestamp_unit("MICROSECOND"), -1, at("2020-02-29 10:00:00"), los_angeles())), "2020-02-29 09:59:59.999999");
  // timestampdiff(MONTH, timestamp'2021-01-31 10:00:00', timestamp'2021-02-28 09:00:00')
  CASE(timestamp_difference(*parse_timestamp_unit("MONTH"), at("2021-01-31 10:00:00"), at("2021-02-28 09:00:00"), los_angeles()), "0");
  // timestampdiff(MONTH, timestamp'2021-01-28 10:00:00', timestamp'2021-02-28 10:00:00')
  CASE(timestamp_difference(*parse_timestamp_unit("MONTH"), at("2021-01-28 10:00:00"), at("2021-02-28 10:00:00"), los_angeles()), "1");
  // timestampdiff(MONTH, timestamp'2021-02-28 10:00:00', timestamp'2021-01-28 10:00:01')
  CASE(timestamp_difference(*parse_timestamp_unit("MONTH"), at("2021-02-28 10:00:00"), at("2021-01-28 10:00:01"), los_angeles()), "0");
  // timestampdiff(DAY, timestamp'2021-03-13 02:30:00', timestamp'2021-03-14 03:30:00')
  CASE(timestamp_difference(*parse_timestamp_unit("DAY"), at("2021-03-13 02:30:00"), at("2021-03-14 03:30:00"), los_angeles()), "1");
  // timestampdiff(HOUR, timestamp'2021-03-13 02:30:00', timestamp'2021-03-14 03:30:00')
  CASE(timestamp_difference(*parse_timestamp_unit("HOUR"), at("2021-03-13 02:30:00"), at("2021-03-14 03:30:00"), los_angeles()), "25");
  // timestampdiff(YEAR, timestamp'2020-02-29 00:00:00', timestamp'2021-02-28 00:00:00')
  CASE(timestamp_difference(*parse_timestamp_unit("YEAR"), at("2020-02-29 00:00:00"), at("2021-02-28 00:00:00"), los_angeles()), "0");
  // timestampdiff(QUARTER, timestamp'2020-02-29 00:00:00', timestamp'2021-02-28 00:00:00')
  CASE(timestamp_difference(*parse_timestamp_unit("QUARTER"), at("2020-02-29 00:00:00"), at("2021-02-28 00:00:00"), los_angeles()), "3");
  // timestampdiff(WEEK, timestamp'2020-02-29 00:00:00', timestamp'2021-02-28 00:00:00')
  CASE(timestamp_difference(*parse_timestamp_unit("WEEK"), at("2020-02-29 00:00:00"), at("2021-02-28 00:00:00"), los_angeles()), "52");
  // timestampdiff(MICROSECOND, timestamp'2020-02-29 00:00:00', timestamp'2021-02-28 00:00:00')
  CASE(timestamp_difference(*parse_timestamp_unit("MICROSECOND"), at("2020-02-29 00:00:00"), at("2021-02-28 00:00:00"), los_angeles()), "31536000000000");
  // timestamp'2021-01-31 10:00:00' + make_interval(0,1,0,1,0,0,0.5)
  CASE(time(add_interval(at("2021-01-31 10:00:00"), 1, 1, 500000, los_angeles())), "2021-03-01 10:00:00.5");
  // timestamp'2021-03-13 02:30:00' + interval 1 day
  CASE(time(add_interval(at("2021-03-13 02:30:00"), 0, 1, 0, los_angeles())), "2021-03-14 03:30:00");
  // timestamp'2021-03-13 02:30:00' + interval '1' month
  CASE(time(add_interval(at("2021-03-13 02:30:00"), 1, 0, 0, los_angeles())), "2021-04-13 02:30:00");
  // extract(week from date'2021-01-03')
  CASE(week_of_year(day("2021-01-03")), "53");
  // extract(week from date'2020-12-31')
  CASE(week_of_year(day("2020-12-31")), "53");
  // extract(yearofweek from date'2021-01-03')
  CASE(week_based_year(day("2021-01-03")), "2020");
  // extract(dow from date'2021-01-03')
  CASE(day_of_week(day("2021-01-03")), "1");
  // extract(dayofweek_iso from date'2021-01-03')
  CASE(iso_day_of_week(day("2021-01-03")), "7");
  // extract(doy from date'2020-12-31')
  CASE(day_of_year(day("2020-12-31")), "366");
  // extract(quarter from date'2020-12-31')
  CASE(quarter_of(day("2020-12-31")), "4");
  // window(timestamp'2021-01-03 00:07:30','5 minutes').start
  CASE(time(window_start(at("2021-01-03 00:07:30"), 300000000, 0)), "2021-01-03 00:05:00");
  // from_unixtime(0, 'yyyy-MM-dd HH:mm:ss')
  CASE(time(0), "1969-12-31 16:00:00");
  // cast(make_interval(1,2,3,4,5,6,1e10) as string)
  CASE(interval(make_interval(1, 2, 3, 4, 5, 6, 10000000000000000)), "1 years 2 months 25 days 2777782 hours 52 minutes 40 seconds");
  // cast(make_interval(2147483647,2,3,4,5,6,1) as string)
  CASE(interval(make_interval(2147483647, 2, 3, 4, 5, 6, 1000000)), "ERROR ARITHMETIC_OVERFLOW");
}

// clang-format on

}  // namespace
}  // namespace firesteel::functions::kernel
