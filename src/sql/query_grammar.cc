// Queries around SELECT: WITH, set operations, ORDER BY and its kin. Source: AstBuilder of Spark
// 4.2.
#include <algorithm>
#include <utility>

#include "sql/grammar.h"

namespace firesteel::sql {

using plan::make_relation;
using plan::RelationPtr;

RelationPtr Grammar::relation(plan::Relation::Node node, size_t from) const {
  return std::make_shared<plan::Relation>(
      plan::Relation{std::move(node), {}, std::nullopt, origin(from)});
}

RelationPtr Grammar::whole_query() {
  RelationPtr result = query();
  while (accept(";")) {
  }
  expect_end();
  return result;
}

bool Grammar::begins_query(size_t ahead) const {
  switch (peek(ahead).keyword) {
    case Keyword::kSelect:
      return true;
    case Keyword::kWith:
    case Keyword::kFrom:
    case Keyword::kTable:
      return at_identifier(ahead + 1) || at("(", ahead + 1);
    case Keyword::kValues:
      return !at(")", ahead + 1) && !at(",", ahead + 1) && !at(".", ahead + 1) &&
             peek(ahead + 1).kind != TokenKind::kEnd;
    default:
      return false;
  }
}

RelationPtr Grammar::parenthesized_query() {
  if (!at("(") || !peek().opens_query) return nullptr;
  const size_t from = position_;
  if (begins_query(1)) {
    advance();
    RelationPtr result = query();
    if (!at(")")) syntax_error(at_end() ? ": missing ')'" : "");
    advance();
    return result;
  }
  if (!at("(", 1)) return nullptr;
  // "((SELECT …" begins a query or an expression: only its end tells which.
  try {
    advance();
    RelationPtr result = query();
    if (accept(")")) return result;
  } catch (const SparkError& error) {
    if (error.condition() != "PARSE_SYNTAX_ERROR") throw;
  }
  position_ = from;
  return nullptr;
}

RelationPtr Grammar::query() {
  const Nesting nesting(this);
  if (at(Keyword::kWith) && (at_identifier(1))) return with_clause();
  return query_organization(query_term(0));
}

RelationPtr Grammar::with_clause() {
  const size_t from = position_;
  plan::With with = with_definitions();
  with.child = query_organization(query_term(0));
  return relation(std::move(with), from);
}

plan::With Grammar::with_definitions() {
  const size_t from = position_;
  expect(Keyword::kWith);
  plan::With with;
  with.is_recursive = at(Keyword::kRecursive) && at_identifier(1) && !at(Keyword::kAs, 1);
  if (with.is_recursive) advance();
  do {
    with.definitions.push_back(common_table_expression());
  } while (accept(","));
  std::string duplicates;
  for (size_t i = 0; i < with.definitions.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (lower_case(with.definitions[i].name) != lower_case(with.definitions[j].name)) continue;
      duplicates += (duplicates.empty() ? "`" : ", `") + with.definitions[i].name + "`";
    }
  }
  if (!duplicates.empty()) fail("DUPLICATED_CTE_NAMES", {{"duplicateNames", duplicates}}, from);
  return with;
}

plan::CommonTableExpression Grammar::common_table_expression() {
  const size_t from = position_;
  std::optional<int64_t> level_max;
  plan::CommonTableExpression definition;
  definition.name = captured_identifier();
  if (at("(") && !begins_query(1) && !at("(", 1)) definition.column_names = identifier_list();
  if (at(Keyword::kMax) && at(Keyword::kRecursion, 1)) {
    advance(2);
    expect(Keyword::kLevel);
    level_max = integer_token();
  }
  accept(Keyword::kAs);
  expect("(");
  definition.query = query();
  expect(")");
  if (level_max) {
    // The analyzer takes it off again (analyze/recursion.cc).
    plan::ExpressionPtr level = plan::make_literal({plan::Type::long_integer(), *level_max});
    definition.query = relation(plan::Hint{definition.query, "MAX RECURSION LEVEL", {std::move(level)}}, from);
  }
  return definition;
}

// INTERSECT binds tighter than UNION, EXCEPT and MINUS.
RelationPtr Grammar::query_term(int min_precedence) {
  const size_t from = position_;
  RelationPtr left = query_primary();
  for (;;) {
    const Keyword operation = peek().keyword;
    int precedence = -1;
    if (operation == Keyword::kUnion || operation == Keyword::kExcept ||
        operation == Keyword::kMinus) {
      precedence = 0;
    } else if (operation == Keyword::kIntersect) {
      precedence = options_.equal_set_precedence ? 0 : 1;
    } else if (min_precedence == 0 && at_pipe()) {
      left = pipe_operator(std::move(left));
      continue;
    }
    if (precedence < min_precedence) return left;
    advance();
    left = set_operation(std::move(left), operation, from);
  }
}

