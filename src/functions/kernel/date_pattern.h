// Spark's date and time patterns (sql-ref-datetime-pattern): java.time.format.DateTimeFormatter
// with Spark's restrictions, compiled once and used for many values. Immutable after construction
// and thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "functions/kernel/legacy_date_pattern.h"
#include "functions/kernel/time_parser.h"
#include "functions/kernel/time_zone.h"

namespace firesteel::functions::kernel {

class DatePattern {
 public:
  enum class Purpose { kFormat, kParse };

  // Raises INVALID_DATETIME_PATTERN.* or INCONSISTENT_BEHAVIOR_CROSS_VERSION.* for a pattern that
  // Spark refuses; some letters may be formatted but not parsed. Under another policy than that of java.time the parser of Spark 2
  // does all of the work, or is asked about what does not fit.
  DatePattern(std::string_view pattern, Purpose purpose, TimeParser parser = {});

  // date_format, from_unixtime: appends the text of an instant in a zone.
  void format(int64_t utc_micros, const TimeZone& zone, std::string& out) const;

  // to_timestamp, unix_timestamp: UTC microseconds. Fields that the pattern lacks are those of
  // 1970-01-01 00:00:00, and the zone is `zone` unless the text has one. Nothing if the text does
  // not fit; `message`, if given, then says why in java.time's words.
  std::optional<int64_t> parse_timestamp(std::string_view text, const TimeZone& zone,
                                         std::string* message = nullptr) const;
  // to_timestamp_ntz: the local time as it stands. Spark 2 had none: the pattern must not be one of its parser (local_time_parser).
  std::optional<int64_t> parse_timestamp_ntz(std::string_view text,
                                             std::string* message = nullptr) const;
  // The same, but nothing for a text with a zone: what readers of text take for a TIMESTAMP_NTZ.
  std::optional<int64_t> parse_zoneless_timestamp(std::string_view text) const;
  // to_date: the date of parse_timestamp in `zone`.
  std::optional<int32_t> parse_date(std::string_view text, const TimeZone& zone,
                                    std::string* message = nullptr) const;

 private:
  // Patterns of data that come in millions are read and written without the general machinery.
  enum class FastPath {
    kNone,
    kMonthYear,       // MMyyyy
    kYearMonthDay,    // yyyy-MM-dd
    kSlashes,         // MM/dd/yyyy
    kDateAndTime,     // yyyy-MM-dd HH:mm:ss
    kCompact,         // yyyyMMdd
    kMonthSlashYear,  // MM/yyyy
  };
  enum class Sign { kNormal, kNotNegative, kExceedsPad };
  enum class Kind { kLiteral, kNumber, kFraction, kReducedYear, kText, kZone, kOptional };
  struct Element {
    Kind kind = Kind::kLiteral;
    char letter = 0;
    int count = 0;
    int min_width = 1;
    int max_width = 19;
    Sign sign = Sign::kNormal;
    int subsequent_width = 0;  // digits that adjacent numbers to the right will take
    std::string literal;
    size_t end = 0;  // kOptional: the index after the section
  };
  class Compiler;
  class Parser;
  struct LocalTime {
    int64_t seconds;  // since 1970-01-01T00:00:00 on the wall clock
    int32_t nanos;
    const TimeZone* zone;  // nullptr: the text has none
  };

  bool is_legacy() const { return policy_ == TimeParserPolicy::kLegacy; }
  std::optional<int64_t> parse_timestamp_corrected(std::string_view text, const TimeZone& zone, std::string* message) const;
  bool format_fast(int64_t local_seconds, std::string& out) const;
  bool parse_fast(std::string_view text, int64_t& local_seconds) const;
  std::optional<LocalTime> parse(std::string_view text, std::string* message) const;

  std::vector<Element> elements_;
  FastPath fast_path_ = FastPath::kNone;
  TimeParserPolicy policy_;
  std::shared_ptr<const LegacyDatePattern> legacy_;  // where the policy needs it
};

// The parser of times without a zone: the one of Spark 2 never reads them.
constexpr TimeParser local_time_parser(TimeParser parser) {
  if (parser.policy == TimeParserPolicy::kLegacy) parser.policy = TimeParserPolicy::kCorrected;
  return parser;
}

// DateTimeFormatterHelper.checkParsedDiff for a text that java.time does not read: raises
// INCONSISTENT_BEHAVIOR_CROSS_VERSION.PARSE_DATETIME_BY_NEW_PARSER where the parser of Spark 2 does.
void check_parsed_difference(const LegacyDatePattern& pattern, std::string_view text, const TimeZone& zone);

// Raises CANNOT_PARSE_TIMESTAMP as the ANSI functions do; `function` is the one to suggest:
// try_to_timestamp or try_to_date.
[[noreturn]] void throw_cannot_parse_timestamp(std::string message, std::string_view function);

// Spark asks its former parser about a pattern that it does not know, but not for local times and times of day
// (DateTimeFormatterHelper.validatePatternString): INVALID_DATETIME_PATTERN.WITH_SUGGESTION, whatever is wrong.
[[noreturn]] void throw_unknown_pattern(std::string_view pattern);

}  // namespace firesteel::functions::kernel
