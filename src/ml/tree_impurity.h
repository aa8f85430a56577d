// Sums of labels and what they say of a node: how impure it is and what it predicts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace firesteel::ml {

enum class Impurity { kGini, kEntropy, kVariance };

// Of weights by class, or of weight, sum and sum of squares of labels.
double weight_of(Impurity impurity, const double* values, size_t count);
double impurity_of(Impurity impurity, const double* values, size_t count);

// Weights by class (or weight, sum and sum of squares of labels), and the rows behind them.
struct ImpurityStats {
  std::vector<double> values;
  int64_t rows = 0;

  double weight(Impurity impurity) const { return weight_of(impurity, values.data(), values.size()); }
  double calculate(Impurity impurity) const { return impurity_of(impurity, values.data(), values.size()); }
  double predict(Impurity impurity) const;
};

}  // namespace firesteel::ml
