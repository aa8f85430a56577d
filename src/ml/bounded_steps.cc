#include "ml/bounded_steps.h"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace firesteel::ml {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kEpsilon = 2.2e-16;
constexpr double kProjectedGradient = 1e-5;

VectorXd to_vector(const std::vector<double>& values) {
  return Eigen::Map<const VectorXd>(values.data(), static_cast<Index>(values.size()));
}

// The columns of `kept` without the oldest if there are `most`, and one more.
MatrixXd with_column(const MatrixXd& kept, const VectorXd& column, int most) {
  const Index dropped = kept.cols() >= most ? 1 : 0;
  MatrixXd result(column.size(), kept.cols() - dropped + 1);
  if (kept.cols() > dropped)
    result.leftCols(kept.cols() - dropped) = kept.rightCols(kept.cols() - dropped);
  result.rightCols(1) = column;
  return result;
}

}  // namespace

BoundedSteps::BoundedSteps(const std::vector<double>& lower, const std::vector<double>& upper,
                           int history)
    : lower_(lower), upper_(upper), history_(history) {
  clear();
}

void BoundedSteps::clear() {
  const auto n = static_cast<Index>(lower_.size());
  theta_ = 1;
  steps_.resize(n, 0);
  changes_.resize(n, 0);
  w_.resize(n, 0);
  m_.resize(0, 0);
}

void BoundedSteps::clamp(std::vector<double>& x) const {
  for (size_t i = 0; i < x.size(); ++i) {
    if (x[i] > upper_[i]) x[i] = upper_[i];
    if (x[i] < lower_[i]) x[i] = lower_[i];
  }
}

double BoundedSteps::step_max(const std::vector<double>& x,
                              const std::vector<double>& direction) const {
  double most = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < x.size(); ++i) {
    if (direction[i] == 0.0) continue;
    most = std::min(most, ((direction[i] < 0.0 ? lower_[i] : upper_[i]) - x[i]) / direction[i]);
  }
  // Rounding may leave a point a bit outside.
  return std::max(most, 0.0);
}

bool BoundedSteps::is_stationary(const std::vector<double>& x,
                                 const std::vector<double>& gradient) const {
  double most = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double to = std::clamp(x[i] - gradient[i], lower_[i], upper_[i]);
    most = std::max(most, std::abs(to - x[i]));
  }
  return most < kProjectedGradient;
}

void BoundedSteps::add(const std::vector<double>& step, const std::vector<double>& change) {
  const VectorXd s = to_vector(step);
  const VectorXd y = to_vector(change);
  const double curvature = s.dot(y);
  if (!(kEpsilon * y.norm() < std::abs(curvature))) return;
  steps_ = with_column(steps_, s, history_);
  changes_ = with_column(changes_, y, history_);
  theta_ = y.dot(y) / curvature;
  const Index k = steps_.cols();
  w_.resize(s.size(), 2 * k);
  w_ << changes_, theta_ * steps_;
  const MatrixXd products = steps_.transpose() * changes_;
  const MatrixXd below = products.triangularView<Eigen::StrictlyLower>();
  MatrixXd middle(2 * k, 2 * k);
  middle << MatrixXd((-products.diagonal()).asDiagonal()), below.transpose(), below,
      theta_ * (steps_.transpose() * steps_);
  m_ = middle.inverse();
}

// Algorithm CP of the paper: along the projected gradient from one break point to the next.
BoundedSteps::CauchyPoint BoundedSteps::cauchy_point(const VectorXd& x,
                                                     const VectorXd& gradient) const {
  const Index n = x.size();
  VectorXd direction = VectorXd::Zero(n);
  std::vector<double> breaks(n, std::numeric_limits<double>::max());
  for (Index i = 0; i < n; ++i) {
    if (gradient[i] == 0.0) continue;
    breaks[i] = (x[i] - (gradient[i] < 0 ? upper_[i] : lower_[i])) / gradient[i];
    if (breaks[i] != 0.0) direction[i] = -gradient[i];
  }
  CauchyPoint result{x, VectorXd::Zero(m_.rows())};
  VectorXd p = w_.transpose() * direction;
  double slope = gradient.dot(direction);
  double curvature = -theta_ * slope - p.dot(m_ * p);
  double best = -slope / curvature;
  std::vector<Index> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return breaks[a] < breaks[b]; });
  auto at = std::find_if(order.begin(), order.end(), [&](Index i) { return breaks[i] != 0.0; }) -
            order.begin();
  double reached = 0;
  while (at < n && breaks[order[at]] - reached <= best) {
    const Index b = order[at];
    const double width = breaks[b] - reached;
    result.x[b] = direction[b] > 0 ? upper_[b] : lower_[b];
    const double moved = result.x[b] - x[b];
    result.c += p * width;
    const double g = gradient[b];
    const VectorXd row = w_.row(b).transpose();
    slope += width * curvature + g * g + theta_ * g * moved - g * row.dot(m_ * result.c);
    curvature += -theta_ * g * g - 2.0 * g * row.dot(m_ * p) - g * g * row.dot(m_ * row);
    p += row * g;
    direction[b] = 0.0;
    best = -slope / curvature;
    reached = breaks[b];
    ++at;
  }
  best = std::max(best, 0.0);
  reached += best;
  for (; at < n; ++at) result.x[order[at]] = x[order[at]] + reached * direction[order[at]];
  result.c += p * best;
  return result;
}

// The paper's direct primal method over the variables that are not at a bound.
VectorXd BoundedSteps::minimize_subspace(const CauchyPoint& cauchy, const VectorXd& x,
                                         const VectorXd& gradient) const {
  std::vector<Index> open;
  for (Index i = 0; i < x.size(); ++i) {
    if (cauchy.x[i] != upper_[i] && cauchy.x[i] != lower_[i]) open.push_back(i);
  }
  const VectorXd residual = gradient + theta_ * (cauchy.x - x) - w_ * (m_ * cauchy.c);
  MatrixXd w(static_cast<Index>(open.size()), w_.cols());
  VectorXd r(static_cast<Index>(open.size()));
  for (size_t i = 0; i < open.size(); ++i) {
    w.row(static_cast<Index>(i)) = w_.row(open[i]);
    r[static_cast<Index>(i)] = residual[open[i]];
  }
  VectorXd move = -r / theta_;
  if (w_.cols() > 0) {
    const MatrixXd n = MatrixXd::Identity(m_.rows(), m_.rows()) - m_ * (w.transpose() * w / theta_);
    const VectorXd v = n.partialPivLu().solve(m_ * (w.transpose() * r));
    move -= w * v / (theta_ * theta_);
  }
  double alpha = 1.0;
  for (size_t i = 0; i < open.size(); ++i) {
    const double d = move[static_cast<Index>(i)];
    if (d == 0.0) continue;
    alpha = std::min(alpha, ((d > 0 ? upper_[open[i]] : lower_[open[i]]) - cauchy.x[open[i]]) / d);
  }
  VectorXd result = cauchy.x;
  for (size_t i = 0; i < open.size(); ++i) result[open[i]] += alpha * move[static_cast<Index>(i)];
  return result;
}

std::vector<double> BoundedSteps::direction(const std::vector<double>& x,
                                            const std::vector<double>& gradient,
                                            bool is_first) const {
  const VectorXd at = to_vector(x);
  const VectorXd slope = to_vector(gradient);
  const CauchyPoint cauchy = cauchy_point(at, slope);
  const VectorXd target = is_first ? cauchy.x : minimize_subspace(cauchy, at, slope);
  const VectorXd result = target - at;
  return {result.data(), result.data() + result.size()};
}

}  // namespace firesteel::ml
