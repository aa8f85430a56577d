// Expressions as some errors print them, with the qualifiers of columns.
#pragma once

#include <string>

#include "plan/expression.h"

namespace firesteel::analyze {

// print_name() with "t.a" for the column a of t (Expression.sql).
std::string print_qualified(const plan::Expression& expression);

}  // namespace firesteel::analyze
