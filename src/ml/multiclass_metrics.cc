#include "ml/multiclass_metrics.h"

namespace firesteel::ml {

namespace {

double at(const std::map<double, double>& sums, double label) {
  const auto found = sums.find(label);
  return found == sums.end() ? 0.0 : found->second;
}

}  // namespace

void MulticlassMetrics::merge(const MulticlassMetrics& other) {
  for (const auto& [pair, weight] : other.confusion_) confusion_[pair] += weight;
}

std::vector<double> MulticlassMetrics::state() const {
  std::vector<double> state;
  for (const auto& [pair, weight] : confusion_) state.insert(state.end(), {pair.first, pair.second, weight});
  return state;
}

void MulticlassMetrics::finish() {
  for (const auto& [pair, weight] : confusion_) {
    const auto& [label, prediction] = pair;
    label_weight_[label] += weight;
    total_ += weight;
    if (label == prediction) {
      true_positive_[label] += weight;
    } else {
      false_positive_[prediction] += weight;
    }
  }
  for (const auto& [label, weight] : label_weight_) labels_.push_back(label);
}

double MulticlassMetrics::true_positive_rate(double label) const {
  return at(true_positive_, label) / at(label_weight_, label);
}

double MulticlassMetrics::false_positive_rate(double label) const {
  return at(false_positive_, label) / (total_ - at(label_weight_, label));
}

double MulticlassMetrics::precision(double label) const {
  const double hits = at(true_positive_, label);
  const double misses = at(false_positive_, label);
  return hits + misses == 0 ? 0.0 : hits / (hits + misses);
}

double MulticlassMetrics::f_measure(double label, double beta) const {
  const double p = precision(label);
  const double r = recall(label);
  return p + r == 0 ? 0.0 : (1.0 + beta * beta) * p * r / (beta * beta * p + r);
}

double MulticlassMetrics::accuracy() const {
  double hits = 0;
  for (const auto& [label, weight] : true_positive_) hits += weight;
  return hits / total_;
}

template <typename Metric>
double MulticlassMetrics::weighted(const Metric& metric) const {
  double sum = 0;
  for (const auto& [label, weight] : label_weight_) sum += metric(label) * (weight / total_);
  return sum;
}

double MulticlassMetrics::weighted_true_positive_rate() const {
  return weighted([&](double label) { return true_positive_rate(label); });
}

double MulticlassMetrics::weighted_false_positive_rate() const {
  return weighted([&](double label) { return false_positive_rate(label); });
}

double MulticlassMetrics::weighted_precision() const {
  return weighted([&](double label) { return precision(label); });
}

double MulticlassMetrics::weighted_f_measure(double beta) const {
  return weighted([&](double label) { return f_measure(label, beta); });
}

}  // namespace firesteel::ml
