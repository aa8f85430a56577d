// Joins: fresh ids for a side that is the other one again, USING and NATURAL, lateral sides.
#include <algorithm>
#include <set>

#include "analyze/qualified_names.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/function.h"
#include "plan/attribute_name.h"
#include "plan/free_references.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

bool outputs_meet(const Relation& a, const Relation& b) {
  std::set<AttributeId> ids;
  for (const Attribute& attribute : a.output) ids.insert(attribute.id);
  return std::any_of(b.output.begin(), b.output.end(),
                     [&](const Attribute& attribute) { return ids.count(attribute.id) > 0; });
}

Attributes join_output(const Join& node) {
  Attributes output = node.left->output;
  if (node.kind == JoinKind::kLeftSemi || node.kind == JoinKind::kLeftAnti) return output;
  const bool is_full = node.kind == JoinKind::kFullOuter;
  const bool may_lack_left = is_full || node.kind == JoinKind::kRightOuter;
  for (size_t i = 0; may_lack_left && i < output.size(); ++i) output.writable(i).nullable = true;
  for (Attribute a : node.right->output) {
    a.nullable |= is_full || node.kind == JoinKind::kLeftOuter;
    output.push_back(std::move(a));
  }
  return output;
}

const Attribute& by_id(const Attributes& columns, AttributeId id) {
  return *std::find_if(columns.begin(), columns.end(), [&](const Attribute& a) { return a.id == id; });
}

}  // namespace

ExpressionPtr Resolver::bound(const char* name, std::vector<ExpressionPtr> arguments) {
  FunctionCall node;
  node.arguments = std::move(arguments);
  node.display_name = name;
  return bind_call(*functions::find_function(name), std::move(node), {});
}

RelationPtr Resolver::apart_from(const Relation& other, RelationPtr relation) {
  if (!outputs_meet(other, *relation)) return relation;
  std::map<AttributeId, AttributeId> renamed;
  RelationPtr fresh = with_fresh_ids(relation, renamed);
  register_plan_ids(*relation, renamed);
  return fresh;
}

namespace {

// No correlated subquery that reads both sides at once.
void check_join_condition(const ExpressionPtr& condition, const Attributes& left, const Attributes& right) {
  walk(condition, [&](const ExpressionPtr& e) {
    const auto* query = e->as<Subquery>();
    const auto reads = [&](const Attributes& side) {
      bool found = query && std::any_of(query->outer_references.begin(), query->outer_references.end(),
                                        [&](AttributeId id) { return has_id(side, id); });
      walk(e, [&](const ExpressionPtr& part) {  // what stands before IN
        const auto* column = part->as<AttributeReference>();
        found |= column && has_id(side, column->id);
        return !found;
      });
      return found;
    };
    if (query && query->kind != SubqueryKind::kScalar && reads(left) && reads(right)) {
      throw SparkError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION",
                       {{"subqueryExpression", print_qualified(*e)}});
    }
    return true;
  });
}

// LogicalPlan.maxRows <= 1, of what is one row by its form.
bool is_at_most_one_row(const Relation& relation) {
  if (relation.as<OneRow>()) return true;
  if (const auto* groups = relation.as<Aggregate>()) return groups->grouping.empty() && groups->grouping_sets.empty();
  const auto* limit = relation.as<Limit>();
  const auto* count = limit ? limit->limit->as<Literal>() : nullptr;
  if (count && std::get<int64_t>(count->value) <= 1) return true;
  const bool passes_rows = limit || relation.as<Project>() || relation.as<Filter>() || relation.as<Sort>();
  return passes_rows && is_at_most_one_row(*children(relation)[0]);
}

// What a lateral side draws cannot be computed once for all rows of a left side of several.
void check_lateral_side(const RelationPtr& left, const RelationPtr& right) {
  if (is_at_most_one_row(*left)) return;
  for (const ExpressionPtr& e : expressions(*right)) {
    if (!contains_drawn(e)) continue;
    throw SparkError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.NON_DETERMINISTIC_LATERAL_SUBQUERIES", {{"treeNode", "LateralJoin " + print_name(*e)}});
  }
  for (const RelationPtr& below : children(*right)) check_lateral_side(left, below);
}

}  // namespace

