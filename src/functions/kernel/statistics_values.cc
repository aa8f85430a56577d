// Aggregates over the list of a group's values, where Spark needs all of them or an engine has no
// state of its own for them. Nulls in a list do not count.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "functions/kernel/cast_number.h"
#include "functions/kernel/decimal.h"
#include "functions/kernel/histogram.h"
#include "functions/kernel/int128.h"
#include "functions/kernel/value.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

Values sorted_values(const Type& type, const Value& list) {
  Values values;
  for (const Value& value : list.list()) {
    if (!value.is_null()) values.push_back(value);
  }
  std::stable_sort(values.begin(), values.end(), [&](const Value& a, const Value& b) {
    return compare_values(type, a, b) < 0;
  });
  return values;
}

double as_double(const Type& type, const Value& value) {
  if (type.is(TypeKind::kFloat) || type.is(TypeKind::kDouble)) return value.real();
  if (type.is(TypeKind::kDecimal)) return decimal_to_double(value.decimal(), type.scale());
  return static_cast<double>(value.integer());
}

Value from_double(const Type& type, double number) {
  if (type.is(TypeKind::kFloat) || type.is(TypeKind::kDouble)) return Value(number);
  if (type.is(TypeKind::kYearMonthInterval)) return Value(int64_t{java_narrow<int32_t>(number)});
  return Value(java_narrow<int64_t>(number));
}

// The analyzer sees constants; what has to be computed is checked here. NaN counts as zero, as in Java.
double checked_fraction(double fraction) {
  if (std::isnan(fraction)) return 0;
  if (fraction >= 0 && fraction <= 1) return fraction;
  throw SparkError("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", {{"sqlExpr", "\"percentile\""},
                                                            {"exprName", "percentage"},
                                                            {"valueRange", "[0.0, 1.0]"},
                                                            {"currentValue", std::to_string(fraction)}});
}

// Percentile.getPercentile: linear between the two neighbours among `count` values; `at` gives that at an index.
template <typename At>
double interpolate(const Type& type, int64_t count, const At& at, double fraction) {
  const double last = static_cast<double>(count - 1);
  const double position = last * checked_fraction(fraction);
  const double lower = std::floor(position);
  const double higher = std::min(std::ceil(position), last);
  const double low = as_double(type, at(static_cast<int64_t>(lower)));
  const double high = as_double(type, at(static_cast<int64_t>(higher)));
  if (lower == higher || low == high) return low;
  return (higher - position) * low + (position - lower) * high;
}

// The value at or above the fraction of the values.
double step(const Type& type, const Values& sorted, double fraction) {
  const double target = std::ceil(static_cast<double>(sorted.size()) * checked_fraction(fraction));
  return as_double(type, sorted[static_cast<size_t>(std::max(target, 1.0) - 1)]);
}

template <typename F>
Value for_fractions(const Value& fractions, const F& compute) {
  if (const auto* list = std::get_if<Values>(&fractions.data)) {
    Values results;
    for (const Value& fraction : *list) results.push_back(compute(fraction.real()));
    return results.empty() ? Value() : Value(std::move(results));
  }
  return compute(fractions.real());
}

const Type& result_element(const ValueCall& call) {
  return call.result.is(TypeKind::kArray) ? call.result.element() : call.result;
}

// percentile(list, fractions, is descending, takes a step).
Value percentile(ValueCall& call, ValueArguments a) {
  const Type& type = call.argument_types[0].element();
  Values sorted = sorted_values(type, a[0]);
  if (sorted.empty()) return Value();
  if (a[2].boolean()) std::reverse(sorted.begin(), sorted.end());
  const auto at = [&](int64_t index) -> const Value& { return sorted[static_cast<size_t>(index)]; };
  return for_fractions(a[1], [&](double fraction) {
    const double number = a[3].boolean() ? step(type, sorted, fraction)
                                         : interpolate(type, static_cast<int64_t>(sorted.size()), at, fraction);
    return from_double(result_element(call), number);
  });
}

