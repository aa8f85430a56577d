#include "ml/regression_metrics.h"

#include <cmath>

namespace firesteel::ml {

void RegressionMetrics::Moments::add(double value, double weight, double weight_sum_before) {
  const double difference = value - mean;
  mean += weight * difference / (weight_sum_before + weight);
  m2 += weight * difference * (value - mean);
}

void RegressionMetrics::Moments::merge(const Moments& other, double weight, double other_weight) {
  const double total = weight + other_weight;
  const double difference = other.mean - mean;
  m2 += other.m2 + difference * difference * weight * other_weight / total;
  mean += difference * other_weight / total;
}

void RegressionMetrics::add(double prediction, double label, double weight) {
  if (weight == 0.0) return;
  const double error = label - prediction;
  label_.add(label, weight, weight_sum_);
  prediction_.add(prediction, weight, weight_sum_);
  ++count_;
  weight_sum_ += weight;
  weight_square_sum_ += weight * weight;
  squared_error_ += weight * error * error;
  absolute_error_ += weight * std::abs(error);
  label_square_ += weight * label * label;
}

void RegressionMetrics::merge(const RegressionMetrics& other) {
  if (other.weight_sum_ == 0.0) return;
  label_.merge(other.label_, weight_sum_, other.weight_sum_);
  prediction_.merge(other.prediction_, weight_sum_, other.weight_sum_);
  count_ += other.count_;
  weight_sum_ += other.weight_sum_;
  weight_square_sum_ += other.weight_square_sum_;
  squared_error_ += other.squared_error_;
  absolute_error_ += other.absolute_error_;
  label_square_ += other.label_square_;
}

std::vector<double> RegressionMetrics::state() const {
  return {static_cast<double>(count_), weight_sum_,    weight_square_sum_, squared_error_,   absolute_error_,
          label_square_,               label_.mean,    label_.m2,          prediction_.mean, prediction_.m2};
}

RegressionMetrics RegressionMetrics::from_state(const std::vector<double>& state) {
  RegressionMetrics metrics;
  metrics.count_ = static_cast<int64_t>(state.at(0));
  metrics.weight_sum_ = state.at(1);
  metrics.weight_square_sum_ = state.at(2);
  metrics.squared_error_ = state.at(3);
  metrics.absolute_error_ = state.at(4);
  metrics.label_square_ = state.at(5);
  metrics.label_ = {state.at(6), state.at(7)};
  metrics.prediction_ = {state.at(8), state.at(9)};
  return metrics;
}

double RegressionMetrics::root_mean_squared_error() const { return std::sqrt(mean_squared_error()); }

double RegressionMetrics::explained_variance() const {
  const double shift = prediction_.mean - label_.mean;
  return prediction_.m2 / weight_sum_ + shift * shift;
}

double RegressionMetrics::r2(bool through_origin) const {
  if (through_origin) return 1.0 - squared_error_ / label_square_;
  // Spark multiplies the unbiased variance by the weight sum less one.
  const double variance = label_.m2 / (weight_sum_ - weight_square_sum_ / weight_sum_);
  return 1.0 - squared_error_ / (variance * (weight_sum_ - 1.0));
}

}  // namespace firesteel::ml
