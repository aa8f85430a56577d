// Training rows of trees: features in bins, column by column, with the thresholds that Spark finds.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "ml/context.h"
#include "ml/instance_blocks.h"
#include "ml/row_memory.h"

namespace firesteel::ml {

// How the values of one feature are put into bins.
struct FeatureBins {
  int32_t arity = 0;               // of a categorical feature; 0: continuous
  bool unordered = false;          // every set of categories is a split of its own
  std::vector<double> thresholds;  // of a continuous one, ascending
  // Of an unordered one: the categories of each split, as Spark lists them.
  std::vector<std::vector<int32_t>> subsets;

  bool is_continuous() const { return arity == 0; }
  int32_t splits() const;
  // Entries of a histogram: one per bin, or one per split of an unordered feature.
  int32_t bins() const;
};

struct BinnedRows {
  int64_t rows = 0;
  int32_t features = 0;
  double weight_sum = 0;
  std::vector<FeatureBins> bins;
  std::shared_ptr<RowMemory> memory;  // of what is as long as the rows
  RowVector<uint16_t> values;         // feature-major: features × rows
  RowVector<double> labels;
  RowVector<double> weights;

  template <typename T>
  RowVector<T> row_vector(size_t size = 0) const {
    return RowVector<T>(size, RowAllocator<T>(memory));
  }

  const uint16_t* column(int32_t feature) const { return values.data() + static_cast<size_t>(feature) * rows; }
};

// Number of categories of each categorical feature, from the metadata of the features column.
std::map<int32_t, int32_t> categories_of(const Field& features);

// `classes` is 0 for a regression. Throws Spark's errors for too many categories, values that are no
// category, and empty input.
BinnedRows bin_rows(const InstanceBlocks& blocks, const std::map<int32_t, int32_t>& categories, int32_t classes,
                    int32_t bins_max, int64_t seed, FitContext& context);

}  // namespace firesteel::ml
