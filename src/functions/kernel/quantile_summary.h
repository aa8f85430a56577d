// Approximate quantiles as Spark's QuantileSummaries computes them: the algorithm of Greenwald and
// Khanna ("Space-efficient Online Computation of Quantile Summaries") over batches of rows.
#pragma once

#include <cstdint>
#include <vector>

namespace firesteel::functions::kernel {

class QuantileSummary {
 public:
  // The rank of an answer is off by at most `relative_error` times the number of values.
  explicit QuantileSummary(double relative_error) : relative_error_(relative_error) {}

  void insert(double value);
  // Must come before merge() and query(), on both sides.
  void compress();
  void merge(const QuantileSummary& other);
  bool is_empty() const { return sampled_.empty(); }
  // The value at a fraction from 0 to 1 of the values; the summary must not be empty.
  double query(double fraction) const;

 private:
  // A value that stands for `weight` values; its rank is known but for `delta`.
  struct Sample {
    double value = 0;
    int64_t weight = 0;
    int64_t delta = 0;
  };
  void insert_pending();
  static std::vector<Sample> compressed(const std::vector<Sample>& samples, double threshold);

  double relative_error_;
  int64_t count_ = 0;
  bool is_compressed_ = false;
  std::vector<Sample> sampled_;
  std::vector<double> pending_;
};

}  // namespace firesteel::functions::kernel
