// Kernels over arrays of any element type.
#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "functions/kernel/array_sequence.h"
#include "functions/kernel/civil.h"
#include "functions/kernel/list_limit.h"
#include "functions/kernel/mersenne_twister.h"
#include "functions/kernel/nested_order.h"
#include "functions/kernel/time_zone.h"
#include "functions/kernel/value.h"
#include "functions/kernel/value_text.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

constexpr int64_t kMaxArrayLength = 2147483632;  // ByteArrayUtils.MAX_ROUNDED_ARRAY_LENGTH

// slice(array, start, length): positions from 1, or from the end if negative.
Value slice(ValueCall&, ValueArguments a) {
  const Values& values = a[0].list();
  const auto size = static_cast<int64_t>(values.size());
  int64_t start = a[1].integer();
  const int64_t length = a[2].integer();
  if (start == 0) {
    throw SparkError("INVALID_PARAMETER_VALUE.START",
                     {{"functionName", "`slice`"}, {"parameter", "`start`"}});
  }
  start = start > 0 ? start - 1 : size + start;
  if (length < 0) {
    throw SparkError("INVALID_PARAMETER_VALUE.LENGTH", {{"functionName", "`slice`"},
                                                        {"parameter", "`length`"},
                                                        {"length", std::to_string(length)}});
  }
  if (start < 0 || start >= size) return Value(Values());
  const int64_t end = std::min(size, start + length);
  return Value(Values(values.begin() + start, values.begin() + end));
}

// ArrayInsert: a position beyond either end is reached by nulls.
Value array_insert(ValueCall&, ValueArguments a) {
  if (a[0].is_null() || a[1].is_null()) return Value();
  Values values = a[0].list();
  const auto size = static_cast<int64_t>(values.size());
  const int64_t position = a[1].integer();
  if (position == 0) throw SparkError("INVALID_INDEX_OF_ZERO", {});
  const int64_t needed = position > 0 ? position : -position;
  if (std::max(needed, size + 1) > kMaxArrayLength) {
    throw SparkError("COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION",
                     {{"numberOfElements", std::to_string(needed)},
                      {"maxRoundedArrayLength", std::to_string(kMaxArrayLength)},
                      {"functionName", "`array_insert`"}});
  }
  if (position > 0) {
    if (position > size + 1) values.resize(static_cast<size_t>(position - 1));
    values.insert(values.begin() + (position - 1), a[2]);
    return Value(std::move(values));
  }
  // The new element stands at `position` from the end of the result.
  if (-position > size + 1) values.insert(values.begin(), static_cast<size_t>(-position - size - 1), Value());
  const auto count = static_cast<int64_t>(values.size());
  values.insert(values.begin() + (count + position + 1), a[2]);
  return Value(std::move(values));
}

// shuffle(array, seed): the inside-out shuffle of RandomIndicesGenerator. One generator runs
// through the rows of a thread.
Value shuffle(ValueCall& call, ValueArguments a) {
  auto& random = call.keep<MersenneTwister>([&] { return MersenneTwister(a[1].integer()); });
  const Values& values = a[0].list();
  std::vector<size_t> indices(values.size());
  for (size_t i = 0; i < indices.size(); ++i) {
    const auto j = static_cast<size_t>(random.next_int(static_cast<int32_t>(i + 1)));
    if (j != i) indices[i] = indices[j];
    indices[j] = i;
  }
  Values shuffled;
  for (size_t index : indices) shuffled.push_back(values[index]);
  return Value(std::move(shuffled));
}

struct Step {
  int64_t months = 0;
  int64_t days = 0;
  int64_t micros = 0;
  bool is_zero() const { return months == 0 && days == 0 && micros == 0; }
};

Step step_of(const Type& type, const Value& value) {
  if (type.is(TypeKind::kYearMonthInterval)) return {value.integer(), 0, 0};
  if (type.is(TypeKind::kDayTimeInterval)) return {0, value.integer() / kMicrosPerDay, value.integer() % kMicrosPerDay};
  const auto& interval = std::get<CalendarInterval>(value.data);
  return {interval.months, interval.days, interval.micros};
}

[[noreturn]] void throw_boundaries(const std::string& start, const std::string& stop,
                                   const std::string& step) {
  throw SparkError("_LEGACY_ERROR_SEQUENCE_BOUNDARIES",
                   {{"start", start}, {"stop", stop}, {"step", step}});
}

void check_length(int64_t count) {
  if (count <= kMaxArrayLength) return;
  throw SparkError("COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER",
                   {{"numberOfElements", std::to_string(count)},
                    {"maxRoundedArrayLength", std::to_string(kMaxArrayLength)},
                    {"functionName", "`sequence`"},
                    {"parameter", "`count`"}});
}

