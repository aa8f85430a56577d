// As-of joins and nearest-by joins: every left row gets a number, meets the right rows that fit,
// and keeps the best of them (RewriteAsOfJoin, RewriteNearestByJoin).
#include <algorithm>
#include <array>

#include "analyze/resolver.h"
#include "base/error.h"
#include "base/text.h"
#include "functions/function.h"
#include "plan/attribute_name.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

// JoinType.apply: underscores and case do not count.
std::string plain_join_type(const std::string& text) {
  std::string plain = lower_case(text);
  std::erase(plain, '_');
  return plain;
}

JoinKind as_of_join_kind(const std::string& text) {
  struct Named {
    std::string_view name;
    std::string_view shown;
  };
  static constexpr std::array<Named, 10> kUnsupported = {{{"cross", "Cross"},
                                                          {"outer", "FullOuter"},
                                                          {"full", "FullOuter"},
                                                          {"fullouter", "FullOuter"},
                                                          {"rightouter", "RightOuter"},
                                                          {"right", "RightOuter"},
                                                          {"leftsemi", "LeftSemi"},
                                                          {"semi", "LeftSemi"},
                                                          {"leftanti", "LeftAnti"},
                                                          {"anti", "LeftAnti"}}};
  const std::string plain = plain_join_type(text);
  if (plain == "inner") return JoinKind::kInner;
  if (plain == "left" || plain == "leftouter") return JoinKind::kLeftOuter;
  for (const Named& kind : kUnsupported) {
    if (kind.name != plain) continue;
    throw SparkError("_LEGACY_ERROR_ML_REQUIREMENT",
                     {{"message", "Unsupported as-of join type " + std::string(kind.shown)}});
  }
  throw SparkError("UNSUPPORTED_JOIN_TYPE",
                   {{"typ", text},
                    {"supported",
                     "'inner', 'outer', 'full', 'fullouter', 'full_outer', 'leftouter', 'left', "
                     "'left_outer', 'rightouter', 'right', 'right_outer', 'leftsemi', 'left_semi', "
                     "'semi', 'leftanti', 'left_anti', 'anti', 'cross'"}});
}

ExpressionPtr negated(ExpressionPtr e) { return make_call("not", {std::move(e)}); }

ExpressionPtr both(const ExpressionPtr& a, const ExpressionPtr& b) {
  return a ? make_call("and", {a, b}) : b;
}

enum class Direction : uint8_t { kBackward, kForward, kNearest };

Direction as_of_direction(const std::string& text) {
  const std::string plain = lower_case(text);
  if (plain == "backward") return Direction::kBackward;
  if (plain == "forward") return Direction::kForward;
  if (plain == "nearest") return Direction::kNearest;
  throw SparkError("AS_OF_JOIN.UNSUPPORTED_DIRECTION",
                   {{"direction", text}, {"supported", "'forward', 'backward', 'nearest'"}});
}

// AsOfJoin.makeAsOfCond; null where every right row fits.
ExpressionPtr as_of_condition(const AsOfJoin& node, Direction direction) {
  const ExpressionPtr& left = node.left_as_of;
  const ExpressionPtr& right = node.right_as_of;
  ExpressionPtr base;
  if (direction == Direction::kBackward) {
    base = make_call(node.allow_exact_matches ? ">=" : ">", {left, right});
  } else if (direction == Direction::kForward) {
    base = make_call(node.allow_exact_matches ? "<=" : "<", {left, right});
  } else if (!node.allow_exact_matches) {
    base = negated(make_call("=", {left, right}));
  }
  if (!node.tolerance) return base;
  if (direction != Direction::kForward) {
    base = both(base, make_call(">=", {right, make_call("-", {left, node.tolerance})}));
  }
  if (direction != Direction::kBackward) {
    base = both(base, make_call("<=", {right, make_call("+", {left, node.tolerance})}));
  }
  return base;
}

