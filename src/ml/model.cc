#include "ml/model.h"

#include "base/error.h"

namespace firesteel::ml {

void throw_no_attribute(const Attributed& object, const std::string& method) {
  throw SparkError("CONNECT_ML.ATTRIBUTE_NOT_ALLOWED", {{"attribute", method}, {"className", object.jvm_class()}});
}

Attribute fetch(std::shared_ptr<const Attributed> object, const std::vector<MethodCall>& calls) {
  Attribute result = object;
  for (const MethodCall& call : calls) {
    const auto* next = std::get_if<std::shared_ptr<const Attributed>>(&result);
    if (next == nullptr) throw_unsupported("ML_ATTRIBUTE", object->class_name() + "." + call.method);
    object = *next;
    result = object->attribute(object, call);
  }
  return result;
}

std::shared_ptr<const Summary> Model::evaluate(const std::shared_ptr<const Model>& /*self*/,
                                                  const ParamMap& /*params*/, arrow::RecordBatchReader& /*dataset*/,
                                                  FitContext& /*context*/) const {
  throw_no_attribute(*this, "evaluate");
}

std::shared_ptr<Summary> Model::read_summary(const std::string& /*folder*/) const {
  throw_no_attribute(*this, "summary");
}

}  // namespace firesteel::ml
