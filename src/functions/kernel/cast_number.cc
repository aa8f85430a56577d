#include "functions/kernel/cast_number.h"

#include "base/error.h"

namespace firesteel::functions::kernel {

namespace {

std::string decimal_type_name(DecimalType type) {
  return "DECIMAL(" + std::to_string(type.precision) + "," + std::to_string(type.scale) + ")";
}

template <typename To>
std::optional<To> decimal_to_integer(Int128 unscaled, DecimalType type, CastMode mode) {
  const Int128 whole = unscaled / power_of_ten(type.scale);
  if (mode != CastMode::kLegacy && whole != static_cast<Int128>(static_cast<To>(whole))) {
    if (mode == CastMode::kTry) return std::nullopt;
    std::string value;
    append_decimal_plain(unscaled, type.scale, value);
    throw_cast_overflow(value + "BD", decimal_type_name(type), SqlNumber<To>::type());
  }
  return static_cast<To>(whole);
}

}  // namespace

void throw_cast_overflow(std::string value, std::string_view source_type,
                         std::string_view target_type) {
  throw SparkError("CAST_OVERFLOW", {{"value", std::move(value)},
                                     {"sourceType", "\"" + std::string(source_type) + "\""},
                                     {"targetType", "\"" + std::string(target_type) + "\""},
                                     {"ansiConfig", "\"spark.sql.ansi.enabled\""}});
}

std::optional<int8_t> decimal_to_tinyint(Int128 unscaled, DecimalType type, CastMode mode) {
  return decimal_to_integer<int8_t>(unscaled, type, mode);
}

std::optional<int16_t> decimal_to_smallint(Int128 unscaled, DecimalType type, CastMode mode) {
  return decimal_to_integer<int16_t>(unscaled, type, mode);
}

std::optional<int32_t> decimal_to_int(Int128 unscaled, DecimalType type, CastMode mode) {
  return decimal_to_integer<int32_t>(unscaled, type, mode);
}

std::optional<int64_t> decimal_to_bigint(Int128 unscaled, DecimalType type, CastMode mode) {
  return decimal_to_integer<int64_t>(unscaled, type, mode);
}

std::optional<Int128> bigint_to_decimal(int64_t value, DecimalType type, CastMode mode) {
  return decimal_to_decimal(value, 0, type, mode);
}

std::optional<Int128> decimal_to_decimal(Int128 unscaled, int scale, DecimalType type,
                                         CastMode mode) {
  const auto result = rescale_decimal(unscaled, scale, type.scale, type.precision);
  if (!result && mode == CastMode::kAnsi) {
    std::string value;
    append_decimal_plain(unscaled, scale, value);
    throw_decimal_overflow(std::move(value), type);
  }
  return result;
}

std::optional<Int128> double_to_decimal(double value, DecimalType type, CastMode mode) {
  if (!std::isfinite(value)) return std::nullopt;
  std::string text;
  append_double(value, text);
  DecimalDigits digits;
  parse_decimal_digits(text, digits);
  // 123.0 is the decimal 123: the zero that a double prints with is none of its digits.
  while (digits.scale > 0 && digits.digits.size() > 1 && digits.digits.back() == '0') {
    digits.digits.pop_back();
    --digits.scale;
  }
  const auto result = digits.to_decimal(type);
  if (!result && mode == CastMode::kAnsi) throw_decimal_overflow(digits.to_plain_string(), type);
  return result;
}

std::optional<int64_t> timestamp_to_integer(int64_t micros, const TimeZone& zone, int bits,
                                            CastMode mode) {
  const int64_t seconds = timestamp_to_bigint(micros);
  const int64_t limit = int64_t{1} << (bits - 1);
  if (seconds >= -limit && seconds < limit) return seconds;
  if (mode != CastMode::kAnsi) return std::nullopt;
  std::string value = "TIMESTAMP '";
  append_timestamp(micros, zone, value);
  throw_cast_overflow(value + "'", "TIMESTAMP",
                      bits == 8 ? "TINYINT" : bits == 16 ? "SMALLINT" : "INT");
}

std::optional<Int128> timestamp_to_decimal(int64_t micros, DecimalType type, CastMode mode) {
  return decimal_to_decimal(micros, 6, type, mode);
}

int64_t bigint_to_timestamp(int64_t seconds) {
  int64_t micros;
  if (__builtin_mul_overflow(seconds, int64_t{1000000}, &micros)) {
    return seconds < 0 ? INT64_MIN : INT64_MAX;
  }
  return micros;
}

std::optional<int64_t> double_to_timestamp(double seconds, CastMode mode) {
  if (!std::isfinite(seconds)) {
    if (mode != CastMode::kAnsi) return std::nullopt;
    throw SparkError("CAST_INVALID_INPUT", {{"expression", SqlNumber<double>::literal(seconds)},
                                            {"sourceType", "\"DOUBLE\""},
                                            {"targetType", "\"TIMESTAMP\""},
                                            {"ansiConfig", "\"spark.sql.ansi.enabled\""}})
        .with_kind(ErrorKind::kDateTime);
  }
  return cast_to_integer<int64_t>(seconds * 1000000.0, mode);
}

namespace {

// The product with a million has 34 digits at most (MathContext.DECIMAL128, half even).
Int128 rounded_to_34_digits(Int128 unscaled) {
  const UInt128 magnitude = unscaled < 0 ? -static_cast<UInt128>(unscaled) : static_cast<UInt128>(unscaled);
  const int dropped = digit_count(magnitude) - 34;
  if (dropped <= 0) return unscaled;
  const auto unit = static_cast<UInt128>(power_of_ten(dropped));
  UInt128 kept = magnitude / unit;
  const UInt128 rest = (magnitude % unit) * 2;
  if (rest > unit || (rest == unit && kept % 2 == 1)) ++kept;
  const auto rounded = static_cast<Int128>(kept * unit);
  return unscaled < 0 ? -rounded : rounded;
}

}  // namespace

int64_t decimal_to_timestamp(Int128 exact, int scale) {
  const Int128 unscaled = rounded_to_34_digits(exact);
  if (scale >= 6) return static_cast<int64_t>(unscaled / power_of_ten(scale - 6));
  return static_cast<int64_t>(static_cast<UInt128>(unscaled) *
                              static_cast<UInt128>(power_of_ten(6 - scale)));
}

}  // namespace firesteel::functions::kernel
