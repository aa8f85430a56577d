// The rows that each file of operators contributes to the registry. A new operator is a file and a
// line here and in registry.cc.
#pragma once

#include <vector>

#include "ml/registry.h"

namespace firesteel::ml {

std::vector<Operator> logistic_regression_operators();

}  // namespace firesteel::ml
