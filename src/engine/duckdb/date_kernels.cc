// Date patterns and time zones.
#include <memory>
#include <string>

#include "base/error.h"
#include "engine/duckdb/kernel_adaptor.h"
#include "functions/kernel/date_pattern.h"
#include "functions/kernel/time_zone.h"

namespace firesteel::engine {
namespace {

using functions::kernel::DatePattern;
using functions::kernel::TimeZone;

// The pattern and the zone are constants nearly always: a thread compiles them once.
template <DatePattern::Purpose P>
struct PatternState {
  std::string text;
  std::unique_ptr<DatePattern> pattern;
  std::string zone_id;
  const TimeZone* zone = nullptr;

  const DatePattern& get(std::string_view wanted) {
    if (!pattern || text != wanted) {
      pattern = std::make_unique<DatePattern>(wanted, P);
      text = wanted;
    }
    return *pattern;
  }
  const TimeZone& zone_of(std::string_view wanted) {
    if (!zone || zone_id != wanted) {
      zone = &TimeZone::get(wanted);
      zone_id = wanted;
    }
    return *zone;
  }
};
using Parsing = PatternState<DatePattern::Purpose::kParse>;
using Formatting = PatternState<DatePattern::Purpose::kFormat>;

void register_parsers(KernelRegistry& registry) {
  registry.add("fs_parse_date",
               [](Parsing& state, std::string_view text, std::string_view pattern,
                  std::string_view zone, bool ansi) -> std::optional<Date> {
                 std::string message;
                 auto days = state.get(pattern).parse_date(text, state.zone_of(zone),
                                                           ansi ? &message : nullptr);
                 if (days) return Date{*days};
                 if (ansi) functions::kernel::throw_cannot_parse_timestamp(message, "try_to_date");
                 return std::nullopt;
               });
  registry.add("fs_parse_timestamp",
               [](Parsing& state, std::string_view text, std::string_view pattern,
                  std::string_view zone, bool ansi) -> std::optional<Timestamp> {
                 std::string message;
                 auto micros = state.get(pattern).parse_timestamp(text, state.zone_of(zone),
                                                                  ansi ? &message : nullptr);
                 if (micros) return Timestamp{*micros};
                 if (ansi) functions::kernel::throw_cannot_parse_timestamp(message, "try_to_timestamp");
                 return std::nullopt;
               });
  registry.add("fs_parse_timestamp_ntz",
               [](Parsing& state, std::string_view text, std::string_view pattern,
                  std::string_view, bool ansi) -> std::optional<Timestamp> {
                 std::string message;
                 auto micros =
                     state.get(pattern).parse_timestamp_ntz(text, ansi ? &message : nullptr);
                 if (micros) return Timestamp{*micros};
                 if (ansi) functions::kernel::throw_cannot_parse_timestamp(message, "try_to_timestamp");
                 return std::nullopt;
               });
}

void register_zones(KernelRegistry& registry) {
  auto to_local = [](Formatting& state, Timestamp value, std::string_view zone) -> Timestamp {
    return {state.zone_of(zone).local_from_utc(value.micros)};
  };
  auto to_utc = [](Formatting& state, Timestamp value, std::string_view zone) -> Timestamp {
    return {state.zone_of(zone).utc_from_local(value.micros)};
  };
  registry.add("fs_utc_to_local", to_local);
  registry.add("fs_local_to_utc", to_utc);
  registry.add("fs_from_utc_timestamp", to_local);
  registry.add("fs_to_utc_timestamp", to_utc);
}

}  // namespace

void register_date_kernels(KernelRegistry& registry) {
  register_parsers(registry);
  register_zones(registry);
  registry.add("fs_date_format",
               [](Formatting& state, Timestamp value, std::string_view pattern,
                  std::string_view zone) -> std::string {
                 std::string text;
                 state.get(pattern).format(value.micros, state.zone_of(zone), text);
                 return text;
               });
  registry.add("fs_from_unixtime",
               [](Formatting& state, int64_t seconds, std::string_view pattern,
                  std::string_view zone) -> std::string {
                 std::string text;
                 state.get(pattern).format(seconds * 1'000'000, state.zone_of(zone), text);
                 return text;
               });
}

}  // namespace firesteel::engine
