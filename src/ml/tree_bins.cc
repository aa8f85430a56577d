// Follows org.apache.spark.ml.tree.impl.RandomForest.findSplits, DecisionTreeMetadata and TreePoint.
#include "ml/tree_bins.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "functions/kernel/java_random.h"
#include "functions/kernel/xorshift.h"
#include "ml/column_metadata.h"
#include "ml/parallel.h"

namespace firesteel::ml {

namespace {

using functions::kernel::JavaRandom;
using functions::kernel::XorShiftRandom;

// Rows that Spark's sample(withReplacement = false) of one partition takes.
class BernoulliSample {
 public:
  BernoulliSample(double fraction, int64_t seed)
      : fraction_(fraction), random_(JavaRandom(seed).next_long()), log_miss_(std::log1p(-fraction)) {}

  bool take() {
    constexpr double kGapFractionMax = 0.4;
    if (fraction_ >= 1.0) return true;
    if (fraction_ > kGapFractionMax) return random_.next_double() <= fraction_;
    if (!is_started_) advance();
    if (dropping_ > 0) {
      --dropping_;
      return false;
    }
    advance();
    return true;
  }

 private:
  void advance() {
    constexpr double kSmallest = 5e-11;
    is_started_ = true;
    dropping_ = static_cast<int32_t>(std::log(std::max(random_.next_double(), kSmallest)) / log_miss_);
  }

