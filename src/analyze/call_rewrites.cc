#include "analyze/call_rewrites.h"

#include <algorithm>
#include <string_view>

#include "analyze/argument_types.h"
#include "functions/function.h"

namespace firesteel::analyze {

using functions::Function;
using plan::Cast;
using plan::Expression;
using plan::ExpressionPtr;
using plan::FunctionCall;
using plan::LambdaFunction;
using plan::Type;
using plan::TypeKind;

bool is_null_between(const FunctionCall& call, const CoercionRules& rules) {
  const auto& a = call.arguments;
  if (a.size() != 3 || !a[0]->type.is(TypeKind::kNull)) return false;
  return a[1]->type.is_orderable() && a[2]->type.is_orderable() && !met_type("between", {a[0]->type, a[1]->type, a[2]->type}, rules);
}

bool tries_arguments(const Expression& expression) {
  const auto* call = expression.as<FunctionCall>();
  if (!call) return false;
  const std::string_view name = call->function->name;
  const bool is_local_of_date = name == "try_make_timestamp_ntz" && call->arguments[0]->type.is(TypeKind::kDate);
  if (name != "try_to_binary" && name != "try_to_time" && !is_local_of_date) return false;
  const auto is_computed = [](const ExpressionPtr& one) { return one->as<FunctionCall>() || one->as<Cast>(); };
  return std::any_of(call->arguments.begin(), call->arguments.end(), is_computed);
}

bool takes_predicate(const Function& row) {
  return row.name == "filter" || row.name == "exists" || row.name == "forall" || row.name == "map_filter";
}

ExpressionPtr as_predicate(const ExpressionPtr& lambda) {
  if (!lambda->type.is(TypeKind::kNull)) return lambda;
  LambdaFunction predicate = *lambda->as<LambdaFunction>();
  predicate.body = make_null_literal(Type::boolean());
  return make_typed(std::move(predicate), Type::boolean(), true, lambda->origin);
}

}  // namespace firesteel::analyze
