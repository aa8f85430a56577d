#include "connect/variable_statements.h"

#include <algorithm>
#include <set>

#include "analyze/analyzer.h"
#include "base/error.h"
#include "base/text.h"
#include "connect/analysis.h"
#include "connect/literal_rows.h"
#include "connect/session_state.h"
#include "connect/sql_text.h"

namespace firesteel::connect {

namespace {

using plan::ExpressionPtr;
using plan::Literal;
using plan::RelationPtr;
using Names = std::vector<std::vector<std::string>>;

std::string full_name(const std::string& name) { return quoted_name({"system", "session", name}); }

ExpressionPtr cast_to(const ExpressionPtr& value, const plan::Type& type) {
  plan::Cast cast;
  cast.child = value;
  cast.target = type;
  return plan::make_expression(std::move(cast), value->origin);
}

ExpressionPtr value_or_null(const ExpressionPtr& value) {
  return value ? value : plan::make_null_literal(plan::Type::null());
}

void check_no_default(const ExpressionPtr& value) {
  plan::walk(value, [](const ExpressionPtr& node) {
    const auto* name = node->as<plan::UnresolvedAttribute>();
    if (name && name->parts.size() == 1 && equal_ignoring_case(name->parts[0], "default")) {
      throw SparkError("DEFAULT_PLACEMENT_INVALID", {});
    }
    return true;
  });
}

// The targets of an assignment, which must be there and differ.
std::vector<std::pair<std::string, SessionVariable>> targets_of(const RequestContext& context, const Names& names) {
  std::vector<std::pair<std::string, SessionVariable>> targets;
  std::set<std::string> seen;
  for (const std::vector<std::string>& parts : names) {
    const std::optional<std::string> name = session_name(parts);
    const auto found = name ? context.session.state().variables().find(*name) : std::nullopt;
    if (!found) {
      throw SparkError("UNRESOLVED_VARIABLE",
                       {{"variableName", quoted_name(parts)},
                        {"searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`" + context.current_database() + "`]"}});
    }
    if (!seen.insert(lower_case(*name)).second) {
      throw SparkError("DUPLICATE_ASSIGNMENTS", {{"nameList", quoted_name({lower_case(*name)})}});
    }
    targets.emplace_back(*name, *found);
  }
  return targets;
}

void store(const RequestContext& context, const std::pair<std::string, SessionVariable>& target, Literal value) {
  SessionVariable variable = target.second;
  value.type = variable.value.type;
  variable.value = std::move(value);
  context.session.state().variables().put(target.first, std::move(variable));
}

}  // namespace

void declare_variables(const RequestContext& context, const sql::DeclareVariable& statement,
                       const Execution& execution) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (const std::vector<std::string>& parts : statement.names) {
    const std::optional<std::string> name = session_name(parts);
    if (!name) {
      throw SparkError("UNRESOLVED_VARIABLE",
                       {{"variableName", quoted_name(parts)}, {"searchPath", "[`system`.`session`]"}});
    }
    if (!seen.insert(lower_case(*name)).second) {
      throw SparkError("DUPLICATE_VARIABLE_NAME_INSIDE_DECLARE", {{"variableName", full_name(lower_case(*name))}});
    }
    names.push_back(*name);
  }
  const ExpressionPtr value = value_or_null(statement.value);
  if (holds_subquery(value)) {
    throw SparkError("INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION", {{"statement", "DECLARE VARIABLE"},
                                                                   {"colName", full_name(lower_case(names[0]))},
                                                                   {"defaultValue", statement.value_text}});
  }
  SessionVariables& variables = context.session.state().variables();
  for (const std::string& name : names) {
    if (statement.replace || !variables.find(name)) continue;
    throw SparkError("VARIABLE_ALREADY_EXISTS", {{"variableName", full_name(lower_case(name))}});
  }
  Literal stored = constant_values(context, {statement.type ? cast_to(value, *statement.type) : value}, execution)[0];
  if (statement.type) stored.type = *statement.type;
  for (const std::string& name : names) variables.put(name, {stored, statement.value});
}

void set_variables(const RequestContext& context, const sql::SetVariable& statement, const Execution& execution) {
  if (statement.query) return assign_variables(context, statement.names, statement.query, execution);
  const auto targets = targets_of(context, statement.names);
  std::vector<ExpressionPtr> values;
  for (size_t i = 0; i < targets.size(); ++i) {
    const SessionVariable& variable = targets[i].second;
    if (statement.values[i]) check_no_default(statement.values[i]);
    const ExpressionPtr value = statement.values[i] ? statement.values[i] : value_or_null(variable.default_value);
    values.push_back(cast_to(value, variable.value.type));
  }
  std::vector<Literal> results = constant_values(context, values, execution);
  for (size_t i = 0; i < targets.size(); ++i) store(context, targets[i], std::move(results[i]));
}

