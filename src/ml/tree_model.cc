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

// The features of a row; throws Spark's error for a null vector and one of another size.
void read_features(const VectorColumn& vectors, int64_t row, const std::string& model, std::vector<double>& features) {
  const VectorView view = transformed_vector(vectors, row, features.size(), model);
  if (view.indices != nullptr) std::fill(features.begin(), features.end(), 0.0);
  for (int32_t i = 0; i < view.count; ++i) features[view.indices != nullptr ? view.indices[i] : i] = view.values[i];
}

class TreeTransform : public BatchTransform {
 public:
  TreeTransform(std::shared_ptr<const TreeModel> model, int position, ParamMap params)
      : model_(std::move(model)), position_(position), params_(std::move(params)) {}

  std::shared_ptr<arrow::RecordBatch> apply(const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    const VectorColumn vectors(batch->column(position_));
    const bool classifier = is_classifier(model_->kind());
    const std::string function = classifier ? "ProbabilisticClassificationModel" : model_->class_name();
    const std::string leaf_name = params_.text("leafCol");
    const std::string variance_name = params_.declares("varianceCol") ? params_.text_or_empty("varianceCol") : "";
    VectorColumnBuilder raws;
    VectorColumnBuilder probabilities;
    VectorColumnBuilder leaves;
    std::vector<double> single_leaves;
    std::vector<double> predictions(batch->num_rows());
    std::vector<double> variances;
    std::vector<double> features(model_->features(), 0.0);
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      read_features(vectors, row, function, features);
      const std::vector<double> raw = model_->raw(features.data());
      predictions[row] = model_->prediction(raw, params_);
      if (classifier) {
        raws.append_dense(raw.data(), static_cast<int32_t>(raw.size()));
        const std::vector<double> probability = model_->probability(raw);
        if (model_->kind() != TreeKind::kBoostedClassifier) require_votes(raw, function);
        probabilities.append_dense(probability.data(), static_cast<int32_t>(probability.size()));
      }
      if (!variance_name.empty()) variances.push_back(variance(model_->trees()[0].leaf_of(features.data())));
      if (leaf_name.empty()) continue;
      std::vector<double> numbers;
      for (const Tree& tree : model_->trees()) numbers.push_back(tree.leaf_of(features.data()).leaf_number);
      if (is_ensemble(model_->kind())) {
        leaves.append_dense(numbers.data(), static_cast<int32_t>(numbers.size()));
      } else {
        single_leaves.push_back(numbers[0]);
      }
    }
    auto result = batch;
    const auto add = [&](const std::string& name, std::shared_ptr<arrow::Array> column) {
      if (!name.empty()) result = append_column(result, name, std::move(column));
    };
    if (classifier) {
      add(params_.text("rawPredictionCol"), raws.finish());
      add(params_.text("probabilityCol"), probabilities.finish());
    }
    add(params_.text("predictionCol"), make_doubles(predictions));
    if (!variance_name.empty()) add(variance_name, make_doubles(variances));
    if (!leaf_name.empty()) add(leaf_name, is_ensemble(model_->kind()) ? leaves.finish() : make_doubles(single_leaves));
    return result;
  }

 private:
  // A tree that was grown of rows without weight has nothing to tell.
  static void require_votes(const std::vector<double>& raw, const std::string& function) {
    const bool has_votes = std::any_of(raw.begin(), raw.end(), [](double votes) { return votes != 0.0; });
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
};

Vector vector_argument(const MethodCall& call) {
  require(call.arguments.size() == 1 && std::holds_alternative<Vector>(call.arguments[0]), call.method + " takes one vector");
  return std::get<Vector>(call.arguments[0]);
}

}  // namespace

TreeModel::TreeModel(TreeKind kind, ParamMap params, std::vector<Tree> trees, std::vector<double> weights,
                     int32_t features, int32_t classes)
    : kind_(kind),
      params_(std::move(params)),
      trees_(std::move(trees)),
      weights_(std::move(weights)),
      features_(features),
      classes_(classes) {}

std::string TreeModel::class_name() const { return simple_name(model_class(kind_)); }

