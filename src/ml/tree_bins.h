// Training rows of trees: features in bins, row by row, with the thresholds that Spark finds.
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
  // The bins of a row side by side: a node meets its rows one by one, and then one or two lines of the
  // cache hold all that it asks of a row. One byte each where all bins are below 256, else two.
  RowVector<uint8_t> narrow;
  RowVector<uint16_t> wide;
  RowVector<double> labels;
  RowVector<double> weights;

  // Of zeros.
  template <typename T>
  RowVector<T> row_vector(size_t size = 0) const {
    return RowVector<T>(size, T{}, RowAllocator<T>(memory));
  }

  // `Bin` is uint8_t or uint16_t, whichever is_narrow() says.
  template <typename Bin>
  const Bin* row(int64_t at) const {
    if constexpr (sizeof(Bin) == 1) {
      return narrow.data() + at * features;
    } else {
      return wide.data() + at * features;
    }
  }
  bool is_narrow() const { return wide.empty(); }
  int32_t bin(int64_t row, int32_t feature) const {
    const auto at = static_cast<size_t>(row * features + feature);
    return is_narrow() ? narrow[at] : wide[at];
  }
};

// Calls `use` with a value of the type that holds the bins of `rows`.
template <typename Use>
void with_bin_type(const BinnedRows& rows, const Use& use) {
  if (rows.is_narrow()) {
    use(uint8_t{});
  } else {
    use(uint16_t{});
  }
}

// Number of categories of each categorical feature, from the metadata of the features column.
std::map<int32_t, int32_t> categories_of(const Field& features);

// `classes` is 0 for a regression. Throws Spark's errors for too many categories, values that are no
// category, and empty input. `blocks` are used up.
BinnedRows bin_rows(InstanceBlocks blocks, const std::map<int32_t, int32_t>& categories, int32_t classes,
                    int32_t bins_max, int64_t seed, FitContext& context, std::shared_ptr<RowMemory> memory);

}  // namespace firesteel::ml
