#include "ml/tree_bagging.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace firesteel::ml {
namespace {

constexpr int64_t kRows = 20001;  // slices of more rows than are drawn at a time
constexpr int32_t kTrees = 3;
constexpr int32_t kSlices = 3;
constexpr int64_t kSeed = 11;

class RowCounts : public testing::TestWithParam<bool> {};

// Spark draws in each partition with a seed of its own.
TEST_P(RowCounts, OfASliceAreThoseOfItsRowsAlone) {
  FitContext context;
  context.slices = kSlices;
  const auto memory = std::make_shared<RowMemory>(context);
  const auto counts = draw_row_counts(kRows, kTrees, 0.7, GetParam(), kSeed, context, memory);
  ASSERT_EQ(counts.size(), static_cast<size_t>(kRows * kTrees));
  context.slices = 1;
  int64_t begin = 0;
  int64_t seed = kSeed;
  for (const int64_t end : slice_ends(kRows, kSlices)) {
    const int64_t rows = end - begin;
    const auto alone = draw_row_counts(rows, kTrees, 0.7, GetParam(), seed++, context, memory);
    for (int32_t tree = 0; tree < kTrees; ++tree) {
      EXPECT_TRUE(std::equal(alone.begin() + tree * rows, alone.begin() + (tree + 1) * rows,
                             counts.begin() + tree * kRows + begin));
    }
    begin = end;
  }
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutReplacement, RowCounts, testing::Bool());

}  // namespace
}  // namespace firesteel::ml