// What reads one side alone becomes a filter of it where the join lets it (PushPredicateThroughJoin); any other IN is an
// existence join, which is false where SQL would say null, below NOT too (RewritePredicateSubquery).
ExpressionPtr Resolver::with_known_membership_of_join(const ExpressionPtr& e, const Join& join) {
  if (const ExpressionPtr pushed = with_negation_below(e)) return with_known_membership_of_join(pushed, join);
  const auto* call_node = e->as<FunctionCall>();
  if (call_node && call_node->function->name == "and") {
    std::vector<ExpressionPtr> both = call_node->arguments;
    for (ExpressionPtr& one : both) one = with_known_membership_of_join(one, join);
    return with_children(*e, std::move(both));
  }
  bool reads_left = false;
  bool reads_right = false;
  const auto note = [&](AttributeId id) {
    reads_left |= has_id(join.left->output, id);
    reads_right |= has_id(join.right->output, id);
  };
  walk(e, [&](const ExpressionPtr& part) {
    if (const auto* column = part->as<AttributeReference>()) note(column->id);
    if (const auto* query = part->as<Subquery>()) std::for_each(query->outer_references.begin(), query->outer_references.end(), note);
    return true;
  });
  const bool is_inner = join.kind == JoinKind::kInner || join.kind == JoinKind::kCross || join.kind == JoinKind::kLeftSemi;
  const bool filters_left = !reads_right && (is_inner || join.kind == JoinKind::kRightOuter);
  const bool filters_right = reads_right && !reads_left && (is_inner || join.kind == JoinKind::kLeftOuter || join.kind == JoinKind::kLeftAnti);
  if (filters_left || filters_right) return with_known_membership(e, true);
  return transform_up(e, [&](const ExpressionPtr& part) -> ExpressionPtr {
    const auto* query = part->as<Subquery>();
    if (!query || query->kind != SubqueryKind::kIn) return nullptr;
    const ExpressionPtr known = bound("coalesce", {part, make_literal({Type::boolean(), false})});
    return make_typed(FunctionCall(*known->as<FunctionCall>()), part->type, part->nullable, part->origin);
  });
}

RelationPtr Resolver::join(const Join& node) {
  RelationPtr left = resolve(node.left);
  const Scope left_scope = scope_of(left);
  RelationPtr right = node.is_lateral ? resolve_inside(node.right, left_scope) : resolve(node.right);
  right = apart_from(*left, std::move(right));
  if (!node.using_columns.empty() || node.is_natural) return using_join(node, left, right);
  Join resolved{left, right, node.kind, nullptr, {}, false, node.is_lateral};
  const Attributes visible = join_output(resolved);
  if (node.is_lateral) {
    check_lateral_side(left, right);
    // The right side may read what USING joins on the left hide.
    std::vector<ExpressionPtr> read;
    for (const AttributeId id : free_references(*right)) {
      AttributeReference column;
      column.id = id;
      read.push_back(make_typed(std::move(column), Type(), true));
    }
    resolved.left = with_exposed(left, read);
  }
  if (node.condition) {
    // The condition sees both sides whatever the kind, and what their USING joins hid.
    Attributes inputs = left->output;
    inputs.append(right->output.begin(), right->output.end());
    Join both = resolved;
    both.kind = JoinKind::kInner;
    const RelationPtr seen = make_resolved(std::move(both), inputs);
    resolved.condition = condition(node.condition, Scope{&inputs, outer_scope_, seen.get()}, "ON");
    if (contains_drawn(resolved.condition)) {
      throw SparkError("INVALID_NON_DETERMINISTIC_EXPRESSIONS", {{"sqlExprs", "\"" + print_name(*resolved.condition) + "\""}});
    }
    check_join_condition(resolved.condition, left->output, right->output);
    resolved.condition = with_known_membership_of_join(resolved.condition, resolved);
    std::string aggregates;
    for (const ExpressionPtr& e : misplaced_aggregates(resolved.condition)) aggregates += (aggregates.empty() ? "\"" : ", \"") + print_name(*e) + "\"";
    if (!aggregates.empty()) throw SparkError("UNSUPPORTED_EXPR_FOR_OPERATOR", {{"invalidExprSqls", aggregates}});
    resolved.left = with_exposed(resolved.left, {resolved.condition});
    resolved.right = with_exposed(right, {resolved.condition});
    if (resolved.kind == JoinKind::kCross) resolved.kind = JoinKind::kInner;
  }
  Attributes output = join_output(resolved);
  const RelationPtr whole = make_resolved(std::move(resolved), std::move(output));
  if (whole->output.size() > visible.size()) {
    // What the condition reads of a side's hidden columns stays hidden, not gone.
    Attributes hidden = whole->output;
    erase_if(hidden, [&](const Attribute& a) { return has_id(visible, a.id); });
    merged_columns_.emplace(whole, std::move(hidden));
  }
  return keep_columns(whole, visible);
}

