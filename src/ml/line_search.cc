#include "ml/line_search.h"

#include <algorithm>
#include <cmath>

namespace firesteel::ml {

namespace {

// Minimum of the cubic through both ends (Nocedal and Wright, Numerical Optimization, 3.59), kept
// within the middle 80 % of the bracket. Requires left.t < right.t.
double interpolate(const LinePoint& left, const LinePoint& right) {
  const double d1 = left.slope + right.slope - 3 * (left.value - right.value) / (left.t - right.t);
  const double d2 = std::sqrt(d1 * d1 - left.slope * right.slope);
  const double width = right.t - left.t;
  const double t = right.t - width * (right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2);
  const double low = left.t + 0.1 * width;
  const double high = left.t + 0.9 * width;
  if (t < low) return low;
  return t > high ? high : t;
}

constexpr double kSufficientDecrease = 1e-4;
constexpr double kCurvature = 0.9;

double zoom(const Line& line, const LinePoint& start, LinePoint low, LinePoint high, int steps) {
  for (int i = 0; i < steps; ++i) {
    const double t = low.t > high.t ? interpolate(high, low) : interpolate(low, high);
    const LinePoint here = line(t);
    if (std::isnan(t)) throw StepFailed();
    if (here.value > start.value + kSufficientDecrease * here.t * start.slope ||
        here.value >= low.value) {
      high = here;
      continue;
    }
    if (std::abs(here.slope) <= kCurvature * std::abs(start.slope)) return here.t;
    if (here.slope * (high.t - low.t) >= 0) high = low;
    low = here;
  }
  throw StepFailed();
}

}  // namespace

// The strong Wolfe conditions (same book, algorithms 3.5 and 3.6).
double strong_wolfe_step(const Line& line, double t, const WolfeOptions& options) {
  const LinePoint start = line(0.0);
  if (start.slope > 0) throw StepFailed();
  LinePoint low = start;
  for (int i = 0; i < options.search_steps; ++i) {
    const LinePoint here = line(t);
    if (!std::isfinite(here.value)) {
      t /= 2.0;
      continue;
    }
    if (here.value > start.value + kSufficientDecrease * t * start.slope ||
        (here.value >= low.value && i > 0)) {
      return zoom(line, start, low, here, options.zoom_steps);
    }
    if (std::abs(here.slope) <= kCurvature * std::abs(start.slope)) return here.t;
    if (here.slope >= 0) return zoom(line, start, here, low, options.zoom_steps);
    low = here;
    if (t == options.step_max) return t;
    t = std::min(t * 1.5, options.step_max);
  }
  throw StepFailed();
}

double backtracking_step(const Line& line, double first, double first_value, double shrink) {
  constexpr int kIterations = 20;
  constexpr double kGrow = 2.1;
  const LinePoint start = line(0.0);
  LinePoint here = line(first);
  here.value = first_value;
  for (int i = 0;;) {
    double factor = 1.0;
    if (here.value > start.value + here.t * start.slope * kSufficientDecrease) {
      factor = shrink;
    } else if (here.slope < kCurvature * start.slope) {
      factor = kGrow;
    } else if (here.slope > -kCurvature * start.slope) {
      factor = shrink;
    }
    if (factor == 1.0) return here.t;
    const double next = here.t * factor;
    if (next < 1e-10 || next > 1e10) throw StepFailed();
    const LinePoint candidate = line(next);
    if (++i >= kIterations) return here.t;
    here = candidate;
  }
}

}  // namespace firesteel::ml
