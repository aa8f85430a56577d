// Texts of CSV and JSON as dates and timestamps: by their formats, by Spark's own forms, by the parser of Spark 2, as the options and
// spark.sql.legacy.timeParserPolicy say (UnivocityParser.makeConverter, JacksonParser.makeConverter).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "functions/kernel/date_pattern.h"
#include "functions/kernel/time_parser.h"
#include "functions/kernel/time_zone.h"

namespace firesteel::functions::kernel {

// What is read and written where no format is given.
inline constexpr const char* kDateFormat = "yyyy-MM-dd";
inline constexpr const char* kTimestampFormat = "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXXXX]";  // is written
inline constexpr const char* kTimestampNtzFormat = "yyyy-MM-dd'T'HH:mm:ss[.SSS]";
inline constexpr const char* kLegacyTimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.SSSXXX";

struct DatetimeFormats {
  std::string date;           // empty: Spark's default
  std::string timestamp;      // empty: Spark's default
  std::string timestamp_ntz;  // empty: Spark's default
  std::optional<bool> falls_back;  // enableDateTimeParsingFallback: whether Spark's own forms are read, too; not set: by default
  TimeParserPolicy policy = TimeParserPolicy::kCorrected;
  bool is_inference = false;
  bool is_json = false;  // a date may be the number of its days since 1970
};

// The same for the inference of schemas: no text makes it fail, and nothing is tried that is not the format.
DatetimeFormats inference_formats(DatetimeFormats formats);

class DatetimeReader {
 public:
  // A format that is no pattern reads nothing, but where it was one in Spark 2: that raises, as everything does for an inference.
  DatetimeReader(DatetimeFormats formats, const TimeZone& zone);

  // Nothing for what does not fit. Under the policy EXCEPTION raises where the parser of Spark 2 reads what this does not.
  std::optional<int32_t> date(std::string_view text) const;
  std::optional<int64_t> timestamp(std::string_view text) const;
  std::optional<int64_t> timestamp_ntz(std::string_view text) const;
  // Whether the inference of a schema takes the text for a timestamp; for readers of inference_formats.
  bool is_inferred_timestamp(std::string_view text) const;

 private:
  struct Patterns {
    std::shared_ptr<const DatePattern> pattern;
    bool has_format = false;  // otherwise Spark's own forms are read
    std::shared_ptr<const LegacyDatePattern> checked;  // under EXCEPTION
    bool falls_back = true;
  };
  std::shared_ptr<const DatePattern> pattern_of(const std::string& format, TimeParser parser) const;
  Patterns compile(const std::string& format, const char* legacy_format, const char* checked_format) const;
  void check(const Patterns& patterns, std::string_view text) const;

  DatetimeFormats formats_;
  const TimeZone& zone_;
  Patterns date_;
  Patterns timestamp_;
  Patterns timestamp_ntz_;
};

}  // namespace firesteel::functions::kernel
