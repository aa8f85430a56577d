// What calls to ML operators carry: parameters, chains of methods.
#pragma once

#include <string>
#include <vector>

#include "ml/model.h"
#include "ml/registry.h"
#include "spark/connect/ml.pb.h"

namespace firesteel::connect {

// The operator's defaults with the parameters of the call on top.
ml::ParamMap params_of(const ml::Operator& op, const std::string& uid,
                       const spark::connect::MlParams& proto);
// A model's own parameters with those of the call on top.
ml::ParamMap model_params(const ml::Model& model, const spark::connect::MlParams& proto);

// Throws UNSUPPORTED_FEATURE.ML_ATTRIBUTE for an argument that is a DataFrame.
std::vector<ml::MethodCall> decode_calls(
    const google::protobuf::RepeatedPtrField<spark::connect::Fetch::Method>& methods);

}  // namespace firesteel::connect
