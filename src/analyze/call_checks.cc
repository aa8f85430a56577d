#include "analyze/call_checks.h"

#include <algorithm>

#include "analyze/argument_rules.h"
#include "analyze/call_errors.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "base/text.h"
#include "functions/argument_check.h"
#include "functions/kernel/cast_string.h"

namespace firesteel::analyze {

using namespace plan;
using functions::Function;

ExpressionPtr default_literal(std::string_view text, const Type& null_type) {
  if (text == "NULL") return make_null_literal(null_type);
  if (text == "true" || text == "false")
    return make_literal(Literal{Type::boolean(), text == "true"});
  if (text[0] == '\'') return make_string_literal(std::string(text.substr(1, text.size() - 2)));
  if (text.back() == 'F')
    return make_literal(Literal{Type::float_number(), std::stod(std::string(text))});
  return make_integer_literal(std::stoi(std::string(text)));
}

void check_call(const Function& row, const FunctionCall& call, const Origin& origin) {
  check_arguments(row, call, origin);
  if (!row.check) return;
  try {
    row.check(call);
  } catch (const functions::ArgumentMismatch& mismatch) {
    SparkError::Parameters parameters = mismatch.parameters;
    parameters.push_back({"sqlExpr", "\"" + checked_text(row, call) + "\""});
    if (mismatch.argument && mismatch.subclass == "NON_FOLDABLE_INPUT") {
      parameters.push_back(
          {"inputExpr", "\"" + print_name(*call.arguments[*mismatch.argument]) + "\""});
    } else if (mismatch.argument && mismatch.subclass == "VALUE_OUT_OF_RANGE") {
      parameters.push_back({"currentValue", print_name(*call.arguments[*mismatch.argument])});
    } else if (mismatch.argument) {
      const ExpressionPtr& argument = call.arguments[*mismatch.argument];
      const bool has_index = std::any_of(parameters.begin(), parameters.end(),
                                         [](const auto& parameter) { return parameter.first == "paramIndex"; });
      if (!has_index) parameters.push_back({"paramIndex", ordinal(*mismatch.argument)});
      parameters.push_back({"inputSql", "\"" + print_name(*argument) + "\""});
      parameters.push_back({"inputType", "\"" + argument->type.sql() + "\""});
    }
    throw SparkError("DATATYPE_MISMATCH." + mismatch.subclass, std::move(parameters),
                     contexts_of(origin));
  }
}

// timestampadd() and its kin come from the parser and the client, always with the name of a unit.
bool is_without_unit(std::string_view name, const std::vector<ExpressionPtr>& arguments) {
  if (name != "timestampadd" && name != "timestampdiff") return false;
  const auto* unit = arguments.empty() ? nullptr : arguments[0]->as<Literal>();
  return !unit || !std::holds_alternative<std::string>(unit->value);
}

// What a lambda goes over is an array or a map, of which there is one or two.
void check_collections(const Function& row, const std::vector<ExpressionPtr>& arguments, const ExpressionPtr& lambda, const Origin& origin) {
  const auto lambda_place = [](const functions::Signature& s) {
    return std::find(s.arguments.begin(), s.arguments.end(), functions::Accepts::kLambda) - s.arguments.begin();
  };
  const bool may_stand_here = std::any_of(row.signatures.begin(), row.signatures.end(), [&](const functions::Signature& s) {
    return static_cast<size_t>(lambda_place(s)) <= arguments.size();
  });
  if (!may_stand_here) {
    throw SparkError("INVALID_LAMBDA_FUNCTION_CALL.PARAMETER_DOES_NOT_ACCEPT_LAMBDA_FUNCTION", {}, contexts_of(lambda->origin));
  }
  const bool takes_map = row.name.starts_with("map_") || row.name.starts_with("transform_");
  const size_t count = row.name == "map_zip_with" || row.name == "zip_with" ? 2 : 1;
  for (size_t i = 0; i < std::min(count, arguments.size()); ++i) {
    const Type& type = arguments[i]->type;
    if (type.is(takes_map ? TypeKind::kMap : TypeKind::kArray)) continue;
    FunctionCall call;
    call.function = &row;
    call.arguments = arguments;
    call.arguments.push_back(lambda);
    throw SparkError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                     {{"sqlExpr", "\"" + print_name(Expression{call, {}, true, {}}) + "\""},
                      {"paramIndex", ordinal(i)},
                      {"requiredType", takes_map ? "\"MAP\"" : "\"ARRAY\""},
                      {"inputSql", "\"" + print_name(*arguments[i]) + "\""},
                      {"inputType", "\"" + type.sql() + "\""}},
                     contexts_of(origin));
  }
}

