// The directions of L-BFGS-B: a limited-memory model of the Hessian, minimized within bounds.
// Byrd, Lu, Nocedal, Zhu, "A limited memory algorithm for bound constrained optimization", 1995, in
// the form that Spark's optimizer (Breeze) has, so that iterations agree with Spark's.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace firesteel::ml {

class BoundedSteps {
 public:
  // `lower` and `upper` outlive the object.
  BoundedSteps(const std::vector<double>& lower, const std::vector<double>& upper, int history);

  // From `x` towards the minimum of the model; at the first iteration only to its Cauchy point.
  std::vector<double> direction(const std::vector<double>& x, const std::vector<double>& gradient,
                                bool is_first) const;
  // The largest multiple of `direction` that stays within the bounds.
  double step_max(const std::vector<double>& x, const std::vector<double>& direction) const;
  void clamp(std::vector<double>& x) const;
  // Takes the change of the gradient over a step into the model, if it has curvature.
  void add(const std::vector<double>& step, const std::vector<double>& change);
  void clear();
  // True if the projected gradient is nearly zero.
  bool is_stationary(const std::vector<double>& x, const std::vector<double>& gradient) const;

 private:
  struct CauchyPoint {
    Eigen::VectorXd x;
    Eigen::VectorXd c;  // Wᵀ (x - start)
  };
  CauchyPoint cauchy_point(const Eigen::VectorXd& x, const Eigen::VectorXd& gradient) const;
  Eigen::VectorXd minimize_subspace(const CauchyPoint& cauchy, const Eigen::VectorXd& x,
                                    const Eigen::VectorXd& gradient) const;

  const std::vector<double>& lower_;
  const std::vector<double>& upper_;
  int history_;
  double theta_ = 1;
  Eigen::MatrixXd steps_;    // a column per step, oldest first
  Eigen::MatrixXd changes_;  // of the gradient
  Eigen::MatrixXd w_;        // [changes, theta * steps]
  Eigen::MatrixXd m_;
};

}  // namespace firesteel::ml
