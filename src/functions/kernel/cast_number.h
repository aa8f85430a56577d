// CAST between numbers, and between numbers, decimals and timestamps. Functions with a CastMode
// return nothing for what Spark turns into NULL; in kAnsi they raise CAST_OVERFLOW instead.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "functions/kernel/cast_string.h"
#include "functions/kernel/decimal.h"

namespace firesteel::functions::kernel {

// Raises CAST_OVERFLOW; `value` as a SQL literal ('300', '1.0E20D'), types as SQL names.
[[noreturn]] void throw_cast_overflow(std::string value, std::string_view source_type,
                                      std::string_view target_type);

// The SQL name and the literal of a number of a C++ type.
template <typename Number>
struct SqlNumber {
  static_assert(std::is_arithmetic_v<Number>);
  static constexpr std::string_view type() {
    if constexpr (std::is_same_v<Number, float>) return "FLOAT";
    if constexpr (std::is_same_v<Number, double>) return "DOUBLE";
    if constexpr (sizeof(Number) == 1) return "TINYINT";
    if constexpr (sizeof(Number) == 2) return "SMALLINT";
    return sizeof(Number) == 4 ? "INT" : "BIGINT";
  }
  static std::string literal(Number value) {
    std::string text;
    if constexpr (std::is_same_v<Number, float>) {
      append_float(value, text);
    } else if constexpr (std::is_same_v<Number, double>) {
      append_double(value, text);
      if (std::isfinite(value)) text += 'D';
    } else {
      append_integer(value, text);
      if constexpr (sizeof(Number) == 1) text += 'Y';
      if constexpr (sizeof(Number) == 2) text += 'S';
      if constexpr (sizeof(Number) == 8) text += 'L';
    }
    return text;
  }
};

// Java's narrowing: integers wrap; floating numbers saturate to int or long, NaN is 0, and a byte
// or a short is cut out of the int.
template <typename To, typename From>
To java_narrow(From value) {
  if constexpr (std::is_integral_v<From>) {
    return static_cast<To>(value);
  } else {
    using Wide = std::conditional_t<sizeof(To) == 8, int64_t, int32_t>;
    if (std::isnan(value)) return 0;
    // The limits as powers of two, which every floating type holds exactly.
    const From limit = std::ldexp(From{1}, static_cast<int>(sizeof(Wide)) * 8 - 1);
    if (value >= limit) return static_cast<To>(std::numeric_limits<Wide>::max());
    if (value < -limit) return static_cast<To>(std::numeric_limits<Wide>::min());
    return static_cast<To>(static_cast<Wide>(value));
  }
}

// Whether Spark's ANSI cast accepts the number: the truncated value is in range. Spark compares with the limit as a
// double, so that 2^63 passes for BIGINT, and a float of 2^31 does not for INT.
template <typename To, typename From>
bool casts_exactly(From value) {
  if constexpr (std::is_integral_v<From>) {
    return static_cast<From>(static_cast<To>(value)) == value;
  } else {
    const double number = static_cast<double>(value);
    return std::floor(number) <= static_cast<double>(std::numeric_limits<To>::max()) &&
           std::ceil(number) >= static_cast<double>(std::numeric_limits<To>::min());
  }
}

// To a narrower integer type, or from a floating one to an integer.
template <typename To, typename From>
std::optional<To> cast_to_integer(From value, CastMode mode) {
  if (mode != CastMode::kLegacy && !casts_exactly<To>(value)) {
    if (mode == CastMode::kTry) return std::nullopt;
    throw_cast_overflow(SqlNumber<From>::literal(value), SqlNumber<From>::type(),
                        SqlNumber<To>::type());
  }
  return java_narrow<To>(value);
}

// Truncates towards zero; in kLegacy the low bits of the number are kept.
std::optional<int8_t> decimal_to_tinyint(Int128 unscaled, DecimalType type, CastMode mode);
std::optional<int16_t> decimal_to_smallint(Int128 unscaled, DecimalType type, CastMode mode);
std::optional<int32_t> decimal_to_int(Int128 unscaled, DecimalType type, CastMode mode);
std::optional<int64_t> decimal_to_bigint(Int128 unscaled, DecimalType type, CastMode mode);

// Nothing, or NUMERIC_VALUE_OUT_OF_RANGE in kAnsi, where the value needs more digits.
std::optional<Int128> bigint_to_decimal(int64_t value, DecimalType type, CastMode mode);
std::optional<Int128> decimal_to_decimal(Int128 unscaled, int scale, DecimalType type,
                                         CastMode mode);
// By the digits that the double prints with. NaN and infinities are NULL in every mode.
std::optional<Int128> double_to_decimal(double value, DecimalType type, CastMode mode);

// Seconds, rounded down, for an integer type of 8, 16 or 32 bits; nothing beyond the range in kLegacy
// too.
std::optional<int64_t> timestamp_to_integer(int64_t micros, const TimeZone& zone, int bits,
                                            CastMode mode);
inline int64_t timestamp_to_bigint(int64_t micros) {
  return micros / 1000000 - (micros % 1000000 < 0 ? 1 : 0);
}
inline double timestamp_to_double(int64_t micros) {
  return static_cast<double>(micros) / 1000000.0;
}
std::optional<Int128> timestamp_to_decimal(int64_t micros, DecimalType type, CastMode mode);

// Seconds to microseconds, saturating.
int64_t bigint_to_timestamp(int64_t seconds);
// NaN and infinities are NULL; in kAnsi they and numbers beyond the range raise.
std::optional<int64_t> double_to_timestamp(double seconds, CastMode mode);
// Digits beyond microseconds are cut.
int64_t decimal_to_timestamp(Int128 unscaled, int scale);

}  // namespace firesteel::functions::kernel
