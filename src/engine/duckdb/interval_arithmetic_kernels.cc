#include "engine/duckdb/interval_arithmetic_kernels.h"

#include <string>

#include "engine/duckdb/kernel_adaptor.h"
#include "functions/kernel/civil.h"
#include "functions/kernel/date_functions.h"
#include "functions/kernel/interval_arithmetic.h"
#include "functions/kernel/interval_text.h"
#include "functions/kernel/time_zone.h"

namespace firesteel::engine {
namespace {

namespace kernel = functions::kernel;

// Finding a zone takes a lock: a thread keeps the last one.
struct ZoneState {
  std::string id;
  const kernel::TimeZone* zone = nullptr;
  const kernel::TimeZone& get(std::string_view wanted) {
    if (!zone || id != wanted) {
      zone = &kernel::TimeZone::get(wanted);
      id = wanted;
    }
    return *zone;
  }
};

// Months are INTEGER, microseconds BIGINT.
template <typename Value>
void add_operations(KernelRegistry& registry, const std::string& family) {
  constexpr bool is_months = sizeof(Value) == 4;
  const std::string suffix = "_" + family;
  registry.add("fs_add" + suffix, [](Value left, Value right) -> Value {
    return static_cast<Value>(kernel::add_intervals(left, right, is_months));
  });
  registry.add("fs_subtract" + suffix, [](Value left, Value right) -> Value {
    return static_cast<Value>(kernel::subtract_intervals(left, right, is_months));
  });
  registry.add("fs_negate" + suffix, [](Value value) -> Value {
    return static_cast<Value>(kernel::negate_interval(value, is_months));
  });
  registry.add("fs_multiply" + suffix + "_integer", [](Value value, int64_t factor) -> Value {
    return static_cast<Value>(kernel::multiply_interval(value, factor, is_months));
  });
  registry.add("fs_multiply" + suffix + "_double", [](Value value, double factor) -> Value {
    return static_cast<Value>(kernel::multiply_interval(value, factor, is_months));
  });
  registry.add("fs_multiply" + suffix + "_decimal", [](Value value, Decimal factor) -> Value {
    return static_cast<Value>(
        kernel::multiply_interval(value, factor.unscaled, factor.scale, is_months));
  });
  registry.add("fs_divide" + suffix + "_integer", [](Value value, int64_t divisor) -> Value {
    return static_cast<Value>(kernel::divide_interval(value, divisor, is_months));
  });
  registry.add("fs_divide" + suffix + "_double", [](Value value, double divisor) -> Value {
    return static_cast<Value>(kernel::divide_interval(value, divisor, is_months));
  });
  registry.add("fs_divide" + suffix + "_decimal", [](Value value, Decimal divisor) -> Value {
    return static_cast<Value>(
        kernel::divide_interval(value, divisor.unscaled, divisor.scale, is_months));
  });
}

}  // namespace

void register_interval_arithmetic_kernels(KernelRegistry& registry) {
  add_operations<int32_t>(registry, "year_month");
  add_operations<int64_t>(registry, "day_time");
  registry.add("fs_multiply_interval", [](Interval value, double factor, bool is_exact) -> Interval {
    const auto product = kernel::multiply_interval({value.months, value.days, value.micros}, factor, is_exact);
    return {product.months, product.days, product.micros};
  });
  registry.add("fs_divide_interval", [](Interval value, double divisor, bool is_exact) -> std::optional<Interval> {
    const auto quotient = kernel::divide_interval({value.months, value.days, value.micros}, divisor, is_exact);
    if (!quotient) return std::nullopt;
    return Interval{quotient->months, quotient->days, quotient->micros};
  });
  // `sign` is 1 or -1. Days and months move the wall clock, the rest the time line.
  registry.add("fs_timestamp_add_months",
               [](ZoneState& state, Timestamp value, int32_t months, int32_t sign,
                  std::string_view zone) -> Timestamp {
                 return {kernel::add_interval(value.micros, int64_t{months} * sign, 0, 0,
                                              state.get(zone))};
               });
  registry.add("fs_timestamp_add_day_time",
               [](ZoneState& state, Timestamp value, int64_t micros, int32_t sign,
                  std::string_view zone) -> Timestamp {
                 const int64_t days = micros / kernel::kMicrosPerDay;
                 const int64_t rest = micros % kernel::kMicrosPerDay;
                 return {kernel::add_interval(value.micros, 0, days * sign, rest * sign,
                                              state.get(zone))};
               });
  // DateAddInterval: under ANSI rules an interval of a date has no part of a day.
  registry.add("fs_date_add_interval",
               [](ZoneState& state, Date value, Interval interval, int32_t sign, std::string_view zone, bool ansi) -> Date {
                 if (ansi && interval.micros != 0) throw SparkError("INVALID_INTERVAL_WITH_MICROSECONDS_ADDITION", {});
                 const kernel::TimeZone& local = state.get(interval.micros == 0 ? std::string_view("UTC") : zone);
                 const int64_t start = local.utc_from_local(int64_t{value.days} * kernel::kMicrosPerDay);
                 const int64_t end = local.local_from_utc(kernel::add_interval(
                     start, int64_t{interval.months} * sign, int64_t{interval.days} * sign, interval.micros * sign, local));
                 return {static_cast<int32_t>(kernel::days_from_micros(end))};
               });
  registry.add("fs_cast_string_interval", [](std::string_view text) -> std::optional<Interval> {
    const auto interval = kernel::string_to_interval(text);
    if (!interval) return std::nullopt;
    return Interval{interval->months, interval->days, interval->microseconds};
  });
  registry.add("fs_timestamp_add_interval",
               [](ZoneState& state, Timestamp value, Interval interval, int32_t sign,
                  std::string_view zone) -> Timestamp {
                 return {kernel::add_interval(value.micros, int64_t{interval.months} * sign,
                                              int64_t{interval.days} * sign,
                                              interval.micros * sign, state.get(zone))};
               });
}

}  // namespace firesteel::engine
