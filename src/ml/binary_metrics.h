// Curves and areas of scored binary predictions.
#pragma once

#include <cstdint>
#include <vector>

namespace firesteel::ml {

struct ScoredLabel {
  double score = 0;
  double label = 0;  // positive above 0.5
  double weight = 1;
};

struct CurvePoint {
  double x = 0;
  double y = 0;
};

// Spark's BinaryClassificationMetrics over one partition. Neighbouring scores are combined so that
// about `bins` remain (0: none are combined); only these are kept.
class BinaryMetrics {
 public:
  BinaryMetrics(std::vector<ScoredLabel> rows, int bins);
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
