// Follows AffineLayerModel, FunctionalLayerModel and SoftmaxLayerModelWithCrossEntropyLoss of
// org.apache.spark.ml.ann.
#include "ml/feed_forward_network.h"

#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "functions/kernel/xorshift.h"

namespace firesteel::ml {

namespace {

constexpr int64_t kChunkBytes = int64_t{1} << 20;
constexpr int32_t kChunkRowsMax = 256;

int32_t chunk_rows(const FeedForwardNetwork& network) {
  const int64_t widest = *std::max_element(network.sizes().begin(), network.sizes().end());
  return static_cast<int32_t>(std::clamp<int64_t>(kChunkBytes / (8 * widest), 1, kChunkRowsMax));
}

// The threads are those of the fit.
void use_one_thread_per_product() {
  static const bool done = [] {
    openblas_set_num_threads(1);
    return true;
  }();
  (void)done;
}

}  // namespace

FeedForwardNetwork::FeedForwardNetwork(std::vector<int32_t> sizes) : sizes_(std::move(sizes)) {
  offsets_.push_back(0);
  for (size_t layer = 0; layer + 1 < sizes_.size(); ++layer) {
    const size_t weights = static_cast<size_t>(sizes_[layer]) * sizes_[layer + 1] + sizes_[layer + 1];
    offsets_.push_back(offsets_.back() + weights);
  }
}

std::vector<double> FeedForwardNetwork::draw_weights(int64_t seed) const {
  functions::kernel::XorShiftRandom random(seed);
  std::vector<double> weights;
  weights.reserve(weight_count());
  for (size_t layer = 0; layer < affine_layers(); ++layer) {
    const double root = std::sqrt(static_cast<double>(sizes_[layer]));
    while (weights.size() < offsets_[layer + 1]) weights.push_back((random.next_double() * 4.8 - 2.4) / root);
  }
  return weights;
}

NetworkPass::NetworkPass(const FeedForwardNetwork& network)
    : network_(network),
      rows_max_(chunk_rows(network)),
      inputs_(static_cast<size_t>(rows_max_) * network.features()) {
  use_one_thread_per_product();
  for (size_t layer = 0; layer < network.affine_layers(); ++layer) {
    const size_t size = static_cast<size_t>(rows_max_) * network.sizes()[layer + 1];
    outputs_.emplace_back(size);
    deltas_.emplace_back(size);
  }
}

const double* NetworkPass::forward(const double* weights, int32_t rows) {
  const size_t last = network_.affine_layers() - 1;
  for (size_t layer = 0; layer <= last; ++layer) {
    const int32_t in = network_.sizes()[layer];
    const int32_t out = network_.sizes()[layer + 1];
    const double* matrix = weights + network_.offset(layer);
    const double* bias = matrix + static_cast<size_t>(in) * out;
    const double* input = layer == 0 ? inputs_.data() : outputs_[layer - 1].data();
    double* output = outputs_[layer].data();
    for (int32_t row = 0; row < rows; ++row) std::copy(bias, bias + out, output + static_cast<size_t>(row) * out);
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, out, rows, in, 1.0, matrix, out, input, in, 1.0, output, out);
    if (layer == last) break;
    const size_t count = static_cast<size_t>(rows) * out;
    for (size_t i = 0; i < count; ++i) output[i] = 1.0 / (1.0 + std::exp(-output[i]));
  }
  return outputs_[last].data();
}

double NetworkPass::backward(const double* weights, const double* labels, const double* row_weights, int32_t rows,
                             double* gradient) {
  const size_t last = network_.affine_layers() - 1;
  const int32_t classes = network_.classes();
  double loss = 0;
  double* top = deltas_[last].data();
  std::copy_n(outputs_[last].data(), static_cast<size_t>(rows) * classes, top);
  for (int32_t row = 0; row < rows; ++row) {
    double* values = top + static_cast<size_t>(row) * classes;
    softmax(values, classes);
    const auto label = static_cast<int32_t>(labels[row]);
    loss -= row_weights[row] * std::log(values[label]);
    for (int32_t k = 0; k < classes; ++k) {
      // Spark multiplies the logarithm of a probability of 0 by 0.
      if (values[k] == 0.0 && k != label) loss = std::numeric_limits<double>::quiet_NaN();
      values[k] = (values[k] - (k == label ? 1.0 : 0.0)) * row_weights[row];
    }
  }
  for (size_t layer = last + 1; layer-- > 0;) {
    const int32_t in = network_.sizes()[layer];
    const int32_t out = network_.sizes()[layer + 1];
    const double* delta = deltas_[layer].data();
    const double* input = layer == 0 ? inputs_.data() : outputs_[layer - 1].data();
    double* slope = gradient + network_.offset(layer);
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, out, in, rows, 1.0, delta, out, input, in, 1.0, slope, out);
    double* bias = slope + static_cast<size_t>(in) * out;
    for (int32_t row = 0; row < rows; ++row) {
      for (int32_t k = 0; k < out; ++k) bias[k] += delta[static_cast<size_t>(row) * out + k];
    }
    if (layer == 0) break;
    double* below = deltas_[layer - 1].data();
    cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, in, rows, out, 1.0, weights + network_.offset(layer), out,
                delta, out, 0.0, below, in);
    const size_t count = static_cast<size_t>(rows) * in;
    for (size_t i = 0; i < count; ++i) below[i] *= (1.0 - input[i]) * input[i];
  }
  return loss;
}

void softmax(double* values, int32_t count) {
  const double highest = *std::max_element(values, values + count);
  double sum = 0;
  for (int32_t k = 0; k < count; ++k) {
    values[k] = std::exp(values[k] - highest);
    sum += values[k];
  }
  for (int32_t k = 0; k < count; ++k) values[k] /= sum;
}

}  // namespace firesteel::ml
