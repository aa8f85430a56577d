// What stands in GROUP BY: expressions, positions and aliases of the list.
#include <algorithm>

#include "analyze/call_checks.h"
#include "analyze/qualified_names.h"
#include "analyze/resolver.h"
#include "analyze/unresolved.h"
#include "base/error.h"
#include "base/text.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

const ExpressionPtr& below_alias(const ExpressionPtr& e) {
  const auto* alias = e->as<Alias>();
  return alias ? alias->child : e;
}

void refuse_aggregate(const ExpressionPtr& key, const Origin& origin) {
  if (!contains_aggregate(key)) return;
  throw SparkError("GROUP_BY_AGGREGATE", {{"sqlExpr", print_qualified(*below_alias(key))}}, contexts_of(origin));
}

}  // namespace

// The first entry of the list that has the name as its alias, or null.
ExpressionPtr Resolver::entry_named(const std::vector<ExpressionPtr>& list, const ExpressionPtr& name) const {
  const auto* column = name->as<UnresolvedAttribute>();
  if (!column || column->parts.size() != 1) return nullptr;
  const auto found = std::find_if(list.begin(), list.end(), [&](const ExpressionPtr& entry) {
    const auto* alias = entry->as<Alias>();
    return alias && alias->names.size() == 1 && same_name(alias->names[0], column->parts[0]);
  });
  return found == list.end() ? nullptr : *found;
}

// GROUP BY 1 is the first entry of the list.
ExpressionPtr Resolver::grouping_by_position(const Expression& e, int64_t position, const std::vector<ExpressionPtr>& list) {
  if (position < 1 || position > static_cast<int64_t>(list.size())) {
    throw SparkError("GROUP_BY_POS_OUT_OF_RANGE", {{"index", std::to_string(position)}, {"size", std::to_string(list.size())}},
                     contexts_of(e.origin));
  }
  const ExpressionPtr& entry = list[static_cast<size_t>(position - 1)];
  if (contains_aggregate(entry)) {
    throw SparkError("GROUP_BY_POS_AGGREGATE",
                     {{"index", std::to_string(position)},
                      {"aggExpr", print_qualified(*below_alias(entry)) + " AS " + quoted_if_needed(attribute_of(*entry).name)}},
                     contexts_of(e.origin));
  }
  if (contains_window(entry)) throw SparkError("UNSUPPORTED_EXPR_FOR_OPERATOR", {{"invalidExprSqls", "\"" + print_name(*below_alias(entry)) + "\""}});
  return entry;
}

// A name may be an alias of the list where it is no column below, also inside of an expression
// (ResolveReferencesInAggregate.resolveGroupByAlias).
ExpressionPtr Resolver::grouping_expression(const ExpressionPtr& e, const std::vector<ExpressionPtr>& list, const Scope& scope) {
  const auto* literal = e->as<Literal>();
  if (literal && literal->type.is(TypeKind::kInteger) && !literal->is_null() && !list.empty() && is_enabled(context_, "spark.sql.groupByOrdinal")) {
    return grouping_by_position(*e, std::get<int64_t>(literal->value), list);
  }
  const auto takes_aliases = [&] { return is_enabled(context_, "spark.sql.groupByAliases"); };
  try {
    ExpressionPtr resolved = expression(e, scope);
    if (is_far(resolved) && takes_aliases()) {
      if (ExpressionPtr entry = entry_named(list, e)) return entry;
    }
    refuse_aggregate(resolved, e->origin);
    return resolved;
  } catch (const SparkError& error) {
    if (!error.condition().starts_with("UNRESOLVED_COLUMN") || !takes_aliases()) throw;
    const ExpressionPtr replaced = transform_up(e, [&](const ExpressionPtr& node) -> ExpressionPtr {
      const ExpressionPtr entry = entry_named(list, node);
      return entry && !is_name_of_column(node, scope) ? entry : nullptr;
    });
    if (replaced == e) throw;
    if (replaced->as<Alias>()) {
      refuse_aggregate(replaced, e->origin);
      return replaced;
    }
    const ExpressionPtr resolved = expression(transform_up(replaced, [](const ExpressionPtr& node) -> ExpressionPtr {
      return node->as<Alias>() ? node->as<Alias>()->child : nullptr;
    }), scope);
    refuse_aggregate(resolved, e->origin);
    return resolved;
  }
}

bool Resolver::is_name_of_column(const ExpressionPtr& name, const Scope& scope) {
  try {
    expression(name, scope);
    return true;
  } catch (const SparkError& error) {
    if (!error.condition().starts_with("UNRESOLVED_COLUMN")) throw;
    return false;
  }
}

}  // namespace firesteel::analyze
