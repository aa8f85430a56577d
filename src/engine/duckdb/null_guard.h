// Spark computes the arguments of most calls from left to right and stops at a null, so that what stands behind it and would
// fail does not; the engine computes all of them.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/duckdb/expression_lowering.h"

namespace firesteel::engine {

using LowerExpression = std::function<std::string(const plan::Expression&)>;

// " WHEN (a) IS NULL THEN NULL WHEN …": the branches of a CASE for the rows in which Spark leaves out an argument of the call that
// may fail. Empty where there is no such argument, or none before it that is cheap to ask.
std::string null_guard(const plan::FunctionCall& call, const Scope& scope, const LowerExpression& lower);

// Whether the expression may stand in the text twice: short, of columns and of what is computed in one row.
bool is_cheap(const plan::ExpressionPtr& expression, const Scope& scope);

// The argument whose null spares one behind it that may fail, where it is computed by a lambda function and so too much to be asked
// for twice: the call is lowered over a list of that one value.
std::optional<size_t> argument_to_bind(const plan::FunctionCall& call, const Scope& scope);

// Whether date_trunc() or trunc() names a unit that there is not: null, whatever it should cut.
bool lacks_unit(const plan::FunctionCall& call);

// Whether computing it may raise an error.
bool may_fail(const plan::ExpressionPtr& expression);

}  // namespace firesteel::engine
