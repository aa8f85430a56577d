#include "ml/quantile_summary.h"

#include <algorithm>
#include <cmath>

namespace firesteel::ml {

namespace {

// The sizes of org.apache.spark.sql.catalyst.util.QuantileSummaries; the answers depend on them.
constexpr size_t kBufferedValuesMax = 50000;
constexpr size_t kEntriesBeforeCompression = 10000;

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
  std::sort(buffer_.begin(), buffer_.end());
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
