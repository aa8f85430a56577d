// Filter, Sort and Limit: they keep the columns, and may use some that their input does not show.
#include <algorithm>
#include <exception>

#include "analyze/call_checks.h"
#include "analyze/qualified_names.h"
#include "analyze/resolver.h"
#include "analyze/unresolved.h"
#include "base/error.h"
#include "functions/function.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

// The first name in an expression that the client did not bind to a DataFrame; null without one.
const UnresolvedAttribute* first_name(const ExpressionPtr& e) {
  const UnresolvedAttribute* found = nullptr;
  walk(e, [&](const ExpressionPtr& node) {
    const auto* name = node->as<UnresolvedAttribute>();
    if (!found && name && !name->plan_id) found = name;
    return !found;
  });
  return found;
}

// The Aggregate whose groups a relation shows: below at most one projection.
RelationPtr groups_below(RelationPtr relation) {
  bool has_projection = false;
  for (;;) {
    if (relation->as<Aggregate>()) return relation;
    const bool is_projection = relation->as<Project>() != nullptr;
    if (is_projection && has_projection) return nullptr;
    has_projection |= is_projection;
    const bool passes = is_projection || relation->as<Filter>() || relation->as<WindowColumns>() ||
                        relation->as<Sort>();
    if (!passes) return nullptr;
    relation = children(*relation)[0];
  }
}

RelationPtr replace_below(const RelationPtr& top, const RelationPtr& old, const RelationPtr& fresh) {
  if (top == old) return fresh;
  return with_children(*top, {replace_below(children(*top)[0], old, fresh)});
}

}  // namespace

// ResolveReferencesInSort: what the names mean among the columns shown; where that fails, among
// those below, and where that fails as well, nothing.
ExpressionPtr Resolver::expression_over(const ExpressionPtr& e, RelationPtr& child, KeyScope keys) {
  Scope scope = scope_of(child);
  ExpressionPtr resolved;
  std::exception_ptr failure;
  bool is_conflict = false;
  try {
    // Columns below come before those of the query around and before variables.
    const Replaced<bool> shown_alone(&sees_shown_alone_, true);
    resolved = expression(e, scope);
  } catch (const SparkError& error) {
    is_conflict = keys != KeyScope::kRows && !is_unresolved_column(error) && is_failed_name(error) && first_name(e);
    if (!is_unresolved_column(error) && !is_conflict) throw;
    failure = std::current_exception();
  }
  if (resolved && !(keys == KeyScope::kGroups && contains_aggregate(resolved))) {
    child = with_exposed(child, {resolved});
    return resolved;
  }
  const RelationPtr groups = keys == KeyScope::kRows ? nullptr : groups_below(child);
  try {
    if (groups && keys == KeyScope::kGroups) return key_over_groups(e, child, groups, is_conflict);
    if (resolved) return resolved;
    const Attributes below = groups ? keys_of(*groups->as<Aggregate>()) : columns_below(*child);
    const Attributes shown = child->output;
    scope.attributes = is_conflict ? &below : &shown;
    scope.hidden = is_conflict ? &shown : &below;
    resolved = expression(e, scope);
  } catch (const SparkError& error) {
    if (is_conflict && is_failed_name(error)) throw_unresolved(first_name(e)->parts, scope_of(child), e->origin);
    if (failure && is_unresolved_column(error)) {
      (void)expression(e, scope_of(child));  // tells the first name that is none of any query
      std::rethrow_exception(failure);
    }
    throw;
  }
  child = with_exposed(child, {resolved});
  return resolved;
}

bool Resolver::names_column(const ExpressionPtr& e, RelationPtr child) {
  try {
    const ExpressionPtr found = expression_over(e, child, KeyScope::kGroups);
    const auto* order = found->as<SortOrder>();
    return !is_far(order ? order->child : found);
  } catch (const SparkError& error) {
    if (!is_failed_name(error)) throw;
    return false;
  }
}

// Throws for the name in `e` that means a column which no group has.
void Resolver::throw_ungrouped(const ExpressionPtr& e, const Scope& scope, AttributeId column,
                               const Attributes& shown) {
  walk(e, [&](const ExpressionPtr& node) {
    const auto* name = node->as<UnresolvedAttribute>();
    if (!name) return true;
    bool is_it = false;
    walk(expression(node, scope), [&](const ExpressionPtr& found) {
      const auto* reference = found->as<AttributeReference>();
      is_it |= reference && reference->id == column;
      return !is_it;
    });
    if (is_it) throw_unresolved(name->parts, Scope{&shown, nullptr, nullptr}, node->origin);
    return true;
  });
}

