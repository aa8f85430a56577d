// Decision trees, random forests and gradient-boosted trees. Follow the classes of the same names in
// org.apache.spark.ml.classification and org.apache.spark.ml.regression.
#include <arrow/api.h>

#include <algorithm>
#include <cmath>

#include "ml/boosting_loss.h"
#include "ml/classification_summary.h"
#include "ml/column_metadata.h"
#include "ml/instance_blocks.h"
#include "ml/operators.h"
#include "ml/shared_params.h"
#include "ml/tree_bagging.h"
#include "ml/tree_bins.h"
#include "ml/tree_growth.h"
#include "ml/tree_model.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

bool is_subset_strategy(const Value& value) {
  const std::string& text = std::get<std::string>(value);
  for (const char* name : {"auto", "onethird", "sqrt", "log2", "all"}) {
    if (text == name) return true;
  }
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != 0) return false;
  const bool is_count = text.find_first_not_of("0123456789") == std::string::npos;
  return is_count ? number >= 1 : number > 0 && number <= 1;
}

ParamTable declare_params(TreeKind kind) {
  const bool classifier = is_classifier(kind);
  const bool boosted = kind == TreeKind::kBoostedClassifier || kind == TreeKind::kBoostedRegressor;
  ParamTable table = extend(
      classifier ? probabilistic_classifier_params() : predictor_params(),
      {{"weightCol", ValueType::kString},
       {"leafCol", ValueType::kString, Value("")},
       {"maxDepth", ValueType::kInt, Value(5), in_range(0, 30)},
       {"maxBins", ValueType::kInt, Value(32), at_least(2)},
       {"minInstancesPerNode", ValueType::kInt, Value(1), at_least(1)},
       {"minWeightFractionPerNode", ValueType::kDouble, Value(0.0),
        [](const Value& value) { return std::get<double>(value) >= 0 && std::get<double>(value) < 0.5; }},
       {"minInfoGain", ValueType::kDouble, Value(0.0), at_least(0)},
       {"maxMemoryInMB", ValueType::kInt, Value(256), at_least(0)},
       {"cacheNodeIds", ValueType::kBool, Value(false)},
       {"checkpointInterval", ValueType::kInt, Value(10),
        [](const Value& value) { return std::get<int32_t>(value) == -1 || std::get<int32_t>(value) >= 1; }},
       {"seed", ValueType::kLong, Value(class_name_seed(estimator_class(kind)))},
       {"impurity", ValueType::kString, Value(classifier && !boosted ? "gini" : "variance"),
        classifier && !boosted ? one_of_ignoring_case({"gini", "entropy"}) : one_of_ignoring_case({"variance"})}});
  if (kind == TreeKind::kTreeRegressor) table = extend(table, {{"varianceCol", ValueType::kString}});
  if (!is_ensemble(kind)) return table;
  table = extend(table, {{"subsamplingRate", ValueType::kDouble, Value(1.0),
                          [](const Value& value) { return std::get<double>(value) > 0 && std::get<double>(value) <= 1; }},
                         {"featureSubsetStrategy", ValueType::kString, Value(boosted ? "all" : "auto"), is_subset_strategy}});
  if (!boosted) {
    return extend(table, {{"numTrees", ValueType::kInt, Value(20), at_least(1)}, {"bootstrap", ValueType::kBool, Value(true)}});
  }
  return extend(table, {{"maxIter", ValueType::kInt, Value(20), at_least(0)},
                        {"stepSize", ValueType::kDouble, Value(0.1),
                         [](const Value& value) { return std::get<double>(value) > 0 && std::get<double>(value) <= 1; }},
                        {"validationTol", ValueType::kDouble, Value(0.01), at_least(0)},
                        {"validationIndicatorCol", ValueType::kString},
                        {"lossType", ValueType::kString, Value(classifier ? "logistic" : "squared"),
                         classifier ? one_of({"logistic"}) : one_of({"squared", "absolute"})}});
}

