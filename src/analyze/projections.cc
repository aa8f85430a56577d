// Select lists: aggregates without GROUP BY, window functions and generators become nodes of their
// own below the projection; GROUP BY with everything that may stand above it.
#include <algorithm>

#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/function.h"

namespace firesteel::analyze {

using namespace plan;
using functions::FunctionKind;

namespace {

const FunctionCall* call_of_kind(const Expression& e, FunctionKind kind) {
  const auto* call = e.as<FunctionCall>();
  return call && call->function->kind == kind ? call : nullptr;
}

bool refers_only_to(const ExpressionPtr& e, const std::vector<Attribute>& attributes) {
  bool fits = true;
  walk(e, [&](const ExpressionPtr& node) {
    if (const auto* column = node->as<AttributeReference>()) {
      fits &= std::any_of(attributes.begin(), attributes.end(),
                          [&](const Attribute& a) { return a.id == column->id; });
    }
    return fits;
  });
  return fits;
}

}  // namespace

bool contains_window(const ExpressionPtr& expression) {
  bool found = false;
  walk(expression, [&](const ExpressionPtr& e) {
    found |= e->as<Window>() != nullptr;
    return !found;
  });
  return found;
}

bool contains_aggregate(const ExpressionPtr& expression) {
  bool found = false;
  walk(expression, [&](const ExpressionPtr& e) {
    if (const auto* window = e->as<Window>()) {
      // The window's own function is none; what it works on may hold one.
      for (const ExpressionPtr& child : children(*window->function)) found |= contains_aggregate(child);
      for (const ExpressionPtr& child : window->partition_by) found |= contains_aggregate(child);
      for (const ExpressionPtr& child : window->order_by) found |= contains_aggregate(child);
      return false;
    }
    found |= call_of_kind(*e, FunctionKind::kAggregate) != nullptr;
    return !found;
  });
  return found;
}

const Expression* find_generator(const ExpressionPtr& expression) {
  const Expression* found = nullptr;
  walk(expression, [&](const ExpressionPtr& e) {
    if (call_of_kind(*e, FunctionKind::kGenerator)) found = e.get();
    return !found;
  });
  return found;
}

namespace {

bool mentions_file_name(const std::vector<ExpressionPtr>& list) {
  bool found = false;
  for (const ExpressionPtr& e : list) {
    walk(e, [&](const ExpressionPtr& node) {
      const auto* call = node->as<UnresolvedFunction>();
      found |= call && call->arguments.empty() && call->name.back() == "input_file_name";
      return !found;
    });
  }
  return found;
}

// The relation with the hidden column input_file_name of the scan below; null when the rows come
// from no single scan.
RelationPtr with_file_name(const RelationPtr& relation, Attribute& column) {
  auto copy = std::make_shared<Relation>(*relation);
  if (const auto* scan = relation->as<Scan>()) {
    column = {next_attribute_id(), "input_file_name", Type::string(), false, {}, {}};
    Scan with_column = *scan;
    with_column.metadata_columns.push_back("input_file_name");
    copy->node = std::move(with_column);
    copy->output.push_back(column);
    return copy;
  }
  const bool passes_rows = relation->as<Project>() || relation->as<Filter>() ||
                           relation->as<Limit>() || relation->as<Sort>() ||
                           relation->as<Repartition>() || relation->as<Sample>();
  if (!passes_rows) return nullptr;
  RelationPtr below = with_file_name(children(*relation)[0], column);
  if (!below) return nullptr;
  if (const auto* project = relation->as<Project>()) {
    Project wider = *project;
    wider.expressions.push_back(reference(column));
    copy->node = std::move(wider);
  }
  copy = std::const_pointer_cast<Relation>(with_children(*copy, {below}));
  copy->output.push_back(column);
  return copy;
}

}  // namespace

RelationPtr Resolver::project(RelationPtr child, const std::vector<ExpressionPtr>& list) {
  if (mentions_file_name(list) && !file_name_) {
    Attribute column;
    RelationPtr wider = with_file_name(child, column);
    // Without a file below, Spark's input_file_name() is the empty string.
    file_name_ = wider ? reference(column) : make_string_literal("");
    // A star above must not see the hidden column.
    const Attributes visible = child->output;
    std::vector<ExpressionPtr> expanded;
    for (const ExpressionPtr& e : list) {
      if (const auto* star = e->as<UnresolvedStar>()) {
        expand_star(*star, Scope{&visible, nullptr, child.get()}, expanded);
      } else {
        expanded.push_back(e);
      }
    }
    RelationPtr result = project(wider ? wider : child, expanded);
    file_name_ = nullptr;
    return result;
  }
  Scope scope{&child->output, nullptr, child.get()};
  // Generators first: their columns replace them in the list.
  std::vector<ExpressionPtr> entries;
  for (const ExpressionPtr& e : list) {
    const auto* alias_node = e->as<Alias>();
    const ExpressionPtr& inner = alias_node ? alias_node->child : e;
    const auto* call = inner->as<UnresolvedFunction>();
    const functions::Function* row = call ? functions::find_function(call->name.back()) : nullptr;
    if (!row || row->kind != FunctionKind::kGenerator) {
      entries.push_back(e);
      continue;
    }
    const bool is_repeated = std::any_of(entries.begin(), entries.end(), [](const ExpressionPtr& x) {
      return x->as<AttributeReference>() && x->origin.function_name == "generator";
    });
    if (is_repeated) {
      throw SparkError("UNSUPPORTED_GENERATOR.MULTI_GENERATOR",
                       {{"num", "2"}, {"generators", "\"" + print_name(*inner) + "\""}});
    }
    std::vector<std::string> names = alias_node ? alias_node->names : std::vector<std::string>{};
    child = generate(child, inner, names);
    scope = Scope{&child->output, nullptr, child.get()};
    const auto& generated = child->as<Generate>()->generated;
    for (const Attribute& attribute : generated) {
      ExpressionPtr column = make_typed(AttributeReference{attribute.id, attribute.name, {}, false},
                                        attribute.type, attribute.nullable);
      std::const_pointer_cast<Expression>(column)->origin.function_name = "generator";
      entries.push_back(column);
    }
  }
  if (child->as<Generate>() && !list.empty()) {
    // A star in the list does not see the generated columns.
    Attributes visible = child->output;
    const auto& generated = child->as<Generate>()->generated;
    visible.resize(visible.size() - generated.size());
    std::vector<ExpressionPtr> expanded;
    const Scope plain{&visible, nullptr, nullptr};
    bool has_generator = std::any_of(entries.begin(), entries.end(), [](const ExpressionPtr& x) {
      return x->as<AttributeReference>() && x->origin.function_name == "generator";
    });
    if (has_generator) {
      std::vector<ExpressionPtr> resolved;
      for (const ExpressionPtr& e : entries) {
        for (ExpressionPtr& one : named_list({e}, plain)) resolved.push_back(std::move(one));
      }
      return finish_project(child, std::move(resolved));
    }
  }
  return finish_project(child, named_list(entries, scope));
}

// The list is resolved and named; pulls aggregates and windows out of it.
RelationPtr Resolver::finish_project(RelationPtr child, std::vector<ExpressionPtr> named) {
  for (const ExpressionPtr& e : named) {
    if (const Expression* generator = find_generator(e)) {
      throw SparkError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
                       {{"expression", "\"" + print_name(*generator) + "\""}});
    }
  }
  const bool has_aggregate = std::any_of(named.begin(), named.end(), contains_aggregate);
  if (has_aggregate) return build_aggregate(std::move(child), {}, std::move(named), nullptr);
  return with_windows(std::move(child), std::move(named));
}

