// Models as the text that Spark prints of them.
#pragma once

#include <string>

#include "ml/model.h"

namespace firesteel::ml {

// "IDFModel: uid=IDF_…" and `facts`, which begin with ", ".
std::string model_text(const Model& model, const std::string& facts);
// ", numInputCols=2, numOutputCols=2", each where it is set.
std::string column_counts(const ParamMap& params);

}  // namespace firesteel::ml
