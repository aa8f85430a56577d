#include "ml/student_t.h"

#include <cmath>

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

// Regularized incomplete beta function I_x(a, b), with `y` = 1 - x given exactly.
double incomplete_beta(double a, double b, double x, double y) {
  if (x <= 0.0) return 0.0;
  if (y <= 0.0) return 1.0;
  const double front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log(y));
  if (x < (a + 1.0) / (a + b + 2.0)) return front * beta_fraction(a, b, x) / a;
  return 1.0 - front * beta_fraction(b, a, y) / b;
}

}  // namespace

double student_t_two_sided(double t, double degrees) {
  const double square = t * t;
  return incomplete_beta(degrees / 2.0, 0.5, degrees / (degrees + square), square / (degrees + square));
}

}  // namespace firesteel::ml
