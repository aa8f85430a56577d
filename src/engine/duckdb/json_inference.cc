// The schema of JSON files, record by record.
#include <memory>

#include "engine/duckdb/json_records.h"
#include "engine/duckdb/reader_options.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/date_pattern.h"
#include "functions/kernel/json_schema.h"
#include "functions/kernel/text_options.h"
#include "functions/kernel/xorshift.h"

namespace firesteel::engine {

namespace kernel = functions::kernel;
using plan::Type;

namespace {

constexpr int64_t kSamplingSeed = 1;

std::function<std::optional<Type>(std::string_view)> timestamp_type(const JsonOptions& options, bool has_local_timestamps) {
  const auto compiled = [](const std::string& pattern) -> std::shared_ptr<const kernel::DatePattern> {
    if (pattern.empty()) return nullptr;
    return std::make_shared<kernel::DatePattern>(pattern, kernel::DatePattern::Purpose::kParse);
  };
  const auto instant = compiled(options.timestamp_format);
  const auto local = compiled(options.timestamp_ntz_format);
  return [=](std::string_view text) -> std::optional<Type> {
    if (has_local_timestamps) {
      const auto micros = local ? local->parse_zoneless_timestamp(text) : kernel::zoneless_timestamp(text);
      if (micros) return Type::timestamp_ntz();
    }
    const auto micros = instant ? instant->parse_timestamp(text, kernel::TimeZone::utc())
                                : kernel::string_to_timestamp(text, kernel::TimeZone::utc(), kernel::CastMode::kTry);
    return micros ? std::optional<Type>(Type::timestamp()) : std::nullopt;
  };
}

}  // namespace

plan::Schema infer_json_schema(const JsonOptions& options, const std::vector<plan::FileEntry>& files, bool has_local_timestamps) {
  if (!options.variant_column.empty()) return {{options.variant_column, Type::variant(), true, ""}};
  kernel::check_sampling_ratio(options.sampling_ratio);
  kernel::JsonSchemaOptions wanted = options.schema;
  if (options.infers_timestamps) wanted.timestamp_type = timestamp_type(options, has_local_timestamps);
  kernel::JsonSchemaInference inference(wanted);
  JsonRecords records(files, options);
  kernel::XorShiftRandom draws(kSamplingSeed);
  std::string record;
  while (records.next(&record)) {
    if (options.sampling_ratio > kernel::kWholeSamplingRatio || draws.next_double() < options.sampling_ratio) inference.add(record);
  }
  return inference.schema();
}

}  // namespace firesteel::engine
