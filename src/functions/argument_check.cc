#include "functions/argument_check.h"

#include <algorithm>
#include <cmath>

#include "functions/foldable.h"
#include "functions/function.h"
#include "plan/nested_types.h"

namespace firesteel::functions {

namespace {

using plan::ExpressionPtr;
using plan::FunctionCall;
using plan::Literal;
using plan::Type;
using plan::TypeKind;

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }
std::string routine(const FunctionCall& call) { return "`" + std::string(call.function->name) + "`"; }

// Casts between a literal's own type and the argument's that change no more than how it is kept.
std::optional<Literal> converted(Literal literal, const Type& target) {
  if (literal.is_null()) return Literal{target, std::monostate{}};
  const bool is_plain =
      (literal.type.is_integral() && target.is_integral()) || literal.type.same_type(target);
  if (!is_plain) return std::nullopt;
  literal.type = target;
  return literal;
}

// Sums, differences and products of integers that fit.
std::optional<Literal> combined(const FunctionCall& call, const std::optional<Literal>& left, const std::optional<Literal>& right) {
  const auto* a = left ? std::get_if<int64_t>(&left->value) : nullptr;
  const auto* b = right ? std::get_if<int64_t>(&right->value) : nullptr;
  if (!a || !b || !left->type.is_integral() || !left->type.same_type(right->type)) return std::nullopt;
  int64_t value = 0;
  const std::string_view name = call.function->name;
  bool fits = name == "+"   ? !__builtin_add_overflow(*a, *b, &value)
              : name == "-" ? !__builtin_sub_overflow(*a, *b, &value)
              : name == "*" ? !__builtin_mul_overflow(*a, *b, &value)
                            : false;
  fits &= left->type.is(TypeKind::kLong) || (value >= INT32_MIN && value <= INT32_MAX);
  if (!fits || left->type.is(TypeKind::kByte) || left->type.is(TypeKind::kShort)) return std::nullopt;
  return Literal{left->type, value};
}

std::optional<Literal> evaluated(const ExpressionPtr& expression) {
  if (const auto* literal = expression->as<Literal>()) return *literal;
  if (const auto* alias = expression->as<plan::Alias>()) return evaluated(alias->child);
  if (const auto* cast = expression->as<plan::Cast>()) {
    std::optional<Literal> child = evaluated(cast->child);
    return child ? converted(*std::move(child), cast->target) : std::nullopt;
  }
  const auto* call = expression->as<plan::FunctionCall>();
  if (call && call->arguments.size() == 2) return combined(*call, evaluated(call->arguments[0]), evaluated(call->arguments[1]));
  if (!call || call->function->name != "negative") return std::nullopt;
  std::optional<Literal> child = evaluated(call->arguments[0]);
  auto* number = child ? std::get_if<int64_t>(&child->value) : nullptr;
  if (!number) return std::nullopt;
  *number = -*number;
  return child;
}

}  // namespace

void require_type(const plan::FunctionCall& call, size_t index, const std::vector<Type>& types) {
  if (index >= call.arguments.size()) return;
  const Type& actual = call.arguments[index]->type;
  if (actual.is(plan::TypeKind::kNull)) return;
  std::string required;
  for (const Type& type : types) {
    const bool is_any_string = type.is_string() && actual.is_string();
    if (is_any_string || actual.same_type(type)) return;
    required += (required.empty() ? "\"" : " or \"") + type.sql() + "\"";
  }
  if (types.size() > 1) required = "(" + required + ")";
  throw ArgumentMismatch{"UNEXPECTED_INPUT_TYPE", {{"requiredType", required}}, index};
}

std::optional<Literal> constant_value(const ExpressionPtr& expression) {
  if (!is_constant(expression)) return std::nullopt;
  std::optional<Literal> value = evaluated(expression);
  if (!value)
    throw_unsupported("EXPRESSION", "a computed constant where Spark wants a constant argument");
  return value;
}

std::optional<Literal> written_value(const ExpressionPtr& expression) { return evaluated(expression); }

std::optional<int64_t> constant_integer(const ExpressionPtr& expression) {
  const std::optional<Literal> value = constant_value(expression);
  const auto* number = value ? std::get_if<int64_t>(&value->value) : nullptr;
  return number ? std::optional(*number) : std::nullopt;
}