// percentile(list of value and frequency, fractions): frequencies below one do not count.
Value weighted_percentile(ValueCall& call, ValueArguments a) {
  const Type& row = call.argument_types[0].element();
  const Type& type = row.fields()[0].type;
  std::vector<std::pair<const Value*, int64_t>> values;
  for (const Value& pair : a[0].list()) {
    const Value& value = pair.list()[0];
    const Value& frequency = pair.list()[1];
    if (value.is_null() || frequency.is_null()) continue;
    if (frequency.integer() < 0) {
      throw SparkError("NEGATIVE_VALUES_IN_FREQUENCY_EXPRESSION",
                       {{"frequencyExpression", "\"frequency\""}, {"negativeValue", std::to_string(frequency.integer()) + "L"}})
          .with_kind(ErrorKind::kIllegalArgument);
    }
    if (frequency.integer() > 0) values.emplace_back(&value, frequency.integer());
  }
  if (values.empty()) return Value();
  std::stable_sort(values.begin(), values.end(), [&](const auto& left, const auto& right) {
    return compare_values(type, *left.first, *right.first) < 0;
  });
  // How many values stand up to here.
  int64_t count = 0;
  for (auto& [value, frequency] : values) {
    if (__builtin_add_overflow(count, frequency, &count)) count = std::numeric_limits<int64_t>::max();
    frequency = count;
  }
  const auto at = [&](int64_t index) -> const Value& {
    const auto found = std::upper_bound(values.begin(), values.end(), index,
                                        [](int64_t wanted, const auto& entry) { return wanted < entry.second; });
    return *(found == values.end() ? values.back() : *found).first;
  };
  return for_fractions(a[1], [&](double fraction) {
    return from_double(result_element(call), interpolate(type, count, at, fraction));
  });
}

// mode(list, which): the most frequent value; among equals 'first' is the least, 'last' the
// greatest one.
Value mode(ValueCall& call, ValueArguments a) {
  const Type& type = call.argument_types[0].element();
  const Values sorted = sorted_values(type, a[0]);
  const bool takes_last = a[1].text() == "last";
  size_t best = 0;
  size_t best_count = 0;
  for (size_t i = 0; i < sorted.size();) {
    size_t end = i + 1;
    while (end < sorted.size() && compare_values(type, sorted[i], sorted[end]) == 0) ++end;
    if (end - i > best_count || (takes_last && end - i == best_count)) {
      best = i;
      best_count = end - i;
    }
    i = end;
  }
  return sorted.empty() ? Value() : sorted[best];
}

Value histogram_numeric(ValueCall& call, ValueArguments a) {
  const Type& type = call.argument_types[0].element();
  // The analyzer lets fewer than two bins not through; an argument that it cannot see stays safe.
  NumericHistogram histogram(static_cast<size_t>(std::max<int64_t>(a[1].is_null() ? 2 : a[1].integer(), 2)));
  bool has_any = false;
  for (const Value& value : a[0].list()) {
    if (value.is_null()) continue;
    histogram.add(as_double(type, value));
    has_any = true;
  }
  if (!has_any) return Value();
  Values bins;
  const Type& shown = call.result.element().fields()[0].type;
  for (const auto& bin : histogram.bins()) {
    Value center = shown.is(TypeKind::kDecimal) ? Value() : from_double(type, bin.center);
    if (shown.is(TypeKind::kDecimal)) {  // computed as doubles; what does not fit is null
      const auto unscaled = double_to_decimal(bin.center, {shown.precision(), shown.scale()}, CastMode::kLegacy);
      if (unscaled) center = Value(*unscaled);
    }
    bins.emplace_back(Values{std::move(center), Value(bin.height)});
  }
  return Value(std::move(bins));
}

constexpr size_t kBitmapBytes = 4096;

