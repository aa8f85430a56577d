// Fitted trees and ensembles of trees.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml/model.h"
#include "ml/tree.h"
#include "ml/tree_prediction.h"

namespace firesteel::ml {

enum class TreeKind { kTreeClassifier, kTreeRegressor, kForestClassifier, kForestRegressor, kBoostedClassifier, kBoostedRegressor };

bool is_classifier(TreeKind kind);
bool is_ensemble(TreeKind kind);
std::string_view estimator_class(TreeKind kind);
std::string_view model_class(TreeKind kind);
const ParamTable& tree_params(TreeKind kind);

class TreeModel : public Model {
 public:
  // One weight per tree. `classes` is 0 for a regression.
  TreeModel(TreeKind kind, ParamMap params, std::vector<Tree> trees, std::vector<double> weights, int32_t features,
            int32_t classes);

  std::string class_name() const override;
  std::string jvm_class() const override { return std::string(model_class(kind_)); }
  const ParamMap& params() const override { return params_; }
  Attribute attribute(const std::shared_ptr<const Attributed>& self, const MethodCall& call) const override;
  int64_t size_bytes() const override;
  std::shared_ptr<const Summary> summary() const override { return summary_; }
  std::shared_ptr<const Summary> evaluate(const std::shared_ptr<const Model>& self, const ParamMap& params,
                                          arrow::RecordBatchReader& dataset, FitContext& context) const override;
  // The mean loss over a dataset of the first 1, 2, … trees; `arguments` are those behind the dataset.
  std::vector<double> evaluate_each_iteration(const std::vector<Value>& arguments, arrow::RecordBatchReader& dataset,
                                              FitContext& context) const;
  std::shared_ptr<Summary> read_summary(const std::string& folder) const override;
  void write(const std::string& folder, const ParamMap& params) const override;

  Fields transform_schema(const Fields& input, const ParamMap& params) const override;
  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override;
  std::vector<std::string> input_columns(const ParamMap& params) const override;

  void set_summary(std::shared_ptr<const Summary> summary) override { summary_ = std::move(summary); }
  TreeKind kind() const { return kind_; }
  int32_t features() const { return features_; }
  int32_t classes() const { return classes_; }
  const std::vector<Tree>& trees() const { return *trees_; }
  const TreePredictor& predictor() const { return *predictor_; }
  const std::vector<double>& weights() const { return weights_; }

  // Numbers in Spark's rawPrediction: one per class for a classifier; else the one prediction.
  int32_t raw_width() const { return is_classifier(kind_) ? classes_ : 1; }
  // From what the trees' leaves add up to.
  void to_raw(const double* sums, double* raw) const;
  void raw(const double* const* rows, int64_t count, std::vector<double>& raws) const;
  std::vector<double> raw(const double* features) const;
  void to_probability(const double* raw, double* probability) const;
  // `probability` is read by classifiers with thresholds only.
  double prediction(const double* raw, const double* probability, const std::vector<double>* thresholds) const;
  // Those of a classifier, checked; null where none are set.
  const std::vector<double>* thresholds(const ParamMap& params) const;

 private:
  std::string to_text() const;
  std::shared_ptr<const Model> tree_model(size_t tree) const;
  Value predict_one(const MethodCall& call) const;

  TreeKind kind_;
  ParamMap params_;
  std::shared_ptr<const std::vector<Tree>> trees_;
  std::shared_ptr<const TreePredictor> predictor_;
  std::vector<double> weights_;
  int32_t features_;
  int32_t classes_;
  std::shared_ptr<const Summary> summary_;
};

// The same for any model; throws UNSUPPORTED_FEATURE.ML_ATTRIBUTE for one that is not boosted.
std::vector<double> evaluate_each_iteration(const Model& model, const std::vector<Value>& arguments,
                                            arrow::RecordBatchReader& dataset, FitContext& context);

// Spark's layout: one row per node, and for an ensemble the trees' own metadata beside.
void write_trees(const TreeModel& model, const std::string& folder, const ParamMap& params);
std::shared_ptr<const Model> read_tree_model(TreeKind kind, const std::string& folder);

}  // namespace firesteel::ml
