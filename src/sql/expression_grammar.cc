// Boolean, comparison and arithmetic operators. Source: AstBuilder of Spark 4.2.
#include <algorithm>
#include <utility>

#include "sql/grammar.h"

namespace firesteel::sql {

using plan::ExpressionPtr;
using plan::make_expression;

ExpressionPtr Grammar::call(std::string name, Expressions arguments, size_t from) const {
  plan::UnresolvedFunction function;
  function.name = {std::move(name)};
  function.arguments = std::move(arguments);
  return make_expression(std::move(function), origin(from));
}

ExpressionPtr Grammar::text_literal(std::string text, size_t from) const {
  return literal({plan::Type::string(), std::move(text)}, from);
}

ExpressionPtr Grammar::whole_expression() {
  ExpressionPtr result = named_expression();
  expect_end();
  return result;
}

// Long chains of AND and OR become balanced trees, which is visible in column names.
ExpressionPtr Grammar::balanced(std::string_view name, const Expressions& operands, size_t first,
                                size_t last, size_t from) const {
  if (first == last) return operands[first];
  const size_t middle = first + (last - first) / 2;
  return call(std::string(name),
              {balanced(name, operands, first, middle, from),
               balanced(name, operands, middle + 1, last, from)},
              from);
}

ExpressionPtr Grammar::expression() {
  const Nesting nesting(this);
  const size_t from = position_;
  ExpressionPtr first = conjunction();
  if (!at(Keyword::kOr)) return first;
  Expressions operands = {std::move(first)};
  while (accept(Keyword::kOr)) operands.push_back(conjunction());
  return balanced("or", operands, 0, operands.size() - 1, from);
}

ExpressionPtr Grammar::conjunction() {
  const size_t from = position_;
  ExpressionPtr first = negation();
  if (!at(Keyword::kAnd)) return first;
  Expressions operands = {std::move(first)};
  while (accept(Keyword::kAnd)) operands.push_back(negation());
  return balanced("and", operands, 0, operands.size() - 1, from);
}

ExpressionPtr Grammar::negation() {
  const size_t from = position_;
  if (!at_not()) return predicated();
  const Nesting nesting(this);
  advance();
  ExpressionPtr operand = negation();
  return call("not", {std::move(operand)}, from);
}

// AstBuilder.blockBang: between two operands ! was NOT once.
void Grammar::skip_not() {
  if (at("!") && !options_.bang_is_not) fail("SYNTAX_DISCONTINUED.BANG_EQUALS_NOT", {{"clause", "!"}}, position_);
  advance();
}

ExpressionPtr Grammar::predicated() {
  const size_t from = position_;
  if (at(Keyword::kExists) && at("(", 1) && begins_query(2)) {
    advance();
    plan::Subquery subquery;
    subquery.kind = plan::SubqueryKind::kExists;
    subquery.plan = parenthesized_query();
    return make_expression(std::move(subquery), origin(from));
  }
  ExpressionPtr operand = value_expression();
  return predicate(std::move(operand), from);
}

ExpressionPtr Grammar::predicate(ExpressionPtr operand, size_t from) {
  const size_t predicate_from = position_;
  const bool is_negated = at_not();
  const Keyword kind = peek(is_negated ? 1 : 0).keyword;
  ExpressionPtr result;
  if (kind == Keyword::kBetween) {
    if (is_negated) skip_not();
    advance();
    ExpressionPtr lower = value_expression();
    expect(Keyword::kAnd);
    ExpressionPtr upper = value_expression();
    result = options_.between_is_two ? call("and", {call(">=", {operand, lower}, from), call("<=", {operand, upper}, from)}, from)
                                     : call("between", {std::move(operand), std::move(lower), std::move(upper)}, from);
  } else if (kind == Keyword::kIn && at("(", is_negated ? 2 : 1)) {
    if (is_negated) skip_not();
    advance();
    result = in_predicate(std::move(operand), from, predicate_from);
  } else if (kind == Keyword::kRlike) {
    if (is_negated) skip_not();
    advance();
    ExpressionPtr pattern = value_expression();
    result = call("rlike", {std::move(operand), std::move(pattern)}, from);
  } else if (kind == Keyword::kLike || kind == Keyword::kIlike) {
    if (is_negated) skip_not();
    return like_predicate(std::move(operand), is_negated, from, predicate_from);
  } else if (!is_negated && kind == Keyword::kIs) {
    advance();
    return is_predicate(std::move(operand), from);
  } else {
    return operand;
  }
  return is_negated ? call("not", {std::move(result)}, from) : result;
}

ExpressionPtr Grammar::in_predicate(ExpressionPtr operand, size_t from, size_t predicate_from) {
  if (plan::RelationPtr plan = parenthesized_query()) {
    plan::Subquery subquery;
    subquery.kind = plan::SubqueryKind::kIn;
    subquery.plan = std::move(plan);
    const auto* row = operand->as<plan::UnresolvedFunction>();
    if (row != nullptr && row->is_internal) {  // (a, b) IN (SELECT …)
      for (size_t i = 1; i < row->arguments.size(); i += 2) {
        subquery.in_values.push_back(row->arguments[i]);
      }
    } else {
      subquery.in_values.push_back(std::move(operand));
    }
    return make_expression(std::move(subquery), origin(from));
  }
  expect("(");
  if (accept(")")) fail("INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE", {}, predicate_from);
  Expressions arguments = {std::move(operand)};
  do {
    arguments.push_back(expression());
  } while (accept(","));
  expect(")");
  return call("in", std::move(arguments), from);
}

ExpressionPtr Grammar::like_predicate(ExpressionPtr operand, bool is_negated, size_t from,
                                      size_t predicate_from) {
  const std::string function = at(Keyword::kLike) ? "like" : "ilike";
  advance();
  const bool is_quantified = at(Keyword::kAny) || at(Keyword::kSome) || at(Keyword::kAll);
  if (is_quantified && at("(", 1)) {
    return quantified_like(std::move(operand), function, is_negated, from, predicate_from);
  }
  ExpressionPtr pattern = value_expression();
  Expressions arguments = {std::move(operand), std::move(pattern)};
  if (at(Keyword::kEscape) && at_string(1)) {
    advance();
    const size_t escape_from = position_;
    const std::string escape = string_literal();
    size_t characters = 0;
    for (const char byte : escape) characters += begins_character(byte);
    if (characters != 1) {
      fail("INVALID_ESC", {{"invalidEscape", "'" + escape + "'"}}, predicate_from);
    }
    arguments.push_back(text_literal(escape, escape_from));
  }
  ExpressionPtr result = call(function, std::move(arguments), from);
  return is_negated ? call("not", {std::move(result)}, from) : result;
}

ExpressionPtr Grammar::quantified_like(ExpressionPtr operand, const std::string& function,
                                       bool is_negated, size_t from, size_t predicate_from) {
  const bool is_all = at(Keyword::kAll);
  advance(2);
  if (accept(")")) {
    fail("_LEGACY_ERROR_TEMP_0064", {{"msg", "Expected something between '(' and ')'."}},
         predicate_from);
  }
  Expressions patterns;
  do {
    patterns.push_back(expression());
  } while (accept(","));
  expect(")");
  // AstBuilder: constant texts are compared by one expression, whatever their number.
  const bool are_texts = std::all_of(patterns.begin(), patterns.end(), [](const ExpressionPtr& pattern) {
    const auto* constant = pattern->as<plan::Literal>();
    return constant && std::holds_alternative<std::string>(constant->value) && constant->type.is_string();
  });
  if (are_texts) {
    const auto lowered = [&](ExpressionPtr& text) {
      if (function == "ilike") text = call("lower", {std::move(text)}, from);
    };
    lowered(operand);
    for (ExpressionPtr& pattern : patterns) lowered(pattern);
    patterns.insert(patterns.begin(), std::move(operand));
    return call(std::string(is_negated ? "not" : "") + (is_all ? "likeall" : "likeany"), std::move(patterns), from);
  }
  Expressions matches;
  for (ExpressionPtr& pattern : patterns) {
    ExpressionPtr match = call(function, {operand, std::move(pattern)}, from);
    matches.push_back(is_negated ? call("not", {std::move(match)}, from) : std::move(match));
  }
  return balanced(is_all ? "and" : "or", matches, 0, matches.size() - 1, from);
}

ExpressionPtr Grammar::is_predicate(ExpressionPtr operand, size_t from) {
  const bool is_negated = at_not();
  if (is_negated) skip_not();
  if (accept(Keyword::kNull) || accept(Keyword::kUnknown)) {
    return call(is_negated ? "isnotnull" : "isnull", {std::move(operand)}, from);
  }
  ExpressionPtr result;
  if (at(Keyword::kTrue) || at(Keyword::kFalse)) {
    const size_t value_from = position_;
    const bool value = at(Keyword::kTrue);
    advance();
    result = call("<=>", {std::move(operand), literal({plan::Type::boolean(), value}, value_from)},
                  from);
    return is_negated ? call("not", {std::move(result)}, from) : result;
  }
  if (!accept(Keyword::kDistinct, Keyword::kFrom)) syntax_error();
  ExpressionPtr right = value_expression();
  result = call("<=>", {std::move(operand), std::move(right)}, from);
  return is_negated ? result : call("not", {std::move(result)}, from);
}

// Spark's order of precedence, loosest first: comparison, |, ^, &, shifts, additive,
// multiplicative.
std::optional<Grammar::BinaryOperator> Grammar::binary_operator() const {
  if (at(Keyword::kDiv)) return BinaryOperator{"div", 7};
  if (peek().kind != TokenKind::kSymbol || at_pipe()) return std::nullopt;
  static constexpr BinaryOperator kOperators[] = {
      {"=", 1},  {"==", 1}, {"<=>", 1}, {"<>", 1}, {"!=", 1},  {"<", 1}, {"<=", 1}, {"!>", 1},
      {">", 1},  {">=", 1}, {"!<", 1},  {"|", 2},  {"^", 3},   {"&", 4}, {"<<", 5}, {">>", 5},
      {">>>", 5}, {"+", 6}, {"-", 6},   {"||", 6}, {"*", 7},   {"/", 7}, {"%", 7}};
  const std::string_view text = text_of(peek());
  for (const BinaryOperator& candidate : kOperators) {
    if (candidate.function == text) return candidate;
  }
  return std::nullopt;
}

ExpressionPtr Grammar::value_expression(int min_precedence) {
  const size_t from = position_;
  ExpressionPtr left = unary();
  while (const auto operation = binary_operator()) {
    if (operation->precedence < min_precedence) break;
    const std::string_view symbol = operation->function;
    advance();
    ExpressionPtr right = value_expression(operation->precedence + 1);
    Expressions operands = {std::move(left), std::move(right)};
    if (symbol == "<>" || symbol == "!=") {
      left = call("not", {call("=", std::move(operands), from)}, from);
      continue;
    }
    std::string_view name = symbol;
    if (symbol == "==") name = "=";
    if (symbol == "!>") name = "<=";
    if (symbol == "!<") name = ">=";
    if (symbol == "||") name = "concat";
    left = call(std::string(name), std::move(operands), from);
  }
  return left;
}

ExpressionPtr Grammar::unary() {
  const bool is_minus = at("-");
  if (is_minus && at_number(1)) return primary();
  if (!is_minus && !at("+") && !at("~")) return primary();
  const Nesting nesting(this);
  const size_t from = position_;
  // The names tell the signs from the functions of the same meaning, which print differently.
  std::string name = is_minus ? "unary -" : at("+") ? "positive" : "~";
  advance();
  ExpressionPtr operand = unary();
  return call(std::move(name), {std::move(operand)}, from);
}

}  // namespace firesteel::sql
