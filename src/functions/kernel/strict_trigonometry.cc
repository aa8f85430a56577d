// The inverse functions of the circle and the length of a vector, as fdlibm computes them.
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "functions/kernel/double_words.h"
#include "functions/kernel/strict_math.h"

namespace firesteel::functions::kernel {

namespace {

// pi and its parts as sums of two numbers.
constexpr double kPi = 3.1415926535897931160e+00;
constexpr double kPiLow = 1.2246467991473531772e-16;
constexpr double kHalfPi = 1.57079632679489655800e+00;
constexpr double kHalfPiLow = 6.12323399573676603587e-17;
constexpr double kQuarterPi = 7.85398163397448278999e-01;

// asin(x) = x + x * P(x²) / Q(x²) up to a half.
constexpr double kArcsineP[] = {1.66666666666666657415e-01, -3.25565818622400915405e-01, 2.01212532134862925881e-01,
                                -4.00555345006794114027e-02, 7.91534994289814532176e-04, 3.47933107596021167570e-05};
constexpr double kArcsineQ[] = {1, -2.40339491173441421878e+00, 2.02094576023350569471e+00, -6.88283971605453293030e-01,
                                7.70381505559019352791e-02};

// atan of 0.5, 1, 1.5 and infinity, which the argument is reduced by, and its polynomial.
constexpr double kArctangentHigh[] = {4.63647609000806093515e-01, 7.85398163397448278999e-01, 9.82793723247329054082e-01,
                                      1.57079632679489655800e+00};
constexpr double kArctangentLow[] = {2.26987774529616870924e-17, 3.06161699786838301793e-17, 1.39033110312309984516e-17,
                                     6.12323399573676603587e-17};
constexpr double kArctangent[] = {3.33333333333329318027e-01,  -1.99999999998764832476e-01, 1.42857142725034663711e-01,
                                  -1.11111104054623557880e-01, 9.09088713343650656196e-02,  -7.69187620504482999495e-02,
                                  6.66107313738753120669e-02,  -5.83357013379057348645e-02, 4.97687799461593236017e-02,
                                  -3.65315727442169155270e-02, 1.62858201153657823623e-02};

template <size_t N>
double polynomial(const double (&coefficients)[N], double x) {
  double sum = coefficients[N - 1];
  for (size_t i = N - 1; i-- > 0;) sum = coefficients[i] + x * sum;
  return sum;
}

double arcsine_ratio(double square) {
  return square * polynomial(kArcsineP, square) / polynomial(kArcsineQ, square);
}

}  // namespace

double strict_asin(double x) {
  const double size = std::fabs(x);
  if (size == 1) return x * kHalfPi + x * kHalfPiLow;
  if (!(size < 1)) return std::numeric_limits<double>::quiet_NaN();
  if (size < 0.5) return size < 0x1p-27 ? x : x + x * arcsine_ratio(x * x);
  const double half = (1 - size) * 0.5;
  const double ratio = arcsine_ratio(half);
  const double root = std::sqrt(half);
  double angle = 0;
  if (high_word(size) >= 0x3FEF3333) {  // above 0.975
    angle = kHalfPi - (2 * (root + root * ratio) - kHalfPiLow);
  } else {
    const double high = without_low_word(root);
    const double low = (half - high * high) / (root + high);
    angle = kQuarterPi - ((2 * root * ratio - (kHalfPiLow - 2 * low)) - (kQuarterPi - 2 * high));
  }
  return std::copysign(angle, x);
}

double strict_acos(double x) {
  const double size = std::fabs(x);
  if (size == 1) return x > 0 ? 0 : kPi + 2 * kHalfPiLow;
  if (!(size < 1)) return std::numeric_limits<double>::quiet_NaN();
  if (size < 0.5) {
    if (high_word(size) <= 0x3c600000) return kHalfPi + kHalfPiLow;
    return kHalfPi - (x - (kHalfPiLow - x * arcsine_ratio(x * x)));
  }
  const double half = (1 - size) * 0.5;
  const double root = std::sqrt(half);
  const double ratio = arcsine_ratio(half);
  if (x < 0) return kPi - 2 * (root + (ratio * root - kHalfPiLow));
  const double high = without_low_word(root);
  const double low = (half - high * high) / (root + high);
  return 2 * (high + (ratio * root + low));
}

double strict_atan(double x) {
  if (std::isnan(x)) return x;
  const int32_t size = high_word(x) & 0x7fffffff;
  if (size >= 0x44100000) return std::copysign(kArctangentHigh[3] + kArctangentLow[3], x);
  int step = -1;
  double reduced = std::fabs(x);
  if (size < 0x3fdc0000) {  // below 7/16
    if (size < 0x3e200000) return x;
    reduced = x;
  } else if (size < 0x3fe60000) {
    step = 0;
    reduced = (2 * reduced - 1) / (2 + reduced);
  } else if (size < 0x3ff30000) {
    step = 1;
    reduced = (reduced - 1) / (reduced + 1);
  } else if (size < 0x40038000) {
    step = 2;
    reduced = (reduced - 1.5) / (1 + 1.5 * reduced);
  } else {
    step = 3;
    reduced = -1 / reduced;
  }
  const double z = reduced * reduced;
  const double w = z * z;
  const auto& a = kArctangent;
  const double odd = z * (a[0] + w * (a[2] + w * (a[4] + w * (a[6] + w * (a[8] + w * a[10])))));
  const double even = w * (a[1] + w * (a[3] + w * (a[5] + w * (a[7] + w * a[9]))));
  if (step < 0) return reduced - reduced * (odd + even);
  return std::copysign(kArctangentHigh[step] - ((reduced * (odd + even) - kArctangentLow[step]) - reduced), x);
}

double strict_atan2(double y, double x) {
  if (std::isnan(x) || std::isnan(y)) return std::numeric_limits<double>::quiet_NaN();
  if (x == 1) return strict_atan(y);
  const bool is_left = std::signbit(x);
  if (y == 0) return is_left ? std::copysign(kPi, y) : y;
  if (x == 0) return std::copysign(kHalfPi, y);
  if (std::isinf(x)) {
    if (std::isinf(y)) return std::copysign(is_left ? 3 * kQuarterPi : kQuarterPi, y);
    return std::copysign(is_left ? kPi : 0.0, y);
  }
  if (std::isinf(y)) return std::copysign(kHalfPi, y);
  const int difference = ((high_word(y) & 0x7fffffff) - (high_word(x) & 0x7fffffff)) >> 20;
  double angle = 0;
  if (difference > 60) {
    angle = kHalfPi + 0.5 * kPiLow;
  } else if (!is_left || difference >= -60) {
    angle = strict_atan(std::fabs(y / x));
  }
  if (!is_left) return std::copysign(angle, y);
  return std::signbit(y) ? (angle - kPiLow) - kPi : kPi - (angle - kPiLow);
}

double strict_hypot(double x, double y) {
  if (std::isinf(x) || std::isinf(y)) return std::numeric_limits<double>::infinity();
  double a = std::fabs(x);
  double b = std::fabs(y);
  if (high_word(b) > high_word(a)) std::swap(a, b);
  if (high_word(a) - high_word(b) > 0x3c00000) return a + b;  // more than 2^60 apart
  if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::quiet_NaN();
  double scale = 1;
  if (high_word(a) > 0x5f300000) {  // beyond 2^500
    scale = 0x1p600;
  } else if (high_word(b) < 0x20b00000) {  // below 2^-500
    if (b == 0) return a;
    scale = high_word(b) < 0x00100000 ? 0x1p-1022 : 0x1p-600;
  }
  a /= scale;
  b /= scale;
  const double difference = a - b;
  if (difference > b) {
    const double high = without_low_word(a);
    const double low = a - high;
    return scale * std::sqrt(high * high - (b * -b - low * (a + high)));
  }
  const double b_high = without_low_word(b);
  const double b_low = b - b_high;
  const double a_high = without_low_word(a + a);
  const double a_low = (a + a) - a_high;
  return scale * std::sqrt(a_high * b_high - (difference * -difference - (a_high * b_low + a_low * b)));
}

}  // namespace firesteel::functions::kernel
