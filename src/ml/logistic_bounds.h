// Bounds on the coefficients and intercepts of a logistic regression.
#pragma once

#include <cstdint>
#include <vector>

#include "ml/logistic_loss.h"
#include "ml/optimizer.h"
#include "ml/params.h"

namespace firesteel::ml {

// True if any of the four parameters is set.
bool has_bounds(const ParamMap& params);
// True if an intercept is bounded on any side.
bool bounds_intercept(const ParamMap& params);
// Throws Spark's errors for bounds of another shape or lower ones above upper ones.
void check_bounds(const ParamMap& params, int sets, int32_t features);
// Bounds in the space of the training, and the start moved within them.
void set_bounds(const ParamMap& params, const LogisticProblem& problem,
                const std::vector<int32_t>& feature_of_slot, const std::vector<double>& deviation,
                OptimizerOptions* options, std::vector<double>* start);

}  // namespace firesteel::ml
