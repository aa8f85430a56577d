#include "connect/ml_call.h"

#include "base/error.h"
#include "connect/ml_value.h"

namespace firesteel::connect {

namespace proto = spark::connect;

ml::ParamMap params_of(const ml::Operator& op, const std::string& uid,
                       const proto::MlParams& proto) {
  ml::ParamMap params(*op.params, uid);
  decode_ml_params(proto, &params);
  return params;
}

ml::ParamMap model_params(const ml::Model& model, const proto::MlParams& proto) {
  ml::ParamMap params = model.params();
  decode_ml_params(proto, &params);
  return params;
}

std::vector<ml::MethodCall> decode_calls(
    const google::protobuf::RepeatedPtrField<proto::Fetch::Method>& methods) {
  std::vector<ml::MethodCall> calls;
  for (const auto& method : methods) {
    ml::MethodCall call{method.method()};
    for (const auto& argument : method.args()) {
      if (argument.has_input())
        throw_unsupported("ML_ATTRIBUTE", method.method() + " with a DataFrame argument");
      call.arguments.push_back(decode_ml_value(argument.param()));
    }
    calls.push_back(std::move(call));
  }
  return calls;
}

}  // namespace firesteel::connect