// ORDER BY over groups: aggregates and grouping expressions that the SELECT list leaves out.
ExpressionPtr Resolver::key_over_groups(const ExpressionPtr& e, RelationPtr& child,
                                        const RelationPtr& groups, bool is_conflict) {
  const auto& node = std::get<Aggregate>(groups->node);
  const Attributes shown = child->output;
  Scope scope = scope_of(is_conflict ? node.child : child);
  scope.hidden = is_conflict ? &shown : &node.child->output;
  const ExpressionPtr resolved = expression(e, scope);
  walk(resolved, [&](const ExpressionPtr& part) {
    // Of several sets without a key Spark makes no column that numbers them.
    const bool has_sets = node.kind == GroupKind::kGroupingSets && (!node.grouping.empty() || node.grouping_sets.size() < 2);
    if (has_sets || !is_grouping_call(*part)) return true;
    throw SparkError("UNSUPPORTED_GROUPING_EXPRESSION", {}, contexts_of(part->origin));
  });
  Aggregate wider = node;
  // Aggregates work on the input: inside them a key over grouping sets is the input's column.
  const auto over_input = [&](const ExpressionPtr& e) -> ExpressionPtr {
    const auto* column = e->as<AttributeReference>();
    for (size_t i = 0; column && i < node.grouping.size(); ++i) {
      const auto* key = node.aggregates[i]->as<Alias>();
      if (key && key->id == column->id) return key->child;
    }
    return nullptr;
  };
  const ExpressionPtr over_keys = transform_up(resolved, [&](const ExpressionPtr& e) -> ExpressionPtr {
    const auto* call_node = e->as<FunctionCall>();
    if (!call_node || call_node->function->kind != functions::FunctionKind::kAggregate) return nullptr;
    if (!is_grouping_call(*e) || !call_node->arguments.empty()) return transform_up(e, over_input);
    FunctionCall whole = *call_node;  // grouping_id() is that of all keys
    whole.arguments = node.grouping;
    return make_typed(std::move(whole), e->type, e->nullable, e->origin);
  });
  walk(over_keys, [&](const ExpressionPtr& part) {
    if (is_grouping_call(*part)) check_grouping_arguments(*transform_up(part, over_input)->as<FunctionCall>(), node.grouping, part->origin);
    return true;
  });
  const ExpressionPtr lifted = lift(over_keys, node.grouping, [&](const ExpressionPtr& part, const std::string& name) {
    return column_for(part, name, wider.aggregates);
  });
  std::vector<ExpressionPtr> known = wider.aggregates;
  for (const Attribute& shown : child->output) known.push_back(reference(shown));
  if (const auto missing = ungrouped(lifted, known)) {
    throw_ungrouped(e, scope, missing->as<AttributeReference>()->id, shown);
    check_grouped(lifted, known);
  }
  if (wider.aggregates.size() > node.aggregates.size()) {
    Attributes output = groups->output;
    for (size_t i = node.aggregates.size(); i < wider.aggregates.size(); ++i) {
      output.push_back(attribute_of(*wider.aggregates[i]));
    }
    child = replace_below(child, groups, make_resolved(std::move(wider), std::move(output)));
  }
  child = with_exposed(child, {lifted});
  return lifted;
}

void Resolver::check_no_window(const ExpressionPtr& condition, const char* clause) {
  if (!contains_window(condition)) return;
  throw SparkError("WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE", {{"clauseName", clause}}, contexts_of(condition->origin));
}

RelationPtr Resolver::filter(const Filter& node) {
  RelationPtr child = resolve(node.child);
  const Attributes visible = child->output;
  Attributes hidden = hidden_columns(*child);
  ExpressionPtr resolved = expression_over(node.condition, child, KeyScope::kRows);
  check_no_window(resolved, "WHERE");  // before its type, as in Spark
  resolved = checked_condition(resolved, node.condition->origin);
  std::string invalid;
  for (const ExpressionPtr& e : misplaced_aggregates(resolved)) invalid += (invalid.empty() ? "" : ", ") + print_qualified(*e);
  if (!invalid.empty()) {
    throw SparkError("INVALID_WHERE_CONDITION",
                     {{"condition", "\"" + print_name(*resolved) + "\""}, {"expressionList", invalid}},
                     contexts_of(node.condition->origin));
  }
  resolved = with_known_membership(resolved, true);
  const Attributes output = child->output;
  const RelationPtr filtered = make_resolved(Filter{child, resolved}, output);
  if (output.size() > visible.size() && !hidden.empty()) {
    // What USING below has hidden is hidden still where the condition reads it, not gone.
    erase_if(hidden, [&](const Attribute& a) { return !has_id(output, a.id); });
    merged_columns_.emplace(filtered, std::move(hidden));
  }
  return keep_columns(filtered, visible);
}

