#include "functions/kernel/rounding.h"

#include <charconv>
#include <cmath>
#include <string>

#include "base/error.h"
#include "functions/kernel/cast_to_string.h"

namespace firesteel::functions::kernel {

namespace {

// Whether cutting `digits` after `kept` of them rounds the magnitude up.
bool rounds_up(const std::string& digits, size_t kept, Rounding rounding, bool negative) {
  if (digits.find_first_not_of('0', kept) == std::string::npos) return false;
  switch (rounding) {
    case Rounding::kDown: return false;
    case Rounding::kFloor: return negative;
    case Rounding::kCeiling: return !negative;
    case Rounding::kHalfUp: return digits[kept] >= '5';
    case Rounding::kHalfEven: break;
  }
  if (digits[kept] != '5') return digits[kept] > '5';
  if (digits.find_first_not_of('0', kept + 1) != std::string::npos) return true;
  return kept > 0 && (digits[kept - 1] - '0') % 2 != 0;
}

template <typename Float>
Float parse(const std::string& text) {
  Float value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

double round_double(double value, int32_t scale, Rounding rounding) {
  if (!std::isfinite(value) || value == 0) return value;
  // A whole number has no digits to round at a scale of zero or more.
  if (scale >= 0 && std::fabs(value) >= 0x1p53) return value;
  std::string text;
  append_double(value, text);
  DecimalDigits decimal;
  parse_decimal_digits(text, decimal);
  if (decimal.scale <= scale) return value;
  const int64_t dropped = decimal.scale - scale;
  const auto size = static_cast<int64_t>(decimal.digits.size());
  std::string& digits = decimal.digits;
  // A leading zero takes the carry; more are needed when every digit goes.
  digits.insert(0, static_cast<size_t>(dropped > size ? dropped - size + 1 : 1), '0');
  const size_t kept = digits.size() - static_cast<size_t>(dropped);
  const bool up = rounds_up(digits, kept, rounding, decimal.negative);
  digits.resize(kept);
  if (up) {
    size_t i = digits.size();
    while (digits[--i] == '9') digits[i] = '0';
    ++digits[i];
  }
  const double result = parse<double>(digits + "e" + std::to_string(-scale));
  return decimal.negative && result != 0 ? -result : result;
}

float round_float(float value, int32_t scale, Rounding rounding) {
  return static_cast<float>(round_double(value, scale, rounding));
}

int64_t round_integer(int64_t value, int32_t scale, Rounding rounding, int bits, bool ansi) {
  if (scale >= 0) return value;
  if (scale < -19) return 0;
  const Int128 unit = power_of_ten(-scale);
  const auto quotient = rescale_decimal(value, -scale, 0, kMaxDecimalPrecision, rounding);
  const Int128 rounded = *quotient * unit;
  const Int128 limit = static_cast<Int128>(1) << (bits - 1);
  if (rounded >= -limit && rounded < limit) return static_cast<int64_t>(rounded);
  if (ansi) {
    throw SparkError("ARITHMETIC_OVERFLOW", {{"message", "Overflow"},
                                             {"alternative", ""},
                                             {"config", "\"spark.sql.ansi.enabled\""}});
  }
  const auto low = static_cast<int64_t>(rounded);
  switch (bits) {
    case 8: return static_cast<int8_t>(low);
    case 16: return static_cast<int16_t>(low);
    case 32: return static_cast<int32_t>(low);
    default: return low;
  }
}

int64_t positive_modulo(int64_t dividend, int64_t divisor) {
  if (divisor == -1) return 0;
  const int64_t rest = dividend % divisor;
  return rest < 0 ? (rest + divisor) % divisor : rest;
}

double positive_modulo(double dividend, double divisor) {
  const double rest = std::fmod(dividend, divisor);
  return rest < 0 ? std::fmod(rest + divisor, divisor) : rest;
}

std::optional<int64_t> width_bucket(double value, double low, double high, int64_t buckets) {
  if (buckets <= 0 || buckets == INT64_MAX || std::isnan(value) || low == high ||
      !std::isfinite(low) || !std::isfinite(high)) {
    return std::nullopt;
  }
  const double least = std::fmin(low, high), most = std::fmax(low, high);
  const bool ascending = low < high;
  if (ascending ? value < least : value > most) return 0;
  if (ascending ? value >= most : value <= least) return buckets + 1;
  const double distance = ascending ? value - least : most - value;
  return static_cast<int64_t>(static_cast<double>(buckets) * distance / (most - least)) + 1;
}

std::optional<int64_t> factorial(int32_t number) {
  if (number < 0 || number > 20) return std::nullopt;
  int64_t product = 1;
  for (int32_t factor = 2; factor <= number; ++factor) product *= factor;
  return product;
}

}  // namespace firesteel::functions::kernel
