// Calls of functions that are defined in SQL: the body takes the call's place, with the arguments where its parameters were.
// Follows ResolveSQLFunctions and SQLFunctionNode of Spark 4.2.
#include <algorithm>
#include <map>
#include <utility>

#include "analyze/casts.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "base/text.h"
#include "functions/function.h"
#include "plan/free_references.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

using Values = std::map<AttributeId, ExpressionPtr>;

// The columns that stand for the parameters while the body is resolved; of a call they are as nullable as its values.
Attributes columns_of(const SqlFunction& function, const std::vector<ExpressionPtr>& values = {}) {
  Attributes columns;
  for (size_t i = 0; i < function.parameters.size(); ++i) {
    const SqlFunctionParameter& parameter = function.parameters[i];
    const bool nullable = values.empty() || values[i]->nullable;
    columns.push_back({next_attribute_id(), parameter.name, parameter.type, nullable, "", {function.name.back()}});
  }
  return columns;
}

// How often the body reads each parameter, its queries included.
void count_uses(const ExpressionPtr& expression, std::map<AttributeId, int>& uses);

void count_uses(const Relation& relation, std::map<AttributeId, int>& uses) {
  for (const ExpressionPtr& e : expressions(relation)) count_uses(e, uses);
  for (const RelationPtr& child : children(relation)) count_uses(*child, uses);
}

void count_uses(const ExpressionPtr& expression, std::map<AttributeId, int>& uses) {
  walk(expression, [&](const ExpressionPtr& e) {
    if (const auto* column = e->as<AttributeReference>()) ++uses[column->id];
    if (const auto* query = e->as<Subquery>()) count_uses(*query->plan, uses);
    return true;
  });
}

ExpressionPtr outer_value(const ExpressionPtr& value) {
  if (contains_aggregate(value) || contains_window(value)) {
    throw_unsupported("EXPRESSION", "an aggregate or a window function as the argument of a SQL function with a query");
  }
  return as_outer(value);
}

// What the columns that stood for the parameters become in a body that reads them so often.
Values bound_values(const Attributes& parameters, const std::vector<ExpressionPtr>& values, const std::map<AttributeId, int>& uses) {
  Values bound;
  for (size_t i = 0; i < values.size(); ++i) {
    const auto used = uses.find(parameters[i].id);
    if (used != uses.end() && used->second > 1 && contains_drawn(values[i])) {
      throw_unsupported("EXPRESSION", "a SQL function that reads a drawn argument more than once");
    }
    bound[parameters[i].id] = values[i];
  }
  return bound;
}

void check_plain_call(const SqlFunction& function, const UnresolvedFunction& node) {
  const auto fail = [&](const char* syntax) {
    throw SparkError("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", {{"prettyName", quoted_name(function.name)}, {"syntax", syntax}})
        .with_kind(ErrorKind::kAnalysis);
  };
  if (node.is_distinct) fail("DISTINCT");
  if (node.filter) fail("FILTER CLAUSE");
  if (node.ignore_nulls) fail("IGNORE NULLS");
  if (!node.order_by.empty()) fail("WITHIN GROUP (ORDER BY ...)");
}

// No argument reads a variable of a lambda, be the lambda around the call or the argument's own.
void check_no_lambda(const SqlFunction& function, const std::vector<ExpressionPtr>& values, const Origin& origin) {
  for (const ExpressionPtr& value : values) {
    walk(value, [&](const ExpressionPtr& e) {
      if (!e->as<LambdaVariable>()) return true;
      throw SparkError("UNSUPPORTED_FEATURE.LAMBDA_FUNCTION_WITH_SQL_UDF", {{"funcName", joined(function.name, ".")}}, contexts_of(origin));
    });
  }
}

SparkError wrong_number(const SqlFunction& function, size_t given, const Origin& origin) {
  return SparkError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                    {{"functionName", quoted_name(function.name)},
                     {"expectedNum", std::to_string(function.parameters.size())},
                     {"actualNum", std::to_string(given)},
                     {"docroot", "https://spark.apache.org/docs/latest"}},
                    contexts_of(origin));
}

// The function is the last of those around its body, and none of those before.
void check_no_cycle(const FoundFunction& function) {
  const std::vector<std::string>& path = function.context->functions_around;
  const std::string& name = path.back();
  const auto before = std::find(path.begin(), path.end() - 1, name);
  if (before == path.end() - 1) return;
  throw SparkError("CYCLIC_FUNCTION_REFERENCE", {{"path", joined({before, path.end()}, " -> ")}});
}

}  // namespace

