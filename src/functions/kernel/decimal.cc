#include "functions/kernel/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/error.h"
#include "functions/kernel/uint256.h"

namespace firesteel::functions::kernel {

namespace {

constexpr std::array<Int128, 39> kPowersOfTen = [] {
  std::array<Int128, 39> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

UInt128 magnitude_of(Int128 value) {
  return value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value);
}

bool rounds_away(const UInt256& quotient, const UInt256& remainder, const UInt256& divisor,
                 Rounding rounding, bool negative) {
  if (remainder == UInt256{}) return false;
  switch (rounding) {
    case Rounding::kDown: return false;
    case Rounding::kFloor: return negative;
    case Rounding::kCeiling: return !negative;
    case Rounding::kHalfUp:
    case Rounding::kHalfEven: break;
  }
  const UInt256 twice = remainder.shifted_left_by_one();
  if (twice == divisor) return rounding == Rounding::kHalfUp || (quotient.low & 1) != 0;
  return divisor < twice;
}

// numerator / divisor, rounded, if it has at most `precision` digits.
std::optional<Int128> rounded_quotient(UInt256 numerator, const UInt256& divisor, bool negative,
                                       int precision, Rounding rounding = Rounding::kHalfUp) {
  const UInt256 remainder = numerator.divide(divisor);
  if (rounds_away(numerator, remainder, divisor, rounding, negative)) {
    numerator = numerator + UInt256{0, 1};
  }
  if (!numerator.fits_128() || numerator.low >= static_cast<UInt128>(power_of_ten(precision))) {
    return std::nullopt;
  }
  const auto result = static_cast<Int128>(numerator.low);
  return negative ? -result : result;
}

// value * 10^exponent in 256 bits, for any exponent up to 76; false on overflow.
bool scale_up(UInt256& value, int exponent) {
  for (; exponent > kMaxDecimalPrecision; exponent -= kMaxDecimalPrecision) {
    if (!value.multiply(static_cast<UInt128>(kPowersOfTen[kMaxDecimalPrecision]))) return false;
  }
  return exponent <= 0 || value.multiply(static_cast<UInt128>(power_of_ten(exponent)));
}

// Both magnitudes at the larger of the two scales.
std::pair<UInt256, UInt256> at_common_scale(Int128 left, int left_scale, Int128 right,
                                            int right_scale) {
  UInt256 a{0, magnitude_of(left)}, b{0, magnitude_of(right)};
  scale_up(a, right_scale - left_scale);
  scale_up(b, left_scale - right_scale);
  return {a, b};
}

std::optional<Int128> at_scale(const UInt256& magnitude, bool negative, int from_scale,
                               DecimalType result) {
  if (result.scale >= from_scale) {
    UInt256 scaled = magnitude;
    if (!scale_up(scaled, result.scale - from_scale)) return std::nullopt;
    return rounded_quotient(scaled, {0, 1}, negative, result.precision);
  }
  UInt256 divisor{0, 1};
  scale_up(divisor, from_scale - result.scale);
  return rounded_quotient(magnitude, divisor, negative, result.precision);
}

}  // namespace

Int128 power_of_ten(int exponent) { return kPowersOfTen[static_cast<size_t>(exponent)]; }

bool decimal_fits(Int128 unscaled, int precision) {
  return magnitude_of(unscaled) < static_cast<UInt128>(power_of_ten(precision));
}

int digit_count(UInt128 magnitude) {
  const auto* found = std::upper_bound(
      kPowersOfTen.begin(), kPowersOfTen.end(), magnitude,
      [](UInt128 value, Int128 power) { return value < static_cast<UInt128>(power); });
  return std::max(1, static_cast<int>(found - kPowersOfTen.begin()));
}

std::optional<Int128> rescale_decimal(Int128 unscaled, int from_scale, int to_scale, int precision,
                                      Rounding rounding) {
  const int difference = to_scale - from_scale;
  if (difference == 0) {
    return decimal_fits(unscaled, precision) ? std::optional(unscaled) : std::nullopt;
  }
  const bool negative = unscaled < 0;
  UInt256 magnitude{0, magnitude_of(unscaled)};
  if (difference > 0) {
    if (!scale_up(magnitude, difference)) return std::nullopt;
    return rounded_quotient(magnitude, {0, 1}, negative, precision);
  }
  UInt256 divisor{0, 1};
  scale_up(divisor, -difference);
  return rounded_quotient(magnitude, divisor, negative, precision, rounding);
}

std::optional<Int128> add_decimals(Int128 left, int left_scale, Int128 right, int right_scale,
                                   DecimalType result) {
  if (left_scale == right_scale && left_scale == result.scale) {
    // Where two numbers of 38 digits leave 128 bits, their sum comes back as a number beyond 38 digits.
    const auto sum = static_cast<Int128>(static_cast<UInt128>(left) + static_cast<UInt128>(right));
    return decimal_fits(sum, result.precision) ? std::optional(sum) : std::nullopt;
  }
  auto [a, b] = at_common_scale(left, left_scale, right, right_scale);
  const int scale = std::max(left_scale, right_scale);
  if ((left < 0) == (right < 0)) return at_scale(a + b, left < 0, scale, result);
  if (a < b) return at_scale(b - a, right < 0, scale, result);
  return at_scale(a - b, left < 0, scale, result);
}

std::optional<Int128> subtract_decimals(Int128 left, int left_scale, Int128 right,
                                        int right_scale, DecimalType result) {
  return add_decimals(left, left_scale, -right, right_scale, result);
}

std::optional<Int128> multiply_decimals(Int128 left, int left_scale, Int128 right,
                                        int right_scale, DecimalType result) {
  Int128 product;
  if (left_scale + right_scale == result.scale && !__builtin_mul_overflow(left, right, &product)) {
    return decimal_fits(product, result.precision) ? std::optional(product) : std::nullopt;
  }
  return at_scale(UInt256::product(magnitude_of(left), magnitude_of(right)),
                  (left < 0) != (right < 0), left_scale + right_scale, result);
}

std::optional<Int128> divide_decimals(Int128 left, int left_scale, Int128 right, int right_scale,
                                      DecimalType result) {
  UInt256 numerator{0, magnitude_of(left)}, divisor{0, magnitude_of(right)};
  const int exponent = result.scale + right_scale - left_scale;
  // A numerator beyond 256 bits means a quotient beyond 38 digits.
  if (!scale_up(numerator, exponent)) return std::nullopt;
  scale_up(divisor, -exponent);
  return rounded_quotient(numerator, divisor, (left < 0) != (right < 0), result.precision);
}

std::optional<Int128> remainder_decimals(Int128 left, int left_scale, Int128 right,
                                         int right_scale, DecimalType result) {
  auto [a, b] = at_common_scale(left, left_scale, right, right_scale);
  return at_scale(a.divide(b), left < 0, std::max(left_scale, right_scale), result);
}

std::optional<Int128> positive_modulo_decimals(Int128 left, int left_scale, Int128 right,
                                               int right_scale, DecimalType result) {
  auto [a, b] = at_common_scale(left, left_scale, right, right_scale);
  const UInt256 remainder = a.divide(b);
  const int scale = std::max(left_scale, right_scale);
  if (left >= 0 || remainder == UInt256{}) return at_scale(remainder, left < 0, scale, result);
  // A negative remainder r becomes (r + divisor) % divisor.
  if (right < 0) return at_scale(remainder, true, scale, result);
  return at_scale(b - remainder, false, scale, result);
}

int64_t integral_divide_decimals(Int128 left, int left_scale, Int128 right, int right_scale) {
  auto [a, b] = at_common_scale(left, left_scale, right, right_scale);
  a.divide(b);
  const bool negative = (left < 0) != (right < 0);
  const auto low = static_cast<uint64_t>(a.low);
  return static_cast<int64_t>(negative ? -low : low);
}

Int128 negate_decimal(Int128 unscaled, DecimalType type) {
  constexpr int kDigits = 34;
  const Int128 magnitude = unscaled < 0 ? -unscaled : unscaled;
  int dropped = 0;
  while (kDigits + dropped < 38 && magnitude >= power_of_ten(kDigits + dropped)) ++dropped;
  if (dropped == 0) return -unscaled;
  const Int128 kept = -*rescale_decimal(unscaled, dropped, 0, 38, Rounding::kHalfEven);
  const bool is_carried = kept == power_of_ten(kDigits) || kept == -power_of_ten(kDigits);
  if (!is_carried || kDigits + dropped < type.precision) return kept * power_of_ten(dropped);
  std::string original, rounded;
  append_decimal_java(kept / 10, type.scale - dropped - 1, original);
  append_decimal_plain(kept * power_of_ten(dropped), type.scale, rounded);
  throw SparkError("NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION", {{"roundedValue", rounded},
                                                                     {"originalValue", original},
                                                                     {"precision", std::to_string(type.precision)},
                                                                     {"scale", std::to_string(type.scale)}});
}

int compare_decimals(Int128 left, int left_scale, Int128 right, int right_scale) {
  if ((left < 0) != (right < 0)) return left < 0 ? -1 : 1;
  const auto [a, b] = at_common_scale(left, left_scale, right, right_scale);
  if (a == b) return 0;
  return (a < b) == (left >= 0) ? -1 : 1;
}

namespace {

// Writes the digits of `magnitude` at the end of `buffer` and returns the first.
char* write_digits(UInt128 magnitude, char (&buffer)[40]) {
  char* position = buffer + sizeof(buffer);
  constexpr uint64_t kChunk = 10000000000000000000ULL;
  while (magnitude > UINT64_MAX) {
    auto chunk = static_cast<uint64_t>(magnitude % kChunk);
    magnitude /= kChunk;
    for (int i = 0; i < 19; ++i, chunk /= 10) *--position = static_cast<char>('0' + chunk % 10);
  }
  auto rest = static_cast<uint64_t>(magnitude);
  do {
    *--position = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  return position;
}

}  // namespace

void append_decimal_plain(Int128 unscaled, int scale, std::string& out) {
  char buffer[40];
  const char* digits = write_digits(magnitude_of(unscaled), buffer);
  const int count = static_cast<int>(buffer + sizeof(buffer) - digits);
  if (unscaled < 0) out += '-';
  if (scale <= 0) {
    out.append(digits, static_cast<size_t>(count));
    if (unscaled != 0) out.append(static_cast<size_t>(-scale), '0');
    return;
  }
  if (count <= scale) {
    out += "0.";
    out.append(static_cast<size_t>(scale - count), '0');
    out.append(digits, static_cast<size_t>(count));
    return;
  }
  out.append(digits, static_cast<size_t>(count - scale));
  out += '.';
  out.append(digits + count - scale, static_cast<size_t>(scale));
}

void append_decimal_java(Int128 unscaled, int scale, std::string& out) {
  char buffer[40];
  const char* digits = write_digits(magnitude_of(unscaled), buffer);
  const int count = static_cast<int>(buffer + sizeof(buffer) - digits);
  const int exponent = count - 1 - scale;
  if (scale >= 0 && exponent >= -6) return append_decimal_plain(unscaled, scale, out);
  if (unscaled < 0) out += '-';
  out += digits[0];
  if (count > 1) {
    out += '.';
    out.append(digits + 1, static_cast<size_t>(count - 1));
  }
  out += 'E';
  if (exponent >= 0) out += '+';
  out += std::to_string(exponent);
}

namespace {

template <typename Float>
Float decimal_to_floating(Int128 unscaled, int scale) {
  std::string text;
  append_decimal_plain(unscaled, scale, text);
  Float value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

double decimal_to_double(Int128 unscaled, int scale) {
  return decimal_to_floating<double>(unscaled, scale);
}

float decimal_to_float(Int128 unscaled, int scale) {
  return decimal_to_floating<float>(unscaled, scale);
}

std::optional<Int128> DecimalDigits::to_decimal(DecimalType type) const {
  const int64_t kept = static_cast<int64_t>(digits.size()) - (scale - type.scale);
  if (digits == "0" || kept < 0) return Int128{0};
  if (kept > kMaxDecimalPrecision) return std::nullopt;
  UInt128 value = 0;
  for (int64_t i = 0; i < kept; ++i) {
    const bool written = i < static_cast<int64_t>(digits.size());
    value = value * 10 + (written ? static_cast<UInt128>(digits[static_cast<size_t>(i)] - '0') : 0);
  }
  if (kept < static_cast<int64_t>(digits.size()) && digits[static_cast<size_t>(kept)] >= '5') {
    ++value;
  }
  if (value >= static_cast<UInt128>(power_of_ten(type.precision))) return std::nullopt;
  return negative ? -static_cast<Int128>(value) : static_cast<Int128>(value);
}

std::string DecimalDigits::to_plain_string() const {
  std::string text = digits;
  if (scale <= 0) {
    if (digits != "0") text.append(static_cast<size_t>(-scale), '0');
  } else {
    const auto places = static_cast<size_t>(scale);
    if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
    text.insert(text.size() - places, 1, '.');
  }
  return negative ? "-" + text : text;
}

bool parse_decimal_digits(std::string_view text, DecimalDigits& result) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  result = DecimalDigits{};
  size_t i = 0;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) result.negative = text[i++] == '-';
  bool any_digit = false, after_point = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    any_digit = true;
    if (after_point) ++result.scale;
    if (c != '0' || !result.digits.empty()) result.digits += c;
  }
  if (!any_digit) return false;
  if (result.digits.empty()) {
    result.digits = "0";
    result.negative = false;
  }
  if (i == text.size()) return true;
  if (text[i] != 'e' && text[i] != 'E') return false;
  ++i;
  if (i < text.size() && text[i] == '+') {
    ++i;
    if (i < text.size() && text[i] == '-') return false;
  }
  int32_t exponent = 0;
  const auto [end, error] = std::from_chars(text.data() + i, text.data() + text.size(), exponent);
  if (error != std::errc{} || end != text.data() + text.size()) return false;
  result.scale -= exponent;
  return result.scale >= INT32_MIN && result.scale <= INT32_MAX;
}

void throw_decimal_overflow(std::string value, DecimalType type) {
  throw SparkError("NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
                   {{"value", std::move(value)},
                    {"precision", std::to_string(type.precision)},
                    {"scale", std::to_string(type.scale)},
                    {"config", "\"spark.sql.ansi.enabled\""}});
}

}  // namespace firesteel::functions::kernel
