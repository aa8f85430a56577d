// A merge sort that makes the very comparisons of java.util.TimSort in its order: what Spark's
// array_sort gives under a comparison that is no order depends on them, an error included.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace firesteel::functions::kernel {

// The comparison contradicts itself, which a merge noticed.
struct ComparisonContradiction {};

// `Compare` is int(int32_t left, int32_t right): the sign orders two items.
template <typename Compare>
class TimSort {
 public:
  TimSort(std::vector<int32_t>& items, Compare compare) : items_(items), compare_(std::move(compare)) {}

  void sort() {
    size_t low = 0;
    size_t remaining = items_.size();
    if (remaining < 2) return;
    if (remaining < kLeastMerge) return insert_sorted(0, remaining, ascending_run(0, remaining));
    const size_t least_run = least_run_length(remaining);
    while (remaining > 0) {
      size_t length = ascending_run(low, items_.size());
      if (length < least_run) {
        const size_t forced = std::min(remaining, least_run);
        insert_sorted(low, low + forced, low + length);
        length = forced;
      }
      runs_.push_back({low, length});
      collapse();
      low += length;
      remaining -= length;
    }
    while (runs_.size() > 1) merge_at(last_but_one());
  }

 private:
  static constexpr size_t kLeastMerge = 32;
  static constexpr int64_t kLeastGallop = 7;

  struct Run {
    size_t base = 0;
    size_t length = 0;
  };

  static size_t least_run_length(size_t count) {
    size_t rest = 0;
    while (count >= kLeastMerge) {
      rest |= count & 1;
      count >>= 1;
    }
    return count + rest;
  }

  // Where the run that begins at `low` ends; a strictly descending one is turned round.
  size_t ascending_run(size_t low, size_t high) {
    size_t end = low + 1;
    if (end == high) return 1;
    if (compare_(items_[end++], items_[low]) < 0) {
      while (end < high && compare_(items_[end], items_[end - 1]) < 0) ++end;
      std::reverse(items_.begin() + static_cast<ptrdiff_t>(low), items_.begin() + static_cast<ptrdiff_t>(end));
    } else {
      while (end < high && compare_(items_[end], items_[end - 1]) >= 0) ++end;
    }
    return end - low;
  }

  // Puts the items from `start` on among the sorted ones before them.
  void insert_sorted(size_t low, size_t high, size_t start) {
    for (; start < high; ++start) {
      const int32_t item = items_[start];
      size_t left = low;
      size_t right = start;
      while (left < right) {
        const size_t middle = (left + right) / 2;
        if (compare_(item, items_[middle]) < 0) {
          right = middle;
        } else {
          left = middle + 1;
        }
      }
      std::move_backward(at(left), at(start), at(start + 1));
      items_[left] = item;
    }
  }

  // The run before the last, or the one before that if it is shorter than the last.
  size_t last_but_one() const {
    const size_t n = runs_.size() - 2;
    return n > 0 && runs_[n - 1].length < runs_[n + 1].length ? n - 1 : n;
  }

  // Merges until each run is longer than the two after it together.
  void collapse() {
    while (runs_.size() > 1) {
      const size_t n = runs_.size() - 2;
      const bool is_short =
          (n > 0 && runs_[n - 1].length <= runs_[n].length + runs_[n + 1].length) ||
          (n > 1 && runs_[n - 2].length <= runs_[n].length + runs_[n - 1].length);
      if (!is_short && runs_[n].length > runs_[n + 1].length) return;
      merge_at(is_short ? last_but_one() : n);
    }
  }

  void merge_at(size_t index) {
    Run left = runs_[index];
    Run right = runs_[index + 1];
    runs_[index].length += right.length;
    runs_.erase(runs_.begin() + static_cast<ptrdiff_t>(index) + 1);
    // What stands in its place already is left out.
    const size_t before = gallop_right(items_[right.base], items_.data() + left.base, left.length, 0);
    left.base += before;
    left.length -= before;
    if (left.length == 0) return;
    right.length = gallop_left(items_[left.base + left.length - 1], items_.data() + right.base,
                               right.length, right.length - 1);
    if (right.length == 0) return;
    if (left.length <= right.length) {
      merge_low(left, right);
    } else {
      merge_high(left, right);
    }
  }

  // How many of the sorted `run` are below `key`, looked for from `hint` on in doubling steps.
  size_t gallop_left(int32_t key, const int32_t* run, size_t length, size_t hint) {
    return gallop(run, length, hint, [&](int32_t item) { return compare_(key, item) > 0; });
  }

  // How many of the sorted `run` are not above `key`.
  size_t gallop_right(int32_t key, const int32_t* run, size_t length, size_t hint) {
    return gallop(run, length, hint, [&](int32_t item) { return compare_(key, item) >= 0; });
  }

