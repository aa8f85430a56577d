// Entries of a SELECT list that use an alias of the same list. Source: ResolveLateralColumnAliasReference of Spark 4.2.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "analyze/lateral_aliases.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/function.h"

namespace firesteel::analyze {

using namespace plan;

std::set<AttributeId> alias_ids(const std::vector<ExpressionPtr>& named) {
  std::set<AttributeId> ids;
  for (const ExpressionPtr& e : named) {
    if (const auto* alias = e->as<Alias>()) ids.insert(alias->id);
  }
  return ids;
}

bool uses_any(const ExpressionPtr& e, const std::set<AttributeId>& ids) {
  if (const auto* column = e->as<AttributeReference>()) return ids.contains(column->id);
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

namespace {

// The name of the first alias of the list that the expression uses, as errors show it.
std::string used_alias(const ExpressionPtr& e, const std::vector<ExpressionPtr>& named) {
  std::string name;
  walk(e, [&](const ExpressionPtr& node) {
    const auto* column = node->as<AttributeReference>();
    for (const ExpressionPtr& one : named) {
      const auto* alias = one->as<Alias>();
      if (column && alias && alias->id == column->id) name = quoted_name({alias->names.at(0)});
    }
    return name.empty();
  });
  return name;
}

// Spark computes aliases above the groups, so that no aggregate can read them.
void check_aggregates_of_aliases(const std::vector<ExpressionPtr>& named, const std::set<AttributeId>& own) {
  for (const ExpressionPtr& e : named) {
    walk(e, [&](const ExpressionPtr& node) {
      const auto* call = node->as<FunctionCall>();
      if (!call || call->function->kind != functions::FunctionKind::kAggregate || !uses_any(node, own)) return true;
      throw SparkError("UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_AGGREGATE_FUNC",
                       {{"lca", used_alias(node, named)}, {"aggFunc", "\"" + print_name(*node) + "\""}});
    });
  }
}

}  // namespace

void Resolver::check_window_of_aliases(const Window& window) const {
  if (!lateral_aliases_) return;
  const ExpressionPtr whole = make_expression(window);
  if (!uses_any(whole, alias_ids(*lateral_aliases_))) return;
  std::string text = print_name(*whole);
  if (!window.frame) text.insert(text.size() - 1, text.ends_with("(") || text.ends_with("()") ? "unspecifiedframe$()" : " unspecifiedframe$()");
  throw SparkError("UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_WINDOW",
                   {{"lca", used_alias(whole, *lateral_aliases_)}, {"windowExpr", "\"" + text + "\""}});
}

void Resolver::check_having_beside_aliases(const std::vector<ExpressionPtr>& named) const {
  if (std::none_of(named.begin(), named.end(), contains_window)) return;
  for (const ExpressionPtr& e : named) {
    const std::string name = used_alias(e, named);
    if (!name.empty()) throw SparkError("UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_AGGREGATE_WITH_WINDOW_AND_HAVING", {{"lca", name}});
  }
}

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
std::set<AttributeId> Resolver::inline_lateral_aliases(std::vector<ExpressionPtr>& named) {
  const std::set<AttributeId> own = alias_ids(named);
  check_aggregates_of_aliases(named, own);
  std::set<AttributeId> users;
  for (size_t i = 0; i < named.size(); ++i) {
    if (!uses_any(named[i], own)) continue;
    users.insert(attribute_of(*named[i]).id);
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
  return users;
}

}  // namespace firesteel::analyze