ExpressionPtr Resolver::using_column(const RelationPtr& side, const std::string& name,
                                     const char* side_name) {
  for (const Attribute& a : side->output) {  // of several the first
    if (same_name(a.name, name)) return reference(a);
  }
  std::vector<std::string> sorted;
  for (const Attribute& a : side->output) sorted.push_back(proposed_name(a.name));
  std::sort(sorted.begin(), sorted.end());
  std::string names;
  for (const std::string& one : sorted) names += (names.empty() ? "" : ", ") + one;
  throw SparkError("UNRESOLVED_USING_COLUMN_FOR_JOIN",
                   {{"colName", quoted_name({name})}, {"side", side_name}, {"suggestion", names}});
}

// The shared columns once and in front; the sides' own ones stay reachable by qualifier.
RelationPtr Resolver::using_join(const Join& node, const RelationPtr& left, const RelationPtr& right) {
  std::vector<std::string> shared = node.using_columns;
  if (node.is_natural) {
    std::vector<std::string> names;  // each goes with one of the left alone
    for (const Attribute& b : right->output) names.push_back(b.name);
    for (const Attribute& a : left->output) {
      const auto found = std::find_if(names.begin(), names.end(), [&](const std::string& name) { return same_name(a.name, name); });
      if (found == names.end()) continue;
      shared.push_back(a.name);
      names.erase(found);
    }
  }
  Join resolved{left, right, node.kind, nullptr, {}, false, node.is_lateral};
  std::vector<std::pair<AttributeId, AttributeId>> keys;
  std::set<AttributeId> used;
  for (const std::string& name : shared) {
    ExpressionPtr l = using_column(left, name, "left");
    ExpressionPtr r = using_column(right, name, "right");
    keys.emplace_back(l->as<AttributeReference>()->id, r->as<AttributeReference>()->id);
    used.insert({keys.back().first, keys.back().second});
    ExpressionPtr equal = bound("=", {l, r});
    resolved.condition = resolved.condition ? bound("and", {resolved.condition, equal}) : equal;
  }
  if (resolved.kind == JoinKind::kCross && resolved.condition) resolved.kind = JoinKind::kInner;
  const bool shows_left_alone = node.kind == JoinKind::kLeftSemi || node.kind == JoinKind::kLeftAnti;
  const Attributes output = join_output(resolved);
  RelationPtr plain = make_resolved(std::move(resolved), output);
  if (keys.empty()) return plain;
  std::vector<ExpressionPtr> columns;
  Attributes hidden;
  for (size_t i = 0; i < keys.size(); ++i) {
    const Attribute& l = by_id(output, keys[i].first);
    if (shows_left_alone) {
      columns.push_back(reference(l));
      continue;
    }
    const Attribute& r = by_id(output, keys[i].second);
    if (node.kind != JoinKind::kFullOuter) {
      const bool takes_right = node.kind == JoinKind::kRightOuter;
      columns.push_back(reference(takes_right ? r : l));
      hidden.push_back(takes_right ? l : r);
      continue;
    }
    ExpressionPtr value = bound("coalesce", {reference(l), reference(r)});
    // A row of a full join comes from a side, where the key was as nullable as there.
    const bool nullable = by_id(left->output, l.id).nullable || by_id(right->output, r.id).nullable;
    columns.push_back(make_typed(Alias{value, {l.name}, {}, next_attribute_id()}, value->type, nullable));
    hidden.push_back(l);
    hidden.push_back(r);
  }
  for (const Attribute& a : output) {
    if (!used.count(a.id)) columns.push_back(reference(a));
  }
  merged_columns_[plain] = std::move(hidden);
  return select(plain, std::move(columns));
}

}  // namespace firesteel::analyze
