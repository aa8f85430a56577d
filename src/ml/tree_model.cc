#include "ml/tree_model.h"

#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "ml/boosting_loss.h"
#include "ml/classification_summary.h"
#include "ml/column_metadata.h"
#include "ml/registry.h"
#include "ml/transform_failure.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

constexpr int64_t kRowsAtOnce = 256;

class TreeTransform : public BatchTransform {
 public:
  TreeTransform(std::shared_ptr<const TreeModel> model, int position, ParamMap params)
      : model_(std::move(model)),
        position_(position),
        params_(std::move(params)),
        leaf_name_(params_.text("leafCol")),
        variance_name_(params_.declares("varianceCol") ? params_.text_or_empty("varianceCol") : ""),
        function_(is_classifier(model_->kind()) ? "ProbabilisticClassificationModel" : model_->class_name()) {}

  std::shared_ptr<arrow::RecordBatch> apply(const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    const VectorColumn vectors(batch->column(position_));
    FeatureRows features(model_->features(), function_);
    Columns columns;
    std::vector<double> raws;
    for (int64_t begin = 0; begin < batch->num_rows(); begin += kRowsAtOnce) {
      const auto& rows = features.read(vectors, begin, std::min(batch->num_rows(), begin + kRowsAtOnce));
      model_->raw(rows.data(), static_cast<int64_t>(rows.size()), raws);
      add_predictions(raws, columns);
      add_leaves(rows, columns);
    }
    return with_columns(batch, std::move(columns));
  }

 private:
  // What comes out, row after row.
  struct Columns {
    std::vector<double> raws;
    std::vector<double> probabilities;
    std::vector<double> predictions;
    std::vector<double> variances;
    std::vector<double> leaves;  // per row and tree
  };

  void add_predictions(const std::vector<double>& raws, Columns& columns) const {
    if (!is_classifier(model_->kind())) {
      columns.predictions.insert(columns.predictions.end(), raws.begin(), raws.end());
      return;
    }
    const auto width = static_cast<size_t>(model_->raw_width());
    const std::vector<double>* thresholds = model_->thresholds(params_);
    columns.raws.insert(columns.raws.end(), raws.begin(), raws.end());
    columns.probabilities.resize(columns.raws.size());
    for (size_t at = columns.raws.size() - raws.size(); at < columns.raws.size(); at += width) {
      if (model_->kind() != TreeKind::kBoostedClassifier) require_votes(columns.raws.data() + at, width, function_);
      double* probability = columns.probabilities.data() + at;
      model_->to_probability(columns.raws.data() + at, probability);
      columns.predictions.push_back(model_->prediction(columns.raws.data() + at, probability, thresholds));
    }
  }

  void add_leaves(const std::vector<const double*>& rows, Columns& columns) const {
    if (leaf_name_.empty() && variance_name_.empty()) return;
    const std::vector<Tree>& trees = model_->trees();
    std::vector<int32_t> leaves(rows.size());
    const size_t first = columns.leaves.size();
    columns.leaves.resize(first + rows.size() * trees.size());
    for (size_t t = 0; t < trees.size(); ++t) {
      model_->predictor().find_leaves(static_cast<int32_t>(t), rows.data(), static_cast<int64_t>(rows.size()), leaves.data());
      for (size_t row = 0; row < rows.size(); ++row) {
        const TreeNode& leaf = trees[t].nodes[leaves[row]];
        columns.leaves[first + row * trees.size() + t] = leaf.leaf_number;
        if (!variance_name_.empty() && t == 0) columns.variances.push_back(variance(leaf));
      }
    }
  }

