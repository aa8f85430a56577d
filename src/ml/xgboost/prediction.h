// The kernel that predicts for batches of rows.
#pragma once

#include <memory>
#include <string>

#include "ml/transformer.h"
#include "ml/xgboost/booster.h"
#include "ml/xgboost/feature_source.h"

namespace firesteel::ml::xgboost {

// What is predicted of which columns. Empty names: the column is not wanted.
struct PredictionPlan {
  Kind kind = Kind::kRegressor;
  std::shared_ptr<const Booster> booster;
  FeatureSource source;
  int margin_position = -1;
  int32_t features = 0;
  int32_t outputs = 1;
  std::string model;  // its class, for messages
  PredictOptions options = {};
  std::string raw_column = {};
  std::string prediction_column = {};
  std::string probability_column = {};
  std::string contributions_column = {};
};

std::unique_ptr<BatchTransform> make_prediction(PredictionPlan plan);

}  // namespace firesteel::ml::xgboost
