// Step lengths along a direction, by the rules of Spark's optimizer (Breeze).
#pragma once

#include <exception>
#include <functional>
#include <limits>

namespace firesteel::ml {

// A line search that failed or curvature that is not positive: an optimizer drops its history once,
// the second time in a row ends the optimization.
struct StepFailed : std::exception {};

// A function of the step: value and slope at `t`.
struct LinePoint {
  double t = 0;
  double value = 0;
  double slope = 0;
};
using Line = std::function<LinePoint(double)>;

struct WolfeOptions {
  int search_steps = 10;
  int zoom_steps = 10;
  double step_max = std::numeric_limits<double>::infinity();
};

// A step that satisfies the strong Wolfe conditions, or `step_max` where the line still falls
// there. Throws StepFailed.
double strong_wolfe_step(const Line& line, double first, const WolfeOptions& options = {});

// Backtracking with growth. The first point is judged by `first_value`, which in Spark's OWL-QN is
// the value at the start without the L1 penalty. Throws StepFailed.
double backtracking_step(const Line& line, double first, double first_value, double shrink);

}  // namespace firesteel::ml
