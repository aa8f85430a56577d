// Follows org.apache.spark.ml.tree.impl.RandomForest: the order in which nodes draw their features,
// the order of sums and the ties between splits decide which tree comes out.
#include "ml/tree_growth.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "functions/kernel/java_random.h"
#include "functions/kernel/xorshift.h"
#include "ml/parallel.h"

namespace firesteel::ml {

namespace {

using functions::kernel::JavaRandom;
using functions::kernel::XorShiftRandom;

// Spark's smallest impurity of a node that is split further.
constexpr double kSmallestImpurity = 2.220446049250313e-16;

struct GainStats {
  double gain = std::numeric_limits<double>::lowest();
  double impurity = 0;
  ImpurityStats parent;
  ImpurityStats left;
  ImpurityStats right;
  bool is_valid = false;
};

// A node while its tree grows. `rows` are places in the tree's list of rows.
struct GrowingNode {
  int32_t level = 0;
  int64_t begin = 0;
  int64_t end = 0;
  bool has_stats = false;  // false for a root that was not processed yet
  ImpurityStats stats;
  double impurity = 0;
  double gain = 0;
  bool is_valid = true;
  TreeSplit split;
  int32_t left = -1;
  int32_t right = -1;
};

struct GrowingTree {
  std::vector<GrowingNode> nodes;
  RowVector<int32_t> rows;  // each node's rows in their order
};

struct NodeTask {
  int32_t tree = 0;
  int32_t node = 0;
  std::vector<int32_t> features;  // empty: all
  std::vector<size_t> offsets;    // of each feature's histogram
  std::vector<double> histogram;
  ImpurityStats totals;
  TreeSplit split;
  GainStats best;
};

class Grower {
 public:
  Grower(const BinnedRows& rows, const RowVector<double>& labels, const RowVector<uint16_t>& counts,
         const TreeSettings& settings, FitContext& context)
      : rows_(rows),
        labels_(labels),
        counts_(counts),
        settings_(settings),
        context_(context),
        width_(settings.classes > 0 ? settings.classes + 1 : 4),
        features_per_node_(settings.features_per_node > 0 ? std::min(settings.features_per_node, rows.features)
                                                          : rows.features),
        weight_min_(settings.weight_fraction_min * rows.weight_sum) {}

  std::vector<Tree> grow(int32_t trees, int64_t seed);

 private:
  using Stack = std::vector<std::pair<int32_t, int32_t>>;  // (tree, node), the top at the end
  void plant(int32_t trees, Stack& stack);
  std::vector<NodeTask> choose_group(Stack& stack, JavaRandom& random) const;
  int64_t histogram_bytes(const std::vector<int32_t>& features) const;
  void process(std::vector<NodeTask>& group, size_t begin, size_t end);
  void fill_histograms(NodeTask& task, size_t first, size_t last) const;
  void find_split(NodeTask& task) const;
  void divide(NodeTask& task);
  void push_children(const NodeTask& task, Stack& stack);

  int32_t feature_at(const NodeTask& task, size_t position) const {
    return task.features.empty() ? static_cast<int32_t>(position) : task.features[position];
  }
  double row_weight(int32_t tree, int32_t row) const {
    const double weight = rows_.weights[row];
    return counts_.empty() ? weight : counts_[static_cast<size_t>(tree) * rows_.rows + row] * weight;
  }
  int64_t row_count(int32_t tree, int32_t row) const {
    return counts_.empty() ? 1 : counts_[static_cast<size_t>(tree) * rows_.rows + row];
  }
  // What a row adds to a histogram, of a block of rows: read once for all features.
  struct RowBlock {
    static constexpr int64_t kRows = 256;
    std::array<int32_t, kRows> rows;
    std::array<std::array<double, 4>, kRows> values;  // of a regression: weight, weight × label, weight × label², count
    std::array<int32_t, kRows> label;                 // of a classification, with its weight and count in `values`
    int64_t count = 0;
  };
  void read_block(const NodeTask& task, int64_t begin, int64_t end, RowBlock& block) const;
  void add_row(double* entry, const RowBlock& block, int64_t i) const {
    const std::array<double, 4>& value = block.values[i];
    if (settings_.classes > 0) {
      entry[block.label[i]] += value[0];
      entry[width_ - 1] += value[3];
      return;
    }
    for (size_t k = 0; k < 4; ++k) entry[k] += value[k];
  }
  void add_subsets(const RowBlock& block, const FeatureBins& bins, const uint16_t* column, double* histogram) const;
  ImpurityStats read(const double* entry) const {
    ImpurityStats stats;
    stats.values.assign(entry, entry + width_ - 1);
    stats.rows = static_cast<int64_t>(entry[width_ - 1]);
    return stats;
  }
  void merge(double* into, const double* from) const {
    for (int32_t i = 0; i < width_; ++i) into[i] += from[i];
  }
  GainStats gain_of(const GainStats* before, ImpurityStats left, ImpurityStats right) const;
  std::pair<TreeSplit, GainStats> best_of_feature(NodeTask& task, size_t position, std::optional<GainStats>& last) const;
  std::vector<int32_t> categories_by_centroid(const double* histogram, int32_t categories) const;

