// SELECT with its clauses. Source: AstBuilder.withSelectQuerySpecification of Spark 4.2.
#include <algorithm>
#include <utility>

#include "sql/grammar.h"

namespace firesteel::sql {

using plan::ExpressionPtr;
using plan::RelationPtr;

namespace {

// A column that only QUALIFY sees.
constexpr std::string_view kQualifyColumn = "__qualify_condition";

std::vector<std::vector<ExpressionPtr>> rollup(const std::vector<std::vector<ExpressionPtr>>& groups) {
  std::vector<std::vector<ExpressionPtr>> sets;
  for (size_t length = groups.size() + 1; length-- > 0;) {
    std::vector<ExpressionPtr> set;
    for (size_t i = 0; i < length; ++i) set.insert(set.end(), groups[i].begin(), groups[i].end());
    sets.push_back(std::move(set));
  }
  return sets;
}

std::vector<std::vector<ExpressionPtr>> cube(const std::vector<std::vector<ExpressionPtr>>& groups) {
  std::vector<std::vector<ExpressionPtr>> sets;
  for (size_t mask = size_t{1} << groups.size(); mask-- > 0;) {
    std::vector<ExpressionPtr> set;
    for (size_t i = 0; i < groups.size(); ++i) {
      if ((mask >> (groups.size() - 1 - i)) & 1) {
        set.insert(set.end(), groups[i].begin(), groups[i].end());
      }
    }
    sets.push_back(std::move(set));
  }
  return sets;
}

bool holds_window(const ExpressionPtr& expression) {
  bool found = false;
  plan::walk(expression, [&](const ExpressionPtr& e) {
    found |= e->as<plan::Window>() != nullptr;
    return !found;
  });
  return found;
}

// Of a condition of QUALIFY, whose windows alone look at other rows.
void check_no_aggregate_of_rows(const ExpressionPtr& condition) {
  if (const auto* call = first_aggregate(condition)) {
    throw SparkError("QUALIFY_AGGREGATE_NOT_ALLOWED", {{"aggregateExpr", "\"" + call->name.back() + "(…)\""}});
  }
}

// AstBuilder.withHavingClause: what is no predicate by its form is cast to one.
ExpressionPtr having_predicate(ExpressionPtr condition) {
  static const std::string_view predicates[] = {"=",  "==", "!=", "<>",  "<=>", "<",    "<=",    ">",     ">=",     "and",      "or",
                                                "!",  "not", "in", "like", "ilike", "rlike", "isnull", "isnotnull", "between"};
  const auto* call = condition->as<plan::UnresolvedFunction>();
  const auto* subquery = condition->as<plan::Subquery>();
  const bool is_predicate = call ? std::find(std::begin(predicates), std::end(predicates), call->name.back()) != std::end(predicates)
                                 : subquery && subquery->kind != plan::SubqueryKind::kScalar;
  if (is_predicate) return condition;
  plan::Cast cast;
  cast.child = condition;
  cast.target = plan::Type::boolean();
  return plan::make_expression(std::move(cast), condition->origin);
}

}  // namespace

RelationPtr Grammar::select(RelationPtr source) {
  const size_t from = position_;
  Select select = select_clause();
  if (!source) {
    source = at(Keyword::kFrom) ? from_clause() : relation(plan::OneRow{}, from);
  }
  while (at(Keyword::kLateral) && at(Keyword::kView, 1)) source = lateral_view(std::move(source));
  if (accept(Keyword::kWhere)) select.where = expression();
  if (accept(Keyword::kGroup, Keyword::kBy)) select.aggregation = group_by();
  if (accept(Keyword::kHaving)) select.having = having_predicate(expression());
  if (at_windows()) {
    select.windows = window_clause();
  }
  if (accept(Keyword::kQualify)) select.qualify = expression();
  if (select.windows.empty() && at_windows()) {
    select.windows = window_clause();
  }
  return apply(std::move(select), std::move(source), from);
}

Grammar::Select Grammar::select_clause() {
  Select select;
  expect(Keyword::kSelect);
  if (at(Keyword::kTransform) && at("(", 1)) {
    // SELECT TRANSFORM(…) USING 'script' runs a process; transform(array, lambda) is a function.
    size_t depth = 0;
    size_t ahead = 1;
    do {
      depth += at("(", ahead);
      depth -= at(")", ahead);
      ++ahead;
    } while (depth > 0 && peek(ahead).kind != TokenKind::kEnd);
    if (at(Keyword::kUsing, ahead) || at(Keyword::kRow, ahead)) {
      throw_unsupported("RELATION", "TRANSFORM with a script");
    }
  }
  while (at("/*+")) hint(&select);
  const bool has_more = peek(1).kind != TokenKind::kEnd && !at(",", 1) && !at(Keyword::kFrom, 1);
  if (has_more && accept(Keyword::kDistinct)) {
    select.is_distinct = true;
  } else if (has_more && at(Keyword::kAll) && !at("(", 1)) {
    advance();
  }
  select.columns = named_expressions();
  return select;
}

void Grammar::hint(Select* select) {
  expect("/*+");
  do {
    accept(",");
    // No clause: a hint of that name.
    const bool is_named_identifier = at_identifier_clause();
    std::string name = is_named_identifier ? std::string(text_of(peek())) : identifier();
    if (is_named_identifier) advance();
    Expressions parameters;
    if (accept("(")) {
      do {
        parameters.push_back(primary());
      } while (accept(","));
      expect(")");
    }
    select->hints.emplace_back(std::move(name), std::move(parameters));
  } while (!accept("*/"));
}

RelationPtr Grammar::apply(Select select, RelationPtr source, size_t from) {
  RelationPtr result = std::move(source);
  if (select.where) result = relation(plan::Filter{result, std::move(select.where)}, from);
  Expressions columns = std::move(select.columns);
  if (select.qualify) check_no_aggregate_of_rows(select.qualify);
  if (select.qualify && !holds_window(select.qualify) &&
      std::none_of(columns.begin(), columns.end(), holds_window)) {
    throw SparkError("QUALIFY_REQUIRES_WINDOW_FUNCTION", {});
  }
  if (select.qualify) {
    // The condition becomes one more column, so that it may use windows, input columns and the
    // names of the SELECT list alike; it is dropped behind the filter.
    plan::Alias alias;
    alias.child = select.qualify;
    alias.names = {std::string(kQualifyColumn)};
    columns.push_back(plan::make_expression(std::move(alias), select.qualify->origin));
  }
  result = project(select, std::move(columns), std::move(result), from);
  if (!select.windows.empty()) {
    result = relation(plan::NamedWindows{result, std::move(select.windows)}, from);
  }
  if (select.qualify) {
    plan::UnresolvedAttribute condition;
    condition.parts = {std::string(kQualifyColumn)};
    result = relation(
        plan::Filter{result, plan::make_expression(std::move(condition), select.qualify->origin)},
        from);
    plan::Drop drop;
    drop.child = result;
    drop.names = {std::string(kQualifyColumn)};
    result = relation(std::move(drop), from);
  }
  if (select.is_distinct) {
    plan::Deduplicate distinct;
    distinct.child = result;
    distinct.all_columns = true;
    result = relation(std::move(distinct), from);
  }
  for (size_t i = select.hints.size(); i-- > 0;) {
    auto& [name, parameters] = select.hints[i];
    result = relation(plan::Hint{result, std::move(name), std::move(parameters)}, from);
  }
  return result;
}

RelationPtr Grammar::project(const Select& select, Expressions columns, RelationPtr source,
                             size_t from) {
  if (!select.aggregation && !select.having) {
    return relation(plan::Project{std::move(source), std::move(columns)}, from);
  }
  plan::Aggregate aggregate = select.aggregation.value_or(plan::Aggregate());
  aggregate.child = std::move(source);
  aggregate.aggregates = std::move(columns);
  aggregate.having = select.having;
  return relation(std::move(aggregate), from);
}

// The grouping part of an Aggregate.
plan::Aggregate Grammar::group_by(bool allows_names) {
  plan::Aggregate aggregate;
  const bool is_all = at(Keyword::kAll) && !at("(", 1) && !at(".", 1) && !at(",", 1);
  if (is_all) {
    advance();
    aggregate.kind = plan::GroupKind::kAll;
    return aggregate;
  }
  // Every element is a list of grouping sets; the elements multiply.
  std::vector<Expressions> sets = {{}};
  bool has_analytics = false;
  do {
    const bool is_analytics =
        ((at(Keyword::kRollup) || at(Keyword::kCube)) && at("(", 1)) ||
        (at(Keyword::kGrouping) && at(Keyword::kSets, 1));
    has_analytics |= is_analytics;
    std::vector<Expressions> element;
    if (is_analytics) {
      element = grouping_element();
    } else {
      element = {{allows_names ? named_expression() : expression()}};
    }
    for (const Expressions& set : element) {
      for (const ExpressionPtr& key : set) {
        const bool is_known = std::any_of(
            aggregate.grouping.begin(), aggregate.grouping.end(),
            [&](const ExpressionPtr& other) { return plan::same_expression(*key, *other); });
        if (!is_known || !is_analytics) aggregate.grouping.push_back(key);
      }
    }
    std::vector<Expressions> product;
    for (const Expressions& left : sets) {
      for (const Expressions& right : element) {
        Expressions joined = left;
        joined.insert(joined.end(), right.begin(), right.end());
        product.push_back(std::move(joined));
      }
    }
    sets = std::move(product);
  } while (accept(","));
  // GROUP BY a, b WITH ROLLUP and GROUP BY a, b GROUPING SETS (…): the older forms.
  if (accept(Keyword::kWith, Keyword::kRollup)) {
    aggregate.kind = plan::GroupKind::kRollup;
  } else if (accept(Keyword::kWith, Keyword::kCube)) {
    aggregate.kind = plan::GroupKind::kCube;
  } else if (!has_analytics && at(Keyword::kGrouping) && at(Keyword::kSets, 1)) {
    aggregate.kind = plan::GroupKind::kGroupingSets;
    aggregate.grouping_sets = grouping_element();
  } else if (has_analytics) {
    aggregate.kind = plan::GroupKind::kGroupingSets;
    aggregate.grouping_sets = std::move(sets);
  }
  return aggregate;
}

// ROLLUP (…), CUBE (…), GROUPING SETS (…) or one grouping set, as grouping sets.
std::vector<Grammar::Expressions> Grammar::grouping_element() {
  const size_t from = position_;
  const bool is_rollup = at(Keyword::kRollup) && at("(", 1);
  const bool is_cube = at(Keyword::kCube) && at("(", 1);
  std::vector<Expressions> groups;
  if (is_rollup || is_cube) {
    advance();
    expect("(");
    do {
      groups.push_back(grouping_set());
      if (groups.back().empty()) fail("_LEGACY_ERROR_TEMP_0051", {{"element", is_rollup ? "ROLLUP" : "CUBE"}}, from);
    } while (accept(","));
    expect(")");
    return is_rollup ? rollup(groups) : cube(groups);
  }
  if (at(Keyword::kGrouping) && at(Keyword::kSets, 1)) {
    advance(2);
    expect("(");
    do {
      for (Expressions& set : grouping_element()) groups.push_back(std::move(set));
    } while (accept(","));
    expect(")");
    return groups;
  }
  return {grouping_set()};
}

// (a, b), () or a single expression.
Grammar::Expressions Grammar::grouping_set() {
  if (at("(") && at(")", 1)) {
    advance(2);
    return {};
  }
  ExpressionPtr key = expression();
  const auto* row = key->as<plan::UnresolvedFunction>();
  if (row == nullptr || !row->is_internal) return {std::move(key)};
  Expressions keys;  // a row of several
  for (size_t i = 1; i < row->arguments.size(); i += 2) keys.push_back(row->arguments[i]);
  return keys;
}

// WINDOW name AS, where WINDOW is no name itself.
bool Grammar::at_windows() const {
  return at(Keyword::kWindow) && at_identifier(1) && (at(Keyword::kAs, 2) || (at_identifier_clause(1) && at(Keyword::kAs, 5)));
}

std::vector<std::pair<std::string, ExpressionPtr>> Grammar::window_clause() {
  const size_t from = position_;
  expect(Keyword::kWindow);
  std::vector<std::pair<std::string, ExpressionPtr>> windows;
  do {
    std::string name = captured_identifier();
    expect(Keyword::kAs);
    const size_t window_from = position_;
    ExpressionPtr window = window_specification(nullptr, window_from);
    for (const auto& [other, specification] : windows) {
      if (other == name) {
        fail("INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION", {{"windowName", "`" + name + "`"}},
             from);
      }
    }
    windows.emplace_back(std::move(name), std::move(window));
  } while (accept(","));
  // A name may stand for another, but only for one that is a specification.
  for (const auto& [name, window] : windows) {
    const std::string& other = window->as<plan::Window>()->name;
    if (other.empty()) continue;
    const auto meant = std::find_if(windows.begin(), windows.end(), [&](const auto& one) { return one.first == other; });
    if (meant == windows.end()) fail("INVALID_SQL_SYNTAX.UNRESOLVED_WINDOW_REFERENCE", {{"windowName", "`" + other + "`"}}, from);
    if (!meant->second->template as<plan::Window>()->name.empty()) {
      fail("INVALID_SQL_SYNTAX.INVALID_WINDOW_REFERENCE", {{"windowName", "`" + other + "`"}}, from);
    }
  }
  return windows;
}

}  // namespace firesteel::sql
