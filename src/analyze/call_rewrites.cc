#include "analyze/call_rewrites.h"

#include <algorithm>
#include <string_view>

#include "analyze/argument_types.h"
#include "analyze/call_errors.h"
#include "analyze/casts.h"
#include "functions/foldable.h"
#include "functions/function.h"

namespace firesteel::analyze {

using plan::Cast;
using plan::Expression;
using plan::ExpressionPtr;
using plan::FunctionCall;
using plan::LambdaFunction;
using plan::Literal;
using plan::Type;
using plan::TypeKind;

bool is_computed_once(FunctionCall& call, const CoercionRules& rules) {
  if (call.function->name != "between") return false;
  const bool is_volatile = functions::is_volatile_expression(call.arguments[0]);
  const auto common = is_volatile ? met_type(">=", {call.arguments[0]->type, call.arguments[1]->type, call.arguments[2]->type}, rules) : std::nullopt;
  if (!common) return false;
  for (ExpressionPtr& argument : call.arguments) argument = cast_to(argument, *common, rules);
  return true;
}

bool narrows_literal(const FunctionCall& call) {
  if (!is_comparison(call.function->name) || call.function->name == "<=>" || call.arguments.size() != 2) return false;
  const auto is_written = [](const ExpressionPtr& one) { return one->as<Literal>() && !one->is_replaced; };
  const auto is_whole = [&](const ExpressionPtr& one) { return is_written(one) && one->type.is_integral(); };
  const auto is_column = [&](const ExpressionPtr& one) { return !is_written(one) && one->type.is(TypeKind::kDecimal); };
  const auto& a = call.arguments;
  return (is_whole(a[0]) && is_column(a[1])) || (is_column(a[0]) && is_whole(a[1]));
}

ExpressionPtr as_common_expression(const ExpressionPtr& value) {
  auto common = std::make_shared<Expression>(*value);
  common->is_replaced = true;
  return common;
}

ExpressionPtr make_named_null(const Type& type) {
  Cast null;
  null.child = make_null_literal(Type::null());
  null.target = type;
  return make_typed(std::move(null), type, true);
}

ExpressionPtr null_instead_of(const ExpressionPtr& call) {
  auto null = std::make_shared<Expression>(*make_named_null(call->type));
  null->is_replaced = !functions::is_foldable(call);
  return null;
}

ExpressionPtr with_nulls(const ExpressionPtr& call, bool is_nullable) {
  if (call->nullable || !is_nullable) return call;
  auto nullable = std::make_shared<Expression>(*call);
  nullable->nullable = true;
  return nullable;
}

bool tries_arguments(const Expression& expression) {
  const auto* call = expression.as<FunctionCall>();
  if (!call) return false;
  const std::string_view name = call->function->name;
  const bool is_local_of_date = name == "try_make_timestamp_ntz" && call->arguments[0]->type.is(TypeKind::kDate);
  if (name != "try_to_binary" && name != "try_to_time" && !is_local_of_date) return false;
  const auto is_computed = [](const ExpressionPtr& one) { return !one->as<Literal>() && !one->as<plan::AttributeReference>(); };
  return std::any_of(call->arguments.begin(), call->arguments.end(), is_computed);
}

bool tries_operands(const Expression& expression) {
  const auto* call = expression.as<FunctionCall>();
  if (!call) return false;
  if (!call->function->name.starts_with("try_") || !is_binary_operator(call->function->name)) return false;
  return std::any_of(call->arguments.begin(), call->arguments.end(), [](const ExpressionPtr& one) {
    const auto* cast = one->as<Cast>();
    return cast && !cast->is_user_specified && !cast->is_function && cast->child->type.is_string();
  });
}

bool is_field_of_null(const FunctionCall& call) {
  const std::string_view name = call.function->name;
  return (name == "date_part" || name == "datepart" || name == "extract") && call.arguments.size() == 2 && functions::is_null_constant(*call.arguments[0]);
}

bool spares_other(std::string_view function, size_t place) {
  static constexpr std::string_view kFirst[] = {"corr", "covar_pop", "covar_samp", "regr_count", "regr_r2", "regr_sxy"};
  static constexpr std::string_view kSecond[] = {"max_by", "min_by", "regr_intercept", "regr_slope"};
  static constexpr std::string_view kEither[] = {"regr_avgx", "regr_avgy", "regr_sxx", "regr_syy"};
  const auto is_among = [&](const auto& names) { return std::find(std::begin(names), std::end(names), function) != std::end(names); };
  return is_among(kEither) || (place == 0 ? is_among(kFirst) : is_among(kSecond));
}

ExpressionPtr as_predicate(const ExpressionPtr& lambda) {
  if (!lambda->type.is(TypeKind::kNull)) return lambda;
  LambdaFunction predicate = *lambda->as<LambdaFunction>();
  predicate.body = make_null_literal(Type::boolean());
  return make_typed(std::move(predicate), Type::boolean(), true, lambda->origin);
}

}  // namespace firesteel::analyze
