// Which columns the entries of a list make, and which entries read them.
#pragma once

#include <set>
#include <vector>

#include "plan/expression.h"

namespace firesteel::analyze {

// The columns that the aliases of the list make.
std::set<plan::AttributeId> alias_ids(const std::vector<plan::ExpressionPtr>& named);

// Whether the expression, or a query within it, reads one of the columns.
bool uses_any(const plan::ExpressionPtr& e, const std::set<plan::AttributeId>& ids);

}  // namespace firesteel::analyze