void check_distinct_order(const FunctionCall& call) {
  if (call.function->name != "listagg" || !call.is_distinct || call.order_by.empty() || call.arguments.empty()) return;
  // Types come first.
  if (std::any_of(call.arguments.begin(), call.arguments.end(), [](const ExpressionPtr& one) { return one->type.is_nested(); })) return;
  const auto value_of = [](const ExpressionPtr& expression) {
    const auto* order = expression->as<SortOrder>();
    const ExpressionPtr* value = order ? &order->child : &expression;
    while (const auto* cast = (*value)->as<Cast>()) value = &cast->child;
    return *value;
  };
  const Type& key = std::get<SortOrder>(call.order_by[0]->node).child->type;
  if (call.order_by.size() == 1 && same_expression(*value_of(call.arguments[0]), *value_of(call.order_by[0]))) {
    // Two keys may be one text.
    const bool is_unsafe = key.is(TypeKind::kFloat) || key.is(TypeKind::kDouble) || key.is(TypeKind::kTimestamp) || key.is(TypeKind::kNull);
    if (!is_unsafe) return;
    throw SparkError("INVALID_WITHIN_GROUP_EXPRESSION.MISMATCH_WITH_DISTINCT_INPUT_UNSAFE_CAST",
                     {{"funcName", "`listagg`"}, {"inputType", "\"" + key.sql() + "\""}, {"castType", "\"STRING\""}});
  }
  std::string orders;
  for (const ExpressionPtr& order : call.order_by) {
    orders += (orders.empty() ? "" : ", ") + print_name(*std::get<SortOrder>(order->node).child);
  }
  throw SparkError("INVALID_WITHIN_GROUP_EXPRESSION.MISMATCH_WITH_DISTINCT_INPUT",
                   {{"funcName", "`listagg`"},
                    {"funcArg", "\"" + print_name(*call.arguments[0]) + "\""},
                    {"orderingExpr", "\"" + orders + "\""}});
}

void check_parameter_names(const LambdaFunction& lambda, bool is_case_sensitive, const Origin& origin) {
  std::vector<std::string> names;
  bool repeats = false;
  for (const ExpressionPtr& parameter : lambda.parameters) {
    const auto* unresolved = parameter->as<UnresolvedLambdaVariable>();
    if (!unresolved) return;
    const std::string& name = unresolved->parts[0];
    repeats |= std::any_of(names.begin(), names.end(), [&](const std::string& other) {
      return is_case_sensitive ? other == name : equal_ignoring_case(other, name);
    });
    names.push_back(name);
  }
  if (!repeats) return;
  std::string shown;
  for (const std::string& name : names) shown += (shown.empty() ? "" : ", ") + quoted_name({is_case_sensitive ? name : lower_case(name)});
  throw SparkError("INVALID_LAMBDA_FUNCTION_CALL.DUPLICATE_ARG_NAMES",
                   {{"args", shown}, {"caseSensitiveConfig", "\"spark.sql.caseSensitive\""}}, contexts_of(origin));
}

// The FILTER of an aggregate.
void Resolver::check_filter_of(const ExpressionPtr& filter) {
  const std::string shown = "\"" + print_name(*filter) + "\"";
  if (!filter->type.is(TypeKind::kBoolean)) {
    throw SparkError("INVALID_AGGREGATE_FILTER.NOT_BOOLEAN", {{"filterExpr", shown}});
  }
  walk(filter, [&](const ExpressionPtr& e) {
    if (e->as<Window>()) {
      throw SparkError("INVALID_AGGREGATE_FILTER.CONTAINS_WINDOW_FUNCTION",
                       {{"filterExpr", shown}, {"windowExpr", "\"" + print_name(*e) + "\""}});
    }
    const auto* call = e->as<FunctionCall>();
    if (call && call->function->kind == functions::FunctionKind::kAggregate) {
      throw SparkError("INVALID_AGGREGATE_FILTER.CONTAINS_AGGREGATE",
                       {{"filterExpr", shown}, {"aggExpr", "\"" + print_name(*e) + "\""}});
    }
    if (call && call->function->is_volatile) throw SparkError("INVALID_AGGREGATE_FILTER.NON_DETERMINISTIC", {{"filterExpr", shown}});
    return true;
  });
}