TreeSettings settings_of(const ParamMap& params, int32_t classes) {
  TreeSettings settings;
  settings.classes = classes;
  if (classes > 0) settings.impurity = params.text("impurity") == "entropy" ? Impurity::kEntropy : Impurity::kGini;
  settings.depth_max = params.integer("maxDepth");
  settings.instances_min = params.integer("minInstancesPerNode");
  settings.weight_fraction_min = params.number("minWeightFractionPerNode");
  settings.gain_min = params.number("minInfoGain");
  settings.memory_max = int64_t{params.integer("maxMemoryInMB")} << 20;
  return settings;
}

InstanceBlocks read_blocks(const ParamMap& params, bool classifier, arrow::RecordBatchReader& dataset, FitContext& context) {
  check_vector_field(context.fields, params.text("featuresCol"));
  check_numeric_field(context.fields, params.text("labelCol"));
  return InstanceBlocks::read(dataset,
                              {.label = params.text("labelCol"),
                               .weight = params.text_or_empty("weightCol"),
                               .features = params.text("featuresCol"),
                               .label_check = classifier ? LabelCheck::kClass : LabelCheck::kNumber},
                              context);
}

// From the label's metadata, or the highest label.
int32_t count_classes(const ParamMap& params, const InstanceBlocks& blocks, const FitContext& context) {
  constexpr int kInferredClassesMax = 100;
  if (const auto known = class_count(find_field(context.fields, params.text("labelCol")))) return *known;
  double highest = -1;
  for (size_t b = 0; b < blocks.size(); ++b) {
    const InstanceBlock block = blocks[b];
    for (int32_t r = 0; r < block.rows; ++r) highest = std::max(highest, block.labels[r]);
  }
  const auto classes = static_cast<int32_t>(highest) + 1;
  if (classes > kInferredClassesMax) {
    require(false, "Classifier inferred " + std::to_string(classes) + " from label values in column " +
                       params.text("labelCol") + ", but this exceeded the max numClasses (100) allowed to be inferred "
                       "from values.  To avoid this error for labels with > 100 classes, specify numClasses explicitly "
                       "in the metadata; this can be done by applying StringIndexer to the label column.");
  }
  return classes;
}

std::vector<std::string> training_columns(const ParamMap& params) {
  std::vector<std::string> names = {params.text("featuresCol"), params.text("labelCol")};
  if (!params.text_or_empty("weightCol").empty()) names.push_back(params.text("weightCol"));
  if (params.declares("validationIndicatorCol") && params.is_set("validationIndicatorCol")) {
    names.push_back(params.text("validationIndicatorCol"));
  }
  return names;
}

// A classifier fails where it counts its classes, a regressor where it looks at its features.
[[noreturn]] void throw_empty(bool classifier) {
  const char* message = "DecisionTree requires size of input RDD > 0, but was given by empty one.";
  if (classifier) throw_spark_exception(message);
  throw_illegal_argument(message);
}

class ForestEstimator : public Estimator {
 public:
  explicit ForestEstimator(TreeKind kind) : kind_(kind) {}

  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    const bool classifier = is_classifier(kind_);
    const InstanceBlocks blocks = read_blocks(params, classifier, dataset, context);
    if (blocks.rows() == 0) throw_empty(classifier);
    const int32_t classes = classifier ? count_classes(params, blocks, context) : 0;
    const auto categories = categories_of(find_field(context.fields, params.text("featuresCol")));
    const int64_t seed = params.long_integer("seed");
    const BinnedRows rows = bin_rows(blocks, categories, classes, params.integer("maxBins"), seed, context);
    TreeSettings settings = settings_of(params, classes);
    int32_t trees = 1;
    std::vector<uint16_t> counts;
    if (is_ensemble(kind_)) {
      trees = params.integer("numTrees");
      counts = draw_row_counts(rows.rows, trees, params.number("subsamplingRate"), params.flag("bootstrap"), seed,
                               context.slices);
      settings.features_per_node = features_per_node(params.text("featureSubsetStrategy"), trees, rows.features, classifier);
    }
    std::vector<Tree> grown = grow_trees(rows, rows.labels, counts, trees, settings, seed, context);
    auto model = std::make_shared<TreeModel>(kind_, params, std::move(grown), std::vector<double>(trees, 1.0), rows.features, classes);
    if (kind_ == TreeKind::kForestClassifier) model->set_summary(summarize(model, params, blocks));
    return model;
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override { return training_columns(params); }

