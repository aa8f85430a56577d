// Grows trees over binned rows, node by node, with the choices of Spark's RandomForest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ml/context.h"
#include "ml/tree.h"
#include "ml/tree_bins.h"

namespace firesteel::ml {

enum class Impurity { kGini, kEntropy, kVariance };

struct TreeSettings {
  Impurity impurity = Impurity::kVariance;
  int32_t classes = 0;  // 0: regression
  int32_t depth_max = 5;
  int32_t instances_min = 1;
  double weight_fraction_min = 0;
  double gain_min = 0;
  int64_t memory_max = int64_t{256} << 20;  // of the histograms of one group of nodes, as Spark counts
  int32_t features_per_node = 0;            // all features if 0 or more than there are
};

// Weights by class (or weight, sum and sum of squares of labels), and the rows behind them.
struct ImpurityStats {
  std::vector<double> values;
  int64_t rows = 0;

  void subtract(const ImpurityStats& other);
  void add(const ImpurityStats& other);
  double weight(Impurity impurity) const;
  double calculate(Impurity impurity) const;
  double predict(Impurity impurity) const;
};

// What Spark's featureSubsetStrategy means for `features` features.
int32_t features_per_node(const std::string& strategy, int32_t trees, int32_t features, bool classification);

// `labels` are those of `rows` or others in their place; `counts` as of draw_row_counts(). Trees with
// equal leaves merged. The same answer for any number of threads.
std::vector<Tree> grow_trees(const BinnedRows& rows, const RowVector<double>& labels,
                             const RowVector<uint16_t>& counts, int32_t trees, const TreeSettings& settings,
                             int64_t seed, FitContext& context);

// The prediction of a tree for each row, by its bins.
RowVector<double> predict_binned(const Tree& tree, const BinnedRows& rows);

}  // namespace firesteel::ml
