// GROUP BY: grouping expressions and sets, aggregate calls, HAVING, and what stands above them.
#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_map>

#include "analyze/call_checks.h"
#include "analyze/qualified_names.h"
#include "analyze/resolver.h"
#include "analyze/time_windows.h"
#include "analyze/unresolved.h"
#include "base/error.h"
#include "base/text.h"
#include "functions/function.h"

namespace firesteel::analyze {

using namespace plan;
using functions::FunctionKind;

namespace {

const ExpressionPtr& without_alias(const ExpressionPtr& e) {
  const auto* alias = e->as<Alias>();
  return alias ? alias->child : e;
}

bool reads_column_outside_aggregates(const ExpressionPtr& e) {
  if (is_aggregate_call(*e)) return false;
  const auto* query = e->as<Subquery>();
  if (e->as<AttributeReference>() || (query && !query->outer_references.empty())) return true;
  const std::vector<ExpressionPtr> below = children(*e);
  return std::any_of(below.begin(), below.end(), reads_column_outside_aggregates);
}

void check_pipe_aggregates(const std::vector<ExpressionPtr>& list) {
  for (const ExpressionPtr& e : list) {
    if (contains_aggregate(e)) continue;
    throw SparkError("PIPE_OPERATOR_AGGREGATE_EXPRESSION_CONTAINS_NO_AGGREGATE_FUNCTION", {{"expr", print_name(*e)}});
  }
}

// The first name of the condition that neither an entry of the list nor a group explains.
[[noreturn]] void throw_unresolved_having(const ExpressionPtr& having, const Attributes& shown, const SparkError& error) {
  walk(having, [&](const ExpressionPtr& e) {
    const auto* name = e->as<UnresolvedAttribute>();
    if (!name) return true;
    const bool is_shown = std::any_of(shown.begin(), shown.end(), [&](const Attribute& a) {
      return equal_ignoring_case(a.name, name->parts.back());
    });
    if (!is_shown) throw_unresolved(name->parts, Scope{&shown, nullptr, nullptr}, e->origin);
    return true;
  });
  throw error;
}

size_t position_of(std::vector<ExpressionPtr>& distinct, const ExpressionPtr& key) {
  for (size_t i = 0; i < distinct.size(); ++i) {
    if (same_value(distinct[i], key)) return i;
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

bool is_in_some_set(const Grouping& grouping, const Expression& key) {
  return std::any_of(grouping.sets.begin(), grouping.sets.end(), [&](const std::vector<size_t>& set) {
    return std::any_of(set.begin(), set.end(), [&](size_t i) { return same_expression(*grouping.keys[i], key); });
  });
}

// The column by the name that the query gives it where it uses it: `SELECT ID … GROUP BY id` shows ID.
ExpressionPtr spelled_as(const ExpressionPtr& column, const Expression& use) {
  const auto* used = use.as<AttributeReference>();
  const auto* known = column->as<AttributeReference>();
  return used && known && used->id == known->id ? make_typed(*used, column->type, column->nullable, column->origin) : column;
}

// Columns of keys that were changed keep the names of the keys as written.
std::vector<ExpressionPtr> with_key_names(std::vector<ExpressionPtr> columns, const std::vector<ExpressionPtr>& changed,
                                          const std::vector<ExpressionPtr>& written) {
  for (ExpressionPtr& column : columns) {
    for (size_t i = 0; i < changed.size(); ++i) {
      const auto* alias_node = column->as<Alias>();
      if (changed[i] == written[i] || !alias_node || alias_node->child != changed[i]) continue;
      Alias copy = *alias_node;
      copy.names = {print_name(*written[i])};
      column = make_typed(std::move(copy), column->type, column->nullable);
    }
  }
  return columns;
}

// The entries' expressions in place of references to them.
ExpressionPtr without_aliases(const ExpressionPtr& condition, const std::vector<ExpressionPtr>& list) {
  return transform_up(condition, [&](const ExpressionPtr& e) -> ExpressionPtr {
    const auto* column = e->as<AttributeReference>();
    if (!column) return nullptr;
    for (const ExpressionPtr& entry : list) {
      const auto* alias_node = entry->as<Alias>();
      if (alias_node && alias_node->id == column->id) return alias_node->child;
    }
    return nullptr;
  });
}

// Whether a condition over groups reads a column that no entry of the list shows as it is.
bool needs_more_than(const ExpressionPtr& condition, const std::vector<ExpressionPtr>& list) {
  bool found = false;
  walk(condition, [&](const ExpressionPtr& e) {
    const bool is_entry = std::any_of(list.begin(), list.end(), [&](const ExpressionPtr& entry) {
      return same_expression(*without_alias(entry), *e);
    });
    if (is_entry) return false;
    const auto* column = e->as<AttributeReference>();
    if (!column || column->is_outer) return !found;
    found |= std::none_of(list.begin(), list.end(), [&](const ExpressionPtr& entry) {
      const auto* shown = without_alias(entry)->as<AttributeReference>();
      return shown && shown->id == column->id;
    });
    return !found;
  });
  return found;
}

void check_orderable_keys(const std::vector<ExpressionPtr>& keys) {
  for (const ExpressionPtr& key : keys) {
    if (!key->type.is(TypeKind::kVariant)) continue;
    throw SparkError("GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE",
                     {{"sqlExpr", "\"" + print_name(*key) + "\""}, {"dataType", "\"" + key->type.sql() + "\""}});
  }
}

}  // namespace

RelationPtr Resolver::aggregate(const Aggregate& node) {
  if (const auto windowed = with_time_windows(node)) return aggregate(*windowed);
  if (RelationPtr rows = rows_with_having(node)) return rows;
  return node.kind == GroupKind::kPivot ? pivot(node) : aggregate_over(node, resolve(node.child));
}

// GROUP BY ALL: the entries without aggregates (ResolveReferencesInAggregate.expandGroupByAll).
std::vector<ExpressionPtr> Resolver::keys_of_all(const std::vector<ExpressionPtr>& list, const Scope& scope) {
  std::vector<ExpressionPtr> keys;
  for (const ExpressionPtr& e : list) {
    if (!contains_aggregate(e)) keys.push_back(e);
  }
  if (!keys.empty()) return keys;
  const bool is_unclear = std::any_of(list.begin(), list.end(), reads_column_outside_aggregates);
  if (is_unclear && scope.attributes) throw SparkError("UNRESOLVED_ALL_IN_GROUP_BY", {});
  return keys;
}

RelationPtr Resolver::aggregate_over(const Aggregate& node, const RelationPtr& child) {
  if (RelationPtr generated = generators_over_groups(node, child)) return generated;
  check_positions_beside_star(node);
  const Scope scope = scope_of(child);
  std::vector<ExpressionPtr> list = named_list(node.aggregates, scope);
  if (node.having) check_having_beside_aliases(list);
  const std::set<AttributeId> lateral = inline_lateral_aliases(list);
  for (ExpressionPtr& e : list) e = with_known_membership(e, false);
  Grouping grouping;
  std::vector<ExpressionPtr> given;
  // |> SELECT … GROUP BY takes what SELECT takes.
  const bool is_select = !node.adds_grouping_columns && (!node.grouping.empty() || node.kind != GroupKind::kGroupBy);
  const bool is_pipe = pipe_inputs_.contains(child.get()) && !is_select;
  std::vector<ExpressionPtr> inputs;
  for (const Attribute& column : child->output) inputs.push_back(reference(column));
  {
    const struct Restore {
      bool *flag, before;
      ~Restore() { *flag = before; }
    } restore{&allows_generators_, allows_generators_};
    allows_generators_ |= node.kind == GroupKind::kGroupBy;
    for (const ExpressionPtr& e : node.grouping) {
      // A position behind |> AGGREGATE counts the input's columns.
      given.push_back(with_known_membership(grouping_expression(e, is_pipe ? inputs : list, scope), false));
    }
  }
  if (is_pipe) check_pipe_aggregates(list);
  if (node.kind == GroupKind::kAll) {
    // A column or an alias named "all" comes before the key word.
    const ExpressionPtr name = make_expression(UnresolvedAttribute{{"all"}, {}});
    try {
      const ExpressionPtr column = grouping_expression(name, list, scope);
      given = is_far(column) ? keys_of_all(list, scope) : std::vector<ExpressionPtr>{column};
    } catch (const SparkError& error) {
      if (!is_unresolved_column(error)) throw;
      given = keys_of_all(list, scope);
    }
  }
  for (const ExpressionPtr& key : given) {
    const auto* alias_node = key->as<Alias>();
    if (!alias_node || !lateral.contains(alias_node->id)) continue;
    throw SparkError("UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_GROUP_BY", {});
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
  if (node.having) return aggregate_with_having(node, child, std::move(grouping), list);
  std::vector<ExpressionPtr> used = list;
  used.insert(used.end(), grouping.keys.begin(), grouping.keys.end());
  const std::vector<ExpressionPtr> keys = grouping.keys;
  RelationPtr groups = build_aggregate(with_exposed(child, used), std::move(grouping), std::move(list), nullptr);
  check_no_generator_key(keys);
  return groups;
}

// HAVING: outside of aggregates a name is a grouping column, or else a name of the SELECT list.
RelationPtr Resolver::aggregate_with_having(const Aggregate& node, const RelationPtr& child, Grouping grouping,
                                            const std::vector<ExpressionPtr>& list) {
  std::vector<ExpressionPtr> used = list;
  used.insert(used.end(), grouping.keys.begin(), grouping.keys.end());
  build_aggregate(with_exposed(child, used), grouping, list, nullptr);  // its errors come first
  const Attributes shown = attributes_of(list);
  const auto build = [&](bool prefers_shown) {
    const ExpressionPtr having = having_condition(node.having, child, shown, prefers_shown);
    std::vector<ExpressionPtr> all = used;
    all.push_back(having);
    return build_aggregate(with_exposed(child, all), grouping, list, having);
  };
  const auto is_about_groups = [](const SparkError& error) {
    return error.condition() == "MISSING_AGGREGATION" || error.condition() == "MISSING_GROUP_BY";
  };
  try {
    return build(false);
  } catch (const SparkError& error) {
    // Before a bracket a column of the input is meant even where it has no such part.
    if (error.condition() == "INVALID_EXTRACT_BASE_FIELD_TYPE" && holds_extraction(node.having)) throw;
    if (!is_failed_name(error) && !is_about_groups(error)) throw;
  }
  try {
    return build(true);
  } catch (const SparkError& error) {
    if (error.condition() == "AMBIGUOUS_REFERENCE") throw;
    if (!is_failed_name(error) && !is_about_groups(error)) throw;
    throw_unresolved_having(node.having, shown, error);
  }
}

ExpressionPtr Resolver::having_condition(const ExpressionPtr& e, const RelationPtr& child,
                                         const Attributes& shown, bool prefers_shown) {
  const Scope scope{&child->output, outer_scope_, child.get(), &shown, true};
  const ExpressionPtr having = condition(prefers_shown ? with_names_of(e, shown) : e, scope, "HAVING");
  check_no_window(having, "HAVING");
  return with_known_membership(having, true);
}

// Outside of aggregate calls the names that the SELECT list has mean its entries.
ExpressionPtr Resolver::with_names_of(const ExpressionPtr& e, const Attributes& shown) {
  if (const auto* name = e->as<UnresolvedAttribute>()) {
    const ExpressionPtr found = name->plan_id ? nullptr : try_attribute(name->parts, shown, e->origin);
    return found ? found : e;
  }
  if (const auto* call = e->as<UnresolvedFunction>()) {
    const functions::Function* row = functions::find_function(lower_case(call->name.back()));
    if (row && row->kind == FunctionKind::kAggregate) return e;
  }
  std::vector<ExpressionPtr> below = children(*e);
  bool is_changed = false;
  for (ExpressionPtr& one : below) {
    ExpressionPtr named_one = with_names_of(one, shown);
    is_changed |= named_one != one;
    one = std::move(named_one);
  }
  return is_changed ? with_children(*e, std::move(below)) : e;
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

// grouping() and grouping_id() stand only over grouping sets, and name their keys.
ExpressionPtr Resolver::checked_grouping_calls(const ExpressionPtr& list_entry, const Grouping& grouping) {
  return transform_up(list_entry, [&](const ExpressionPtr& e) -> ExpressionPtr {
    if (!is_grouping_call(*e)) return nullptr;
    if (!grouping.has_sets) throw SparkError("UNSUPPORTED_GROUPING_EXPRESSION", {}, contexts_of(e->origin));
    const auto& call_node = std::get<FunctionCall>(e->node);
    check_grouping_arguments(call_node, grouping.keys, e->origin);
    const std::vector<ExpressionPtr>& named_keys = call_node.arguments.empty() ? grouping.keys : call_node.arguments;
    const bool has_all = !named_keys.empty() && std::all_of(named_keys.begin(), named_keys.end(), [&](const ExpressionPtr& key) {
      return is_in_some_set(grouping, *key);
    });
    if (!has_all) return grouping_bits(named_keys, grouping, *e);
    if (!call_node.arguments.empty()) return nullptr;
    FunctionCall whole = call_node;
    whole.arguments = grouping.keys;
    return make_typed(std::move(whole), e->type, e->nullable, e->origin);
  });
}

// The number of a grouping set where some keys stand in none: their bits are always set.
ExpressionPtr Resolver::grouping_bits(const std::vector<ExpressionPtr>& keys, const Grouping& grouping,
                                      const Expression& e) {
  const auto number = [](int64_t value) { return make_literal({Type::long_integer(), value}); };
  ExpressionPtr bits = number(0);
  for (size_t i = 0; i < keys.size(); ++i) {
    const int64_t weight = int64_t{1} << (keys.size() - 1 - i);
    ExpressionPtr bit = number(weight);
    if (is_in_some_set(grouping, *keys[i])) {
      bit = bound("*", {cast_to(bound("grouping", {keys[i]}), Type::long_integer(), rules()), bit});
    }
    bits = bound("+", {bits, bit});
  }
  return cast_to(bits, e.type, rules());
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
    // A key of no set is null in all groups.
    const ExpressionPtr value = is_in_some_set(grouping, *key) ? key : make_null_literal(key->type);
    columns.push_back(make_typed(Alias{value, {print_name(*key)}, {}, next_attribute_id()}, key->type, key->nullable || is_left_out));
  }
  return columns;
}

// An Aggregate node that computes grouping expressions and aggregate calls as columns, and a projection above it for what is built from them.
RelationPtr Resolver::build_aggregate(RelationPtr child, Grouping grouping,
                                      std::vector<ExpressionPtr> list, const ExpressionPtr& having) {
  check_orderable_keys(grouping.keys);
  check_no_outer(grouping.keys, list);
  const std::vector<ExpressionPtr> keys = grouping.keys;  // as the list has them
  for (ExpressionPtr& key : grouping.keys) key = with_sorted_maps(key);
  std::vector<ExpressionPtr> columns = with_key_names(key_columns(grouping), grouping.keys, keys);
  const auto lift_one = [&](const ExpressionPtr& e) {
    return lift(checked_grouping_calls(e, grouping), keys, [&](const ExpressionPtr& part, const std::string& name) {
      for (size_t i = 0; i < keys.size(); ++i) {
        if (!same_value(keys[i], part)) continue;
        return grouping.has_sets ? reference(attribute_of(*columns[i])) : spelled_as(column_for(grouping.keys[i], name, columns), *part);
      }
      return column_for(part, name, columns);
    });
  };
  const auto lifted = [&](const ExpressionPtr& e, bool is_having) {
    ExpressionPtr result = with_queries_over_groups(lift_one(e), is_having, list, columns, lift_one);
    check_grouped(result, columns);
    return result;
  };
  std::vector<ExpressionPtr> above;
  for (const ExpressionPtr& e : list) above.push_back(lifted(e, false));
  for (const ExpressionPtr& e : above) check_no_correlated_scalar(e);
  ExpressionPtr filter_above = having ? lifted(without_aliases(having, list), true) : nullptr;
  if (having) check_no_outer({}, columns);
  const bool is_closed = std::any_of(above.begin(), above.end(), contains_window) ||
                         (having && needs_more_than(filter_above, above));
  // GROUPING SETS (()) alone is the aggregate of the whole.
  const bool is_whole = grouping.keys.empty() && grouping.sets.size() == 1 && is_enabled(context_, "spark.sql.analyzer.lowerEmptyGroupingSetToGlobalAggregate.enabled");
  const bool has_total = !is_whole && std::any_of(grouping.sets.begin(), grouping.sets.end(), [](const auto& set) { return set.empty(); });
  if (has_total) {
    // Spark has no total of no rows: it expands the rows first.
    ExpressionPtr rows = column_for(bound("count", {make_integer_literal(1)}), "count(1)", columns);
    ExpressionPtr has_rows = bound(">", {rows, make_literal({Type::long_integer(), int64_t{0}})});
    filter_above = filter_above ? bound("and", {has_rows, filter_above}) : has_rows;
  }
  Aggregate node;
  node.child = child;
  std::copy_if(grouping.keys.begin(), grouping.keys.end(), std::back_inserter(node.grouping),
               [&](const ExpressionPtr& key) { return !grouping.has_sets || is_in_some_set(grouping, *key); });
  node.aggregates = columns;
  if (grouping.has_sets) node.kind = GroupKind::kGroupingSets;
  for (const std::vector<size_t>& set : grouping.sets) {
    node.grouping_sets.emplace_back();
    for (size_t position : set) node.grouping_sets.back().push_back(grouping.keys[position]);
  }
  // Names over the child's own columns keep their metadata and their qualifier.
  Attributes output;
  std::unordered_map<AttributeId, const Attribute*> columns_below;
  for (const Attribute& below : child->output) columns_below[below.id] = &below;
  for (const ExpressionPtr& column : columns) {
    Attribute attribute = attribute_of(*column);
    const auto* source = without_alias(column)->as<AttributeReference>();
    if (const auto below = source ? columns_below.find(source->id) : columns_below.end(); below != columns_below.end()) {
      attribute.metadata = below->second->metadata;
      attribute.qualifier = below->second->qualifier;
    }
    output.push_back(std::move(attribute));
  }
  RelationPtr result = make_resolved(std::move(node), output);
  if (filter_above) result = make_resolved(Filter{result, filter_above}, output);
  result = with_windows(result, std::move(above));
  if (is_closed) closed_groups_.insert(result);
  return result;
}

// Replaces grouping expressions and aggregate calls by the columns that hold them.
ExpressionPtr Resolver::lift(const ExpressionPtr& e, const std::vector<ExpressionPtr>& grouping,
                             const std::function<ExpressionPtr(const ExpressionPtr&, const std::string&)>& column_for) {
  for (const ExpressionPtr& g : grouping) {
    if (same_value(g, e)) return column_for(same_expression(*g, *e) ? e : g, print_name(*g));
  }
  if (is_grouping_call(*e)) return column_for(e, print_name(*e));
  if (is_aggregate_call(*e)) {
    for (const ExpressionPtr& child : children(*e)) {
      if (contains_aggregate(child)) throw SparkError("NESTED_AGGREGATE_FUNCTION", {});
      if (contains_drawn(child) || asks_for_file(child)) {
        throw SparkError("AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION",
                         {{"sqlExpr", "\"" + print_name(*e) + "\""}}, contexts_of(e->origin));
      }
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
  bool is_newly_nullable = false;  // a key that a grouping set leaves out
  for (const ExpressionPtr& child : children(*e)) {
    replaced.push_back(lift(child, grouping, column_for));
    is_changed |= replaced.back() != child;
    is_newly_nullable |= replaced.back()->nullable && !child->nullable;
  }
  ExpressionPtr lifted = is_changed ? with_children(*e, std::move(replaced)) : e;
  if (is_newly_nullable && passes_nulls_on(*lifted)) {
    auto copy = std::make_shared<Expression>(*lifted);
    copy->nullable = true;
    lifted = std::move(copy);
  }
  const auto* query = lifted->as<Subquery>();
  return query && query->is_function_body ? over_groups(lifted, *query, grouping, column_for) : lifted;
}

}  // namespace firesteel::analyze