  std::shared_ptr<arrow::RecordBatch> with_columns(const std::shared_ptr<arrow::RecordBatch>& batch, Columns columns) const {
    auto result = batch;
    const auto add = [&](const std::string& name, std::shared_ptr<arrow::Array> column) {
      if (!name.empty()) result = append_column(result, name, std::move(column));
    };
    const auto vectors = [](std::vector<double> values, size_t width) {
      VectorColumnBuilder builder;
      builder.append_dense_rows(std::move(values), static_cast<int32_t>(width));
      return builder.finish();
    };
    if (is_classifier(model_->kind())) {
      add(params_.text("rawPredictionCol"), vectors(std::move(columns.raws), model_->raw_width()));
      add(params_.text("probabilityCol"), vectors(std::move(columns.probabilities), model_->raw_width()));
    }
    add(params_.text("predictionCol"), make_doubles(std::move(columns.predictions)));
    if (!variance_name_.empty()) add(variance_name_, make_doubles(std::move(columns.variances)));
    if (leaf_name_.empty()) return result;
    add(leaf_name_, is_ensemble(model_->kind()) ? vectors(std::move(columns.leaves), model_->trees().size())
                                                : make_doubles(std::move(columns.leaves)));
    return result;
  }

  // A tree that was grown of rows without weight has nothing to tell.
  static void require_votes(const double* raw, size_t width, const std::string& function) {
    const bool has_votes = std::any_of(raw, raw + width, [](double votes) { return votes != 0.0; });
    const std::string vector = vector_type().sql_type().simple_string();
    if (has_votes) return;
    throw_failed_transform_because(function, vector, vector,
                                   "java.lang.IllegalArgumentException: requirement failed: Can't normalize the 0-vector.");
  }
  static double variance(const TreeNode& leaf) {
    const double total = leaf.stats[0];
    return total == 0 ? 0 : (leaf.stats[2] - leaf.stats[1] * leaf.stats[1] / total) / total;
  }

  std::shared_ptr<const TreeModel> model_;
  int position_;
  ParamMap params_;
  std::string leaf_name_;
  std::string variance_name_;
  std::string function_;  // that Spark's errors name
};

// What each node gives to the sums over the trees: see TreeModel::to_raw.
std::vector<double> node_values(TreeKind kind, const std::vector<Tree>& trees, const std::vector<double>& weights, int32_t classes) {
  const bool boosted = kind == TreeKind::kBoostedClassifier || kind == TreeKind::kBoostedRegressor;
  std::vector<double> values;
  for (size_t t = 0; t < trees.size(); ++t) {
    for (const TreeNode& node : trees[t].nodes) {
      if (!is_classifier(kind) || boosted) {
        values.push_back(boosted ? node.prediction * weights[t] : node.prediction);
        continue;
      }
      for (int32_t c = 0; c < classes; ++c) {
        const bool is_vote = kind == TreeKind::kForestClassifier;
        values.push_back(!is_vote ? node.stats[c] : node.weight == 0 ? 0.0 : node.stats[c] / node.weight);
      }
    }
  }
  return values;
}

Vector vector_argument(const MethodCall& call) {
  require(call.arguments.size() == 1 && std::holds_alternative<Vector>(call.arguments[0]), call.method + " takes one vector");
  return std::get<Vector>(call.arguments[0]);
}

}  // namespace

TreeModel::TreeModel(TreeKind kind, ParamMap params, std::vector<Tree> trees, std::vector<double> weights,
                     int32_t features, int32_t classes)
    : kind_(kind),
      params_(std::move(params)),
      trees_(std::make_shared<const std::vector<Tree>>(std::move(trees))),
      weights_(std::move(weights)),
      features_(features),
      classes_(classes) {
  const bool has_votes = kind == TreeKind::kTreeClassifier || kind == TreeKind::kForestClassifier;
  predictor_ = std::make_shared<const TreePredictor>(*trees_, has_votes ? classes : 1, node_values(kind, *trees_, weights_, classes));
}

std::string TreeModel::class_name() const { return simple_name(model_class(kind_)); }

void TreeModel::to_raw(const double* sums, double* raw) const {
  if (kind_ == TreeKind::kBoostedClassifier) {
    raw[0] = -sums[0];
    raw[1] = sums[0];
    return;
  }
  std::copy_n(sums, predictor_->width(), raw);
  if (kind_ == TreeKind::kForestRegressor) raw[0] /= static_cast<double>(trees().size());
}

