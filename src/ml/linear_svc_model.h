// The fitted linear support vector machine.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml/classification_summary.h"
#include "ml/instance_blocks.h"
#include "ml/model.h"

namespace firesteel::ml {

inline constexpr const char* kLinearSvcModelClass = "org.apache.spark.ml.classification.LinearSVCModel";

const ParamTable& linear_svc_params();

class LinearSvcModel : public Model {
 public:
  LinearSvcModel(ParamMap params, Vector coefficients, double intercept);

  std::string class_name() const override { return "LinearSVCModel"; }
  std::string jvm_class() const override { return kLinearSvcModelClass; }
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
  // Predictions of the training data, whose blocks are not remapped and are used up.
  ClassificationTally tally(InstanceBlocks& blocks, const ParamMap& params, const FitContext& context) const;

 private:
  ParamMap params_;
  Vector coefficients_;
  double intercept_;
  std::shared_ptr<const Summary> summary_;
};

std::shared_ptr<const Model> read_linear_svc_model(const std::string& folder);

}  // namespace firesteel::ml
