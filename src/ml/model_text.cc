#include "ml/model_text.h"

namespace firesteel::ml {

std::string model_text(const Model& model, const std::string& facts) {
  return model.class_name() + ": uid=" + model.params().uid() + facts;
}

std::string column_counts(const ParamMap& params) {
  std::string text;
  if (params.is_set("inputCols"))
    text += ", numInputCols=" + std::to_string(params.texts("inputCols").size());
  if (params.is_set("outputCols"))
    text += ", numOutputCols=" + std::to_string(params.texts("outputCols").size());
  return text;
}

}  // namespace firesteel::ml
