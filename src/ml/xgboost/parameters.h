// Parameters of the estimators, under the names of xgboost.spark, and how they reach XGBoost.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ml/params.h"

namespace firesteel::ml::xgboost {

enum class Kind { kClassifier, kRegressor, kRanker };

const ParamTable& param_table(Kind kind);

// "firesteel.xgboost.SparkXGBClassifier" and "…Model".
std::string_view estimator_class(Kind kind);
std::string_view model_class(Kind kind);

// What xgboost.spark refuses before a fit. Throws IllegalArgumentException, and
// UNSUPPORTED_FEATURE.ML_PARAM for what one process without Python cannot do.
void check_params(const ParamMap& params, Kind kind);

// Names and values for the booster, arbitrary ones included.
using BoosterParams = std::vector<std::pair<std::string, std::string>>;
BoosterParams booster_params(const ParamMap& params);

// True if the parameter's name is one that the estimators declare themselves: XGBoost only warns of
// those that have no effect beside the others.
bool is_declared(std::string_view name);

// "cpu" or "cuda".
std::string device_of(const ParamMap& params);

}  // namespace firesteel::ml::xgboost
