// Decision trees, random forests and gradient-boosted trees. Follow the classes of the same names in
// org.apache.spark.ml.classification and org.apache.spark.ml.regression.
#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "ml/boosting_loss.h"
#include "ml/classification_summary.h"
#include "ml/column_metadata.h"
#include "ml/held_out_rows.h"
#include "ml/instance_blocks.h"
#include "ml/operators.h"
#include "ml/parallel.h"
#include "ml/shared_params.h"
#include "ml/tree_bagging.h"
#include "ml/tree_bins.h"
#include "ml/tree_growth.h"
#include "ml/tree_model.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

// Rows that a thread works on before it asks for more.
constexpr int64_t kRowsOfWork = 4096;
// Held-out rows whose features are at hand at a time.
constexpr int32_t kHeldRows = 256;

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
    InstanceBlocks blocks = read_blocks(params, classifier, dataset, context);
    if (blocks.rows() == 0) throw_empty(classifier);
    const int32_t classes = classifier ? count_classes(params, blocks, context) : 0;
    const auto categories = categories_of(find_field(context.fields, params.text("featuresCol")));
    const int64_t seed = params.long_integer("seed");
    TreeSettings settings = settings_of(params, classes);
    const int32_t trees = is_ensemble(kind_) ? params.integer("numTrees") : 1;
    BinnedRows rows;
    RowVector<uint16_t> counts;
    const auto memory = std::make_shared<RowMemory>(context);
    // The draws of a slice are one sequence, for one thread; the others put the rows into bins meanwhile.
    const int64_t row_count = blocks.rows();
    const bool draws = is_ensemble(kind_) && (params.flag("bootstrap") || params.number("subsamplingRate") < 1.0);
    FitContext binning = context;
    binning.threads = std::max(1, context.threads - static_cast<int>(draws));
    for_each_part(draws ? 2 : 1, [&](int part) {
      if (part == 0) {
        rows = bin_rows(std::move(blocks), categories, classes, params.integer("maxBins"), seed, binning, memory);
      } else {
        counts = draw_row_counts(row_count, trees, params.number("subsamplingRate"), params.flag("bootstrap"), seed, context, memory);
      }
    });
    if (is_ensemble(kind_)) {
      settings.features_per_node = features_per_node(params.text("featureSubsetStrategy"), trees, rows.features, classifier);
    }
    std::vector<Tree> grown = grow_trees(rows, rows.labels, std::move(counts), trees, settings, seed, context);
    auto model = std::make_shared<TreeModel>(kind_, params, std::move(grown), std::vector<double>(trees, 1.0), rows.features, classes);
    if (kind_ == TreeKind::kForestClassifier) model->set_summary(summarize(model, params, rows, context));
    return model;
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override { return training_columns(params); }

 private:
  static std::shared_ptr<const Summary> summarize(const std::shared_ptr<const TreeModel>& model, const ParamMap& params,
                                                  const BinnedRows& rows, const FitContext& context) {
    const bool binary = model->classes() <= 2;
    auto predictions = rows.row_vector<double>(rows.rows);
    auto scores = rows.row_vector<double>(rows.rows);
    predict(*model, params, rows, context, predictions, scores);
    ClassificationTally tally(binary, rows.memory);
    tally.reserve(rows.rows);
    for (int64_t row = 0; row < rows.rows; ++row) tally.add(rows.labels[row], rows.weights[row], predictions[row], scores[row]);
    auto summary = std::make_shared<ClassificationSummary>(binary ? "BinaryRandomForestClassificationTrainingSummaryImpl"
                                                                  : "RandomForestClassificationTrainingSummaryImpl",
                                                           std::move(tally), params, std::vector<double>{0.0});
    summary->model().watch(model);
    return summary;
  }

  // The class of each row and the probability of class 1.
  static void predict(const TreeModel& model, const ParamMap& params, const BinnedRows& rows, const FitContext& context,
                      RowVector<double>& predictions, RowVector<double>& scores) {
    const auto width = static_cast<size_t>(model.raw_width());
    const std::vector<double>* thresholds = model.thresholds(params);
    for_each_range(context.threads, rows.rows, kRowsOfWork, [&](int64_t begin, int64_t end) {
      context.check_canceled();
      std::vector<double> probabilities(width);
      std::vector<double> raws(static_cast<size_t>(end - begin) * width, 0.0);
      model.predictor().add_up(rows, begin, end, raws.data());
      for (int64_t row = begin; row < end; ++row) {
        const double* raw = raws.data() + (row - begin) * width;
        model.to_probability(raw, probabilities.data());
        predictions[row] = model.prediction(raw, probabilities.data(), thresholds);
        scores[row] = probabilities[width > 1 ? 1 : 0];
      }
    });
  }

  TreeKind kind_;
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
    HeldOutRows rows(dataset, find_position(context.fields, params.text("validationIndicatorCol")), context);
    boosting.prepare(read_blocks(params, is_classifier(kind_), rows, context));
    boosting.validation.emplace(read_blocks(params, is_classifier(kind_), *rows.held_out(), context));
    const InstanceBlocks& held = *boosting.validation;
    if (held.rows() > 0 && held.features() != boosting.rows.features) {
      require(false, "The vector's size " + std::to_string(held.features()) + " differs from the number of features " +
                         std::to_string(boosting.rows.features));
    }
    return boosting.run();
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override { return training_columns(params); }

 private:
  struct Boosting {
    TreeKind kind;
    const ParamMap& params;
    FitContext& context;
    std::optional<InstanceBlocks> validation = {};  // rows held out
    BinnedRows rows = {};
    TreeSettings settings = {};
    int64_t seed = 0;
    RowVector<double> predictions = {};       // of the rows of the training
    RowVector<double> residuals = {};         // what the next tree learns
    RowVector<double> held_predictions = {};  // of the held-out rows

    void prepare(InstanceBlocks blocks);
    Tree grow(const RowVector<double>& labels, int64_t tree_seed);
    static TreePredictor predictor_of(const Tree& tree);
    void advance(const Tree& tree, double weight, const BoostingLoss& loss);
    double validation_error(const Tree& tree, double tree_weight, const BoostingLoss& loss);
    std::shared_ptr<const Model> run();
  };

  TreeKind kind_;
};

