#include "ml/tree.h"

#include <algorithm>
#include <array>

namespace firesteel::ml {

namespace {

// scala.collection.Hashing.improve.
uint32_t improved_hash(int32_t value) {
  auto hash = static_cast<uint32_t>(value);
  hash += ~(hash << 9U);
  hash ^= hash >> 14U;
  hash += hash << 4U;
  return hash ^ (hash >> 10U);
}

// Order within a node of the hash trie: single values by their five bits, then the nodes below.
void append_trie_order(const std::vector<int32_t>& values, unsigned shift, std::vector<int32_t>& out) {
  std::array<std::vector<int32_t>, 32> slots;
  for (const int32_t value : values) slots[(improved_hash(value) >> shift) & 31U].push_back(value);
  for (const auto& slot : slots) {
    if (slot.size() == 1) out.push_back(slot[0]);
  }
  for (const auto& slot : slots) {
    if (slot.size() > 1) append_trie_order(slot, shift + 5, out);
  }
}

std::string category_text(const TreeSplit& split) {
  std::string text = "{";
  for (size_t i = 0; i < split.left_categories.size(); ++i) {
    text += (i > 0 ? "," : "") + java_double_text(split.left_categories[i]);
  }
  return text + "}";
}

std::string condition_text(const TreeSplit& split, bool left) {
  const std::string name = "feature " + std::to_string(split.feature);
  if (split.is_categorical()) return name + (left ? " in " : " not in ") + category_text(split);
  return name + (left ? " <= " : " > ") + java_double_text(split.threshold);
}

void append_text(const Tree& tree, int32_t at, int indent, std::string& out) {
  const TreeNode& node = tree.nodes[at];
  const std::string prefix(indent, ' ');
  if (node.is_leaf()) {
    out += prefix + "Predict: " + java_double_text(node.prediction) + "\n";
    return;
  }
  out += prefix + "If (" + condition_text(node.split, true) + ")\n";
  append_text(tree, node.left, indent + 1, out);
  out += prefix + "Else (" + condition_text(node.split, false) + ")\n";
  append_text(tree, node.right, indent + 1, out);
}

int32_t depth_below(const Tree& tree, int32_t at) {
  const TreeNode& node = tree.nodes[at];
  if (node.is_leaf()) return 0;
  return 1 + std::max(depth_below(tree, node.left), depth_below(tree, node.right));
}

}  // namespace

bool TreeSplit::goes_left(double value) const {
  if (!is_categorical()) return value <= threshold;
  return std::find(left_categories.begin(), left_categories.end(), value) != left_categories.end();
}

const TreeNode& Tree::leaf_of(const double* features) const {
  const TreeNode* node = nodes.data();
  while (!node->is_leaf()) {
    node = &nodes[node->split.goes_left(features[node->split.feature]) ? node->left : node->right];
  }
  return *node;
}

int32_t Tree::depth() const { return depth_below(*this, 0); }

std::string Tree::text(int indent) const {
  std::string out;
  append_text(*this, 0, indent, out);
  return out;
}

std::vector<double> Tree::gains(int32_t features) const {
  std::vector<double> gains(features, 0.0);
  for (const TreeNode& node : nodes) {
    if (node.is_leaf()) continue;
    gains[node.split.feature] += node.gain * node.weight;
  }
  return gains;
}

void Tree::number_leaves() {
  int32_t next = 0;
  // Pre-order meets the leaves from left to right.
  for (TreeNode& node : nodes) {
    if (node.is_leaf()) node.leaf_number = next++;
  }
}

int64_t Tree::size_bytes() const {
  int64_t bytes = sizeof(*this);
  for (const TreeNode& node : nodes) {
    bytes += static_cast<int64_t>(sizeof(node) + 8 * (node.stats.size() + node.split.left_categories.size()));
  }
  return bytes;
}

Vector feature_importances(const std::vector<Tree>& trees, int32_t features, bool per_tree) {
  std::vector<double> total(features, 0.0);
  std::vector<uint8_t> is_used(features, 0);
  for (const Tree& tree : trees) {
    const std::vector<double> gains = tree.gains(features);
    double norm = 1.0;
    if (per_tree) {
      norm = 0;
      for (const double gain : gains) norm += gain;
    }
    for (const TreeNode& node : tree.nodes) {
      if (!node.is_leaf() && norm != 0) is_used[node.split.feature] = 1;
    }
    for (int32_t i = 0; i < features && norm != 0; ++i) total[i] += gains[i] / norm;
  }
  double sum = 0;
  for (const double value : total) sum += value;
  Vector result = Vector::make_sparse(features, {}, {});
  for (int32_t i = 0; i < features; ++i) {
    if (is_used[i] == 0) continue;
    result.indices.push_back(i);
    result.values.push_back(sum == 0 ? total[i] : total[i] / sum);
  }
  return result;
}

std::vector<int32_t> scala_set_order(std::vector<int32_t> inserted) {
  if (inserted.size() <= 4) return inserted;
  std::vector<int32_t> ordered;
  append_trie_order(inserted, 0, ordered);
  return ordered;
}

}  // namespace firesteel::ml
