#include "plan/free_references.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace firesteel::plan {

namespace {

void collect_references(const ExpressionPtr& expression, std::set<AttributeId>& used,
                        std::set<AttributeId>& made) {
  walk(expression, [&](const ExpressionPtr& e) {
    if (const auto* column = e->as<AttributeReference>()) used.insert(column->id);
    if (const auto* alias = e->as<Alias>()) made.insert(alias->id);
    if (const auto* variable = e->as<LambdaVariable>()) made.insert(variable->id);
    if (const auto* subquery = e->as<Subquery>()) {
      used.insert(subquery->outer_references.begin(), subquery->outer_references.end());
    }
    return true;
  });
}

void collect_references(const Relation& relation, std::set<AttributeId>& used,
                        std::set<AttributeId>& made) {
  for (const Attribute& attribute : relation.output) made.insert(attribute.id);
  for (const ExpressionPtr& expression : expressions(relation)) {
    collect_references(expression, used, made);
  }
  for (const RelationPtr& input : children(relation)) collect_references(*input, used, made);
}

}  // namespace

std::vector<AttributeId> free_references(const Relation& relation) {
  std::set<AttributeId> used;
  std::set<AttributeId> made;
  collect_references(relation, used, made);
  std::vector<AttributeId> free;
  std::set_difference(used.begin(), used.end(), made.begin(), made.end(), std::back_inserter(free));
  return free;
}

}  // namespace firesteel::plan
