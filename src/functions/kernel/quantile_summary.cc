#include "functions/kernel/quantile_summary.h"

#include <algorithm>
#include <cmath>

namespace firesteel::functions::kernel {

namespace {

// QuantileSummaries.defaultHeadSize and defaultCompressThreshold: they decide which values stay.
constexpr size_t kPendingCount = 50000;
constexpr size_t kCompressThreshold = 10000;

// The order of java.util.Arrays.sort: -0.0 before 0.0, NaN last.
bool comes_before(double left, double right) {
  if (std::isnan(left) || std::isnan(right)) return !std::isnan(left) && std::isnan(right);
  if (left == right) return std::signbit(left) && !std::signbit(right);
  return left < right;
}

}  // namespace

void QuantileSummary::insert(double value) {
  pending_.push_back(value);
  is_compressed_ = false;
  if (pending_.size() < kPendingCount) return;
  insert_pending();
  if (sampled_.size() >= kCompressThreshold) compress();
}

void QuantileSummary::insert_pending() {
  if (pending_.empty()) return;
  std::sort(pending_.begin(), pending_.end(), comes_before);
  std::vector<Sample> merged;
  merged.reserve(sampled_.size() + pending_.size());
  size_t next = 0;
  for (size_t i = 0; i < pending_.size(); ++i) {
    // Comparisons with NaN are false here, as they are in Spark.
    while (next < sampled_.size() && sampled_[next].value <= pending_[i]) merged.push_back(sampled_[next++]);
    ++count_;
    const bool is_end = merged.empty() || (next == sampled_.size() && i + 1 == pending_.size());
    const double error = std::floor(2 * relative_error_ * static_cast<double>(count_));
    merged.push_back({pending_[i], 1, is_end ? 0 : static_cast<int64_t>(error)});
  }
  merged.insert(merged.end(), sampled_.begin() + static_cast<std::ptrdiff_t>(next), sampled_.end());
  sampled_ = std::move(merged);
  pending_.clear();
}

std::vector<QuantileSummary::Sample> QuantileSummary::compressed(const std::vector<Sample>& samples,
                                                                 double threshold) {
  std::vector<Sample> kept;
  if (samples.empty()) return kept;
  // From the end, which always stays; built in reverse.
  Sample head = samples.back();
  for (size_t i = samples.size() - 1; i-- > 1;) {
    const Sample& sample = samples[i];
    if (static_cast<double>(sample.weight + head.weight + head.delta) < threshold) {
      head.weight += sample.weight;
    } else {
      kept.push_back(head);
      head = sample;
    }
  }
  kept.push_back(head);
  if (samples.front().value <= head.value && samples.size() > 1) kept.push_back(samples.front());
  std::reverse(kept.begin(), kept.end());
  return kept;
}

void QuantileSummary::compress() {
  if (is_compressed_) return;
  insert_pending();
  sampled_ = compressed(sampled_, 2 * relative_error_ * static_cast<double>(count_));
  is_compressed_ = true;
}

void QuantileSummary::merge(const QuantileSummary& other) {
  if (other.count_ == 0) return;
  if (count_ == 0) {
    *this = other;
    return;
  }
  // Samples of one side suffer from the lack of precision of the other.
  const auto own_delta = static_cast<int64_t>(
      std::floor(2 * other.relative_error_ * static_cast<double>(other.count_)));
  const auto other_delta =
      static_cast<int64_t>(std::floor(2 * relative_error_ * static_cast<double>(count_)));
  std::vector<Sample> merged;
  merged.reserve(sampled_.size() + other.sampled_.size());
  size_t own = 0;
  size_t theirs = 0;
  while (own < sampled_.size() && theirs < other.sampled_.size()) {
    if (sampled_[own].value < other.sampled_[theirs].value) {
      merged.push_back(sampled_[own++]);
      if (theirs > 0) merged.back().delta += own_delta;
    } else {
      merged.push_back(other.sampled_[theirs++]);
      if (own > 0) merged.back().delta += other_delta;
    }
  }
  merged.insert(merged.end(), sampled_.begin() + static_cast<std::ptrdiff_t>(own), sampled_.end());
  merged.insert(merged.end(), other.sampled_.begin() + static_cast<std::ptrdiff_t>(theirs),
                other.sampled_.end());
  relative_error_ = std::max(relative_error_, other.relative_error_);
  count_ += other.count_;
  sampled_ = compressed(merged, 2 * relative_error_ * static_cast<double>(count_));
  is_compressed_ = true;
}

double QuantileSummary::query(double fraction) const {
  if (fraction <= relative_error_ || sampled_.size() == 1) return sampled_.front().value;
  if (fraction >= 1 - relative_error_) return sampled_.back().value;
  int64_t widest = 0;
  for (const Sample& sample : sampled_) widest = std::max(widest, sample.delta + sample.weight);
  const double target_error = static_cast<double>(widest) / 2;
  const double rank = std::ceil(fraction * static_cast<double>(count_));
  int64_t least_rank = sampled_.front().weight;
  for (size_t i = 0; i + 1 < sampled_.size(); ++i) {
    const auto greatest_rank = static_cast<double>(least_rank + sampled_[i].delta);
    if (greatest_rank - target_error <= rank && rank <= static_cast<double>(least_rank) + target_error) {
      return sampled_[i].value;
    }
    least_rank += sampled_[i + 1].weight;
  }
  return sampled_.back().value;
}

}  // namespace firesteel::functions::kernel
