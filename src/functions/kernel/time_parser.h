// spark.sql.legacy.timeParserPolicy: which parser reads and writes dates and timestamps by patterns.
#pragma once

#include <cstdint>
#include <string_view>

namespace firesteel::functions::kernel {

enum class TimeParserPolicy : uint8_t {
  kCorrected,  // java.time's
  kLegacy,     // the one of Spark 2
  kException,  // java.time's; an error where that of Spark 2 reads what it does not
};

// The policy of a setting's text; anything else is the default.
constexpr TimeParserPolicy time_parser_policy(std::string_view setting) {
  if (setting == "LEGACY") return TimeParserPolicy::kLegacy;
  return setting == "EXCEPTION" ? TimeParserPolicy::kException : TimeParserPolicy::kCorrected;
}

inline constexpr std::string_view kTimeParserPolicyKey = "spark.sql.legacy.timeParserPolicy";

// LegacyDateFormats: the parsers of Spark 2.
enum class LegacyFormat : uint8_t {
  kSimple,  // java.text.SimpleDateFormat that is not lenient
  kLenientSimple,
  kFast,  // FastDateFormat of commons-lang3, in CSV and JSON
};

struct TimeParser {
  TimeParserPolicy policy = TimeParserPolicy::kCorrected;
  LegacyFormat legacy = LegacyFormat::kSimple;
};

}  // namespace firesteel::functions::kernel