std::optional<std::string> constant_text(const ExpressionPtr& expression) {
  const std::optional<Literal> value = constant_value(expression);
  const auto* text = value ? std::get_if<std::string>(&value->value) : nullptr;
  return text ? std::optional(*text) : std::nullopt;
}

void require_constant(const plan::FunctionCall& call, size_t index, std::string_view name,
                      std::string_view type) {
  if (index >= call.arguments.size()) return;
  const ExpressionPtr& argument = call.arguments[index];
  if (!is_foldable(argument)) {
    throw ArgumentMismatch{"NON_FOLDABLE_INPUT",
                           {{"inputName", std::string(name)}, {"inputType", std::string(type)}},
                           index};
  }
  const std::optional<Literal> value = constant_value(argument);
  if (value->is_null())
    throw ArgumentMismatch{"UNEXPECTED_NULL", {{"exprName", std::string(name)}}, std::nullopt};
}

void throw_unexpected_type(size_t index, std::string_view required) {
  throw ArgumentMismatch{"UNEXPECTED_INPUT_TYPE",
                      {{"requiredType", std::string(required)}}, index};
}

void check_two_arrays(const FunctionCall& call) {
  const Type& left = call.arguments[0]->type;
  const Type& right = call.arguments[1]->type;
  if (left.is(TypeKind::kArray) && right.is(TypeKind::kArray) && left.element().same_type(right.element())) return;
  throw ArgumentMismatch{"BINARY_ARRAY_DIFF_TYPES",
                      {{"functionName", routine(call)},
                       {"arrayType", "\"ARRAY\""},
                       {"leftType", quoted(left.sql())},
                       {"rightType", quoted(right.sql())}},
                         std::nullopt};
}

void check_orderable_elements(const FunctionCall& call) {
  const Type& array = call.arguments[0]->type;
  if (!array.is(TypeKind::kArray) || array.element().is_orderable() || array.element().is(TypeKind::kNull)) return;
  throw ArgumentMismatch{"INVALID_ORDERING_TYPE",
                         {{"functionName", routine(call)}, {"dataType", quoted(array.element().sql())}},
                         std::nullopt};
}

void check_no_map(const FunctionCall& call) {
  if (!plan::holds(call.arguments[0]->type, TypeKind::kMap)) return;
  throw ArgumentMismatch{"UNSUPPORTED_INPUT_TYPE", {{"functionName", routine(call)}, {"dataType", "\"MAP\" or \"COLLATED STRING\""}}, std::nullopt};
}

bool adds_element(std::string_view function) {
  return function == "array_append" || function == "array_prepend" || function == "array_insert";
}

void check_element(const FunctionCall& call, size_t value, bool takes_null) {
  const Type& array = call.arguments[0]->type;
  const Type& element = call.arguments[value]->type;
  const bool is_null = array.is(TypeKind::kNull) || element.is(TypeKind::kNull);
  if (is_null && !takes_null) throw ArgumentMismatch{"NULL_TYPE", {{"functionName", routine(call)}}, std::nullopt};
  if (array.is(TypeKind::kArray) && array.element().same_type(element)) {
    if (adds_element(call.function->name) || is_null || element.is_orderable()) return;
    throw ArgumentMismatch{"INVALID_ORDERING_TYPE", {{"functionName", routine(call)}, {"dataType", quoted(element.sql())}}, std::nullopt};
  }
  throw ArgumentMismatch{"ARRAY_FUNCTION_DIFF_TYPES",
                      {{"functionName", routine(call)},
                       {"dataType", "\"ARRAY\""},
                       {"leftType", quoted(array.sql())},
                       {"rightType", quoted(element.sql())}},
                         std::nullopt};
}

