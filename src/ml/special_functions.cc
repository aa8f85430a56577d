#include "ml/special_functions.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace firesteel::ml {

namespace {

// Continued fraction of the incomplete beta function, evaluated by Lentz's method (DLMF 8.17.22).
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  constexpr double kPrecision = 1e-16;
  double c = 1.0;
  double d = 1.0 - (a + b) * x / (a + 1.0);
  d = 1.0 / (std::abs(d) < kTiny ? kTiny : d);
  double result = d;
  const auto step = [&](double term) {
    d = 1.0 + term * d;
    d = 1.0 / (std::abs(d) < kTiny ? kTiny : d);
    c = 1.0 + term / c;
    if (std::abs(c) < kTiny) c = kTiny;
    result *= c * d;
    return c * d;
  };
  for (int m = 1; m <= 10000; ++m) {
    step(m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m)));
    const double change = step(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0)));
    if (std::abs(change - 1.0) < kPrecision) break;
  }
  return result;
}

// Regularized lower incomplete gamma function P(a, x): its series below a + 1, its continued
// fraction above (DLMF 8.7.1 and 8.9.2).
double incomplete_gamma(double a, double x) {
  if (x <= 0.0) return 0.0;
  if (std::isinf(x)) return 1.0;
  const double front = std::exp(a * std::log(x) - x - std::lgamma(a));
  if (x < a + 1.0) {
    double term = 1.0 / a;
    double sum = term;
    for (int n = 1; n < 100000 && std::abs(term) > std::abs(sum) * 1e-17; ++n) {
      term *= x / (a + n);
      sum += term;
    }
    return front * sum;
  }
  constexpr double kTiny = 1e-300;
  double b = x + 1.0 - a;
  double c = 1.0 / kTiny;
  double d = 1.0 / b;
  double fraction = d;
  for (int n = 1; n < 100000; ++n) {
    const double term = -n * (n - a);
    b += 2.0;
    d = term * d + b;
    d = 1.0 / (std::abs(d) < kTiny ? kTiny : d);
    c = b + term / c;
    if (std::abs(c) < kTiny) c = kTiny;
    fraction *= c * d;
    if (std::abs(c * d - 1.0) < 1e-16) break;
  }
  return 1.0 - front * fraction;
}

// Row-major square matrices whose entries are scaled by a power of ten.
struct ScaledMatrix {
  std::vector<double> entries;
  int exponent = 0;
};

ScaledMatrix multiply(const ScaledMatrix& a, const ScaledMatrix& b, size_t size) {
  ScaledMatrix result{std::vector<double>(size * size, 0.0), a.exponent + b.exponent};
  for (size_t i = 0; i < size; ++i) {
    for (size_t k = 0; k < size; ++k) {
      const double factor = a.entries[i * size + k];
      for (size_t j = 0; j < size; ++j)
        result.entries[i * size + j] += factor * b.entries[k * size + j];
    }
  }
  if (result.entries[(size / 2) * size + size / 2] > 1e140) {
    for (double& entry : result.entries) entry *= 1e-140;
    result.exponent += 140;
  }
  return result;
}

ScaledMatrix power(ScaledMatrix base, int64_t exponent, size_t size) {
  ScaledMatrix result{std::vector<double>(size * size, 0.0), 0};
  for (size_t i = 0; i < size; ++i) result.entries[i * size + i] = 1.0;
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) result = multiply(result, base, size);
    if (exponent > 1) base = multiply(base, base, size);
  }
  return result;
}

// The sum of `term` over first, first + 1, … until it changes no more.
template <typename Term>
double series(double first, const Term& term) {
  double sum = 0;
  for (double k = first; k < 100000; k += 1) {
    const double next = term(k);
    sum += next;
    if (std::abs(next) <= 1e-10 * std::abs(sum)) break;
  }
  return sum;
}

