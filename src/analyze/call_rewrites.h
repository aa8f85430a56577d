// Calls that become something else while they are bound.
#pragma once

#include <cstddef>
#include <string_view>

#include "analyze/coercion.h"
#include "plan/expression.h"

namespace firesteel::analyze {

// Whether BETWEEN stays one call, so that a value that differs each time is computed once; its arguments are of one type then.
bool is_computed_once(plan::FunctionCall& call, const CoercionRules& rules);

// Whether an integer that is written becomes a decimal of its own digits beside another one: such a cast may be null to Spark.
bool narrows_literal(const plan::FunctionCall& call);
// The value of a BETWEEN, which is neither a literal nor a constant any more to the rules for them.
plan::ExpressionPtr as_common_expression(const plan::ExpressionPtr& value);
// A null whose name may be another one, also where it is cast.
plan::ExpressionPtr make_named_null(const plan::Type& type);
// The null of a call that is always null; no constant where the call is none.
plan::ExpressionPtr null_instead_of(const plan::ExpressionPtr& call);
// The call, nullable besides if it is to be.
plan::ExpressionPtr with_nulls(const plan::ExpressionPtr& call, bool is_nullable);

// TryEval: whether the call is null where an argument fails, too.
bool tries_arguments(const plan::Expression& expression);
// Whether the operands are tried by themselves: of an operation on numbers and a text, which is cast.
bool tries_operands(const plan::Expression& expression);

// Whether a call asks for the field null of something, which is not looked at: the answer is null.
bool is_field_of_null(const plan::FunctionCall& call);
// Whether an aggregate of two columns looks at this one (0 or 1) first, so that its null spares the other.
bool spares_other(std::string_view function, size_t place);

// A predicate that is nothing but a null is a null of a boolean.
plan::ExpressionPtr as_predicate(const plan::ExpressionPtr& lambda);

}  // namespace firesteel::analyze
