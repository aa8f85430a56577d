// What a call's arguments are checked for besides their kinds, and how what is wrong is worded.
#pragma once

#include <string_view>

#include "functions/function.h"
#include "plan/expression.h"

namespace firesteel::analyze {

// A default of a signature as a constant; NULL is of the given type.
plan::ExpressionPtr default_literal(std::string_view text, const plan::Type& null_type);

// The row's own check; what it finds wrong with an argument is worded with the call's text.
void check_call(const functions::Function& row, const plan::FunctionCall& call,
                const plan::Origin& origin);

// listagg(DISTINCT x) is ordered by x or not at all.
void check_distinct_order(const plan::FunctionCall& call);

}  // namespace firesteel::analyze
