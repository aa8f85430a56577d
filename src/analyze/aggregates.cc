// GROUP BY: grouping expressions and sets, aggregate calls, HAVING, and what stands above them.
#include <algorithm>

#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/function.h"

namespace firesteel::analyze {

using namespace plan;
using Attributes = std::vector<Attribute>;
using functions::FunctionKind;

namespace {

bool refers_only_to(const ExpressionPtr& e, const Attributes& attributes) {
  const auto is_known = [&](AttributeId id) {
    return std::any_of(attributes.begin(), attributes.end(), [&](const Attribute& a) { return a.id == id; });
  };
  bool fits = true;
  walk(e, [&](const ExpressionPtr& node) {
    const auto* column = node->as<AttributeReference>();
    if (column && !column->is_outer) fits &= is_known(column->id);
    return fits;
  });
  return fits;
}

const ExpressionPtr& without_alias(const ExpressionPtr& e) {
  const auto* alias = e->as<Alias>();
  return alias ? alias->child : e;
}

bool is_aggregate_call(const Expression& e) {
  const auto* call = e.as<FunctionCall>();
  return call && call->function->kind == FunctionKind::kAggregate;
}

bool is_grouping_call(const Expression& e) {
  const auto* call = e.as<FunctionCall>();
  return call && (call->function->name == "grouping" || call->function->name == "grouping_id");
}

size_t position_of(std::vector<ExpressionPtr>& distinct, const ExpressionPtr& key) {
  for (size_t i = 0; i < distinct.size(); ++i) {
    if (same_expression(*distinct[i], *key)) return i;
  }
  distinct.push_back(key);
  return distinct.size() - 1;
}

std::vector<std::vector<size_t>> rollup_sets(size_t count) {
  std::vector<std::vector<size_t>> sets;
  for (size_t length = count + 1; length-- > 0;) {
    std::vector<size_t> set;
    for (size_t i = 0; i < length; ++i) set.push_back(i);
    sets.push_back(std::move(set));
  }
  return sets;
}

std::vector<std::vector<size_t>> cube_sets(size_t count) {
  std::vector<std::vector<size_t>> sets;
  for (size_t mask = size_t{1} << count; mask-- > 0;) {
    std::vector<size_t> set;
    for (size_t i = 0; i < count; ++i) {
      if ((mask >> (count - 1 - i)) & 1) set.push_back(i);
    }
    sets.push_back(std::move(set));
  }
  return sets;
}

void check_no_correlated_scalar(const ExpressionPtr& e) {
  walk(e, [&](const ExpressionPtr& node) {
    const auto* subquery = node->as<Subquery>();
    if (subquery && subquery->kind == SubqueryKind::kScalar && !subquery->outer_references.empty()) {
      throw SparkError("SCALAR_SUBQUERY_IS_IN_GROUP_BY_OR_AGGREGATE_FUNCTION",
                       {{"sqlExpr", "\"" + print_name(*node) + "\""}}, contexts_of(node->origin));
    }
    return true;
  });
}

}  // namespace

RelationPtr Resolver::aggregate(const Aggregate& node) {
  return node.kind == GroupKind::kPivot ? pivot(node) : aggregate_over(node, resolve(node.child));
}

RelationPtr Resolver::aggregate_over(const Aggregate& node, const RelationPtr& child) {
  const Scope scope = scope_of(child);
  std::vector<ExpressionPtr> list = named_list(node.aggregates, scope);
  inline_lateral_aliases(list);
  Grouping grouping;
  std::vector<ExpressionPtr> given;
  for (const ExpressionPtr& e : node.grouping) given.push_back(grouping_expression(e, list, scope));
  if (node.kind == GroupKind::kAll) {
    for (const ExpressionPtr& e : list) {
      if (!contains_aggregate(e)) given.push_back(without_alias(e));
    }
  }
  if (node.adds_grouping_columns) {
    std::vector<ExpressionPtr> front;
    for (size_t i = 0; i < given.size(); ++i) {
      ExpressionPtr column = named(given[i], node.grouping[i]);
      if (!given[i]->as<Alias>() && column->as<Alias>()) given[i] = column->as<Alias>()->child;
      front.push_back(std::move(column));
    }
    list.insert(list.begin(), front.begin(), front.end());
  }
  for (const ExpressionPtr& key : given) grouping.keys.push_back(without_alias(key));
  grouping_sets(node, list, scope, grouping);
  ExpressionPtr having;
  if (node.having) {
    // HAVING sees the input's columns and the select list's names.
    Attributes both = child->output;
    for (const ExpressionPtr& e : list) {
      const Attribute attribute = attribute_of(*e);
      if (std::none_of(both.begin(), both.end(), [&](const Attribute& a) { return same_name(a.name, attribute.name); })) both.push_back(attribute);
    }
    having = condition(node.having, Scope{&both, outer_scope_, child.get()}, "HAVING");
    check_no_window(having, "HAVING");
  }
  std::vector<ExpressionPtr> used = list;
  used.insert(used.end(), grouping.keys.begin(), grouping.keys.end());
  if (having) used.push_back(having);
  return build_aggregate(with_exposed(child, used), std::move(grouping), std::move(list), having);
}

// ROLLUP, CUBE and GROUPING SETS as lists of positions among the distinct keys.
void Resolver::grouping_sets(const Aggregate& node, const std::vector<ExpressionPtr>& list,
                             const Scope& scope, Grouping& grouping) {
  if (node.kind == GroupKind::kGroupBy || node.kind == GroupKind::kAll) return;
  std::vector<ExpressionPtr> distinct;
  for (const ExpressionPtr& key : grouping.keys) position_of(distinct, key);
  grouping.has_sets = true;
  if (node.kind == GroupKind::kGroupingSets) {
    for (const auto& given : node.grouping_sets) {
      std::vector<size_t> set;
      for (const ExpressionPtr& e : given) {
        const size_t position = position_of(distinct, without_alias(grouping_expression(e, list, scope)));
        if (std::find(set.begin(), set.end(), position) == set.end()) set.push_back(position);
      }
      grouping.sets.push_back(std::move(set));
    }
  } else {
    if (distinct.size() > 32) throw SparkError("GROUPING_SIZE_LIMIT_EXCEEDED", {{"maxSize", "32"}});
    grouping.sets = node.kind == GroupKind::kRollup ? rollup_sets(distinct.size()) : cube_sets(distinct.size());
  }
  grouping.keys = std::move(distinct);
}

// GROUP BY 1 is the first entry of the list, GROUP BY name may be an alias of it.
ExpressionPtr Resolver::grouping_expression(const ExpressionPtr& e,
                                            const std::vector<ExpressionPtr>& list,
                                            const Scope& scope) {
  const auto* literal = e->as<Literal>();
  if (literal && literal->type.is(TypeKind::kInteger) && !literal->is_null() && !list.empty()) {
    const int64_t position = std::get<int64_t>(literal->value);
    if (position < 1 || position > static_cast<int64_t>(list.size())) {
      throw SparkError("GROUP_BY_POS_OUT_OF_RANGE",
                       {{"index", std::to_string(position)}, {"size", std::to_string(list.size())}},
                       contexts_of(e->origin));
    }
    const ExpressionPtr& entry = list[static_cast<size_t>(position - 1)];
    if (contains_aggregate(entry)) {
      throw SparkError("GROUP_BY_POS_AGGREGATE",
                       {{"index", std::to_string(position)}, {"aggExpr", print_name(*entry)}},
                       contexts_of(e->origin));
    }
    return entry;
  }
  try {
    ExpressionPtr resolved = expression(e, scope);
    if (contains_aggregate(resolved)) {
      throw SparkError("GROUP_BY_AGGREGATE", {{"sqlExpr", print_name(*resolved)}}, contexts_of(e->origin));
    }
    return resolved;
  } catch (const SparkError& error) {
    const auto* name = e->as<UnresolvedAttribute>();
    if (!name || name->parts.size() != 1 || !error.condition().starts_with("UNRESOLVED_COLUMN")) throw;
    for (const ExpressionPtr& entry : list) {
      const auto* alias_node = entry->as<Alias>();
      if (!alias_node || alias_node->names.size() != 1 || !same_name(alias_node->names[0], name->parts[0])) continue;
      if (contains_aggregate(entry)) {
        throw SparkError("GROUP_BY_AGGREGATE", {{"sqlExpr", print_name(*alias_node->child)}}, contexts_of(e->origin));
      }
      return entry;
    }
    throw;
  }
}

// grouping() and grouping_id() stand only over grouping sets, and name their keys.
ExpressionPtr Resolver::checked_grouping_calls(const ExpressionPtr& list_entry, const Grouping& grouping) {
  return transform_up(list_entry, [&](const ExpressionPtr& e) -> ExpressionPtr {
    if (!is_grouping_call(*e)) return nullptr;
    if (!grouping.has_sets) throw SparkError("UNSUPPORTED_GROUPING_EXPRESSION", {}, contexts_of(e->origin));
    const auto& call_node = std::get<FunctionCall>(e->node);
    std::string keys;
    for (const ExpressionPtr& key : grouping.keys) keys += (keys.empty() ? "" : ", ") + print_name(*key);
    const bool is_id = call_node.function->name == "grouping_id";
    for (const ExpressionPtr& argument : call_node.arguments) {
      const bool is_key = std::any_of(grouping.keys.begin(), grouping.keys.end(), [&](const ExpressionPtr& key) { return same_expression(*key, *argument); });
      if (is_key) continue;
      if (is_id) {
        std::string columns;
        for (const ExpressionPtr& a : call_node.arguments) columns += (columns.empty() ? "" : ", ") + print_name(*a);
        throw SparkError("GROUPING_ID_COLUMN_MISMATCH", {{"groupingIdColumn", columns}, {"groupByColumns", keys}}, contexts_of(e->origin));
      }
      throw SparkError("GROUPING_COLUMN_MISMATCH", {{"grouping", print_name(*argument)}, {"groupingColumns", keys}}, contexts_of(e->origin));
    }
    if (!call_node.arguments.empty()) return nullptr;
    FunctionCall whole = call_node;
    whole.arguments = grouping.keys;
    return make_typed(std::move(whole), e->type, e->nullable, e->origin);
  });
}

ExpressionPtr Resolver::column_for(const ExpressionPtr& e, const std::string& name,
                                   std::vector<ExpressionPtr>& columns) {
  for (const ExpressionPtr& known : columns) {
    const auto* alias_node = known->as<Alias>();
    if (same_expression(alias_node ? *alias_node->child : *known, *e)) return reference(attribute_of(*known));
  }
  ExpressionPtr column = e->as<AttributeReference>() ? e : make_typed(Alias{e, {name}, {}, next_attribute_id()}, e->type, e->nullable);
  columns.push_back(column);
  return reference(attribute_of(*column));
}

// The keys as columns of an Aggregate. Over grouping sets they are new columns: null where a set
// leaves them out, while aggregates work on the input's.
std::vector<ExpressionPtr> Resolver::key_columns(const Grouping& grouping) {
  std::vector<ExpressionPtr> columns;
  for (size_t i = 0; i < grouping.keys.size(); ++i) {
    const ExpressionPtr& key = grouping.keys[i];
    if (!grouping.has_sets) {
      column_for(key, print_name(*key), columns);
      continue;
    }
    const bool is_left_out = std::any_of(grouping.sets.begin(), grouping.sets.end(), [&](const std::vector<size_t>& set) { return std::find(set.begin(), set.end(), i) == set.end(); });
    columns.push_back(make_typed(Alias{key, {print_name(*key)}, {}, next_attribute_id()}, key->type, key->nullable || is_left_out));
  }
  return columns;
}

// An Aggregate node that computes grouping expressions and aggregate calls as columns, and a
// projection above it for what is built from them.
RelationPtr Resolver::build_aggregate(RelationPtr child, Grouping grouping,
                                      std::vector<ExpressionPtr> list, const ExpressionPtr& having) {
  for (const ExpressionPtr& key : grouping.keys) {
    if (!key->type.is(TypeKind::kMap)) continue;
    throw SparkError("GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE",
                     {{"sqlExpr", "\"" + print_name(*key) + "\""}, {"dataType", "\"" + key->type.sql() + "\""}});
  }
  std::vector<ExpressionPtr> columns = key_columns(grouping);
  const auto lifted = [&](const ExpressionPtr& e) {
    ExpressionPtr result = lift(checked_grouping_calls(e, grouping), grouping.keys, [&](const ExpressionPtr& part, const std::string& name) {
      return column_for(part, name, columns);
    });
    check_grouped(result, columns, e);
    return result;
  };
  std::vector<ExpressionPtr> above;
  for (const ExpressionPtr& e : list) {
    above.push_back(lifted(e));
    check_no_correlated_scalar(above.back());
  }
  ExpressionPtr filter_above;
  if (having) {
    filter_above = lifted(transform_up(having, [&](const ExpressionPtr& e) -> ExpressionPtr {
      const auto* column = e->as<AttributeReference>();
      if (!column) return nullptr;
      for (const ExpressionPtr& entry : list) {
        const auto* alias_node = entry->as<Alias>();
        if (alias_node && alias_node->id == column->id) return alias_node->child;
      }
      return nullptr;
    }));
  }
  // GROUPING SETS (()) alone is the aggregate of the whole.
  const bool has_total = !grouping.keys.empty() && std::any_of(grouping.sets.begin(), grouping.sets.end(), [](const auto& set) { return set.empty(); });
  if (has_total) {
    // Spark has no total of no rows: it expands the rows first.
    ExpressionPtr rows = column_for(bound("count", {make_integer_literal(1)}), "count(1)", columns);
    ExpressionPtr has_rows = bound(">", {rows, make_literal({Type::long_integer(), int64_t{0}})});
    filter_above = filter_above ? bound("and", {has_rows, filter_above}) : has_rows;
  }
  Aggregate node;
  node.child = child;
  node.grouping = grouping.keys;
  node.aggregates = columns;
  if (grouping.has_sets) node.kind = GroupKind::kGroupingSets;
  for (const std::vector<size_t>& set : grouping.sets) {
    node.grouping_sets.emplace_back();
    for (size_t position : set) node.grouping_sets.back().push_back(grouping.keys[position]);
  }
  // Names over the child's own columns keep their metadata and their qualifier.
  Attributes output;
  for (const ExpressionPtr& column : columns) {
    Attribute attribute = attribute_of(*column);
    const auto* source = without_alias(column)->as<AttributeReference>();
    for (const Attribute& below : child->output) {
      if (!source || below.id != source->id) continue;
      attribute.metadata = below.metadata;
      attribute.qualifier = below.qualifier;
    }
    output.push_back(std::move(attribute));
  }
  RelationPtr result = make_resolved(std::move(node), output);
  if (filter_above) result = make_resolved(Filter{result, filter_above}, output);
  return with_windows(std::move(result), std::move(above));
}

// Replaces grouping expressions and aggregate calls by the columns that hold them.
ExpressionPtr Resolver::lift(const ExpressionPtr& e, const std::vector<ExpressionPtr>& grouping,
                             const std::function<ExpressionPtr(const ExpressionPtr&, const std::string&)>& column_for) {
  for (const ExpressionPtr& g : grouping) {
    if (same_expression(*g, *e)) return column_for(g, print_name(*g));
  }
  if (is_grouping_call(*e)) return column_for(e, print_name(*e));
  if (is_aggregate_call(*e)) {
    for (const ExpressionPtr& child : children(*e)) {
      if (contains_aggregate(child)) throw SparkError("NESTED_AGGREGATE_FUNCTION", {});
    }
    return column_for(e, print_name(*e));
  }
  std::vector<ExpressionPtr> replaced;
  bool is_changed = false;
  if (const auto* window = e->as<Window>()) {
    // The function of the window is not an aggregate of this GROUP BY; its inputs may hold some.
    Window copy = *window;
    std::vector<ExpressionPtr> arguments;
    for (const ExpressionPtr& child : children(*window->function)) arguments.push_back(lift(child, grouping, column_for));
    copy.function = with_children(*window->function, std::move(arguments));
    for (ExpressionPtr& p : copy.partition_by) p = lift(p, grouping, column_for);
    for (ExpressionPtr& o : copy.order_by) o = lift(o, grouping, column_for);
    return make_typed(std::move(copy), e->type, e->nullable, e->origin);
  }
  for (const ExpressionPtr& child : children(*e)) {
    replaced.push_back(lift(child, grouping, column_for));
    is_changed |= replaced.back() != child;
  }
  return is_changed ? with_children(*e, std::move(replaced)) : e;
}

void Resolver::check_grouped(const ExpressionPtr& lifted, const std::vector<ExpressionPtr>& columns,
                             const ExpressionPtr& original) {
  const Attributes known = attributes_of(columns);
  if (refers_only_to(lifted, known)) return;
  std::string missing;
  walk(lifted, [&](const ExpressionPtr& e) {
    const auto* column = e->as<AttributeReference>();
    if (column && missing.empty() && !refers_only_to(e, known)) missing = column->name;
    return missing.empty();
  });
  (void)original;
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

}  // namespace firesteel::analyze