ExpressionPtr with_values(const ExpressionPtr& expression, const Values& values) {
  return transform_up(expression, [&](const ExpressionPtr& e) -> ExpressionPtr {
    if (const auto* query = e->as<Subquery>()) {
      Subquery copy = *query;
      copy.plan = with_values(query->plan, values);
      copy.outer_references = free_references(*copy.plan);
      return make_typed(std::move(copy), e->type, e->nullable, e->origin);
    }
    const auto* column = e->as<AttributeReference>();
    const auto found = column ? values.find(column->id) : values.end();
    if (found == values.end()) return nullptr;
    return column->is_outer ? outer_value(found->second) : found->second;
  });
}

RelationPtr with_values(const RelationPtr& relation, const Values& values) {
  std::vector<ExpressionPtr> list = expressions(*relation);
  for (ExpressionPtr& e : list) e = with_values(e, values);
  const RelationPtr result = with_expressions(*relation, std::move(list));
  std::vector<RelationPtr> inputs = children(*result);
  for (RelationPtr& input : inputs) input = with_values(input, values);
  return with_children(*result, std::move(inputs));
}

ExpressionPtr Resolver::in_type(ExpressionPtr value, const Type& type, const Origin& origin) {
  if (value->type.same_type(type)) return value;
  Cast cast;
  cast.mode = context_.ansi ? CastMode::kAnsi : CastMode::kLegacy;
  if (!can_cast(value->type, type, cast.mode)) throw no_such_cast(value->type, type, cast.mode, print_name(*value), contexts_of(origin));
  cast.child = std::move(value);
  cast.target = type;
  return cast_resolved(std::move(cast), origin);
}

std::vector<ExpressionPtr> Resolver::parameter_values(const FoundFunction& function, const std::vector<ExpressionPtr>& arguments,
                                                      const Scope& scope, const Origin& origin, std::vector<ExpressionPtr>* shown) {
  const SqlFunction& definition = *function.definition;
  const size_t count = definition.parameters.size();
  if (arguments.size() > count) throw wrong_number(definition, arguments.size(), origin);
  std::vector<ExpressionPtr> given = arguments;
  if (has_named_argument(arguments)) {
    std::vector<std::string> names;
    for (const SqlFunctionParameter& parameter : definition.parameters) names.push_back(parameter.name);
    given = arguments_by_name(quoted_name(definition.name), names, arguments);
  }
  while (!given.empty() && !given.back()) given.pop_back();
  std::vector<ExpressionPtr> values;
  for (size_t i = 0; i < count; ++i) {
    const bool is_given = i < given.size() && given[i];
    if (!is_given && !function.defaults[i]) throw wrong_number(definition, arguments.size(), origin);
    ExpressionPtr value = is_given ? expression(given[i], scope) : Resolver(*function.context).expression(function.defaults[i], Scope{});
    if (i < given.size()) shown->push_back(value);
    values.push_back(in_type(std::move(value), definition.parameters[i].type, origin));
  }
  return values;
}

// SELECT value, without a FROM and aggregates, is the value; null for any other query.
ExpressionPtr Resolver::inlined_query(const FoundFunction& function, const Scope& scope) {
  const auto* select = function.query ? function.query->as<Project>() : nullptr;
  if (!select || !select->child->as<OneRow>() || select->expressions.size() != 1) return nullptr;
  const auto* alias = select->expressions[0]->as<Alias>();
  const ExpressionPtr& value = alias ? alias->child : select->expressions[0];
  if (value->as<UnresolvedStar>()) return nullptr;
  ExpressionPtr resolved = expression(value, scope);
  return contains_aggregate(resolved) || contains_window(resolved) ? nullptr : resolved;
}

ExpressionPtr Resolver::scalar_body(const FoundFunction& function, const Attributes& parameters, const Origin& origin) {
  const SqlFunction& definition = *function.definition;
  const Scope scope{&parameters};
  ExpressionPtr body = function.expression ? expression(function.expression, scope) : inlined_query(function, scope);
  if (!body) body = subquery(Subquery{SubqueryKind::kScalar, function.query, {}, {}, {}}, Expression{}, scope);
  body = transform_up(body, [](const ExpressionPtr& e) -> ExpressionPtr {
    const auto* query = e->as<Subquery>();
    if (!query) return nullptr;
    Subquery copy = *query;
    copy.is_function_body = true;
    return make_typed(std::move(copy), e->type, e->nullable, e->origin);
  });
  if (contains_aggregate(body) || contains_window(body) || find_generator(body)) {
    throw SparkError("USER_DEFINED_FUNCTIONS.CANNOT_CONTAIN_COMPLEX_FUNCTIONS", {{"queryText", definition.body_text}});
  }
  return definition.result ? in_type(std::move(body), *definition.result, origin) : body;
}

