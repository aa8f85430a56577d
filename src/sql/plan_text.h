// Unresolved plans as short text, for the parser's tests: (= a 1), Project[a](Table t).
#pragma once

#include <string>

#include "plan/relation.h"

namespace firesteel::sql::plan_text {

std::string to_text(const plan::ExpressionPtr& expression);
std::string to_text(const plan::RelationPtr& relation);

}  // namespace firesteel::sql::plan_text
