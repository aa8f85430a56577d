// Whether a text from outside is an ensemble that XGBoost can walk: its own reader believes the
// positions of nodes and features in a model.
#pragma once

#include <string>

namespace firesteel::ml::xgboost {

// Throws IllegalArgumentException, with what is wrong, unless `text` is XGBoost's JSON of an ensemble of
// trees (gbtree or dart).
void check_ensemble(const std::string& text);

}  // namespace firesteel::ml::xgboost