// Windows become columns of WindowColumns nodes below the projection.
RelationPtr Resolver::with_windows(RelationPtr child, std::vector<ExpressionPtr> named) {
  std::vector<ExpressionPtr> windows;
  std::vector<ExpressionPtr> bare;  // a window function without OVER
  for (ExpressionPtr& e : named) {
    e = transform_up(e, [&](const ExpressionPtr& node) -> ExpressionPtr {
      if (!node->as<Window>()) return nullptr;
      for (const ExpressionPtr& known : windows) {
        if (same_expression(*known->as<Alias>()->child, *node)) {
          return reference(attribute_of(*known));
        }
      }
      Alias hidden{node, {print_name(*node)}, {}, next_attribute_id()};
      ExpressionPtr column = make_typed(std::move(hidden), node->type, node->nullable);
      windows.push_back(column);
      return reference(attribute_of(*column));
    });
    walk(e, [&](const ExpressionPtr& node) {
      if (call_of_kind(*node, FunctionKind::kWindow)) bare.push_back(node);
      return true;
    });
  }
  if (!bare.empty()) {
    throw SparkError("WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE",
                     {{"funcName", "\"" + print_name(*bare[0]) + "\""}});
  }
  if (!windows.empty()) {
    Attributes output = child->output;
    for (const ExpressionPtr& window : windows) output.push_back(attribute_of(*window));
    child = make_resolved(WindowColumns{child, windows}, std::move(output));
    // A list entry that is the window alone has become a reference with a new id: keep its name.
    for (ExpressionPtr& e : named) {
      if (e->as<AttributeReference>()) continue;
    }
  }
  return select(std::move(child), std::move(named));
}

