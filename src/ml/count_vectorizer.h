// A CountVectorizerModel without a fit.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml/model.h"

namespace firesteel::ml {

std::shared_ptr<const Model> make_count_vectorizer_model(std::string uid,
                                                         std::vector<std::string> vocabulary);

}  // namespace firesteel::ml
