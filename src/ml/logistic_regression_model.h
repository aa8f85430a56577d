// The fitted logistic regression.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml/model.h"

namespace firesteel::ml {

inline constexpr const char* kLogisticRegressionModelClass =
    "org.apache.spark.ml.classification.LogisticRegressionModel";

const ParamTable& logistic_regression_params();

// Everything that a prediction needs, bound to one call's parameters.
class LogisticPredictor {
 public:
  LogisticPredictor(const Matrix& coefficients, const Vector& intercepts, bool multinomial,
                    const ParamMap& params);

  int classes() const { return multinomial_ ? sets_ : 2; }
  int32_t features() const { return features_; }
  // Coefficients of a feature, one per coefficient set.
  const double* weights(int32_t feature) const { return weights_.data() + static_cast<size_t>(feature) * sets_; }
  int sets() const { return sets_; }
  const std::vector<double>& intercepts() const { return intercepts_; }

  // From margins (one per set) to Spark's raw prediction, probability (both `classes()` long) and
  // predicted class.
  void raw(const double* margins, double* raw) const;
  void probability(const double* raw, double* probability) const;
  double prediction(const double* raw, const double* probability) const;

 private:
  bool multinomial_;
  int sets_;
  int32_t features_;
  std::vector<double> weights_;
  std::vector<double> intercepts_;
  double threshold_ = 0.5;           // binomial
  std::vector<double> thresholds_;  // multinomial, empty if none are set
};

class LogisticRegressionModel : public Model {
 public:
  LogisticRegressionModel(ParamMap params, Matrix coefficients, Vector intercepts, int classes,
                          bool multinomial);

  std::string class_name() const override { return "LogisticRegressionModel"; }
  std::string jvm_class() const override { return kLogisticRegressionModelClass; }
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
  LogisticPredictor predictor(const ParamMap& params) const;
  int classes() const { return classes_; }
  bool multinomial() const { return multinomial_; }
  const Matrix& coefficients() const { return coefficients_; }
  const Vector& intercepts() const { return intercepts_; }

 private:
  ParamMap params_;
  Matrix coefficients_;
  Vector intercepts_;
  int classes_;
  bool multinomial_;
  std::shared_ptr<const Summary> summary_;
};

std::shared_ptr<const Model> read_logistic_regression_model(const std::string& folder);

}  // namespace firesteel::ml
