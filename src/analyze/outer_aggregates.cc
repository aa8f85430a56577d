// What an Aggregate or a condition may not read of the query around its own (CheckAnalysis.failOnInvalidOuterReference).
#include <string>
#include <vector>

#include "analyze/call_checks.h"
#include "analyze/qualified_names.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "base/text.h"

namespace firesteel::analyze {

using namespace plan;

bool holds_column(const ExpressionPtr& expression, bool is_outer) {
  bool found = false;
  walk(expression, [&](const ExpressionPtr& e) {
    const auto* column = e->as<AttributeReference>();
    found |= column && column->is_outer == is_outer;
    return !found;
  });
  return found;
}

namespace {

// SubExprUtils.getOuterReferences: an aggregate is of the query around, or of its own.
void check_not_mixed(const ExpressionPtr& aggregate) {
  if (!holds_column(aggregate, true) || !holds_column(aggregate, false)) return;
  throw SparkError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.AGGREGATE_FUNCTION_MIXED_OUTER_LOCAL_REFERENCES", {{"function", print_qualified(*aggregate)}});
}

// The expression as SQL, the columns of the query around it by their own names.
std::string sql_of(const ExpressionPtr& expression) {
  const ExpressionPtr own = transform_up(expression, [](const ExpressionPtr& e) -> ExpressionPtr {
    const auto* column = e->as<AttributeReference>();
    if (!column || !column->is_outer) return nullptr;
    AttributeReference copy = *column;
    copy.is_outer = false;
    copy.qualifier.clear();
    return make_typed(std::move(copy), e->type, e->nullable, e->origin);
  });
  const auto* alias = own->as<Alias>();
  return alias ? print_name(*alias->child) + " AS " + quoted_if_needed(alias->names[0]) : print_name(*own);
}

}  // namespace

void Resolver::check_no_outer(const std::vector<ExpressionPtr>& keys, const std::vector<ExpressionPtr>& list) {
  if (!outer_scope_) return;
  std::vector<std::string> outer;
  for (const std::vector<ExpressionPtr>* part : {&keys, &list}) {
    for (const ExpressionPtr& expression : *part) {
      if (!holds_column(expression, true)) continue;
      walk(expression, [&](const ExpressionPtr& e) {
        if (is_aggregate_call(*e)) check_not_mixed(e);
        return true;
      });
      outer.push_back("\"" + sql_of(expression) + "\"");
    }
  }
  if (!outer.empty()) throw SparkError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE", {{"sqlExprs", joined(outer, ",")}});
}

std::vector<ExpressionPtr> Resolver::misplaced_aggregates(const ExpressionPtr& condition) const {
  std::vector<ExpressionPtr> misplaced;
  walk(condition, [&](const ExpressionPtr& e) {
    if (!is_aggregate_call(*e)) return true;
    check_not_mixed(e);
    const bool is_of_having = outer_scope_ && outer_scope_->is_of_having && holds_column(e, true);
    if (!is_of_having) misplaced.push_back(e);
    return false;
  });
  return misplaced;
}

}  // namespace firesteel::analyze