RelationPtr Resolver::generate(RelationPtr child, const ExpressionPtr& call,
                               const std::vector<std::string>& names) {
  Scope scope{&child->output, nullptr, child.get()};
  ExpressionPtr generator = expression(call, scope);
  const auto* bound = generator->as<FunctionCall>();
  Generate node;
  node.child = child;
  node.is_outer = bound->display_name.ends_with("_outer");
  const auto& fields = generator->type.fields();
  if (!names.empty() && names.size() != fields.size() &&
      !(names.size() == 1 && fields.size() == 1)) {
    throw SparkError("UDTF_ALIAS_NUMBER_MISMATCH",
                     {{"aliasesSize", std::to_string(fields.size())},
                      {"aliasesNames", names[0]}});
  }
  for (size_t i = 0; i < fields.size(); ++i) {
    Attribute attribute;
    attribute.id = next_attribute_id();
    attribute.name = names.empty() ? fields[i].name : names[i];
    attribute.type = fields[i].type;
    attribute.nullable = fields[i].nullable || node.is_outer;
    node.generated.push_back(std::move(attribute));
  }
  node.generator = generator;
  Attributes output = child->output;
  output.insert(output.end(), node.generated.begin(), node.generated.end());
  return make_resolved(std::move(node), std::move(output));
}

RelationPtr Resolver::lateral_view(const LateralView& node) {
  RelationPtr child = resolve(node.child);
  ExpressionPtr call = node.generator;
  RelationPtr generated = generate(child, call, node.column_aliases);
  auto copy = std::make_shared<Relation>(*generated);
  Generate inner = *generated->as<Generate>();
  inner.is_outer |= node.is_outer;
  const size_t first = child->output.size();
  for (size_t i = 0; i < inner.generated.size(); ++i) {
    if (node.is_outer) inner.generated[i].nullable = true;
    inner.generated[i].qualifier = {node.table_alias};
    copy->output[first + i] = inner.generated[i];
  }
  copy->node = std::move(inner);
  return copy;
}

RelationPtr Resolver::aggregate(const Aggregate& node) {
  if (node.kind == GroupKind::kPivot) return pivot(node);
  RelationPtr child = resolve(node.child);
  if (node.kind != GroupKind::kGroupBy && node.kind != GroupKind::kAll) {
    throw_unsupported("RELATION", node.kind == GroupKind::kRollup ? "rollup"
                                  : node.kind == GroupKind::kCube ? "cube"
                                                                  : "grouping sets");
  }
  Scope scope{&child->output, nullptr, child.get()};
  std::vector<ExpressionPtr> list;
  for (const ExpressionPtr& e : node.aggregates) {
    for (ExpressionPtr& one : named_list({e}, scope)) list.push_back(std::move(one));
  }
  std::vector<ExpressionPtr> grouping;
  for (const ExpressionPtr& e : node.grouping) grouping.push_back(grouping_expression(e, list, scope));
  if (node.kind == GroupKind::kAll) {
    for (const ExpressionPtr& e : list) {
      if (!contains_aggregate(e)) grouping.push_back(e->as<Alias>() ? e->as<Alias>()->child : e);
    }
  }
  if (node.adds_grouping_columns) {
    std::vector<ExpressionPtr> front;
    for (size_t i = 0; i < grouping.size(); ++i) front.push_back(named(grouping[i], node.grouping[i]));
    for (size_t i = 0; i < grouping.size(); ++i) {
      if (const auto* alias_node = front[i]->as<Alias>(); alias_node && grouping[i]->as<Alias>()) grouping[i] = alias_node->child;
    }
    front.insert(front.end(), list.begin(), list.end());
    list = std::move(front);
  }
  for (ExpressionPtr& g : grouping) {
    if (g->as<Alias>()) g = g->as<Alias>()->child;
  }
  ExpressionPtr having;
  if (node.having) {
    // HAVING sees the select list's names and the input's columns.
    Attributes both = child->output;
    for (const ExpressionPtr& e : list) {
      const Attribute attribute = attribute_of(*e);
      if (std::none_of(both.begin(), both.end(), [&](const Attribute& a) { return same_name(a.name, attribute.name); })) both.push_back(attribute);
    }
    having = condition(node.having, Scope{&both, nullptr, nullptr}, "HAVING");
  }
  return build_aggregate(std::move(child), std::move(grouping), std::move(list), having);
}