// SELECT * … GROUP BY 1
void Resolver::check_positions_beside_star(const Aggregate& node) const {
  const auto is_star = [](const ExpressionPtr& e) { return e->as<UnresolvedStar>() != nullptr; };
  const auto is_position = [](const ExpressionPtr& e) { return e->as<Literal>() && e->type.is(TypeKind::kInteger); };
  if (std::none_of(node.aggregates.begin(), node.aggregates.end(), is_star) || !is_enabled(context_, "spark.sql.groupByOrdinal")) return;
  if (std::any_of(node.grouping.begin(), node.grouping.end(), is_position)) throw SparkError("STAR_GROUP_BY_POS", {});
}

// ORDER BY 2: the second column.
ExpressionPtr Resolver::sort_position(const SortOrder& order, const Attributes& visible) {
  const auto* literal = order.child->as<Literal>();
  const auto* number = literal && literal->type.is(TypeKind::kInteger) ? std::get_if<int64_t>(&literal->value) : nullptr;
  if (!number || !is_enabled(context_, "spark.sql.orderByOrdinal")) return nullptr;
  if (*number < 1 || *number > static_cast<int64_t>(visible.size())) {
    throw SparkError("ORDER_BY_POS_OUT_OF_RANGE",
                     {{"index", std::to_string(*number)}, {"size", std::to_string(visible.size())}},
                     contexts_of(order.child->origin));
  }
  return reference(visible[static_cast<size_t>(*number - 1)]);
}

// A projection over the groups hides what aggregates would need.
void Resolver::check_no_aggregates(const std::vector<ExpressionPtr>& order) {
  std::string invalid;
  for (const ExpressionPtr& e : order) {
    walk(e, [&](const ExpressionPtr& node) {
      const auto* call_node = node->as<FunctionCall>();
      if (!call_node || call_node->function->kind != functions::FunctionKind::kAggregate) return true;
      invalid += (invalid.empty() ? "\"" : ", \"") + print_name(*node) + "\"";
      return false;
    });
  }
  if (!invalid.empty()) throw SparkError("UNSUPPORTED_EXPR_FOR_OPERATOR", {{"invalidExprSqls", invalid}});
}

// Whether the rows are groups by a subquery, whose column an equal one in ORDER BY is.
bool holds_subquery_key(const Relation& relation) {
  const auto* groups = relation.as<Aggregate>();
  if (!groups) return relation.as<Project>() && holds_subquery_key(*relation.as<Project>()->child);
  return std::any_of(groups->grouping.begin(), groups->grouping.end(), [](const ExpressionPtr& key) {
    bool found = false;
    walk(key, [&](const ExpressionPtr& e) { return !(found |= e->as<Subquery>() != nullptr); });
    return found;
  });
}

// Which subqueries may not be what rows are ordered by (ValidateSubqueryExpression).
void check_no_subquery_orders(const std::vector<ExpressionPtr>& order) {
  for (const ExpressionPtr& one : order) {
    walk(one, [&](const ExpressionPtr& e) {
      const auto* query = e->as<Subquery>();
      if (!query) return true;
      const bool is_scalar = query->kind == SubqueryKind::kScalar;
      if (is_scalar && query->outer_references.empty()) return true;
      throw SparkError(is_scalar ? "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_SCALAR_SUBQUERY"
                                 : "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_IN_EXISTS_SUBQUERY",
                       {{"treeNode", "Sort [" + print_name(*one) + "]"}}, contexts_of(e->origin));
    });
  }
}