namespace {

bool reads_variable(const ExpressionPtr& expression, const std::vector<ExpressionPtr>& variables) {
  bool reads = false;
  walk(expression, [&](const ExpressionPtr& node) {
    const auto* variable = node->as<LambdaVariable>();
    reads = reads || (variable && std::any_of(variables.begin(), variables.end(), [&](const ExpressionPtr& one) {
      return one->as<LambdaVariable>()->id == variable->id;
    }));
    return !reads;
  });
  return reads;
}

}  // namespace

// Spark plans an aggregate function of a lambda's variable and fails on it in a task, without a condition.
void check_no_aggregate_of(const std::vector<ExpressionPtr>& variables, const ExpressionPtr& body) {
  walk(body, [&](const ExpressionPtr& node) {
    const auto* call = node->as<FunctionCall>();
    if (call && call->function->kind == functions::FunctionKind::kAggregate && reads_variable(node, variables)) {
      throw_unsupported("EXPRESSION", "an aggregate function of a lambda's variable");
    }
    return true;
  });
}

bool is_null_number(const ExpressionPtr& constant, bool is_ansi) {
  const ExpressionPtr* written = &constant;
  while (const auto* cast = (*written)->as<Cast>()) written = &cast->child;
  const auto* literal = (*written)->as<Literal>();
  if (!literal) return false;
  const auto* text = std::get_if<std::string>(&literal->value);
  if (!text) return literal->is_null();
  return !is_ansi && !functions::kernel::string_to_double(*text, functions::kernel::CastMode::kTry);
}

// Analyzer.expandStarExpression: operators are no functions, and bear the names of their classes.
void check_takes_columns(std::string_view function, const std::string& shown, const Origin& origin) {
  static constexpr std::pair<std::string_view, std::string_view> kClasses[] = {
      {"%", "remainder"}, {"*", "multiply"}, {"+", "add"}, {"-", "subtract"}, {"/", "divide"}, {"<", "lessthan"}, {"<=", "lessthanorequal"},
      {"<=>", "equalnullsafe"}, {"=", "equalto"}, {">", "greaterthan"}, {">=", "greaterthanorequal"}, {"and", "and"}, {"div", "integraldivide"},
      {"isnotnull", "isnotnull"}, {"isnull", "isnull"}, {"like", "like"}, {"not", "not"}, {"or", "or"}, {"unary -", "unaryminus"}};
  for (const auto& [name, class_name] : kClasses) {
    if (name != function) continue;
    throw SparkError("INVALID_USAGE_OF_STAR_OR_REGEX", {{"elem", shown}, {"prettyName", "expression `" + std::string(class_name) + "`"}}, contexts_of(origin));
  }
}

void check_grouping_arguments(const FunctionCall& call, const std::vector<ExpressionPtr>& keys, const Origin& origin) {
  const auto text_of = [](const std::vector<ExpressionPtr>& expressions) {
    std::vector<std::string> names;
    for (const ExpressionPtr& one : expressions) names.push_back(print_name(*one));
    return joined(names);
  };
  for (const ExpressionPtr& argument : call.arguments) {
    if (std::any_of(keys.begin(), keys.end(), [&](const ExpressionPtr& key) { return same_value(key, argument); })) continue;
    if (call.function->name == "grouping_id") {
      throw SparkError("GROUPING_ID_COLUMN_MISMATCH", {{"groupingIdColumn", text_of(call.arguments)}, {"groupByColumns", text_of(keys)}}, contexts_of(origin));
    }
    throw SparkError("GROUPING_COLUMN_MISMATCH", {{"grouping", print_name(*argument)}, {"groupingColumns", text_of(keys)}}, contexts_of(origin));
  }
}

bool is_aggregate_call(const Expression& e) {
  const auto* call = e.as<FunctionCall>();
  return call && call->function->kind == functions::FunctionKind::kAggregate;
}

bool is_grouping_call(const Expression& e) {
  const auto* call = e.as<FunctionCall>();
  return call && (call->function->name == "grouping" || call->function->name == "grouping_id");
}

bool passes_nulls_on(const Expression& e) {
  if (e.as<Alias>() || e.as<Cast>() || e.as<GetField>()) return true;
  const auto* call = e.as<FunctionCall>();
  return call && std::all_of(call->function->signatures.begin(), call->function->signatures.end(),
                             [](const functions::Signature& s) { return s.nulls == functions::Nulls::kAny; });
}

}  // namespace firesteel::analyze