void check_integers(const FunctionCall& call) {
  const Type& type = call.arguments[0]->type;
  if (type.is_integral() || type.is(TypeKind::kNull)) return;
  const auto written = [&](size_t i) {
    const ExpressionPtr* argument = &call.arguments[i];
    const auto* cast = (*argument)->as<plan::Cast>();
    // Text takes the type of the other side.
    const bool is_text = cast && cast->child->type.is_string() && call.ansi;
    const bool is_fraction = cast && cast->child->type.is_numeric() && cast->target.is(TypeKind::kDouble);
    if (cast && !cast->is_user_specified && !cast->is_function && !is_text && !is_fraction) argument = &cast->child;
    const auto* literal = (*argument)->as<Literal>();
    const bool is_null = literal && literal->is_null();
    if (is_null && call.ansi && call.arguments[1 - i]->type.is_string()) return Type::string();
    const bool is_number = (*argument)->type.is_string() && !call.arguments[1 - i]->type.is_interval();
    if (is_number && !is_null && !call.ansi) return Type::double_number();
    return is_null ? Type::null() : (*argument)->type;
  };
  if (!written(0).same_type(written(1))) {
    throw ArgumentMismatch{"BINARY_OP_DIFF_TYPES", {{"left", quoted(written(0).sql())}, {"right", quoted(written(1).sql())}}, std::nullopt};
  }
  throw ArgumentMismatch{"BINARY_OP_WRONG_TYPE",
                      {{"inputType", "\"INTEGRAL\""}, {"actualDataType", quoted(type.sql())}}, std::nullopt};
}

bool takes_predicate(std::string_view function) {
  return function == "filter" || function == "exists" || function == "forall" || function == "map_filter";
}

void check_predicate(const FunctionCall& call) {
  const Type& type = call.arguments.back()->type;
  if (!type.is(TypeKind::kBoolean) && !type.is(TypeKind::kNull)) {
    throw_unexpected_type(call.arguments.size() - 1, "\"BOOLEAN\"");
  }
}

void check_no_calendar_interval(const FunctionCall& call, std::string_view required) {
  if (call.arguments[0]->type.is(TypeKind::kCalendarInterval)) throw_unexpected_type(0, required);
}

void check_constant(const FunctionCall& call, size_t index, std::string_view name, std::string_view type) {
  if (index >= call.arguments.size() || is_foldable(call.arguments[index])) return;
  throw ArgumentMismatch{"NON_FOLDABLE_INPUT",
                      {{"inputName", "`" + std::string(name) + "`"}, {"inputType", quoted(type)}},
                      index};
}

std::optional<double> constant_number(const plan::ExpressionPtr& argument) {
  const auto* call = argument->as<FunctionCall>();
  if (call && call->function->name == "negative") {
    const auto number = constant_number(call->arguments[0]);
    return number ? std::optional(-*number) : std::nullopt;
  }
  if (const auto* cast = argument->as<plan::Cast>()) return constant_number(cast->child);
  const auto* constant = argument->as<plan::Literal>();
  if (!constant) return std::nullopt;
  if (const auto* real = std::get_if<double>(&constant->value)) return *real;
  if (const auto* integer = std::get_if<int64_t>(&constant->value)) return static_cast<double>(*integer);
  const auto* unscaled = std::get_if<__int128>(&constant->value);
  if (!unscaled) return std::nullopt;
  return static_cast<double>(*unscaled) / std::pow(10.0, constant->type.scale());
}

void check_range(const FunctionCall& call, size_t index, std::string_view name, int64_t least,
                 int64_t most, std::string_view range) {
  if (index >= call.arguments.size()) return;
  const ExpressionPtr* argument = &call.arguments[index];
  while (const auto* cast = (*argument)->as<plan::Cast>()) argument = &cast->child;
  const auto* literal = (*argument)->as<plan::Literal>();
  if (literal == nullptr) return;
  const auto* number = std::get_if<int64_t>(&literal->value);
  const int64_t value = number != nullptr ? *number : 0;
  if (value >= least && value <= most) return;
  throw ArgumentMismatch{"VALUE_OUT_OF_RANGE",
                      {{"exprName", "`" + std::string(name) + "`"},
                       {"valueRange", std::string(range)},
                       {"currentValue", std::to_string(value)}},
                         std::nullopt};
}

bool are_fractions(const plan::Type& type) {
  const auto is_number = [](const plan::Type& one) { return one.is_numeric() || one.is(plan::TypeKind::kNull); };
  if (!type.is(plan::TypeKind::kArray)) return is_number(type) || type.is_string();
  return !type.contains_null() && is_number(type.element());
}

}  // namespace firesteel::functions
