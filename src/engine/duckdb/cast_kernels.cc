// CAST as kernels: fs_cast_FROM_TO(value, mode, …), mode 'ansi', 'legacy' or 'try'.
#include <string>

#include "engine/duckdb/kernel_adaptor.h"
#include "functions/kernel/cast_number.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/civil.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/decimal.h"
#include "functions/kernel/time_zone.h"

namespace firesteel::engine {
namespace {

namespace kernel = functions::kernel;
using kernel::CastMode;
using kernel::DecimalType;
using kernel::TimeZone;

CastMode mode_of(std::string_view text) {
  return text[0] == 'a' ? CastMode::kAnsi : text[0] == 'l' ? CastMode::kLegacy : CastMode::kTry;
}

// Finding a zone takes a lock: a thread keeps the last one.
struct ZoneState {
  std::string id;
  const TimeZone* zone = nullptr;
  TimeZone::OffsetSpan span;
  const TimeZone& get(std::string_view wanted) {
    if (!zone || id != wanted) {
      zone = &TimeZone::get(wanted);
      id = wanted;
      span = {};
    }
    return *zone;
  }
};

template <typename To>
std::optional<To> optional_of(const auto& value) {
  if (!value) return std::nullopt;
  return To{*value};
}

// The length of the UTF-8 sequence at the start of `text`, 0 when it is none.
size_t utf8_length(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  bool is_overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
  bool is_outside = (lead == 0xed && byte(1) > 0x9f) || (lead == 0xf4 && byte(1) > 0x8f);
  return is_overlong || is_outside ? 0 : length;
}

std::string replace_invalid_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    size_t length = utf8_length(text);
    result += length > 0 ? text.substr(0, length) : std::string_view("\xEF\xBF\xBD");
    text.remove_prefix(std::max<size_t>(1, length));
  }
  return result;
}

template <typename From, typename To>
void add_narrowing(KernelRegistry& registry, const std::string& name) {
  registry.add("fs_cast_" + name, [](From value, std::string_view mode) -> std::optional<To> {
    return kernel::cast_to_integer<To>(value, mode_of(mode));
  });
}

template <typename From>
void add_to_binary(KernelRegistry& registry, const std::string& name) {
  registry.add("fs_cast_" + name + "_binary", [](From value) -> BytesResult {
    std::string bytes;
    for (int shift = static_cast<int>(sizeof(From)) * 8 - 8; shift >= 0; shift -= 8) {
      bytes += static_cast<char>((value >> shift) & 0xff);
    }
    return {bytes};
  });
}

void register_number_casts(KernelRegistry& registry) {
  add_narrowing<int16_t, int8_t>(registry, "short_byte");
  add_narrowing<int32_t, int8_t>(registry, "int_byte");
  add_narrowing<int64_t, int8_t>(registry, "long_byte");
  add_narrowing<int32_t, int16_t>(registry, "int_short");
  add_narrowing<int64_t, int16_t>(registry, "long_short");
  add_narrowing<int64_t, int32_t>(registry, "long_int");
  add_narrowing<float, int8_t>(registry, "float_byte");
  add_narrowing<float, int16_t>(registry, "float_short");
  add_narrowing<float, int32_t>(registry, "float_int");
  add_narrowing<float, int64_t>(registry, "float_long");
  add_narrowing<double, int8_t>(registry, "double_byte");
  add_narrowing<double, int16_t>(registry, "double_short");
  add_narrowing<double, int32_t>(registry, "double_int");
  add_narrowing<double, int64_t>(registry, "double_long");
  add_to_binary<int8_t>(registry, "byte");
  add_to_binary<int16_t>(registry, "short");
  add_to_binary<int32_t>(registry, "int");
  add_to_binary<int64_t>(registry, "long");
}

template <typename To, auto Function>
void add_decimal_to_integer(KernelRegistry& registry, const std::string& name) {
  registry.add("fs_cast_decimal_" + name,
               [](Decimal value, int32_t precision, int32_t scale,
                  std::string_view mode) -> std::optional<To> {
                 return Function(value.unscaled, DecimalType{precision, scale}, mode_of(mode));
               });
}