RelationPtr Grammar::set_operation(RelationPtr left, Keyword operation, size_t from) {
  plan::SetOperation node;
  node.is_all = accept(Keyword::kAll);
  if (!node.is_all) accept(Keyword::kDistinct);
  if (operation == Keyword::kIntersect) node.kind = plan::SetOperationKind::kIntersect;
  if (operation == Keyword::kExcept || operation == Keyword::kMinus) {
    node.kind = plan::SetOperationKind::kExcept;
  }
  RelationPtr right = query_term(operation == Keyword::kIntersect ? 2 : 1);
  const auto* before = left->as<plan::SetOperation>();
  // A chain of UNION ALL becomes one node, so that long chains are no deep trees.
  const bool extends = node.is_all && node.kind == plan::SetOperationKind::kUnion &&
                       before != nullptr && before->is_all &&
                       before->kind == plan::SetOperationKind::kUnion;
  node.inputs = extends ? before->inputs : std::vector<RelationPtr>{std::move(left)};
  node.inputs.push_back(std::move(right));
  return relation(std::move(node), from);
}

RelationPtr Grammar::query_primary() {
  const size_t from = position_;
  if (at(Keyword::kSelect)) return select(nullptr);
  if (at(Keyword::kValues) && begins_query()) return inline_table();
  if (at(Keyword::kTable) && begins_query()) {
    advance();
    return relation(plan::UnresolvedTable{multipart_identifier(), {}}, from);
  }
  if (at(Keyword::kFrom) && begins_query()) {
    RelationPtr source = from_clause();
    if (at(Keyword::kInsert)) throw_unsupported("STATEMENT", "INSERT after FROM");
    if (at(Keyword::kMap) || at(Keyword::kReduce)) throw_unsupported("RELATION", "TRANSFORM with a script");
    if (!at(Keyword::kSelect)) return source;
    RelationPtr result = select(source);
    if (at(Keyword::kSelect) || at(Keyword::kInsert)) {
      throw_unsupported("STATEMENT", "several SELECT after one FROM");
    }
    return result;
  }
  if (at(Keyword::kMap) || at(Keyword::kReduce)) {
    throw_unsupported("RELATION", "TRANSFORM with a script");
  }
  expect("(");
  RelationPtr result = query();
  expect(")");
  return result;
}

RelationPtr Grammar::query_organization(RelationPtr input) {
  const size_t from = position_;
  RelationPtr result = std::move(input);
  Expressions order;
  Expressions cluster;
  Expressions distribute;
  Expressions sort;
  if (accept(Keyword::kOrder, Keyword::kBy)) order = sort_items();
  if (accept(Keyword::kCluster, Keyword::kBy)) cluster = expressions();
  if (accept(Keyword::kDistribute, Keyword::kBy)) distribute = expressions();
  if (accept(Keyword::kSort, Keyword::kBy)) sort = sort_items();
  const int clauses = !order.empty() + !cluster.empty() + (!distribute.empty() || !sort.empty());
  if (clauses > 1) fail("UNSUPPORTED_FEATURE.COMBINATION_QUERY_RESULT_CLAUSES", {}, from);
  if (!order.empty()) result = relation(plan::Sort{result, std::move(order), true}, from);
  if (!cluster.empty()) {
    distribute = cluster;
    for (const plan::ExpressionPtr& key : cluster) {
      plan::SortOrder item;
      item.child = key;
      item.null_order = plan::NullOrder::kFirst;
      sort.push_back(plan::make_expression(std::move(item), key->origin));
    }
  }
  if (!distribute.empty()) {
    plan::Repartition repartition;
    repartition.child = result;
    repartition.expressions = std::move(distribute);
    result = relation(std::move(repartition), from);
  }
  if (!sort.empty()) result = relation(plan::Sort{result, std::move(sort), false}, from);
  if (at_windows()) {
    result = relation(plan::NamedWindows{result, window_clause()}, from);
  }
  plan::ExpressionPtr limit;
  if (accept(Keyword::kLimit) && !accept(Keyword::kAll)) limit = expression();
  if (accept(Keyword::kOffset)) result = relation(plan::Offset{result, expression()}, from);
  if (limit) result = relation(plan::Limit{result, std::move(limit)}, from);
  return result;
}

// VALUES (1, 'a'), (2, 'b') [AS t(x, y)]
RelationPtr Grammar::inline_table() {
  const size_t from = position_;
  expect(Keyword::kValues);
  plan::InlineTable table;
  do {
    plan::ExpressionPtr row = expression();
    const auto* fields = row->as<plan::UnresolvedFunction>();
    const bool is_struct = fields != nullptr && fields->name.size() == 1 &&
                           lower_case(fields->name[0]) == "struct";
    if (fields != nullptr && fields->is_internal) {
      Expressions values;
      for (size_t i = 1; i < fields->arguments.size(); i += 2) {
        values.push_back(fields->arguments[i]);
      }
      table.rows.push_back(std::move(values));
    } else if (is_struct) {
      table.rows.push_back(fields->arguments);
    } else {
      table.rows.push_back({std::move(row)});
    }
  } while (accept(","));
  return aliased(relation(std::move(table), from));
}

}  // namespace firesteel::sql
