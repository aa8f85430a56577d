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

TEST(Config, RefusesWhatItWouldIgnore) {
  Config config;
  EXPECT_EQ(condition_of([&] { config.set("spark.sql.legacy.interval.enabled", "true"); }), "UNSUPPORTED_FEATURE.SETTING");
  EXPECT_EQ(condition_of([&] { config.set("spark.sql.binaryOutputStyle", "HEX"); }), "UNSUPPORTED_FEATURE.SETTING");
  EXPECT_EQ(condition_of([&] { config.set("spark.sql.legacy.interval.enabled", " FALSE"); }), "");
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
  EXPECT_EQ(condition_of([&] { config.set("spark.sql.binaryOutputStyle", "zz"); }), "INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS");
  config.set("spark.sql.timestampType", "timestamp_ntz");
  EXPECT_EQ(config.get("spark.sql.timestampType"), "timestamp_ntz");
  config.set("spark.foo", "bar");
  EXPECT_EQ(config.get("spark.foo"), "bar");
  EXPECT_FALSE(Config::is_modifiable("spark.foo"));
  EXPECT_TRUE(Config::is_modifiable("spark.sql.ansi.enabled"));
}

// Recorded from Spark 4.2.
TEST(Config, ChecksValuesAsSparkDoes) {
  Config config;
  const auto message = [&](const char* key, const char* value) -> std::string {
    try {
      config.set(key, value);
    } catch (const SparkError& error) {
      std::string text = error.condition().substr(std::string_view("INVALID_CONF_VALUE.").size());
      for (const auto& [name, parameter] : error.parameters()) text += "|" + parameter;
      return text;
    }
    return "";
  };
  EXPECT_EQ(message("spark.sql.view.maxNestedViewDepth", "0"),
            "REQUIREMENT|spark.sql.view.maxNestedViewDepth|0|The maximum depth of a view reference in a nested view must be positive.");
  EXPECT_EQ(message("spark.sql.view.maxNestedViewDepth", "1"), "");
  EXPECT_EQ(message("spark.sql.adaptive.advisoryPartitionSizeInBytes", "-2"),
            "REQUIREMENT|spark.sql.adaptive.shuffle.targetPostShuffleInputSize|-2b|advisoryPartitionSizeInBytes must be positive");
  EXPECT_EQ(message("spark.sql.adaptive.rebalancePartitionsSmallPartitionFactor", "1"),
            "REQUIREMENT|spark.sql.adaptive.rebalancePartitionsSmallPartitionFactor|1.0|the factor must be in (0, 1)");
  EXPECT_EQ(message("spark.sql.adaptive.rebalancePartitionsSmallPartitionFactor", "0.5"), "");
  EXPECT_EQ(message("spark.sql.execution.pyspark.udf.idleTimeoutSeconds", "-1"),
            "REQUIREMENT|spark.python.worker.idleTimeoutSeconds|-1000ms|The idle timeout should be 0 or positive.");
  EXPECT_EQ(message("spark.sql.maxMetadataStringLength", "2"), "REQUIREMENT|spark.sql.maxMetadataStringLength|2|This value must be bigger than 3.");
  EXPECT_EQ(message("spark.sql.orc.compression.codec", "x"),
            "OUT_OF_RANGE_OF_OPTIONS|spark.sql.orc.compression.codec|x|brotli, uncompressed, lz4, lzo, snappy, zlib, none, zstd");
  EXPECT_EQ(message("spark.sql.orc.compression.codec", "ZSTD"), "");
  EXPECT_EQ(message("spark.sql.broadcastTimeout", "x"), "TYPE_MISMATCH|spark.sql.broadcastTimeout|x|time in SECONDS");
  EXPECT_EQ(message("spark.sql.ui.explainMode", "x"),
            "REQUIREMENT|spark.sql.ui.explainMode|x|Invalid value for 'spark.sql.ui.explainMode'. Valid values are 'simple', 'extended', "
            "'codegen', 'cost' and 'formatted'.");
}

TEST(Config, BareNumbersCountInTheUnitOfTheirKey) {
  Config config;
  config.set("spark.connect.progress.reportInterval", "250");
  EXPECT_EQ(config.get_duration_ms("spark.connect.progress.reportInterval"), 250);
  config.set("spark.connect.session.connectML.mlCache.memoryControl.offloadingTimeout", "2");
  EXPECT_EQ(config.get_duration_ms("spark.connect.session.connectML.mlCache.memoryControl.offloadingTimeout"), 120'000);
  config.set("spark.sql.broadcastTimeout", "3");
  EXPECT_EQ(config.get_duration_ms("spark.sql.broadcastTimeout"), 3000);
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
  EXPECT_EQ(parse_duration_ms("60m", 1000), 3'600'000);
  EXPECT_EQ(parse_duration_ms("2000ms", 1000), 2000);
  EXPECT_EQ(parse_duration_ms("12", 1000), 12'000);
}

}  // namespace
}  // namespace firesteel