void BoostingEstimator::Boosting::prepare(InstanceBlocks blocks) {
  if (blocks.rows() == 0) throw_empty(/*classifier=*/false);
  seed = params.long_integer("seed");
  const auto categories = categories_of(find_field(context.fields, params.text("featuresCol")));
  rows = bin_rows(std::move(blocks), categories, 0, params.integer("maxBins"), seed, context,
                  std::make_shared<RowMemory>(context));
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

Tree BoostingEstimator::Boosting::grow(const RowVector<double>& labels, int64_t tree_seed) {
  auto counts = draw_row_counts(rows.rows, 1, params.number("subsamplingRate"), false, tree_seed, context, rows.memory);
  return std::move(grow_trees(rows, labels, std::move(counts), 1, settings, tree_seed, context)[0]);
}

TreePredictor BoostingEstimator::Boosting::predictor_of(const Tree& tree) {
  std::vector<double> node_values;
  for (const TreeNode& node : tree.nodes) node_values.push_back(node.prediction);
  return TreePredictor({tree}, 1, std::move(node_values));
}

// Adds the tree's part to the predictions of the rows of the training, and sets what is left of their labels.
void BoostingEstimator::Boosting::advance(const Tree& tree, double weight, const BoostingLoss& loss) {
  const TreePredictor predictor = predictor_of(tree);
  for_each_range(context.threads, rows.rows, kRowsOfWork, [&](int64_t begin, int64_t end) {
    context.check_canceled();
    std::vector<double> step(end - begin, 0.0);
    predictor.add_up(rows, begin, end, step.data());
    for (int64_t row = begin; row < end; ++row) {
      predictions[row] += step[row - begin] * weight;
      residuals[row] = -loss.gradient(predictions[row], rows.labels[row]);
    }
  });
}

// Adds the last tree's part to `held_predictions` of the held-out rows; the mean loss of them.
double BoostingEstimator::Boosting::validation_error(const Tree& tree, double tree_weight, const BoostingLoss& loss) {
  const TreePredictor predictor = predictor_of(tree);
  FeatureRows features(rows.features, "");
  RowReader reader(*validation);
  std::vector<double> steps;
  double sum = 0;
  double weight_sum = 0;
  size_t at = 0;
  for (size_t b = 0; b < validation->size(); ++b) {
    context.check_canceled();
    const InstanceBlock block = (*validation)[b];
    for (int32_t begin = 0; begin < block.rows; begin += kHeldRows) {
      const int32_t count = std::min(kHeldRows, block.rows - begin);
      steps.assign(count, 0.0);
      predictor.add_up(features.read(reader, block, begin, begin + count).data(), count, steps.data());
      for (int32_t row = begin; row < begin + count; ++row, ++at) {
        held_predictions[at] += tree_weight * steps[row - begin];
        const double label = is_classifier(kind) ? block.labels[row] * 2 - 1 : block.labels[row];
        sum += block.weights[row] * loss.error(held_predictions[at], label);
        weight_sum += block.weights[row];
      }
    }
    validation->release(b);
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
  predictions = rows.row_vector<double>(rows.rows);
  residuals = rows.row_vector<double>(rows.rows);
  if (validates) held_predictions = rows.row_vector<double>(validation->rows());
  double best_error = validates ? validation_error(trees[0], 1.0, loss) : 0;
  size_t best_count = 1;
  for (int32_t m = 1; m < iterations; ++m) {
    advance(trees.back(), weights.back(), loss);
    trees.push_back(grow(residuals, seed + m));
    weights.push_back(params.number("stepSize"));
    context.report({.stage = "iteration", .rows = rows.rows, .iteration = m, .iterations_max = iterations});
    if (!validates) continue;
    // Stops when the error of the held-out rows falls too little, and keeps the best ensemble.
    const double error = validation_error(trees.back(), weights.back(), loss);
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