std::vector<double> TreeModel::raw(const double* features) const {
  if (!is_ensemble(kind_)) {
    const TreeNode& leaf = trees_[0].leaf_of(features);
    return is_classifier(kind_) ? leaf.stats : std::vector<double>{leaf.prediction};
  }
  if (kind_ == TreeKind::kForestClassifier) {
    std::vector<double> votes(classes_, 0.0);
    for (const Tree& tree : trees_) {
      const TreeNode& leaf = tree.leaf_of(features);
      if (leaf.weight == 0) continue;
      for (int32_t c = 0; c < classes_; ++c) votes[c] += leaf.stats[c] / leaf.weight;
    }
    return votes;
  }
  double sum = 0;
  for (size_t t = 0; t < trees_.size(); ++t) {
    const double prediction = trees_[t].leaf_of(features).prediction;
    sum += kind_ == TreeKind::kForestRegressor ? prediction : prediction * weights_[t];
  }
  if (kind_ == TreeKind::kForestRegressor) return {sum / static_cast<double>(trees_.size())};
  if (kind_ == TreeKind::kBoostedRegressor) return {sum};
  return {-sum, sum};
}

std::vector<double> TreeModel::probability(const std::vector<double>& raw) const {
  if (kind_ == TreeKind::kBoostedClassifier) {
    const double first = 1.0 / (1.0 + std::exp(-2.0 * raw[0]));
    return {first, 1.0 - first};
  }
  double sum = 0;
  for (const double value : raw) sum += value;
  std::vector<double> result = raw;
  if (sum != 0) {
    for (double& value : result) value /= sum;
  }
  return result;
}

double TreeModel::prediction(const std::vector<double>& raw, const ParamMap& params) const {
  if (!is_classifier(kind_)) return raw[0];
  std::vector<double> scores = probability(raw);
  if (params.is_set("thresholds")) {
    const std::vector<double>& thresholds = params.numbers("thresholds");
    require(thresholds.size() == scores.size(), class_name() +
                                                    ".transform() called with non-matching numClasses and "
                                                    "thresholds.length. numClasses=" + std::to_string(scores.size()) +
                                                    ", but thresholds has length " + std::to_string(thresholds.size()));
    double highest = -std::numeric_limits<double>::infinity();
    size_t best = 0;
    for (size_t c = 0; c < scores.size(); ++c) {
      const double scaled = scores[c] / thresholds[c];
      if (!(scaled > highest)) continue;
      highest = scaled;
      best = c;
    }
    return static_cast<double>(best);
  }
  if (kind_ == TreeKind::kBoostedClassifier) return raw[1] > 0 ? 1.0 : 0.0;
  return static_cast<double>(std::max_element(raw.begin(), raw.end()) - raw.begin());
}

