// How often each row takes part in each tree, with the draws that Spark makes in each partition.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ml/row_memory.h"

namespace firesteel::ml {

// Tree-major: counts[tree × rows + row]. An empty result means that every row takes part once. The slices of
// `context` draw for themselves.
RowVector<uint16_t> draw_row_counts(int64_t rows, int32_t trees, double rate, bool with_replacement, int64_t seed,
                                    const FitContext& context, const std::shared_ptr<RowMemory>& memory);

// What Spark's featureSubsetStrategy means for `features` features.
int32_t features_per_node(const std::string& strategy, int32_t trees, int32_t features, bool classification);

// The features of a node: `wanted` of `features`, as org.apache.spark.util.random.SamplingUtils draws them.
std::vector<int32_t> draw_features(int32_t features, int32_t wanted, int64_t seed);

}  // namespace firesteel::ml