void register_decimal_casts(KernelRegistry& registry) {
  add_decimal_to_integer<int8_t, kernel::decimal_to_tinyint>(registry, "byte");
  add_decimal_to_integer<int16_t, kernel::decimal_to_smallint>(registry, "short");
  add_decimal_to_integer<int32_t, kernel::decimal_to_int>(registry, "int");
  add_decimal_to_integer<int64_t, kernel::decimal_to_bigint>(registry, "long");
  registry.add_decimal<3>(
      "fs_cast_decimal_decimal",
      [](Decimal value, int32_t, int32_t scale, int32_t to_precision, int32_t to_scale,
         std::string_view mode) -> std::optional<DecimalResult> {
        return optional_of<DecimalResult>(kernel::decimal_to_decimal(
            value.unscaled, scale, {to_precision, to_scale}, mode_of(mode)));
      });
  registry.add_decimal<1>("fs_cast_long_decimal",
                          [](int64_t value, int32_t precision, int32_t scale,
                             std::string_view mode) -> std::optional<DecimalResult> {
                            return optional_of<DecimalResult>(kernel::bigint_to_decimal(
                                value, {precision, scale}, mode_of(mode)));
                          });
  auto from_double = [](double value, int32_t precision, int32_t scale,
                        std::string_view mode) -> std::optional<DecimalResult> {
    return optional_of<DecimalResult>(
        kernel::double_to_decimal(value, {precision, scale}, mode_of(mode)));
  };
  registry.add_decimal<1>("fs_cast_double_decimal", from_double);
  registry.add_decimal<1>("fs_cast_float_decimal", from_double);
  registry.add_decimal<1>("fs_cast_string_decimal",
                          [](std::string_view text, int32_t precision, int32_t scale,
                             std::string_view mode) -> std::optional<DecimalResult> {
                            return optional_of<DecimalResult>(kernel::string_to_decimal(
                                text, {precision, scale}, mode_of(mode)));
                          });
  registry.add_decimal<1>("fs_cast_timestamp_decimal",
                          [](Timestamp value, int32_t precision, int32_t scale,
                             std::string_view mode) -> std::optional<DecimalResult> {
                            return optional_of<DecimalResult>(kernel::timestamp_to_decimal(
                                value.micros, {precision, scale}, mode_of(mode)));
                          });
  registry.add("fs_cast_decimal_string",
               [](Decimal value, int32_t, int32_t scale, bool ansi) -> std::string {
                 std::string text;
                 if (ansi) {
                   kernel::append_decimal_plain(value.unscaled, scale, text);
                 } else {
                   kernel::append_decimal_java(value.unscaled, scale, text);
                 }
                 return text;
               });
  registry.add("fs_cast_decimal_timestamp",
               [](Decimal value, std::string_view) -> Timestamp {
                 return {kernel::decimal_to_timestamp(value.unscaled, value.scale)};
               });
}

template <typename To, auto Function>
void add_from_string(KernelRegistry& registry, const std::string& name) {
  registry.add("fs_cast_string_" + name,
               [](std::string_view text, std::string_view mode) -> std::optional<To> {
                 return optional_of<To>(Function(text, mode_of(mode)));
               });
}

void register_string_casts(KernelRegistry& registry) {
  add_from_string<bool, kernel::string_to_boolean>(registry, "boolean");
  add_from_string<int8_t, kernel::string_to_tinyint>(registry, "byte");
  add_from_string<int16_t, kernel::string_to_smallint>(registry, "short");
  add_from_string<int32_t, kernel::string_to_int>(registry, "int");
  add_from_string<int64_t, kernel::string_to_bigint>(registry, "long");
  add_from_string<float, kernel::string_to_float>(registry, "float");
  add_from_string<double, kernel::string_to_double>(registry, "double");
  add_from_string<Date, kernel::string_to_date>(registry, "date");
  registry.add("fs_cast_string_timestamp",
               [](ZoneState& state, std::string_view text, std::string_view mode,
                  std::string_view zone) -> std::optional<Timestamp> {
                 return optional_of<Timestamp>(
                     kernel::string_to_timestamp(text, state.get(zone), mode_of(mode)));
               });
  registry.add("fs_cast_string_timestamp_ntz",
               [](std::string_view text, std::string_view mode,
                  std::string_view) -> std::optional<Timestamp> {
                 return optional_of<Timestamp>(
                     kernel::string_to_timestamp_ntz(text, mode_of(mode)));
               });
}

