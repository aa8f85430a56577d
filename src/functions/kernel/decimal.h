// Spark's decimals as value-level functions: a decimal is its unscaled value in 128 bits, precision
// and scale belong to its type. Results are exact before the one rounding HALF_UP to the result's
// scale; a result that does not fit the result's precision is nothing, and callers raise or return
// NULL by the ANSI flag.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "functions/kernel/int128.h"

namespace firesteel::functions::kernel {

inline constexpr int kMaxDecimalPrecision = 38;

// 10^exponent for 0 to 38.
Int128 power_of_ten(int exponent);
bool decimal_fits(Int128 unscaled, int precision);
// The number of decimal digits; 1 for zero.
int digit_count(UInt128 magnitude);

enum class Rounding { kHalfUp, kHalfEven, kFloor, kCeiling, kDown };

// To another scale, nothing if the result has more than `precision` digits.
std::optional<Int128> rescale_decimal(Int128 unscaled, int from_scale, int to_scale, int precision,
                                      Rounding rounding = Rounding::kHalfUp);

// The type of a result, from the analyzer (DecimalPrecision's rules).
struct DecimalType {
  int precision;
  int scale;
};

std::optional<Int128> add_decimals(Int128 left, int left_scale, Int128 right, int right_scale,
                                   DecimalType result);
std::optional<Int128> subtract_decimals(Int128 left, int left_scale, Int128 right,
                                        int right_scale, DecimalType result);
std::optional<Int128> multiply_decimals(Int128 left, int left_scale, Int128 right,
                                        int right_scale, DecimalType result);
// The divisor must not be zero in the next four.
std::optional<Int128> divide_decimals(Int128 left, int left_scale, Int128 right, int right_scale,
                                      DecimalType result);
// Truncated division with the sign of the dividend, as Spark's %.
std::optional<Int128> remainder_decimals(Int128 left, int left_scale, Int128 right,
                                         int right_scale, DecimalType result);
// pmod: the remainder with the sign of the divisor.
std::optional<Int128> positive_modulo_decimals(Int128 left, int left_scale, Int128 right,
                                               int right_scale, DecimalType result);
// The operator DIV: the quotient truncated towards zero; where it does not fit a long, Spark keeps
// the low 64 bits.
int64_t integral_divide_decimals(Int128 left, int left_scale, Int128 right, int right_scale);
// With the sign changed. Spark rounds it to 34 digits, half to even (MathContext.DECIMAL128); what then has more than the
// type's digits raises NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION.
Int128 negate_decimal(Int128 unscaled, DecimalType type);
// -1, 0 or 1.
int compare_decimals(Int128 left, int left_scale, Int128 right, int right_scale);

// The digits without an exponent: '-0.10'.
void append_decimal_plain(Int128 unscaled, int scale, std::string& out);
// Java's BigDecimal.toString(), with an exponent where it has one: '0E-8'.
void append_decimal_java(Int128 unscaled, int scale, std::string& out);

double decimal_to_double(Int128 unscaled, int scale);
float decimal_to_float(Int128 unscaled, int scale);

// The digits of a number as they are written, without a sign, leading zeros or exponent: the value
// is digits * 10^-scale.
struct DecimalDigits {
  bool negative = false;
  std::string digits;
  int64_t scale = 0;

  // How many digits stand before the point: beyond 38 Spark has no decimal for it.
  int64_t integral_digits() const { return static_cast<int64_t>(digits.size()) - scale; }
  std::optional<Int128> to_decimal(DecimalType type) const;
  std::string to_plain_string() const;
};

// The grammar of java.math.BigDecimal(String) over `text` without surrounding blanks and control
// characters; false if malformed.
bool parse_decimal_digits(std::string_view text, DecimalDigits& result);

// Raises NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION.
[[noreturn]] void throw_decimal_overflow(std::string value, DecimalType type);

}  // namespace firesteel::functions::kernel