// AsOfJoin.makeOrderingExpr: how far apart both are.
ExpressionPtr as_of_distance(const AsOfJoin& node, Direction direction) {
  const ExpressionPtr after = make_call("-", {node.left_as_of, node.right_as_of});
  const ExpressionPtr before = make_call("-", {node.right_as_of, node.left_as_of});
  if (direction == Direction::kBackward) return after;
  if (direction == Direction::kForward) return before;
  return make_call("if", {make_call(">", {node.left_as_of, node.right_as_of}), after, before});
}

bool is_negative(const Literal& value) {
  if (const auto* n = std::get_if<int64_t>(&value.value)) return *n < 0;
  if (const auto* n = std::get_if<double>(&value.value)) return *n < 0;
  if (const auto* n = std::get_if<__int128>(&value.value)) return *n < 0;
  const auto* n = std::get_if<Literal::Interval>(&value.value);
  return n && (n->months < 0 || n->days < 0 || n->microseconds < 0);
}

ExpressionPtr named_column(ExpressionPtr value, const std::string& name) {
  const Type type = value->type;
  const bool nullable = value->nullable;
  return make_typed(Alias{std::move(value), {name}, {}, next_attribute_id()}, type, nullable);
}

}  // namespace

// The left rows, each with a number of its own in the last column.
RelationPtr Resolver::numbered_rows(const RelationPtr& left) {
  std::vector<ExpressionPtr> columns;
  for (const Attribute& a : left->output) columns.push_back(reference(a));
  columns.push_back(named_column(bound("distributed_sequence_id", {}), "row"));
  return select(left, std::move(columns));
}

// For each left row of `joined` the value of `best` over the right rows that it met. Columns: the
// left ones under fresh ids, which `renamed` tells, then the value.
RelationPtr Resolver::best_of_joined(const RelationPtr& joined, const RelationPtr& numbered,
                                     const ExpressionPtr& best,
                                     std::map<AttributeId, AttributeId>& renamed) {
  const ExpressionPtr row = reference(numbered->output.back());
  Aggregate node;
  node.child = joined;
  node.grouping = {row};
  Attributes output;
  for (size_t i = 0; i + 1 < numbered->output.size(); ++i) {
    const Attribute& a = numbered->output[i];
    ExpressionPtr column = named_column(bound("first", {reference(a)}), a.name);
    Attribute shown = a;
    shown.id = attribute_of(*column).id;
    renamed[a.id] = shown.id;
    node.aggregates.push_back(std::move(column));
    output.push_back(std::move(shown));
  }
  node.aggregates.push_back(named_column(best, "best"));
  output.push_back(attribute_of(*node.aggregates.back()));
  return make_resolved(std::move(node), std::move(output));
}

ExpressionPtr Resolver::row_of(const Attributes& columns) {
  std::vector<ExpressionPtr> fields;
  for (size_t i = 0; i < columns.size(); ++i) {  // by position: names may collide
    fields.push_back(make_string_literal(std::to_string(i)));
    fields.push_back(reference(columns[i]));
  }
  return bound("named_struct", std::move(fields));
}

// Dataset.resolve: the error proposes the names in their order.
ExpressionPtr Resolver::column_of(const RelationPtr& side, const std::string& name) {
  if (ExpressionPtr column = try_attribute(parse_attribute_name(name), side->output, {}))
    return column;
  std::vector<std::string> names;
  for (const Attribute& a : side->output) names.push_back(quoted_name({a.name}));
  throw SparkError("UNRESOLVED_COLUMN.WITH_SUGGESTION",
                   {{"objectName", quoted_name({name})}, {"proposal", firesteel::joined(names)}});
}

