// What Spark asks of arguments beyond their kinds: which must be constants, and types that no
// signature can tell apart.
#pragma once

#include "analyze/coercion.h"
#include "functions/function.h"
#include "plan/expression.h"

namespace firesteel::analyze {

// Throws Spark's error for an argument that the row's signature takes and Spark does not. The
// arguments are coerced, and the defaults are there.
void check_arguments(const functions::Function& row, const plan::FunctionCall& call, const plan::Origin& origin);

// Constants that Spark reads while it looks the function up, before it looks at any type.
void check_builder_constants(const functions::Function& row, const plan::FunctionCall& call, const plan::Origin& origin);

// What Spark asks while it looks the function up: the arguments are not coerced yet.
void check_before_binding(const functions::Function& row, const plan::FunctionCall& call, const CoercionRules& rules, const plan::Origin& origin);

// The options of a function that reads or writes records; null where there are none.
const plan::ExpressionPtr* options_of(const functions::Function& row, const plan::FunctionCall& call);

// The variables of a lambda differ.
void check_parameter_names(const plan::LambdaFunction& lambda, bool is_case_sensitive, const plan::Origin& origin);

// Whether a constant that says how, not what, is null: everything is null then.
bool has_null_constant(const plan::Expression& expression);

}  // namespace firesteel::analyze
