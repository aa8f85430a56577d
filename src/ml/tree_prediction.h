// Trees laid out for prediction: small nodes side by side, walked for several rows at once.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ml/tree.h"
#include "ml/tree_bins.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

// The features of some rows at a time.
class FeatureRows {
 public:
  // `model` is the class that Spark's errors of a vector name.
  FeatureRows(int32_t features, std::string model) : features_(features), model_(std::move(model)) {}

  // Those of the rows [begin, end), as pointers that are valid until the next call. Throws Spark's errors
  // for null vectors and for those of another size.
  const std::vector<const double*>& read(const VectorColumn& vectors, int64_t begin, int64_t end);
  // The same of a block that `reader` reads; it has as many features.
  const std::vector<const double*>& read(RowReader& reader, const InstanceBlock& block, int32_t begin, int32_t end);

 private:
  int32_t features_;
  std::string model_;
  std::vector<double> filled_;
  std::vector<const double*> rows_;
};

class TreePredictor {
 public:
  // `values` are `width` numbers for each node of each tree in turn: what a row gets from its leaf.
  TreePredictor(const std::vector<Tree>& trees, int32_t width, std::vector<double> values);

  int32_t trees() const { return static_cast<int32_t>(first_.size()); }
  int32_t width() const { return width_; }

  // The sums over the trees, in their order, of what each row's leaves give: `width` numbers per row,
  // for rows of features.
  void add_up(const double* const* rows, int64_t count, double* sums) const;
  // The same for the rows [begin, end) that `trees` were grown on, by their bins.
  void add_up(const BinnedRows& rows, int64_t begin, int64_t end, double* sums) const;

  // The place of each row's leaf among the nodes of a tree.
  void find_leaves(int32_t tree, const double* const* rows, int64_t count, int32_t* leaves) const;

 private:
  struct Node {
    double threshold = 0;
    int32_t feature = 0;
    int32_t bin = 0;         // the last one on the left, while the rows of the training are at hand
    int32_t categories = -1; // place in `lefts_`; -1: continuous
    int32_t next[2] = {0, 0};  // left and right; a leaf leads to itself
  };

  template <typename IsRight>
  void walk(int32_t tree, int64_t count, int32_t* leaves, const IsRight& is_right) const;
  bool is_category_right(const Node& node, double value) const;
  void add_leaves(int32_t tree, const int32_t* leaves, int64_t count, double* sums) const;

  int32_t width_;
  std::vector<double> values_;
  std::vector<Node> nodes_;
  std::vector<size_t> first_;   // node of each tree
  std::vector<int32_t> depth_;  // of each tree
  std::vector<std::vector<uint8_t>> lefts_;  // by category
};

}  // namespace firesteel::ml
