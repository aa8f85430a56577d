// What Spark 4.2.0 answers with spark.sql.session.timeZone=America/Los_Angeles to
// SELECT unix_date(try_cast(text AS DATE)), unix_micros(try_cast(text AS TIMESTAMP)),
//   unix_micros(CAST(CAST(try_cast(text AS TIMESTAMP_NTZ) AS STRING) || 'Z' AS TIMESTAMP)).
#include <gtest/gtest.h>

#include <string>

#include "functions/kernel/cast_string.h"

namespace firesteel::functions::kernel {
namespace {

constexpr std::optional<int64_t> kNone;

struct Case {
  std::string_view text;
  std::optional<int64_t> date;
  std::optional<int64_t> timestamp;
  std::optional<int64_t> timestamp_ntz;
};

constexpr Case kCases[] = {
    // clang-format off
    {"2020", 18262LL, 1577865600000000LL, 1577836800000000LL},
    {"2020-1", 18262LL, 1577865600000000LL, 1577836800000000LL},
    {"2020-01-1", 18262LL, 1577865600000000LL, 1577836800000000LL},
    {"2020-01-01", 18262LL, 1577865600000000LL, 1577836800000000LL},
    {"+2020-01-01", 18262LL, 1577865600000000LL, 1577836800000000LL},
    {"-2020-01-01", -1457318LL, -125912246822000000LL, -125912275200000000LL},
    {" 2020-01-01 ", 18262LL, 1577865600000000LL, 1577836800000000LL},
    {"2020-01-01 abc", 18262LL, kNone, kNone},
    {"2020-01-01Tabc", 18262LL, kNone, kNone},
    {"2020-01-01x", kNone, kNone, kNone},
    {"20200101", kNone, kNone, kNone},
    {"2020-13-01", kNone, kNone, kNone},
    {"2020-02-30", kNone, kNone, kNone},
    {"2020-2-29", 18321LL, 1582963200000000LL, 1582934400000000LL},
    {"02020-01-01", 18262LL, 1577865600000000LL, 1577836800000000LL},
    {"12345678-01-01", kNone, kNone, kNone},
    {"1234567-01-01", 450196810LL, kNone, kNone},
    {"202-01-01", kNone, kNone, kNone},
    {"2020-", kNone, kNone, kNone},
    {"2020-01-", kNone, kNone, kNone},
    {"2020-1-1T", 18262LL, kNone, kNone},
    {"2020 ", 18262LL, 1577865600000000LL, 1577836800000000LL},
    {"2020-01 x", kNone, kNone, kNone},
    {"2020-001-01", kNone, kNone, kNone},
    {"epoch", kNone, kNone, kNone},
    {"now", kNone, kNone, kNone},
    {"0000-01-01", -719528LL, -62167190822000000LL, -62167219200000000LL},
    {"2020/01/01", kNone, kNone, kNone},
    {"2020-01-01 01:02:03", 18262LL, 1577869323000000LL, 1577840523000000LL},
    {"2020-01-01T01:02:03", 18262LL, 1577869323000000LL, 1577840523000000LL},
    {"2020-01-01 1:2:3", 18262LL, 1577869323000000LL, 1577840523000000LL},
    {"2020-01-01 1:2", 18262LL, 1577869320000000LL, 1577840520000000LL},
    {"2020-01-01 1", 18262LL, 1577869200000000LL, 1577840400000000LL},
    {"2020-01-01 01:02:03.1", 18262LL, 1577869323100000LL, 1577840523100000LL},
    {"2020-01-01 01:02:03.123456789", 18262LL, 1577869323123456LL, 1577840523123456LL},
    {"2020-01-01 01:02:03.", 18262LL, 1577869323000000LL, 1577840523000000LL},
    {"2020-01-01 01:02:03.1.", 18262LL, kNone, kNone},
    {"2020-01-01 01:02:03Z", 18262LL, 1577840523000000LL, 1577840523000000LL},
    {"2020-01-01 01:02:03.5Z", 18262LL, 1577840523500000LL, 1577840523500000LL},
    {"2020-01-01 01:02:03 UTC", 18262LL, 1577840523000000LL, 1577840523000000LL},
    {"2020-01-01 01:02:03 +8", 18262LL, 1577811723000000LL, 1577840523000000LL},
    {"2020-01-01 01:02:03+8:00", 18262LL, 1577811723000000LL, 1577840523000000LL},
    {"2020-01-01 01:02:03+08:0", 18262LL, 1577811723000000LL, 1577840523000000LL},
    {"2020-01-01 01:02:03+0800", 18262LL, 1577811723000000LL, 1577840523000000LL},
    {"2020-01-01 01:02:03+08:00:30", 18262LL, 1577811693000000LL, 1577840523000000LL},
    {"2020-01-01 01:02:03-18:00", 18262LL, 1577905323000000LL, 1577840523000000LL},
    {"2020-01-01 01:02:03-18:01", 18262LL, kNone, kNone},
    {"2020-01-01 01:02:03 Europe/Paris", 18262LL, 1577836923000000LL, 1577840523000000LL},
    {"2020-01-01 01:02:03Europe/Paris", 18262LL, 1577836923000000LL, 1577840523000000LL},
    {"2020-01-01 01:02:03.123 America/New_York", 18262LL, 1577858523123000LL, 1577840523123000LL},
    {"2020-01-01 01:02:03 GMT+8", 18262LL, 1577811723000000LL, 1577840523000000LL},
    {"2020-01-01 01:02:03 PST", 18262LL, 1577869323000000LL, 1577840523000000LL},
    {"2020-01-01 01:02:03 EST", 18262LL, 1577858523000000LL, 1577840523000000LL},
    {"2020-01-01 01:02:03 XYZ", 18262LL, kNone, kNone},
    {"2020-01-01 01:02:03 europe/paris", 18262LL, kNone, kNone},
    {"2020-01-01 01:02Z", 18262LL, kNone, kNone},
    {"2020-01-01Z", kNone, kNone, kNone},
    {"2020-01-01 Z", 18262LL, kNone, kNone},
    {"2020Z", kNone, kNone, kNone},
    {"2020-01-01 25:00:00", 18262LL, kNone, kNone},
    {"2020-01-01 01:60:00", 18262LL, kNone, kNone},
    {"2020-01-01 01:02:60", 18262LL, kNone, kNone},
    {"2020-01-01 01:02:03 01", 18262LL, kNone, kNone},
    {"2020-01-01  01:02:03", 18262LL, kNone, kNone},
    {"294247-01-10 04:00:54.775807", 106751991LL, kNone, 9223372036854775807LL},
    {"294247-01-10 04:00:54.775808", 106751991LL, kNone, kNone},
    {"999999-01-01 00:00:00", 364522607LL, kNone, kNone},
    {"1234567-01-01 00:00:00", 450196810LL, kNone, kNone},
    {"-290308-12-21 19:59:05.224192", -106751992LL, -9223372008476775808LL, INT64_MIN},
    {"-290308-12-21 19:59:05.224191", -106751992LL, -9223372008476775809LL, kNone},
    {"0001-01-01 00:00:00 America/Los_Angeles", -719162LL, -62135568422000000LL, -62135596800000000LL},
    {"1883-11-18 12:00:00 America/New_York", -31455LL, -2717651038000000LL, -2717668800000000LL},
    {"2021-03-14 02:30:00 America/Los_Angeles", 18700LL, 1615717800000000LL, 1615689000000000LL},
    {"2021-11-07 01:30:00 America/Los_Angeles", 18938LL, 1636273800000000LL, 1636248600000000LL},
    {"2050-07-01 00:00:00 America/Los_Angeles", 29401LL, 2540271600000000LL, 2540246400000000LL},
    {"2500-07-01 00:00:00 Europe/Berlin", 193760LL, 16740856800000000LL, 16740864000000000LL},
    {"2500-01-01 00:00:00 Australia/Sydney", 193579LL, 16725186000000000LL, 16725225600000000LL},
    {"9999-07-01 00:00:00 America/New_York", 2932713LL, 253386417600000000LL, 253386403200000000LL},
    {"2020-06-01 00:00:00 Africa/Casablanca", 18414LL, 1590966000000000LL, 1590969600000000LL},
    {"2087-06-01 00:00:00 Africa/Casablanca", 42885LL, 3705260400000000LL, 3705264000000000LL},
    {"1970-01-01 00:00:00 Asia/Kolkata", 0LL, -19800000000LL, 0LL},
    {"1940-06-15 00:00:00 Europe/Amsterdam", -10792LL, -932436000000000LL, -932428800000000LL},
    {"2011-12-30 12:00:00 Pacific/Apia", 15338LL, 1325282400000000LL, 1325246400000000LL},
    {"2020-10-04 02:15:00 Australia/Lord_Howe", 18539LL, 1601739900000000LL, 1601777700000000LL},
    // clang-format on
};

TEST(CastStringToDateTime, AgreesWithSpark) {
  const TimeZone& zone = TimeZone::get("America/Los_Angeles");
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.text);
    const auto date = string_to_date(c.text, CastMode::kTry);
    EXPECT_EQ(date ? std::optional<int64_t>(*date) : kNone, c.date);
    EXPECT_EQ(string_to_timestamp(c.text, zone, CastMode::kTry), c.timestamp);
    EXPECT_EQ(string_to_timestamp_ntz(c.text, CastMode::kTry), c.timestamp_ntz);
  }
}

