#include "functions/kernel/strict_math.h"

#include <cmath>
#include <cstdint>
#include <limits>

#include "functions/kernel/double_words.h"

namespace firesteel::functions::kernel {

namespace {

// ln 2 as a sum of two numbers, the first with trailing zeros.
constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;
constexpr double kInverseLn2 = 1.44269504088896338700e+00;
constexpr double kMaxExponent = 7.09782712893383973096e+02;  // of e, as a double
constexpr double kMinExponent = -7.45133219101941108420e+02;

constexpr double kLn2 = 6.93147180559945286227e-01;
// log10(2) likewise.
constexpr double kLog10Of2High = 3.01029995663611771306e-01;
constexpr double kLog10Of2Low = 3.69423907715893078616e-13;
constexpr double kInverseLn10 = 4.34294481903251816668e-01;

// Polynomials of the reductions.
constexpr double kExpm1[] = {-3.33333333333331316428e-02, 1.58730158725481460165e-03, -7.93650757867487942473e-05,
                             4.00821782732936239552e-06, -2.01099218183624371326e-07};
constexpr double kExp[] = {1.66666666666666019037e-01, -2.77777777770155933842e-03,
                           6.61375632143793436117e-05, -1.65339022054652515390e-06,
                           4.13813679705723846039e-08};
constexpr double kLog[] = {6.666666666666735130e-01, 3.999999999940941908e-01,
                           2.857142874366239149e-01, 2.222219843214978396e-01,
                           1.818357216161805012e-01, 1.531383769920937332e-01,
                           1.479819860511658591e-01};

// Of what is no positive finite number.
double log_at_edge(double x) {
  if (std::isnan(x) || x < 0) return std::numeric_limits<double>::quiet_NaN();
  return x == 0 ? -std::numeric_limits<double>::infinity() : x;
}

// Scales a subnormal up and gives the exponent of two by which.
int make_normal(double& x) {
  if (high_word(x) >= 0x00100000) return 0;
  x *= 0x1p54;
  return -54;
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
  if (!(x > 0) || std::isinf(x)) return log_at_edge(x);
  int k = make_normal(x);
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

double strict_log10(double x) {
  if (!(x > 0) || std::isinf(x)) return log_at_edge(x);
  int k = make_normal(x);
  k += (high_word(x) >> 20) - 1023;
  const int32_t is_below_one = k < 0 ? 1 : 0;
  const double exponent = k + is_below_one;
  const double fraction = with_high_word(x, (high_word(x) & 0x000fffff) | ((0x3ff - is_below_one) << 20));
  return (exponent * kLog10Of2Low + kInverseLn10 * strict_log(fraction)) + exponent * kLog10Of2High;
}

double strict_log1p(double x) {
  if (std::isnan(x) || x < -1) return std::numeric_limits<double>::quiet_NaN();
  if (x == -1) return -std::numeric_limits<double>::infinity();
  if (std::isinf(x)) return x;
  const int32_t size = high_word(x) & 0x7fffffff;
  if (size < 0x3e200000) return size < 0x3c900000 ? x : x - x * x * 0.5;
  int k = 0;
  double f = x;
  double correction = 0;
  int32_t high = 1;
  if (high_word(x) >= 0x3FDA827A || (x < 0 && size > 0x3fd2bec3)) {  // 1 + x beyond the roots of 1/2 and 2
    const double u = high_word(x) < 0x43400000 ? 1 + x : x;
    k = (high_word(u) >> 20) - 1023;
    if (high_word(x) < 0x43400000) correction = (k > 0 ? 1 - (u - x) : x - (u - 1)) / u;
    high = high_word(u) & 0x000fffff;
    if (high < 0x6a09e) {
      f = with_high_word(u, high | 0x3ff00000) - 1;
    } else {
      ++k;
      f = with_high_word(u, high | 0x3fe00000) - 1;
      high = (0x00100000 - high) >> 2;
    }
  }
  const double half = 0.5 * f * f;
  const double dk = k;
  if (high == 0) {  // f is tiny
    if (f == 0) return k == 0 ? 0 : dk * kLn2High + (correction + dk * kLn2Low);
    const double r = half * (1 - 0.66666666666666666 * f);
    return k == 0 ? f - r : dk * kLn2High - ((r - (dk * kLn2Low + correction)) - f);
  }
  const double s = f / (2 + f);
  const double z = s * s;
  const auto& l = kLog;
  const double r = z * (l[0] + z * (l[1] + z * (l[2] + z * (l[3] + z * (l[4] + z * (l[5] + z * l[6]))))));
  if (k == 0) return f - (half - s * (half + r));
  return dk * kLn2High - ((half - (s * (half + r) + (dk * kLn2Low + correction))) - f);
}

double strict_expm1(double x) {
  if (std::isnan(x) || x > kMaxExponent) return std::isnan(x) ? x : std::numeric_limits<double>::infinity();
  const int32_t size = high_word(x) & 0x7fffffff;
  const bool is_negative = std::signbit(x);
  if (is_negative && size >= 0x4043687A) return -1;  // below -56 ln 2
  if (size < 0x3c900000) return x;
  int k = 0;
  double correction = 0;
  if (size > 0x3fd62e42) {  // beyond ln 2 / 2
    if (size < 0x3FF0A2B2) {
      k = is_negative ? -1 : 1;
    } else {
      k = static_cast<int>(kInverseLn2 * x + (is_negative ? -0.5 : 0.5));
    }
    const double high = x - k * kLn2High;
    const double low = k * kLn2Low;
    x = high - low;
    correction = (high - x) - low;
  }
  const double half = 0.5 * x;
  const double square = x * half;
  const auto& q = kExpm1;
  const double r = 1 + square * (q[0] + square * (q[1] + square * (q[2] + square * (q[3] + square * q[4]))));
  const double t = 3 - r * half;
  double e = square * ((r - t) / (6 - x * t));
  if (k == 0) return x - (x * e - square);
  e = (x * (e - correction) - correction) - square;
  if (k == -1) return 0.5 * (x - e) - 0.5;
  if (k == 1) return x < -0.25 ? -2 * (e - (x + 0.5)) : 1 + 2 * (x - e);
  if (k <= -2 || k > 56) return std::ldexp(1 - (e - x), k) - 1;
  const double power = std::ldexp(1.0, -k);
  return std::ldexp(k < 20 ? (1 - power) - (e - x) : (x - (e + power)) + 1, k);
}

double strict_cbrt(double x) {
  if (x == 0 || !std::isfinite(x)) return x;
  const double size = std::fabs(x);
  const bool is_subnormal = high_word(size) < 0x00100000;
  const double scaled = is_subnormal ? size * 0x1p54 : 0;
  // To five bits by a division of the exponent, then to 23 bits.
  double t = is_subnormal ? with_high_word(scaled, high_word(scaled) / 3 + 696219795)
                          : with_high_word(0, high_word(size) / 3 + 715094163);
  const double s = 5.42857142857142815906e-01 + (t * t / size) * t;
  t *= 3.57142857142857150787e-01 + 1.60714285714285720630e+00 / (s + 1.41428571428571436819e+00 + -7.05306122448979611050e-01 / s);
  t = with_high_word(0, high_word(t) + 1);
  const double r = size / (t * t);  // one step of Newton's method
  return std::copysign(t + t * ((r - t) / ((t + t) + r)), x);
}

double strict_tanh(double x) {
  const double size = std::fabs(x);
  if (std::isnan(x)) return x;
  if (size >= 22) return std::copysign(1.0, x);
  if (high_word(size) < 0x3c800000) return x * (1 + x);
  if (size >= 1) return std::copysign(1 - 2 / (strict_expm1(2 * size) + 2), x);
  const double t = strict_expm1(-2 * size);
  return std::copysign(-t / (t + 2), x);
}

double strict_asinh(double x) {
  const double size = std::fabs(x);
  if (!std::isfinite(x) || size < 0x1p-28) return x;
  if (size > 0x1p28) return std::copysign(strict_log(size) + kLn2, x);
  if (size > 2) return std::copysign(strict_log(2 * size + 1 / (std::sqrt(size * size + 1) + size)), x);
  const double square = size * size;
  return std::copysign(strict_log1p(size + square / (1 + std::sqrt(1 + square))), x);
}

double strict_acosh(double x) {
  if (std::isnan(x) || x < 1) return std::numeric_limits<double>::quiet_NaN();
  if (x >= 0x1p28) return strict_log(x) + kLn2;
  if (x == 1) return 0;
  if (x > 2) return strict_log(2 * x - 1 / (x + std::sqrt(x * x - 1)));
  const double t = x - 1;
  return strict_log1p(t + std::sqrt(2 * t + t * t));
}

double strict_cosh(double x) {
  const double size = std::fabs(x);
  const int32_t high = high_word(size);
  if (!std::isfinite(x)) return size;
  if (high < 0x3fd62e43) {
    const double t = strict_expm1(size);
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
    const double t = strict_expm1(size);
    return high < 0x3ff00000 ? half * (2 * t - t * t / (t + 1)) : half * (t + t / (t + 1));
  }
  if (size <= kMaxExponent) return half * strict_exp(size);
  const double w = strict_exp(0.5 * size);
  return half * w * w;
}

}  // namespace firesteel::functions::kernel
