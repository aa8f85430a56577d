#include "functions/kernel/strict_math.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace firesteel::functions::kernel {

namespace {

// ln 2 as a sum of two numbers, the first with trailing zeros.
constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;
constexpr double kInverseLn2 = 1.44269504088896338700e+00;
constexpr double kMaxExponent = 7.09782712893383973096e+02;  // of e, as a double
constexpr double kMinExponent = -7.45133219101941108420e+02;

// Polynomials of the two reductions.
constexpr double kExp[] = {1.66666666666666019037e-01, -2.77777777770155933842e-03,
                           6.61375632143793436117e-05, -1.65339022054652515390e-06,
                           4.13813679705723846039e-08};
constexpr double kLog[] = {6.666666666666735130e-01, 3.999999999940941908e-01,
                           2.857142874366239149e-01, 2.222219843214978396e-01,
                           1.818357216161805012e-01, 1.531383769920937332e-01,
                           1.479819860511658591e-01};

int32_t high_word(double x) { return static_cast<int32_t>(std::bit_cast<uint64_t>(x) >> 32); }

double with_high_word(double x, int32_t high) {
  const uint64_t low = std::bit_cast<uint64_t>(x) & 0xFFFFFFFFULL;
  return std::bit_cast<double>(static_cast<uint64_t>(static_cast<uint32_t>(high)) << 32 | low);
}

}  // namespace

double strict_exp(double x) {
  if (std::isnan(x)) return x;
  if (x > kMaxExponent) return std::numeric_limits<double>::infinity();
  if (x < kMinExponent) return 0;
  const bool is_negative = std::signbit(x);
  const int32_t size = high_word(x) & 0x7fffffff;
  double high = 0;
  double low = 0;
  int k = 0;
  if (size > 0x3fd62e42) {  // beyond ln 2 / 2
    if (size < 0x3FF0A2B2) {
      k = is_negative ? -1 : 1;
      high = x - k * kLn2High;
      low = k * kLn2Low;
    } else {
      k = static_cast<int>(kInverseLn2 * x + (is_negative ? -0.5 : 0.5));
      high = x - k * kLn2High;
      low = k * kLn2Low;
    }
    x = high - low;
  } else if (size < 0x3e300000) {
    return 1 + x;
  }
  const double t = x * x;
  const double c = x - t * (kExp[0] + t * (kExp[1] + t * (kExp[2] + t * (kExp[3] + t * kExp[4]))));
  if (k == 0) return 1 - ((x * c) / (c - 2) - x);
  const double y = 1 - ((low - (x * c) / (2 - c)) - high);
  return std::ldexp(y, k);
}

double strict_log(double x) {
  if (std::isnan(x) || x < 0) return std::numeric_limits<double>::quiet_NaN();
  if (x == 0) return -std::numeric_limits<double>::infinity();
  if (std::isinf(x)) return x;
  int k = 0;
  if (high_word(x) < 0x00100000) {  // subnormal
    k = -54;
    x *= 0x1p54;
  }
  int32_t high = high_word(x);
  k += (high >> 20) - 1023;
  high &= 0x000fffff;
  const int32_t carry = (high + 0x95f64) & 0x100000;
  x = with_high_word(x, high | (carry ^ 0x3ff00000));
  k += carry >> 20;
  const double f = x - 1;
  const double dk = k;
  if ((0x000fffff & (2 + high)) < 3) {  // near one
    if (f == 0) return k == 0 ? 0 : dk * kLn2High + dk * kLn2Low;
    const double r = f * f * (0.5 - 0.33333333333333333 * f);
    return k == 0 ? f - r : dk * kLn2High - ((r - dk * kLn2Low) - f);
  }
  const double s = f / (2 + f);
  const double z = s * s;
  const double w = z * z;
  const double t1 = w * (kLog[1] + w * (kLog[3] + w * kLog[5]));
  const double t2 = z * (kLog[0] + w * (kLog[2] + w * (kLog[4] + w * kLog[6])));
  const double r = t2 + t1;
  if (((high - 0x6147a) | (0x6b851 - high)) > 0) {
    const double half = 0.5 * f * f;
    return k == 0 ? f - (half - s * (half + r))
                  : dk * kLn2High - ((half - (s * (half + r) + dk * kLn2Low)) - f);
  }
  return k == 0 ? f - s * (f - r) : dk * kLn2High - ((s * (f - r) - dk * kLn2Low) - f);
}

double strict_cosh(double x) {
  const double size = std::fabs(x);
  const int32_t high = high_word(size);
  if (!std::isfinite(x)) return size;
  if (high < 0x3fd62e43) {
    const double t = std::expm1(size);
    const double w = 1 + t;
    return high < 0x3c800000 ? w : 1 + (t * t) / (w + w);
  }
  if (high < 0x40360000) {
    const double t = strict_exp(size);
    return 0.5 * t + 0.5 / t;
  }
  if (size <= kMaxExponent) return 0.5 * strict_exp(size);
  const double w = strict_exp(0.5 * size);
  return 0.5 * w * w;
}

double strict_sinh(double x) {
  const double size = std::fabs(x);
  const int32_t high = high_word(size);
  if (!std::isfinite(x)) return x;
  const double half = std::signbit(x) ? -0.5 : 0.5;
  if (high < 0x40360000) {
    if (high < 0x3e300000) return x;
    const double t = std::expm1(size);
    return high < 0x3ff00000 ? half * (2 * t - t * t / (t + 1)) : half * (t + t / (t + 1));
  }
  if (size <= kMaxExponent) return half * strict_exp(size);
  const double w = strict_exp(0.5 * size);
  return half * w * w;
}

}  // namespace firesteel::functions::kernel
