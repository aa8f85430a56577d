// Decision trees as values: nodes, prediction, text, importance of features.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ml/linear_algebra.h"

namespace firesteel::ml {

// A categorical split sends the rows of `left_categories` to the left, a continuous one those with a
// value of at most `threshold`.
struct TreeSplit {
  int32_t feature = 0;
  double threshold = 0;
  int32_t categories = -1;  // of a categorical feature; -1: continuous
  std::vector<double> left_categories;
  int32_t bin = 0;  // the last bin on the left of a continuous split; set while training only

  bool is_categorical() const { return categories >= 0; }
  bool goes_left(double value) const;
};

struct TreeNode {
  double prediction = 0;
  double impurity = 0;
  double gain = -1;
  int32_t left = -1;  // position in Tree::nodes; -1: a leaf
  int32_t right = -1;
  TreeSplit split;
  // Weight per class, or count, sum and sum of squares of the labels.
  std::vector<double> stats;
  double weight = 0;  // of all rows
  int64_t raw_count = 0;
  int32_t leaf_number = 0;  // of a leaf, from the left

  bool is_leaf() const { return left < 0; }
};

// Nodes in pre-order; the first is the root.
struct Tree {
  std::vector<TreeNode> nodes;

  const TreeNode& leaf_of(const double* features) const;
  int32_t depth() const;
  // The nodes as indented text, the root's at `indent`.
  std::string text(int indent) const;
  // Gains by feature, weighted by the rows of each node.
  std::vector<double> gains(int32_t features) const;
  void number_leaves();
  int64_t size_bytes() const;
};

// Spark's importances of features over trees; each tree's are normalized first where `per_tree`.
Vector feature_importances(const std::vector<Tree>& trees, int32_t features, bool per_tree);

// Whole numbers in the order in which Scala's immutable sets and maps hold them: as inserted up to
// four, by hash beyond. Spark walks the trees of a pass in that order.
std::vector<int32_t> scala_set_order(std::vector<int32_t> inserted);

}  // namespace firesteel::ml
