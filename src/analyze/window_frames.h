// Which windows have a meaning.
#pragma once

#include <vector>

#include "analyze/coercion.h"
#include "base/error.h"
#include "plan/expression.h"

namespace firesteel::analyze {

// SpecifiedWindowFrame and WindowSpecDefinition: the bounds are constants of a type that goes with the key and stand in
// order, and a range of values has one key. Throws DATATYPE_MISMATCH.*.
void check_frame(const plan::Window& window, const CoercionRules& rules, const std::vector<QueryContext>& contexts);

// ntile() has a positive number of buckets: DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE.
void check_buckets(const plan::Expression& function, const std::vector<QueryContext>& contexts);

}  // namespace firesteel::analyze
