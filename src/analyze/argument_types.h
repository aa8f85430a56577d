// The types in which the arguments of some functions meet, where no signature can say it.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "analyze/coercion.h"
#include "functions/function.h"
#include "plan/expression.h"

namespace firesteel::analyze {

// findWiderTypeWithoutStringPromotion: text meets text only.
bool promotes_text(const plan::Type& a, const plan::Type& b);
// findTightestCommonType of values within arrays and structs: a decimal meets an integer only if it holds all of its type.
bool meets_tightly(const plan::Type& a, const plan::Type& b);
bool is_comparison(std::string_view name);
// The type in which the arguments of a comparison, IN, coalesce() and their kin meet; nothing where they do not.
std::optional<plan::Type> met_type(std::string_view name, const std::vector<plan::Type>& types, const CoercionRules& rules);
// TypeCoercion.BooleanEquality: without ANSI rules a boolean beside a number 0 or 1 is tested itself; null for other calls.
plan::ExpressionPtr equality_with_boolean(std::string_view name, const std::vector<plan::ExpressionPtr>& arguments, const CoercionRules& rules);
// array_contains(array, value), array_union(array, array) and their kin: the elements and the value meet in one type.
void widen_elements(std::string_view name, std::vector<plan::ExpressionPtr>& arguments, const CoercionRules& rules);
// sequence(start, stop, step): what is no interval meets in one type.
void widen_bounds(std::vector<plan::ExpressionPtr>& arguments, const CoercionRules& rules);
// A null of stack() is of the type of its column.
void fill_stack(std::vector<plan::ExpressionPtr>& arguments, const CoercionRules& rules);
// element_at(map, key), map_contains_key(map, key): the key and those of the map meet in one type, or it is an error.
void meet_key(const functions::Function& row, plan::FunctionCall& call, const CoercionRules& rules);
// map_zip_with(map, map, lambda): the keys of both meet in one type, or it is an error. Other functions stay as they are.
void meet_keys(std::vector<plan::ExpressionPtr>& maps, const plan::ExpressionPtr& lambda, const functions::Function& row,
               const CoercionRules& rules);
// A result that is one of the arguments, or an array of them, holds nulls where any of them does.
plan::Type with_common_nulls(const plan::Type& type, const plan::Type& common);
// concat() of what is neither text nor bytes nor an array is an error.
void check_concatenated(const plan::FunctionCall& call);
// a & b of numbers that meet in no integer is refused with the types that they have.
void check_bitwise(const functions::Function& row, const plan::FunctionCall& uncoerced, const CoercionRules& rules, const plan::Origin& origin);
// The decimal of an integer: a literal counts with the digits that it has.
plan::Type decimal_of(const plan::Expression& integer, const CoercionRules& rules);
// The default of lag() and lead() becomes a value of their type.
void check_default(const functions::Function& row, const plan::FunctionCall& call, const CoercionRules& rules);
// div takes whole numbers, decimals and intervals.
[[noreturn]] void throw_not_integral(const plan::FunctionCall& call, const plan::Type& type);
// An integer compared with a decimal constant is compared with the integer next to it. Beyond 64 bits the answer is known, even of a null.
std::optional<bool> bound_by_integer(std::string_view name, std::vector<plan::ExpressionPtr>& arguments);

}  // namespace firesteel::analyze
