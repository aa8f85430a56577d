// L-BFGS, OWL-QN and L-BFGS-B with the step rules and stopping rules that Spark's optimizer (Breeze) has, so
// that iteration counts and objective histories agree with Spark's.
#pragma once

#include <functional>
#include <vector>

namespace firesteel::ml {

struct OptimizerOptions {
  int iterations_max = 100;
  int history = 10;
  double tolerance = 1e-6;
  // Weight of |x_i| per coordinate; empty for L-BFGS, one entry per coordinate for OWL-QN.
  std::vector<double> l1 = {};
  // Bounds per coordinate, which may be infinite; empty for none. Not together with `l1`.
  std::vector<double> lower = {};
  std::vector<double> upper = {};
};

struct OptimizerResult {
  std::vector<double> x;
  // The objective, penalties included, at the start and after every iteration.
  std::vector<double> objective_history;
};

// Returns the value at `x` and writes the gradient, which has the size of `x`. May change `x` (the
// normal-equation objective solves for the intercept in place).
using Objective = std::function<double(std::vector<double>& x, std::vector<double>& gradient)>;
// Called after every iteration with its number and the objective reached.
using IterationCallback = std::function<void(int iteration, double objective)>;

// Exceptions of `objective` pass through. With bounds, `start` lies within them.
OptimizerResult minimize(const Objective& objective, std::vector<double> start,
                         const OptimizerOptions& options, const IterationCallback& on_iteration = {});

}  // namespace firesteel::ml