// Dates count as midnight in UTC; timestamps move on the wall clock of the session's zone.
Value time_sequence(ValueCall& call, ValueArguments a) {
  const bool is_date = call.argument_types[0].is(TypeKind::kDate);
  const TimeZone& zone = call.argument_types[0].is(TypeKind::kTimestamp)
                             ? TimeZone::get(call.time_zone)
                             : TimeZone::utc();
  const int64_t scale = is_date ? kMicrosPerDay : 1;
  const int64_t start = a[0].integer() * scale;
  const int64_t stop = a[1].integer() * scale;
  Step step{0, start <= stop ? 1 : -1, 0};
  if (a.size() > 2) {
    step = step_of(call.argument_types[2], a[2]);
    if (is_date && step.micros != 0) {
      throw SparkError("_LEGACY_ERROR_TEMP_3242", {{"intervalType", call.argument_types[2].is(TypeKind::kCalendarInterval) ? "interval" : "interval day to second"}});
    }
  }
  constexpr int64_t kMicrosPerMonth = 28 * kMicrosPerDay;
  const int64_t rough = step.months * kMicrosPerMonth + step.days * kMicrosPerDay + step.micros;
  const bool is_valid = rough > 0 ? start <= stop : rough < 0 ? start >= stop : start == stop;
  if (!is_valid) {
    const Type& type = call.argument_types[0];
    const std::string step_text =
        a.size() > 2 ? value_text(call.argument_types[2], a[2], call.time_zone) : "1";
    throw_boundaries(value_text(type, a[0], call.time_zone), value_text(type, a[1], call.time_zone),
                     step_text);
  }
  if (start == stop) return Value(Values{a[0]});
  const auto count = static_cast<int64_t>((Int128{stop} - start) / rough + 1);
  check_length(count);
  check_list_memory(count, sizeof(Value));
  Values values;
  int64_t current = start;
  for (int64_t i = 1; rough > 0 ? current <= stop : current >= stop; ++i) {
    values.emplace_back(is_date ? floor_div(current, kMicrosPerDay) : current);
    current = add_interval(start, step.months * i, step.days * i, step.micros * i, zone);
  }
  return Value(std::move(values));
}

// comparison(order, left, right): the order that a comparison function gave, which may not be null. Spark's
// ArraySort names the first value twice.
Value comparison(ValueCall& call, ValueArguments a) {
  if (!a[0].is_null()) return a[0];
  throw SparkError("COMPARATOR_RETURNS_NULL",
                   {{"firstValue", value_text(call.argument_types[1], a[1], call.time_zone)},
                    {"secondValue", value_text(call.argument_types[1], a[1], call.time_zone)}});
}

void make_zeros_positive(Value& value) {
  if (auto* number = std::get_if<double>(&value.data)) *number += 0.0;
  if (auto* values = std::get_if<Values>(&value.data)) {
    for (Value& element : *values) make_zeros_positive(element);
  }
}

// positive_zeros(value): 0.0 for each -0.0 within.
Value positive_zeros(ValueCall&, ValueArguments a) {
  Value value = a[0];
  make_zeros_positive(value);
  return value;
}

constexpr ValueKernel kKernels[] = {
    {"positive_zeros", positive_zeros},
    {"sort_key", sort_key},
    {"compare", compare},
    {"sort_array", sort_array},
    {"array_sort", array_sort},
    {"array_max", array_max},
    {"array_min", array_min},
    {"comparison", comparison, true},
    {"slice", slice},
    {"array_insert", array_insert, true},
    {"shuffle", shuffle},
    {"time_sequence", time_sequence},
};

}  // namespace

std::span<const ValueKernel> array_value_kernels() { return kKernels; }

IntegerSequence integer_sequence(int64_t start, int64_t stop, std::optional<int64_t> asked) {
  const int64_t step = asked ? *asked : start <= stop ? 1 : -1;
  const bool is_valid = step > 0 ? start <= stop : step < 0 ? start >= stop : start == stop;
  if (!is_valid) {
    throw_boundaries(std::to_string(start), std::to_string(stop), std::to_string(step));
  }
  if (start == stop) return {start, 0, 1};
  const Int128 count = (Int128{stop} - start) / step + 1;
  check_length(count > INT64_MAX ? INT64_MAX : static_cast<int64_t>(count));
  return {start, step, static_cast<int64_t>(count)};
}

}  // namespace firesteel::functions::kernel
