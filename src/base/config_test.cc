#include "base/config.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "base/error.h"

namespace firesteel {
namespace {

std::string condition_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const SparkError& error) {
    return error.condition();
  }
  return "";
}

// What Spark 4.2 answers to the same calls.
TEST(Config, AnswersAsSparkDoes) {
  Config config;
  EXPECT_EQ(config.get("spark.sql.shuffle.partitions"), "200");
  EXPECT_EQ(condition_of([&] { config.get("spark.nope"); }), "SQL_CONF_NOT_FOUND");
  EXPECT_EQ(condition_of([&] { config.set("spark.sql.warehouse.dir", "x"); }), "CANNOT_MODIFY_STATIC_CONFIG");
  EXPECT_EQ(condition_of([&] { config.set("spark.executor.memory", "1g"); }), "CANNOT_MODIFY_CONFIG");
  EXPECT_EQ(condition_of([&] { config.set("spark.sql.session.timeZone", "nope"); }), "INVALID_CONF_VALUE.TIME_ZONE");
  EXPECT_EQ(condition_of([&] { config.set("spark.sql.session.timeZone", "+25:00"); }), "INVALID_CONF_VALUE.TIME_ZONE");
  EXPECT_EQ(condition_of([&] { config.set("spark.sql.session.timeZone", "GMT+1"); }), "");
  EXPECT_EQ(condition_of([&] { config.set("spark.sql.session.timeZone", "PST"); }), "");
  EXPECT_EQ(condition_of([&] { config.set("spark.sql.shuffle.partitions", "abc"); }), "INVALID_CONF_VALUE.TYPE_MISMATCH");
  EXPECT_EQ(condition_of([&] { config.set("spark.sql.shuffle.partitions", "-1"); }), "INVALID_CONF_VALUE.REQUIREMENT");
  EXPECT_EQ(condition_of([&] { config.set("spark.sql.ansi.enabled", "maybe"); }), "INVALID_CONF_VALUE.TYPE_MISMATCH");
  EXPECT_EQ(condition_of([&] { config.set("spark.sql.timestampType", "zz"); }),
            "INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS");
  config.set("spark.sql.timestampType", "timestamp_ntz");
  EXPECT_EQ(config.get("spark.sql.timestampType"), "timestamp_ntz");
  config.set("spark.foo", "bar");
  EXPECT_EQ(config.get("spark.foo"), "bar");
  EXPECT_FALSE(Config::is_modifiable("spark.foo"));
  EXPECT_TRUE(Config::is_modifiable("spark.sql.ansi.enabled"));
}

TEST(Config, TheTableIsSortedForItsLookUp) {
  const auto& entries = config_entries();
  EXPECT_TRUE(std::is_sorted(entries.begin(), entries.end(),
                             [](const auto& a, const auto& b) { return a.key < b.key; }));
}

TEST(Config, ReadsSizesAndDurations) {
  EXPECT_EQ(parse_bytes("64m"), 64 << 20);
  EXPECT_EQ(parse_bytes("134217728b"), 134217728);
  EXPECT_EQ(parse_bytes("1x"), std::nullopt);
  EXPECT_EQ(parse_duration_ms("60m"), 3'600'000);
  EXPECT_EQ(parse_duration_ms("2000ms"), 2000);
  EXPECT_EQ(parse_duration_ms("12"), 12'000);
}

}  // namespace
}  // namespace firesteel
