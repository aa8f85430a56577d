#include "ml/tree_prediction.h"

#include <algorithm>
#include <cmath>

#include "ml/params.h"

namespace firesteel::ml {

namespace {

// Rows whose walks go on side by side: a row's own steps wait for each other.
constexpr int64_t kRowsTogether = 8;
// Rows whose leaves are held at a time.
constexpr int64_t kRowsAtOnce = 256;

// By category, whether a split sends it to the left.
std::vector<uint8_t> categories_on_the_left(const TreeSplit& split) {
  std::vector<uint8_t> left;
  for (const double category : split.left_categories) {
    const auto at = static_cast<size_t>(category);
    if (at >= left.size()) left.resize(at + 1, 0);
    left[at] = 1;
  }
  return left;
}

}  // namespace

const std::vector<const double*>& FeatureRows::read(const VectorColumn& vectors, int64_t begin, int64_t end) {
  rows_.clear();
  filled_.resize(static_cast<size_t>(end - begin) * features_);
  for (int64_t row = begin; row < end; ++row) {
    const VectorView view = transformed_vector(vectors, row, static_cast<size_t>(features_), model_);
    if (view.indices == nullptr) {
      rows_.push_back(view.values);
      continue;
    }
    double* filled = filled_.data() + static_cast<size_t>(row - begin) * features_;
    std::fill_n(filled, features_, 0.0);
    for (int32_t i = 0; i < view.count; ++i) filled[view.indices[i]] = view.values[i];
    rows_.push_back(filled);
  }
  return rows_;
}

const std::vector<const double*>& FeatureRows::read(RowReader& reader, const InstanceBlock& block, int32_t begin,
                                                    int32_t end) {
  rows_.clear();
  if (!reader.is_dense()) filled_.resize(static_cast<size_t>(end - begin) * features_);
  for (int32_t row = begin; row < end; ++row) {
    const double* features = reader.read(block, row);
    if (!reader.is_dense()) {
      double* filled = filled_.data() + static_cast<size_t>(row - begin) * features_;
      features = std::copy_n(features, features_, filled) - features_;
    }
    rows_.push_back(features);
  }
  return rows_;
}

TreePredictor::TreePredictor(const std::vector<Tree>& trees, int32_t width, std::vector<double> values)
    : width_(width), values_(std::move(values)) {
  for (const Tree& tree : trees) {
    first_.push_back(nodes_.size());
    depth_.push_back(tree.depth());
    for (const TreeNode& from : tree.nodes) {
      Node& node = nodes_.emplace_back();
      const auto place = static_cast<int32_t>(nodes_.size() - 1 - first_.back());
      node.next[0] = from.is_leaf() ? place : from.left;
      node.next[1] = from.is_leaf() ? place : from.right;
      if (from.is_leaf()) continue;
      node.threshold = from.split.threshold;
      node.feature = from.split.feature;
      node.bin = from.split.bin;
      if (!from.split.is_categorical()) continue;
      node.categories = static_cast<int32_t>(lefts_.size());
      lefts_.push_back(categories_on_the_left(from.split));
    }
  }
}

bool TreePredictor::is_category_right(const Node& node, double value) const {
  const std::vector<uint8_t>& left = lefts_[node.categories];
  if (!(value >= 0 && value < static_cast<double>(left.size())) || value != std::floor(value)) return true;
  return left[static_cast<size_t>(value)] == 0;
}

// As many steps for each row as the tree is deep: who has arrived stays, and no branch is guessed.
template <typename IsRight>
void TreePredictor::walk(int32_t tree, int64_t count, int32_t* leaves, const IsRight& is_right) const {
  const Node* const nodes = nodes_.data() + first_[tree];
  const int32_t depth = depth_[tree];
  int64_t begin = 0;
  for (; begin + kRowsTogether <= count; begin += kRowsTogether) {
    int32_t at[kRowsTogether] = {};
    for (int32_t step = 0; step < depth; ++step) {
#pragma GCC unroll 8
      for (int64_t i = 0; i < kRowsTogether; ++i) {
        const Node& node = nodes[at[i]];
        at[i] = node.next[is_right(node, begin + i)];
      }
    }
    std::copy_n(at, kRowsTogether, leaves + begin);
  }
  for (; begin < count; ++begin) {
    int32_t at = 0;
    for (int32_t step = 0; step < depth; ++step) at = nodes[at].next[is_right(nodes[at], begin)];
    leaves[begin] = at;
  }
}

void TreePredictor::find_leaves(int32_t tree, const double* const* rows, int64_t count, int32_t* leaves) const {
  if (lefts_.empty()) {
    walk(tree, count, leaves, [&](const Node& node, int64_t row) {
      return static_cast<size_t>(!(rows[row][node.feature] <= node.threshold));
    });
    return;
  }
  walk(tree, count, leaves, [&](const Node& node, int64_t row) {
    const double value = rows[row][node.feature];
    return static_cast<size_t>(node.categories >= 0 ? is_category_right(node, value) : !(value <= node.threshold));
  });
}

void TreePredictor::add_leaves(int32_t tree, const int32_t* leaves, int64_t count, double* sums) const {
  const double* const values = values_.data() + first_[tree] * width_;
  if (width_ == 1) {
    for (int64_t row = 0; row < count; ++row) sums[row] += values[leaves[row]];
    return;
  }
  for (int64_t row = 0; row < count; ++row) {
    const double* from = values + static_cast<size_t>(leaves[row]) * width_;
    for (int32_t k = 0; k < width_; ++k) sums[row * width_ + k] += from[k];
  }
}

void TreePredictor::add_up(const double* const* rows, int64_t count, double* sums) const {
  int32_t leaves[kRowsAtOnce];
  for (int64_t begin = 0; begin < count; begin += kRowsAtOnce) {
    const int64_t together = std::min(kRowsAtOnce, count - begin);
    for (int32_t tree = 0; tree < trees(); ++tree) {
      find_leaves(tree, rows + begin, together, leaves);
      add_leaves(tree, leaves, together, sums + begin * width_);
    }
  }
}

void TreePredictor::add_up(const BinnedRows& rows, int64_t begin, int64_t end, double* sums) const {
  int32_t leaves[kRowsAtOnce];
  for (int64_t first = begin; first < end; first += kRowsAtOnce) {
    const int64_t together = std::min(kRowsAtOnce, end - first);
    for (int32_t tree = 0; tree < trees(); ++tree) {
      with_bin_type(rows, [&](auto type) {
        const auto* bins = rows.row<decltype(type)>(first);
        walk(tree, together, leaves, [&](const Node& node, int64_t row) {
          const int32_t bin = bins[row * rows.features + node.feature];
          return static_cast<size_t>(node.categories >= 0 ? is_category_right(node, bin) : bin > node.bin);
        });
      });
      add_leaves(tree, leaves, together, sums + (first - begin) * width_);
    }
  }
}

}  // namespace firesteel::ml
