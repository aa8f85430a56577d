// WITH RECURSIVE: anchor UNION ALL step, where step reads the table under definition.
#include <algorithm>

#include "analyze/resolver.h"
#include "base/error.h"
#include "plan/recursion.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

// How the parser hands MAX RECURSION LEVEL over (sql/query_grammar.cc).
constexpr std::string_view kRecursionLevelHint = "MAX RECURSION LEVEL";

// Spark's ResolveWithCTE: where the rows of the round before may not be read, since a round sees
// only those. Subqueries in expressions may read them, but not below such an operator either.
void check_places(const RelationPtr& relation, int64_t loop_id, bool is_allowed) {
  if (is_round(*relation) && loop_of(*relation)->id == loop_id && !is_allowed) {
    throw SparkError("INVALID_RECURSIVE_REFERENCE.PLACE", {});
  }
  if (relation->as<Aggregate>() || relation->as<WindowColumns>() || relation->as<Sort>()) {
    is_allowed = false;
  }
  for (const ExpressionPtr& e : plan::expressions(*relation)) {
    walk(e, [&](const ExpressionPtr& node) {
      const auto* subquery = node->as<Subquery>();
      if (subquery && subquery->plan) check_places(subquery->plan, loop_id, is_allowed);
      return true;
    });
  }
  if (const auto* join = relation->as<Join>()) {
    const bool is_inner = join->kind == JoinKind::kInner || join->kind == JoinKind::kCross;
    const bool keeps_left = is_inner || join->kind == JoinKind::kLeftOuter ||
                            join->kind == JoinKind::kLeftSemi || join->kind == JoinKind::kLeftAnti;
    const bool keeps_right = is_inner || join->kind == JoinKind::kRightOuter;
    check_places(join->left, loop_id, is_allowed && keeps_left);
    check_places(join->right, loop_id, is_allowed && keeps_right);
    return;
  }
  for (const RelationPtr& child : children(*relation)) check_places(child, loop_id, is_allowed);
}

// Whether the relation has a column of the queries around it.
bool reads_outer(const Relation& relation, const Scope* outer) {
  bool found = false;
  for (const ExpressionPtr& e : plan::expressions(relation)) {
    walk(e, [&](const ExpressionPtr& node) {
      const auto* column = node->as<AttributeReference>();
      for (const Scope* scope = outer; column && scope && !found; scope = scope->outer) {
        if (!scope->attributes) continue;
        found = std::any_of(scope->attributes->begin(), scope->attributes->end(),
                            [&](const Attribute& a) { return a.id == column->id; });
      }
      return !found;
    });
  }
  for (const RelationPtr& child : children(relation)) found = found || reads_outer(*child, outer);
  return found;
}

// The first rows decide the types; a step of another type is an error, not a cast.
void check_step(const Attributes& first, const Attributes& step) {
  if (step.size() != first.size()) {
    throw SparkError("NUM_COLUMNS_MISMATCH",
                     {{"operator", "UNION"},
                      {"firstNumColumns", std::to_string(first.size())},
                      {"invalidOrdinalNum", "second"},
                      {"invalidNumColumns", std::to_string(step.size())}});
  }
  for (size_t i = 0; i < first.size(); ++i) {
    if (step[i].type.same_type(first[i].type)) continue;
    throw SparkError("CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE",
                     {{"left", "\"" + first[i].type.sql() + "\""},
                      {"right", "\"" + step[i].type.sql() + "\""}});
  }
}

}  // namespace

bool Resolver::mentions_table(const RelationPtr& relation, const std::string& name) const {
  if (const auto* table = relation->as<UnresolvedTable>()) {
    return table->parts.size() == 1 && same_name(table->parts[0], name);
  }
  for (const RelationPtr& child : children(*relation)) {
    if (mentions_table(child, name)) return true;
  }
  bool found = false;
  for (const ExpressionPtr& e : plan::expressions(*relation)) {
    walk(e, [&](const ExpressionPtr& node) {
      const auto* subquery = node->as<Subquery>();
      if (subquery && subquery->plan) found = found || mentions_table(subquery->plan, name);
      return !found;
    });
  }
  return found;
}

RelationPtr Resolver::recursive_table(const CommonTableExpression& definition) {
  RelationPtr query = definition.query;
  const auto* level = query->as<Hint>();
  if (level && level->name == kRecursionLevelHint) query = level->child;
  // Definitions in front of the UNION are those of both its sides.
  const auto* inner = query->as<With>();
  const auto* parts = inner ? inner->child->as<SetOperation>() : query->as<SetOperation>();
  const auto with_inner = [&](const RelationPtr& side) {
    if (!inner) return side;
    With copy = *inner;
    copy.child = side;
    return make_relation(std::move(copy));
  };
  if (!parts || parts->kind != SetOperationKind::kUnion) throw SparkError("INVALID_RECURSIVE_CTE", {});
  const std::vector<RelationPtr> first(parts->inputs.begin(), parts->inputs.end() - 1);
  for (const RelationPtr& input : first) {
    if (mentions_table(input, definition.name)) throw SparkError("INVALID_RECURSIVE_CTE", {});
  }
  if (!parts->is_all) throw SparkError("UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE", {});
  SetOperation several = *parts;
  several.inputs = first;
  RelationPtr anchor = resolve(with_inner(first.size() == 1 ? first[0] : make_relation(std::move(several))));
  if (!definition.column_names.empty()) {
    anchor = qualified(anchor, {nullptr, definition.name, {}, definition.column_names});
  }
  Loop loop = loop_limits();
  if (level && level->name == kRecursionLevelHint) {
    loop.level_max = std::get<int64_t>(level->parameters[0]->as<Literal>()->value);
  }
  Attributes output = anchor->output;
  for (size_t i = 0; i < output.size(); ++i) {
    Attribute& column = output.writable(i);
    column.id = next_attribute_id();
    column.nullable = true;
    column.qualifier.clear();
  }
  common_tables_.back()[definition.name] = make_resolved(Cached{loop_key(loop), nullptr}, output);
  RelationPtr step = resolve(with_inner(parts->inputs.back()));
  check_step(anchor->output, step->output);
  check_places(step, loop.id, true);
  if (reads_outer(*anchor, outer_scope_) || reads_outer(*step, outer_scope_)) {
    throw SparkError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.ACCESSING_OUTER_QUERY_COLUMN_IS_NOT_ALLOWED",
                     {{"treeNode", "WithCTE"}});
  }
  for (size_t i = 0; i < output.size(); ++i) {
    output.writable(i).id = next_attribute_id();
    output.writable(i).nullable = anchor->output[i].nullable || step->output[i].nullable;
  }
  SetOperation rows{{anchor, step}, SetOperationKind::kUnion, true, false, false};
  RelationPtr all_rows = make_resolved(std::move(rows), output);
  for (size_t i = 0; i < output.size(); ++i) output.writable(i).id = next_attribute_id();
  return make_resolved(Cached{loop_key(loop), std::move(all_rows)}, std::move(output));
}

Loop Resolver::loop_limits() const {
  Loop loop;
  loop.id = next_attribute_id();
  const auto limit = [&](const char* key, int64_t* value) {
    const auto text = context_.configuration ? context_.configuration(key) : std::nullopt;
    if (text) *value = std::stoll(*text);
  };
  limit("spark.sql.cteRecursionLevelLimit", &loop.level_max);
  limit("spark.sql.cteRecursionRowLimit", &loop.row_max);
  return loop;
}

}  // namespace firesteel::analyze
