// Function calls: look-up, argument counts, coercion, lambdas, and the facts of a session.
#include <algorithm>

#include "analyze/argument_kinds.h"
#include "analyze/argument_rules.h"
#include "analyze/argument_types.h"
#include "analyze/call_checks.h"
#include "analyze/call_errors.h"
#include "analyze/call_rewrites.h"
#include "analyze/resolver.h"
#include "analyze/stated_schemas.h"
#include "base/config.h"
#include "base/error.h"
#include "functions/argument_check.h"
#include "functions/decimal_arithmetic.h"
#include "functions/foldable.h"
#include "functions/function.h"
#include "functions/kernel/value.h"
#include "functions/own_names.h"

namespace firesteel::analyze {

using namespace plan;
using functions::Accepts;
using functions::Function;
using functions::FunctionKind;
using functions::Nulls;
using functions::Signature;

namespace {

bool is_arithmetic(std::string_view name) {
  static const std::string_view names[] = {"+", "-", "*", "/", "%", "div", "pmod", "try_add",
                                           "try_subtract", "try_multiply", "try_divide", "try_mod"};
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// Rows such as "date + months" are what operators become, and no functions of a user's.
bool is_operator_on_dates(std::string_view name) {
  static const std::string_view symbols[] = {" + ", " - ", " * ", " / "};
  if (name == "extractansiintervaldays" || name == "[]") return true;
  return std::any_of(std::begin(symbols), std::end(symbols),
                     [&](std::string_view symbol) { return name.find(symbol) != std::string_view::npos; });
}

// count(t.*) of a table is not allowed, count(s.*) of a struct is.
void check_count_of(const UnresolvedStar& star, const Scope& scope, const AnalysisContext& context) {
  if (is_enabled(context, "spark.sql.legacy.allowStarWithSingleTableIdentifierInCount")) return;
  const bool is_table = scope.attributes && std::any_of(scope.attributes->begin(), scope.attributes->end(), [&](const Attribute& a) {
    return !a.qualifier.empty() && equal_ignoring_case(a.qualifier.back(), star.target[0]);
  });
  if (is_table) {
    throw SparkError("INVALID_USAGE_OF_STAR_WITH_TABLE_IDENTIFIER_IN_COUNT", {{"tableName", quoted_name(star.target)}});
  }
}

bool is_percentile_within_group(const Function& row) { return row.name == "percentile_cont" || row.name == "percentile_disc"; }

// Percentiles of texts are those of the numbers that they are.
void order_by_numbers(std::vector<ExpressionPtr>& keys, const CoercionRules& rules) {
  for (ExpressionPtr& key : keys) {
    SortOrder order = std::get<SortOrder>(key->node);
    if (!order.child->type.is_string()) continue;
    order.child = cast_to(order.child, Type::double_number(), rules);
    key = make_typed(std::move(order), Type::double_number(), key->nullable, key->origin);
  }
}

// WITHIN GROUP (ORDER BY …): which functions take it, and how many keys.
void check_within_group(const Function& row, const UnresolvedFunction& node) {
  const std::string name = quoted_name({std::string(row.name)});
  const bool is_percentile = is_percentile_within_group(row);
  if ((is_percentile || row.name == "mode") && node.is_distinct) {
    throw SparkError("INVALID_WITHIN_GROUP_EXPRESSION.DISTINCT_UNSUPPORTED", {{"funcName", name}});
  }
  if (node.order_by.empty()) return;
  if (!is_percentile && row.name != "mode" && row.name != "listagg") {
    throw SparkError("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", {{"prettyName", name}, {"syntax", "WITHIN GROUP (ORDER BY ...)"}})
        .with_kind(ErrorKind::kAnalysis);
  }
  const size_t expected = row.name == "mode" && !node.arguments.empty() ? 0 : 1;
  if (row.name != "listagg" && node.order_by.size() != expected) {
    throw SparkError("INVALID_WITHIN_GROUP_EXPRESSION.WRONG_NUM_ORDERINGS",
                     {{"funcName", name}, {"expectedNum", std::to_string(expected)}, {"actualNum", std::to_string(node.order_by.size())}});
  }
}

bool takes_lambda(const Function& row) {
  return std::any_of(row.signatures.begin(), row.signatures.end(), [](const Signature& s) {
    return std::find(s.arguments.begin(), s.arguments.end(), Accepts::kLambda) != s.arguments.end();
  });
}

bool takes_lambda_at(const Function& row, size_t place) {
  return std::any_of(row.signatures.begin(), row.signatures.end(), [&](const Signature& s) {
    return place < s.arguments.size() && s.arguments[place] == Accepts::kLambda;
  });
}

// A position may go with the element.
size_t optional_variables(const Function& row) { return row.name == "transform" || row.name == "filter" ? 1 : 0; }

// An expression where a lambda stands is one that asks for none of its arguments.
ExpressionPtr as_lambda(const ExpressionPtr& body, size_t parameter_count) {
  LambdaFunction lambda;
  lambda.body = body;
  for (size_t i = 0; i < parameter_count; ++i) {
    lambda.parameters.push_back(make_expression(UnresolvedLambdaVariable{{"unused " + std::to_string(i)}}, body->origin));
  }
  return make_expression(std::move(lambda), body->origin);
}

void check_parameter_count(const ExpressionPtr& argument, size_t most, size_t optional_count) {
  const auto* lambda = argument->as<LambdaFunction>();
  if (!lambda) return;
  const size_t count = lambda->parameters.size();
  if (count <= most && count >= most - optional_count) return;
  throw SparkError("INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH",
                   {{"expectedNumArgs", std::to_string(count)}, {"actualNumArgs", std::to_string(most - optional_count)}},
                   contexts_of(argument->origin));
}

// Which arguments a lambda's variables stand for.
std::vector<std::pair<Type, bool>> lambda_types(std::string_view name,
                                                const std::vector<ExpressionPtr>& a) {
  if (a.empty()) return {};
  const Type& type = a[0]->type;
  if (name == "map_zip_with" && a.size() > 1 && type.is(TypeKind::kMap) && a[1]->type.is(TypeKind::kMap)) {
    return {{type.key(), false}, {type.value(), true}, {a[1]->type.value(), true}};
  }
  if (type.is(TypeKind::kMap)) {
    return {{type.key(), false}, {type.value(), type.value_contains_null()}};
  }
  if (!type.is(TypeKind::kArray)) return {};
  const std::pair<Type, bool> element{type.element(), type.contains_null()};
  if (name == "aggregate" && a.size() > 2) return {{a[1]->type, true}};
  if (name == "aggregate" && a.size() > 1) return {{a[1]->type, true}, element};
  if (name == "exists" || name == "forall") return {element};
  if (name == "zip_with" && a.size() > 1 && a[1]->type.is(TypeKind::kArray)) {
    return {{type.element(), true}, {a[1]->type.element(), true}};
  }
  if (name == "array_sort") return {element, element};
  return {element, {Type::integer(), false}};
}

// A higher-order function takes no subquery, not even outside of its lambda function.
void check_no_subquery_beside_lambda(const std::vector<ExpressionPtr>& arguments) {
  const auto is_lambda = [](const ExpressionPtr& e) { return e->as<LambdaFunction>() != nullptr; };
  if (std::none_of(arguments.begin(), arguments.end(), is_lambda)) return;
  for (const ExpressionPtr& argument : arguments) {
    walk(argument, [](const ExpressionPtr& e) {
      if (e->as<Subquery>()) throw SparkError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.HIGHER_ORDER_FUNCTION", {});
      return true;
    });
  }
}

}  // namespace

std::vector<ExpressionPtr> Resolver::call_arguments(const Function& row,
                                                    const UnresolvedFunction& node,
                                                    const Origin& origin, const Scope& scope) {
  std::vector<ExpressionPtr> out;
  const std::vector<ExpressionPtr> arguments = ordered_arguments(row, node);
  for (const ExpressionPtr& argument : arguments) {
    if (const auto* star = argument->as<UnresolvedStar>()) {
      check_takes_columns(row.name, "'*'", origin);
      if (row.name == "count" && node.arguments.size() == 1 && star->target.size() == 1) check_count_of(*star, scope, context_);
      if (row.name == "count" && node.arguments.size() == 1 && !node.is_distinct && star->target.empty()) {
        out.push_back(make_integer_literal(1));
      } else {
        const size_t first = out.size();
        expand_star(*star, scope, out);
        // UnresolvedStar names the fields of a struct that it takes apart.
        for (size_t i = first; i < out.size() && !star->target.empty(); ++i) {
          const auto* field = out[i]->as<GetField>();
          if (field) out[i] = make_typed(Alias{out[i], {field->name}, {}, next_attribute_id()}, out[i]->type, out[i]->nullable);
        }
      }
    } else if (const auto* regex = argument->as<UnresolvedRegex>()) {
      check_takes_columns(row.name, "regular expression '" + regex->pattern + "'", origin);
      for (ExpressionPtr& column : columns_like(*regex, scope)) out.push_back(std::move(column));
    } else if (argument->as<LambdaFunction>() || takes_lambda_at(row, out.size())) {
      if (!takes_lambda(row)) throw_not_higher_order(row, origin);
      check_collections(row, out, argument, origin);
      meet_keys(out, argument, row, rules());
      const std::vector<std::pair<Type, bool>> types = lambda_types(row.name, out);
      const size_t optional_count = optional_variables(row);
      const bool is_lambda = argument->as<LambdaFunction>() != nullptr;
      // Spark counts what both lambdas take before it looks into one.
      if (row.name == "aggregate" && out.size() == 2 && is_lambda) {
        check_parameter_count(argument, 2, 0);
        if (arguments.size() > 3) check_parameter_count(arguments[3], 1, 0);
      }
      out.push_back(bind_lambda(is_lambda ? argument : as_lambda(argument, types.size() - optional_count), types, optional_count, scope));
      const ExpressionPtr& lambda = out.back();
      if (functions::takes_predicate(row.name) && lambda->type.is(TypeKind::kNull)) {
        const ExpressionPtr body = lambda->as<LambdaFunction>()->body;
        out.back() = as_predicate(lambda);
        if (body->as<FunctionCall>()) shown_as(out.back()->as<LambdaFunction>()->body, print_name(*body));
      }
    } else {
      out.push_back(expression(argument, scope));
    }
  }
  check_no_subquery_beside_lambda(out);
  return out;
}

ExpressionPtr Resolver::bind_lambda(const ExpressionPtr& lambda,
                                    const std::vector<std::pair<Type, bool>>& types,
                                    size_t optional_count, const Scope& scope) {
  check_parameter_count(lambda, types.size(), optional_count);
  LambdaFunction bound = *lambda->as<LambdaFunction>();
  check_parameter_names(bound, context_.case_sensitive, lambda->origin);
  const size_t before = lambda_variables_.size();
  for (size_t i = 0; i < bound.parameters.size(); ++i) {
    const auto* parameter = bound.parameters[i]->as<UnresolvedLambdaVariable>();
    const std::string name = parameter ? parameter->parts[0]
                                       : bound.parameters[i]->as<LambdaVariable>()->name;
    ExpressionPtr variable = make_typed(LambdaVariable{name, next_attribute_id()}, types[i].first,
                                        types[i].second);
    bound.parameters[i] = variable;
    lambda_variables_.push_back(variable);
  }
  bound.body = expression(bound.body, scope);
  lambda_variables_.resize(before);
  if (contains_window(bound.body)) throw_unsupported("EXPRESSION", "a window function inside of a lambda");
  check_no_aggregate_of(bound.parameters, bound.body);
  const Type type = bound.body->type;
  const bool nullable = bound.body->nullable;
  return make_typed(std::move(bound), type, nullable, lambda->origin);
}

namespace {

// The type in which the branches of CASE meet.
std::optional<Type> branch_type(const FunctionCall& call, const std::vector<Type>& types, const CoercionRules& rules) {
  const std::optional<Type> common = wider_type(types, rules);
  if (common || types.empty()) return common;
  std::string shown;
  for (const Type& type : types) shown += (shown.empty() ? "\"" : ", \"") + type.sql() + "\"";
  throw SparkError("DATATYPE_MISMATCH.DATA_DIFF_TYPES",
                   {{"sqlExpr", "\"" + print_name(Expression{call, {}, true, {}}) + "\""},
                    {"functionName", "`casewhen`"},
                    {"dataType", "[" + shown + "]"}});
}

}  // namespace

ExpressionPtr Resolver::call(const UnresolvedFunction& node, const Expression& e,
                             const Scope& scope) {
  const std::string name = lower_case(node.name.back());
  functions::check_namespace(node.name);
  const Function* row = functions::find_function(name);
  if ((!row || !functions::is_built_in(node.name)) && context_.find_function) {
    if (const auto function = context_.find_function(node.name)) return sql_function_call(*function, node, e, scope);
  }
  if (!row || !functions::is_built_in(node.name) || is_operator_on_dates(name) || is_without_unit(name, node.arguments)) {
    throw SparkError("UNRESOLVED_ROUTINE",
                     {{"routineName", quoted_name(node.name)},
                      {"searchPath", kSearchPath}},
                     contexts_of(e.origin));
  }
  if (row->kind == FunctionKind::kTable) {
    throw SparkError("NOT_A_SCALAR_FUNCTION", {{"functionName", quoted_name({name})}}, contexts_of(e.origin));
  }
  if (name == "in" && node.arguments.size() == 1) {
    return in_nothing(expression(node.arguments[0], scope), e.origin);
  }
  check_within_group(*row, node);
  FunctionCall bound;
  bound.function = row;
  bound.arguments = call_arguments(*row, node, e.origin, scope);
  pad_char_operands(row->name, bound.arguments, scope);
  set_arguments(row->name, bound.arguments, e.origin);
  if (row->kind == FunctionKind::kGenerator) check_generator_place(node, e);
  if (row->kind != FunctionKind::kWindow) check_window_place(*row, node, bound, e.origin);
  bound.is_distinct = node.is_distinct;
  bound.ignore_nulls = node.ignore_nulls;
  bound.display_name = name;
  if (name == "nth_value" && bound.arguments.size() == 3) {
    // The client hands IGNORE NULLS over as a flag.
    const auto* flag = bound.arguments[2]->as<Literal>();
    const auto* value = flag ? std::get_if<bool>(&flag->value) : nullptr;
    if (value) {
      bound.ignore_nulls = *value;
      bound.arguments.pop_back();
    }
  }
  if (node.filter) bound.filter = expression(node.filter, scope);
  bound.order_by = expressions(node.order_by, scope);
  if (is_percentile_within_group(*row)) order_by_numbers(bound.order_by, rules());
  check_clauses(*row, bound, e.origin);
  if (node.filter) {
    check_filter_of(bound.filter);
    bound.filter = checked_condition(bound.filter, node.filter->origin);
  }
  check_distinct_order(bound);
  if (ExpressionPtr special = operator_on_dates(name, bound.arguments, e.origin)) return special;
  check_days(row->name, bound.arguments, e.origin);
  check_text_operands(*row, bound, context_.ansi);
  bound.arguments = with_constants(*row, std::move(bound.arguments), false);
  spare_beside_nulls(row->name, bound.arguments);
  spare_beside_values(row->name, bound.arguments);
  choose_argument_kinds(row->name, bound.arguments, rules());
  if (const auto known = bound_by_integer(row->name, bound.arguments)) return make_literal(Literal{Type::boolean(), *known});
  const bool is_narrowed = measures_literals_ && narrows_literal(bound);
  ExpressionPtr result = with_nulls(bind_call(*row, std::move(bound), e.origin), is_narrowed);
  if (tries_arguments(*result)) result = shown_as(built_call("null if it fails", {result}, e.origin), print_name(*result));
  if (tries_operands(*result)) result = with_tried_operands(result, e.origin);
  const auto* made = result->as<FunctionCall>();
  // Spark counts the arguments of a window function before it misses its OVER.
  if (made && row->kind == FunctionKind::kWindow) check_window_place(*row, node, *made, e.origin);
  if (has_null_constant(*result)) return shown_as(null_instead_of(result), print_name(*result));
  const ExpressionPtr last_wins = with_last_keys(result, context_.configuration);
  const ExpressionPtr other = last_wins ? last_wins : as_set(result, e.origin);
  return other ? shown_as(other, print_name(*result)) : result;
}

// What Spark does not compute of two columns beside one that is a null.
void Resolver::spare_beside_nulls(std::string_view name, std::vector<ExpressionPtr>& a) {
  if (a.size() != 2) return;
  for (size_t i = 0; i < 2; ++i) {
    if (!spares_other(name, i) || !functions::is_null_constant(*a[i])) continue;
    ExpressionPtr& other = a[1 - i];
    if (!other->as<Literal>()) other = shown_as(make_named_null(other->type), print_name(*other));
    return;
  }
}

// Of a column that cannot be null and of which an aggregate only asks whether it is, nothing is computed.
void Resolver::spare_beside_values(std::string_view name, std::vector<ExpressionPtr>& a) {
  const bool is_count = name == "regr_count";
  if (a.size() != 2 || !(is_count || name == "regr_avgx" || name == "regr_avgy")) return;
  if (is_count && (a[0]->nullable || a[1]->nullable)) return;
  for (size_t i = 0; i < 2; ++i) {
    const bool is_asked = is_count || (name == "regr_avgx") == (i == 0);
    if (!is_asked || a[i]->nullable || !a[i]->type.is_numeric() || a[i]->as<Literal>()) continue;
    a[i] = shown_as(make_literal({Type::integer(), int64_t{1}}), print_name(*a[i]));
  }
}

ExpressionPtr Resolver::with_tried_operands(const ExpressionPtr& call, const Origin& origin) {
  FunctionCall tried = *call->as<FunctionCall>();
  for (ExpressionPtr& one : tried.arguments) {
    if (one->as<FunctionCall>() || one->as<Cast>()) one = built_call("null if it fails", {one}, origin);
  }
  return shown_as(make_typed(std::move(tried), call->type, true, origin), print_name(*call));
}

namespace {

// The type of an operation on decimals that keeps the digits behind the point.
Type exact_type(const Function& row, const FunctionCall& call, const Type& type) {
  if (!type.is(TypeKind::kDecimal) || !is_arithmetic(row.name)) return type;
  return functions::exact_decimal_type(row.name, call.arguments).value_or(type);
}

// The type of a call WITHIN GROUP (ORDER BY …).
Type type_within_group(const FunctionCall& call, const Type& type) {
  const Type& key = call.order_by[0]->type;
  // mode() is a value of the order.
  if (call.arguments.empty()) return key;
  if (!call.function->name.starts_with("percentile_") || !key.is_interval()) return type;
  // Percentiles of intervals are intervals of all fields.
  const Type whole = key.is(TypeKind::kYearMonthInterval) ? Type::year_month_interval() : Type::day_time_interval();
  return type.is(TypeKind::kArray) ? Type::array(whole, false) : whole;
}

}  // namespace

bool Resolver::timestamps_are_local() const { return context_.configuration && firesteel::timestamps_are_local(context_.configuration); }

// Whether decimals lose their integral digits before those of the scale.
bool Resolver::keeps_decimal_digits() const {
  return !is_enabled(context_, "spark.sql.decimalOperations.allowPrecisionLoss");
}

void Resolver::coerce_arguments(const Function& row, FunctionCall& call) {
  auto& a = call.arguments;
  const CoercionRules rule = rules();
  const bool is_sum = row.name == "sum" || row.name == "avg" || row.name == "try_sum" || row.name == "try_avg";
  if (is_sum && !a.empty() && a[0]->type.is(TypeKind::kTimestamp)) a[0] = cast_to(a[0], Type::double_number(), rule);
  const bool are_nothing = a.size() == 2 && a[0]->type.is(TypeKind::kNull) && a[1]->type.is(TypeKind::kNull);
  // Two bare nulls become null literals of the operator's own type.
  if (are_nothing && (row.name == "&" || row.name == "|" || row.name == "^")) a.assign(2, make_null_literal(Type::integer()));
  if (are_nothing && (row.name == "+" || row.name == "-" || row.name == "*" || row.name == "%")) a.assign(2, make_null_literal(Type::double_number()));
  if (is_arithmetic(row.name) && a.size() == 2) {
    // Text is a double without ANSI; under ANSI it takes the other side's type, whatever that is.
    for (size_t i = 0; i < 2; ++i) {
      const Type& other = a[1 - i]->type;
      if (!a[i]->type.is_string() || other.is_datetime() || other.is_interval()) continue;
      if (!rule.ansi) a[i] = cast_to(a[i], Type::double_number(), rule);
      if (rule.ansi && other.is(TypeKind::kBoolean)) a[i] = cast_to(a[i], other, rule);
    }
    // Decimals keep their own precision; all else meets in one type.
    const auto meet = wider_type(a[0]->type, a[1]->type, rule);
    const bool is_division = row.name == "/" || row.name == "try_divide";
    if (!meet) return;
    Type common = is_division && a[0]->type.is(TypeKind::kNull) && meet->is_numeric() ? Type::double_number() : *meet;
    if (!rule.ansi && common.is_string()) common = Type::double_number();
    if (common.is(TypeKind::kNull)) common = row.name == "div" ? Type::long_integer() : Type::double_number();
    if (common.is_string()) common = Type::double_number();
    if (!common.is_numeric()) return;
    if (common.is(TypeKind::kDecimal)) {
      for (ExpressionPtr& x : a) {
        if (x->type.is(TypeKind::kDecimal)) continue;
        const Type type = x->type.is_numeric() ? decimal_for(x->type) : common;
        x = cast_to(x, x->type.is_integral() ? decimal_of(*x, rule) : type, rule);
      }
      return;
    }
    if (row.name == "div" && common.is_fractional()) throw_not_integral(call, common);
    if (row.name == "div") {
      common = common.is_integral() ? Type::long_integer() : common;
    }
    if (is_division && !common.is(TypeKind::kDouble)) common = Type::double_number();
    for (ExpressionPtr& x : a) x = cast_to(x, common, rule);
    return;
  }
  if (row.name == "when") {
    std::vector<Type> types;
    for (size_t i = 0; i < a.size(); ++i) {
      if (i % 2 == 1 || i + 1 == a.size()) types.push_back(a[i]->type);
    }
    if (const auto common = branch_type(call, types, rule)) {
      for (size_t i = 0; i < a.size(); ++i) {
        if (i % 2 == 1 || i + 1 == a.size()) a[i] = cast_to(a[i], *common, rule);
      }
    }
    for (size_t i = 0; i + 1 < a.size(); i += 2) {
      if (a[i]->type.is(TypeKind::kBoolean)) continue;
      throw SparkError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                       {{"sqlExpr", "\"" + print_name(Expression{call, {}, true, {}}) + "\""},
                        {"paramIndex", ordinal(i)},
                        {"requiredType", "\"BOOLEAN\""},
                        {"inputSql", "\"" + print_name(*a[i]) + "\""},
                        {"inputType", "\"" + a[i]->type.sql() + "\""}});
    }
    return;
  }
  if (row.name == "map") {
    std::vector<Type> keys, values;
    for (size_t i = 0; i < a.size(); ++i) (i % 2 ? values : keys).push_back(a[i]->type);
    const auto key = wider_type(keys, rule);
    const auto value = wider_type(values, rule);
    if (!a.empty() && a.size() % 2 == 0 && (!key || !value)) {
      std::string types;
      for (const Type& type : key ? values : keys) {
        types += (types.empty() ? "" : ", ") + ("\"" + type.sql() + "\"");
      }
      throw SparkError(key ? "DATATYPE_MISMATCH.CREATE_MAP_VALUE_DIFF_TYPES"
                           : "DATATYPE_MISMATCH.CREATE_MAP_KEY_DIFF_TYPES",
                       {{"sqlExpr", "\"" + print_name(Expression{call, {}, true, {}}) + "\""},
                        {"functionName", "`map`"},
                        {"dataType", "[" + types + "]"}});
    }
    for (size_t i = 0; i < a.size() && key && value; ++i) a[i] = cast_to(a[i], i % 2 ? *value : *key, rule);
    return;
  }
  if (row.name == "concat" && !a.empty()) {
    const bool all_binary = std::all_of(a.begin(), a.end(), [](const ExpressionPtr& x) { return x->type.is(TypeKind::kBinary); });
    const bool has_array = std::any_of(a.begin(), a.end(), [](const ExpressionPtr& x) { return x->type.is(TypeKind::kArray); });
    const bool has_fields = std::any_of(a.begin(), a.end(), [](const ExpressionPtr& x) { return x->type.is(TypeKind::kMap) || x->type.is(TypeKind::kStruct); });
    if (!has_array || has_fields) check_concatenated(call);
    for (ExpressionPtr& x : a) {
      // Beside arrays too all else is a text.
      if (!all_binary && !x->type.is(TypeKind::kArray)) x = cast_to(x, Type::string(), rule);
    }
  }
  if (row.name == "map_concat") check_call(row, call, {});
  if (row.name == "sequence") widen_bounds(a, rule);
  if (row.name == "stack") fill_stack(a, rule);
  widen_elements(row.name, a, rule);
  if ((row.name == "element_at" || row.name == "try_element_at" || row.name == "map_contains_key") &&
      a.size() == 2 && a[0]->type.is(TypeKind::kMap)) {
    meet_key(row, call, rule);
  }
  if (row.name == "assert_true" && a.size() == 1) {
    a.push_back(make_string_literal("'" + print_name(*a[0]) + "' is not true!"));
  }
  if ((row.name == "from_json" || row.name == "from_csv") && a.size() > 1) {
    a[1] = folded_schema(a[1], context_);
  }
  if ((row.name == "lag" || row.name == "lead") && a.size() == 3) {
    check_default(row, call, rule);
    a[2] = cast_to(a[2], a[0]->type, rule);
  }
}

// Left-out arguments take their defaults, which Spark prints as well.
void Resolver::append_defaults(const Signature& s, FunctionCall& call, const Origin& origin) {
  if (s.is_variadic || s.defaults.empty()) return;
  const size_t first_default = s.arguments.size() - s.defaults.size();
  for (size_t i = call.arguments.size(); i < s.arguments.size(); ++i) {
    const std::string_view text = s.defaults[i - first_default];
    const Type null_type = s.arguments[i] == Accepts::kString ? Type::string() : call.arguments.empty() ? Type::null() : call.arguments[0]->type;
    call.arguments.push_back(text.ends_with("()") ? bind_call(*functions::find_function(text.substr(0, text.size() - 2)), {}, origin)
                                                  : default_literal(text, null_type));
  }
}

ExpressionPtr Resolver::bind_call(const Function& row, FunctionCall call, const Origin& origin) {
  call.function = &row;
  call.ansi = context_.ansi;
  call.time_zone = context_.time_zone;
  const size_t count = call.arguments.size();
  const auto nearest = std::find_if(row.signatures.begin(), row.signatures.end(),
                                    [&](const Signature& s) { return count_fits(s, count); });
  if (nearest == row.signatures.end()) throw_wrong_count(row, count, origin);
  if (const ExpressionPtr boolean = equality_with_boolean(row.name, call.arguments, rules())) return expression(boolean, Scope{});
  check_before_binding(row, call, rules(), origin);
  if (names_timestamp_type(call) && timestamps_are_local()) tell_timestamp_type(call);
  if (is_field_of_null(call)) return shown_as(make_named_null(Type::double_number()), print_name(Expression{call, {}, true, {}}));
  coerce_arguments(row, call);
  size_t bad_index = 0;
  Accepts bad_wanted = Accepts::kAny;
  for (const Signature& s : row.signatures) {
    if (!count_fits(s, call.arguments.size())) continue;
    std::vector<ExpressionPtr> fitted;
    bool fits = true;
    std::vector<size_t> same;
    std::optional<Type> met;
    for (size_t i = 0; i < call.arguments.size() && fits; ++i) {
      const Accepts wanted = accepted(s, i);
      if (wanted == Accepts::kSame) same.push_back(i);
      ExpressionPtr one = fit_argument(call.arguments[i], s, i, rules());
      if (!one) {
        fits = false;
        bad_index = i;
        bad_wanted = wanted;
      }
      // A constant that a cast makes another one keeps its name.
      if (one && one != call.arguments[i] && one->as<Literal>()) (void)shown_as(one, print_name(*call.arguments[i]));
      fitted.push_back(one);
    }
    if (!fits) continue;
    if (!same.empty()) {
      std::vector<Type> types;
      for (size_t i : same) types.push_back(fitted[i]->type);
      const std::optional<Type> common = met_type(row.name, types, rules());
      if (!common) {
        if (is_binary_operator(row.name)) throw_mismatch(row, call, 0, Accepts::kSame, origin);
        throw_different(row, call, origin);
      }
      for (size_t i : same) fitted[i] = cast_to(fitted[i], *common, rules());
      met = common;
      check_order(row, call, *common, origin);
    }
    call.arguments = with_constants(row, std::move(fitted), true);
    if (s.follows_timestamp_type) call.is_local = timestamps_are_local();
    if (names_timestamp_type(call) && timestamps_are_local()) spell_timestamp_type(call);
    append_defaults(s, call, origin);
    check_call(row, call, origin);
    if (row.rewrite && !is_computed_once(call, rules())) {
      const std::string name = print_name(Expression{call, {}, true, {}});
      if (row.name == "between") call.arguments[0] = shown_as(as_common_expression(call.arguments[0]), "commonexpressionref()");
      if (ExpressionPtr rewritten = row.rewrite(call)) {
        ExpressionPtr result = expression(rewritten, Scope{});
        // The name stays that of the call as written.
        auto stands_for_call = std::make_shared<Expression>(*result);
        stands_for_call->is_replaced = functions::is_replaced(call);
        return shown_as(stands_for_call, name);
      }
    }
    if (ExpressionPtr fact = session_fact(row, call)) return fact;
    Type type = s.result_of ? s.result_of(call.arguments) : s.result;
    if (call.is_local) type = Type::timestamp_ntz();
    if (keeps_decimal_digits()) type = exact_type(row, call, type);
    if (met) type = with_common_nulls(type, *met);
    if (!call.order_by.empty()) type = type_within_group(call, type);
    bool nullable = true;
    if (s.nulls == Nulls::kNever) nullable = false;
    if (s.nulls == Nulls::kAny) nullable = std::any_of(call.arguments.begin(), call.arguments.end(), [](const ExpressionPtr& x) { return x->nullable && !x->as<LambdaFunction>(); });
    if (s.nulls == Nulls::kCustom) nullable = s.nullable(call.arguments);
    if (!call.ansi && s.nullable_without_ansi) nullable |= s.nullable_without_ansi(call.arguments);
    // What is an error under ANSI is null without it.
    const bool always_fails = row.name == "add_months" || row.name.starts_with("timestamp_") || row.name.ends_with("_utc_timestamp") ||
                              (row.name.starts_with("make_timestamp") && call.arguments[0]->type.is(TypeKind::kDate));
    if (!call.ansi && row.may_fail && row.group == "datetime_funcs" && !always_fails) nullable = true;
    const bool is_replaced = functions::is_replaced(call);
    auto result = std::make_shared<Expression>(Expression{std::move(call), type, nullable, origin});
    result->is_replaced = is_replaced;
    return result;
  }
  append_defaults(*nearest, call, origin);
  throw_mismatch(row, call, bad_index, bad_wanted, origin);
}

}  // namespace firesteel::analyze
