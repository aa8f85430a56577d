// The values are what Spark 4.2.0 answers to SELECT CAST(value AS type).
#include "functions/kernel/cast_number.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace firesteel::functions::kernel {
namespace {

constexpr CastMode kAnsi = CastMode::kAnsi;
constexpr CastMode kLegacy = CastMode::kLegacy;

TEST(CastNumber, NarrowsAsJavaWithoutAnsi) {
  EXPECT_EQ(cast_to_integer<int32_t>(std::nan(""), kLegacy), 0);
  EXPECT_EQ(cast_to_integer<int32_t>(2147483648.0, kLegacy), 2147483647);
  EXPECT_EQ(cast_to_integer<int64_t>(9.3e18, kLegacy), INT64_MAX);
  EXPECT_EQ(cast_to_integer<int8_t>(128.5, kLegacy), -128);
  EXPECT_EQ(cast_to_integer<int8_t>(-129.1, kLegacy), 127);
  EXPECT_EQ(cast_to_integer<int16_t>(70000.0, kLegacy), 4464);
  EXPECT_EQ(cast_to_integer<int32_t>(int64_t{3000000000}, kLegacy), -1294967296);
  EXPECT_EQ(cast_to_integer<int16_t>(int32_t{70000}, kLegacy), 4464);
  EXPECT_EQ(cast_to_integer<int8_t>(int32_t{200}, kLegacy), -56);
  EXPECT_EQ(decimal_to_tinyint(1287, {10, 1}, kLegacy), -128);
  EXPECT_EQ(decimal_to_int(30000000007, {20, 1}, kLegacy), -1294967296);
  EXPECT_EQ(decimal_to_bigint(Int128{9999999999} * 10000000000 + 9999999999, {20, 0}, kLegacy),
            7766279631452241919);
}

TEST(CastNumber, AnsiAcceptsWhatTruncatesIntoTheRange) {
  EXPECT_EQ(cast_to_integer<int32_t>(-1.9, kAnsi), -1);
  EXPECT_EQ(cast_to_integer<int32_t>(2147483647.9, kAnsi), 2147483647);
  EXPECT_EQ(cast_to_integer<int32_t>(-2147483648.9, kAnsi), INT32_MIN);
  EXPECT_EQ(cast_to_integer<int64_t>(9223372036854775807.0, kAnsi), INT64_MAX);
  EXPECT_EQ(decimal_to_int(-19, {10, 1}, kAnsi), -1);
  EXPECT_FALSE(cast_to_integer<int32_t>(2147483648.0, CastMode::kTry));
}

template <typename Call>
std::string overflow(Call call) {
  try {
    call();
  } catch (const SparkError& error) {
    std::string text = error.condition();
    for (const auto& [name, value] : error.parameters()) text += " " + value;
    return text;
  }
  return "no error";
}

TEST(CastNumber, AnsiErrorsNameTheValue) {
  const std::string config = " \"spark.sql.ansi.enabled\"";
  EXPECT_EQ(overflow([] { cast_to_integer<int32_t>(1e20, kAnsi); }),
            "CAST_OVERFLOW 1.0E20D \"DOUBLE\" \"INT\"" + config);
  EXPECT_EQ(overflow([] { cast_to_integer<int32_t>(1e20F, kAnsi); }),
            "CAST_OVERFLOW 1.0E20 \"FLOAT\" \"INT\"" + config);
  EXPECT_EQ(overflow([] { cast_to_integer<int8_t>(int16_t{200}, kAnsi); }),
            "CAST_OVERFLOW 200S \"SMALLINT\" \"TINYINT\"" + config);
  EXPECT_EQ(overflow([] { cast_to_integer<int32_t>(int64_t{3000000000}, kAnsi); }),
            "CAST_OVERFLOW 3000000000L \"BIGINT\" \"INT\"" + config);
  EXPECT_EQ(overflow([] { decimal_to_tinyint(1287, {10, 1}, kAnsi); }),
            "CAST_OVERFLOW 128.7BD \"DECIMAL(10,1)\" \"TINYINT\"" + config);
  EXPECT_EQ(overflow([] { timestamp_to_integer(253370764800500000, TimeZone::utc(), 32, kAnsi); }),
            "CAST_OVERFLOW TIMESTAMP '9999-01-01 00:00:00.5' \"TIMESTAMP\" \"INT\"" + config);
  EXPECT_EQ(overflow([] { double_to_decimal(1e20, {10, 2}, kAnsi); }),
            "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION 100000000000000000000 10 2" + config);
  EXPECT_EQ(overflow([] { decimal_to_decimal(9995, 2, {3, 1}, kAnsi); }),
            "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION 99.95 3 1" + config);
}

TEST(CastNumber, MakesDecimals) {
  EXPECT_EQ(double_to_decimal(1.005, {10, 2}, kAnsi), 101);
  EXPECT_EQ(double_to_decimal(2.675, {10, 2}, kAnsi), 268);
  std::string text;
  append_decimal_plain(*double_to_decimal(0.1F, {38, 20}, kAnsi), 20, text);
  EXPECT_EQ(text, "0.10000000149011612000");
  EXPECT_FALSE(double_to_decimal(NAN, {10, 2}, kAnsi));
  EXPECT_FALSE(double_to_decimal(INFINITY, {10, 2}, kAnsi));
  EXPECT_FALSE(bigint_to_decimal(123, {2, 0}, kLegacy));
  EXPECT_EQ(decimal_to_decimal(125, 2, {10, 1}, kAnsi), 13);
  EXPECT_EQ(decimal_to_decimal(-125, 2, {10, 1}, kAnsi), -13);
}

TEST(CastNumber, MovesBetweenTimestampsAndSeconds) {
  EXPECT_EQ(timestamp_to_bigint(1577836800500000), 1577836800);
  EXPECT_EQ(timestamp_to_bigint(-500000), -1);
  EXPECT_EQ(timestamp_to_double(-500000), -0.5);
  EXPECT_EQ(timestamp_to_decimal(-500000, {20, 6}, kAnsi), -500000);
  EXPECT_FALSE(timestamp_to_integer(253370764800500000, TimeZone::utc(), 32, kLegacy));
  EXPECT_EQ(double_to_timestamp(-1.5, kAnsi), -1500000);
  EXPECT_EQ(double_to_timestamp(1.0000015, kAnsi), 1000001);
  EXPECT_FALSE(double_to_timestamp(NAN, kLegacy));
  EXPECT_EQ(double_to_timestamp(1e30, kLegacy), INT64_MAX);
  EXPECT_EQ(decimal_to_timestamp(19999999, 7), 1999999);
  EXPECT_EQ(decimal_to_timestamp(-19999999, 7), -1999999);
  EXPECT_EQ(bigint_to_timestamp(INT64_MAX), INT64_MAX);
}

}  // namespace
}  // namespace firesteel::functions::kernel
