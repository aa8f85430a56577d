// The fitted linear regression and its summaries.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml/model.h"
#include "ml/regression_metrics.h"

namespace firesteel::ml {

inline constexpr const char* kLinearRegressionModelClass = "org.apache.spark.ml.regression.LinearRegressionModel";

const ParamTable& linear_regression_params();

// What is counted of a dataset's predictions, by one thread.
struct ResidualTally {
  RegressionMetrics metrics;
  double residual_min = 0;
  double residual_max = 0;

  void add(double prediction, double label, double weight);
  void merge(const ResidualTally& other);
};

class LinearRegressionModel : public Model {
 public:
  LinearRegressionModel(ParamMap params, Vector coefficients, double intercept, double scale);

  std::string class_name() const override { return "LinearRegressionModel"; }
  std::string jvm_class() const override { return kLinearRegressionModelClass; }
  const ParamMap& params() const override { return params_; }
  Attribute attribute(const std::shared_ptr<const Attributed>& self, const MethodCall& call) const override;
  int64_t size_bytes() const override;
  std::shared_ptr<const Summary> summary() const override { return summary_; }
  std::shared_ptr<const Summary> evaluate(const std::shared_ptr<const Model>& self, const ParamMap& params,
                                          arrow::RecordBatchReader& dataset, FitContext& context) const override;
  std::shared_ptr<Summary> read_summary(const std::string& folder) const override;
  void write(const std::string& folder, const ParamMap& params) const override;

  Fields transform_schema(const Fields& input, const ParamMap& params) const override;
  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override;
  std::vector<std::string> input_columns(const ParamMap& params) const override;

  void set_summary(std::shared_ptr<const Summary> summary) override { summary_ = std::move(summary); }
  const Vector& coefficients() const { return coefficients_; }
  double intercept() const { return intercept_; }

 private:
  ParamMap params_;
  Vector coefficients_;
  double intercept_;
  double scale_;
  std::shared_ptr<const Summary> summary_;
};

class LinearRegressionSummary : public Summary {
 public:
  // An empty objective history means a summary of an evaluation. `inverse_diagonal` is that of
  // LeastSquaresSolution.
  LinearRegressionSummary(const LinearRegressionModel& model, ParamMap params, ResidualTally tally,
                          std::vector<double> inverse_diagonal, std::vector<double> objective_history);

  std::string class_name() const override {
    return objective_history_.empty() ? "LinearRegressionSummary" : "LinearRegressionTrainingSummary";
  }
  std::string jvm_class() const override { return "org.apache.spark.ml.regression." + class_name(); }
  Attribute attribute(const std::shared_ptr<const Attributed>& self, const MethodCall& call) const override;
  int64_t size_bytes() const override;
  void write(const std::string& folder) const override;

 private:
  std::optional<Value> metric(const std::string& method) const;
  std::vector<double> standard_errors() const;
  std::vector<double> t_values() const;
  std::vector<double> p_values() const;

  ParamMap params_;
  std::vector<double> estimates_;  // coefficients, and the intercept if it was fitted
  int64_t degrees_of_freedom_;
  int64_t features_;
  bool fit_intercept_;
  ResidualTally tally_;
  std::vector<double> inverse_diagonal_;
  std::vector<double> objective_history_;
};

std::shared_ptr<const Model> read_linear_regression_model(const std::string& folder);

}  // namespace firesteel::ml
