// What other operators use of OneHotEncoder: its model from the numbers of categories.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "ml/model.h"
#include "ml/params.h"

namespace firesteel::ml {

const ParamTable& one_hot_encoder_params();
// A model with `params` of one_hot_encoder_params() and a number of categories for each of its
// columns.
std::shared_ptr<const Model> make_one_hot_encoder_model(ParamMap params,
                                                        std::vector<int32_t> category_sizes);

}  // namespace firesteel::ml