 private:
  static std::shared_ptr<const Summary> summarize(const std::shared_ptr<const TreeModel>& model, const ParamMap& params,
                                                     const InstanceBlocks& blocks) {
    const bool binary = model->classes() <= 2;
    ClassificationTally tally(binary);
    std::vector<double> row(model->features(), 0.0);
    const std::vector<int32_t>& dense = blocks.dense_columns();
    for (size_t b = 0; b < blocks.size(); ++b) {
      const InstanceBlock block = blocks[b];
      for (int32_t r = 0; r < block.rows; ++r) {
        std::fill(row.begin(), row.end(), 0.0);
        for (int32_t d = 0; d < block.dense_width; ++d) row[dense[d]] = block.dense[static_cast<size_t>(r) * block.dense_width + d];
        for (int32_t i = block.offsets[r]; i < block.offsets[r + 1]; ++i) {
          row[block.indices[i]] += block.values != nullptr ? block.values[i] : 1.0;
        }
        const std::vector<double> raw = model->raw(row.data());
        tally.add(block.labels[r], block.weights[r], model->prediction(raw, params), model->probability(raw).at(model->classes() > 1 ? 1 : 0));
      }
    }
    auto summary = std::make_shared<ClassificationSummary>(binary ? "BinaryRandomForestClassificationTrainingSummaryImpl"
                                                                  : "RandomForestClassificationTrainingSummaryImpl",
                                                           std::move(tally), params, std::vector<double>{0.0});
    summary->model().watch(model);
    return summary;
  }

  TreeKind kind_;
};

// Batches that were read before, as a stream.
class KeptReader : public arrow::RecordBatchReader {
 public:
  KeptReader(std::vector<std::shared_ptr<arrow::RecordBatch>> batches, std::shared_ptr<arrow::Schema> schema)
      : batches_(std::move(batches)), schema_(std::move(schema)) {}
  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override {
    *batch = next_ < batches_.size() ? batches_[next_++] : nullptr;
    return arrow::Status::OK();
  }

 private:
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches_;
  std::shared_ptr<arrow::Schema> schema_;
  size_t next_ = 0;
};

class BoostingEstimator : public Estimator {
 public:
  explicit BoostingEstimator(TreeKind kind) : kind_(kind) {}

