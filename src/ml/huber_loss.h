// The Huber loss of a robust linear regression over instance blocks: squared near the line,
// absolute beyond `epsilon` times the scale, which is fitted as well. Follows
// org.apache.spark.ml.optim.aggregator.HuberBlockAggregator.
#pragma once

#include <vector>

#include "ml/context.h"
#include "ml/instance_blocks.h"
#include "ml/parallel.h"

namespace firesteel::ml {

// Training happens in standardized space; with an intercept the features are centered virtually.
struct HuberProblem {
  bool intercept = true;
  double epsilon = 1.35;
  std::vector<double> inverse_deviation;  // per feature, 0 for a constant one
  std::vector<double> scaled_mean;        // per feature: mean * inverse_deviation
  std::vector<double> l2;                 // per feature
  double weight_sum = 0;

  size_t size() const { return inverse_deviation.size() + (intercept ? 2 : 1); }
};

class HuberLoss {
 public:
  // All arguments outlive the object; `blocks` are not remapped.
  HuberLoss(const InstanceBlocks& blocks, const HuberProblem& problem, const FitContext& context);

  // Objective and gradient at `x`: the coefficients, the intercept if there is one, the scale.
  // Throws OPERATION_CANCELED.
  double operator()(const std::vector<double>& x, std::vector<double>& gradient);

 private:
  struct Partial {
    std::vector<double> gradient;
    double multiplier = 0;
    double scale_gradient = 0;
    double loss = 0;
  };
  void pass(int part, double offset, double scale);

  const InstanceBlocks& blocks_;
  const HuberProblem& problem_;
  const FitContext& context_;
  PassRunner runner_;
  std::vector<double> weights_;  // in the scale of the raw features
  std::vector<Partial> partials_;
};

}  // namespace firesteel::ml
