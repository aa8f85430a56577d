// Grows trees over binned rows, node by node, with the choices of Spark's RandomForest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ml/context.h"
#include "ml/tree.h"
#include "ml/tree_bins.h"
#include "ml/tree_impurity.h"

namespace firesteel::ml {

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

// `labels` are those of `rows` or others in their place; `counts` as of draw_row_counts(). Trees with
// equal leaves merged. The same answer for any number of threads.
std::vector<Tree> grow_trees(const BinnedRows& rows, const RowVector<double>& labels,
                             RowVector<uint16_t> counts, int32_t trees, const TreeSettings& settings,
                             int64_t seed, FitContext& context);

}  // namespace firesteel::ml