void TreeModel::raw(const double* const* rows, int64_t count, std::vector<double>& raws) const {
  const auto sum_width = static_cast<size_t>(predictor_->width());
  const auto width = static_cast<size_t>(raw_width());
  std::vector<double> sums(static_cast<size_t>(count) * sum_width, 0.0);
  predictor_->add_up(rows, count, sums.data());
  raws.resize(static_cast<size_t>(count) * width);
  for (int64_t row = 0; row < count; ++row) to_raw(sums.data() + row * sum_width, raws.data() + row * width);
}

std::vector<double> TreeModel::raw(const double* features) const {
  std::vector<double> result;
  raw(&features, 1, result);
  return result;
}

void TreeModel::to_probability(const double* raw, double* probability) const {
  if (kind_ == TreeKind::kBoostedClassifier) {
    probability[0] = 1.0 / (1.0 + std::exp(-2.0 * raw[0]));
    probability[1] = 1.0 - probability[0];
    return;
  }
  double sum = 0;
  for (int32_t c = 0; c < raw_width(); ++c) sum += raw[c];
  for (int32_t c = 0; c < raw_width(); ++c) probability[c] = sum != 0 ? raw[c] / sum : raw[c];
}

const std::vector<double>* TreeModel::thresholds(const ParamMap& params) const {
  if (!is_classifier(kind_) || !params.is_set("thresholds")) return nullptr;
  const std::vector<double>& thresholds = params.numbers("thresholds");
  require(thresholds.size() == static_cast<size_t>(raw_width()),
          class_name() + ".transform() called with non-matching numClasses and thresholds.length. numClasses=" +
              std::to_string(raw_width()) + ", but thresholds has length " + std::to_string(thresholds.size()));
  return &thresholds;
}

double TreeModel::prediction(const double* raw, const double* probability, const std::vector<double>* thresholds) const {
  if (!is_classifier(kind_)) return raw[0];
  if (thresholds != nullptr) {
    double highest = -std::numeric_limits<double>::infinity();
    size_t best = 0;
    for (size_t c = 0; c < thresholds->size(); ++c) {
      const double scaled = probability[c] / (*thresholds)[c];
      if (!(scaled > highest)) continue;
      highest = scaled;
      best = c;
    }
    return static_cast<double>(best);
  }
  if (kind_ == TreeKind::kBoostedClassifier) return raw[1] > 0 ? 1.0 : 0.0;
  return static_cast<double>(std::max_element(raw, raw + raw_width()) - raw);
}

std::string TreeModel::to_text() const {
  std::string text = class_name() + ": uid" + (kind_ == TreeKind::kBoostedClassifier ? " = " : "=") + params_.uid();
  if (is_ensemble(kind_)) {
    text += ", numTrees=" + std::to_string(trees().size());
  } else {
    text += ", depth=" + std::to_string(trees()[0].depth()) + ", numNodes=" + std::to_string(trees()[0].nodes.size());
  }
  if (is_classifier(kind_)) text += ", numClasses=" + std::to_string(classes_);
  return text + ", numFeatures=" + std::to_string(features_);
}

std::shared_ptr<const Model> TreeModel::tree_model(size_t tree) const {
  const TreeKind kind = kind_ == TreeKind::kForestClassifier ? TreeKind::kTreeClassifier : TreeKind::kTreeRegressor;
  ParamMap params(tree_params(kind), random_uid(kind == TreeKind::kTreeClassifier ? "dtc" : "dtr"));
  for (const auto& [name, value] : params_.set_values()) {
    if (params.declares(name) && name != "impurity") params.set(name, value);
  }
  return std::make_shared<TreeModel>(kind, std::move(params), std::vector<Tree>{trees()[tree]}, std::vector<double>{1.0},
                                     features_, kind == TreeKind::kTreeClassifier ? classes_ : 0);
}