void drop_variable(const RequestContext& context, const sql::DropVariable& statement) {
  const std::optional<std::string> name = session_name(statement.name);
  if (!name) {
    throw SparkError("UNRESOLVED_VARIABLE",
                     {{"variableName", quoted_name(statement.name)}, {"searchPath", "[`system`.`session`]"}});
  }
  if (context.session.state().variables().drop(*name) || statement.if_exists) return;
  throw SparkError("VARIABLE_NOT_FOUND", {{"variableName", full_name(lower_case(*name))}});
}

void assign_variables(const RequestContext& context, const Names& names, const RelationPtr& query,
                      const Execution& execution) {
  const auto targets = targets_of(context, names);
  const size_t width = analyze_relation(context, query, execution)->output.size();
  if (width != targets.size()) {
    throw SparkError("ASSIGNMENT_ARITY_MISMATCH",
                     {{"numTarget", std::to_string(targets.size())}, {"numExpr", std::to_string(width)}});
  }
  plan::ToDf renamed;
  renamed.child = query;
  std::vector<ExpressionPtr> values;
  for (size_t i = 0; i < targets.size(); ++i) {
    const std::string name = "v" + std::to_string(i);
    renamed.names.push_back(name);
    plan::Alias alias;
    alias.child = cast_to(plan::make_expression(plan::UnresolvedAttribute{{name}, {}}), targets[i].second.value.type);
    alias.names = {name};
    values.push_back(plan::make_expression(std::move(alias)));
  }
  const RelationPtr two_rows = plan::make_relation(
      plan::Limit{plan::make_relation(std::move(renamed)), plan::make_integer_literal(2)});
  const RelationPtr cast = plan::make_relation(plan::Project{two_rows, std::move(values)});
  const RelationPtr local = evaluate_to_local(context, analyze_relation(context, cast, execution), execution);
  std::vector<std::vector<Literal>> rows =
      literal_rows(*local->as<plan::LocalData>()->table, plan::output_schema(*local));
  if (rows.size() > 1) throw SparkError("ROW_SUBQUERY_TOO_MANY_ROWS", {});
  for (size_t i = 0; i < targets.size(); ++i) {
    store(context, targets[i], rows.empty() ? Literal{targets[i].second.value.type, {}} : std::move(rows[0][i]));
  }
}

ImmediateQuery immediate_query(const RequestContext& context, const sql::ExecuteImmediate& statement,
                               const Execution& execution) {
  const auto check = [](const ExpressionPtr& value) {
    if (!holds_subquery(value)) return;
    throw SparkError("UNSUPPORTED_EXPR_FOR_PARAMETER", {{"invalidExprSql", "\"scalarsubquery()\""}});
  };
  check(statement.text);
  ImmediateQuery immediate;
  plan::SqlQuery& query = immediate.query;
  std::vector<ExpressionPtr> values = {statement.text};
  std::vector<std::string> names;  // empty: none
  std::set<std::string> aliases;
  for (const ExpressionPtr& argument : statement.arguments) {
    const auto* alias = argument->as<plan::Alias>();
    const auto* variable = argument->as<plan::UnresolvedAttribute>();
    values.push_back(alias ? alias->child : argument);
    check(values.back());
    names.push_back(alias ? alias->names[0] : variable ? variable->parts.back() : "");
    if (!alias && !variable) immediate.unnamed.push_back(argument);
    if (alias && !aliases.insert(lower_case(alias->names[0])).second) {
      throw SparkError("EXEC_IMMEDIATE_DUPLICATE_ARGUMENT_ALIASES", {{"aliases", quoted_name({alias->names[0]})}});
    }
  }
  const std::vector<Literal> results = constant_values(context, values, execution);
  if (!results[0].type.is_string()) {
    throw SparkError("INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE",
                     {{"exprType", "\"" + results[0].type.sql() + "\""}});
  }
  if (results[0].is_null()) {
    throw SparkError("NULL_QUERY_STRING_EXECUTE_IMMEDIATE",
                     {{"varName", "`" + analyze::print_name(*statement.text) + "`"}});
  }
  query.text = std::get<std::string>(results[0].value);
  for (size_t i = 0; i < names.size(); ++i) {
    const ExpressionPtr value = plan::make_literal(results[i + 1]);
    query.positional_arguments.push_back(value);
    if (!names[i].empty()) query.named_arguments[names[i]] = value;
  }
  return immediate;
}

void check_no_variable(const RequestContext& context, const std::string& key) {
  std::vector<std::string> parts;
  try {
    parts = sql::parse_multipart_identifier(key);
  } catch (const SparkError&) {
    return;  // a key that could be no name
  }
  const std::optional<std::string> name = session_name(parts);
  if (!name || !context.session.state().variables().find(*name)) return;
  throw SparkError("UNSUPPORTED_FEATURE.SET_VARIABLE_USING_SET", {{"variableName", quoted_name(parts)}});
}

}  // namespace firesteel::connect
