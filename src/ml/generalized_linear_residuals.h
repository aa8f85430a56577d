// Residuals of a generalized linear model, row by row.
#pragma once

#include <memory>
#include <string>

#include "ml/model.h"

namespace firesteel::ml {

// `type` is deviance, pearson, working or response; throws Spark's error for another.
PredictionsAttribute generalized_linear_residuals(const std::shared_ptr<const Model>& model,
                                                  const ParamMap& params, const std::string& type);

}  // namespace firesteel::ml
