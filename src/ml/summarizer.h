// Weighted mean and variance per feature, in one pass, with the arithmetic of Spark's
// SummarizerBuffer: only non-zero entries are visited, zeros enter through the weight sums.
#pragma once

#include <cstdint>
#include <vector>

#include "ml/context.h"
#include "ml/instance_blocks.h"

namespace firesteel::ml {

class Summarizer {
 public:
  explicit Summarizer(int32_t features = 0);

  // Entries of one row follow; `weight` 0 is ignored, as in Spark.
  void begin_row(double weight);
  void add_entry(int32_t feature, double value) {
    if (value == 0.0 || weight_ == 0.0) return;
    Entry& entry = entries_[feature];
    const double previous = entry.mean;
    const double difference = value - previous;
    entry.mean = previous + weight_ * difference / (entry.weight_sum + weight_);
    entry.m2 += weight_ * (value - entry.mean) * difference;
    entry.weight_sum += weight_;
  }
  void merge(const Summarizer& other);

  int64_t count() const { return count_; }
  double weight_sum() const { return weight_sum_; }
  std::vector<double> mean() const;
  // Unbiased for weights that count; 0 where there is one row only.
  std::vector<double> variance() const;
  std::vector<double> standard_deviation() const;

 private:
  struct Entry {
    double mean = 0;
    double m2 = 0;
    double weight_sum = 0;
  };
  std::vector<Entry> entries_;
  double weight_ = 0;
  int64_t count_ = 0;
  double weight_sum_ = 0;
  double weight_square_sum_ = 0;
};

// One pass over `blocks` (not yet remapped) with `context.threads` threads.
Summarizer summarize_features(const InstanceBlocks& blocks, const FitContext& context);
// The same over the labels alone, as one feature.
Summarizer summarize_labels(const InstanceBlocks& blocks, const FitContext& context);

}  // namespace firesteel::ml