Value TreeModel::predict_one(const MethodCall& call) const {
  const std::vector<double> features = vector_argument(call).to_array();
  require(features.size() == static_cast<size_t>(features_), "the vector's size differs from the number of features");
  const std::vector<double> scores = raw(features.data());
  std::vector<double> probabilities(scores.size());
  to_probability(scores.data(), probabilities.data());
  // Spark's DecisionTreeClassificationModel.predict knows no thresholds.
  if (call.method == "predict" && !is_ensemble(kind_)) return trees()[0].leaf_of(features.data()).prediction;
  if (call.method == "predict") return prediction(scores.data(), probabilities.data(), thresholds(params_));
  if (call.method == "predictRaw") return Vector::dense(scores);
  if (call.method == "predictProbability") return Vector::dense(std::move(probabilities));
  std::vector<double> leaves;
  for (const Tree& tree : trees()) leaves.push_back(tree.leaf_of(features.data()).leaf_number);
  if (is_ensemble(kind_)) return Vector::dense(std::move(leaves));
  return leaves[0];
}

Attribute TreeModel::attribute(const std::shared_ptr<const Attributed>& /*self*/, const MethodCall& call) const {
  const std::string& method = call.method;
  if (method == "numFeatures") return Value(features_);
  if (method == "numClasses" && is_classifier(kind_)) return Value(classes_);
  if (method == "toString") return Value(to_text());
  if (method == "featureImportances") return Value(feature_importances(trees(), features_, kind_ != TreeKind::kBoostedClassifier && kind_ != TreeKind::kBoostedRegressor));
  if (method == "predict" || method == "predictLeaf") return predict_one(call);
  if (is_classifier(kind_) && (method == "predictRaw" || method == "predictProbability")) return predict_one(call);
  if (method == "hasSummary") return Value(summary_ != nullptr);
  if (method == "summary" && summary_) return summary_;
  if (!is_ensemble(kind_)) {
    if (method == "depth") return Value(trees()[0].depth());
    if (method == "numNodes") return Value(static_cast<int32_t>(trees()[0].nodes.size()));
    if (method == "toDebugString") return Value(to_text() + "\n" + trees()[0].text(2));
    throw_no_attribute(*this, method);
  }
  if (method == "getNumTrees" || method == "numTrees") return Value(static_cast<int32_t>(trees().size()));
  if (method == "treeWeights") return Value(weights_);
  if (method == "totalNumNodes") {
    int32_t count = 0;
    for (const Tree& tree : trees()) count += static_cast<int32_t>(tree.nodes.size());
    return Value(count);
  }
  if (method == "toDebugString") {
    std::string text = to_text() + "\n";
    for (size_t t = 0; t < trees().size(); ++t) {
      text += "  Tree " + std::to_string(t) + " (weight " + java_double_text(weights_[t]) + "):\n" + trees()[t].text(4);
    }
    return Value(text);
  }
  if (method == "trees") {
    std::vector<std::shared_ptr<const Model>> models;
    for (size_t t = 0; t < trees().size(); ++t) models.push_back(tree_model(t));
    return models;
  }
  throw_no_attribute(*this, method);
}

int64_t TreeModel::size_bytes() const {
  int64_t bytes = static_cast<int64_t>(sizeof(*this) + 8 * weights_.size());
  for (const Tree& tree : trees()) bytes += tree.size_bytes();
  return bytes + (summary_ ? summary_->size_bytes() : 0);
}