ExpressionPtr Resolver::as_of_pairs(const AsOfJoin& node, const RelationPtr& left,
                                    const RelationPtr& right, const Scope& scope) {
  ExpressionPtr condition;
  for (const std::string& name : node.using_columns) {
    condition = both(condition, make_call("=", {column_of(left, name), column_of(right, name)}));
  }
  if (node.condition) condition = this->condition(node.condition, scope, "ON");
  if (const ExpressionPtr fits = as_of_condition(node, as_of_direction(node.direction))) {
    condition = both(condition, fits);
  }
  if (node.tolerance) {
    const ExpressionPtr tolerance = expression(node.tolerance, scope);
    bool is_constant = true;
    walk(tolerance, [&](const ExpressionPtr& e) {
      is_constant &= !e->as<AttributeReference>() && !e->as<Subquery>();
      return is_constant;
    });
    if (!is_constant) throw SparkError("AS_OF_JOIN.TOLERANCE_IS_UNFOLDABLE", {});
    if (is_negative(constant(tolerance)))
      throw SparkError("AS_OF_JOIN.TOLERANCE_IS_NON_NEGATIVE", {});
  }
  return condition ? expression(condition, scope) : nullptr;
}

RelationPtr Resolver::as_of_join(const AsOfJoin& node) {
  const JoinKind kind = as_of_join_kind(node.join_type);
  const Direction direction = as_of_direction(node.direction);
  RelationPtr left = resolve(node.left);
  const RelationPtr right = apart_from(*left, resolve(node.right));
  Attributes inputs = left->output;
  inputs.append(right->output.begin(), right->output.end());
  const RelationPtr seen =
      make_resolved(Join{left, right, JoinKind::kInner, nullptr, {}, false, false}, inputs);
  const Scope scope{&inputs, outer_scope_, seen.get()};
  const ExpressionPtr distance = expression(as_of_distance(node, direction), scope);
  ExpressionPtr pairs = as_of_pairs(node, left, right, scope);

  const RelationPtr numbered = numbered_rows(left);
  Attributes joined = numbered->output;
  for (Attribute a : right->output) {
    a.nullable |= kind == JoinKind::kLeftOuter;
    joined.push_back(std::move(a));
  }
  const RelationPtr met =
      make_resolved(Join{numbered, right, kind, std::move(pairs), {}, false, false}, joined);
  std::map<AttributeId, AttributeId> renamed;
  RelationPtr nearest =
      best_of_joined(met, numbered, bound("min_by", {row_of(right->output), distance}), renamed);
  const Attribute best = nearest->output.back();
  if (kind == JoinKind::kInner) {
    const Attributes output = nearest->output;
    nearest = make_resolved(Filter{nearest, bound("isnotnull", {reference(best)})}, output);
  }
  std::vector<ExpressionPtr> columns;
  Attributes output(nearest->output.begin(), nearest->output.end() - 1);
  for (const Attribute& a : output) columns.push_back(reference(a));
  for (size_t i = 0; i < right->output.size(); ++i) {
    Attribute shown = right->output[i];
    const bool nullable = shown.nullable || kind == JoinKind::kLeftOuter;
    const ExpressionPtr field = make_typed(
        GetField{reference(best), static_cast<int>(i), shown.name}, shown.type, nullable);
    columns.push_back(named_column(field, shown.name));
    renamed[shown.id] = attribute_of(*columns.back()).id;
    shown.id = renamed[shown.id];
    shown.nullable = nullable;
    output.push_back(std::move(shown));
  }
  register_plan_ids(*left, renamed);
  register_plan_ids(*right, renamed);
  return make_resolved(Project{nearest, std::move(columns)}, std::move(output));
}

