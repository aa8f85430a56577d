// The pipe operator: query |> WHERE … |> AGGREGATE … Source: operatorPipeRightSide of Spark 4.2.
#include <algorithm>
#include <utility>

#include "sql/grammar.h"

namespace firesteel::sql {

using plan::RelationPtr;

namespace {

constexpr std::string_view kAssigned = "__pipe_assigned_";

// Aggregates stand behind |> AGGREGATE only, but within windows.
void check_no_aggregate(const plan::ExpressionPtr& column, const char* clause) {
  if (const auto* call = first_aggregate(column)) {
    throw SparkError("PIPE_OPERATOR_CONTAINS_AGGREGATE_FUNCTION", {{"expr", call->name.back() + "(…)"}, {"clause", clause}});
  }
}

plan::ExpressionPtr all_columns() { return plan::make_expression(plan::UnresolvedStar()); }

}  // namespace

// "|>", or "|" before a word that begins what stands behind it (isOperatorPipeStart).
bool Grammar::at_pipe() const {
  if (at("|>")) return true;
  if (!at("|") || !options_.single_character_pipe) return false;
  static constexpr std::string_view kStarts[] = {
      "select", "extend", "set",       "drop",   "as",    "where", "pivot", "unpivot", "tablesample", "inner",
      "cross",  "left",   "right",     "full",   "natural", "semi", "anti", "join",  "union",   "except",      "minus",
      "intersect", "order", "cluster", "distribute", "sort", "limit", "offset", "aggregate", "window", "lateral"};
  return peek(1).kind == TokenKind::kWord && std::find(std::begin(kStarts), std::end(kStarts), lower_case(text_of(peek(1)))) != std::end(kStarts);
}

RelationPtr Grammar::pipe_operator(RelationPtr left) {
  const size_t from = position_;
  advance();
  if (!options_.allows_pipe_operators) {
    fail("_LEGACY_ERROR_TEMP_0035", {{"message", "Operator pipe SQL syntax using |>"}}, from);
  }
  // The analyzer takes it off again: names mean nothing that the input does not show.
  left = relation(plan::Hint{std::move(left), "PIPE OPERATOR", {}}, from);
  if (at(Keyword::kSelect)) {
    Select select = select_clause();
    if (accept(Keyword::kGroup, Keyword::kBy)) select.aggregation = group_by();
    if (at_windows()) select.windows = window_clause();
    return apply(std::move(select), std::move(left), from);
  }
  if (accept(Keyword::kExtend)) {
    Expressions columns = named_expressions();
    for (const plan::ExpressionPtr& column : columns) {
      if (!column->as<plan::UnresolvedStar>()) continue;
      throw SparkError("INVALID_USAGE_OF_STAR_OR_REGEX", {{"elem", "'*'"}, {"prettyName", "expression `pipeexpression`"}});
    }
    for (const plan::ExpressionPtr& column : columns) check_no_aggregate(column, "EXTEND");
    columns.insert(columns.begin(), all_columns());
    return relation(plan::Project{std::move(left), std::move(columns)}, from);
  }
  if (accept(Keyword::kSet)) return pipe_assignments(std::move(left), from);
  if (accept(Keyword::kDrop)) {
    plan::UnresolvedStar kept;
    do {
      kept.except.push_back(multipart_identifier());
    } while (accept(","));
    return relation(plan::Project{std::move(left), {plan::make_expression(std::move(kept))}}, from);
  }
  if (accept(Keyword::kAs)) {
    plan::SubqueryAlias alias;
    alias.child = std::move(left);
    alias.alias = identifier();
    return relation(std::move(alias), from);
  }
  if (accept(Keyword::kWhere)) {
    RelationPtr filtered = relation(plan::Filter{std::move(left), expression()}, from);
    if (at_windows()) fail("NOT_ALLOWED_IN_PIPE_OPERATOR_WHERE.WINDOW_CLAUSE", {}, from);
    return filtered;
  }
  if (at(Keyword::kPivot) && at("(", 1)) return pivot(std::move(left));
  if (at(Keyword::kUnpivot)) return unpivot(std::move(left));
  if (at(Keyword::kTablesample)) return sampled(std::move(left));
  if (at(Keyword::kUnion) || at(Keyword::kExcept) || at(Keyword::kMinus) || at(Keyword::kIntersect)) {
    const Keyword operation = peek().keyword;
    advance();
    return set_operation(std::move(left), operation, from);
  }
  if (lower_case(std::string(text_of(peek()))) == "aggregate") {
    advance();
    return pipe_aggregate(std::move(left), from);
  }
  const bool is_order = at(Keyword::kOrder) || at(Keyword::kSort) || at(Keyword::kCluster) || at(Keyword::kDistribute);
  const std::string first_clause = upper_case(text_of(peek())) + " BY";
  const size_t before = position_;
  RelationPtr joined = join(left);
  if (position_ != before) return joined;
  RelationPtr organized = query_organization(left);
  if (position_ == before) syntax_error();
  const bool has_limit = organized->as<plan::Limit>() != nullptr;
  if (is_order && (has_limit || organized->as<plan::Offset>())) {
    fail("MULTIPLE_QUERY_RESULT_CLAUSES_WITH_PIPE_OPERATORS",
         {{"clause1", first_clause}, {"clause2", has_limit ? "LIMIT" : "OFFSET"}}, from);
  }
  return organized;
}

// SET a = …, b = …: each assignment sees those before it, and its column must be there.
RelationPtr Grammar::pipe_assignments(RelationPtr left, size_t from) {
  do {
    const size_t name_from = position_;
    const std::vector<std::string> parts = multipart_identifier();
    if (parts.size() > 1) {
      fail("_LEGACY_ERROR_TEMP_0035",
           {{"message", "SQL pipe syntax |> SET operator with multi-part assignment key (only single-part keys are allowed)"}}, from);
    }
    const std::string& name = parts[0];
    expect("=");
    // Naming the column once more raises Spark's error where there is none.
    plan::Alias known;
    known.child = column_reference({name}, name_from);
    known.names = {std::string(kAssigned) + name};
    plan::Drop shown;
    shown.names = known.names;
    shown.child = relation(
        plan::Project{std::move(left), {all_columns(), plan::make_expression(std::move(known))}}, from);
    plan::Alias assigned;
    assigned.child = expression();
    check_no_aggregate(assigned.child, "SET");
    assigned.names = {name};
    plan::WithColumns columns;
    columns.child = relation(std::move(shown), from);
    columns.columns = {plan::make_expression(std::move(assigned))};
    left = relation(std::move(columns), from);
  } while (accept(","));
  return left;
}

// AGGREGATE [aggregates] [GROUP BY keys]: the keys are columns of the outcome, in front.
RelationPtr Grammar::pipe_aggregate(RelationPtr left, size_t from) {
  Expressions aggregates;
  if (!at(Keyword::kGroup)) aggregates = named_expressions();
  plan::Aggregate node;
  if (accept(Keyword::kGroup, Keyword::kBy)) {
    const std::string word = upper_case(text_of(peek()));
    const size_t keys_from = position_;
    node = group_by(true);
    if (node.kind != plan::GroupKind::kGroupBy) {
      const bool is_sets = word == "GROUPING";
      fail("UNSUPPORTED_FEATURE.PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE",
           {{"case", is_sets ? "GROUPING SETS" : "GROUP BY " + word}}, keys_from);
    }
    node.adds_grouping_columns = true;
  }
  node.child = std::move(left);
  node.aggregates = std::move(aggregates);
  return relation(std::move(node), from);
}

}  // namespace firesteel::sql
