// Date patterns and time zones.
#include <memory>
#include <string>

#include "base/error.h"
#include "engine/duckdb/kernel_adaptor.h"
#include "engine/duckdb/time_parsers.h"
#include "functions/kernel/civil.h"
#include "functions/kernel/date_functions.h"
#include "functions/kernel/date_pattern.h"
#include "functions/kernel/epoch.h"
#include "functions/kernel/time_zone.h"

namespace firesteel::engine {
namespace {

using functions::kernel::DatePattern;
using functions::kernel::TimeZone;

namespace kernel = functions::kernel;

constexpr kernel::TimeParser kCorrectedParser;

// The pattern and the zone are constants nearly always: a thread compiles them once.
template <DatePattern::Purpose P, kernel::TimeParser Parser = kCorrectedParser>
struct PatternState {
  std::string text;
  std::unique_ptr<DatePattern> pattern;
  std::string zone_id;
  const TimeZone* zone = nullptr;

  const DatePattern& get(std::string_view wanted) {
    if (!pattern || text != wanted) {
      pattern = std::make_unique<DatePattern>(wanted, P, Parser);
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
// Local times have no other condition for a pattern that is none.
template <typename State>
const DatePattern& local_pattern(State& state, std::string_view pattern) {
  try {
    return state.get(pattern);
  } catch (const SparkError&) {
    functions::kernel::throw_unknown_pattern(pattern);
  }
}

using Formatting = PatternState<DatePattern::Purpose::kFormat>;

template <kernel::TimeParser Parser>
void register_parsers(KernelRegistry& registry) {
  using Parsing = PatternState<DatePattern::Purpose::kParse, Parser>;
  using LocalParsing = PatternState<DatePattern::Purpose::kParse, kernel::local_time_parser(Parser)>;
  const std::string suffix = time_parser_suffix(Parser);
  registry.add("fs_parse_date" + suffix,
               [](Parsing& state, std::string_view text, std::string_view pattern,
                  std::string_view zone, bool ansi) -> std::optional<Date> {
                 std::string message;
                 auto days = state.get(pattern).parse_date(text, state.zone_of(zone),
                                                           ansi ? &message : nullptr);
                 if (days) return Date{*days};
                 if (ansi) functions::kernel::throw_cannot_parse_timestamp(message, "try_to_date");
                 return std::nullopt;
               });
  registry.add("fs_parse_timestamp" + suffix,
               [](Parsing& state, std::string_view text, std::string_view pattern,
                  std::string_view zone, bool ansi) -> std::optional<Timestamp> {
                 std::string message;
                 auto micros = state.get(pattern).parse_timestamp(text, state.zone_of(zone),
                                                                  ansi ? &message : nullptr);
                 if (micros) return Timestamp{*micros};
                 if (ansi) functions::kernel::throw_cannot_parse_timestamp(message, "try_to_timestamp");
                 return std::nullopt;
               });
  registry.add("fs_parse_timestamp_ntz" + suffix,
               [](LocalParsing& state, std::string_view text, std::string_view pattern,
                  std::string_view, bool ansi) -> std::optional<Timestamp> {
                 std::string message;
                 auto micros =
                     local_pattern(state, pattern).parse_timestamp_ntz(text, ansi ? &message : nullptr);
                 if (micros) return Timestamp{*micros};
                 if (ansi) functions::kernel::throw_cannot_parse_timestamp(message, "try_to_timestamp");
                 return std::nullopt;
               });
}

template <kernel::TimeParser Parser>
void register_formats(KernelRegistry& registry) {
  using Formats = PatternState<DatePattern::Purpose::kFormat, Parser>;
  const std::string suffix = time_parser_suffix(Parser);
  registry.add("fs_date_format" + suffix,
               [](Formats& state, Timestamp value, std::string_view pattern,
                  std::string_view zone) -> std::string {
                 std::string text;
                 state.get(pattern).format(value.micros, state.zone_of(zone), text);
                 return text;
               });
  registry.add("fs_from_unixtime" + suffix,
               [](Formats& state, int64_t seconds, std::string_view pattern,
                  std::string_view zone) -> std::string {
                 std::string text;
                 state.get(pattern).format(functions::kernel::micros_of_seconds(seconds), state.zone_of(zone), text);
                 return text;
               });
}

template <kernel::TimeParserPolicy Policy>
void register_policy(KernelRegistry& registry) {
  constexpr kernel::TimeParser kParser = {Policy, kernel::LegacyFormat::kSimple};
  register_parsers<kParser>(registry);
  register_formats<kParser>(registry);
}

// What CSV and JSON are written with, and CAST(date AS STRING), which has a pattern in Spark.
void register_legacy_texts(KernelRegistry& registry) {
  register_formats<kernel::TimeParser{kernel::TimeParserPolicy::kLegacy, kernel::LegacyFormat::kFast}>(registry);
  registry.add("fs_cast_date_string_legacy", [](Date date) -> std::string {
    static const kernel::LegacyDatePattern pattern("yyyy-MM-dd", kernel::LegacyFormat::kLenientSimple);
    std::string text;
    pattern.format_date(date.days, text);
    return text;
  });
}

void register_zones(KernelRegistry& registry) {
  auto to_local = [](Formatting& state, Timestamp value, std::string_view zone) -> Timestamp {
    return {state.zone_of(zone).local_from_utc(value.micros)};
  };
  auto to_utc = [](Formatting& state, Timestamp value, std::string_view zone) -> Timestamp {
    return {state.zone_of(zone).utc_from_local(value.micros)};
  };
  // Not by way of to_local, which has no room for the offset at the ends of the range.
  auto wall_clock = [](Formatting& state, Timestamp value, std::string_view zone) -> int64_t {
      const int64_t seconds = kernel::floor_div(value.micros, kernel::kMicrosPerSecond);
    const int64_t of_day = kernel::floor_mod(value.micros, kernel::kMicrosPerDay) +
                           state.zone_of(zone).offset_at(seconds) * kernel::kMicrosPerSecond;
    return kernel::floor_mod(of_day, kernel::kMicrosPerDay) * 1000;
  };
  registry.add("fs_wall_clock", wall_clock);
  // Nor by way of the engine's own functions, to which the ends are infinite.
  registry.add("fs_units_of", [](Timestamp value, int64_t micros) -> int64_t { return functions::kernel::floor_div(value.micros, micros); });
  registry.add("fs_utc_to_local", to_local);
  registry.add("fs_local_to_utc", to_utc);
  registry.add("fs_from_utc_timestamp", to_local);
  registry.add("fs_to_utc_timestamp", to_utc);
}

void register_calendar(KernelRegistry& registry) {
  registry.add("fs_add_months", [](Date date, int32_t months) -> Date {
    return {kernel::add_months(date.days, months)};
  });
  registry.add("fs_next_day",
               [](Date date, std::string_view name, bool ansi) -> std::optional<Date> {
                 auto day = kernel::parse_day_of_week(name);
                 if (day) return Date{kernel::next_day(date.days, *day)};
                 if (ansi) kernel::throw_illegal_day_of_week(name);
                 return std::nullopt;
               });
  registry.add("fs_months_between",
               [](Formatting& state, Timestamp left, Timestamp right, bool rounds,
                  std::string_view zone) -> double {
                 return kernel::months_between(left.micros, right.micros, rounds, state.zone_of(zone));
               });
  registry.add("fs_trunc_date", [](Date date, std::string_view name) -> std::optional<Date> {
    auto unit = kernel::parse_truncate_unit(name);
    if (!unit || *unit < kernel::TruncateUnit::kWeek) return std::nullopt;
    return Date{kernel::truncate_date(date.days, *unit)};
  });
  registry.add("fs_trunc_timestamp",
               [](Formatting& state, std::string_view name, Timestamp value,
                  std::string_view zone) -> std::optional<Timestamp> {
                 auto unit = kernel::parse_truncate_unit(name);
                 if (!unit) return std::nullopt;
                 return Timestamp{kernel::truncate_timestamp(value.micros, *unit, state.zone_of(zone))};
               });
  registry.add("fs_make_date",
               [](int32_t year, int32_t month, int32_t day, bool ansi) -> std::optional<Date> {
                 auto days = kernel::make_date(year, month, day, ansi);
                 if (!days) return std::nullopt;
                 return Date{*days};
               });
}

}  // namespace

void register_date_kernels(KernelRegistry& registry) {
  register_calendar(registry);
  register_policy<kernel::TimeParserPolicy::kCorrected>(registry);
  register_policy<kernel::TimeParserPolicy::kLegacy>(registry);
  register_policy<kernel::TimeParserPolicy::kException>(registry);
  register_legacy_texts(registry);
  register_zones(registry);
  registry.add("fs_timestamp_micros", [](int64_t micros) -> Timestamp { return {micros}; });
}

}  // namespace firesteel::engine