namespace {

// NearestByJoinValidation.
void check_nearest_by(const NearestByJoin& node) {
  if (node.count < 1 || node.count > kNearestResultsMax) {
    throw SparkError("NEAREST_BY_JOIN.NUM_RESULTS_OUT_OF_RANGE",
                     {{"numResults", std::to_string(node.count)},
                      {"min", "1"},
                      {"max", std::to_string(kNearestResultsMax)}});
  }
  const std::string type = plain_join_type(node.join_type);
  if (type != "inner" && type != "left" && type != "leftouter") {
    throw SparkError("NEAREST_BY_JOIN.UNSUPPORTED_JOIN_TYPE",
                     {{"joinType", node.join_type}, {"supported", "'INNER', 'LEFT OUTER'"}});
  }
  if (const std::string mode = lower_case(node.mode); mode != "approx" && mode != "exact") {
    throw SparkError("NEAREST_BY_JOIN.UNSUPPORTED_MODE",
                     {{"mode", node.mode}, {"supported", "'approx', 'exact'"}});
  }
  if (const std::string direction = lower_case(node.direction);
      direction != "distance" && direction != "similarity") {
    throw SparkError("NEAREST_BY_JOIN.UNSUPPORTED_DIRECTION",
                     {{"direction", node.direction}, {"supported", "'distance', 'similarity'"}});
  }
}

}  // namespace

RelationPtr Resolver::nearest_by_join(const NearestByJoin& node) {
  check_nearest_by(node);
  RelationPtr left = resolve(node.left);
  const RelationPtr right = apart_from(*left, resolve(node.right));
  const RelationPtr numbered = numbered_rows(left);
  Attributes joined = numbered->output;
  for (Attribute a : right->output) {
    a.nullable = true;
    joined.push_back(std::move(a));
  }
  const RelationPtr pairs =
      make_resolved(Join{numbered, right, JoinKind::kLeftOuter, nullptr, {}, false, false}, joined);
  Attributes visible(joined.begin(), joined.begin() + static_cast<long>(left->output.size()));
  visible.append(joined.begin() + static_cast<long>(numbered->output.size()), joined.end());
  const ExpressionPtr ranking =
      expression(node.ranking, Scope{&visible, outer_scope_, pairs.get()});
  check_row_expression(ranking);
  if (!ranking->type.is_orderable()) {
    throw SparkError("NEAREST_BY_JOIN.NON_ORDERABLE_RANKING_EXPRESSION",
                     {{"expression", "\"" + print_name(*ranking) + "\""},
                      {"type", "\"" + ranking->type.sql() + "\""}});
  }
  // A drawn rank is drawn once for each pair.
  std::vector<ExpressionPtr> columns;
  for (const Attribute& a : joined) columns.push_back(reference(a));
  columns.push_back(named_column(ranking, "rank"));
  const Attribute rank = attribute_of(*columns.back());
  const RelationPtr ranked = select(pairs, std::move(columns));
  const Attributes right_columns(joined.begin() + static_cast<long>(numbered->output.size()),
                                 joined.end());
  const bool is_distance = equal_ignoring_case(node.direction, "distance");
  std::map<AttributeId, AttributeId> renamed;
  const RelationPtr best = best_of_joined(
      ranked, numbered,
      bound(is_distance ? "min_by" : "max_by",
            {row_of(right_columns), reference(rank), make_integer_literal(node.count)}),
      renamed);
  Generate spread;
  spread.child = best;
  spread.is_outer = plain_join_type(node.join_type) != "inner";
  spread.generator = bound("inline", {reference(best->output.back())});
  Attributes output(best->output.begin(), best->output.end() - 1);
  for (size_t i = 0; i < output.size(); ++i) output.writable(i).nullable = true;
  for (Attribute a : right_columns) {
    renamed[a.id] = next_attribute_id();
    a.id = renamed[a.id];
    spread.generated.push_back(a);
    output.push_back(std::move(a));
  }
  Attributes spread_output = best->output;
  spread_output.append(spread.generated.begin(), spread.generated.end());
  register_plan_ids(*left, renamed);
  register_plan_ids(*right, renamed);
  const RelationPtr rows = make_resolved(std::move(spread), std::move(spread_output));
  columns.clear();
  for (const Attribute& a : output) columns.push_back(reference(a));
  return make_resolved(Project{rows, std::move(columns)}, std::move(output));
}

}  // namespace firesteel::analyze
