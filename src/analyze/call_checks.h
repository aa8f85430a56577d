// What a call's arguments are checked for besides their kinds, and how what is wrong is worded.
#pragma once

#include <string>
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

// timestampadd() and timestampdiff() whose first argument is no unit, which Spark does not know.
bool is_without_unit(std::string_view name, const std::vector<plan::ExpressionPtr>& arguments);

// A lambda function goes over arrays or maps: DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE for what stands before it otherwise.
void check_collections(const functions::Function& row, const std::vector<plan::ExpressionPtr>& arguments,
                       const plan::ExpressionPtr& lambda, const plan::Origin& origin);

// UNSUPPORTED_FEATURE.EXPRESSION where a lambda's body aggregates one of its variables.
void check_no_aggregate_of(const std::vector<plan::ExpressionPtr>& variables, const plan::ExpressionPtr& body);

// Whether a constant is null as a number: a null, or without ANSI rules a text that is none.
bool is_null_number(const plan::ExpressionPtr& constant, bool is_ansi);

// Throws for a star or a regular expression for columns, as the error shows it, that is an operator's operand.
void check_takes_columns(std::string_view function, const std::string& shown, const plan::Origin& origin);

// A call of an aggregate function.
bool is_aggregate_call(const plan::Expression& e);
// grouping() or grouping_id().
bool is_grouping_call(const plan::Expression& e);
// Its arguments are among the keys of the groups.
void check_grouping_arguments(const plan::FunctionCall& call, const std::vector<plan::ExpressionPtr>& keys, const plan::Origin& origin);

// Whether a null below makes a null of it.
bool passes_nulls_on(const plan::Expression& e);

}  // namespace firesteel::analyze
