// What Spark says of a call that it cannot bind, and the questions that these errors and the binding share.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"
#include "functions/function.h"
#include "plan/expression.h"

namespace firesteel::analyze {

// Whether the signature takes so many arguments.
bool count_fits(const functions::Signature& signature, size_t count);
// What the signature takes at this place; the last one stands for all that follow.
functions::Accepts accepted(const functions::Signature& signature, size_t index);
bool is_binary_operator(std::string_view name);
// The name of a parameter's place in an error: 0 is "first".
std::string ordinal(size_t index);

// WRONG_NUM_ARGS.
[[noreturn]] void throw_wrong_count(const functions::Function& row, size_t actual,
                                    const plan::Origin& origin);
std::string quoted(const std::string& text);  // "text"
// DATATYPE_MISMATCH of that subclass, of the call.
[[noreturn]] void throw_mismatch(const plan::FunctionCall& call, const char* subclass, SparkError::Parameters parameters,
                                 const plan::Origin& origin);
// DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE of the argument, whose place is counted from 0.
[[noreturn]] void throw_type(const plan::FunctionCall& call, size_t place, const plan::ExpressionPtr& argument,
                             const char* required, const plan::Origin& origin);
// DATATYPE_MISMATCH: no signature takes the argument at `index`. The call has all its arguments, those by default too:
// its name shows them.
[[noreturn]] void throw_mismatch(const functions::Function& row, const plan::FunctionCall& call,
                                 size_t index, functions::Accepts wanted, const plan::Origin& origin);
// The call as its own check names it: DISTINCT is no part of it, and the order of listagg() one of its arguments.
std::string checked_text(const functions::Function& row, const plan::FunctionCall& call);
// What date_add() and its kin move a date by.
inline constexpr const char* kDays = "(\"INT\" or \"SMALLINT\" or \"TINYINT\")";
// DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION: an implicit cast that there is not.
[[noreturn]] void throw_no_cast(const plan::Expression& value, const plan::Type& target, const plan::Origin& origin);
// DATATYPE_MISMATCH.INVALID_ORDERING_TYPE where a comparison, IN, greatest() or least() meets in a type without an order.
void check_order(const functions::Function& row, const plan::FunctionCall& call, const plan::Type& common, const plan::Origin& origin);
// DATATYPE_MISMATCH.DATA_DIFF_TYPES.
[[noreturn]] void throw_different(const functions::Function& row, const plan::FunctionCall& call,
                                  const plan::Origin& origin);
// A clause that functions of this kind do not have: DISTINCT, WITHIN GROUP, FILTER.
void check_clauses(const functions::Function& row, const plan::FunctionCall& call, const plan::Origin& origin);
// Operators on texts, which are no numbers.
void check_text_operands(const functions::Function& row, const plan::FunctionCall& call, bool ansi);
// The Java class of a function, which is mostly its name in another case.
std::string spark_class(const functions::Function& row);
// A function behind LATERAL VIEW that makes no rows.
[[noreturn]] void throw_no_generator(const plan::UnresolvedFunction& call, const plan::Expression& bound);
// A lambda where no function takes one.
[[noreturn]] void throw_not_higher_order(const functions::Function& row, const plan::Origin& origin);

}  // namespace firesteel::analyze