RelationPtr Resolver::sort(const Sort& node) {
  RelationPtr child = resolve(node.child);
  const Attributes visible = child->output;
  const bool is_closed = closed_groups_.contains(child);
  const bool is_behind_pipe = pipe_inputs_.contains(child.get());
  const KeyScope keys = is_behind_pipe ? KeyScope::kRows : is_closed ? KeyScope::kClosedGroups : KeyScope::kGroups;
  std::vector<ExpressionPtr> order;
  for (const ExpressionPtr& one : node.order) {
    const auto* given = one->as<SortOrder>();
    SortOrder item = given ? *given : SortOrder{one, true, NullOrder::kDefault};
    const auto* name = item.child->as<UnresolvedAttribute>();
    const bool is_all = name && name->parts.size() == 1 && node.order.size() == 1 && !name->plan_id &&
                        node.is_global && same_name(name->parts[0], "all") &&
                        std::none_of(visible.begin(), visible.end(), [&](const Attribute& a) { return same_name(a.name, "all"); });
    // A column named "all", even one that is not shown, comes before the key word.
    if (is_all && !names_column(one, child)) {
      for (const Attribute& column : visible) {
        item.child = reference(column);
        order.push_back(expression(make_expression(item), scope_of(child)));
      }
      break;
    }
    if (ExpressionPtr column = node.is_global ? sort_position(item, visible) : nullptr) item.child = column;
    order.push_back(expression_over(make_expression(item, one->origin), child, keys));
  }
  check_no_aggregates(order);
  if (!holds_subquery_key(*child)) check_no_subquery_orders(order);
  for (const ExpressionPtr& e : order) {
    if (!contains_window(e)) continue;
    throw SparkError("UNSUPPORTED_EXPR_FOR_OPERATOR",
                     {{"invalidExprSqls", "\"" + print_name(*e->as<SortOrder>()->child) + "\""}}, contexts_of(e->origin));
  }
  const Attributes output = child->output;
  return keep_columns(make_resolved(Sort{child, std::move(order), node.is_global}, output), visible);
}

RelationPtr Resolver::limited(const RelationPtr& relation, RelationPtr child,
                              const ExpressionPtr& count, const char* name) {
  ExpressionPtr resolved = expression(count, scope_of(child));
  SparkError::Parameters who = {{"name", name}, {"expr", "\"" + print_name(*resolved) + "\""}};
  const auto contexts = contexts_of(count->origin);
  walk(resolved, [&](const ExpressionPtr& e) {
    const bool is_of_rows = e->as<AttributeReference>() || contains_drawn(e);
    if (is_of_rows) throw SparkError("INVALID_LIMIT_LIKE_EXPRESSION.IS_UNFOLDABLE", who, contexts);
    return true;
  });
  if (!resolved->type.is(TypeKind::kInteger)) {
    who.push_back({"dataType", "\"" + resolved->type.sql() + "\""});
    throw SparkError("INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE", who, contexts);
  }
  if (!resolved->as<Literal>()) resolved = make_literal(constant(resolved));
  const auto* number = std::get_if<int64_t>(&resolved->as<Literal>()->value);
  if (!number) throw SparkError("INVALID_LIMIT_LIKE_EXPRESSION.IS_NULL", who, contexts);
  if (*number < 0) {
    who.push_back({"v", std::to_string(*number)});
    throw SparkError("INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE", who, contexts);
  }
  const Attributes output = child->output;
  const auto* offset = relation->as<Limit>() ? child->as<Offset>() : nullptr;
  const int64_t skipped = offset ? std::get<int64_t>(offset->offset->as<Literal>()->value) : 0;
  if (*number + skipped > INT32_MAX) {
    throw SparkError("SUM_OF_LIMIT_AND_OFFSET_EXCEEDS_MAX_INT", {{"limit", std::to_string(*number)}, {"offset", std::to_string(skipped)}});
  }
  if (relation->as<Limit>()) return make_resolved(Limit{child, resolved}, output);
  if (relation->as<Offset>()) return make_resolved(Offset{child, resolved}, output);
  return make_resolved(Tail{child, resolved}, output);
}

// What an expression over no column is.
Literal Resolver::constant(const ExpressionPtr& resolved) {
  if (const auto* literal = resolved->as<Literal>()) return *literal;
  FIRESTEEL_CHECK(context_.evaluate != nullptr, "no engine to compute a constant with");
  Alias column{resolved, {"value"}, {}, next_attribute_id()};
  const ExpressionPtr named_value = make_typed(std::move(column), resolved->type, resolved->nullable);
  return context_.evaluate(select(make_resolved(OneRow{}, {}), {named_value})).at(0).at(0);
}

}  // namespace firesteel::analyze
