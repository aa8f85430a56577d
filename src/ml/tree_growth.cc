// Follows org.apache.spark.ml.tree.impl.RandomForest: the order in which nodes draw their features,
// the order of sums and the ties between splits decide which tree comes out.
#include "ml/tree_growth.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <optional>

#include "functions/kernel/java_random.h"
#include "ml/parallel.h"
#include "ml/tree_bagging.h"
#include "ml/tree_histogram.h"

namespace firesteel::ml {

namespace {

using functions::kernel::JavaRandom;

// Spark's smallest impurity of a node that is split further.
constexpr double kSmallestImpurity = 2.220446049250313e-16;

// The sums of a node's rows, as the first split that is tried adds them up, and their impurity.
struct NodeSums {
  ImpurityStats stats;
  double impurity = 0;
};

// The best split of those tried so far.
struct BestSplit {
  bool is_found = false;
  double gain = 0;
  bool is_valid = false;  // else no split is allowed, and this is the first of them
  TreeSplit split;
  ImpurityStats left;
  ImpurityStats right;
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
  RowVector<int32_t> rows;     // each node's rows in their order
  RowVector<uint16_t> counts;  // how often each takes part; none: once
};

struct NodeTask {
  int32_t tree = 0;
  int32_t node = 0;
  std::vector<int32_t> features;         // empty: all
  std::vector<HistogramTarget> targets;  // one per feature
  size_t histogram_size = 0;
  AlignedNumbers histogram;  // of a node that several threads work on
  bool is_shared = false;
  ImpurityStats totals;
  std::optional<NodeSums> sums;
  BestSplit best;
  int64_t middle = -1;  // where the rows of the right child begin; -1: a leaf
};

// What a thread needs while it works on a node.
struct Scratch {
  HistogramRows rows;
  AlignedNumbers histogram;
  std::vector<HistogramTarget> ordered;
  std::vector<double> right;
  RowVector<int32_t> kept_rows;
  RowVector<uint16_t> kept_counts;
};

class Grower {
 public:
  Grower(const BinnedRows& rows, const RowVector<double>& labels, const TreeSettings& settings, FitContext& context)
      : rows_(rows),
        labels_(labels),
        settings_(settings),
        context_(context),
        runner_(std::max(1, context.threads)),
        scratch_(runner_.parts()),
        width_(settings.classes > 0 ? settings.classes + 1 : 4),
        features_per_node_(settings.features_per_node > 0 ? std::min(settings.features_per_node, rows.features)
                                                          : rows.features),
        weight_min_(settings.weight_fraction_min * rows.weight_sum),
        has_weights_(std::any_of(rows.weights.begin(), rows.weights.end(), [](double weight) { return weight != 1.0; })) {}

  std::vector<Tree> grow(int32_t trees, RowVector<uint16_t> counts, int64_t seed);

 private:
  using Stack = std::vector<std::pair<int32_t, int32_t>>;  // (tree, node), the top at the end
  void plant(int32_t trees, const RowVector<uint16_t>& counts, Stack& stack);
  std::vector<NodeTask> choose_group(Stack& stack, JavaRandom& random) const;
  int64_t histogram_bytes(const std::vector<int32_t>& features) const;
  void process(std::vector<NodeTask>& group);
  void lay_out(NodeTask& task) const;
  void share_work(std::vector<NodeTask>& group);
  void fill_histograms(NodeTask& task, double* histogram, size_t first, size_t last, Scratch& scratch) const;
  void find_split(NodeTask& task, double* histogram, Scratch& scratch) const;
  void partition(NodeTask& task, Scratch& scratch);
  void attach(NodeTask& task);
  void push_children(const NodeTask& task, Stack& stack);

