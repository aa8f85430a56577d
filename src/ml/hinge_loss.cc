#include "ml/hinge_loss.h"

#include <algorithm>

namespace firesteel::ml {

HingeLoss::HingeLoss(const InstanceBlocks& blocks, const HingeProblem& problem, const FitContext& context)
    : blocks_(blocks),
      problem_(problem),
      context_(context),
      runner_(std::max(1, std::min<int>(context.threads, static_cast<int>(blocks.size())))),
      weights_(problem.inverse_deviation.size()),
      partials_(runner_.parts()) {}

double HingeLoss::operator()(const std::vector<double>& x, std::vector<double>& gradient) {
  double offset = problem_.intercept ? x.back() : 0.0;
  for (size_t f = 0; f < weights_.size(); ++f) {
    weights_[f] = x[f] * problem_.inverse_deviation[f];
    if (problem_.intercept) offset -= x[f] * problem_.scaled_mean[f];
  }
  runner_.run([&](int part) { pass(part, offset); });
  double loss = 0;
  double multiplier = 0;
  for (const Partial& partial : partials_) {
    loss += partial.loss;
    multiplier += partial.multiplier;
  }
  loss /= problem_.weight_sum;
  for (size_t f = 0; f < weights_.size(); ++f) {
    double sum = 0;
    for (const Partial& partial : partials_) sum += partial.gradient[f];
    sum *= problem_.inverse_deviation[f];
    if (problem_.intercept) sum -= multiplier * problem_.scaled_mean[f];
    gradient[f] = sum / problem_.weight_sum + problem_.l2[f] * x[f];
    loss += 0.5 * problem_.l2[f] * x[f] * x[f];
  }
  if (problem_.intercept) gradient.back() = multiplier / problem_.weight_sum;
  return loss;
}

void HingeLoss::pass(int part, double offset) {
  Partial& partial = partials_[part];
  partial.gradient.assign(weights_.size(), 0.0);
  partial.multiplier = partial.loss = 0;
  const std::vector<int32_t>& dense_columns = blocks_.dense_columns();
  const BlockRange range = block_range(blocks_.size(), part, runner_.parts());
  for (size_t b = range.begin; b < range.end; ++b) {
    context_.check_canceled();
    const InstanceBlock block = blocks_[b];
    for (int32_t row = 0; row < block.rows; ++row) {
      const double* dense = block.dense + static_cast<int64_t>(row) * block.dense_width;
      double margin = offset;
      for (int32_t d = 0; d < block.dense_width; ++d) margin += dense[d] * weights_[dense_columns[d]];
      for (int32_t k = block.offsets[row]; k < block.offsets[row + 1]; ++k) {
        margin += (block.values == nullptr ? 1.0 : block.values[k]) * weights_[block.indices[k]];
      }
      const double sign = 2.0 * block.labels[row] - 1.0;
      const double shortfall = 1.0 - sign * margin;
      if (!(shortfall > 0.0)) continue;
      partial.loss += block.weights[row] * shortfall;
      const double multiplier = -sign * block.weights[row];
      partial.multiplier += multiplier;
      for (int32_t d = 0; d < block.dense_width; ++d) partial.gradient[dense_columns[d]] += multiplier * dense[d];
      for (int32_t k = block.offsets[row]; k < block.offsets[row + 1]; ++k) {
        partial.gradient[block.indices[k]] += multiplier * (block.values == nullptr ? 1.0 : block.values[k]);
      }
    }
    blocks_.release(b);
  }
}

}  // namespace firesteel::ml
