// Losses of gradient boosting, as in org.apache.spark.mllib.tree.loss.
#pragma once

#include <cmath>
#include <string>

#include "ml/params.h"

namespace firesteel::ml {

struct BoostingLoss {
  double (*gradient)(double prediction, double label);
  double (*error)(double prediction, double label);
};

inline double log1p_exp(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

inline BoostingLoss boosting_loss(const std::string& name) {
  if (name == "logistic") {
    return {[](double prediction, double label) { return -4.0 * label / (1.0 + std::exp(2.0 * label * prediction)); },
            [](double prediction, double label) { return 2.0 * log1p_exp(-2.0 * label * prediction); }};
  }
  if (name == "absolute") {
    return {[](double prediction, double label) { return label - prediction < 0 ? 1.0 : -1.0; },
            [](double prediction, double label) { return std::abs(label - prediction); }};
  }
  require(name == "squared", "unknown loss " + name);
  return {[](double prediction, double label) { return -2.0 * (label - prediction); },
          [](double prediction, double label) { return (label - prediction) * (label - prediction); }};
}

}  // namespace firesteel::ml