  int64_t rows_of(const NodeTask& task) const {
    const GrowingNode& node = trees_[task.tree].nodes[task.node];
    return node.end - node.begin;
  }
  void read_rows(const NodeTask& task, int64_t begin, int64_t end, HistogramRows& rows) const;
  void add_subsets(const HistogramRows& rows, int32_t feature, double* histogram) const;
  void add_row(double* entry, const HistogramRows& rows, int64_t i) const {
    const std::array<double, 4>& value = rows.values[i];
    if (settings_.classes > 0) {
      entry[rows.label[i]] += value[0];
      entry[width_ - 1] += value[3];
      return;
    }
    for (size_t k = 0; k < 4; ++k) entry[k] += value[k];
  }
  ImpurityStats read(const double* entry) const {
    ImpurityStats stats;
    stats.values.assign(entry, entry + width_ - 1);
    stats.rows = static_cast<int64_t>(entry[width_ - 1]);
    return stats;
  }
  // The gain of a split; the lowest number where it is not allowed.
  double gain_of(const NodeSums& sums, const double* left, const double* right) const;
  void try_feature(NodeTask& task, size_t position, double* histogram, std::vector<double>& right) const;
  TreeSplit split_of(int32_t feature, int32_t place, const std::vector<int32_t>& order) const;
  std::vector<int32_t> categories_by_centroid(const double* histogram, int32_t categories) const;

