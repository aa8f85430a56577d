// Weighted error sums of predictions of a number. Spark's RegressionMetrics.
#pragma once

#include <cstdint>
#include <vector>

namespace firesteel::ml {

class RegressionMetrics {
 public:
  void add(double prediction, double label, double weight);
  void merge(const RegressionMetrics& other);
  std::vector<double> state() const;
  static RegressionMetrics from_state(const std::vector<double>& state);

  int64_t count() const { return count_; }
  double weight_sum() const { return weight_sum_; }
  double mean_squared_error() const { return squared_error_ / weight_sum_; }
  double root_mean_squared_error() const;
  double mean_absolute_error() const { return absolute_error_ / weight_sum_; }
  double explained_variance() const;
  double r2(bool through_origin) const;
  double squared_error() const { return squared_error_; }

 private:
  // Running mean and sum of squared deviations.
  struct Moments {
    double mean = 0;
    double m2 = 0;
    void add(double value, double weight, double weight_sum_before);
    void merge(const Moments& other, double weight, double other_weight);
  };
  int64_t count_ = 0;
  double weight_sum_ = 0;
  double weight_square_sum_ = 0;
  double squared_error_ = 0;
  double absolute_error_ = 0;
  double label_square_ = 0;
  Moments label_;
  Moments prediction_;
};

}  // namespace firesteel::ml
