#include "ml/context.h"

#include <algorithm>

#include "base/error.h"

namespace firesteel::ml {

void FitContext::check_canceled() const {
  if (canceled != nullptr && canceled->load(std::memory_order_relaxed)) {
    throw SparkError("OPERATION_CANCELED", {});
  }
}

std::vector<int64_t> slice_ends(int64_t rows, int32_t slices) {
  const int64_t count = std::min<int64_t>(rows, std::max(1, slices));
  std::vector<int64_t> ends;
  for (int64_t i = 1; i <= count; ++i) ends.push_back(rows * i / count);
  return ends;
}

}  // namespace firesteel::ml
