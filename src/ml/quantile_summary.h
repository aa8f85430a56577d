// Approximate quantiles of a stream of numbers, with the answers of Spark's QuantileSummaries (the
// algorithm of Greenwald and Khanna with buffered insertion).
#pragma once

#include <cstdint>
#include <vector>

namespace firesteel::ml {

class QuantileSummary {
 public:
  explicit QuantileSummary(double relative_error) : relative_error_(relative_error) {}

  void insert(double value);
  // No values may be inserted afterwards.
  void finish();
  int64_t count() const { return count_; }
  // Values at `probabilities`, which ascend. Empty if nothing was inserted. After finish().
  std::vector<double> query(const std::vector<double>& probabilities) const;

 private:
  struct Entry {
    double value = 0;
    int64_t weight = 0;  // distance of the lowest rank to that of the entry before
    int64_t spread = 0;  // distance of the highest rank to the lowest one
  };
  void flush();
  void compress();

  double relative_error_;
  int64_t count_ = 0;
  std::vector<double> buffer_;
  std::vector<Entry> entries_;
};

}  // namespace firesteel::ml