Fields TreeModel::transform_schema(const Fields& input, const ParamMap& params) const {
  check_vector_field(input, params.text("featuresCol"));
  Fields output = input;
  const auto sized = [](int32_t size) {
    VectorAttributes attributes;
    attributes.size = size;
    return to_metadata(attributes);
  };
  std::string prediction = to_metadata(ColumnAttribute());
  if (is_classifier(kind_)) {
    output = append_field(output, {params.text("rawPredictionCol"), vector_type(), true, sized(classes_)});
    output = append_field(output, {params.text("probabilityCol"), vector_type(), true, sized(classes_)});
    prediction = to_metadata(ColumnAttribute{ColumnAttribute::Kind::kNominal, "", {}, classes_});
  }
  // Spark's GBTRegressionModel gives its prediction the metadata of the features.
  if (kind_ == TreeKind::kBoostedRegressor) prediction = find_field(input, params.text("featuresCol")).metadata;
  output = append_field(output, {params.text("predictionCol"), plan::Type::double_number(), false, prediction});
  if (params.declares("varianceCol") && !params.text_or_empty("varianceCol").empty()) {
    output = append_field(output, {params.text("varianceCol"), plan::Type::double_number(), false, to_metadata(ColumnAttribute())});
  }
  if (params.text("leafCol").empty()) return output;
  if (is_ensemble(kind_)) {
    VectorAttributes attributes;
    for (size_t t = 0; t < trees().size(); ++t) {
      const auto leaves = static_cast<int>(trees()[t].nodes.size() / 2 + 1);
      attributes.attributes.push_back({ColumnAttribute::Kind::kNominal, "", {}, leaves});
    }
    return append_field(output, {params.text("leafCol"), vector_type(), true, to_metadata(attributes)});
  }
  const auto leaves = static_cast<int>(trees()[0].nodes.size() / 2 + 1);
  return append_field(output, {params.text("leafCol"), plan::Type::double_number(), false,
                               to_metadata(ColumnAttribute{ColumnAttribute::Kind::kNominal, "", {}, leaves})});
}

std::unique_ptr<BatchTransform> TreeModel::bind(const Fields& input, const ParamMap& params) const {
  auto copy = std::make_shared<TreeModel>(*this);  // shares the trees
  copy->set_summary(nullptr);
  return std::make_unique<TreeTransform>(std::move(copy), find_position(input, params.text("featuresCol")), params);
}

std::vector<std::string> TreeModel::input_columns(const ParamMap& params) const { return {params.text("featuresCol")}; }

std::shared_ptr<const Summary> TreeModel::evaluate(const std::shared_ptr<const Model>& self, const ParamMap& params,
                                                      arrow::RecordBatchReader& dataset, FitContext& context) const {
  if (kind_ != TreeKind::kForestClassifier) throw_no_attribute(*this, "evaluate");
  const int position = find_position(context.fields, params.text("featuresCol"));
  const int label_at = find_position(context.fields, params.text("labelCol"));
  const std::string weight_name = params.text_or_empty("weightCol");
  const int weight_at = weight_name.empty() ? -1 : find_position(context.fields, weight_name);
  ClassificationTally tally(classes_ <= 2, std::make_shared<RowMemory>(context));
  const std::vector<double>* limits = thresholds(params);
  FeatureRows features(features_, "ProbabilisticClassificationModel");
  std::vector<double> raws;
  std::vector<double> probabilities(std::max(2, raw_width()), 0.0);
  std::shared_ptr<arrow::RecordBatch> batch;
  while (true) {
    context.check_canceled();
    check_arrow(dataset.ReadNext(&batch));
    if (!batch) break;
    const VectorColumn vectors(batch->column(position));
    const NumberColumn labels = read_numbers(*batch->column(label_at));
    NumberColumn weights;
    if (weight_at >= 0) weights = read_numbers(*batch->column(weight_at));
    for (int64_t begin = 0; begin < batch->num_rows(); begin += kRowsAtOnce) {
      const auto& rows = features.read(vectors, begin, std::min(batch->num_rows(), begin + kRowsAtOnce));
      raw(rows.data(), static_cast<int64_t>(rows.size()), raws);
      for (size_t at = 0; at < raws.size(); at += raw_width()) {
        const int64_t row = begin + static_cast<int64_t>(at) / raw_width();
        to_probability(raws.data() + at, probabilities.data());
        tally.add(labels.values[row], weight_at >= 0 ? weights.values[row] : 1.0,
                  prediction(raws.data() + at, probabilities.data(), limits), probabilities[classes_ > 1 ? 1 : 0]);
      }
    }
  }
  auto summary = std::make_shared<ClassificationSummary>(
      classes_ <= 2 ? "BinaryRandomForestClassificationSummaryImpl" : "RandomForestClassificationSummaryImpl",
      std::move(tally), params, std::vector<double>());
  summary->model().keep(self);
  return summary;
}