// Pelz and Good's expansion of the distribution of Kolmogorov and Smirnov's statistic in powers of
// 1 / sqrt(n) (J. R. Statist. Soc. B 38, 1976). Each of the sums goes over whole numbers or halves
// of either sign; the coefficients stand for twice the positive part.
double kolmogorov_expansion(double d, double n) {
  constexpr double kPi2 = M_PI * M_PI;
  const double root = std::sqrt(n);
  const double z = d * root;
  const double z2 = z * z;
  const double z4 = z2 * z2;
  const double z6 = z4 * z2;
  const double half_root_pi = std::sqrt(M_PI / 2);
  const auto decay = [&](double k2) { return std::exp(-kPi2 * k2 / (2 * z2)); };
  const double zeroth =
      series(1, [&](double k) { return std::exp(-kPi2 * (2 * k - 1) * (2 * k - 1) / (8 * z2)); });
  const double first = series(0.5, [&](double k) { return (kPi2 * k * k - z2) * decay(k * k); });
  const double second = series(0.5, [&](double k) {
    const double p = kPi2 * k * k;
    return (6 * z6 + 2 * z4 + p * (2 * z4 - 5 * z2) + p * p * (1 - 2 * z2)) * decay(k * k);
  });
  const double second_whole = series(1, [&](double k) { return kPi2 * k * k * decay(k * k); });
  const double third = series(0.5, [&](double k) {
    const double p = kPi2 * k * k;
    return (p * p * p * (5 - 30 * z2) + p * p * (212 * z4 - 60 * z2) + p * (135 * z4 - 96 * z6) -
            30 * z6 - 90 * z4 * z4) *
           decay(k * k);
  });
  const double third_whole = series(1, [&](double k) {
    const double p = kPi2 * k * k;
    return (3 * p * z2 - p * p) * decay(k * k);
  });
  return zeroth * std::sqrt(2 * M_PI) / z + first * half_root_pi / (3 * z4 * root) +
         half_root_pi / n * (second / (36 * z6 * z) - second_whole / (18 * z2 * z)) +
         half_root_pi / (root * n) * (third / (3240 * z6 * z4) + third_whole / (108 * z6));
}

}  // namespace

double incomplete_beta(double a, double b, double x, double y) {
  if (x <= 0.0) return 0.0;
  if (y <= 0.0) return 1.0;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log(y));
  if (x < (a + 1.0) / (a + b + 2.0)) return front * beta_fraction(a, b, x) / a;
  return 1.0 - front * beta_fraction(b, a, y) / b;
}

double chi_square_cdf(double x, double degrees) { return incomplete_gamma(degrees / 2.0, x / 2.0); }

double f_cdf(double x, double numerator_degrees, double denominator_degrees) {
  if (x <= 0.0) return 0.0;
  const double part = numerator_degrees * x;
  const double whole = denominator_degrees + part;
  return incomplete_beta(numerator_degrees / 2.0, denominator_degrees / 2.0, part / whole,
                         denominator_degrees / whole);
}

double normal_cdf(double x, double mean, double standard_deviation) {
  return 0.5 * std::erfc((mean - x) / (standard_deviation * std::sqrt(2.0)));
}

double kolmogorov_smirnov_cdf(double d, int64_t count) {
  const auto n = static_cast<double>(count);
  if (d <= 1.0 / (2.0 * n)) return 0.0;
  if (d >= 1.0) return 1.0;
  // The exact method's matrices grow with the count; Spark's library leaves it at the same one.
  if (count > 140) return kolmogorov_expansion(d, n);
  const auto k = static_cast<int>(std::ceil(n * d));
  const auto size = static_cast<size_t>(2 * k - 1);
  const double h = k - n * d;
  ScaledMatrix matrix{std::vector<double>(size * size, 0.0), 0};
  const auto at = [&](size_t i, size_t j) -> double& { return matrix.entries[i * size + j]; };
  for (size_t i = 0; i < size; ++i) {
    for (size_t j = 0; j < std::min(size, i + 2); ++j) at(i, j) = 1.0;
  }
  for (size_t i = 0; i < size; ++i) {
    at(i, 0) -= std::pow(h, static_cast<double>(i + 1));
    at(size - 1, i) -= std::pow(h, static_cast<double>(size - i));
  }
  if (2.0 * h > 1.0) at(size - 1, 0) += std::pow(2.0 * h - 1.0, static_cast<double>(size));
  for (size_t i = 0; i < size; ++i) {
    for (size_t j = 0; j < std::min(size, i + 2); ++j) {
      for (size_t g = 1; g + j < i + 2; ++g) at(i, j) /= static_cast<double>(g);
    }
  }
  const ScaledMatrix raised = power(std::move(matrix), count, size);
  double result = raised.entries[static_cast<size_t>(k - 1) * size + static_cast<size_t>(k - 1)];
  int exponent = raised.exponent;
  for (int64_t i = 1; i <= count; ++i) {
    result *= static_cast<double>(i) / n;
    if (result < 1e-140) {
      result *= 1e140;
      exponent -= 140;
    }
  }
  return result * std::pow(10.0, exponent);
}

}  // namespace firesteel::ml
