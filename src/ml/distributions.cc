#include "ml/distributions.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace firesteel::ml {

double normal_density(double x) {
  return std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::numbers::pi);
}

// Spark's form: beyond 8 deviations the result is exactly 0 or 1.
double normal_cumulative(double x) { return 0.5 * (1.0 + std::erf(x / std::numbers::sqrt2)); }

double normal_quantile(double probability) {
  // The inverse of the error function at 2p - 1: a start from w = -log(1 - a²),
  // then Halley's steps on the complementary function.
  const double at = 2.0 * probability - 1.0;
  if (std::isnan(at)) return at;
  if (std::abs(at) >= 1.0) return std::copysign(std::numeric_limits<double>::infinity(), at);
  const double rest = 1.0 - std::abs(at);
  const double w = -std::log(rest * (2.0 - rest));
  double x =
      std::sqrt(w < 5.0 ? w * std::numbers::pi / 4.0 : w - 0.5 * std::log(std::numbers::pi * w));
  for (int i = 0; i < 6; ++i) {
    const double slope = -2.0 / std::sqrt(std::numbers::pi) * std::exp(-x * x);
    const double step = (std::erfc(x) - rest) / slope;
    x -= step / (1.0 + x * step);
  }
  return std::copysign(std::numbers::sqrt2 * x, at);
}

double binomial_log_probability(int32_t trials, double probability, int32_t successes) {
  if (successes < 0 || successes > trials) return -std::numeric_limits<double>::infinity();
  const double n = trials;
  const double k = successes;
  double result = std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
  if (successes > 0) result += k * std::log(probability);
  if (successes < trials) result += (n - k) * std::log1p(-probability);
  return result;
}

double poisson_log_probability(double mean, int32_t events) {
  return -mean + events * std::log(mean) - std::lgamma(events + 1.0);
}

}  // namespace firesteel::ml
