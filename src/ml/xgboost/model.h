// Fitted models of XGBoost: ensembles that predict by XGBoost's own library.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ml/model.h"
#include "ml/xgboost/booster.h"
#include "ml/xgboost/parameters.h"

namespace firesteel::ml::xgboost {

// Scores by round: {"training": {"logloss": […]}, "validation": {…}}.
using ScoreHistory = std::map<std::string, std::map<std::string, std::vector<double>>>;

class XgboostModel : public Model {
 public:
  // `bytes` hold the ensemble in XGBoost's JSON or UBJSON. Throws IllegalArgumentException when they do
  // not, or when the ensemble is not of that kind.
  XgboostModel(Kind kind, ParamMap params, const std::string& bytes, ScoreHistory history);

  std::string class_name() const override;
  std::string jvm_class() const override { return std::string(model_class(kind_)); }
  const ParamMap& params() const override { return params_; }
  Attribute attribute(const std::shared_ptr<const Attributed>& self, const MethodCall& call) const override;
  int64_t size_bytes() const override { return size_bytes_; }
  void write(const std::string& folder, const ParamMap& params) const override;

  Fields transform_schema(const Fields& input, const ParamMap& params) const override;
  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override;
  std::vector<std::string> input_columns(const ParamMap& params) const override;

  Kind kind() const { return kind_; }
  const Booster& booster() const { return *booster_; }
  int32_t features() const { return features_; }
  // Numbers that the ensemble gives per row.
  int32_t outputs() const { return outputs_; }
  const ScoreHistory& history() const { return history_; }
  // The round with the best score where training could stop early, else -1.
  int best_iteration() const;

 private:
  // XGBoost's JSON, from `offset` on, as much as goes into one answer.
  std::string text_from(int64_t offset) const;

  Kind kind_;
  ParamMap params_;
  std::shared_ptr<const Booster> booster_;
  ScoreHistory history_;
  int32_t features_ = 0;
  int32_t outputs_ = 1;
  int64_t size_bytes_ = 0;
};

// Kept with the model's metadata.
std::string history_json(const ScoreHistory& history);

// The layout of xgboost.spark: metadata, and the ensemble's JSON as text in `model`. Reads what
// xgboost.spark wrote, too.
std::shared_ptr<const Model> read_model(Kind kind, const std::string& folder);

}  // namespace firesteel::ml::xgboost
