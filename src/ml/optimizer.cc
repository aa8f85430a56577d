#include "ml/optimizer.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <optional>
#include <utility>

#include "ml/bounded_steps.h"
#include "ml/line_search.h"

namespace firesteel::ml {

namespace {

using Array = std::vector<double>;

double dot(const Array& a, const Array& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double norm(const Array& a) { return std::sqrt(dot(a, a)); }

void add_scaled(double factor, const Array& from, Array& to) {
  for (size_t i = 0; i < to.size(); ++i) to[i] += factor * from[i];
}

int sign(double value) { return (value > 0) - (value < 0); }

struct Evaluation {
  double value = 0;  // without the L1 penalty
  Array gradient;
  double adjusted_value = 0;  // with it
  Array adjusted_gradient;    // the pseudo-gradient
};

// The two-loop recursion over the last steps, newest first.
class InverseHessian {
 public:
  explicit InverseHessian(int length) : length_(length) {}

  void clear() { steps_.clear(); }

  void add(Array step, Array change) {
    steps_.push_front({std::move(step), std::move(change)});
    if (static_cast<int>(steps_.size()) > length_) steps_.pop_back();
  }

  Array descent_direction(const Array& gradient) const {
    double scale = 1.0;
    if (!steps_.empty()) {
      const double curvature = dot(steps_[0].step, steps_[0].change);
      if (curvature < 0 || std::isnan(curvature)) throw StepFailed();
      scale = curvature / dot(steps_[0].change, steps_[0].change);
    }
    Array direction = gradient;
    Array alpha(steps_.size());
    Array rho(steps_.size());
    for (size_t i = 0; i < steps_.size(); ++i) {
      rho[i] = dot(steps_[i].step, steps_[i].change);
      alpha[i] = dot(steps_[i].step, direction) / rho[i];
      if (std::isnan(alpha[i])) throw StepFailed();
      add_scaled(-alpha[i], steps_[i].change, direction);
    }
    for (double& d : direction) d *= scale;
    for (size_t i = steps_.size(); i-- > 0;) {
      const double beta = dot(steps_[i].change, direction) / rho[i];
      add_scaled(alpha[i] - beta, steps_[i].step, direction);
    }
    for (double& d : direction) d = -d;
    return direction;
  }

 private:
  struct Step {
    Array step;
    Array change;
  };
  int length_;
  std::deque<Step> steps_;
};

class Minimizer {
 public:
  Minimizer(const Objective& objective, const OptimizerOptions& options)
      : objective_(objective), options_(options), hessian_(options.history) {
    if (!options.lower.empty()) bounded_.emplace(options.lower, options.upper, options.history);
  }

  OptimizerResult run(Array start, const IterationCallback& on_iteration) {
    OptimizerResult result;
    x_ = std::move(start);
    current_ = evaluate(x_);
    initial_ = current_.adjusted_value;
    recent_ = {std::numeric_limits<double>::infinity()};
    result.objective_history.push_back(current_.adjusted_value);
    while (!converged()) {
      try {
        advance();
        failed_once_ = false;
        if (on_iteration) on_iteration(iteration_, current_.adjusted_value);
      } catch (const StepFailed&) {
        if (failed_once_) search_failed_ = true;
        failed_once_ = true;
        hessian_.clear();
        if (bounded_) bounded_->clear();
      }
      result.objective_history.push_back(current_.adjusted_value);
    }
    result.x = std::move(x_);
    return result;
  }

 private:
  bool has_l1() const { return !options_.l1.empty(); }

  // The last evaluated point is kept: a line search ends at the point that is asked for next.
  const Evaluation& evaluate(Array& x) {
    if (last_x_ != x || last_x_.empty()) {
      last_.gradient.assign(x.size(), 0.0);
      last_.value = objective_(x, last_.gradient);
      last_x_ = x;  // as the objective left it
      adjust(x, last_);
    }
    return last_;
  }

  void adjust(const Array& x, Evaluation& point) const {
    point.adjusted_value = point.value;
    point.adjusted_gradient = point.gradient;
    if (!has_l1()) return;
    for (size_t i = 0; i < x.size(); ++i) {
      const double l1 = options_.l1[i];
      if (l1 == 0.0) continue;
      const double slope = point.gradient[i];
      point.adjusted_value += std::abs(l1 * x[i]);
      if (x[i] != 0.0) {
        point.adjusted_gradient[i] = slope + sign(x[i]) * l1;
      } else {
        point.adjusted_gradient[i] = slope - l1 > 0 ? slope - l1 : slope + l1 < 0 ? slope + l1 : 0.0;
      }
    }
  }

  Array step_from(const Array& direction, double t) const {
    Array next = x_;
    add_scaled(t, direction, next);
    if (bounded_) bounded_->clamp(next);
    if (!has_l1()) return next;
    // Stay in the orthant of the current point; at zero, that of the steepest descent.
    for (size_t i = 0; i < next.size(); ++i) {
      const int orthant = x_[i] != 0.0 ? sign(x_[i]) : sign(-current_.adjusted_gradient[i]);
      if (sign(next[i]) != orthant) next[i] = 0.0;
    }
    return next;
  }

  void advance() {
    Array direction = bounded_ ? bounded_->direction(x_, current_.gradient, iteration_ == 0)
                               : hessian_.descent_direction(current_.adjusted_gradient);
    if (has_l1()) {
      for (size_t i = 0; i < direction.size(); ++i) {
        if (!(direction[i] * current_.adjusted_gradient[i] < 0)) direction[i] = 0.0;
      }
    }
    const double t = step_size(direction);
    Array next = step_from(direction, t);
    const Evaluation& reached = evaluate(next);
    Array change(next.size());
    Array step(next.size());
    for (size_t i = 0; i < next.size(); ++i) {
      step[i] = next[i] - x_[i];
      change[i] = reached.gradient[i] - current_.gradient[i];
    }
    if (bounded_) {
      bounded_->add(step, change);
    } else {
      hessian_.add(std::move(step), std::move(change));
    }
    current_ = reached;
    x_ = std::move(next);
    ++iteration_;
    recent_.push_back(current_.adjusted_value);
    if (recent_.size() > kValueMemory) recent_.pop_front();
  }

  double step_size(const Array& direction) {
    const Line line = [&](double t) {
      Array at = step_from(direction, t);
      const Evaluation& point = evaluate(at);
      return LinePoint{t, point.adjusted_value, dot(point.adjusted_gradient, direction)};
    };
    if (has_l1()) {
      const bool first = iteration_ < 1;
      return backtracking_step(line, first ? 0.5 / norm(current_.gradient) : 1.0, current_.value,
                               first ? 0.1 : 0.5);
    }
    if (bounded_) {
      const double most = bounded_->step_max(x_, direction);
      return strong_wolfe_step(line, std::min(1.0, most), {.search_steps = 64, .zoom_steps = 64, .step_max = most});
    }
    const double t = strong_wolfe_step(line, iteration_ == 0 ? 1.0 / norm(direction) : 1.0);
    if (t * norm(current_.gradient) < 1e-10) throw StepFailed();
    return t;
  }

  bool converged() const {
    if (bounded_ && bounded_->is_stationary(x_, current_.gradient)) return true;
    if (iteration_ >= options_.iterations_max || search_failed_) return true;
    const double worst = *std::max_element(recent_.begin(), recent_.end());
    if (recent_.size() >= 2 &&
        std::abs(current_.adjusted_value - worst) <= options_.tolerance * std::abs(initial_)) {
      return true;
    }
    return norm(current_.adjusted_gradient) <=
           std::max(options_.tolerance * std::abs(current_.adjusted_value), 1e-8);
  }

  static constexpr size_t kValueMemory = 20;

  const Objective& objective_;
  const OptimizerOptions& options_;
  InverseHessian hessian_;
  std::optional<BoundedSteps> bounded_;
  Array x_;
  Evaluation current_;
  Evaluation last_;
  Array last_x_;
  double initial_ = 0;
  std::deque<double> recent_;
  int iteration_ = 0;
  bool failed_once_ = false;
  bool search_failed_ = false;
};

}  // namespace

OptimizerResult minimize(const Objective& objective, std::vector<double> start,
                         const OptimizerOptions& options, const IterationCallback& on_iteration) {
  return Minimizer(objective, options).run(std::move(start), on_iteration);
}

}  // namespace firesteel::ml
