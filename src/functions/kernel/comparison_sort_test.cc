#include "functions/kernel/comparison_sort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>

#include "base/error.h"

namespace firesteel::functions::kernel {
namespace {

using Compare = std::function<int64_t(int64_t, int64_t)>;

struct Sorted {
  SortState state;
  int64_t rounds = 0;       // until nothing was asked for
  int64_t comparisons = 0;  // in all rounds
};

Sorted sort(int64_t count, const Compare& compare) {
  Sorted sorted{{0, count}, 0, 0};
  for (int64_t round = 0; round < sort_round_count(count); ++round) {
    std::vector<int64_t> orders;
    for (size_t i = sorted.state.size() - static_cast<size_t>(sorted.state[0]); i < sorted.state.size(); ++i) {
      orders.push_back(compare(sorted.state[i] >> 32, sorted.state[i] & 0xFFFFFFFF));
    }
    sorted.comparisons += static_cast<int64_t>(orders.size());
    sorted.state = next_sort_state(sorted.state, orders);
    if (sorted.state[0] > 0) sorted.rounds = round + 1;
  }
  return sorted;
}

TEST(ComparisonSort, SortsStably) {
  for (const int64_t count : {0, 1, 2, 3, 31, 32, 33, 100, 5000}) {
    for (const int64_t values : {1, 3, 1000000}) {
      std::mt19937_64 random(static_cast<uint64_t>(count * 7 + values));
      std::vector<int64_t> keys(static_cast<size_t>(count));
      for (int64_t& key : keys) key = static_cast<int64_t>(random() % static_cast<uint64_t>(values));
      std::vector<int64_t> expected(keys.size());
      std::iota(expected.begin(), expected.end(), 0);
      std::stable_sort(expected.begin(), expected.end(), [&](int64_t a, int64_t b) { return keys[static_cast<size_t>(a)] < keys[static_cast<size_t>(b)]; });
      for (int64_t& place : expected) ++place;
      const Sorted sorted = sort(count, [&](int64_t a, int64_t b) { return keys[static_cast<size_t>(a)] - keys[static_cast<size_t>(b)]; });
      EXPECT_EQ(sorted_places(sorted.state), expected) << count << " items of " << values << " values";
    }
  }
}

TEST(ComparisonSort, AsksForNLogNPairs) {
  constexpr int64_t kCount = 100000;
  std::mt19937_64 random(5);
  std::vector<int64_t> keys(kCount);
  for (int64_t& key : keys) key = static_cast<int64_t>(random() >> 2);
  const Sorted sorted = sort(kCount, [&](int64_t a, int64_t b) { return keys[static_cast<size_t>(a)] < keys[static_cast<size_t>(b)] ? -1 : 1; });
  EXPECT_LT(sorted.comparisons, 6 * kCount * 17);
  EXPECT_LT(sorted.rounds, 100);
}

TEST(ComparisonSort, NullCountsWhereItIsNeeded) {
  const Sorted sorted = sort(3, [](int64_t, int64_t) { return kNullOrder; });
  ASSERT_TRUE(null_comparison(sorted.state).has_value());
  EXPECT_EQ(*null_comparison(sorted.state), std::pair(int64_t{2}, int64_t{1}));
  EXPECT_FALSE(null_comparison(sort(1, [](int64_t, int64_t) { return kNullOrder; }).state).has_value());
}

// 300 items whose equal ones are said to be greater: TimSort's merge notices.
TEST(ComparisonSort, AContradictionIsNoticed) {
  const Sorted sorted = sort(300, [](int64_t a, int64_t b) { return a * 7919 % 5 < b * 7919 % 5 ? -1 : 1; });
  bool is_sorted = true;
  try {
    is_sorted = sorted_places(sorted.state).size() == 300;
  } catch (const SparkError& error) {
    EXPECT_EQ(error.condition(), "_LEGACY_ERROR_COMPARISON_CONTRACT");
  }
  EXPECT_TRUE(is_sorted);
}

// No order at all: given up or sorted somehow, in bounded work.
TEST(ComparisonSort, ChaosEnds) {
  for (const int64_t count : {2, 31, 33, 200, 3000}) {
    std::mt19937_64 random(static_cast<uint64_t>(count));
    const Sorted sorted = sort(count, [&](int64_t, int64_t) { return static_cast<int64_t>(random() % 3) - 1; });
    try {
      EXPECT_EQ(sorted_places(sorted.state).size(), static_cast<size_t>(count));
    } catch (const SparkError& error) {
      EXPECT_NE(error.condition(), "INTERNAL_ERROR");
    }
  }
}

}  // namespace
}  // namespace firesteel::functions::kernel
