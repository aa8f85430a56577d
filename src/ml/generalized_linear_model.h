// The fitted generalized linear model.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml/generalized_linear_family.h"
#include "ml/instance_blocks.h"
#include "ml/model.h"

namespace firesteel::ml {

inline constexpr const char* kGeneralizedLinearModelClass =
    "org.apache.spark.ml.regression.GeneralizedLinearRegressionModel";

const ParamTable& generalized_linear_params();
// The columns that a fit and an evaluation read.
InstanceColumns generalized_linear_columns(const ParamMap& params);
// Throws Spark's errors for columns that are missing or of a wrong type.
void check_generalized_linear_input(const ParamMap& params, const Fields& fields);

class GeneralizedLinearModel : public Model {
 public:
  GeneralizedLinearModel(ParamMap params, Vector coefficients, double intercept);

  std::string class_name() const override { return "GeneralizedLinearRegressionModel"; }
  std::string jvm_class() const override { return kGeneralizedLinearModelClass; }
  const ParamMap& params() const override { return params_; }
  Attribute attribute(const std::shared_ptr<const Attributed>& self,
                      const MethodCall& call) const override;
  int64_t size_bytes() const override;
  std::shared_ptr<const Summary> summary() const override { return summary_; }
  std::shared_ptr<const Summary> evaluate(const std::shared_ptr<const Model>& self,
                                          const ParamMap& params, arrow::RecordBatchReader& dataset,
                                          FitContext& context) const override;
  std::shared_ptr<Summary> read_summary(const std::string& folder) const override;
  void write(const std::string& folder, const ParamMap& params) const override;

  Fields transform_schema(const Fields& input, const ParamMap& params) const override;
  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override;
  std::vector<std::string> input_columns(const ParamMap& params) const override;

  void set_summary(std::shared_ptr<const Summary> summary) override {
    summary_ = std::move(summary);
  }
  const Vector& coefficients() const { return coefficients_; }
  double intercept() const { return intercept_; }

 private:
  ParamMap params_;
  Vector coefficients_;
  double intercept_;
  std::shared_ptr<const Summary> summary_;
};

std::shared_ptr<const Model> read_generalized_linear_model(const std::string& folder);

}  // namespace firesteel::ml