// GROUP BY 1 is the first entry of the list, GROUP BY name may be an alias of it.
ExpressionPtr Resolver::grouping_expression(const ExpressionPtr& e,
                                            const std::vector<ExpressionPtr>& list,
                                            const Scope& scope) {
  if (const auto* literal = e->as<Literal>(); literal && literal->type.is(TypeKind::kInteger) && !literal->is_null() && !list.empty()) {
    const int64_t position = std::get<int64_t>(literal->value);
    if (position < 1 || position > static_cast<int64_t>(list.size())) {
      throw SparkError("GROUP_BY_POS_OUT_OF_RANGE", {{"index", std::to_string(position)}, {"size", std::to_string(list.size())}});
    }
    const ExpressionPtr& entry = list[static_cast<size_t>(position - 1)];
    if (contains_aggregate(entry)) {
      throw SparkError("GROUP_BY_POS_AGGREGATE", {{"index", std::to_string(position)}, {"aggExpr", print_name(*entry)}});
    }
    return entry;
  }
  try {
    ExpressionPtr resolved = expression(e, scope);
    if (contains_aggregate(resolved)) {
      throw SparkError("GROUP_BY_AGGREGATE", {{"sqlExpr", print_name(*resolved)}});
    }
    return resolved;
  } catch (const SparkError& error) {
    const auto* name = e->as<UnresolvedAttribute>();
    if (!name || name->parts.size() != 1 || !error.condition().starts_with("UNRESOLVED_COLUMN")) throw;
    for (const ExpressionPtr& entry : list) {
      const auto* alias_node = entry->as<Alias>();
      if (alias_node && alias_node->names.size() == 1 && same_name(alias_node->names[0], name->parts[0])) return entry;
    }
    throw;
  }
}

// An Aggregate node that computes grouping expressions and aggregate calls as columns, and a
// projection above it for what is built from them.
RelationPtr Resolver::build_aggregate(RelationPtr child, std::vector<ExpressionPtr> grouping,
                                      std::vector<ExpressionPtr> list, const ExpressionPtr& having) {
  std::vector<ExpressionPtr> columns;  // of the Aggregate node
  for (const ExpressionPtr& g : grouping) {
    if (g->type.is(TypeKind::kMap)) {
      throw SparkError("GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE", {{"sqlExpr", "\"" + print_name(*g) + "\""}, {"dataType", "\"" + g->type.sql() + "\""}});
    }
  }
  auto column_for = [&](const ExpressionPtr& e, const std::string& name) {
    for (const ExpressionPtr& known : columns) {
      const auto* alias_node = known->as<Alias>();
      if (same_expression(alias_node ? *alias_node->child : *known, *e)) return reference(attribute_of(*known));
    }
    ExpressionPtr column = e->as<AttributeReference>() ? e : make_typed(Alias{e, {name}, {}, next_attribute_id()}, e->type, e->nullable);
    columns.push_back(column);
    return reference(attribute_of(*column));
  };
  for (const ExpressionPtr& g : grouping) column_for(g, print_name(*g));
  const size_t grouping_count = columns.size();
  auto rewrite = [&](const ExpressionPtr& e) { return lift(e, grouping, column_for); };
  std::vector<ExpressionPtr> above;
  for (const ExpressionPtr& e : list) {
    ExpressionPtr lifted = rewrite(e);
    check_grouped(lifted, columns, e);
    above.push_back(std::move(lifted));
  }
  ExpressionPtr filter_above;
  if (having) {
    ExpressionPtr expanded = transform_up(having, [&](const ExpressionPtr& e) -> ExpressionPtr {
      const auto* column = e->as<AttributeReference>();
      if (!column) return nullptr;
      for (const ExpressionPtr& entry : list) {
        const auto* alias_node = entry->as<Alias>();
        if (alias_node && alias_node->id == column->id) return alias_node->child;
      }
      return nullptr;
    });
    filter_above = rewrite(expanded);
    check_grouped(filter_above, columns, having);
  }
  (void)grouping_count;
  Aggregate node;
  node.child = child;
  node.grouping = grouping;
  node.aggregates = columns;
  // Names over the child's own columns keep their metadata.
  Attributes output;
  for (const ExpressionPtr& column : columns) {
    Attribute attribute = attribute_of(*column);
    for (const Attribute& below : child->output) {
      if (below.id == attribute.id) { attribute.metadata = below.metadata; attribute.qualifier = below.qualifier; }
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
  if (call_of_kind(*e, FunctionKind::kAggregate)) {
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
