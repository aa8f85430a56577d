// CAST from and to intervals and times of day as kernels. Types come as constant arguments: the
// first and the last field of an interval, the precision and the scale of a decimal.
#include <string>

#include "engine/duckdb/interval_arithmetic_kernels.h"
#include "engine/duckdb/kernel_adaptor.h"
#include "functions/kernel/cast_interval.h"
#include "functions/kernel/cast_number.h"

namespace firesteel::engine {
namespace {

namespace kernel = functions::kernel;
using kernel::CastMode;
using kernel::DayTimeFields;
using kernel::DecimalType;
using kernel::YearMonthFields;

CastMode mode_of(std::string_view text) {
  return text[0] == 'a' ? CastMode::kAnsi : text[0] == 'l' ? CastMode::kLegacy : CastMode::kTry;
}

YearMonthFields year_month(int32_t first, int32_t last) {
  return {static_cast<kernel::YearMonthField>(first), static_cast<kernel::YearMonthField>(last)};
}

DayTimeFields day_time(int32_t first, int32_t last) {
  return {static_cast<kernel::DayTimeField>(first), static_cast<kernel::DayTimeField>(last)};
}

template <typename To, auto Function, auto Fields>
void add_to_interval(KernelRegistry& registry, const std::string& name) {
  registry.add("fs_cast_string_" + name,
               [](std::string_view text, int32_t first, int32_t last,
                  std::string_view mode) -> std::optional<To> {
                 return Function(text, Fields(first, last), mode_of(mode));
               });
}

template <typename To, auto Function, auto Fields>
void add_integer_to_interval(KernelRegistry& registry, const std::string& name) {
  registry.add("fs_cast_integer_" + name,
               [](int64_t value, std::string_view type, int32_t first, int32_t last,
                  std::string_view mode) -> std::optional<To> {
                 return Function(value, type, Fields(first, last), mode_of(mode));
               });
}

template <typename To, auto Function, auto Fields>
void add_decimal_to_interval(KernelRegistry& registry, const std::string& name) {
  registry.add("fs_cast_decimal_" + name,
               [](Decimal value, int32_t precision, int32_t scale, int32_t first, int32_t last,
                  std::string_view mode) -> std::optional<To> {
                 return Function(value.unscaled, DecimalType{precision, scale},
                                 Fields(first, last), mode_of(mode));
               });
}

template <typename From, auto ToInteger, auto ToDecimal, auto Fields>
void add_from_interval(KernelRegistry& registry, const std::string& name) {
  registry.add("fs_cast_" + name + "_integer",
               [](From value, int32_t first, int32_t last, int32_t bits,
                  std::string_view mode) -> std::optional<int64_t> {
                 return ToInteger(value, Fields(first, last), bits, mode_of(mode));
               });
  registry.add_decimal<3>(
      "fs_cast_" + name + "_decimal",
      [](From value, int32_t first, int32_t last, int32_t precision, int32_t scale,
         std::string_view mode) -> std::optional<DecimalResult> {
        const auto result = ToDecimal(value, Fields(first, last), DecimalType{precision, scale},
                                      mode_of(mode));
        if (!result) return std::nullopt;
        return DecimalResult{*result};
      });
}

void register_time_casts(KernelRegistry& registry) {
  registry.add("fs_cast_string_time",
               [](std::string_view text, int32_t precision,
                  std::string_view mode) -> std::optional<int64_t> {
                 return kernel::string_to_time(text, precision, mode_of(mode));
               });
  // Whole seconds since midnight.
  registry.add("fs_cast_time_integer",
               [](int64_t nanos, int32_t bits, int32_t precision,
                  std::string_view mode) -> std::optional<int64_t> {
                 const int64_t seconds = nanos / 1000000000;
                 if (bits >= 32 || seconds < int64_t{1} << (bits - 1)) return seconds;
                 if (mode_of(mode) != CastMode::kAnsi) return std::nullopt;
                 std::string text = "TIME '";
                 kernel::append_time(nanos, text);
                 kernel::throw_cast_overflow(text + "'", "TIME(" + std::to_string(precision) + ")",
                                             bits == 8 ? "TINYINT" : "SMALLINT");
               });
  registry.add_decimal<1>("fs_cast_time_decimal",
                          [](int64_t nanos, int32_t precision, int32_t scale,
                             std::string_view mode) -> std::optional<DecimalResult> {
                            const auto result = kernel::decimal_to_decimal(
                                nanos, 9, {precision, scale}, mode_of(mode));
                            if (!result) return std::nullopt;
                            return DecimalResult{*result};
                          });
}

}  // namespace

void register_interval_cast_kernels(KernelRegistry& registry) {
  add_to_interval<int32_t, kernel::string_to_year_month, year_month>(registry, "year_month");
  add_to_interval<int64_t, kernel::string_to_day_time, day_time>(registry, "day_time");
  add_integer_to_interval<int32_t, kernel::integer_to_year_month, year_month>(registry,
                                                                              "year_month");
  add_integer_to_interval<int64_t, kernel::integer_to_day_time, day_time>(registry, "day_time");
  add_decimal_to_interval<int32_t, kernel::decimal_to_year_month, year_month>(registry,
                                                                              "year_month");
  add_decimal_to_interval<int64_t, kernel::decimal_to_day_time, day_time>(registry, "day_time");
  add_from_interval<int32_t, kernel::year_month_to_integer, kernel::year_month_to_decimal,
                    year_month>(registry, "year_month");
  add_from_interval<int64_t, kernel::day_time_to_integer, kernel::day_time_to_decimal, day_time>(
      registry, "day_time");
  registry.add("fs_truncate_year_month", [](int32_t months, int32_t first, int32_t last) {
    return kernel::truncate_year_month(months, year_month(first, last));
  });
  registry.add("fs_truncate_day_time", [](int64_t micros, int32_t first, int32_t last) {
    return kernel::truncate_day_time(micros, day_time(first, last));
  });
  register_time_casts(registry);
  register_interval_arithmetic_kernels(registry);
}

}  // namespace firesteel::engine
