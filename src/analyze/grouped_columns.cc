// What stands over groups reads their columns alone, and so do the queries inside of it.
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "analyze/call_checks.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "plan/free_references.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

// A column of the query around as that query's own.
ExpressionPtr as_own(const ExpressionPtr& expression) {
  return transform_up(expression, [](const ExpressionPtr& e) -> ExpressionPtr {
    const auto* column = e->as<AttributeReference>();
    if (!column || !column->is_outer) return nullptr;
    AttributeReference copy = *column;
    copy.is_outer = false;
    return make_typed(std::move(copy), e->type, e->nullable, e->origin);
  });
}

using ReplaceOuter = std::function<ExpressionPtr(const ExpressionPtr&)>;

// What belongs to the query around, a column or an aggregate of such columns, replaced. Queries further inside
// read nothing of it.
ExpressionPtr with_outer_replaced(const ExpressionPtr& e, const ReplaceOuter& replace) {
  const auto* column = e->as<AttributeReference>();
  if ((column && column->is_outer) || (is_aggregate_call(*e) && holds_column(e, true))) return as_outer(replace(as_own(e)));
  std::vector<ExpressionPtr> below = children(*e);
  bool is_changed = false;
  for (ExpressionPtr& one : below) {
    ExpressionPtr replaced = with_outer_replaced(one, replace);
    is_changed |= replaced != one;
    one = std::move(replaced);
  }
  return is_changed ? with_children(*e, std::move(below)) : e;
}

RelationPtr with_outer_replaced(const RelationPtr& relation, const ReplaceOuter& replace) {
  std::vector<ExpressionPtr> list = expressions(*relation);
  for (ExpressionPtr& e : list) e = with_outer_replaced(e, replace);
  const RelationPtr result = with_expressions(*relation, std::move(list));
  std::vector<RelationPtr> inputs = children(*result);
  for (RelationPtr& input : inputs) input = with_outer_replaced(input, replace);
  return with_children(*result, std::move(inputs));
}

// CheckAnalysis: a column that the Aggregate below HAVING does not give.
[[noreturn]] void throw_missing_attribute(const std::string& name, const ExpressionPtr& having, const std::vector<ExpressionPtr>& list) {
  std::string input;
  bool has_name = false;
  for (const ExpressionPtr& e : list) {
    const std::string shown = attribute_of(*e).name;
    input += (input.empty() ? "\"" : ", \"") + shown + "\"";
    has_name |= shown == name;
  }
  const std::string missing = "\"" + name + "\"";
  const std::string filter = "!Filter " + print_name(*having);
  if (!has_name) {
    throw SparkError("MISSING_ATTRIBUTES.RESOLVED_ATTRIBUTE_MISSING_FROM_INPUT",
                     {{"missingAttributes", missing}, {"input", input}, {"operator", filter}});
  }
  throw SparkError("MISSING_ATTRIBUTES.RESOLVED_ATTRIBUTE_APPEAR_IN_OPERATION",
                   {{"missingAttributes", missing}, {"input", input}, {"operator", filter}, {"operation", missing}});
}

}  // namespace

void check_no_correlated_scalar(const ExpressionPtr& e) {
  walk(e, [&](const ExpressionPtr& node) {
    const auto* subquery = node->as<Subquery>();
    if (subquery && subquery->kind == SubqueryKind::kScalar && !subquery->outer_references.empty() && !subquery->is_function_body) {
      throw SparkError("SCALAR_SUBQUERY_IS_IN_GROUP_BY_OR_AGGREGATE_FUNCTION",
                       {{"sqlExpr", "\"" + print_name(*node) + "\""}}, contexts_of(node->origin));
    }
    return true;
  });
}

ExpressionPtr Resolver::ungrouped(const ExpressionPtr& lifted, const std::vector<ExpressionPtr>& columns) {
  const Attributes known = attributes_of(columns);
  ExpressionPtr missing;
  walk(lifted, [&](const ExpressionPtr& e) {
    const auto* column = e->as<AttributeReference>();
    if (!missing && column && !column->is_outer && !has_id(known, column->id)) missing = e;
    return !missing;
  });
  return missing;
}

void Resolver::check_grouped(const ExpressionPtr& lifted, const std::vector<ExpressionPtr>& columns) {
  const ExpressionPtr column = ungrouped(lifted, columns);
  if (!column) return;
  const std::string missing = column->as<AttributeReference>()->name;
  const bool is_global = std::none_of(columns.begin(), columns.end(), [](const ExpressionPtr& c) {
    return !c->as<Alias>() || !contains_aggregate(c);
  });
  if (is_global) {
    throw SparkError("MISSING_GROUP_BY", {});
  }
  throw SparkError("MISSING_AGGREGATION",
                   {{"expression", "\"" + missing + "\""},
                    {"expressionAnyValue", "\"any_value(" + missing + ")\""}});
}

// Queries inside of an expression over groups read the groups' columns. Those of HAVING may name entries of the list and
// aggregate the columns below the groups (UpdateOuterReferences); scalar ones of the list are another error's matter.
ExpressionPtr Resolver::with_queries_over_groups(const ExpressionPtr& e, bool is_having, const std::vector<ExpressionPtr>& list,
                                                 const std::vector<ExpressionPtr>& columns,
                                                 const std::function<ExpressionPtr(const ExpressionPtr&)>& lifted) {
  return transform_up(e, [&](const ExpressionPtr& node) -> ExpressionPtr {
    const auto* query = node->as<Subquery>();
    if (!query || query->is_function_body || query->outer_references.empty()) return nullptr;
    if (query->kind == SubqueryKind::kScalar && !is_having) return nullptr;
    const auto over_groups = [&](const ExpressionPtr& outer) {
      ExpressionPtr value = outer;
      for (const ExpressionPtr& entry : list) {
        const auto* alias_node = entry->as<Alias>();
        const auto* column = outer->as<AttributeReference>();
        if (is_having && alias_node && column && alias_node->id == column->id) value = alias_node->child;
      }
      value = lifted(value);
      const ExpressionPtr missing = ungrouped(value, columns);
      if (missing && is_having) throw_missing_attribute(missing->as<AttributeReference>()->name, e, list);
      check_grouped(value, columns);
      return value;
    };
    Subquery copy = *query;
    copy.plan = with_outer_replaced(query->plan, over_groups);
    copy.outer_references = free_references(*copy.plan);
    return make_typed(std::move(copy), node->type, node->nullable, node->origin);
  });
}

}  // namespace firesteel::analyze