std::vector<double> TreeModel::evaluate_each_iteration(const std::vector<Value>& arguments,
                                                       arrow::RecordBatchReader& dataset, FitContext& context) const {
  const bool boosted = kind_ == TreeKind::kBoostedClassifier || kind_ == TreeKind::kBoostedRegressor;
  if (!boosted) throw_no_attribute(*this, "evaluateEachIteration");
  std::string name = params_.text("lossType");
  if (!arguments.empty()) name = std::get<std::string>(arguments[0]);
  const BoostingLoss loss = boosting_loss(name);
  const int position = find_position(context.fields, params_.text("featuresCol"));
  const int label_at = find_position(context.fields, params_.text("labelCol"));
  const std::string weight_name = params_.text_or_empty("weightCol");
  const int weight_at = weight_name.empty() ? -1 : find_position(context.fields, weight_name);
  std::vector<double> errors(trees().size(), 0.0);
  double weight_sum = 0;
  FeatureRows features(features_, class_name());
  std::vector<double> sums;
  std::vector<int32_t> leaves;
  std::shared_ptr<arrow::RecordBatch> batch;
  while (true) {
    context.check_canceled();
    check_arrow(dataset.ReadNext(&batch));
    if (!batch) break;
    const VectorColumn vectors(batch->column(position));
    const NumberColumn labels = read_numbers(*batch->column(label_at));
    NumberColumn weights;
    if (weight_at >= 0) weights = read_numbers(*batch->column(weight_at));
    for (int64_t begin = 0; begin < batch->num_rows(); begin += kRowsAtOnce) {
      const auto& rows = features.read(vectors, begin, std::min(batch->num_rows(), begin + kRowsAtOnce));
      const auto count = static_cast<int64_t>(rows.size());
      sums.assign(rows.size(), 0.0);
      leaves.resize(rows.size());
      for (size_t t = 0; t < trees().size(); ++t) {
        predictor_->find_leaves(static_cast<int32_t>(t), rows.data(), count, leaves.data());
        for (int64_t i = 0; i < count; ++i) {
          const int64_t row = begin + i;
          const double label = is_classifier(kind_) ? labels.values[row] * 2 - 1 : labels.values[row];
          sums[i] += trees()[t].nodes[leaves[i]].prediction * weights_[t];
          errors[t] += (weight_at >= 0 ? weights.values[row] : 1.0) * loss.error(sums[i], label);
        }
      }
      for (int64_t i = 0; i < count; ++i) weight_sum += weight_at >= 0 ? weights.values[begin + i] : 1.0;
    }
  }
  for (double& error : errors) error /= weight_sum;
  return errors;
}

std::vector<double> evaluate_each_iteration(const Model& model, const std::vector<Value>& arguments,
                                            arrow::RecordBatchReader& dataset, FitContext& context) {
  const auto* trees = dynamic_cast<const TreeModel*>(&model);
  if (trees == nullptr) throw_no_attribute(model, "evaluateEachIteration");
  return trees->evaluate_each_iteration(arguments, dataset, context);
}

std::shared_ptr<Summary> TreeModel::read_summary(const std::string& folder) const {
  return ClassificationSummary::read(folder, params_.table());
}

void TreeModel::write(const std::string& folder, const ParamMap& params) const { write_trees(*this, folder, params); }

}  // namespace firesteel::ml
