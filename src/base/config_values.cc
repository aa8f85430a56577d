#include "base/config_values.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/text.h"

namespace firesteel {
namespace {

// The values that an enumerated key accepts, as Spark lists them. They are compared without regard to case.
struct Choice {
  std::string_view key;
  std::string_view values;
};
constexpr std::array kChoices = {
    // clang-format off
    Choice{"spark.connect.session.planCompression.defaultAlgorithm", "NONE, ZSTD"},
    Choice{"spark.sql.avro.compression.codec", "bzip2, deflate, uncompressed, xz, snappy, zstandard"},
    Choice{"spark.sql.avro.deflate.level", "8, 4, 9, 5, 2, 7, -1, 3, 6, 1"},
    Choice{"spark.sql.binaryOutputStyle", "UTF-8, BASIC, BASE64, HEX, HEX_DISCRETE"},
    Choice{"spark.sql.defaultCacheStorageLevel", "NONE, DISK_ONLY, DISK_ONLY_2, DISK_ONLY_3, MEMORY_ONLY, MEMORY_ONLY_2, MEMORY_ONLY_SER, MEMORY_ONLY_SER_2, MEMORY_AND_DISK, MEMORY_AND_DISK_2, MEMORY_AND_DISK_SER, MEMORY_AND_DISK_SER_2, OFF_HEAP"},
    Choice{"spark.sql.error.messageFormat", "PRETTY, MINIMAL, STANDARD, DEBUG"},
    Choice{"spark.sql.execution.arrow.compression.codec", "none, zstd, lz4"},
    Choice{"spark.sql.execution.pandas.structHandlingMode", "legacy, row, dict"},
    Choice{"spark.sql.legacy.ctePrecedencePolicy", "EXCEPTION, LEGACY, CORRECTED"},
    Choice{"spark.sql.legacy.timeParserPolicy", "EXCEPTION, LEGACY, CORRECTED"},
    Choice{"spark.sql.mapKeyDedupPolicy", "EXCEPTION, LAST_WIN"},
    Choice{"spark.sql.orc.compression.codec", "brotli, uncompressed, lz4, lzo, snappy, zlib, none, zstd"},
    Choice{"spark.sql.parquet.compression.codec", "brotli, uncompressed, lzo, snappy, lz4_raw, none, zstd, lz4, gzip"},
    Choice{"spark.sql.parquet.outputTimestampType", "INT96, TIMESTAMP_MICROS, TIMESTAMP_MILLIS"},
    Choice{"spark.sql.pyspark.dataSource.profiler", "perf, memory"},
    Choice{"spark.sql.pyspark.udf.profiler", "perf, memory"},
    Choice{"spark.sql.sources.partitionOverwriteMode", "STATIC, DYNAMIC"},
    Choice{"spark.sql.storeAssignmentPolicy", "ANSI, LEGACY, STRICT"},
    Choice{"spark.sql.timestampType", "TIMESTAMP_NTZ, TIMESTAMP_LTZ"},
    // clang-format on
};

// The least and the greatest value of a key, and what Spark says of others.
struct Range {
  std::string_view key;
  double minimum;
  double maximum;
  std::string_view requirement;
};
constexpr double kNoMaximum = std::numeric_limits<double>::infinity();
constexpr double kAboveZero = std::numeric_limits<double>::min();
constexpr double kBelowOne = 1 - std::numeric_limits<double>::epsilon();
constexpr std::array kRanges = {
    // clang-format off
    Range{"spark.sql.adaptive.advisoryPartitionSizeInBytes", 1, kNoMaximum, "advisoryPartitionSizeInBytes must be positive"},
    Range{"spark.sql.adaptive.coalescePartitions.initialPartitionNum", 1, kNoMaximum, "The initial number of partitions must be positive."},
    Range{"spark.sql.adaptive.coalescePartitions.minPartitionSize", 1, kNoMaximum, "minPartitionSize must be positive"},
    Range{"spark.sql.adaptive.rebalancePartitionsSmallPartitionFactor", kAboveZero, kBelowOne, "the factor must be in (0, 1)"},
    Range{"spark.sql.adaptive.skewJoin.skewedPartitionFactor", 0, kNoMaximum, "The skew factor cannot be negative."},
    Range{"spark.sql.avro.xz.level", 1, 9, "The value must be in the range of from 1 to 9 inclusive."},
    Range{"spark.sql.bucketing.coalesceBucketsInJoin.maxBucketRatio", 1, kNoMaximum, "The difference must be positive."},
    Range{"spark.sql.cbo.joinReorder.dp.threshold", 1, kNoMaximum, "The maximum number must be a positive integer."},
    Range{"spark.sql.execution.arrow.localRelationThreshold", 0, kNoMaximum, "This value must be equal to or greater than 0."},
    Range{"spark.sql.execution.arrow.maxBytesPerBatch", 1, 2'147'483'647, "The value of spark.sql.execution.arrow.maxBytesPerBatch should be greater than zero and less than INT_MAX."},
    Range{"spark.sql.execution.pandas.udf.buffer.size", 0, kNoMaximum, "The buffer size must not be negative"},
    Range{"spark.sql.execution.pyspark.udf.idleTimeoutSeconds", 0, kNoMaximum, "The idle timeout should be 0 or positive."},
    Range{"spark.sql.execution.pyspark.udf.tracebackDumpIntervalSeconds", 0, kNoMaximum, "The interval should be 0 or positive."},
    Range{"spark.sql.execution.python.udf.buffer.size", 0, kNoMaximum, "The buffer size must not be negative"},
    Range{"spark.sql.execution.python.udf.maxRecordsPerBatch", 1, kNoMaximum, "The value of spark.sql.execution.python.udf.maxRecordsPerBatch must be positive."},
    Range{"spark.sql.execution.pythonUDF.arrow.concurrency.level", 2, kNoMaximum, "The value of spark.sql.execution.pythonUDF.arrow.concurrency.level must be more than one."},
    Range{"spark.sql.files.maxPartitionNum", 1, kNoMaximum, "The maximum number of partitions must be a positive integer."},
    Range{"spark.sql.files.minPartitionNum", 1, kNoMaximum, "The min partition number must be a positive integer."},
    Range{"spark.sql.leafNodeDefaultParallelism", 1, kNoMaximum, "The value of spark.sql.leafNodeDefaultParallelism must be positive."},
    Range{"spark.sql.maxMetadataStringLength", 4, kNoMaximum, "This value must be bigger than 3."},
    Range{"spark.sql.maxPlanStringLength", 0, 2'147'483'632, "Invalid value for 'spark.sql.maxPlanStringLength'.  Length must be a valid string length (nonnegative and shorter than the maximum size)."},
    Range{"spark.sql.optimizer.runtimeFilter.number.threshold", 0, kNoMaximum, "The threshold should be >= 0"},
    Range{"spark.sql.session.localRelationBatchOfChunksSizeBytes", 1, kNoMaximum, "The batch size in bytes must be positive"},
    Range{"spark.sql.session.localRelationCacheThreshold", 0, kNoMaximum, "The threshold of cached local relations must not be negative"},
    Range{"spark.sql.session.localRelationChunkSizeBytes", 1, kNoMaximum, "The chunk size in bytes must be positive"},
    Range{"spark.sql.session.localRelationChunkSizeRows", 1, kNoMaximum, "The chunk size in number of rows must be positive"},
    Range{"spark.sql.session.localRelationSizeLimit", 1, kNoMaximum, "The local relation size in bytes must be positive"},
    Range{"spark.sql.shuffle.partitions", 1, kNoMaximum, "The value of spark.sql.shuffle.partitions must be positive"},
    Range{"spark.sql.shuffledHashJoinFactor", 1, kNoMaximum, "The shuffle hash join factor cannot be negative."},
    Range{"spark.sql.sources.bucketing.maxBuckets", 1, kNoMaximum, "the value of spark.sql.sources.bucketing.maxBuckets must be greater than 0"},
    Range{"spark.sql.sources.parallelPartitionDiscovery.threshold", 0, kNoMaximum, "The maximum number of paths allowed for listing files at driver side must not be negative"},
    Range{"spark.sql.stackTracesInDataFrameContext", 1, kNoMaximum, "The number of stack traces in the DataFrame context must be positive."},
    Range{"spark.sql.view.maxNestedViewDepth", 1, kNoMaximum, "The maximum depth of a view reference in a nested view must be positive."},
    Range{"spark.sql.window.segmentTree.blockSize", 16, kNoMaximum, "blockSize must be >= 16"},
    // clang-format on
};

// The few keys whose enumerated values Spark checks by a requirement.
struct Words {
  std::string_view key;
  std::string_view values;
  std::string_view requirement;
};
constexpr std::array kWords = {
    Words{"spark.sql.streaming.multipleWatermarkPolicy", "min, max",
          "Invalid value for 'spark.sql.streaming.multipleWatermarkPolicy'. Valid values are 'min' and 'max'"},
    Words{"spark.sql.streaming.stateStore.encodingFormat", "unsaferow, avro", "Valid values are 'unsaferow' and 'avro'"},
    Words{"spark.sql.ui.explainMode", "simple, extended, codegen, cost, formatted",
          "Invalid value for 'spark.sql.ui.explainMode'. Valid values are 'simple', 'extended', 'codegen', 'cost' and 'formatted'."},
};

// Keys that errors name by the key that their declaration falls back to.
struct DeclaredName {
  std::string_view key;
  std::string_view declared;
};
constexpr std::array kDeclaredNames = {
    // clang-format off
    DeclaredName{"spark.sql.adaptive.advisoryPartitionSizeInBytes", "spark.sql.adaptive.shuffle.targetPostShuffleInputSize"},
    DeclaredName{"spark.sql.connect.shuffleDependency.fileCleanup.enabled", "spark.sql.shuffleDependency.fileCleanup.enabled"},
    DeclaredName{"spark.sql.execution.arrow.pyspark.enabled", "spark.sql.execution.arrow.enabled"},
    DeclaredName{"spark.sql.execution.arrow.pyspark.fallback.enabled", "spark.sql.execution.arrow.fallback.enabled"},
    DeclaredName{"spark.sql.execution.pandas.udf.buffer.size", "spark.buffer.size"},
    DeclaredName{"spark.sql.execution.pyspark.udf.daemonKillWorkerOnFlushFailure", "spark.python.daemon.killWorkerOnFlushFailure"},
    DeclaredName{"spark.sql.execution.pyspark.udf.faulthandler.enabled", "spark.python.worker.faulthandler.enabled"},
    DeclaredName{"spark.sql.execution.pyspark.udf.idleTimeoutSeconds", "spark.python.worker.idleTimeoutSeconds"},
    DeclaredName{"spark.sql.execution.pyspark.udf.killOnIdleTimeout", "spark.python.worker.killOnIdleTimeout"},
    DeclaredName{"spark.sql.execution.pyspark.udf.tracebackDumpIntervalSeconds", "spark.python.worker.tracebackDumpIntervalSeconds"},
    DeclaredName{"spark.sql.execution.python.udf.buffer.size", "spark.buffer.size"},
    DeclaredName{"spark.sql.redaction.string.regex", "spark.redaction.string.regex"},
    DeclaredName{"spark.sql.thriftServer.interruptOnCancel", "spark.sql.execution.interruptOnCancel"},
    // clang-format on
};

// Keys that change answers in Spark and are honoured with these values alone: another one is an error, lest the
// answers be silently those without it.
struct Honoured {
  std::string_view key;
  std::string_view values;
};
constexpr std::array kHonoured = {
    // clang-format off
    Honoured{"spark.sql.analyzer.allowSubqueryExpressionsInLambdasOrHigherOrderFunctions", "false"},
    Honoured{"spark.sql.avro.datetimeRebaseModeInRead", "CORRECTED"},
    Honoured{"spark.sql.avro.datetimeRebaseModeInWrite", "CORRECTED"},
    Honoured{"spark.sql.binaryOutputStyle", "HEX_DISCRETE"},
    Honoured{"spark.sql.crossJoin.enabled", "true"},
    Honoured{"spark.sql.files.ignoreMissingFiles", "false"},
    Honoured{"spark.sql.files.supportSecondOffsetFormat", "true"},
    Honoured{"spark.sql.functionResolution.sessionOrder", "second"},
    Honoured{"spark.sql.json.enableExactStringParsing", "true"},
    Honoured{"spark.sql.json.enablePartialResults", "true"},
    Honoured{"spark.sql.legacy.allowHashOnMapType", "false"},
    Honoured{"spark.sql.legacy.allowNegativeScaleOfDecimal", "false"},
    Honoured{"spark.sql.legacy.castComplexTypesToString.enabled", "false"},
    Honoured{"spark.sql.legacy.codingErrorAction", "false"},
    Honoured{"spark.sql.legacy.cteDuplicateAttributeNames", "false"},
    Honoured{"spark.sql.legacy.decimal.retainFractionDigitsOnTruncate", "false"},
    Honoured{"spark.sql.legacy.disableMapKeyNormalization", "false"},
    Honoured{"spark.sql.legacy.followThreeValuedLogicInArrayExists", "true"},
    Honoured{"spark.sql.legacy.fromDayTimeString.enabled", "false"},
    Honoured{"spark.sql.legacy.histogramNumericPropagateInputType", "true"},
    Honoured{"spark.sql.legacy.interval.enabled", "false"},
    Honoured{"spark.sql.legacy.javaCharsets", "false"},
    Honoured{"spark.sql.legacy.nullValueWrittenAsQuotedEmptyStringCsv", "false"},
    Honoured{"spark.sql.legacy.parquet.nanosAsLong", "false"},
    Honoured{"spark.sql.legacy.parseQueryWithoutEof", "false"},
    Honoured{"spark.sql.legacy.percentileDiscCalculation", "false"},
    Honoured{"spark.sql.legacy.persistentCatalogFirst", "false"},
    Honoured{"spark.sql.legacy.raiseErrorWithoutErrorClass", "false"},
    Honoured{"spark.sql.legacy.scalarSubqueryCountBugBehavior", "false"},
    Honoured{"spark.sql.legacy.statisticalAggregate", "false"},
    Honoured{"spark.sql.legacy.truncateForEmptyRegexSplit", "false"},
    Honoured{"spark.sql.legacy.typeCoercion.datetimeToString.enabled", "false"},
    Honoured{"spark.sql.legacy.useCurrentConfigsForView", "false"},
    Honoured{"spark.sql.optimizer.decorrelateExistsSubqueryLegacyIncorrectCountHandling.enabled", "false"},
    Honoured{"spark.sql.optimizer.decorrelateSubqueryLegacyIncorrectCountHandling.enabled", "false"},
    Honoured{"spark.sql.optimizer.optimizeUncorrelatedInSubqueriesInJoinCondition.enabled", "true"},
    Honoured{"spark.sql.optimizer.scalarSubqueryUseSingleJoin", "true"},
    Honoured{"spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED"},
    Honoured{"spark.sql.parquet.datetimeRebaseModeInWrite", "CORRECTED"},
    Honoured{"spark.sql.parquet.fieldId.read.enabled", "false"},
    Honoured{"spark.sql.parquet.int96RebaseModeInRead", "CORRECTED"},
    Honoured{"spark.sql.parquet.int96RebaseModeInWrite", "CORRECTED"},
    Honoured{"spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS, INT96"},
    Honoured{"spark.sql.path.enabled", "false"},
    Honoured{"spark.sql.preserveCharVarcharTypeInfo", "false"},
    Honoured{"spark.sql.stableDerivedColumnAlias.enabled", "false"},
    Honoured{"spark.sql.variant.allowDuplicateKeys", "false"},
    // clang-format on
};

template <typename Row, size_t size>
const Row* find_row(const std::array<Row, size>& rows, std::string_view key) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.key == key; });
  return found == rows.end() ? nullptr : &*found;
}

bool is_among(std::string_view options, std::string_view value) {
  const std::string wanted = lower_case(value);
  while (!options.empty()) {
    const size_t comma = options.find(", ");
    if (lower_case(options.substr(0, comma)) == wanted) return true;
    if (comma == std::string_view::npos) break;
    options.remove_prefix(comma + 2);
  }
  return false;
}

// The value as a number of its key's unit; none for what is no such value.
std::optional<double> number_of(ConfigType type, std::string_view word) {
  switch (type) {
    case ConfigType::kInt:
      return parse_number<int32_t>(word);
    case ConfigType::kLong:
      return parse_number<int64_t>(word);
    case ConfigType::kDouble:
      return parse_number<double>(word);
    case ConfigType::kBytes:
    case ConfigType::kMebibytes:
      return parse_bytes(word);
    case ConfigType::kMilliseconds:
    case ConfigType::kSeconds:
    case ConfigType::kMinutes:
      return parse_duration_ms(word, bare_unit_ms(type));
    case ConfigType::kString:
    case ConfigType::kBoolean:
      break;
  }
  return std::nullopt;
}

bool fits_type(ConfigType type, std::string_view value) {
  if (type == ConfigType::kString) return true;
  if (type == ConfigType::kBoolean) return is_among("true, false", trim(value));
  return number_of(type, trim(value)).has_value();
}

std::string_view type_name(ConfigType type) {
  switch (type) {
    case ConfigType::kString:
      return "string";
    case ConfigType::kBoolean:
      return "boolean";
    case ConfigType::kInt:
      return "int";
    case ConfigType::kLong:
      return "long";
    case ConfigType::kDouble:
      return "double";
    case ConfigType::kBytes:
      return "bytes in BYTE";
    case ConfigType::kMebibytes:
      return "bytes in MiB";
    case ConfigType::kMilliseconds:
      return "time in MILLISECONDS";
    case ConfigType::kSeconds:
      return "time in SECONDS";
    case ConfigType::kMinutes:
      return "time in MINUTES";
  }
  return "string";
}

// The value as Spark prints it once it is parsed.
std::string parsed_text(ConfigType type, std::string_view value, double number) {
  if (type == ConfigType::kBytes) return std::to_string(static_cast<int64_t>(number)) + "b";
  if (type == ConfigType::kMilliseconds || type == ConfigType::kSeconds) return std::to_string(static_cast<int64_t>(number)) + "ms";
  if (type == ConfigType::kDouble && number == std::trunc(number) && std::abs(number) < 1e7) {
    return std::to_string(static_cast<int64_t>(number)) + ".0";
  }
  return std::string(trim(value));
}

}  // namespace

