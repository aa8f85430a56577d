#include "connect/sql_text.h"

#include <algorithm>
#include <set>

#include "base/error.h"

namespace firesteel::connect {

namespace {

using plan::ExpressionPtr;
using plan::RelationPtr;

// Calls `visit` on every expression of the plan, subqueries and common table expressions included.
template <typename F>
void walk_expressions(const RelationPtr& relation, const F& visit);

template <typename F>
void walk_expression(const ExpressionPtr& expression, const F& visit) {
  plan::walk(expression, [&](const ExpressionPtr& node) {
    visit(node);
    const auto* subquery = node->as<plan::Subquery>();
    if (subquery != nullptr && subquery->plan) walk_expressions(subquery->plan, visit);
    return true;
  });
}

template <typename F>
void walk_expressions(const RelationPtr& relation, const F& visit) {
  for (const ExpressionPtr& expression : plan::expressions(*relation)) walk_expression(expression, visit);
  for (const RelationPtr& child : plan::children(*relation)) walk_expressions(child, visit);
}

class Binder {
 public:
  Binder(const plan::SqlQuery& arguments, std::map<int, size_t> positions)
      : arguments_(arguments), positions_(std::move(positions)) {}

  RelationPtr bind(const RelationPtr& relation) const {
    std::vector<RelationPtr> inputs = plan::children(*relation);
    for (RelationPtr& input : inputs) input = bind(input);
    RelationPtr result = plan::with_children(*relation, std::move(inputs));
    std::vector<ExpressionPtr> expressions = plan::expressions(*result);
    if (expressions.empty()) return result;
    for (ExpressionPtr& expression : expressions) expression = bind(expression);
    return plan::with_expressions(*result, std::move(expressions));
  }

 private:
  ExpressionPtr bind(const ExpressionPtr& expression) const {
    return plan::transform_up(expression, [&](const ExpressionPtr& node) -> ExpressionPtr {
      if (const auto* parameter = node->as<plan::Parameter>()) return value_of(*parameter);
      const auto* subquery = node->as<plan::Subquery>();
      if (subquery == nullptr || !subquery->plan) return nullptr;
      auto copy = std::make_shared<plan::Expression>(*node);
      std::get<plan::Subquery>(copy->node).plan = bind(subquery->plan);
      return copy;
    });
  }

  ExpressionPtr value_of(const plan::Parameter& parameter) const {
    if (!parameter.name.empty()) {
      const auto found = arguments_.named_arguments.find(parameter.name);
      if (found != arguments_.named_arguments.end()) return found->second;
      throw SparkError("UNBOUND_SQL_PARAMETER", {{"name", parameter.name}});
    }
    const auto found = positions_.find(parameter.position);
    if (found != positions_.end() && found->second < arguments_.positional_arguments.size()) {
      return arguments_.positional_arguments[found->second];
    }
    throw SparkError("UNBOUND_SQL_PARAMETER", {{"name", "_" + std::to_string(parameter.position)}});
  }

  const plan::SqlQuery& arguments_;
  const std::map<int, size_t> positions_;  // character position of a marker → its rank in the text
};

}  // namespace

RelationPtr bind_parameters(const RelationPtr& query, const plan::SqlQuery& arguments) {
  std::set<int> markers;
  bool has_parameter = false;
  walk_expressions(query, [&](const ExpressionPtr& node) {
    const auto* parameter = node->as<plan::Parameter>();
    if (parameter == nullptr) return;
    has_parameter = true;
    if (parameter->name.empty()) markers.insert(parameter->position);
  });
  if (!has_parameter) return query;
  std::map<int, size_t> positions;
  for (const int position : markers) positions.emplace(position, positions.size());
  return Binder(arguments, std::move(positions)).bind(query);
}

RelationPtr parse_sql_query(const plan::SqlQuery& query, const sql::ParserOptions& options) {
  const sql::Statement statement = sql::parse_statement(query.text, options);
  const auto* relation = std::get_if<RelationPtr>(&statement);
  if (relation == nullptr) throw_unsupported("STATEMENT", "a command inside a query: " + query.text);
  return bind_parameters(*relation, query);
}

}  // namespace firesteel::connect
