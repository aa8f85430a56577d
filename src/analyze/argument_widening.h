// Where the arguments of a function meet in one type, beyond what signatures say.
#pragma once

#include <string_view>
#include <vector>

#include "analyze/coercion.h"
#include "plan/expression.h"

namespace firesteel::analyze {

// findWiderTypeWithoutStringPromotion: text meets text only.
bool promotes_text(const plan::Type& a, const plan::Type& b);
// array_contains(array, value), array_union(array, array) and their kin: the elements and the value meet in one type.
void widen_elements(std::string_view name, std::vector<plan::ExpressionPtr>& arguments, const CoercionRules& rules);
// sequence(start, stop, step): what is no interval meets in one type.
void widen_bounds(std::vector<plan::ExpressionPtr>& arguments, const CoercionRules& rules);
// A null of stack() is of the type of its column.
void fill_stack(std::vector<plan::ExpressionPtr>& arguments, const CoercionRules& rules);

}  // namespace firesteel::analyze
