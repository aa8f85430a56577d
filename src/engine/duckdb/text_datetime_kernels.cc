// The dates and timestamps of CSV under another parser of times than java.time's.
#include <memory>
#include <optional>
#include <string>

#include "engine/duckdb/kernel_adaptor.h"
#include "functions/kernel/datetime_reader.h"

namespace firesteel::engine {
namespace {

namespace kernel = functions::kernel;
using kernel::DatetimeReader;
using kernel::TimeParserPolicy;

// The options are constants: a thread prepares them once. `Format` is the one format that the kernel reads by.
template <TimeParserPolicy Policy, std::string kernel::DatetimeFormats::*Format>
struct ReaderState {
  std::unique_ptr<DatetimeReader> reader;

  const DatetimeReader& get(std::string_view format, std::string_view fallback, std::string_view zone) {
    if (reader) return *reader;
    kernel::DatetimeFormats formats;
    formats.*Format = format;
    if (!fallback.empty()) formats.falls_back = fallback == "true";
    formats.policy = Policy;
    reader = std::make_unique<DatetimeReader>(formats, kernel::TimeZone::get(zone));
    return *reader;
  }
};

std::optional<Timestamp> timestamp_of(const std::optional<int64_t>& micros) {
  return micros ? std::optional(Timestamp{*micros}) : std::nullopt;
}

template <TimeParserPolicy Policy>
void register_readers(KernelRegistry& registry, const std::string& suffix) {
  using Dates = ReaderState<Policy, &kernel::DatetimeFormats::date>;
  using Timestamps = ReaderState<Policy, &kernel::DatetimeFormats::timestamp>;
  using LocalTimestamps = ReaderState<Policy, &kernel::DatetimeFormats::timestamp_ntz>;
  registry.add("fs_read_date" + suffix,
               [](Dates& state, std::string_view text, std::string_view format, std::string_view fallback, std::string_view zone) -> std::optional<Date> {
                 const auto days = state.get(format, fallback, zone).date(text);
                 return days ? std::optional(Date{*days}) : std::nullopt;
               });
  registry.add("fs_read_timestamp" + suffix,
               [](Timestamps& state, std::string_view text, std::string_view format, std::string_view fallback,
                  std::string_view zone) -> std::optional<Timestamp> { return timestamp_of(state.get(format, fallback, zone).timestamp(text)); });
  registry.add("fs_read_timestamp_ntz" + suffix,
               [](LocalTimestamps& state, std::string_view text, std::string_view format, std::string_view fallback,
                  std::string_view zone) -> std::optional<Timestamp> { return timestamp_of(state.get(format, fallback, zone).timestamp_ntz(text)); });
}

}  // namespace

void register_text_datetime_kernels(KernelRegistry& registry) {
  register_readers<TimeParserPolicy::kLegacy>(registry, "_legacy");
  register_readers<TimeParserPolicy::kException>(registry, "_exception");
}

}  // namespace firesteel::engine
