// Weighted confusion counts of class predictions and the metrics that follow from them.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace firesteel::ml {

// Spark's MulticlassMetrics. Labels are those that occur as true labels, ascending.
class MulticlassMetrics {
 public:
  void add(double prediction, double label, double weight) {
    confusion_[{label, prediction}] += weight;
  }
  void merge(const MulticlassMetrics& other);
  // Rows of label, prediction and weight, one after the other; add() takes them again.
  std::vector<double> state() const;
  // Derives the per-label sums; call once after the last add.
  void finish();

  const std::vector<double>& labels() const { return labels_; }
  double true_positive_rate(double label) const;
  double false_positive_rate(double label) const;
  double precision(double label) const;
  double recall(double label) const { return true_positive_rate(label); }
  double f_measure(double label, double beta) const;
  double accuracy() const;
  double hamming_loss() const { return 1.0 - accuracy(); }
  double weighted_true_positive_rate() const;
  double weighted_false_positive_rate() const;
  double weighted_precision() const;
  double weighted_recall() const { return weighted_true_positive_rate(); }
  double weighted_f_measure(double beta) const;
  bool empty() const { return confusion_.empty(); }

 private:
  template <typename Metric>
  double weighted(const Metric& metric) const;

  std::map<std::pair<double, double>, double> confusion_;  // (label, prediction) → weight
  std::vector<double> labels_;
  std::map<double, double> label_weight_;
  std::map<double, double> true_positive_;
  std::map<double, double> false_positive_;
  double total_ = 0;
};

}  // namespace firesteel::ml