  double fraction_;
  XorShiftRandom random_;
  double log_miss_;
  bool is_started_ = false;
  int32_t dropping_ = 0;
};

// Values with their weights, as the rows come.
using ValueWeights = std::vector<std::pair<double, double>>;

// Each value once with the weights of its rows, added up in the order of the rows; ascending.
ValueWeights distinct(ValueWeights sample) {
  std::stable_sort(sample.begin(), sample.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  ValueWeights values;
  for (const auto& [value, weight] : sample) {
    if (values.empty() || values.back().first != value) values.emplace_back(value, 0.0);
    values.back().second += weight;
  }
  return values;
}

// Thresholds halfway between values, such that bins have about the same weight.
std::vector<double> find_thresholds(ValueWeights sample, double expected_weight, int64_t rows, int32_t splits_max) {
  std::vector<double> thresholds;
  if (sample.empty()) return thresholds;
  ValueWeights values = distinct(std::move(sample));
  double seen = 0;
  for (const auto& [value, weight] : values) seen += weight;
  const double tolerance = std::numeric_limits<double>::epsilon() * static_cast<double>(rows) * 100;
  // Zeros are not in the sample; they are what is missing.
  if (expected_weight - seen > tolerance) {
    const std::pair<double, double> zero{0.0, expected_weight - seen};
    values.insert(std::lower_bound(values.begin(), values.end(), zero), zero);
  }
  const auto between = [&](size_t i) { return (values[i - 1].first + values[i].first) / 2.0; };
  const size_t possible = values.size() - 1;
  if (possible <= static_cast<size_t>(splits_max)) {
    for (size_t i = 1; i <= possible; ++i) thresholds.push_back(between(i));
    return thresholds;
  }
  const double stride = expected_weight / (splits_max + 1);
  double current = values[0].second;
  double target = stride;
  for (size_t i = 1; i < values.size(); ++i) {
    const double previous = current;
    current += values[i].second;
    if (std::abs(previous - target) < std::abs(current - target)) {
      thresholds.push_back(between(i));
      target += stride;
    }
  }
  return thresholds;
}

void find_all_thresholds(const InstanceBlocks& blocks, int32_t bins_max, int64_t seed, FitContext& context,
                         BinnedRows& binned) {
  const double wanted = std::max(static_cast<double>(bins_max) * bins_max, 10000.0);
  const auto rows = static_cast<double>(binned.rows);
  const double fraction = wanted < rows ? wanted / rows : 1.0;
  BernoulliSample sample(fraction, XorShiftRandom(seed).next_int());
  std::vector<ValueWeights> found(binned.features);
  RowReader reader(blocks);
  for (size_t b = 0; b < blocks.size(); ++b) {
    context.check_canceled();
    const InstanceBlock block = blocks[b];
    for (int32_t row = 0; row < block.rows; ++row) {
      if (!sample.take()) continue;
      const double* features = reader.read(block, row);
      for (int32_t f = 0; f < binned.features; ++f) {
        if (features[f] != 0.0 && binned.bins[f].is_continuous()) found[f].emplace_back(features[f], block.weights[row]);
      }
    }
    blocks.release(b);
  }
  for (int32_t f = 0; f < binned.features; ++f) {
    if (!binned.bins[f].is_continuous()) continue;
    context.check_canceled();
    binned.bins[f].thresholds =
        find_thresholds(std::move(found[f]), fraction * binned.weight_sum, binned.rows, bins_max - 1);
  }
}

// The sets of categories that an unordered feature can split off, by the bits of their number.
std::vector<std::vector<int32_t>> category_subsets(int32_t arity) {
  std::vector<std::vector<int32_t>> subsets((1U << static_cast<unsigned>(arity - 1)) - 1);
  for (size_t s = 0; s < subsets.size(); ++s) {
    for (int32_t c = arity - 1; c >= 0; --c) {
      if ((((s + 1) >> static_cast<unsigned>(c)) & 1U) != 0) subsets[s].push_back(c);
    }
  }
  return subsets;
}

void declare_categories(const std::map<int32_t, int32_t>& categories, int32_t classes, int32_t bins_max, BinnedRows& binned) {
  int32_t worst = -1;
  for (const auto& [feature, arity] : categories) {
    if (worst < 0 || arity > categories.at(worst)) worst = feature;
  }
  if (worst >= 0 && categories.at(worst) > bins_max) {
    require(false, "DecisionTree requires maxBins (= " + std::to_string(bins_max) +
                       ") to be at least as large as the number of values in each categorical feature, but "
                       "categorical feature " + std::to_string(worst) + " has " +
                       std::to_string(categories.at(worst)) +
                       " values. Consider removing this and other categorical features with a large number of "
                       "values, or add more training examples.");
  }
  const auto unordered_max = static_cast<int32_t>(std::floor(std::log(bins_max / 2 + 1) / std::log(2.0) + 1));
  for (const auto& [feature, arity] : categories) {
    FeatureBins& bins = binned.bins[feature];
    bins.arity = arity;
    bins.unordered = classes > 2 && arity > 1 && arity <= unordered_max;
    if (bins.unordered) bins.subsets = category_subsets(arity);
  }
}

// How many of the ascending `thresholds` are below `value`, without a branch that could be guessed
// wrongly.
size_t count_below(const double* thresholds, size_t count, double value) {
  size_t below = 0;
  while (count > 1) {
    const size_t half = count / 2;
    below += half * static_cast<size_t>(thresholds[below + half - 1] < value);
    count -= half;
  }
  return below + static_cast<size_t>(count == 1 && thresholds[below] < value);
}

size_t bin_of(const FeatureBins& bins, int32_t feature, double value) {
  if (bins.is_continuous()) return count_below(bins.thresholds.data(), bins.thresholds.size(), value);
  if (!(value >= 0 && value < bins.arity)) {
    throw_illegal_argument("DecisionTree given invalid data: Feature " + std::to_string(feature) +
                           " is categorical with values in {0,...," + std::to_string(bins.arity - 1) +
                           "}, but a data point gives it value " + java_double_text(value) + ".");
  }
  return static_cast<size_t>(value);
}

// Puts the rows of all blocks into bins, `values`; each block is given back as soon as it is read.
template <typename Bin>
void fill_bins(InstanceBlocks& blocks, const FitContext& context, BinnedRows& binned, RowVector<Bin>& values) {
  const std::vector<FeatureBins>& bins = binned.bins;
  std::vector<int64_t> first_row(blocks.size() + 1, 0);
  for (size_t b = 0; b < blocks.size(); ++b) first_row[b + 1] = first_row[b] + blocks[b].rows;
  const auto features = static_cast<int32_t>(bins.size());
  values.resize(static_cast<size_t>(binned.rows) * features);
  binned.labels.resize(binned.rows);
  binned.weights.resize(binned.rows);
  const int parts = std::max(1, std::min<int>(context.threads, static_cast<int>(blocks.size())));
  for_each_part(parts, [&](int part) {
    RowReader reader(blocks);
    const BlockRange range = block_range(blocks.size(), part, parts);
    for (size_t b = range.begin; b < range.end; ++b) {
      context.check_canceled();
      const InstanceBlock block = blocks[b];
      std::copy_n(block.labels, block.rows, binned.labels.data() + first_row[b]);
      std::copy_n(block.weights, block.rows, binned.weights.data() + first_row[b]);
      Bin* to = values.data() + first_row[b] * features;
      for (int32_t row = 0; row < block.rows; ++row) {
        const double* from = reader.read(block, row);
        for (int32_t f = 0; f < features; ++f) *to++ = static_cast<Bin>(bin_of(bins[f], f, from[f]));
      }
      blocks.forget(b);
    }
  });
}

}  // namespace

int32_t FeatureBins::splits() const {
  if (unordered) return static_cast<int32_t>(subsets.size());
  return is_continuous() ? static_cast<int32_t>(thresholds.size()) : arity - 1;
}

int32_t FeatureBins::bins() const { return unordered ? splits() : splits() + 1; }

std::map<int32_t, int32_t> categories_of(const Field& features) {
  std::map<int32_t, int32_t> categories;
  const VectorAttributes attributes = vector_attributes(features);
  for (size_t i = 0; i < attributes.attributes.size(); ++i) {
    const ColumnAttribute& attribute = attributes.attributes[i];
    if (attribute.kind == ColumnAttribute::Kind::kBinary) categories[static_cast<int32_t>(i)] = 2;
    if (attribute.kind != ColumnAttribute::Kind::kNominal) continue;
    const int count = attribute.values.empty() ? attribute.value_count : static_cast<int>(attribute.values.size());
    require(count > 0, "Feature " + std::to_string(i) + " is marked as Nominal (categorical), but it does not have the "
                       "number of values specified.");
    categories[static_cast<int32_t>(i)] = count;
  }
  return categories;
}

BinnedRows bin_rows(InstanceBlocks blocks, const std::map<int32_t, int32_t>& categories, int32_t classes,
                    int32_t bins_max, int64_t seed, FitContext& context, std::shared_ptr<RowMemory> memory) {
  BinnedRows binned;
  binned.rows = blocks.rows();
  binned.features = blocks.features();
  if (binned.rows == 0) throw_spark_exception("DecisionTree requires size of input RDD > 0, but was given by empty one.");
  binned.bins.resize(binned.features);
  binned.memory = std::move(memory);
  binned.labels = binned.row_vector<double>();
  binned.weights = binned.row_vector<double>();
  for (size_t b = 0; b < blocks.size(); ++b) {
    const InstanceBlock block = blocks[b];
    for (int32_t row = 0; row < block.rows; ++row) binned.weight_sum += block.weights[row];
    blocks.release(b);
  }
  const auto bins_used = static_cast<int32_t>(std::min<int64_t>(bins_max, binned.rows));
  declare_categories(categories, classes, bins_used, binned);
  find_all_thresholds(blocks, bins_used, seed, context, binned);
  const bool is_narrow = std::all_of(binned.bins.begin(), binned.bins.end(), [](const FeatureBins& bins) {
    return std::max(bins.arity, static_cast<int32_t>(bins.thresholds.size()) + 1) <= 256;
  });
  if (is_narrow) {
    binned.narrow = binned.row_vector<uint8_t>();
    fill_bins(blocks, context, binned, binned.narrow);
  } else {
    binned.wide = binned.row_vector<uint16_t>();
    fill_bins(blocks, context, binned, binned.wide);
  }
  return binned;
}

}  // namespace firesteel::ml