  template <typename IsBefore>
  size_t gallop(const int32_t* run, size_t length, size_t hint, const IsBefore& is_before) {
    const auto start = static_cast<int64_t>(hint);
    int64_t last = 0;
    int64_t offset = 1;
    if (is_before(run[hint])) {
      const int64_t most = static_cast<int64_t>(length) - start;
      while (offset < most && is_before(run[start + offset])) {
        last = offset;
        offset = offset * 2 + 1;
      }
      last += start;
      offset = std::min(offset, most) + start;
    } else {
      const int64_t most = start + 1;
      while (offset < most && !is_before(run[start - offset])) {
        last = offset;
        offset = offset * 2 + 1;
      }
      const int64_t nearest = last;
      last = start - std::min(offset, most);
      offset = start - nearest;
    }
    ++last;
    while (last < offset) {
      const int64_t middle = last + (offset - last) / 2;
      if (is_before(run[middle])) {
        last = middle + 1;
      } else {
        offset = middle;
      }
    }
    return static_cast<size_t>(offset);
  }

  std::vector<int32_t>::iterator at(size_t index) { return items_.begin() + static_cast<ptrdiff_t>(index); }

  // The left run lies aside; the outcome grows from its beginning.
  void merge_low(const Run& left, const Run& right) {
    const std::vector<int32_t> aside(at(left.base), at(left.base + left.length));
    size_t rest = left.length;
    size_t other_rest = right.length;
    size_t from = 0;
    size_t other = right.base;
    size_t to = left.base;
    const auto take_left = [&] { items_[to++] = aside[from++]; --rest; };
    const auto take_right = [&] { items_[to++] = items_[other++]; --other_rest; };
    const auto merge = [&] {
      take_right();
      if (other_rest == 0 || rest == 1) return;
      while (true) {
        int64_t left_wins = 0;
        int64_t right_wins = 0;
        do {
          if (compare_(items_[other], aside[from]) < 0) {
            take_right();
            ++right_wins;
            left_wins = 0;
            if (other_rest == 0) return;
          } else {
            take_left();
            ++left_wins;
            right_wins = 0;
            if (rest == 1) return;
          }
        } while ((left_wins | right_wins) < least_gallop_);
        do {
          const size_t lefts = gallop_right(items_[other], aside.data() + from, rest, 0);
          for (size_t i = 0; i < lefts; ++i) take_left();
          if (lefts != 0 && rest <= 1) return;
          take_right();
          if (other_rest == 0) return;
          const size_t rights = gallop_left(aside[from], items_.data() + other, other_rest, 0);
          for (size_t i = 0; i < rights; ++i) take_right();
          if (rights != 0 && other_rest == 0) return;
          take_left();
          if (rest == 1) return;
          --least_gallop_;
          left_wins = static_cast<int64_t>(lefts);
          right_wins = static_cast<int64_t>(rights);
        } while (left_wins >= kLeastGallop || right_wins >= kLeastGallop);
        least_gallop_ = std::max<int64_t>(least_gallop_, 0) + 2;
      }
    };
    merge();
    least_gallop_ = std::max<int64_t>(least_gallop_, 1);
    if (rest == 0) throw ComparisonContradiction();
    if (rest == 1) {  // the last of the left run comes after all
      while (other_rest > 0) take_right();
    }
    while (rest > 0) take_left();
  }

  // The right run lies aside; the outcome grows from its end. Positions are one behind.
  void merge_high(const Run& left, const Run& right) {
    const std::vector<int32_t> aside(at(right.base), at(right.base + right.length));
    size_t rest = left.length;
    size_t other_rest = right.length;
    size_t to = right.base + right.length;
    const auto take_left = [&] { items_[--to] = items_[left.base + --rest]; };
    const auto take_right = [&] { items_[--to] = aside[--other_rest]; };
    const auto merge = [&] {
      take_left();
      if (rest == 0 || other_rest == 1) return;
      while (true) {
        int64_t left_wins = 0;
        int64_t right_wins = 0;
        do {
          if (compare_(aside[other_rest - 1], items_[left.base + rest - 1]) < 0) {
            take_left();
            ++left_wins;
            right_wins = 0;
            if (rest == 0) return;
          } else {
            take_right();
            ++right_wins;
            left_wins = 0;
            if (other_rest == 1) return;
          }
        } while ((left_wins | right_wins) < least_gallop_);
        do {
          const size_t lefts = rest - gallop_right(aside[other_rest - 1], items_.data() + left.base, rest, rest - 1);
          for (size_t i = 0; i < lefts; ++i) take_left();
          if (lefts != 0 && rest == 0) return;
          take_right();
          if (other_rest == 1) return;
          const size_t rights = other_rest - gallop_left(items_[left.base + rest - 1], aside.data(), other_rest, other_rest - 1);
          for (size_t i = 0; i < rights; ++i) take_right();
          if (rights != 0 && other_rest <= 1) return;
          take_left();
          if (rest == 0) return;
          --least_gallop_;
          left_wins = static_cast<int64_t>(lefts);
          right_wins = static_cast<int64_t>(rights);
        } while (left_wins >= kLeastGallop || right_wins >= kLeastGallop);
        least_gallop_ = std::max<int64_t>(least_gallop_, 0) + 2;
      }
    };
    merge();
    least_gallop_ = std::max<int64_t>(least_gallop_, 1);
    if (other_rest == 0) throw ComparisonContradiction();
    if (other_rest == 1) {  // the first of the right run comes before all
      while (rest > 0) take_left();
    }
    while (other_rest > 0) take_right();
  }

  std::vector<int32_t>& items_;
  Compare compare_;
  std::vector<Run> runs_;
  int64_t least_gallop_ = kLeastGallop;
};

}  // namespace firesteel::functions::kernel
