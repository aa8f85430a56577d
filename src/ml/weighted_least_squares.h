// Weighted least squares from the normal equations, with elastic net.
// Follows org.apache.spark.ml.optim.WeightedLeastSquares.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "ml/context.h"
#include "ml/instance_blocks.h"

namespace firesteel::ml {

// Sums of products over the training data. `products` is symmetric, features × features, full.
struct NormalEquation {
  int32_t features = 0;
  int64_t count = 0;
  double weight_sum = 0;
  double label_sum = 0;
  double label_square_sum = 0;
  std::vector<double> feature_sum;
  std::vector<double> feature_label_sum;
  std::vector<double> products;
};

inline constexpr int32_t kNormalFeaturesMax = 4096;

// Writes the labels and weights with which a block's rows enter the sums, in place of its own. Called
// from many threads.
using Reweight =
    std::function<void(const InstanceBlock& block, std::vector<double>& labels, std::vector<double>& weights)>;

// One pass over `blocks`, which are not remapped; at most kNormalFeaturesMax features.
NormalEquation sum_products(const InstanceBlocks& blocks, const FitContext& context, const Reweight& reweight = {});

struct LeastSquaresOptions {
  bool fit_intercept = true;
  double reg_param = 0;
  double elastic_net = 0;
  bool standardize = true;  // the features, for the penalty
  bool standardize_label = true;
  int iterations_max = 100;
  double tolerance = 1e-6;
};

struct LeastSquaresSolution {
  std::vector<double> coefficients;
  double intercept = 0;
  // Diagonal of the inverse of AᵀWA, the intercept last; {0} where it was not computed.
  std::vector<double> inverse_diagonal;
  std::vector<double> objective_history;
};

// Cholesky where the penalty allows it and the matrix is positive definite, L-BFGS or OWL-QN
// otherwise.
LeastSquaresSolution solve_least_squares(const NormalEquation& equation, const LeastSquaresOptions& options,
                                         const FitContext& context);

}  // namespace firesteel::ml