  std::shared_ptr<const Model> fit(const ParamMap& params, arrow::RecordBatchReader& dataset,
                                   FitContext& context) const override {
    Boosting boosting{kind_, params, context};
    if (!params.is_set("validationIndicatorCol")) {
      boosting.prepare(read_blocks(params, is_classifier(kind_), dataset, context));
      return boosting.run();
    }
    const int mark_at = find_position(context.fields, params.text("validationIndicatorCol"));
    std::vector<std::shared_ptr<arrow::RecordBatch>> held;
    std::vector<std::shared_ptr<arrow::RecordBatch>> training;
    std::shared_ptr<arrow::RecordBatch> batch;
    while (true) {
      context.check_canceled();
      check_arrow(dataset.ReadNext(&batch));
      if (!batch) break;
      const NumberColumn marks = read_numbers(*batch->column(mark_at));
      std::vector<uint8_t> keep(batch->num_rows());
      for (size_t row = 0; row < keep.size(); ++row) keep[row] = marks.values[row] != 0;
      held.push_back(filter_rows(batch, keep));
      for (uint8_t& k : keep) k = k == 0;
      training.push_back(filter_rows(batch, keep));
    }
    KeptReader training_reader(std::move(training), dataset.schema());
    boosting.prepare(read_blocks(params, is_classifier(kind_), training_reader, context));
    boosting.validation = std::move(held);
    return boosting.run();
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override { return training_columns(params); }

 private:
  struct Boosting {
    TreeKind kind;
    const ParamMap& params;
    FitContext& context;
    std::vector<std::shared_ptr<arrow::RecordBatch>> validation = {};
    BinnedRows rows = {};
    TreeSettings settings = {};
    int64_t seed = 0;

    void prepare(const InstanceBlocks& blocks);
    Tree grow(const std::vector<double>& labels, int64_t tree_seed);
    double validation_error(const std::vector<Tree>& trees, const std::vector<double>& weights, const BoostingLoss& loss,
                            std::vector<double>& predictions) const;
    std::shared_ptr<const Model> run();
  };

  TreeKind kind_;
};

void BoostingEstimator::Boosting::prepare(const InstanceBlocks& blocks) {
  if (blocks.rows() == 0) throw_empty(/*classifier=*/false);
  seed = params.long_integer("seed");
  const auto categories = categories_of(find_field(context.fields, params.text("featuresCol")));
  rows = bin_rows(blocks, categories, 0, params.integer("maxBins"), seed, context);
  if (is_classifier(kind)) {
    for (double& label : rows.labels) {
      if (label != 0 && label != 1) {
        throw_user_raised("Labels MUST be in {0, 1}, but got " + java_double_text(label));
      }
      label = label * 2 - 1;
    }
  }
  settings = settings_of(params, 0);
  settings.features_per_node = features_per_node(params.text("featureSubsetStrategy"), 1, rows.features, false);
}

Tree BoostingEstimator::Boosting::grow(const std::vector<double>& labels, int64_t tree_seed) {
  const auto counts = draw_row_counts(rows.rows, 1, params.number("subsamplingRate"), false, tree_seed, context.slices);
  return std::move(grow_trees(rows, labels, counts, 1, settings, tree_seed, context)[0]);
}

// Adds the last tree's part to `predictions` of the held-out rows; the mean loss of them.
double BoostingEstimator::Boosting::validation_error(const std::vector<Tree>& trees, const std::vector<double>& weights,
                                                     const BoostingLoss& loss, std::vector<double>& predictions) const {
  const int features_at = find_position(context.fields, params.text("featuresCol"));
  const int label_at = find_position(context.fields, params.text("labelCol"));
  const std::string weight_name = params.text_or_empty("weightCol");
  double sum = 0;
  double weight_sum = 0;
  size_t at = 0;
  for (const auto& batch : validation) {
    const VectorColumn vectors(batch->column(features_at));
    const NumberColumn labels = read_numbers(*batch->column(label_at));
    NumberColumn row_weights;
    if (!weight_name.empty()) row_weights = read_numbers(*batch->column(find_position(context.fields, weight_name)));
    for (int64_t row = 0; row < batch->num_rows(); ++row, ++at) {
      check_label(labels.values[row], labels.is_null(row), LabelCheck::kNumber);
      if (!weight_name.empty()) check_weight(row_weights.values[row], row_weights.is_null(row));
      if (vectors.is_null(row)) throw_user_raised("Vectors MUST NOT be Null");
      const VectorView view = vectors[row];
      if (view.size != rows.features) {
        throw_spark_exception("requirement failed: The vector's size " + std::to_string(view.size) +
                              " differs from the number of features " + std::to_string(rows.features) + ".");
      }
      if (at >= predictions.size()) predictions.push_back(0.0);
      predictions[at] += weights.back() * trees.back().leaf_of(view.to_vector().to_array().data()).prediction;
      const double label = is_classifier(kind) ? labels.values[row] * 2 - 1 : labels.values[row];
      const double weight = weight_name.empty() ? 1.0 : row_weights.values[row];
      sum += weight * loss.error(predictions[at], label);
      weight_sum += weight;
    }
  }
  return sum / weight_sum;
}

std::shared_ptr<const Model> BoostingEstimator::Boosting::run() {
  const BoostingLoss loss = boosting_loss(params.text("lossType"));
  const int32_t iterations = params.integer("maxIter");
  const double tolerance = params.number("validationTol");
  const bool validates = params.is_set("validationIndicatorCol");
  std::vector<Tree> trees;
  std::vector<double> weights;
  trees.push_back(grow(rows.labels, seed));
  weights.push_back(1.0);
  std::vector<double> predictions = predict_binned(trees[0], rows);
  std::vector<double> held_predictions;
  double best_error = validates ? validation_error(trees, weights, loss, held_predictions) : 0;
  size_t best_count = 1;
  std::vector<double> residuals(rows.rows);
  for (int32_t m = 1; m < iterations; ++m) {
    for (int64_t row = 0; row < rows.rows; ++row) residuals[row] = -loss.gradient(predictions[row], rows.labels[row]);
    trees.push_back(grow(residuals, seed + m));
    weights.push_back(params.number("stepSize"));
    const std::vector<double> step = predict_binned(trees.back(), rows);
    for (int64_t row = 0; row < rows.rows; ++row) predictions[row] += step[row] * weights.back();
    context.report({.stage = "iteration", .rows = rows.rows, .iteration = m, .iterations_max = iterations});
    if (!validates) continue;
    // Stops when the error of the held-out rows falls too little, and keeps the best ensemble.
    const double error = validation_error(trees, weights, loss, held_predictions);
    if (best_error - error < tolerance * std::max(error, 0.01)) break;
    if (error < best_error) {
      best_error = error;
      best_count = static_cast<size_t>(m) + 1;
    }
  }
  if (validates) {
    trees.resize(best_count);
    weights.resize(best_count);
  }
  return std::make_shared<TreeModel>(kind, params, std::move(trees), std::move(weights), rows.features,
                                     is_classifier(kind) ? 2 : 0);
}

struct KindNames {
  std::string_view estimator;
  std::string_view model;
};

const KindNames& names_of(TreeKind kind) {
  static const KindNames names[] = {
      {"org.apache.spark.ml.classification.DecisionTreeClassifier", "org.apache.spark.ml.classification.DecisionTreeClassificationModel"},
      {"org.apache.spark.ml.regression.DecisionTreeRegressor", "org.apache.spark.ml.regression.DecisionTreeRegressionModel"},
      {"org.apache.spark.ml.classification.RandomForestClassifier", "org.apache.spark.ml.classification.RandomForestClassificationModel"},
      {"org.apache.spark.ml.regression.RandomForestRegressor", "org.apache.spark.ml.regression.RandomForestRegressionModel"},
      {"org.apache.spark.ml.classification.GBTClassifier", "org.apache.spark.ml.classification.GBTClassificationModel"},
      {"org.apache.spark.ml.regression.GBTRegressor", "org.apache.spark.ml.regression.GBTRegressionModel"}};
  return names[static_cast<size_t>(kind)];
}

}  // namespace

