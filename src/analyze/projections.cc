// Select lists: window functions and generators become nodes of their own below the projection, and
// aliases that later entries use a projection of their own.
#include <algorithm>
#include <set>

#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/function.h"

namespace firesteel::analyze {

using namespace plan;
using Attributes = std::vector<Attribute>;
using functions::FunctionKind;

namespace {

const FunctionCall* call_of_kind(const Expression& e, FunctionKind kind) {
  const auto* call = e.as<FunctionCall>();
  return call && call->function->kind == kind ? call : nullptr;
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
        expand_star(*star, Scope{&visible, outer_scope_, child.get()}, expanded);
      } else {
        expanded.push_back(e);
      }
    }
    RelationPtr result = project(wider ? wider : child, expanded);
    file_name_ = nullptr;
    return result;
  }
  // Generators first: their columns replace them in the list, where a star does not see them.
  const RelationPtr source = child;
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
    const std::vector<std::string> names = alias_node ? alias_node->names : std::vector<std::string>{};
    child = generate(child, scope_of(source), inner, names);
    for (const Attribute& column : child->as<Generate>()->generated) {
      entries.push_back(reference(column));
    }
  }
  std::vector<ExpressionPtr> named = named_list(entries, scope_of(source));
  child = with_exposed(child, named);
  return finish_project(std::move(child), std::move(named));
}

// The list is resolved and named; pulls aggregates and windows out of it.
RelationPtr Resolver::finish_project(RelationPtr child, std::vector<ExpressionPtr> named) {
  for (const ExpressionPtr& e : named) {
    if (!find_generator(e)) continue;
    const auto* alias_node = e->as<Alias>();
    throw SparkError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
                     {{"expression", "\"" + print_name(alias_node ? *alias_node->child : *e) + "\""}});
  }
  for (ExpressionPtr& e : named) e = with_known_membership(e, false);
  const bool has_aggregate = std::any_of(named.begin(), named.end(), contains_aggregate);
  if (has_aggregate) {
    inline_lateral_aliases(named);
    return build_aggregate(std::move(child), {}, std::move(named), nullptr);
  }
  child = with_lateral_levels(std::move(child), named);
  return with_windows(std::move(child), std::move(named));
}

namespace {

std::set<AttributeId> alias_ids(const std::vector<ExpressionPtr>& named) {
  std::set<AttributeId> ids;
  for (const ExpressionPtr& e : named) {
    if (const auto* alias = e->as<Alias>()) ids.insert(alias->id);
  }
  return ids;
}

bool uses_any(const ExpressionPtr& e, const std::set<AttributeId>& ids) {
  bool found = false;
  walk(e, [&](const ExpressionPtr& node) {
    const auto* column = node->as<AttributeReference>();
    found |= column && ids.contains(column->id);
    if (const auto* subquery = node->as<Subquery>()) {
      for (AttributeId id : subquery->outer_references) found |= ids.contains(id);
    }
    return !found;
  });
  return found;
}

}  // namespace

// Entries that use an alias of the same list stand a projection above it.
RelationPtr Resolver::with_lateral_levels(RelationPtr child, std::vector<ExpressionPtr>& named) {
  for (;;) {
    const std::set<AttributeId> own = alias_ids(named);
    if (std::none_of(named.begin(), named.end(), [&](const ExpressionPtr& e) { return uses_any(e, own); })) return child;
    std::vector<ExpressionPtr> level;
    for (const Attribute& column : child->output) level.push_back(reference(column));
    for (ExpressionPtr& e : named) {
      if (uses_any(e, own)) continue;
      if (e->as<Alias>()) level.push_back(e);
      e = reference(attribute_of(*e));
    }
    child = with_windows(std::move(child), std::move(level));
  }
}

// Over groups the alias's expression takes the alias's place.
void Resolver::inline_lateral_aliases(std::vector<ExpressionPtr>& named) {
  const std::set<AttributeId> own = alias_ids(named);
  for (size_t i = 0; i < named.size(); ++i) {
    if (!uses_any(named[i], own)) continue;
    named[i] = transform_up(named[i], [&](const ExpressionPtr& e) -> ExpressionPtr {
      const auto* column = e->as<AttributeReference>();
      if (!column) return nullptr;
      for (size_t k = 0; k < i; ++k) {
        const auto* alias = named[k]->as<Alias>();
        if (alias && alias->id == column->id) return alias->child;
      }
      return nullptr;
    });
  }
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
  // A window over another's result stands above it.
  while (!windows.empty()) {
    const std::set<AttributeId> own = alias_ids(windows);
    std::vector<ExpressionPtr> level;
    for (const ExpressionPtr& window : windows) {
      if (!uses_any(window, own)) level.push_back(window);
    }
    std::erase_if(windows, [&](const ExpressionPtr& window) { return !uses_any(window, own); });
    Attributes output = child->output;
    for (const ExpressionPtr& window : level) output.push_back(attribute_of(*window));
    child = make_resolved(WindowColumns{child, std::move(level)}, std::move(output));
  }
  return select(std::move(child), std::move(named));
}

RelationPtr Resolver::generate(RelationPtr child, const Scope& scope, const ExpressionPtr& call,
                               const std::vector<std::string>& names) {
  ExpressionPtr generator = expression(call, scope);
  const auto* bound = generator->as<FunctionCall>();
  child = with_exposed(child, {generator});
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
  RelationPtr generated = generate(child, scope_of(child), call, node.column_aliases);
  auto copy = std::make_shared<Relation>(*generated);
  Generate inner = *generated->as<Generate>();
  inner.is_outer |= node.is_outer;
  const size_t first = generated->output.size() - generated->as<Generate>()->generated.size();
  for (size_t i = 0; i < inner.generated.size(); ++i) {
    if (node.is_outer) inner.generated[i].nullable = true;
    inner.generated[i].qualifier = {node.table_alias};
    copy->output[first + i] = inner.generated[i];
  }
  copy->node = std::move(inner);
  return copy;
}

}  // namespace firesteel::analyze
