// x to the power of y, as fdlibm computes it: log2(|x|) in two parts, times y, and two to the power of that.
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "functions/kernel/double_words.h"
#include "functions/kernel/strict_math.h"

namespace firesteel::functions::kernel {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

// A number as a sum of two, the first of 21 bits.
struct Parts {
  double high;
  double low;
};

// log2 of 1 and of 1.5, which a number is reduced by.
constexpr double kBase[] = {1.0, 1.5};
constexpr Parts kBaseLog[] = {{0.0, 0.0}, {5.84962487220764160156e-01, 1.35003920212974897128e-08}};
constexpr double kLogSeries[] = {5.99999999999994648725e-01, 4.28571428578550184252e-01, 3.33333329818377432918e-01,
                                 2.72728123808534006489e-01, 2.30660745775561754067e-01, 2.06975017800338417784e-01};
constexpr double kTwoThirdsLn2 = 9.61796693925975554329e-01;  // 2 / (3 ln 2)
constexpr Parts kTwoThirdsLn2Parts = {9.61796700954437255859e-01, -7.02846165095275826516e-09};
constexpr double kInverseLn2 = 1.44269504088896338700e+00;
constexpr Parts kInverseLn2Parts = {1.44269502162933349609e+00, 1.92596299112661746887e-08};

constexpr double kExpSeries[] = {1.66666666666666019037e-01, -2.77777777770155933842e-03, 6.61375632143793436117e-05,
                                 -1.65339022054652515390e-06, 4.13813679705723846039e-08};
constexpr double kLn2 = 6.93147180559945286227e-01;
constexpr Parts kLn2Parts = {6.93147182464599609375e-01, -1.90465429995776804525e-09};
constexpr double kOverflow = 8.0085662595372944372e-17;  // of 1024 - log2 of the largest double

enum class Parity : uint8_t { kFraction, kOdd, kEven };

Parity parity_of(double y) {
  const double size = std::fabs(y);
  if (size >= 0x1p53) return Parity::kEven;
  if (size != std::trunc(size)) return Parity::kFraction;
  return std::fmod(size, 2) == 1 ? Parity::kOdd : Parity::kEven;
}

// What needs no logarithm.
std::optional<double> simple_power(double x, double y) {
  if (y == 0) return 1;
  if (std::isnan(x) || std::isnan(y)) return kNotANumber;
  const double size = std::fabs(x);
  if (std::isinf(y)) {
    if (size == 1) return kNotANumber;
    return (size > 1) == (y > 0) ? kInfinity : 0;
  }
  if (y == 1) return x;
  if (y == -1) return 1 / x;
  if (y == 2) return x * x;
  if (y == 0.5 && !std::signbit(x)) return std::sqrt(x);
  if (size == 0 || size == 1 || std::isinf(size)) {
    const double power = y < 0 ? 1 / size : size;
    if (!std::signbit(x)) return power;
    const Parity parity = parity_of(y);
    if (size == 1 && parity == Parity::kFraction) return kNotANumber;
    return parity == Parity::kOdd ? -power : power;
  }
  if (x < 0 && parity_of(y) == Parity::kFraction) return kNotANumber;
  return std::nullopt;
}

// log2(x) of an x within 2^-20 of one.
Parts log2_near_one(double x) {
  const double t = x - 1;
  const double w = (t * t) * (0.5 - t * (0.3333333333333333333333 - t * 0.25));
  const double u = kInverseLn2Parts.high * t;
  const double v = t * kInverseLn2Parts.low - w * kInverseLn2;
  const double high = without_low_word(u + v);
  return {high, v - (high - u)};
}

// log2(x) of a positive x.
Parts log2_parts(double x) {
  int exponent = 0;
  if (high_word(x) < 0x00100000) {  // subnormal
    x *= 0x1p53;
    exponent = -53;
  }
  exponent += (high_word(x) >> 20) - 0x3ff;
  const int32_t fraction = high_word(x) & 0x000fffff;
  int32_t high = fraction | 0x3ff00000;
  int base = 0;
  if (fraction > 0x3988E) {  // above the root of 3/2
    if (fraction < 0xBB67A) {
      base = 1;
    } else {  // above the root of 3
      ++exponent;
      high -= 0x00100000;
    }
  }
  x = with_high_word(x, high);
  // s = (x - base) / (x + base)
  const double u = x - kBase[base];
  const double v = 1 / (x + kBase[base]);
  const double s = u * v;
  const double s_high = without_low_word(s);
  double t_high = with_high_word(0, ((high >> 1) | 0x20000000) + 0x00080000 + (base << 18));
  double t_low = x - (t_high - kBase[base]);
  const double s_low = v * ((u - s_high * t_high) - s_high * t_low);
  const double s2 = s * s;
  const auto& l = kLogSeries;
  double r = s2 * s2 * (l[0] + s2 * (l[1] + s2 * (l[2] + s2 * (l[3] + s2 * (l[4] + s2 * l[5])))));
  r += s_low * (s_high + s);
  const double high_square = s_high * s_high;
  t_high = without_low_word(3.0 + high_square + r);
  t_low = r - ((t_high - 3.0) - high_square);
  const double a = s_high * t_high;
  const double b = s_low * t_high + t_low * s;
  const double p_high = without_low_word(a + b);
  const double p_low = b - (p_high - a);
  const double z_high = kTwoThirdsLn2Parts.high * p_high;
  const double z_low = kTwoThirdsLn2Parts.low * p_high + p_low * kTwoThirdsLn2 + kBaseLog[base].low;
  const double n = exponent;
  const double sum = without_low_word(((z_high + z_low) + kBaseLog[base].high) + n);
  return {sum, z_low - (((sum - n) - kBaseLog[base].high) - z_high)};
}

// 2^(power.high + power.low)
double exp2_of(Parts power) {
  const double sum = power.low + power.high;
  const int32_t high = high_word(sum);
  const int32_t size = high & 0x7fffffff;
  if (sum > 1024 || (sum == 1024 && power.low + kOverflow > sum - power.high)) return kInfinity;
  if (sum < -1075 || (sum == -1075 && power.low <= sum - power.high)) return 0;
  int32_t n = 0;
  if (size > 0x3fe00000) {  // beyond a half: the nearest whole number goes apart
    int exponent = (size >> 20) - 0x3ff;
    n = high + (0x00100000 >> (exponent + 1));
    exponent = ((n & 0x7fffffff) >> 20) - 0x3ff;
    const double whole = with_high_word(0, n & ~(0x000fffff >> exponent));
    n = ((n & 0x000fffff) | 0x00100000) >> (20 - exponent);
    if (high < 0) n = -n;
    power.high -= whole;
  }
  const double t = without_low_word(power.low + power.high);
  const double u = t * kLn2Parts.high;
  const double v = (power.low - (t - power.high)) * kLn2 + t * kLn2Parts.low;
  const double z = u + v;
  const double w = v - (z - u);
  const double z2 = z * z;
  const auto& p = kExpSeries;
  const double c = z - z2 * (p[0] + z2 * (p[1] + z2 * (p[2] + z2 * (p[3] + z2 * p[4]))));
  const double r = (z * c) / (c - 2.0) - (w + z * w);
  return std::ldexp(1.0 - (r - z), n);
}

}  // namespace

double strict_pow(double x, double y) {
  if (const auto simple = simple_power(x, y)) return *simple;
  const double size = std::fabs(x);
  const double sign = x < 0 && parity_of(y) == Parity::kOdd ? -1 : 1;
  Parts log{};
  if (std::fabs(y) >= 0x1.00001p31) {
    const int32_t high = high_word(size);
    if (high < 0x3fefffff || (std::fabs(y) >= 0x1.00001p64 && high <= 0x3fefffff)) return sign * (y < 0 ? kInfinity : 0);
    if (high > 0x3ff00000 || (std::fabs(y) >= 0x1.00001p64 && high >= 0x3ff00000)) return sign * (y > 0 ? kInfinity : 0);
    log = log2_near_one(size);
  } else {
    log = log2_parts(size);
  }
  const double y_high = without_low_word(y);
  return sign * exp2_of({y_high * log.high, (y - y_high) * log.high + y * log.low});
}

}  // namespace firesteel::functions::kernel
