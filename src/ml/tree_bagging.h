// How often each row takes part in each tree, with the draws that Spark makes in each partition.
#pragma once

#include <cstdint>

#include "ml/row_memory.h"

namespace firesteel::ml {

// Tree-major: counts[tree × rows + row]. An empty result means that every row takes part once. `slices`
// is FitContext::slices.
RowVector<uint16_t> draw_row_counts(int64_t rows, int32_t trees, double rate, bool with_replacement, int64_t seed,
                                    int32_t slices, const std::shared_ptr<RowMemory>& memory);

}  // namespace firesteel::ml
