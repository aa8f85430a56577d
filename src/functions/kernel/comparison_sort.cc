#include "functions/kernel/comparison_sort.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "base/error.h"
#include "functions/kernel/tim_sort.h"

namespace firesteel::functions::kernel {

namespace {

// A round of so few items asks for every pair.
constexpr int64_t kMatrixItems = 32;
constexpr int64_t kLeastBatch = 65536;
// Rounds in which a guess may prove wrong: each settles one comparison of the sort at least.
constexpr int64_t kRepairRounds = 200;

// What a sort does with the answers to the pairs that it asked for.
enum class Phase : int64_t {
  kPartition,  // splits the items at a pivot for each segment, as quicksort does
  kCheck,      // asks for the comparisons of the merge sort and expects what the partitions say
  kRepair,     // some comparison was not as expected: those that are known are kept
  kDone,
  kNull,           // a comparison that is needed gave null
  kContradiction,  // the merge sort noticed that the comparison is no order
};

int sign_of(int64_t order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

int64_t pair_of(int32_t left, int32_t right) { return int64_t{left} << 32 | right; }

int64_t partition_rounds(int64_t items) { return 5 * std::bit_width(static_cast<uint64_t>(items)) + 10; }
int64_t check_rounds(int64_t items) { return std::bit_width(static_cast<uint64_t>(items)) + 4; }

// Thrown out of the merge sort when no more comparisons are to be asked for.
struct BatchIsFull {};

class Sort {
 public:
  explicit Sort(std::span<const int64_t> state);
  SortState state() const;
  void take(std::span<const int64_t> orders);
  bool is_over() const { return phase_ >= Phase::kDone; }
  Phase phase() const { return phase_; }
  const std::vector<int32_t>& order() const { return order_; }
  std::pair<int64_t, int64_t> null_pair() const { return {less_, tie_}; }

 private:
  struct Segment {
    int64_t begin = 0;
    int64_t end = 0;
    size_t size() const { return static_cast<size_t>(end - begin); }
  };

  void begin();
  int32_t pivot_of(const Segment& segment) const;
  void ask_partitions();
  void take_partitions(std::span<const int64_t> orders);
  void split(const Segment& segment, std::span<const int64_t> orders, std::vector<Segment>& rest);
  int expected(int32_t left, int32_t right) const;
  void take_checks(std::span<const int64_t> orders);
  void merge_sort();
  int compare(int32_t left, int32_t right, int64_t& made);

  int64_t count_ = 0;
  Phase phase_ = Phase::kPartition;
  // What the comparison says of a lesser and a greater item, of two equal ones, and of a greater
  // and a lesser one. No more than a guess: what is expected is asked for.
  int64_t less_ = -1;
  int64_t tie_ = 0;
  int64_t greater_ = 1;
  int64_t checked_ = 0;  // so many comparisons of the merge sort are as expected
  int64_t round_ = 0;
  std::vector<int32_t> order_;
  std::vector<int64_t> rank_;  // of each item: the begin of its segment or of the items equal to it
  std::vector<Segment> segments_;
  std::unordered_map<int64_t, int64_t> known_;
  std::vector<int64_t> pairs_;
};

constexpr size_t kHeader = 9;

Sort::Sort(std::span<const int64_t> state) {
  count_ = state[1];
  if (state.size() == 2) return;
  phase_ = static_cast<Phase>(state[2]);
  less_ = state[3];
  tie_ = state[4];
  greater_ = state[5];
  checked_ = state[6];
  round_ = state[7];
  const auto segment_count = static_cast<size_t>(state[8]);
  const size_t pair_count = static_cast<size_t>(state[0]);
  const auto count = static_cast<size_t>(count_);
  const int64_t* at = state.data() + kHeader;
  order_.assign(at, at + count);
  at += count;
  if (is_over()) return;
  rank_.assign(at, at + count);
  at += count;
  for (size_t i = 0; i < segment_count; ++i, at += 2) segments_.push_back({at[0], at[1]});
  const int64_t* pairs = state.data() + state.size() - pair_count;
  for (; at < pairs; at += 2) known_.emplace(at[0], at[1]);
  pairs_.assign(pairs, pairs + pair_count);
}

SortState Sort::state() const {
  SortState out = {is_over() ? 0 : static_cast<int64_t>(pairs_.size()),
                   count_,
                   static_cast<int64_t>(phase_),
                   less_,
                   tie_,
                   greater_,
                   checked_,
                   round_,
                   static_cast<int64_t>(segments_.size())};
  out.insert(out.end(), order_.begin(), order_.end());
  if (is_over()) return out;
  out.insert(out.end(), rank_.begin(), rank_.end());
  for (const Segment& segment : segments_) out.insert(out.end(), {segment.begin, segment.end});
  for (const auto& [pair, order] : known_) out.insert(out.end(), {pair, order});
  out.insert(out.end(), pairs_.begin(), pairs_.end());
  return out;
}

void Sort::take(std::span<const int64_t> orders) {
  if (order_.empty()) return begin();
  ++round_;
  if (phase_ == Phase::kPartition) return take_partitions(orders);
  take_checks(orders);
}

void Sort::begin() {
  order_.resize(static_cast<size_t>(count_));
  rank_.resize(order_.size());
  for (size_t i = 0; i < order_.size(); ++i) order_[i] = static_cast<int32_t>(i);
  if (count_ > kMatrixItems) {
    segments_ = {{0, count_}};
    return ask_partitions();
  }
  phase_ = Phase::kRepair;
  for (const int32_t left : order_) {
    for (const int32_t right : order_) {
      if (left != right) pairs_.push_back(pair_of(left, right));
    }
  }
}

// One that no order of the items makes bad in every round.
int32_t Sort::pivot_of(const Segment& segment) const {
  const uint64_t mixed = (static_cast<uint64_t>(segment.begin + segment.end) + static_cast<uint64_t>(round_) * 31) * 0x9E3779B97F4A7C15U;
  const size_t offset = round_ < 3 ? segment.size() / 2 : static_cast<size_t>((mixed >> 32) % segment.size());
  return order_[static_cast<size_t>(segment.begin) + offset];
}

void Sort::ask_partitions() {
  pairs_.clear();
  for (const Segment& segment : segments_) {
    const int32_t pivot = pivot_of(segment);
    for (int64_t at = segment.begin; at < segment.end; ++at) {
      const int32_t item = order_[static_cast<size_t>(at)];
      if (item == pivot) continue;
      pairs_.push_back(pair_of(item, pivot));
      pairs_.push_back(pair_of(pivot, item));
    }
  }
}

void Sort::take_partitions(std::span<const int64_t> orders) {
  std::vector<Segment> rest;
  // The pivots were chosen in the round before.
  --round_;
  for (const Segment& segment : segments_) {
    const size_t answers = 2 * (segment.size() - 1);
    split(segment, orders.first(answers), rest);
    orders = orders.subspan(answers);
  }
  ++round_;
  segments_ = std::move(rest);
  if (!segments_.empty() && round_ < partition_rounds(count_)) return ask_partitions();
  segments_.clear();
  phase_ = Phase::kCheck;
  merge_sort();
}

void Sort::split(const Segment& segment, std::span<const int64_t> orders, std::vector<Segment>& rest) {
  const int32_t pivot = pivot_of(segment);
  std::vector<int32_t> parts[3];
  size_t next = 0;
  for (int64_t at = segment.begin; at < segment.end; ++at) {
    const int32_t item = order_[static_cast<size_t>(at)];
    if (item == pivot) {
      parts[1].push_back(item);
      continue;
    }
    const int forth = orders[next] == kNullOrder ? 0 : sign_of(orders[next]);
    const int back = orders[next + 1] == kNullOrder ? 0 : sign_of(orders[next + 1]);
    next += 2;
    const int side = sign_of(forth - back);
    parts[side + 1].push_back(item);
    if (side == 0) {
      tie_ = forth;
    } else {
      greater_ = side > 0 ? forth : back;
      less_ = side > 0 ? back : forth;
    }
  }
  int64_t at = segment.begin;
  for (size_t part = 0; part < 3; ++part) {
    const int64_t begin = at;
    for (const int32_t item : parts[part]) {
      order_[static_cast<size_t>(at++)] = item;
      rank_[static_cast<size_t>(item)] = begin;
    }
    if (part != 1 && parts[part].size() > 1) rest.push_back({begin, at});
  }
}

int Sort::expected(int32_t left, int32_t right) const {
  const int64_t difference = rank_[static_cast<size_t>(left)] - rank_[static_cast<size_t>(right)];
  return static_cast<int>(difference < 0 ? less_ : difference > 0 ? greater_ : tie_);
}

void Sort::take_checks(std::span<const int64_t> orders) {
  bool is_as_expected = phase_ == Phase::kCheck;
  for (size_t i = 0; i < pairs_.size() && is_as_expected; ++i) {
    const auto left = static_cast<int32_t>(pairs_[i] >> 32);
    const auto right = static_cast<int32_t>(pairs_[i] & 0xFFFFFFFF);
    is_as_expected = orders[i] != kNullOrder && sign_of(orders[i]) == expected(left, right);
  }
  if (is_as_expected) {
    checked_ += static_cast<int64_t>(pairs_.size());
  } else {
    // What was checked before is as the ranks say, whatever becomes known now.
    for (size_t i = 0; i < pairs_.size(); ++i) known_.emplace(pairs_[i], orders[i]);
    phase_ = Phase::kRepair;
  }
  merge_sort();
}

int Sort::compare(int32_t left, int32_t right, int64_t& made) {
  if (made++ < checked_) return expected(left, right);
  const int64_t pair = pair_of(left, right);
  const auto found = known_.find(pair);
  if (found == known_.end()) {
    if (static_cast<int64_t>(pairs_.size()) >= std::max(kLeastBatch, count_)) throw BatchIsFull();
    pairs_.push_back(pair);
    return expected(left, right);
  }
  if (found->second != kNullOrder) return sign_of(found->second);
  if (!pairs_.empty()) throw BatchIsFull();  // perhaps it is not needed
  phase_ = Phase::kNull;
  less_ = left + 1;
  tie_ = right + 1;
  throw BatchIsFull();
}

// Goes through the sort with what is known and expected; done where nothing is left to be asked for.
void Sort::merge_sort() {
  pairs_.clear();
  std::vector<int32_t> items(order_.size());
  for (size_t i = 0; i < items.size(); ++i) items[i] = static_cast<int32_t>(i);
  int64_t made = 0;
  const auto ask = [&](int32_t left, int32_t right) { return compare(left, right, made); };
  try {
    TimSort<decltype(ask)>(items, ask).sort();
    if (!pairs_.empty()) return;
    phase_ = Phase::kDone;
    order_ = std::move(items);
  } catch (const BatchIsFull&) {
    return;
  } catch (const ComparisonContradiction&) {
    // Only if no answer that is still out led there.
    if (pairs_.empty()) phase_ = Phase::kContradiction;
  }
}

}  // namespace

int64_t sort_round_count(int64_t item_count) {
  if (item_count < 2) return 0;
  if (item_count <= kMatrixItems) return 2;
  return partition_rounds(item_count) + check_rounds(item_count) + kRepairRounds;
}

SortState next_sort_state(std::span<const int64_t> state, std::span<const int64_t> orders) {
  Sort sort(state);
  if (sort.is_over()) return {state.begin(), state.end()};
  sort.take(orders);
  return sort.state();
}

std::vector<int64_t> sorted_places(std::span<const int64_t> state) {
  std::vector<int64_t> places;
  if (state[1] < 2) {
    for (int64_t place = 1; place <= state[1]; ++place) places.push_back(place);
    return places;
  }
  const Sort sort(state);
  if (sort.phase() == Phase::kContradiction) throw SparkError("_LEGACY_ERROR_COMPARISON_CONTRACT", {});
  if (sort.phase() != Phase::kDone) {
    throw_unsupported("EXPRESSION", "array_sort of " + std::to_string(state[1]) +
                                        " elements by a comparison that contradicts itself");
  }
  for (const int32_t item : sort.order()) places.push_back(item + 1);
  return places;
}

std::optional<std::pair<int64_t, int64_t>> null_comparison(std::span<const int64_t> state) {
  if (state[1] < 2) return std::nullopt;
  const Sort sort(state);
  if (sort.phase() != Phase::kNull) return std::nullopt;
  return sort.null_pair();
}

}  // namespace firesteel::functions::kernel
