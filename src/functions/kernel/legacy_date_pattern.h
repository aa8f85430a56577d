// Date and time patterns as Spark 2 read them (spark.sql.legacy.timeParserPolicy): java.text.SimpleDateFormat and, in CSV and JSON,
// FastDateFormat of commons-lang3, both in English and on the calendar of legacy_calendar.h. Immutable and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "functions/kernel/time_parser.h"
#include "functions/kernel/time_zone.h"

namespace firesteel::functions::kernel {

class CalendarFields;

class LegacyDatePattern {
 public:
  // Raises INVALID_DATETIME_PATTERN.WITH_SUGGESTION for what is no pattern.
  LegacyDatePattern(std::string_view pattern, LegacyFormat format);

  // Appends the text of an instant in a zone, or of a date.
  void format(int64_t utc_micros, const TimeZone& zone, std::string& out) const;
  void format_date(int32_t days, std::string& out) const;
  // The instant of a text, whose end may be left over. Fields that are missing are those of 1970-01-01 00:00:00. Nothing if the text
  // does not fit; `message`, if given, then says so in Java's words.
  std::optional<int64_t> parse(std::string_view text, const TimeZone& zone, std::string* message = nullptr) const;

 private:
  struct Element {
    char letter = 0;  // 0: a literal
    int count = 0;
    std::string literal;
  };
  class SimpleParser;
  class FastParser;

  void compile(std::string_view pattern);
  void format_fields(const CalendarFields& fields, const TimeZone& zone, std::string& out) const;
  std::optional<int64_t> parse_simple(std::string_view text, const TimeZone& zone) const;
  std::optional<int64_t> parse_fast(std::string_view text, const TimeZone& zone) const;

  std::vector<Element> elements_;
  LegacyFormat format_;
  int fraction_digits_ = 0;  // of all runs of S together
  // Years of two digits lie within the 100 years from here on.
  int64_t century_start_millis_ = 0;
  int32_t century_start_year_ = 0;
};

}  // namespace firesteel::functions::kernel