TEST(CastStringToDateTime, TakesATimeAloneAsToday) {
  const auto noon = string_to_timestamp("12:00", TimeZone::utc(), CastMode::kTry);
  const auto evening = string_to_timestamp("T18:00:00", TimeZone::utc(), CastMode::kTry);
  ASSERT_TRUE(noon && evening);
  EXPECT_EQ(*noon % 86400000000, 43200000000);
  EXPECT_EQ(*evening % 86400000000, 64800000000);
  EXPECT_FALSE(string_to_timestamp_ntz("12:00", CastMode::kTry));
}

TEST(CastStringToDateTime, ReadsTimes) {
  // SELECT CAST(CAST(text AS TIME) AS STRING)
  const auto time = [](std::string_view text) -> std::string {
    const auto nanos = string_to_time(text, 6, CastMode::kTry);
    if (!nanos) return "NULL";
    std::string shown;
    append_time(*nanos, shown);
    return shown;
  };
  EXPECT_EQ(time("12:34"), "12:34:00");
  EXPECT_EQ(time("12:34:56.1234567"), "12:34:56.123456");
  EXPECT_EQ(time("T12:34:56"), "12:34:56");
  EXPECT_EQ(time("1:2:3"), "01:02:03");
  EXPECT_EQ(time("1:02:03 PM"), "13:02:03");
  EXPECT_EQ(time(" 12:34:56 "), "12:34:56");
  EXPECT_EQ(time("12"), "NULL");
  EXPECT_EQ(time("24:00:00"), "NULL");
  EXPECT_EQ(time("2020-01-01 12:34:56"), "NULL");
  EXPECT_EQ(time("12:34:56+01:00"), "NULL");
}

}  // namespace

// Recorded from Spark: from_json('{"a":"…"}', 'a TIMESTAMP_NTZ').
TEST(ZonelessTimestamp, TakesNoTextWithAZone) {
  EXPECT_EQ(zoneless_timestamp("1970-01-01T00:00:01"), 1'000'000);
  EXPECT_FALSE(zoneless_timestamp("1970-01-01T00:00:01Z"));
  EXPECT_FALSE(zoneless_timestamp("1970-01-01 00:00:01 +01:00"));
  EXPECT_FALSE(zoneless_timestamp("00:00:01"));
}

}  // namespace firesteel::functions::kernel