bool is_classifier(TreeKind kind) {
  return kind == TreeKind::kTreeClassifier || kind == TreeKind::kForestClassifier || kind == TreeKind::kBoostedClassifier;
}

bool is_ensemble(TreeKind kind) { return kind != TreeKind::kTreeClassifier && kind != TreeKind::kTreeRegressor; }

std::string_view estimator_class(TreeKind kind) { return names_of(kind).estimator; }
std::string_view model_class(TreeKind kind) { return names_of(kind).model; }

const ParamTable& tree_params(TreeKind kind) {
  static const std::vector<ParamTable> tables = [] {
    std::vector<ParamTable> all;
    for (int k = 0; k < 6; ++k) all.push_back(declare_params(static_cast<TreeKind>(k)));
    return all;
  }();
  return tables[static_cast<size_t>(kind)];
}

std::vector<Operator> tree_operators() {
  static const std::vector<std::unique_ptr<const Estimator>> estimators = [] {
    std::vector<std::unique_ptr<const Estimator>> all;
    for (int k = 0; k < 6; ++k) {
      const auto kind = static_cast<TreeKind>(k);
      if (kind == TreeKind::kBoostedClassifier || kind == TreeKind::kBoostedRegressor) {
        all.push_back(std::make_unique<BoostingEstimator>(kind));
      } else {
        all.push_back(std::make_unique<ForestEstimator>(kind));
      }
    }
    return all;
  }();
  std::vector<Operator> rows;
  for (int k = 0; k < 6; ++k) {
    const auto kind = static_cast<TreeKind>(k);
    rows.push_back({.jvm_class = estimator_class(kind), .kind = OperatorKind::kEstimator, .params = &tree_params(kind), .estimator = estimators[k].get()});
    rows.push_back({.jvm_class = model_class(kind), .kind = OperatorKind::kModel, .params = &tree_params(kind),
                    .read_model = [kind](const std::string& folder) { return read_tree_model(kind, folder); }});
  }
  return rows;
}

}  // namespace firesteel::ml
