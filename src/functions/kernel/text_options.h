// The options of to_json, from_json, to_csv and from_csv, and the dates and times that they format.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "functions/kernel/date_pattern.h"
#include "functions/kernel/datetime_reader.h"
#include "functions/kernel/json_schema.h"
#include "functions/kernel/time_zone.h"
#include "functions/kernel/value.h"

namespace firesteel::functions::kernel {

// The analyzer puts spark.sql.timestampType among the options of what infers types, where it is TIMESTAMP_NTZ.
inline constexpr const char* kTimestampTypeOption = "spark.sql.timestampType";

class TextOptions {
 public:
  TextOptions() = default;
  // `options` is a map of texts, or null for none. An option's name counts in any case.
  TextOptions(const Value& options, std::string_view session_zone, TimeParserPolicy policy, bool is_json);

  std::optional<std::string> find(std::string_view name) const;
  bool flag(std::string_view name, bool fallback) const;
  // Whether a text without a zone is inferred to be a TIMESTAMP_NTZ.
  bool infers_local_timestamps() const;
  bool is_fail_fast() const;
  bool drops_malformed() const;
  // Which field of a row takes the text of a record that is malformed.
  std::optional<size_t> corrupt_column(const plan::Type& row) const;

  // Text of a date, time of day or timestamp by the formats that are set, Spark's ISO forms otherwise.
  void append_datetime(const plan::Type& type, int64_t value, std::string& out) const;
  // The other way round; nothing for what does not fit.
  std::optional<int64_t> parse_datetime(const plan::Type& type, std::string_view text) const;
  // Whether the text is a value of the type to the inference of schemas, which no policy makes fail.
  bool is_inferred(const plan::Type& type, std::string_view text) const;

 private:
  using Pattern = std::shared_ptr<const DatePattern>;
  struct Writers;
  struct Readers;
  DatetimeFormats datetime_formats() const;
  const Writers& writers() const;
  const Readers& readers() const;
  const Readers& inferring_readers() const;

  std::vector<std::pair<std::string, std::string>> values_;
  const TimeZone* zone_ = nullptr;
  TimeParserPolicy policy_ = TimeParserPolicy::kCorrected;
  bool is_json_ = false;
  // Made for the first value that is written, read or looked at: a format may be good for one of them alone.
  std::shared_ptr<Writers> writers_;
  std::shared_ptr<Readers> readers_;
};

// How the types of JSON are found under the options.
JsonSchemaOptions json_schema_options_of(const TextOptions& options);

// The option locale: names of months and the marks of decimals are those of English. Raises UNSUPPORTED_FEATURE.OPTION for other languages.
void check_locale(const std::optional<std::string>& locale);

// A whole number of an option. Raises Spark's error for what is none.
int64_t parse_whole_option(const std::string& name, const std::string& text);

// The option samplingRatio: the share of the records that an inference looks at; beyond the whole ratio it looks at all
// (JsonUtils.sample, CSVUtils.sample). Raises Spark's error for what is no number.
constexpr double kWholeSamplingRatio = 0.99;
double parse_sampling_ratio(const std::string& text);
// Raises Spark's error unless the ratio is above zero.
void check_sampling_ratio(double ratio);

// A row as Spark's errors show it: the fields in the engine's own forms.
std::string row_text(const plan::Type& type, const Value& row);

}  // namespace firesteel::functions::kernel
