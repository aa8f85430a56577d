#include "ml/tree_impurity.h"

#include <algorithm>
#include <cmath>

namespace firesteel::ml {

double weight_of(Impurity impurity, const double* values, size_t count) {
  if (impurity == Impurity::kVariance) return values[0];
  double sum = 0;
  for (size_t i = 0; i < count; ++i) sum += values[i];
  return sum;
}

double impurity_of(Impurity impurity, const double* values, size_t count) {
  const double total = weight_of(impurity, values, count);
  if (total == 0) return 0;
  if (impurity == Impurity::kVariance) return (values[2] - (values[1] * values[1]) / total) / total;
  double result = impurity == Impurity::kGini ? 1.0 : 0.0;
  for (size_t i = 0; i < count; ++i) {
    if (impurity == Impurity::kEntropy && values[i] == 0) continue;
    const double fraction = values[i] / total;
    result -= fraction * (impurity == Impurity::kGini ? fraction : std::log(fraction) / std::log(2.0));
  }
  return result;
}

double ImpurityStats::predict(Impurity impurity) const {
  if (impurity == Impurity::kVariance) return values[0] == 0 ? 0.0 : values[1] / values[0];
  return static_cast<double>(std::max_element(values.begin(), values.end()) - values.begin());
}

}  // namespace firesteel::ml
