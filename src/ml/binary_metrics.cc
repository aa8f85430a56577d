#include "ml/binary_metrics.h"

#include <algorithm>

namespace firesteel::ml {

namespace {

double trapezoid_area(const std::vector<CurvePoint>& points) {
  double area = 0;
  for (size_t i = 1; i < points.size(); ++i) {
    area += (points[i].x - points[i - 1].x) * (points[i].y + points[i - 1].y) / 2.0;
  }
  return area;
}

}  // namespace

BinaryMetrics::BinaryMetrics(RowVector<ScoredLabel> rows, int bins) {
  std::sort(rows.begin(), rows.end(), [](const ScoredLabel& a, const ScoredLabel& b) { return a.score() > b.score(); });
  // Scores are counted first: where they are combined, there is never a threshold for each row.
  const auto differs = [&](size_t row) { return row == 0 || rows[row].score() != rows[row - 1].score(); };
  size_t scores = 0;
  for (size_t row = 0; row < rows.size(); ++row) scores += static_cast<size_t>(differs(row));
  const size_t group = std::max<size_t>(1, bins > 0 ? scores / static_cast<size_t>(bins) : 1);
  cuts_.reserve((scores + group - 1) / group);
  size_t score = 0;
  for (size_t row = 0; row < rows.size(); ++score) {
    Cut cut{rows[row].score(), 0, 0};
    do {
      (rows[row].is_positive() ? cut.positives : cut.negatives) += rows[row].weight();
      ++row;
    } while (row < rows.size() && !differs(row));
    if (score % group == 0) {
      cuts_.push_back(cut);
    } else {
      cuts_.back().positives += cut.positives;
      cuts_.back().negatives += cut.negatives;
    }
  }
  for (Cut& cut : cuts_) {
    positives_ += cut.positives;
    negatives_ += cut.negatives;
    cut.positives = positives_;
    cut.negatives = negatives_;
  }
}

BinaryMetrics::BinaryMetrics(const std::vector<double>& state) {
  for (size_t i = 0; i + 2 < state.size(); i += 3) cuts_.push_back({state[i], state[i + 1], state[i + 2]});
  if (cuts_.empty()) return;
  positives_ = cuts_.back().positives;
  negatives_ = cuts_.back().negatives;
}

std::vector<double> BinaryMetrics::state() const {
  std::vector<double> state;
  for (const Cut& cut : cuts_) state.insert(state.end(), {cut.threshold, cut.positives, cut.negatives});
  return state;
}

double BinaryMetrics::precision(const Cut& cut) const {
  const double total = cut.positives + cut.negatives;
  return total == 0 ? 1.0 : cut.positives / total;
}

double BinaryMetrics::recall(const Cut& cut) const {
  return positives_ == 0 ? 0.0 : cut.positives / positives_;
}

double BinaryMetrics::false_positive_rate(const Cut& cut) const {
  return negatives_ == 0 ? 0.0 : cut.negatives / negatives_;
}

std::vector<CurvePoint> BinaryMetrics::roc() const {
  std::vector<CurvePoint> points = {{0.0, 0.0}};
  for (const Cut& cut : cuts_) points.push_back({false_positive_rate(cut), recall(cut)});
  points.push_back({1.0, 1.0});
  return points;
}

double BinaryMetrics::area_under_roc() const { return trapezoid_area(roc()); }

std::vector<CurvePoint> BinaryMetrics::precision_recall() const {
  std::vector<CurvePoint> points;
  if (!cuts_.empty()) points.push_back({0.0, precision(cuts_.front())});
  for (const Cut& cut : cuts_) points.push_back({recall(cut), precision(cut)});
  return points;
}

double BinaryMetrics::area_under_precision_recall() const { return trapezoid_area(precision_recall()); }

std::vector<CurvePoint> BinaryMetrics::f_measure_by_threshold(double beta) const {
  std::vector<CurvePoint> points;
  for (const Cut& cut : cuts_) {
    const double p = precision(cut);
    const double r = recall(cut);
    const double squared = beta * beta;
    points.push_back({cut.threshold, p + r == 0 ? 0.0 : (1.0 + squared) * (p * r) / (squared * p + r)});
  }
  return points;
}

std::vector<CurvePoint> BinaryMetrics::precision_by_threshold() const {
  std::vector<CurvePoint> points;
  for (const Cut& cut : cuts_) points.push_back({cut.threshold, precision(cut)});
  return points;
}

std::vector<CurvePoint> BinaryMetrics::recall_by_threshold() const {
  std::vector<CurvePoint> points;
  for (const Cut& cut : cuts_) points.push_back({cut.threshold, recall(cut)});
  return points;
}

}  // namespace firesteel::ml
