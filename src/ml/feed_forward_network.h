// A network of affine layers with sigmoid activations between them and a softmax on top, as Spark's
// org.apache.spark.ml.ann builds it for the multilayer perceptron classifier.
#pragma once

#include <cstdint>
#include <vector>

namespace firesteel::ml {

// Sizes of the layers and where each one's weights lie: per affine layer its matrix, column by
// column with a row per output, then its bias.
class FeedForwardNetwork {
 public:
  // At least two sizes, all positive.
  explicit FeedForwardNetwork(std::vector<int32_t> sizes);

  const std::vector<int32_t>& sizes() const { return sizes_; }
  int32_t features() const { return sizes_.front(); }
  int32_t classes() const { return sizes_.back(); }
  size_t affine_layers() const { return sizes_.size() - 1; }
  size_t weight_count() const { return offsets_.back(); }
  // Where the weights of an affine layer begin.
  size_t offset(size_t layer) const { return offsets_[layer]; }

  // The initial weights that Spark draws for `seed`.
  std::vector<double> draw_weights(int64_t seed) const;

 private:
  std::vector<int32_t> sizes_;
  std::vector<size_t> offsets_;  // one per affine layer and the total
};

// The activations of a chunk of rows; used by one thread.
class NetworkPass {
 public:
  explicit NetworkPass(const FeedForwardNetwork& network);

  // How many rows a chunk can have.
  int32_t rows_max() const { return rows_max_; }
  // rows_max() × features, row by row, for the caller to fill before forward().
  std::vector<double>& inputs() { return inputs_; }

  // Computes the classes' raw predictions (row by row) of the first `rows` rows.
  const double* forward(const double* weights, int32_t rows);
  // After forward(): adds the gradient of the rows' cross-entropy losses, each times its weight, to
  // `gradient`; returns the sum of the losses so weighted. NaN where Spark's loss is.
  double backward(const double* weights, const double* labels, const double* row_weights, int32_t rows, double* gradient);

 private:
  const FeedForwardNetwork& network_;
  int32_t rows_max_;
  std::vector<double> inputs_;
  std::vector<std::vector<double>> outputs_;  // per affine layer, activated but for the last
  std::vector<std::vector<double>> deltas_;
};

// Turns raw predictions of one row into probabilities, in place.
void softmax(double* values, int32_t count);

}  // namespace firesteel::ml
