// The penalized logistic objective over instance blocks: margin, softmax and gradient in one pass.
#pragma once

#include <cstdint>
#include <vector>

#include "ml/context.h"
#include "ml/instance_blocks.h"
#include "ml/parallel.h"

namespace firesteel::ml {

// Training happens in standardized space. Coordinates are numbered by slot: slots [0, dense width)
// are the dense columns, the others the active sparse features; `x[slot * sets + set]`, intercepts
// last. With an intercept the features are centered virtually, by a margin offset, so sparse data
// stays sparse. Slots with `inverse_deviation` 0 (constant columns) contribute nothing.
struct LogisticProblem {
  int sets = 1;  // 1 for binomial, the number of classes for multinomial
  bool multinomial = false;
  bool intercept = true;
  std::vector<double> inverse_deviation;  // per slot
  std::vector<double> scaled_mean;        // per slot: mean * inverse_deviation
  std::vector<double> l2;                 // per slot
  double weight_sum = 0;

  int32_t slots() const { return static_cast<int32_t>(inverse_deviation.size()); }
  size_t size() const { return static_cast<size_t>(sets) * (slots() + (intercept ? 1 : 0)); }
};

class LogisticLoss {
 public:
  // `blocks` carry slots as indices; slot `problem.slots()` stands for every inactive feature. All
  // arguments outlive the object.
  LogisticLoss(const InstanceBlocks& blocks, const LogisticProblem& problem, const FitContext& context);

  // Objective and gradient at `x`. Throws OPERATION_CANCELED.
  double operator()(const std::vector<double>& x, std::vector<double>& gradient);

 private:
  void prepare(const std::vector<double>& x);
  double collect(const std::vector<double>& x, std::vector<double>& gradient) const;

  const InstanceBlocks& blocks_;
  const LogisticProblem& problem_;
  const FitContext& context_;
  PassRunner runner_;
  int stride_;
  std::vector<double> weights_;  // (slots + 1) × stride, in the scale of the raw features
  std::vector<double> offsets_;  // stride
  struct Partial {
    std::vector<double> gradient;    // (slots + 1) × stride
    std::vector<double> multiplier;  // stride: sum over rows
    double loss = 0;
  };
  std::vector<Partial> partials_;
};

}  // namespace firesteel::ml
