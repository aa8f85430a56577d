// Which values are known before any row is: to the engine, and to Spark while it checks arguments.
#pragma once

#include "plan/expression.h"

namespace firesteel::functions {

// Whether the value is known before any row is.
bool is_constant(const plan::ExpressionPtr& expression);

// Whether Spark's checks take it for a constant (Expression.foldable): what its optimizer replaces by other calls is none to them.
bool is_foldable(const plan::ExpressionPtr& expression);

// Whether it differs each time that it is computed.
bool is_volatile_expression(const plan::ExpressionPtr& expression);

// Whether Spark's optimizer replaces the call (RuntimeReplaceable).
bool is_replaced(const plan::FunctionCall& call);

}  // namespace firesteel::functions