// bitmap_construct_agg(list of positions).
Value bitmap_construct(ValueCall&, ValueArguments a) {
  std::string bitmap(kBitmapBytes, '\0');
  for (const Value& position : a[0].list()) {
    if (position.is_null()) continue;
    const int64_t bit = position.integer();
    if (bit < 0 || bit >= static_cast<int64_t>(8 * kBitmapBytes)) {
      throw SparkError("INVALID_BITMAP_POSITION", {{"bitPosition", std::to_string(bit)},
                                                   {"bitmapNumBits", std::to_string(8 * kBitmapBytes)},
                                                   {"bitmapNumBytes", std::to_string(kBitmapBytes)}});
    }
    auto& byte = bitmap[static_cast<size_t>(bit / 8)];
    byte = static_cast<char>(byte | (1 << (bit % 8)));
  }
  return Value(std::move(bitmap));
}

template <bool is_and>
Value bitmap_merge(ValueCall&, ValueArguments a) {
  std::string merged(kBitmapBytes, is_and ? '\xff' : '\0');
  for (const Value& bitmap : a[0].list()) {
    if (bitmap.is_null()) continue;
    for (size_t i = 0; i < kBitmapBytes; ++i) {
      const char byte = i < bitmap.text().size() ? bitmap.text()[i] : '\0';
      merged[i] = static_cast<char>(is_and ? merged[i] & byte : merged[i] | byte);
    }
  }
  return Value(std::move(merged));
}

Value bitmap_count(ValueCall&, ValueArguments a) {
  int64_t count = 0;
  for (char byte : a[0].text()) count += std::popcount(static_cast<unsigned char>(byte));
  return Value(count);
}

// bit_get(number, position): within the bits of the number's type.
Value bit_get(ValueCall& call, ValueArguments a) {
  const Type& type = call.argument_types[0];
  const int64_t bits = type.is(TypeKind::kByte) ? 8 : type.is(TypeKind::kShort) ? 16 : type.is(TypeKind::kInteger) ? 32 : 64;
  const int64_t position = a[1].integer();
  if (position < 0 || position >= bits) {
    throw SparkError("INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE", {{"functionName", "`bit_get`"},
                                                                    {"parameter", "`pos`"},
                                                                    {"upper", std::to_string(bits)},
                                                                    {"invalidValue", std::to_string(position)}})
        .with_kind(ErrorKind::kIllegalArgument);
  }
  return Value((a[0].integer() >> position) & 1);
}

// range_key(key, lower, upper): the key, if the bounds of its frame are numbers of its type.
Value range_key(ValueCall& call, ValueArguments a) {
  const Type& type = call.argument_types[0];
  const int bits = type.is(TypeKind::kByte) ? 8 : type.is(TypeKind::kShort) ? 16 : type.is(TypeKind::kInteger) ? 32 : 64;
  // Spark finds the upper bound of a row first.
  for (const size_t i : {size_t{2}, size_t{1}}) {
    const Int128 bound = Int128{a[0].integer()} + a[i].integer();
    const Int128 limit = Int128{1} << (bits - 1);
    if (bound >= -limit && bound < limit) continue;
    if (bits < 32) {
      throw SparkError("BINARY_ARITHMETIC_OVERFLOW", {{"value1", std::to_string(a[0].integer()) + "S"},
                                                      {"symbol", "+"},
                                                      {"value2", std::to_string(a[i].integer()) + "S"},
                                                      {"functionName", "`try_add`"}});
    }
    throw SparkError("ARITHMETIC_OVERFLOW", {{"message", "overflow"},
                                             {"alternative", " Use 'try_add' to tolerate overflow and return NULL instead."},
                                             {"config", "\"spark.sql.ansi.enabled\""}});
  }
  return a[0];
}

constexpr ValueKernel kKernels[] = {
    {"range_key", range_key},
    {"bit_get", bit_get},
    {"percentile", percentile},
    {"weighted_percentile", weighted_percentile},
    {"mode", mode},
    {"histogram_numeric", histogram_numeric},
    {"bitmap_construct", bitmap_construct},
    {"bitmap_or", bitmap_merge<false>},
    {"bitmap_and", bitmap_merge<true>},
    {"bitmap_count", bitmap_count},
};

}  // namespace

std::span<const ValueKernel> statistics_value_kernels() { return kKernels; }

}  // namespace firesteel::functions::kernel
