#include "ml/logistic_bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace firesteel::ml {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string shape_text(const Matrix& matrix) {
  return "(" + std::to_string(matrix.rows) + ", " + std::to_string(matrix.columns) + ").";
}

// All bounds of a parameter, row by row; empty if it is not set.
std::vector<double> bounds_of(const ParamMap& params, const char* name) {
  if (!params.is_set(name)) return {};
  const Value& value = params.get(name);
  if (const auto* matrix = std::get_if<Matrix>(&value)) return matrix->to_row_major();
  return std::get<Vector>(value).to_array();
}

void check_order(const ParamMap& params, const char* lower_name, const char* upper_name) {
  const std::vector<double> lower = bounds_of(params, lower_name);
  const std::vector<double> upper = bounds_of(params, upper_name);
  if (lower.empty() || upper.empty()) return;
  const bool is_ordered =
      std::equal(lower.begin(), lower.end(), upper.begin(), std::less_equal<double>());
  std::string title = lower_name;
  title[0] = 'L';
  require(is_ordered, title + " should always be less than or equal to " + upper_name +
                          ", but found: " + lower_name + " = " + to_json(params.get(lower_name)) +
                          ", " + upper_name + " = " + to_json(params.get(upper_name)) + ".");
}

}  // namespace

bool has_bounds(const ParamMap& params) {
  return params.is_set("lowerBoundsOnCoefficients") || params.is_set("upperBoundsOnCoefficients") ||
         params.is_set("lowerBoundsOnIntercepts") || params.is_set("upperBoundsOnIntercepts");
}

bool bounds_intercept(const ParamMap& params) {
  const std::vector<double> lower = bounds_of(params, "lowerBoundsOnIntercepts");
  const std::vector<double> upper = bounds_of(params, "upperBoundsOnIntercepts");
  return std::any_of(lower.begin(), lower.end(),
                     [](double bound) { return bound != -kInfinity; }) ||
         std::any_of(upper.begin(), upper.end(), [](double bound) { return bound != kInfinity; });
}

void check_bounds(const ParamMap& params, int sets, int32_t features) {
  for (const char* name : {"lowerBoundsOnCoefficients", "upperBoundsOnCoefficients"}) {
    if (!params.is_set(name)) continue;
    const auto& matrix = std::get<Matrix>(params.get(name));
    std::string title = name;
    if (title[0] == 'l') title[0] = 'L';
    require(matrix.rows == sets && matrix.columns == features,
            "The shape of " + title +
                " must be compatible with (1, number of features) for binomial regression, or "
                "(number of classes, "
                "number of features) for multinomial regression, but found: " +
                shape_text(matrix));
  }
  for (const char* name : {"lowerBoundsOnIntercepts", "upperBoundsOnIntercepts"}) {
    if (!params.is_set(name)) continue;
    const int32_t size = std::get<Vector>(params.get(name)).size;
    require(
        size == sets,
        std::string("The size of ") + name +
            " must be equal to 1 for binomial regression, or the number of classes for multinomial "
            "regression, but found: " +
            std::to_string(size) + ".");
  }
  check_order(params, "lowerBoundsOnCoefficients", "upperBoundsOnCoefficients");
  check_order(params, "lowerBoundsOnIntercepts", "upperBoundsOnIntercepts");
}

void set_bounds(const ParamMap& params, const LogisticProblem& problem,
                const std::vector<int32_t>& feature_of_slot, const std::vector<double>& deviation,
                OptimizerOptions* options, std::vector<double>* start) {
  const auto features = deviation.size();
  const auto fill = [&](const char* coefficients, const char* intercepts, double none,
                        std::vector<double>* bounds) {
    bounds->assign(problem.size(), none);
    const std::vector<double> given = bounds_of(params, coefficients);
    for (int32_t slot = 0; slot < problem.slots() && !given.empty(); ++slot) {
      const auto feature = static_cast<size_t>(feature_of_slot[slot]);
      for (int k = 0; k < problem.sets; ++k) {
        // A constant column stays at 0 whatever its bounds are.
        const double scale = deviation[feature];
        (*bounds)[static_cast<size_t>(slot) * problem.sets + k] =
            scale == 0.0 ? 0.0 : given[k * features + feature] * scale;
      }
    }
    const std::vector<double> given_intercepts = bounds_of(params, intercepts);
    for (size_t k = 0; k < given_intercepts.size(); ++k) {
      (*bounds)[static_cast<size_t>(problem.slots()) * problem.sets + k] = given_intercepts[k];
    }
  };
  fill("lowerBoundsOnCoefficients", "lowerBoundsOnIntercepts", -kInfinity, &options->lower);
  fill("upperBoundsOnCoefficients", "upperBoundsOnIntercepts", kInfinity, &options->upper);
  for (size_t i = 0; i < start->size(); ++i) {
    (*start)[i] = std::min(std::max((*start)[i], options->lower[i]), options->upper[i]);
  }
  if (!problem.intercept) return;
  // The intercept of centered features.
  for (int32_t slot = 0; slot < problem.slots(); ++slot) {
    for (int k = 0; k < problem.sets; ++k) {
      (*start)[static_cast<size_t>(problem.slots()) * problem.sets + k] +=
          (*start)[static_cast<size_t>(slot) * problem.sets + k] * problem.scaled_mean[slot];
    }
  }
}

}  // namespace firesteel::ml
