// The schema of JSON files, record by record.
#include <memory>

#include "engine/duckdb/json_records.h"
#include "engine/duckdb/reader_options.h"
#include "functions/kernel/datetime_reader.h"
#include "functions/kernel/json_schema.h"
#include "functions/kernel/text_options.h"
#include "functions/kernel/xorshift.h"

namespace firesteel::engine {

namespace kernel = functions::kernel;
using plan::Type;

namespace {

constexpr int64_t kSamplingSeed = 1;

std::function<std::optional<Type>(std::string_view)> timestamp_type(const JsonOptions& options, bool has_local_timestamps) {
  const auto reader = std::make_shared<kernel::DatetimeReader>(kernel::inference_formats(options.formats), kernel::TimeZone::utc());
  return [=](std::string_view text) -> std::optional<Type> {
    if (has_local_timestamps && reader->timestamp_ntz(text)) return Type::timestamp_ntz();
    return reader->is_inferred_timestamp(text) ? std::optional<Type>(Type::timestamp()) : std::nullopt;
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
