// The hinge loss of a linear support vector machine over instance blocks.
#pragma once

#include <vector>

#include "ml/context.h"
#include "ml/instance_blocks.h"
#include "ml/parallel.h"

namespace firesteel::ml {

// Training happens in standardized space; with an intercept the features are centered virtually, by
// an offset of the margin.
struct HingeProblem {
  bool intercept = true;
  std::vector<double> inverse_deviation;  // per feature, 0 for a constant one
  std::vector<double> scaled_mean;        // per feature: mean * inverse_deviation
  std::vector<double> l2;                 // per feature
  double weight_sum = 0;
};

class HingeLoss {
 public:
  // All arguments outlive the object; `blocks` are not remapped.
  HingeLoss(const InstanceBlocks& blocks, const HingeProblem& problem, const FitContext& context);

  // Objective and (sub)gradient at `x`: the coefficients, then the intercept if there is one. Throws
  // OPERATION_CANCELED.
  double operator()(const std::vector<double>& x, std::vector<double>& gradient);

 private:
  struct Partial {
    std::vector<double> gradient;
    double multiplier = 0;
    double loss = 0;
  };
  void pass(int part, double offset);

  const InstanceBlocks& blocks_;
  const HingeProblem& problem_;
  const FitContext& context_;
  PassRunner runner_;
  std::vector<double> weights_;  // in the scale of the raw features
  std::vector<Partial> partials_;
};

}  // namespace firesteel::ml
