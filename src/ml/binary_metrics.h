// Curves and areas of scored binary predictions.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "ml/row_memory.h"

namespace firesteel::ml {

// What is kept of a row. The weight's sign tells the class: there are as many of these as rows.
class ScoredLabel {
 public:
  // A label is positive above 0.5; `weight` is not negative.
  ScoredLabel(double score, double label, double weight) : score_(score), signed_weight_(label > 0.5 ? weight : -weight) {}

  double score() const { return score_; }
  bool is_positive() const { return !std::signbit(signed_weight_); }
  double weight() const { return std::abs(signed_weight_); }

 private:
  double score_;
  double signed_weight_;
};

struct CurvePoint {
  double x = 0;
  double y = 0;
};

// Spark's BinaryClassificationMetrics over one partition. Neighbouring scores are combined so that
// about `bins` remain (0: none are combined); only these are kept.
class BinaryMetrics {
 public:
  BinaryMetrics(RowVector<ScoredLabel> rows, int bins);
  // From what state() gave.
  explicit BinaryMetrics(const std::vector<double>& state);
  std::vector<double> state() const;
  // How many thresholds are kept.
  int64_t size() const { return static_cast<int64_t>(cuts_.size()); }

  std::vector<CurvePoint> roc() const;  // false positive rate, true positive rate
  double area_under_roc() const;
  std::vector<CurvePoint> precision_recall() const;  // recall, precision
  double area_under_precision_recall() const;
  std::vector<CurvePoint> f_measure_by_threshold(double beta) const;
  std::vector<CurvePoint> precision_by_threshold() const;
  std::vector<CurvePoint> recall_by_threshold() const;

 private:
  // Weights at or above a threshold.
  struct Cut {
    double threshold = 0;
    double positives = 0;
    double negatives = 0;
  };
  double precision(const Cut& cut) const;
  double recall(const Cut& cut) const;
  double false_positive_rate(const Cut& cut) const;

  std::vector<Cut> cuts_;
  double positives_ = 0;
  double negatives_ = 0;
};

}  // namespace firesteel::ml