  const BinnedRows& rows_;
  const RowVector<double>& labels_;
  const RowVector<uint16_t>& counts_;
  const TreeSettings& settings_;
  FitContext& context_;
  int32_t width_;  // numbers per entry of a histogram
  int32_t features_per_node_;
  double weight_min_;
  std::vector<GrowingTree> trees_;
};

// k of n features by reservoir sampling, as org.apache.spark.util.random.SamplingUtils.
std::vector<int32_t> draw_features(int32_t features, int32_t wanted, int64_t seed) {
  std::vector<int32_t> reservoir(wanted);
  for (int32_t i = 0; i < wanted; ++i) reservoir[i] = i;
  XorShiftRandom random(seed);
  for (int32_t i = wanted; i < features; ++i) {
    const auto place = static_cast<int64_t>(random.next_double() * (i + 1));
    if (place < wanted) reservoir[place] = i;
  }
  return reservoir;
}

void Grower::plant(int32_t trees, Stack& stack) {
  trees_.resize(trees);
  for (int32_t t = 0; t < trees; ++t) {
    GrowingTree& tree = trees_[t];
    tree.rows = rows_.row_vector<int32_t>();
    for (int32_t row = 0; row < rows_.rows; ++row) {
      if (row_count(t, row) > 0) tree.rows.push_back(row);
    }
    GrowingNode root;
    root.end = static_cast<int64_t>(tree.rows.size());
    tree.nodes.push_back(std::move(root));
    stack.emplace_back(t, 0);
  }
}

int64_t Grower::histogram_bytes(const std::vector<int32_t>& features) const {
  int64_t bins = 0;
  if (features.empty()) {
    for (const FeatureBins& feature : rows_.bins) bins += feature.bins();
  }
  for (const int32_t feature : features) bins += rows_.bins[feature].bins();
  return bins * (settings_.classes > 0 ? settings_.classes : 3) * 8;
}

// Nodes from the top of the stack for as long as their histograms fit. The node that does not fit has
// drawn its features in vain, as in Spark.
std::vector<NodeTask> Grower::choose_group(Stack& stack, JavaRandom& random) const {
  std::vector<NodeTask> group;
  int64_t memory = 0;
  while (!stack.empty()) {
    NodeTask task;
    std::tie(task.tree, task.node) = stack.back();
    if (features_per_node_ < rows_.features) task.features = draw_features(rows_.features, features_per_node_, random.next_long());
    const int64_t bytes = histogram_bytes(task.features);
    if (memory + bytes > settings_.memory_max && memory != 0) break;
    stack.pop_back();
    memory += bytes;
    group.push_back(std::move(task));
  }
  // Spark walks a group tree by tree, in the order of a Scala map.
  std::vector<int32_t> trees;
  for (const NodeTask& task : group) trees.push_back(task.tree);
  std::sort(trees.begin(), trees.end());
  trees.erase(std::unique(trees.begin(), trees.end()), trees.end());
  std::map<int32_t, size_t> place;
  for (const int32_t tree : scala_set_order(trees)) place.emplace(tree, place.size());
  std::stable_sort(group.begin(), group.end(), [&](const NodeTask& a, const NodeTask& b) { return place.at(a.tree) < place.at(b.tree); });
  return group;
}

void Grower::read_block(const NodeTask& task, int64_t begin, int64_t end, RowBlock& block) const {
  const int32_t* rows = trees_[task.tree].rows.data() + begin;
  block.count = std::min(end - begin, RowBlock::kRows);
  for (int64_t i = 0; i < block.count; ++i) {
    const int32_t row = rows[i];
    const double weight = row_weight(task.tree, row);
    const double label = labels_[row];
    block.rows[i] = row;
    block.values[i] = {weight, weight * label, weight * label * label, static_cast<double>(row_count(task.tree, row))};
    if (settings_.classes > 0) block.label[i] = static_cast<int32_t>(label);
  }
}

void Grower::add_subsets(const RowBlock& block, const FeatureBins& bins, const uint16_t* column, double* histogram) const {
  for (int64_t i = 0; i < block.count; ++i) {
    const uint16_t category = column[block.rows[i]];
    for (size_t s = 0; s < bins.subsets.size(); ++s) {
      const auto& subset = bins.subsets[s];
      if (std::find(subset.begin(), subset.end(), category) != subset.end()) add_row(histogram + s * width_, block, i);
    }
  }
}

// The histograms of the features at the places [first, last), each with the rows in their order; with the first one the
// sums of all rows.
void Grower::fill_histograms(NodeTask& task, size_t first, size_t last) const {
  const GrowingNode& node = trees_[task.tree].nodes[task.node];
  std::vector<double> totals(width_, 0.0);
  struct Target {
    const uint16_t* column;
    double* histogram;
  };
  std::vector<Target> ordered;
  std::vector<size_t> unordered;
  for (size_t p = first; p < last; ++p) {
    const int32_t feature = feature_at(task, p);
    if (rows_.bins[feature].unordered) unordered.push_back(p);
    else ordered.push_back({rows_.column(feature), task.histogram.data() + task.offsets[p]});
  }
  RowBlock block;
  for (int64_t begin = node.begin; begin < node.end; begin += block.count) {
    if ((begin - node.begin) % (64 * RowBlock::kRows) == 0) context_.check_canceled();
    read_block(task, begin, node.end, block);
    // Row by row: neighbours often fall into one bin of a feature, and each sum would wait for the one before.
    for (int64_t i = 0; i < block.count; ++i) {
      const int32_t row = block.rows[i];
      for (const Target& target : ordered) add_row(target.histogram + static_cast<size_t>(target.column[row]) * width_, block, i);
    }
    for (const size_t p : unordered) {
      const int32_t feature = feature_at(task, p);
      add_subsets(block, rows_.bins[feature], rows_.column(feature), task.histogram.data() + task.offsets[p]);
    }
    for (int64_t i = 0; first == 0 && i < block.count; ++i) add_row(totals.data(), block, i);
  }
  if (first == 0) task.totals = read(totals.data());
}

GainStats Grower::gain_of(const GainStats* before, ImpurityStats left, ImpurityStats right) const {
  const Impurity impurity = settings_.impurity;
  GainStats result;
  if (before == nullptr) {
    result.parent = left;
    result.parent.add(right);
    result.impurity = result.parent.calculate(impurity);
  } else {
    result.parent = before->parent;
    result.impurity = before->impurity;
  }
  const double left_weight = left.weight(impurity);
  const double right_weight = right.weight(impurity);
  if (left.rows < settings_.instances_min || right.rows < settings_.instances_min || left_weight < weight_min_ ||
      right_weight < weight_min_) {
    result.impurity = result.parent.calculate(impurity);
    return result;
  }
  const double total = left_weight + right_weight;
  const double gain = result.impurity - left_weight / total * left.calculate(impurity) -
                      right_weight / total * right.calculate(impurity);
  if (gain < settings_.gain_min) {
    result.impurity = result.parent.calculate(impurity);
    return result;
  }
  result.gain = gain;
  result.left = std::move(left);
  result.right = std::move(right);
  result.is_valid = true;
  return result;
}

// The order of categories in which their splits are tried.
std::vector<int32_t> Grower::categories_by_centroid(const double* histogram, int32_t categories) const {
  std::vector<std::pair<double, int32_t>> centroids;
  for (int32_t c = 0; c < categories; ++c) {
    const ImpurityStats stats = read(histogram + static_cast<size_t>(c) * width_);
    double centroid = std::numeric_limits<double>::max();
    if (stats.weight(settings_.impurity) != 0) {
      centroid = settings_.classes > 2    ? stats.calculate(settings_.impurity)
                 : settings_.classes > 0 ? stats.values[1]
                                         : stats.predict(settings_.impurity);
    }
    centroids.emplace_back(centroid, c);
  }
  std::stable_sort(centroids.begin(), centroids.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<int32_t> order;
  for (const auto& entry : centroids) order.push_back(entry.second);
  return order;
}

std::pair<TreeSplit, GainStats> Grower::best_of_feature(NodeTask& task, size_t position, std::optional<GainStats>& last) const {
  const int32_t feature = feature_at(task, position);
  const FeatureBins& bins = rows_.bins[feature];
  double* histogram = task.histogram.data() + task.offsets[position];
  const auto entry = [&](int32_t bin) { return histogram + static_cast<size_t>(bin) * width_; };
  const int32_t splits = bins.splits();
  std::vector<int32_t> order(bins.bins());
  for (int32_t i = 0; i < bins.bins(); ++i) order[i] = i;
  if (!bins.is_continuous() && !bins.unordered) order = categories_by_centroid(histogram, bins.arity);
  if (!bins.unordered) {
    for (int32_t i = 0; i < splits; ++i) merge(entry(order[i + 1]), entry(order[i]));
  }
  int32_t best = -1;
  GainStats best_stats;
  for (int32_t i = 0; i < splits; ++i) {
    ImpurityStats left = read(entry(order[i]));
    ImpurityStats right = bins.unordered ? task.totals : read(entry(order[splits]));
    right.subtract(left);
    last = gain_of(last ? &*last : nullptr, std::move(left), std::move(right));
    if (best >= 0 && !(last->gain > best_stats.gain)) continue;
    best = i;
    best_stats = *last;
  }
  TreeSplit split;
  split.feature = feature;
  if (bins.is_continuous()) {
    split.threshold = bins.thresholds[best];
    split.bin = best;
    return {split, best_stats};
  }
  std::vector<int32_t> left(order.begin(), order.begin() + best + 1);
  if (bins.unordered) left = bins.subsets[best];
  std::sort(left.begin(), left.end());
  split.categories = bins.arity;
  split.left_categories.assign(left.begin(), left.end());
  return {split, best_stats};
}

void Grower::find_split(NodeTask& task) const {
  const GrowingTree& tree = trees_[task.tree];
  const GrowingNode& node = tree.nodes[task.node];
  std::optional<GainStats> last;
  if (node.has_stats) {
    last.emplace();
    last->parent = node.stats;
    last->impurity = node.impurity;
  }
  bool is_found = false;
  for (size_t p = 0; p < task.offsets.size(); ++p) {
    if (rows_.bins[feature_at(task, p)].splits() == 0) continue;
    auto [split, stats] = best_of_feature(task, p, last);
    if (is_found && !(stats.gain > task.best.gain)) continue;
    is_found = true;
    task.split = std::move(split);
    task.best = std::move(stats);
  }
  if (!is_found) {
    task.best.parent = task.totals;
    task.best.impurity = task.totals.calculate(settings_.impurity);
  }
}

// Splits the rows of a node in two, each part in the order of the whole.
void Grower::divide(NodeTask& task) {
  GrowingTree& tree = trees_[task.tree];
  GrowingNode& node = tree.nodes[task.node];
  node.stats = task.best.parent;
  node.impurity = task.best.impurity;
  node.gain = task.best.gain;
  node.is_valid = task.best.is_valid;
  node.has_stats = true;
  if (task.best.gain <= 0 || node.level == settings_.depth_max) return;
  node.split = task.split;
  const FeatureBins& bins = rows_.bins[node.split.feature];
  const uint16_t* column = rows_.column(node.split.feature);
  std::vector<uint8_t> goes_left(bins.is_continuous() ? bins.thresholds.size() + 1 : bins.arity, 0);
  for (size_t bin = 0; bin < goes_left.size(); ++bin) {
    goes_left[bin] = bins.is_continuous() ? static_cast<int32_t>(bin) <= node.split.bin
                                          : node.split.goes_left(static_cast<double>(bin));
  }
  const auto first = tree.rows.begin() + node.begin;
  const auto last = tree.rows.begin() + node.end;
  const auto middle = std::stable_partition(first, last, [&](int32_t row) { return goes_left[column[row]] != 0; });
  const auto child = [&](const ImpurityStats& stats, int64_t begin, int64_t end) {
    GrowingNode result;
    result.level = node.level + 1;
    result.begin = begin;
    result.end = end;
    result.has_stats = true;
    result.stats = stats;
    result.impurity = stats.calculate(settings_.impurity);
    result.gain = std::numeric_limits<double>::quiet_NaN();
    return result;
  };
  const int64_t at = middle - tree.rows.begin();
  GrowingNode left = child(task.best.left, node.begin, at);
  GrowingNode right = child(task.best.right, at, node.end);
  const int32_t place = task.node;
  tree.nodes.push_back(std::move(left));
  tree.nodes.push_back(std::move(right));
  tree.nodes[place].left = static_cast<int32_t>(tree.nodes.size()) - 2;
  tree.nodes[place].right = static_cast<int32_t>(tree.nodes.size()) - 1;
}

void Grower::push_children(const NodeTask& task, Stack& stack) {
  const std::vector<GrowingNode>& nodes = trees_[task.tree].nodes;
  for (const int32_t child : {nodes[task.node].left, nodes[task.node].right}) {
    if (child < 0) continue;
    const bool is_leaf = nodes[child].level == settings_.depth_max || std::abs(nodes[child].impurity) < kSmallestImpurity;
    if (!is_leaf) stack.emplace_back(task.tree, child);
  }
}

void Grower::process(std::vector<NodeTask>& group, size_t begin, size_t end) {
  // Several features at a time share the reading of a node's rows; few nodes leave each thread its part of the features.
  struct Part {
    size_t task, first, last;
  };
  std::vector<Part> parts;
  const size_t features_max = end - begin >= 2 * static_cast<size_t>(context_.threads) ? 64 : 4;
  for (size_t t = begin; t < end; ++t) {
    NodeTask& task = group[t];
    const size_t features = task.features.empty() ? rows_.features : task.features.size();
    size_t size = 0;
    for (size_t p = 0; p < features; ++p) {
      task.offsets.push_back(size);
      size += static_cast<size_t>(rows_.bins[feature_at(task, p)].bins()) * width_;
    }
    for (size_t p = 0; p == 0 || p < features; p += features_max) parts.push_back({t, p, std::min(features, p + features_max)});
    task.histogram.assign(size, 0.0);
  }
  std::atomic<size_t> next_part{0};
  for_each_part(context_.threads, [&](int) {
    for (size_t i; (i = next_part++) < parts.size();) {
      fill_histograms(group[parts[i].task], parts[i].first, parts[i].last);
    }
  });
  std::atomic<size_t> next_task{begin};
  for_each_part(context_.threads, [&](int) {
    for (size_t i; (i = next_task++) < end;) {
      find_split(group[i]);
      group[i].histogram = {};
    }
  });
  // Nodes of one tree share its lists: trees are divided one by one.
  for (size_t t = begin; t < end; ++t) divide(group[t]);
}

Tree finished(const GrowingTree& growing, const TreeSettings& settings);

std::vector<Tree> Grower::grow(int32_t trees, int64_t seed) {
  constexpr size_t kHistogramNumbersMax = size_t{8} << 20;
  Stack stack;
  plant(trees, stack);
  JavaRandom random(seed);
  while (!stack.empty()) {
    std::vector<NodeTask> group = choose_group(stack, random);
    for (size_t begin = 0; begin < group.size();) {
      size_t end = begin;
      size_t numbers = 0;
      while (end < group.size() && (end == begin || numbers < kHistogramNumbersMax)) {
        numbers += static_cast<size_t>(histogram_bytes(group[end].features)) / 8;
        ++end;
      }
      process(group, begin, end);
      begin = end;
    }
    for (const NodeTask& task : group) push_children(task, stack);
  }
  std::vector<Tree> result;
  for (GrowingTree& tree : trees_) {
    result.push_back(finished(tree, settings_));
    tree = {};
  }
  return result;
}

// Appends the nodes below `at` in pre-order; siblings that predict the same become one leaf.
void append_finished(const GrowingTree& growing, int32_t at, const TreeSettings& settings, Tree& tree) {
  const GrowingNode& node = growing.nodes[at];
  const auto place = static_cast<int32_t>(tree.nodes.size());
  TreeNode& result = tree.nodes.emplace_back();
  result.stats = node.stats.values;
  result.raw_count = node.stats.rows;
  result.weight = node.stats.weight(settings.impurity);
  result.prediction = node.stats.predict(settings.impurity);
  result.impurity = node.is_valid || node.left >= 0 ? node.impurity : -1.0;
  if (node.left < 0) return;
  append_finished(growing, node.left, settings, tree);
  const auto right = static_cast<int32_t>(tree.nodes.size());
  append_finished(growing, node.right, settings, tree);
  TreeNode& parent = tree.nodes[place];
  const TreeNode& first = tree.nodes[place + 1];
  const TreeNode& second = tree.nodes[right];
  if (first.is_leaf() && second.is_leaf() && first.prediction == second.prediction) {
    parent.prediction = first.prediction;
    tree.nodes.resize(place + 1);
    return;
  }
  parent.left = place + 1;
  parent.right = right;
  parent.gain = node.gain;
  parent.split = node.split;
}

Tree finished(const GrowingTree& growing, const TreeSettings& settings) {
  Tree tree;
  append_finished(growing, 0, settings, tree);
  tree.number_leaves();
  return tree;
}

}  // namespace

void ImpurityStats::subtract(const ImpurityStats& other) {
  for (size_t i = 0; i < values.size(); ++i) values[i] -= other.values[i];
  rows -= other.rows;
}

void ImpurityStats::add(const ImpurityStats& other) {
  for (size_t i = 0; i < values.size(); ++i) values[i] += other.values[i];
  rows += other.rows;
}

double ImpurityStats::weight(Impurity impurity) const {
  if (impurity == Impurity::kVariance) return values[0];
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

double ImpurityStats::calculate(Impurity impurity) const {
  const double total = weight(impurity);
  if (total == 0) return 0;
  if (impurity == Impurity::kVariance) return (values[2] - (values[1] * values[1]) / total) / total;
  double result = impurity == Impurity::kGini ? 1.0 : 0.0;
  for (const double value : values) {
    if (impurity == Impurity::kEntropy && value == 0) continue;
    const double frequency = value / total;
    result -= frequency * (impurity == Impurity::kGini ? frequency : std::log(frequency) / std::log(2.0));
  }
  return result;
}

double ImpurityStats::predict(Impurity impurity) const {
  if (impurity == Impurity::kVariance) return values[0] == 0 ? 0.0 : values[1] / values[0];
  return static_cast<double>(std::max_element(values.begin(), values.end()) - values.begin());
}

int32_t features_per_node(const std::string& strategy, int32_t trees, int32_t features, bool classification) {
  std::string name = strategy;
  if (name == "auto") name = trees == 1 ? "all" : classification ? "sqrt" : "onethird";
  if (name == "all") return features;
  if (name == "sqrt") return static_cast<int32_t>(std::ceil(std::sqrt(features)));
  if (name == "log2") return std::max(1, static_cast<int32_t>(std::ceil(std::log(features) / std::log(2.0))));
  if (name == "onethird") return static_cast<int32_t>(std::ceil(features / 3.0));
  if (name.find_first_not_of("0123456789") == std::string::npos && name.size() < 10) return std::min(features, std::stoi(name));
  return static_cast<int32_t>(std::ceil(std::strtod(name.c_str(), nullptr) * features));
}

std::vector<Tree> grow_trees(const BinnedRows& rows, const RowVector<double>& labels,
                             const RowVector<uint16_t>& counts, int32_t trees, const TreeSettings& settings,
                             int64_t seed, FitContext& context) {
  return Grower(rows, labels, counts, settings, context).grow(trees, seed);
}

RowVector<double> predict_binned(const Tree& tree, const BinnedRows& rows) {
  auto predictions = rows.row_vector<double>(rows.rows);
  for (int64_t row = 0; row < rows.rows; ++row) {
    const TreeNode* node = tree.nodes.data();
    while (!node->is_leaf()) {
      const uint16_t bin = rows.column(node->split.feature)[row];
      const bool left = node->split.is_categorical() ? node->split.goes_left(bin) : bin <= node->split.bin;
      node = &tree.nodes[left ? node->left : node->right];
    }
    predictions[row] = node->prediction;
  }
  return predictions;
}

}  // namespace firesteel::ml
