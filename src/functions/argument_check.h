// Checks of arguments beyond what a signature says: types that no implicit cast helps to, and
// constants. Only the concept files of this room and the analyzer include this header.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "plan/expression.h"

namespace firesteel::functions {

// How many items approx_top_k tracks; throws APPROX_TOP_K_* for a null and for what is out of range.
int64_t tracked_items(const plan::ExpressionPtr& argument);

// What the check of a row throws; the analyzer makes it DATATYPE_MISMATCH.<subclass> with the
// call's text (sqlExpr) and, for an argument, its place, text and type.
struct ArgumentMismatch {
  std::string subclass;
  SparkError::Parameters parameters;
  std::optional<size_t> argument;
};

// Throws UNEXPECTED_INPUT_TYPE unless the argument, if there is one, is of one of the types or void
// (ExpectsInputTypes).
void require_type(const plan::FunctionCall& call, size_t index,
                  const std::vector<plan::Type>& types);

// The value of a constant as a literal writes it, through casts and signs; nothing for what is no
// constant. Throws UNSUPPORTED_FEATURE.EXPRESSION for a constant that would have to be computed.
std::optional<plan::Literal> constant_value(const plan::ExpressionPtr& expression);
// The same, and nothing for a constant that would have to be computed.
std::optional<plan::Literal> written_value(const plan::ExpressionPtr& expression);
// constant_value() as a number; null counts as nothing.
std::optional<int64_t> constant_integer(const plan::ExpressionPtr& expression);
// A number that is written, through casts and signs, whatever its type.
std::optional<double> constant_number(const plan::ExpressionPtr& argument);
std::optional<std::string> constant_text(const plan::ExpressionPtr& expression);

// Throws NON_FOLDABLE_INPUT and UNEXPECTED_NULL for an argument that must be a constant.
void require_constant(const plan::FunctionCall& call, size_t index, std::string_view name,
                      std::string_view type);

// Both arguments are arrays of one type.
void check_two_arrays(const plan::FunctionCall& call);
// An array whose elements have an order (TypeUtils.checkForOrderingExpr).
void check_orderable_elements(const plan::FunctionCall& call);
// UNSUPPORTED_INPUT_TYPE where the first argument is or holds a map.
void check_no_map(const plan::FunctionCall& call);
// The argument at `value` has the type of the first one's elements.
void check_element(const plan::FunctionCall& call, size_t value, bool takes_null);
// Whether the function puts an element into an array.
bool adds_element(std::string_view function);
// Both operands are integers.
void check_integers(const plan::FunctionCall& call);
// The last argument is a lambda that gives a boolean.
void check_predicate(const plan::FunctionCall& call);
// Whether the lambda of the function is a predicate.
bool takes_predicate(std::string_view function);
// The first argument is no interval of months, days and seconds at once; `required` names what it may be.
void check_no_calendar_interval(const plan::FunctionCall& call, std::string_view required);
void check_constant(const plan::FunctionCall& call, size_t index, std::string_view name, std::string_view type);
// A constant integer lies between `least` and `most`; null counts as zero.
void check_range(const plan::FunctionCall& call, size_t index, std::string_view name, int64_t least,
                 int64_t most, std::string_view range);

[[noreturn]] void throw_unexpected_type(size_t index, std::string_view required);

// Runs a check that raises a condition of its own, which becomes the hint of
// TYPE_CHECK_FAILURE_WITH_HINT.
template <typename F>
void with_hint(const F& check) {
  try {
    check();
  } catch (const SparkError& error) {
    throw ArgumentMismatch{
        "TYPE_CHECK_FAILURE_WITH_HINT", {{"hint", ""}, {"msg", error.what()}}, std::nullopt};
  }
}

// Whether a percentile takes it for its fractions: a number or a text, or an array of numbers that holds no null.
bool are_fractions(const plan::Type& type);

}  // namespace firesteel::functions
