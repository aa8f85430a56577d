// FROM: tables, joins, samples, pivots. Source: AstBuilder of Spark 4.2.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "sql/grammar.h"

namespace firesteel::sql {

using plan::ExpressionPtr;
using plan::RelationPtr;

namespace {

constexpr std::string_view kNamelessSubquery = "__auto_generated_subquery_name";
constexpr std::string_view kUnpivotedStruct = "__unpivoted_values";

}  // namespace

RelationPtr Grammar::from_clause() {
  const size_t from = position_;
  expect(Keyword::kFrom);
  RelationPtr result;
  do {
    const bool is_lateral = at(Keyword::kLateral) && (at("(", 1) || at_identifier(1));
    if (is_lateral) advance();
    RelationPtr right = relation_primary();
    if (!result) {
      result = relation_extensions(std::move(right));
      continue;
    }
    plan::Join join;
    join.left = std::move(result);
    // The extensions of a lateral relation see what stands before it.
    join.right = is_lateral ? std::move(right) : relation_extensions(std::move(right));
    join.is_lateral = is_lateral;
    result = relation(std::move(join), from);
    if (is_lateral) result = relation_extensions(std::move(result));
  } while (accept(","));
  while (at(Keyword::kLateral) && at(Keyword::kView, 1)) result = lateral_view(std::move(result));
  if (at(Keyword::kPivot) && at("(", 1)) result = pivot(std::move(result));
  return result;
}

RelationPtr Grammar::relation_extensions(RelationPtr left) {
  const Nesting nesting(this);
  for (;;) {
    if (at(Keyword::kPivot) && at("(", 1)) {
      left = pivot(std::move(left));
    } else if (at(Keyword::kUnpivot) && begins_clause()) {
      left = unpivot(std::move(left));
    } else {
      const size_t before = position_;
      left = join(std::move(left));
      if (position_ == before) return left;
    }
  }
}

// The words before JOIN; the cursor moves only if JOIN follows.
std::optional<plan::JoinKind> Grammar::join_kind(bool* is_natural) {
  size_t ahead = 0;
  *is_natural = at(Keyword::kNatural);
  ahead += *is_natural;
  auto kind = plan::JoinKind::kInner;
  if (at(Keyword::kInner, ahead)) {
    ++ahead;
  } else if (at(Keyword::kCross, ahead)) {
    kind = plan::JoinKind::kCross;
    ++ahead;
  } else if (at(Keyword::kSemi, ahead)) {
    kind = plan::JoinKind::kLeftSemi;
    ++ahead;
  } else if (at(Keyword::kAnti, ahead)) {
    kind = plan::JoinKind::kLeftAnti;
    ++ahead;
  } else if (at(Keyword::kLeft, ahead)) {
    kind = plan::JoinKind::kLeftOuter;
    ++ahead;
    if (at(Keyword::kSemi, ahead)) kind = plan::JoinKind::kLeftSemi;
    if (at(Keyword::kAnti, ahead)) kind = plan::JoinKind::kLeftAnti;
    ahead += at(Keyword::kSemi, ahead) || at(Keyword::kAnti, ahead) || at(Keyword::kOuter, ahead);
  } else if (at(Keyword::kRight, ahead)) {
    kind = plan::JoinKind::kRightOuter;
    ahead += at(Keyword::kOuter, ahead + 1) ? 2 : 1;
  } else if (at(Keyword::kFull, ahead)) {
    kind = plan::JoinKind::kFullOuter;
    ahead += at(Keyword::kOuter, ahead + 1) ? 2 : 1;
  }
  if (!at(Keyword::kJoin, ahead)) {
    // These words are no aliases: a join was meant.
    if (ahead == 0 || !is_strict_non_reserved(peek().keyword)) return std::nullopt;
    syntax_error_at(peek(ahead),
                    peek(ahead).kind == TokenKind::kEnd ? "" : ": missing 'JOIN'");
  }
  advance(ahead + 1);
  return kind;
}

namespace {

// JoinType.sql.
std::string join_type_name(plan::JoinKind kind) {
  switch (kind) {
    case plan::JoinKind::kRightOuter: return "RIGHT OUTER";
    case plan::JoinKind::kFullOuter: return "FULL OUTER";
    case plan::JoinKind::kLeftOuter: return "LEFT OUTER";
    case plan::JoinKind::kLeftSemi: return "LEFT SEMI";
    case plan::JoinKind::kLeftAnti: return "LEFT ANTI";
    case plan::JoinKind::kCross: return "CROSS";
    default: return "INNER";
  }
}

}  // namespace

RelationPtr Grammar::join(RelationPtr left) {
  const size_t from = position_;
  plan::Join join;
  const auto kind = join_kind(&join.is_natural);
  if (!kind) return left;
  join.kind = *kind;
  if (join.is_natural && join.kind == plan::JoinKind::kCross) {
    fail("INCOMPATIBLE_JOIN_TYPES", {{"joinType1", "NATURAL"}, {"joinType2", "CROSS"}}, from);
  }
  join.left = std::move(left);
  join.is_lateral = at(Keyword::kLateral) && (at("(", 1) || at_identifier(1));
  if (join.is_lateral) advance();
  join.right = relation_primary();
  if (join.is_lateral && join.is_natural) fail("INCOMPATIBLE_JOIN_TYPES", {{"joinType1", "LATERAL"}, {"joinType2", "NATURAL"}}, from);
  if (at(Keyword::kNearest) || (at(Keyword::kOn) && join.is_natural)) syntax_error();
  if (!join.is_natural && !join.is_lateral && at(Keyword::kNearest, 1) && (at_word("APPROX") || at_word("EXACT"))) {
    plan::NearestByJoin nearest{join.left, join.right, nullptr, 1, "", std::string(text_of(peek())), ""};
    if (join.kind != plan::JoinKind::kInner && join.kind != plan::JoinKind::kLeftOuter) {
      fail("NEAREST_BY_JOIN.UNSUPPORTED_JOIN_TYPE",
           {{"joinType", join_type_name(join.kind)}, {"supported", "'INNER', 'LEFT OUTER'"}}, from);
    }
    nearest.join_type = join.kind == plan::JoinKind::kInner ? "inner" : "leftouter";
    advance(2);
    if (peek().kind == TokenKind::kInteger) {
      const std::string count(text_of(peek()));
      nearest.count = count.size() > 9 ? INT32_MAX : std::stoi(count);
      if (nearest.count < 1 || nearest.count > plan::kNearestResultsMax) {
        fail("NEAREST_BY_JOIN.NUM_RESULTS_OUT_OF_RANGE",
             {{"numResults", count}, {"min", "1"}, {"max", std::to_string(plan::kNearestResultsMax)}}, from);
      }
      advance();
    }
    expect(Keyword::kBy);
    if (!at_word("DISTANCE") && !at_word("SIMILARITY")) syntax_error();
    nearest.direction = std::string(text_of(peek()));
    advance();
    nearest.ranking = expression();
    return relation(std::move(nearest), from);
  }
  if (accept(Keyword::kOn)) {
    join.condition = expression();
  } else if (!join.is_natural && at(Keyword::kUsing)) {
    advance();
    join.using_columns = identifier_list();
    if (join.is_lateral) fail("UNSUPPORTED_FEATURE.LATERAL_JOIN_USING", {}, from);
  }
  const bool allows_lateral = join.kind == plan::JoinKind::kInner ||
                              join.kind == plan::JoinKind::kCross ||
                              join.kind == plan::JoinKind::kLeftOuter;
  if (join.is_lateral && !allows_lateral) {
    fail("INVALID_LATERAL_JOIN_TYPE", {{"joinType", join_type_name(join.kind)}}, from);
  }
  return relation(std::move(join), from);
}

RelationPtr Grammar::relation_primary() {
  const Nesting nesting(this);
  if (at(Keyword::kValues) && begins_query()) return inline_table();
  if (!at("(")) return named_table();
  const size_t from = position_;
  if (RelationPtr child = parenthesized_query()) {
    // Names of columns behind the parentheses are none of the inline table within.
    if (child->as<plan::InlineTable>()) {
      plan::SubqueryAlias inner;
      inner.child = std::move(child);
      inner.alias = kNamelessSubquery;
      child = relation(std::move(inner), from);
    }
    return aliased(sampled(std::move(child)), std::string(kNamelessSubquery));
  }
  expect("(");
  RelationPtr inner = relation_extensions(relation_primary());
  expect(")");
  return aliased(sampled(std::move(inner)));
}

RelationPtr Grammar::named_table() {
  const size_t from = position_;
  plan::UnresolvedTable table;
  table.parts = multipart_identifier();
  if (at("(")) return table_function(std::move(table.parts), from);
  const bool has_time = at(Keyword::kVersion) || at(Keyword::kTimestamp) ||
                        at(Keyword::kSystemVersion) || at(Keyword::kSystemTime);
  if (has_time && at(Keyword::kAs, 1) && at(Keyword::kOf, 2)) {
    throw_unsupported("RELATION", "time travel (AS OF)");
  }
  if (at(Keyword::kWith) && at("(", 1)) {
    advance();
    table.options = property_list();
  }
  return aliased(sampled(relation(std::move(table), from)));
}

std::map<std::string, std::string> Grammar::property_list() {
  std::map<std::string, std::string> properties;
  expect("(");
  do {
    std::string key;
    if (at_string()) {
      key = string_literal();
    } else {
      for (const std::string& part : multipart_identifier()) key += (key.empty() ? "" : ".") + part;
    }
    accept("=");
    std::string value;
    if (at_string()) {
      value = string_literal();
    } else if (!at(",") && !at(")")) {
      value = at("-") ? "-" : "";
      accept("-");
      value += text_of(peek());
      advance();
    }
    properties[key] = value;
  } while (accept(","));
  expect(")");
  return properties;
}

RelationPtr Grammar::table_function(std::vector<std::string> name, size_t from) {
  plan::TableFunction function;
  function.name = std::move(name);
  expect("(");
  if (!at(")")) {
    do {
      const size_t table_ahead = at("=>", 1) ? 2 : 0;
      if (at(Keyword::kTable, table_ahead) &&
          (at("(", table_ahead + 1) || at_identifier(table_ahead + 1))) {
        throw_unsupported("RELATION", "a TABLE argument of a table function");
      }
      function.arguments.push_back(function_argument(function.name));
    } while (accept(","));
  }
  expect(")");
  return aliased(relation(std::move(function), from));
}

double Grammar::digits_as_number() {
  if (peek().kind != TokenKind::kInteger) syntax_error();
  const double number = std::strtod(std::string(text_of(peek())).c_str(), nullptr);
  advance();
  return number;
}

// TABLESAMPLE (…) [REPEATABLE (seed)]
RelationPtr Grammar::sampled(RelationPtr child) {
  if (!at(Keyword::kTablesample) || !at("(", 1)) return child;
  const size_t from = position_;
  advance();
  expect("(");
  if (at(")")) fail("_LEGACY_ERROR_TEMP_0014", {}, from);
  plan::Sample sample;
  bool is_rows = false;
  if (at(Keyword::kBucket) && peek(1).kind == TokenKind::kInteger) {
    advance();
    const double numerator = digits_as_number();
    expect(Keyword::kOut);
    expect(Keyword::kOf);
    const double denominator = digits_as_number();
    if (at(Keyword::kOn)) {
      fail("_LEGACY_ERROR_TEMP_0015", {{"msg", "BUCKET x OUT OF y ON colname"}}, from);
    }
    sample.upper_bound = numerator / denominator;
  } else {
    const size_t sign = at("-") ? 1 : 0;
    const TokenKind kind = peek(sign).kind;
    if ((kind == TokenKind::kInteger || kind == TokenKind::kDecimal) && at(Keyword::kPercent, sign + 1)) {
      advance(sign);
      const double percent = std::strtod(std::string(text_of(peek())).c_str(), nullptr);
      advance(2);
      sample.upper_bound = (sign > 0 ? -percent : percent) / 100;
    } else if (ExpressionPtr value = expression(); accept(Keyword::kRows)) {
      is_rows = true;
      child = relation(plan::Limit{std::move(child), std::move(value)}, from);
    } else if (at(Keyword::kPercent)) {
      syntax_error();
    } else {
      fail("_LEGACY_ERROR_TEMP_0015", {{"msg", "byteLengthLiteral"}}, from);
    }
  }
  expect(")");
  if (at(Keyword::kRepeatable) && at("(", 1)) {
    advance(2);
    sample.seed = integer_token();
    expect(")");
  }
  if (is_rows) return child;
  if (sample.upper_bound < 0 || sample.upper_bound > 1) {
    std::string shown = std::to_string(sample.upper_bound);
    shown.erase(shown.find_last_not_of('0') + 1);
    if (shown.back() == '.') shown += '0';
    fail("_LEGACY_ERROR_TEMP_0064",
         {{"msg", "Sampling fraction (" + shown + ") must be on interval [0, 1]"}}, from);
  }
  sample.child = std::move(child);
  return relation(std::move(sample), from);
}

// [AS] alias [(columns)]
RelationPtr Grammar::aliased(RelationPtr child, const std::string& default_alias) {
  const size_t from = position_;
  plan::SubqueryAlias alias;
  if (at(Keyword::kAs) && at_strict_identifier(1)) {
    advance();
    alias.alias = strict_identifier();
  } else if (at_strict_identifier() && (!begins_clause() || (at(Keyword::kAs) && at("(", 1)))) {
    // AS (a, b): AS itself is the name.
    alias.alias = strict_identifier();
  } else {
    if (default_alias.empty()) return child;
    alias.alias = default_alias;
    alias.child = std::move(child);
    return relation(std::move(alias), from);
  }
  if (at("(")) alias.column_names = identifier_list();
  alias.child = std::move(child);
  return relation(std::move(alias), from);
}

// LATERAL VIEW [OUTER] generator(…) table [AS column, …]
RelationPtr Grammar::lateral_view(RelationPtr child) {
  const size_t from = position_;
  advance(2);
  plan::LateralView view;
  view.child = std::move(child);
  if (at(Keyword::kOuter) && !at("(", 1)) {
    view.is_outer = true;
    advance();
  }
  const size_t call_from = position_;
  std::vector<std::string> name = {identifier()};
  while (accept(".")) name.push_back(identifier());
  if (name.size() > 2) fail("INVALID_SQL_SYNTAX.UNSUPPORTED_FUNC_NAME", {{"funcName", quoted_name(name)}}, from);
  view.generator = function_call(std::move(name), call_from);
  if (at_identifier() && !at(Keyword::kAs) && !begins_clause()) view.table_alias = identifier();
  const bool has_columns = accept(Keyword::kAs) || (at_identifier() && !begins_clause());
  if (has_columns) {
    do {
      view.column_aliases.push_back(identifier());
    } while (accept(","));
  }
  return relation(std::move(view), from);
}

// PIVOT (aggregates FOR column IN (values)): grouped by every other column, which an Aggregate of
// kind kPivot that adds no grouping columns says.
RelationPtr Grammar::pivot(RelationPtr child) {
  const size_t from = position_;
  advance();
  expect("(");
  plan::Aggregate aggregate;
  aggregate.child = std::move(child);
  aggregate.kind = plan::GroupKind::kPivot;
  aggregate.aggregates = named_expressions();
  expect(Keyword::kFor);
  const size_t column_from = position_;
  if (accept("(")) {
    Expressions columns;
    do {
      const size_t name_from = position_;
      columns.push_back(column_reference({captured_identifier()}, name_from));
    } while (accept(","));
    expect(")");
    aggregate.pivot_column =
        columns.size() == 1 ? columns[0] : row_constructor(std::move(columns), column_from);
  } else {
    aggregate.pivot_column = column_reference({captured_identifier()}, column_from);
  }
  expect(Keyword::kIn);
  expect("(");
  aggregate.pivot_values = named_expressions();
  expect(")");
  expect(")");
  return aliased(relation(std::move(aggregate), from));
}

// UNPIVOT [INCLUDE|EXCLUDE NULLS] (value FOR name IN (columns)), or several values at once:
// ((v, w) FOR name IN ((a, b) AS x, …)), which are unpivoted as structs. Keeps every other column.
RelationPtr Grammar::unpivot(RelationPtr child) {
  const size_t from = position_;
  expect(Keyword::kUnpivot);
  const bool keeps_nulls = accept(Keyword::kInclude);
  if (keeps_nulls || accept(Keyword::kExclude)) expect(Keyword::kNulls);
  expect("(");
  plan::Unpivot unpivot;
  unpivot.child = std::move(child);
  std::vector<std::string> names;
  if (at("(")) {
    names = identifier_list();
    unpivot.value_column_name = kUnpivotedStruct;
  } else {
    unpivot.value_column_name = identifier();
  }
  expect(Keyword::kFor);
  unpivot.variable_column_name = identifier();
  expect(Keyword::kIn);
  expect("(");
  plan::UnresolvedStar others;
  unpivot.values = unpivot_columns(names, &others, from);
  expect(")");
  expect(")");
  unpivot.ids = {plan::make_expression(std::move(others), origin(from))};
  const bool is_single = names.empty();
  if (is_single) names = {unpivot.value_column_name};
  RelationPtr result = relation(std::move(unpivot), from);
  if (!is_single) result = unpivoted_fields(std::move(result), names, from);
  if (!keeps_nulls) {
    ExpressionPtr is_there;
    for (const std::string& name : names) {
      ExpressionPtr known = call("isnotnull", {column_reference({name}, from)}, from);
      is_there = is_there ? call("or", {is_there, std::move(known)}, from) : std::move(known);
    }
    result = relation(plan::Filter{std::move(result), std::move(is_there)}, from);
  }
  return aliased(std::move(result));
}

// The columns or, where there are several names, the structs of columns that become rows.
Grammar::Expressions Grammar::unpivot_columns(const std::vector<std::string>& names,
                                              plan::UnresolvedStar* others, size_t from) {
  Expressions values;
  do {
    const size_t column_from = position_;
    const bool is_group = !names.empty();
    if (is_group) expect("(");
    Expressions fields;
    std::string label;
    do {
      const size_t field_from = position_;
      const std::vector<std::string> parts = multipart_identifier();
      const bool is_new = std::find(others->except.begin(), others->except.end(), parts) == others->except.end();
      if (is_new) others->except.push_back(parts);
      label += (label.empty() ? "" : "_") + parts.back();
      if (is_group) fields.push_back(text_literal(names[std::min(fields.size() / 2, names.size() - 1)], field_from));
      fields.push_back(column_reference(parts, field_from));
    } while (is_group && accept(","));
    if (is_group) expect(")");
    if (is_group && fields.size() != 2 * names.size()) {
      fail("UNPIVOT_VALUE_SIZE_MISMATCH", {{"names", std::to_string(names.size())}}, from);
    }
    const bool has_alias = accept(Keyword::kAs) || at_identifier();
    if (!is_group && !has_alias) {
      values.push_back(fields[0]);
      continue;
    }
    plan::Alias value;
    value.child = is_group ? call("named_struct", std::move(fields), column_from) : fields[0];
    value.names = {has_alias ? identifier() : label};
    values.push_back(plan::make_expression(std::move(value), origin(column_from)));
  } while (accept(","));
  return values;
}

// Each field of the unpivoted struct as a column in its place.
RelationPtr Grammar::unpivoted_fields(RelationPtr rows, const std::vector<std::string>& names, size_t from) {
  plan::UnresolvedStar others;
  others.except.push_back({std::string(kUnpivotedStruct)});
  Expressions columns = {plan::make_expression(std::move(others), origin(from))};
  for (const std::string& name : names) {
    plan::Alias column;
    column.child = column_reference({std::string(kUnpivotedStruct), name}, from);
    column.names = {name};
    columns.push_back(plan::make_expression(std::move(column), origin(from)));
  }
  return relation(plan::Project{std::move(rows), std::move(columns)}, from);
}

}  // namespace firesteel::sql