template <typename From, auto Append>
void add_to_string(KernelRegistry& registry, const std::string& name) {
  registry.add("fs_cast_" + name + "_string", [](From value) -> std::string {
    std::string text;
    if constexpr (std::is_same_v<From, Date>) {
      Append(value.days, text);
    } else if constexpr (std::is_same_v<From, Timestamp>) {
      Append(value.micros, text);
    } else {
      Append(value, text);
    }
    return text;
  });
}

void register_text_forms(KernelRegistry& registry) {
  add_to_string<float, kernel::append_float>(registry, "float");
  add_to_string<double, kernel::append_double>(registry, "double");
  add_to_string<Date, kernel::append_date>(registry, "date");
  add_to_string<Timestamp, kernel::append_timestamp_ntz>(registry, "timestamp_ntz");
  registry.add("fs_cast_timestamp_string",
               [](ZoneState& state, Timestamp value, std::string_view zone) -> std::string {
                 std::string text;
                 const TimeZone& found = state.get(zone);
                 kernel::append_timestamp(value.micros, found, state.span, text);
                 return text;
               });
  // Strings are valid UTF-8 in the engine: each byte that is none becomes U+FFFD.
  registry.add("fs_cast_binary_string", [](Bytes value) -> std::string {
    return replace_invalid_utf8(value.view);
  });
  registry.add("fs_time_string", [](int64_t nanos) -> std::string {
    std::string text;
    kernel::append_time(nanos, text);
    return text;
  });
  registry.add("fs_year_month_interval_string",
               [](int32_t months, int32_t first, int32_t last) -> std::string {
                 std::string text;
                 kernel::append_year_month_interval(months,
                                                    static_cast<kernel::YearMonthField>(first),
                                                    static_cast<kernel::YearMonthField>(last), text);
                 return text;
               });
  registry.add("fs_day_time_interval_string",
               [](int64_t micros, int32_t first, int32_t last) -> std::string {
                 std::string text;
                 kernel::append_day_time_interval(micros, static_cast<kernel::DayTimeField>(first),
                                                  static_cast<kernel::DayTimeField>(last), text);
                 return text;
               });
  registry.add("fs_calendar_interval_string",
               [](Interval value) -> std::string {
                 std::string text;
                 kernel::append_calendar_interval(value.months, value.days, value.micros, text);
                 return text;
               });
}

void register_instant_casts(KernelRegistry& registry) {
  registry.add("fs_timestamp_seconds", [](int64_t micros) -> int64_t {
    return kernel::timestamp_to_bigint(micros);
  });
  registry.add("fs_cast_timestamp_integer",
               [](ZoneState& state, Timestamp value, std::string_view zone, int32_t bits,
                  std::string_view mode) -> std::optional<int64_t> {
                 return kernel::timestamp_to_integer(value.micros, state.get(zone), bits,
                                                     mode_of(mode));
               });
  registry.add("fs_seconds_to_timestamp", [](int64_t seconds) -> Timestamp {
    return {kernel::bigint_to_timestamp(seconds)};
  });
  auto from_double = [](double seconds, std::string_view mode) -> std::optional<Timestamp> {
    return optional_of<Timestamp>(kernel::double_to_timestamp(seconds, mode_of(mode)));
  };
  registry.add("fs_cast_double_timestamp", from_double);
  registry.add("fs_cast_float_timestamp", from_double);
  // Not by way of the local time, which the ends of the range have no room for.
  registry.add("fs_timestamp_to_date", [](ZoneState& state, Timestamp value, std::string_view zone) -> Date {
    const int64_t seconds = kernel::floor_div(value.micros, kernel::kMicrosPerSecond);
    return {static_cast<int32_t>(kernel::floor_div(seconds + state.get(zone).offset_at(seconds), kernel::kSecondsPerDay))};
  });
  registry.add("fs_timestamp_to_local",
               [](ZoneState& state, Timestamp value, std::string_view zone) -> Timestamp {
                 return {state.get(zone).local_from_utc(value.micros)};
               });
  registry.add("fs_local_to_timestamp",
               [](ZoneState& state, Timestamp value, std::string_view zone) -> Timestamp {
                 return {state.get(zone).utc_from_local(value.micros)};
               });
}

}  // namespace

void register_cast_kernels(KernelRegistry& registry) {
  register_number_casts(registry);
  register_decimal_casts(registry);
  register_string_casts(registry);
  register_text_forms(registry);
  register_instant_casts(registry);
}

}  // namespace firesteel::engine
