#include "ml/quantile_summary.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <utility>

namespace firesteel::ml {

namespace {

// The sizes of org.apache.spark.sql.catalyst.util.QuantileSummaries; the answers depend on them.
constexpr size_t kBufferedValuesMax = 50000;
constexpr size_t kEntriesBeforeCompression = 10000;

// Whole numbers in the order of the doubles; negative zero comes before zero, as Java sorts.
uint64_t key_of(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  return (bits >> 63U) != 0 ? ~bits : bits | (uint64_t{1} << 63U);
}

double number_of(uint64_t key) {
  return std::bit_cast<double>((key >> 63U) != 0 ? key & ~(uint64_t{1} << 63U) : ~key);
}

// By digits of eleven bits from the lowest on. A full buffer has far more values than a digit has, and
// needs no comparison whose outcome could be guessed wrongly.
void sort_numbers(std::vector<double>& values) {
  constexpr unsigned kDigitBits = 11;
  constexpr size_t kDigits = 6;
  constexpr size_t kFew = 4096;
  if (values.size() < kFew) {
    std::sort(values.begin(), values.end());
    return;
  }
  const auto digit = [](uint64_t key, size_t place) { return (key >> (place * kDigitBits)) & ((1U << kDigitBits) - 1); };
  std::vector<uint64_t> keys(values.size());
  std::vector<uint64_t> moved(values.size());
  std::vector<std::array<uint32_t, 1U << kDigitBits>> counts(kDigits);
  for (size_t i = 0; i < keys.size(); ++i) {
    keys[i] = key_of(values[i]);
    for (size_t place = 0; place < kDigits; ++place) ++counts[place][digit(keys[i], place)];
  }
  for (size_t place = 0; place < kDigits; ++place) {
    auto& starts = counts[place];
    if (starts[digit(keys[0], place)] == keys.size()) continue;  // all are alike in this digit
    uint32_t start = 0;
    for (uint32_t& count : starts) start += std::exchange(count, start);
    for (const uint64_t key : keys) moved[starts[digit(key, place)]++] = key;
    keys.swap(moved);
  }
  for (size_t i = 0; i < keys.size(); ++i) values[i] = number_of(keys[i]);
}

}  // namespace

void QuantileSummary::insert(double value) {
  buffer_.push_back(value);
  if (buffer_.size() < kBufferedValuesMax) return;
  flush();
  if (entries_.size() >= kEntriesBeforeCompression) compress();
}

void QuantileSummary::finish() {
  flush();
  compress();
}

void QuantileSummary::flush() {
  if (buffer_.empty()) return;
  sort_numbers(buffer_);
  std::vector<Entry> merged;
  merged.reserve(entries_.size() + buffer_.size());
  size_t old = 0;
  for (size_t i = 0; i < buffer_.size(); ++i) {
    while (old < entries_.size() && entries_[old].value <= buffer_[i]) merged.push_back(entries_[old++]);
    ++count_;
    const bool is_extreme = merged.empty() || (old == entries_.size() && i + 1 == buffer_.size());
    const auto spread = is_extreme ? 0 : static_cast<int64_t>(std::floor(2 * relative_error_ * static_cast<double>(count_)));
    merged.push_back({buffer_[i], 1, spread});
  }
  merged.insert(merged.end(), entries_.begin() + static_cast<std::ptrdiff_t>(old), entries_.end());
  entries_ = std::move(merged);
  buffer_.clear();
}

void QuantileSummary::compress() {
  if (entries_.empty()) return;
  const double threshold = 2 * relative_error_ * static_cast<double>(count_);
  std::vector<Entry> kept;  // from the last entry to the first
  Entry head = entries_.back();
  for (size_t i = entries_.size() - 1; i-- > 1;) {
    if (static_cast<double>(entries_[i].weight + head.weight + head.spread) < threshold) {
      head.weight += entries_[i].weight;
    } else {
      kept.push_back(head);
      head = entries_[i];
    }
  }
  kept.push_back(head);
  if (entries_.size() > 1 && entries_.front().value <= head.value) kept.push_back(entries_.front());
  std::reverse(kept.begin(), kept.end());
  entries_ = std::move(kept);
}

std::vector<double> QuantileSummary::query(const std::vector<double>& probabilities) const {
  std::vector<double> answers;
  if (entries_.empty()) return answers;
  int64_t widest = 0;
  for (const Entry& entry : entries_) widest = std::max(widest, entry.weight + entry.spread);
  const double error = static_cast<double>(widest) / 2;
  size_t at = 0;
  int64_t lowest_rank = entries_[0].weight;
  for (const double probability : probabilities) {
    if (probability <= relative_error_ || entries_.size() == 1) {
      answers.push_back(entries_.front().value);
      continue;
    }
    if (probability >= 1 - relative_error_) {
      answers.push_back(entries_.back().value);
      continue;
    }
    const double rank = std::ceil(probability * static_cast<double>(count_));
    while (at + 1 < entries_.size()) {
      const auto highest_rank = static_cast<double>(lowest_rank + entries_[at].spread);
      if (highest_rank - error <= rank && rank <= static_cast<double>(lowest_rank) + error) break;
      lowest_rank += entries_[++at].weight;
    }
    answers.push_back(entries_[at].value);
  }
  return answers;
}

}  // namespace firesteel::ml