RelationPtr Resolver::table_body(const FoundFunction& function, const Attributes& parameters, const Origin& origin) {
  const SqlFunction& definition = *function.definition;
  const Scope scope{&parameters};
  RelationPtr body = resolve_inside(function.query, scope);
  if (!definition.result) return body;
  const Schema& columns = definition.result->fields();
  if (columns.size() != body->output.size()) {
    throw SparkError("USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH", {{"name", joined(definition.name, ".")},
                                                                             {"outputSize", std::to_string(body->output.size())},
                                                                             {"returnParamSize", std::to_string(columns.size())}});
  }
  std::vector<ExpressionPtr> named;
  for (size_t i = 0; i < columns.size(); ++i) {
    ExpressionPtr value = in_type(reference(body->output[i]), columns[i].type, origin);
    const bool nullable = value->nullable;
    named.push_back(make_typed(Alias{std::move(value), {columns[i].name}, {}, next_attribute_id()}, columns[i].type, nullable));
  }
  return select(std::move(body), std::move(named));
}

Type Resolver::result_of(const FoundFunction& function) {
  const SqlFunction& definition = *function.definition;
  check_no_cycle(function);
  for (size_t i = 0; i < definition.parameters.size(); ++i) {
    if (!function.defaults[i]) continue;
    in_type(expression(function.defaults[i], Scope{}), definition.parameters[i].type, function.defaults[i]->origin);
  }
  const Attributes parameters = columns_of(definition);
  const Origin origin = function.expression ? function.expression->origin : function.query->origin;
  if (!definition.is_table) return scalar_body(function, parameters, origin)->type;
  return Type::structure(output_schema(*table_body(function, parameters, origin)));
}

ExpressionPtr Resolver::sql_function_call(const FoundFunction& function, const UnresolvedFunction& node, const Expression& e,
                                          const Scope& scope) {
  const SqlFunction& definition = *function.definition;
  if (definition.is_table) throw SparkError("NOT_A_SCALAR_FUNCTION", {{"functionName", quoted_name(definition.name)}}, contexts_of(e.origin));
  check_plain_call(definition, node);
  if (windowed_ == &node) {
    throw SparkError("UNSUPPORTED_SQL_UDF_USAGE", {{"functionName", quoted_name(definition.name)}, {"nodeName", "Window"}}, contexts_of(e.origin));
  }
  check_no_cycle(function);
  std::vector<ExpressionPtr> shown;
  const std::vector<ExpressionPtr> values = parameter_values(function, node.arguments, scope, e.origin, &shown);
  check_no_lambda(definition, values, e.origin);
  std::string name;
  for (const ExpressionPtr& value : shown) name += (name.empty() ? "" : ", ") + print_name(*value);
  const Attributes parameters = columns_of(definition, values);
  const ExpressionPtr body = Resolver(*function.context).scalar_body(function, parameters, e.origin);
  std::map<AttributeId, int> uses;
  count_uses(body, uses);
  return shown_as(std::make_shared<Expression>(*with_values(body, bound_values(parameters, values, uses))), joined(definition.name, ".") + "(" + name + ")");
}

RelationPtr Resolver::sql_table_function(const FoundFunction& function, const TableFunction& node, const Origin& origin) {
  const SqlFunction& definition = *function.definition;
  if (!definition.is_table) throw SparkError("NOT_A_TABLE_FUNCTION", {{"functionName", quoted_name(definition.name)}}, contexts_of(origin));
  check_no_cycle(function);
  const RelationPtr row = make_resolved(OneRow{}, {});
  std::vector<ExpressionPtr> shown;
  const std::vector<ExpressionPtr> values = parameter_values(function, node.arguments, scope_of(row), origin, &shown);
  const Attributes parameters = columns_of(definition, values);
  const RelationPtr body = Resolver(*function.context).table_body(function, parameters, origin);
  std::map<AttributeId, int> uses;
  count_uses(*body, uses);
  return qualified(with_values(body, bound_values(parameters, values, uses)), {nullptr, definition.name.back(), {}, {}});
}

// The query of a SQL function, which may read keys of the groups as its arguments.
ExpressionPtr Resolver::over_groups(const ExpressionPtr& e, const Subquery& query, const std::vector<ExpressionPtr>& grouping,
                                    const ColumnFor& column_for) {
  Values columns;
  for (const AttributeId id : query.outer_references) {
    const auto key = std::find_if(grouping.begin(), grouping.end(), [&](const ExpressionPtr& g) {
      const auto* column = g->as<AttributeReference>();
      return column && column->id == id;
    });
    if (key == grouping.end()) {
      throw SparkError("SCALAR_SUBQUERY_IS_IN_GROUP_BY_OR_AGGREGATE_FUNCTION", {{"sqlExpr", "\"" + print_name(*e) + "\""}}, contexts_of(e->origin));
    }
    columns[id] = column_for(*key, print_name(**key));
  }
  return columns.empty() ? e : with_values(e, columns);
}

Type result_of_function(const FoundFunction& function) { return Resolver(*function.context).result_of(function); }

}  // namespace firesteel::analyze