std::string TreeModel::to_text() const {
  std::string text = class_name() + ": uid" + (kind_ == TreeKind::kBoostedClassifier ? " = " : "=") + params_.uid();
  if (is_ensemble(kind_)) {
    text += ", numTrees=" + std::to_string(trees_.size());
  } else {
    text += ", depth=" + std::to_string(trees_[0].depth()) + ", numNodes=" + std::to_string(trees_[0].nodes.size());
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
  return std::make_shared<TreeModel>(kind, std::move(params), std::vector<Tree>{trees_[tree]}, std::vector<double>{1.0},
                                     features_, kind == TreeKind::kTreeClassifier ? classes_ : 0);
}

Value TreeModel::predict_one(const MethodCall& call) const {
  const std::vector<double> features = vector_argument(call).to_array();
  require(features.size() == static_cast<size_t>(features_), "the vector's size differs from the number of features");
  const std::vector<double> scores = raw(features.data());
  // Spark's DecisionTreeClassificationModel.predict knows no thresholds.
  if (call.method == "predict" && !is_ensemble(kind_)) return trees_[0].leaf_of(features.data()).prediction;
  if (call.method == "predict") return prediction(scores, params_);
  if (call.method == "predictRaw") return Vector::dense(scores);
  if (call.method == "predictProbability") return Vector::dense(probability(scores));
  std::vector<double> leaves;
  for (const Tree& tree : trees_) leaves.push_back(tree.leaf_of(features.data()).leaf_number);
  if (is_ensemble(kind_)) return Vector::dense(std::move(leaves));
  return leaves[0];
}

Attribute TreeModel::attribute(const std::shared_ptr<const Attributed>& /*self*/, const MethodCall& call) const {
  const std::string& method = call.method;
  if (method == "numFeatures") return Value(features_);
  if (method == "numClasses" && is_classifier(kind_)) return Value(classes_);
  if (method == "toString") return Value(to_text());
  if (method == "featureImportances") return Value(feature_importances(trees_, features_, kind_ != TreeKind::kBoostedClassifier && kind_ != TreeKind::kBoostedRegressor));
  if (method == "predict" || method == "predictLeaf") return predict_one(call);
  if (is_classifier(kind_) && (method == "predictRaw" || method == "predictProbability")) return predict_one(call);
  if (method == "hasSummary") return Value(summary_ != nullptr);
  if (method == "summary" && summary_) return summary_;
  if (!is_ensemble(kind_)) {
    if (method == "depth") return Value(trees_[0].depth());
    if (method == "numNodes") return Value(static_cast<int32_t>(trees_[0].nodes.size()));
    if (method == "toDebugString") return Value(to_text() + "\n" + trees_[0].text(2));
    throw_no_attribute(*this, method);
  }
  if (method == "getNumTrees" || method == "numTrees") return Value(static_cast<int32_t>(trees_.size()));
  if (method == "treeWeights") return Value(weights_);
  if (method == "totalNumNodes") {
    int32_t count = 0;
    for (const Tree& tree : trees_) count += static_cast<int32_t>(tree.nodes.size());
    return Value(count);
  }
  if (method == "toDebugString") {
    std::string text = to_text() + "\n";
    for (size_t t = 0; t < trees_.size(); ++t) {
      text += "  Tree " + std::to_string(t) + " (weight " + java_double_text(weights_[t]) + "):\n" + trees_[t].text(4);
    }
    return Value(text);
  }
  if (method == "trees") {
    std::vector<std::shared_ptr<const Model>> models;
    for (size_t t = 0; t < trees_.size(); ++t) models.push_back(tree_model(t));
    return models;
  }
  throw_no_attribute(*this, method);
}

int64_t TreeModel::size_bytes() const {
  int64_t bytes = static_cast<int64_t>(sizeof(*this) + 8 * weights_.size());
  for (const Tree& tree : trees_) bytes += tree.size_bytes();
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
    for (size_t t = 0; t < trees_.size(); ++t) {
      const auto leaves = static_cast<int>(trees_[t].nodes.size() / 2 + 1);
      attributes.attributes.push_back({ColumnAttribute::Kind::kNominal, "", {}, leaves});
    }
    return append_field(output, {params.text("leafCol"), vector_type(), true, to_metadata(attributes)});
  }
  const auto leaves = static_cast<int>(trees_[0].nodes.size() / 2 + 1);
  return append_field(output, {params.text("leafCol"), plan::Type::double_number(), false,
                               to_metadata(ColumnAttribute{ColumnAttribute::Kind::kNominal, "", {}, leaves})});
}

std::unique_ptr<BatchTransform> TreeModel::bind(const Fields& input, const ParamMap& params) const {
  auto copy = std::make_shared<TreeModel>(kind_, params_, trees_, weights_, features_, classes_);
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
  ClassificationTally tally(classes_ <= 2);
  std::vector<double> features(features_, 0.0);
  std::shared_ptr<arrow::RecordBatch> batch;
  while (true) {
    context.check_canceled();
    check_arrow(dataset.ReadNext(&batch));
    if (!batch) break;
    const VectorColumn vectors(batch->column(position));
    const NumberColumn labels = read_numbers(*batch->column(label_at));
    NumberColumn weights;
    if (weight_at >= 0) weights = read_numbers(*batch->column(weight_at));
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      read_features(vectors, row, "ProbabilisticClassificationModel", features);
      const std::vector<double> scores = raw(features.data());
      tally.add(labels.values[row], weight_at >= 0 ? weights.values[row] : 1.0, prediction(scores, params),
                probability(scores).at(classes_ > 1 ? 1 : 0));
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
  std::vector<double> errors(trees_.size(), 0.0);
  double weight_sum = 0;
  std::vector<double> features(features_, 0.0);
  std::shared_ptr<arrow::RecordBatch> batch;
  while (true) {
    context.check_canceled();
    check_arrow(dataset.ReadNext(&batch));
    if (!batch) break;
    const VectorColumn vectors(batch->column(position));
    const NumberColumn labels = read_numbers(*batch->column(label_at));
    NumberColumn weights;
    if (weight_at >= 0) weights = read_numbers(*batch->column(weight_at));
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      read_features(vectors, row, class_name(), features);
      const double label = is_classifier(kind_) ? labels.values[row] * 2 - 1 : labels.values[row];
      const double weight = weight_at >= 0 ? weights.values[row] : 1.0;
      double sum = 0;
      for (size_t t = 0; t < trees_.size(); ++t) {
        sum += trees_[t].leaf_of(features.data()).prediction * weights_[t];
        errors[t] += weight * loss.error(sum, label);
      }
      weight_sum += weight;
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
