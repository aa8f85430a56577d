// The rows that each file of operators contributes to the registry. A new operator is a file and a
// line here and in registry.cc.
#pragma once

#include <vector>

#include "ml/registry.h"

namespace firesteel::ml {

std::vector<Operator> evaluator_operators();
std::vector<Operator> feature_hasher_operators();
std::vector<Operator> linear_regression_operators();
std::vector<Operator> logistic_regression_operators();
std::vector<Operator> one_hot_encoder_operators();
std::vector<Operator> standard_scaler_operators();
std::vector<Operator> string_indexer_operators();
std::vector<Operator> vector_assembler_operators();

}  // namespace firesteel::ml
