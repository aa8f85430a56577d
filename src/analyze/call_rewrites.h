// Calls that become something else while they are bound.
#pragma once

#include "analyze/coercion.h"
#include "functions/function.h"
#include "plan/expression.h"

namespace firesteel::analyze {

// Whether BETWEEN is null because its value is a bare null: Spark compares it with each bound alone, they need not meet.
bool is_null_between(const plan::FunctionCall& call, const CoercionRules& rules);

// TryEval: whether the call is null where an argument fails, too.
bool tries_arguments(const plan::Expression& expression);

// Whether the lambda of the function is a predicate.
bool takes_predicate(const functions::Function& row);
// A predicate that is nothing but a null is a null of a boolean.
plan::ExpressionPtr as_predicate(const plan::ExpressionPtr& lambda);

}  // namespace firesteel::analyze
