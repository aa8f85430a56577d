#include "functions/kernel/interval_arithmetic.h"

#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "base/error.h"
#include "functions/kernel/cast_to_string.h"

namespace firesteel::functions::kernel {

namespace {

[[noreturn]] void throw_interval_overflow(const char* function) {
  if (function == nullptr) throw SparkError("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", {});
  throw SparkError("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION",
                   {{"functionName", "`" + std::string(function) + "`"}});
}

bool is_outside(int64_t value, bool is_months) {
  return is_months && value != static_cast<int32_t>(value);
}

// What Java's exact arithmetic throws.
[[noreturn]] void throw_overflow(std::string message = "Overflow") {
  throw SparkError("_LEGACY_ERROR_JAVA_ARITHMETIC", {{"message", std::move(message)}});
}

void refuse_zero(bool is_zero) {
  if (is_zero) throw SparkError("INTERVAL_DIVIDED_BY_ZERO", {});
}

int64_t checked(std::optional<Int128> value, bool is_months) {
  if (!value || *value != static_cast<Int128>(static_cast<int64_t>(*value)) ||
      is_outside(static_cast<int64_t>(*value), is_months)) {
    throw_overflow();
  }
  return static_cast<int64_t>(*value);
}

// DoubleMath.roundToLong(value, HALF_UP).
int64_t rounded(double value, bool is_months) {
  if (!std::isfinite(value)) throw_overflow("input is infinite or NaN");
  const double whole = std::round(value);
  constexpr double kLimit = 9223372036854775808.0;
  if (whole >= -kLimit && whole < kLimit && !is_outside(static_cast<int64_t>(whole), is_months)) return static_cast<int64_t>(whole);
  std::string input;
  append_double(value, input);
  throw_overflow("rounded value is out of range for input " + input + " and rounding mode HALF_UP");
}

// Java's conversions of a double: no number is 0, what is too large is the limit.
template <typename Integer>
Integer narrowed(double value) {
  if (std::isnan(value)) return 0;
  constexpr auto least = std::numeric_limits<Integer>::min();
  if (value <= static_cast<double>(least)) return least;
  // The limit of 64 bits is no double: it is the first that is too large.
  constexpr auto greatest = std::numeric_limits<Integer>::max();
  if (value >= static_cast<double>(greatest)) return greatest;
  return static_cast<Integer>(value);
}

// IntervalUtils.fromDoubles and safeFromDoubles
CalendarInterval from_doubles(double months, double days, double micros, bool is_exact) {
  const auto whole = [&](double value) {
    const auto exact = narrowed<int64_t>(value);
    if (is_exact && exact != static_cast<int32_t>(exact)) {
      throw SparkError("ARITHMETIC_OVERFLOW",
                       {{"message", "overflow"}, {"alternative", ""}, {"config", "\"spark.sql.ansi.enabled\""}});
    }
    return narrowed<int32_t>(value);
  };
  CalendarInterval result;
  result.months = whole(months);
  result.days = whole(days);
  // Math.round
  const double rest = micros + static_cast<double>(kMicrosPerDay) * (days - result.days);
  result.micros = narrowed<int64_t>(std::floor(rest + 0.5));
  return result;
}

Int128 divide_half_up(Int128 value, Int128 divisor) {
  const Int128 quotient = value / divisor;
  const Int128 rest = value % divisor;
  const Int128 size = rest < 0 ? -rest : rest;
  const Int128 whole = divisor < 0 ? -divisor : divisor;
  if (size < whole - size) return quotient;
  return quotient + ((value < 0) != (divisor < 0) ? -1 : 1);
}

}  // namespace

int64_t add_intervals(int64_t left, int64_t right, bool is_months) {
  int64_t sum;
  if (__builtin_add_overflow(left, right, &sum) || is_outside(sum, is_months)) {
    throw_interval_overflow("try_add");
  }
  return sum;
}

int64_t subtract_intervals(int64_t left, int64_t right, bool is_months) {
  int64_t difference;
  if (__builtin_sub_overflow(left, right, &difference) || is_outside(difference, is_months)) {
    throw_interval_overflow("try_subtract");
  }
  return difference;
}

int64_t negate_interval(int64_t value, bool is_months) {
  int64_t negative;
  if (__builtin_sub_overflow(int64_t{0}, value, &negative) || is_outside(negative, is_months)) {
    throw_interval_overflow(nullptr);
  }
  return negative;
}

// Math.multiplyExact.
int64_t multiply_interval(int64_t value, int64_t factor, bool is_months) {
  int64_t product;
  if (!__builtin_mul_overflow(value, factor, &product) && !is_outside(product, is_months)) return product;
  throw_overflow(is_months ? "integer overflow" : "long overflow");
}

int64_t multiply_interval(int64_t value, double factor, bool is_months) {
  return rounded(static_cast<double>(value) * factor, is_months);
}

int64_t multiply_interval(int64_t value, Int128 factor, int scale, bool is_months) {
  Int128 product;
  if (__builtin_mul_overflow(static_cast<Int128>(value), factor, &product)) throw_overflow();
  return checked(rescale_decimal(product, scale, 0, kMaxDecimalPrecision), is_months);
}

int64_t divide_interval(int64_t value, int64_t divisor, bool is_months) {
  refuse_zero(divisor == 0);
  // IntervalDivide.checkDivideOverflow
  if (divisor == -1 && value == (is_months ? INT32_MIN : INT64_MIN)) throw_interval_overflow("try_divide");
  return checked(divide_half_up(value, divisor), is_months);
}

int64_t divide_interval(int64_t value, double divisor, bool is_months) {
  refuse_zero(divisor == 0);
  return rounded(static_cast<double>(value) / divisor, is_months);
}

int64_t divide_interval(int64_t value, Int128 divisor, int scale, bool is_months) {
  refuse_zero(divisor == 0);
  Int128 scaled;
  if (__builtin_mul_overflow(static_cast<Int128>(value), power_of_ten(scale), &scaled)) {
    throw_overflow();
  }
  return checked(divide_half_up(scaled, divisor), is_months);
}

CalendarInterval multiply_interval(const CalendarInterval& interval, double factor, bool is_exact) {
  return from_doubles(interval.months * factor, interval.days * factor,
                      static_cast<double>(interval.micros) * factor, is_exact);
}

std::optional<CalendarInterval> divide_interval(const CalendarInterval& interval, double divisor, bool is_exact) {
  if (is_exact) refuse_zero(divisor == 0);
  if (divisor == 0) return std::nullopt;
  return from_doubles(interval.months / divisor, interval.days / divisor,
                      static_cast<double>(interval.micros) / divisor, is_exact);
}

}  // namespace firesteel::functions::kernel