  const BinnedRows& rows_;
  const RowVector<double>& labels_;
  const TreeSettings& settings_;
  FitContext& context_;
  PassRunner runner_;
  std::vector<Scratch> scratch_;  // per thread
  int32_t width_;                 // numbers per entry of a histogram
  int32_t features_per_node_;
  double weight_min_;
  bool has_weights_;  // other than ones
  std::vector<GrowingTree> trees_;
};

void Grower::plant(int32_t trees, const RowVector<uint16_t>& counts, Stack& stack) {
  trees_.resize(trees);
  for_each_range(runner_.parts(), trees, 1, [&](int64_t t, int64_t) {
    context_.check_canceled();
    GrowingTree& tree = trees_[t];
    if (counts.empty()) {
      tree.rows = rows_.row_vector<int32_t>(rows_.rows);
      std::iota(tree.rows.begin(), tree.rows.end(), 0);
    } else {
      const uint16_t* drawn = counts.data() + t * rows_.rows;
      const auto count = rows_.rows - std::count(drawn, drawn + rows_.rows, 0);
      // One more, for the rows without a part that are written and not kept.
      tree.rows = rows_.row_vector<int32_t>(count + 1);
      tree.counts = rows_.row_vector<uint16_t>(count + 1);
      size_t taken = 0;
      for (int32_t row = 0; row < rows_.rows; ++row) {
        tree.rows[taken] = row;
        tree.counts[taken] = drawn[row];
        taken += static_cast<size_t>(drawn[row] > 0);
      }
      tree.rows.resize(taken);
      tree.counts.resize(taken);
    }
    GrowingNode root;
    root.end = static_cast<int64_t>(tree.rows.size());
    tree.nodes.push_back(std::move(root));
  });
  for (int32_t t = 0; t < trees; ++t) stack.emplace_back(t, 0);
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

void Grower::read_rows(const NodeTask& task, int64_t begin, int64_t end, HistogramRows& rows) const {
  const GrowingTree& tree = trees_[task.tree];
  const int32_t* const places = tree.rows.data() + begin;
  const uint16_t* const counts = tree.counts.empty() ? nullptr : tree.counts.data() + begin;
  const double* const weights = has_weights_ ? rows_.weights.data() : nullptr;
  rows.count = std::min(end - begin, HistogramRows::kRows);
  for (int64_t i = 0; i < rows.count; ++i) {
    const int32_t row = places[i];
    const double count = counts != nullptr ? counts[i] : 1.0;
    const double weight = weights != nullptr ? count * weights[row] : count;
    const double label = labels_[row];
    rows.rows[i] = row;
    rows.values[i] = {weight, weight * label, weight * label * label, count};
    if (settings_.classes > 0) rows.label[i] = static_cast<int32_t>(label);
  }
}

void Grower::add_subsets(const HistogramRows& rows, int32_t feature, double* histogram) const {
  const std::vector<std::vector<int32_t>>& subsets = rows_.bins[feature].subsets;
  for (int64_t i = 0; i < rows.count; ++i) {
    const int32_t category = rows_.bin(rows.rows[i], feature);
    for (size_t s = 0; s < subsets.size(); ++s) {
      const bool is_in = std::find(subsets[s].begin(), subsets[s].end(), category) != subsets[s].end();
      if (is_in) add_row(histogram + s * width_, rows, i);
    }
  }
}

// The histograms of the features at the places [first, last), each with the rows in their order; with the first one the
// sums of all rows.
void Grower::fill_histograms(NodeTask& task, double* histogram, size_t first, size_t last, Scratch& scratch) const {
  const GrowingNode& node = trees_[task.tree].nodes[task.node];
  std::vector<double> totals(width_, 0.0);
  std::vector<HistogramTarget> unordered;
  scratch.ordered.clear();
  for (size_t p = first; p < last; ++p) {
    (rows_.bins[task.targets[p].feature].unordered ? unordered : scratch.ordered).push_back(task.targets[p]);
  }
  HistogramRows& rows = scratch.rows;
  for (int64_t begin = node.begin; begin < node.end; begin += rows.count) {
    if ((begin - node.begin) % (64 * HistogramRows::kRows) == 0) context_.check_canceled();
    read_rows(task, begin, node.end, rows);
    with_bin_type(rows_, [&](auto bin) {
      add_to_histograms(rows, rows_.row<decltype(bin)>(0), rows_.features, scratch.ordered, settings_.classes, histogram,
                        first == 0 ? totals.data() : nullptr);
    });
    for (const HistogramTarget& target : unordered) add_subsets(rows, target.feature, histogram + target.offset);
  }
  if (first == 0) task.totals = read(totals.data());
}

double Grower::gain_of(const NodeSums& sums, const double* left, const double* right) const {
  constexpr double kNotAllowed = std::numeric_limits<double>::lowest();
  const Impurity impurity = settings_.impurity;
  const auto count = static_cast<size_t>(width_ - 1);
  const double left_weight = weight_of(impurity, left, count);
  const double right_weight = weight_of(impurity, right, count);
  if (left[count] < settings_.instances_min || right[count] < settings_.instances_min || left_weight < weight_min_ ||
      right_weight < weight_min_) {
    return kNotAllowed;
  }
  const double total = left_weight + right_weight;
  const double gain = sums.impurity - left_weight / total * impurity_of(impurity, left, count) -
                      right_weight / total * impurity_of(impurity, right, count);
  return gain < settings_.gain_min ? kNotAllowed : gain;
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

TreeSplit Grower::split_of(int32_t feature, int32_t place, const std::vector<int32_t>& order) const {
  const FeatureBins& bins = rows_.bins[feature];
  TreeSplit split;
  split.feature = feature;
  if (bins.is_continuous()) {
    split.threshold = bins.thresholds[place];
    split.bin = place;
    return split;
  }
  std::vector<int32_t> left = bins.unordered ? bins.subsets[place]
                                             : std::vector<int32_t>(order.begin(), order.begin() + place + 1);
  std::sort(left.begin(), left.end());
  split.categories = bins.arity;
  split.left_categories.assign(left.begin(), left.end());
  return split;
}

// Tries the splits of the feature at `position` against the best so far. `right` is for the numbers of
// the right side.
void Grower::try_feature(NodeTask& task, size_t position, double* histogram, std::vector<double>& right) const {
  constexpr double kNotAllowed = std::numeric_limits<double>::lowest();
  const int32_t feature = task.targets[position].feature;
  const FeatureBins& bins = rows_.bins[feature];
  const int32_t splits = bins.splits();
  if (splits == 0) return;
  double* const numbers = histogram + task.targets[position].offset;
  std::vector<int32_t> order;  // of the categories; empty: as they are
  if (!bins.is_continuous() && !bins.unordered) order = categories_by_centroid(numbers, bins.arity);
  const auto entry = [&](int32_t i) { return numbers + static_cast<size_t>(order.empty() ? i : order[i]) * width_; };
  for (int32_t i = 0; !bins.unordered && i < splits; ++i) {
    for (int32_t k = 0; k < width_; ++k) entry(i + 1)[k] += entry(i)[k];
  }
  std::vector<double> all(task.totals.values);
  all.push_back(static_cast<double>(task.totals.rows));
  if (!bins.unordered) all.assign(entry(splits), entry(splits) + width_);
  right.resize(width_);
  const auto set_right = [&](const double* left) {
    for (int32_t k = 0; k < width_; ++k) right[k] = all[k] - left[k];
  };
  if (!task.sums) {
    set_right(entry(0));
    task.sums.emplace();
    task.sums->stats = read(entry(0));
    for (int32_t k = 0; k + 1 < width_; ++k) task.sums->stats.values[k] += right[k];
    task.sums->stats.rows += static_cast<int64_t>(right[width_ - 1]);
    task.sums->impurity = task.sums->stats.calculate(settings_.impurity);
  }
  int32_t best = -1;
  double best_gain = 0;
  for (int32_t i = 0; i < splits; ++i) {
    set_right(entry(i));
    const double gain = gain_of(*task.sums, entry(i), right.data());
    if (best >= 0 && !(gain > best_gain)) continue;
    best = i;
    best_gain = gain;
  }
  if (task.best.is_found && !(best_gain > task.best.gain)) return;
  task.best.is_found = true;
  task.best.gain = best_gain;
  task.best.is_valid = best_gain != kNotAllowed;
  task.best.split = split_of(feature, best, order);
  set_right(entry(best));
  task.best.left = read(entry(best));
  task.best.right = read(right.data());
}

void Grower::find_split(NodeTask& task, double* histogram, Scratch& scratch) const {
  const GrowingNode& node = trees_[task.tree].nodes[task.node];
  if (node.has_stats) task.sums = {node.stats, node.impurity};
  for (size_t p = 0; p < task.targets.size(); ++p) try_feature(task, p, histogram, scratch.right);
  if (task.best.is_found) return;
  task.best.gain = std::numeric_limits<double>::lowest();
  task.sums = {task.totals, task.totals.calculate(settings_.impurity)};
}

// Splits the rows of a node in two, each part in the order of the whole.
void Grower::partition(NodeTask& task, Scratch& scratch) {
  GrowingTree& tree = trees_[task.tree];
  const GrowingNode& node = tree.nodes[task.node];
  if (task.best.gain <= 0 || node.level == settings_.depth_max) return;
  const TreeSplit& split = task.best.split;
  const FeatureBins& bins = rows_.bins[split.feature];
  std::vector<uint8_t> goes_left(bins.is_continuous() ? bins.thresholds.size() + 1 : bins.arity, 0);
  for (size_t bin = 0; bin < goes_left.size(); ++bin) {
    goes_left[bin] = bins.is_continuous() ? static_cast<int32_t>(bin) <= split.bin
                                          : split.goes_left(static_cast<double>(bin));
  }
  int32_t* const rows = tree.rows.data();
  uint16_t* const counts = tree.counts.empty() ? nullptr : tree.counts.data();
  const auto most = static_cast<size_t>(node.end - node.begin);
  if (scratch.kept_rows.size() < most) scratch.kept_rows = rows_.row_vector<int32_t>(most);
  if (counts != nullptr && scratch.kept_counts.size() < most) scratch.kept_counts = rows_.row_vector<uint16_t>(most);
  int64_t left = node.begin;
  size_t right = 0;
  with_bin_type(rows_, [&](auto bin) {
    const auto* column = rows_.row<decltype(bin)>(0) + split.feature;
    for (int64_t i = node.begin; i < node.end; ++i) {
      const int32_t row = rows[i];
      const size_t is_left = goes_left[column[static_cast<int64_t>(row) * rows_.features]];
      rows[left] = row;
      scratch.kept_rows[right] = row;
      if (counts != nullptr) {
        const uint16_t count = counts[i];
        counts[left] = count;
        scratch.kept_counts[right] = count;
      }
      left += static_cast<int64_t>(is_left);
      right += 1 - is_left;
    }
  });
  std::copy_n(scratch.kept_rows.begin(), right, rows + left);
  if (counts != nullptr) std::copy_n(scratch.kept_counts.begin(), right, counts + left);
  task.middle = left;
}

// Gives a node what its split is, and its children.
void Grower::attach(NodeTask& task) {
  GrowingTree& tree = trees_[task.tree];
  GrowingNode& node = tree.nodes[task.node];
  node.stats = std::move(task.sums->stats);
  node.impurity = task.sums->impurity;
  node.gain = task.best.gain;
  node.is_valid = task.best.is_valid;
  node.has_stats = true;
  if (task.middle < 0) return;
  node.split = std::move(task.best.split);
  const auto child = [&](ImpurityStats& stats, int64_t begin, int64_t end) {
    GrowingNode result;
    result.level = node.level + 1;
    result.begin = begin;
    result.end = end;
    result.has_stats = true;
    result.impurity = stats.calculate(settings_.impurity);
    result.stats = std::move(stats);
    result.gain = std::numeric_limits<double>::quiet_NaN();
    return result;
  };
  GrowingNode left = child(task.best.left, node.begin, task.middle);
  GrowingNode right = child(task.best.right, task.middle, node.end);
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

void Grower::lay_out(NodeTask& task) const {
  const auto features = task.features.empty() ? static_cast<size_t>(rows_.features) : task.features.size();
  for (size_t p = 0; p < features; ++p) {
    const int32_t feature = task.features.empty() ? static_cast<int32_t>(p) : task.features[p];
    task.targets.push_back({feature, task.histogram_size});
    task.histogram_size += static_cast<size_t>(rows_.bins[feature].bins()) * width_;
  }
}

// Fills the histograms of nodes that are too large for one thread: each takes some of their features.
void Grower::share_work(std::vector<NodeTask>& group) {
  struct Part {
    size_t task, first, last;
  };
  double work = 0;
  for (const NodeTask& task : group) work += static_cast<double>(rows_of(task)) * static_cast<double>(task.targets.size());
  const double most = work / (2.0 * runner_.parts());
  std::vector<Part> parts;
  for (size_t t = 0; t < group.size() && runner_.parts() > 1; ++t) {
    NodeTask& task = group[t];
    const auto rows = static_cast<double>(rows_of(task));
    const size_t features = task.targets.size();
    if (rows * static_cast<double>(features) <= most || features < 2) continue;
    task.is_shared = true;
    task.histogram.assign_zeros(task.histogram_size);
    const auto step = static_cast<size_t>(std::max(1.0, std::ceil(most / rows)));
    for (size_t p = 0; p < features; p += step) parts.push_back({t, p, std::min(features, p + step)});
  }
  if (parts.empty()) return;
  std::atomic<size_t> next{0};
  runner_.run([&](int thread) {
    for (size_t i; (i = next++) < parts.size();) {
      NodeTask& task = group[parts[i].task];
      fill_histograms(task, task.histogram.data(), parts[i].first, parts[i].last, scratch_[thread]);
    }
  });
}

void Grower::process(std::vector<NodeTask>& group) {
  for (NodeTask& task : group) lay_out(task);
  share_work(group);
  // The largest first, so that no thread is left with one at the end.
  std::vector<size_t> order(group.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return rows_of(group[a]) > rows_of(group[b]); });
  std::atomic<size_t> next{0};
  runner_.run([&](int thread) {
    Scratch& scratch = scratch_[thread];
    for (size_t i; (i = next++) < order.size();) {
      NodeTask& task = group[order[i]];
      double* histogram = task.histogram.data();
      if (!task.is_shared) {
        scratch.histogram.assign_zeros(task.histogram_size);
        histogram = scratch.histogram.data();
        fill_histograms(task, histogram, 0, task.targets.size(), scratch);
      }
      find_split(task, histogram, scratch);
      partition(task, scratch);
      task.histogram = {};
    }
  });
  // Nodes of one tree share its list of nodes.
  for (NodeTask& task : group) attach(task);
}

Tree finished(const GrowingTree& growing, const TreeSettings& settings);

std::vector<Tree> Grower::grow(int32_t trees, RowVector<uint16_t> counts, int64_t seed) {
  Stack stack;
  plant(trees, counts, stack);
  counts = RowVector<uint16_t>();  // gives the memory back, as an assignment of {} would not
  JavaRandom random(seed);
  while (!stack.empty()) {
    std::vector<NodeTask> group = choose_group(stack, random);
    process(group);
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

std::vector<Tree> grow_trees(const BinnedRows& rows, const RowVector<double>& labels,
                             RowVector<uint16_t> counts, int32_t trees, const TreeSettings& settings,
                             int64_t seed, FitContext& context) {
  return Grower(rows, labels, settings, context).grow(trees, std::move(counts), seed);
}

}  // namespace firesteel::ml
