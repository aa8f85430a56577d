// What Spark 4.2.0 answers with spark.sql.session.timeZone=America/Los_Angeles and spark.sql.legacy.timeParserPolicy=LEGACY.
#include "functions/kernel/legacy_date_pattern.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "functions/kernel/date_pattern.h"

namespace firesteel::functions::kernel {
namespace {

constexpr std::optional<int64_t> kNone;

struct ParseCase {
  std::string_view text;
  std::string_view pattern;
  std::optional<int64_t> expected;
};

struct FormatCase {
  int64_t micros;
  std::string_view pattern;
  std::string_view expected;
};

// SELECT unix_micros(to_timestamp(text, pattern))
constexpr ParseCase kSimpleCases[] = {
    // clang-format off
    {"2020-01-02 trailing", "yyyy-MM-dd", 1577952000000000LL},
    {"2020-13-01", "yyyy-MM-dd", kNone},
    {"1582-10-04", "yyyy-MM-dd", -12220214822000000LL},
    {"1582-10-10", "yyyy-MM-dd", kNone},
    {"1500-02-29", "yyyy-MM-dd", -14826643622000000LL},
    {"0001-01-01", "yyyy-MM-dd", -62135568422000000LL},
    {"20200102", "yyyyMMdd", 1577952000000000LL},
    {"99-01-02", "yy-MM-dd", 915264000000000LL},
    {"2020-53-1", "YYYY-ww-u", kNone},
    {"2020 01 2 Thu", "yyyy MM F E", 1578556800000000LL},
    {"2020-366", "yyyy-D", 1609401600000000LL},
    {"BC 0044-03-15", "G yyyy-MM-dd", -63517795622000000LL},
    {"2020-07-02 03:04 PST", "yyyy-MM-dd HH:mm z", 1593687840000000LL},
    {"2020-01-02 03:04 CEST", "yyyy-MM-dd HH:mm z", 1577927040000000LL},
    {"2020-01-02 03:04 GMT+8:30", "yyyy-MM-dd HH:mm z", 1577903640000000LL},
    {"2020-01-02 03:04 +05:30", "yyyy-MM-dd HH:mm XXX", 1577914440000000LL},
    {"2020-03-08 02:30:00", "yyyy-MM-dd HH:mm:ss", kNone},
    {"2020-11-01 01:30:00", "yyyy-MM-dd HH:mm:ss", 1604223000000000LL},
    {"1883-11-18 12:00:00", "yyyy-MM-dd HH:mm:ss", -2717640000000000LL},
    {"2020-01-02 12:30 pm", "yyyy-MM-dd hh:mm a", 1577997000000000LL},
    {"2E3", "yyyy", 946713600000000LL},
    {"2020-01-02 03:04:05.123456", "yyyy-MM-dd HH:mm:ss.SSSSSS", kNone},
    // clang-format on
};

// SELECT unix_micros(from_json('{"a":"text"}', 'a timestamp', map('timestampFormat', pattern, 'enableDateTimeParsingFallback', 'false')).a)
constexpr ParseCase kFastCases[] = {
    // clang-format off
    {"2020-01-02 x", "yyyy-MM-dd", 1577952000000000LL},
    {"2020-13-01", "yyyy-MM-dd", 1609488000000000LL},
    {"1582-10-10", "yyyy-MM-dd", -12218832422000000LL},
    {"2020-01-02T03:04:05.123456Z", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", 1577934368456000LL},
    {"2020-01-02 03:04:05.12", "yyyy-MM-dd HH:mm:ss.SSSSSS", 1577963045000012LL},
    {"2020-01-02 Pacific Time", "yyyy-MM-dd z", 1577952000000000LL},
    {"20200102 030405", "yyyyMMdd HHmmss", 1577963045000000LL},
    {"20-1-2 p", "yy-M-d a", 1577995200000000LL},
    // clang-format on
};

// SELECT date_format(timestamp_micros(micros), pattern)
constexpr FormatCase kFormatCases[] = {
    // clang-format off
    {1583053323456789LL, "G", "AD"},
    {1583053323456789LL, "yy", "20"},
    {1583053323456789LL, "YYYY", "2020"},
    {1583053323456789LL, "MMM", "Mar"},
    {1583053323456789LL, "MMMM", "March"},
    {1583053323456789LL, "w", "10"},
    {1583053323456789LL, "W", "1"},
    {1583053323456789LL, "D", "61"},
    {1583053323456789LL, "F", "1"},
    {1583053323456789LL, "E", "Sun"},
    {1583053323456789LL, "EEEE", "Sunday"},
    {1583053323456789LL, "u", "7"},
    {1583053323456789LL, "k", "1"},
    {1583053323456789LL, "K", "1"},
    {1583053323456789LL, "S", "456"},
    {1583053323456789LL, "SSSSSS", "000456"},
    {1583053323456789LL, "z", "PST"},
    {1583053323456789LL, "zzzz", "Pacific Standard Time"},
    {1583053323456789LL, "Z", "-0800"},
    {1583053323456789LL, "X", "-08"},
    {1583053323456789LL, "XXX", "-08:00"},
    {-12219552000000000LL, "yyyy-MM-dd", "1582-10-15"},
    {-62135740800000000LL, "G yyyy-MM-dd HH:mm:ss", "BC 0001-12-30 00:07:02"},
    {-14830974000000000LL, "yyyy-MM-dd Z", "1500-01-09 -0800"},
    // clang-format on
};

const TimeZone& zone() { return TimeZone::get("America/Los_Angeles"); }

TEST(LegacyDatePattern, ParsesAsSimpleDateFormat) {
  for (const ParseCase& c : kSimpleCases) {
    EXPECT_EQ(LegacyDatePattern(c.pattern, LegacyFormat::kSimple).parse(c.text, zone()), c.expected) << c.text << " by " << c.pattern;
  }
}

TEST(LegacyDatePattern, ParsesAsFastDateFormat) {
  for (const ParseCase& c : kFastCases) {
    EXPECT_EQ(LegacyDatePattern(c.pattern, LegacyFormat::kFast).parse(c.text, zone()), c.expected) << c.text << " by " << c.pattern;
  }
}

TEST(LegacyDatePattern, FormatsAsSimpleDateFormat) {
  for (const FormatCase& c : kFormatCases) {
    std::string text;
    LegacyDatePattern(c.pattern, LegacyFormat::kSimple).format(c.micros, zone(), text);
    EXPECT_EQ(text, c.expected) << c.micros << " by " << c.pattern;
  }
}

TEST(LegacyDatePattern, RefusesWhatIsNoPattern) {
  for (const char* pattern : {"q", "yyyy'", "XXXX", "b"}) {
    EXPECT_THROW(LegacyDatePattern(pattern, LegacyFormat::kSimple), SparkError) << pattern;
    EXPECT_THROW(LegacyDatePattern(pattern, LegacyFormat::kFast), SparkError) << pattern;
  }
}

// SELECT to_date('2020-01-02 x', 'yyyy-MM-dd') with the policy EXCEPTION; no parser reads the second text.
TEST(DatePattern, TellsWhatTheFormerParserReads) {
  const DatePattern pattern("yyyy-MM-dd", DatePattern::Purpose::kParse, {TimeParserPolicy::kException, LegacyFormat::kSimple});
  try {
    pattern.parse_date("2020-01-02 x", zone());
    FAIL() << "no error";
  } catch (const SparkError& error) {
    EXPECT_EQ(error.condition(), "INCONSISTENT_BEHAVIOR_CROSS_VERSION.PARSE_DATETIME_BY_NEW_PARSER");
  }
  EXPECT_EQ(pattern.parse_date("x", zone()), std::nullopt);
}

}  // namespace
}  // namespace firesteel::functions::kernel
