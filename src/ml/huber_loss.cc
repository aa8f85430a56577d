#include "ml/huber_loss.h"

#include <algorithm>
#include <cmath>

namespace firesteel::ml {

HuberLoss::HuberLoss(const InstanceBlocks& blocks, const HuberProblem& problem,
                     const FitContext& context)
    : blocks_(blocks),
      problem_(problem),
      context_(context),
      runner_(std::max(1, std::min<int>(context.threads, static_cast<int>(blocks.size())))),
      weights_(problem.inverse_deviation.size()),
      partials_(runner_.parts()) {}

double HuberLoss::operator()(const std::vector<double>& x, std::vector<double>& gradient) {
  const size_t features = weights_.size();
  double offset = problem_.intercept ? x[features] : 0.0;
  for (size_t f = 0; f < features; ++f) {
    weights_[f] = x[f] * problem_.inverse_deviation[f];
    if (problem_.intercept) offset -= x[f] * problem_.scaled_mean[f];
  }
  runner_.run([&](int part) { pass(part, offset, x.back()); });
  double loss = 0;
  double multiplier = 0;
  double scale_gradient = 0;
  for (const Partial& partial : partials_) {
    loss += partial.loss;
    multiplier += partial.multiplier;
    scale_gradient += partial.scale_gradient;
  }
  loss /= problem_.weight_sum;
  for (size_t f = 0; f < features; ++f) {
    double sum = 0;
    for (const Partial& partial : partials_) sum += partial.gradient[f];
    sum *= problem_.inverse_deviation[f];
    if (problem_.intercept) sum -= multiplier * problem_.scaled_mean[f];
    gradient[f] = sum / problem_.weight_sum + problem_.l2[f] * x[f];
    loss += 0.5 * problem_.l2[f] * x[f] * x[f];
  }
  if (problem_.intercept) gradient[features] = multiplier / problem_.weight_sum;
  gradient.back() = scale_gradient / problem_.weight_sum;
  return loss;
}

void HuberLoss::pass(int part, double offset, double scale) {
  Partial& partial = partials_[part];
  partial.gradient.assign(weights_.size(), 0.0);
  partial.multiplier = partial.scale_gradient = partial.loss = 0;
  const double epsilon = problem_.epsilon;
  const std::vector<int32_t>& dense_columns = blocks_.dense_columns();
  std::vector<double> margins;
  const BlockRange range = block_range(blocks_.size(), part, runner_.parts());
  for (size_t b = range.begin; b < range.end; ++b) {
    context_.check_canceled();
    const InstanceBlock block = blocks_[b];
    compute_margins(block, dense_columns, weights_, offset, margins);
    for (int32_t row = 0; row < block.rows; ++row) {
      const double weight = block.weights[row];
      if (!(weight > 0.0)) continue;
      const double residual = block.labels[row] - margins[row];
      double multiplier = 0;
      if (std::abs(residual) <= scale * epsilon) {
        const double ratio = residual / scale;
        partial.loss += 0.5 * weight * (scale + residual * residual / scale);
        partial.scale_gradient += 0.5 * weight * (1.0 - ratio * ratio);
        multiplier = -weight * ratio;
      } else {
        partial.loss +=
            0.5 * weight * (scale + 2.0 * epsilon * std::abs(residual) - scale * epsilon * epsilon);
        partial.scale_gradient += 0.5 * weight * (1.0 - epsilon * epsilon);
        multiplier = residual >= 0 ? -weight * epsilon : weight * epsilon;
      }
      partial.multiplier += multiplier;
      const double* dense = block.dense + static_cast<int64_t>(row) * block.dense_width;
      for (int32_t d = 0; d < block.dense_width; ++d)
        partial.gradient[dense_columns[d]] += multiplier * dense[d];
      for (int32_t k = block.offsets[row]; k < block.offsets[row + 1]; ++k) {
        partial.gradient[block.indices[k]] +=
            multiplier * (block.values == nullptr ? 1.0 : block.values[k]);
      }
    }
    blocks_.release(b);
  }
}

}  // namespace firesteel::ml
