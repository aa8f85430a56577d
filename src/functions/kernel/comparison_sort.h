// The sort of array_sort(array, comparison), in rounds: each round asks for comparisons of pairs,
// which the caller makes all at once. The outcome is that of java.util.TimSort under the same
// comparison, whatever the comparison is; where it is an order, n log n pairs are asked for in
// about 3 log n rounds.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace firesteel::functions::kernel {

// What stands for a comparison that gave null.
constexpr int64_t kNullOrder = int64_t{1} << 32;

// The state of a sort is a list of numbers: first the count of the pairs that are asked for, last
// the pairs, each left << 32 | right with positions from 0. A sort begins with {0, item count}.
using SortState = std::vector<int64_t>;

// How many rounds a sort of so many items may take; what is not done then is given up.
int64_t sort_round_count(int64_t item_count);
// The state after a round. `orders` are the answers to the pairs that `state` asks for. Nothing
// changes once the sort is done.
SortState next_sort_state(std::span<const int64_t> state, std::span<const int64_t> orders);
// The positions of the items, from 1, in their order. Throws SparkError where the comparison
// contradicts itself.
std::vector<int64_t> sorted_places(std::span<const int64_t> state);
// The first pair that the sort cannot do without and whose comparison gave null, positions from 1.
std::optional<std::pair<int64_t, int64_t>> null_comparison(std::span<const int64_t> state);

}  // namespace firesteel::functions::kernel