int64_t bare_unit_ms(ConfigType type) {
  if (type == ConfigType::kSeconds) return 1000;
  return type == ConfigType::kMinutes ? 60'000 : 1;
}

namespace {

void check_declared_value(std::string_view key, std::string_view value) {
  const ConfigEntry* entry = find_config_entry(key);
  if (entry == nullptr) return;
  const DeclaredName* declared = find_row(kDeclaredNames, key);
  const auto fail = [&](std::string condition, std::string value_text, std::string name, std::string_view text) {
    SparkError::Parameters parameters = {{"confName", std::string(declared == nullptr ? key : declared->declared)},
                                         {"confValue", std::move(value_text)}};
    if (!name.empty()) parameters.emplace_back(std::move(name), std::string(text));
    throw SparkError("INVALID_CONF_VALUE." + condition, std::move(parameters));
  };
  const std::string text(value);
  if (!fits_type(entry->type, value)) fail("TYPE_MISMATCH", text, "confType", type_name(entry->type));
  if (key == "spark.sql.session.timeZone" && !is_time_zone(value)) fail("TIME_ZONE", text, "", "");
  if (const Choice* choice = find_row(kChoices, key); choice != nullptr && !is_among(choice->values, value)) {
    fail("OUT_OF_RANGE_OF_OPTIONS", text, "confOptions", choice->values);
  }
  if (const Words* words = find_row(kWords, key); words != nullptr && !is_among(words->values, value)) {
    fail("REQUIREMENT", text, "confRequirement", words->requirement);
  }
  if (const Range* range = find_row(kRanges, key)) {
    const double number = number_of(entry->type, trim(value)).value_or(range->minimum);
    if (number >= range->minimum && number <= range->maximum) return;
    fail("REQUIREMENT", parsed_text(entry->type, value, number), "confRequirement", range->requirement);
  }
}

}  // namespace

void check_config_value(std::string_view key, std::string_view value) {
  check_declared_value(key, value);
  if (const Honoured* honoured = find_row(kHonoured, key); honoured != nullptr && !is_among(honoured->values, trim(value))) {
    throw SparkError("UNSUPPORTED_FEATURE.SETTING", {{"thing", std::string(key) + " = " + std::string(value)}});
  }
}

}  // namespace firesteel
