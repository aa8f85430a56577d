#include "ml/model.h"

#include "base/error.h"

namespace firesteel::ml {

void throw_no_attribute(const Attributed& object, const std::string& method) {
  throw_unsupported("ML_ATTRIBUTE", object.class_name() + "." + method);
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

std::shared_ptr<const Attributed> Model::evaluate(const ParamMap& /*params*/,
                                                  arrow::RecordBatchReader& /*dataset*/,
                                                  FitContext& /*context*/) const {
  throw_no_attribute(*this, "evaluate");
}

}  // namespace firesteel::ml
