// Primary expressions: names, parentheses, CASE, CAST, lambdas, aliases. Source: AstBuilder of
// Spark 4.2.
#include <algorithm>
#include <cctype>
#include <utility>

#include "sql/grammar.h"

namespace firesteel::sql {

using plan::ExpressionPtr;
using plan::make_expression;

ExpressionPtr Grammar::primary() {
  const size_t from = position_;
  return suffixed(primary_base(), from);
}

ExpressionPtr Grammar::primary_base() {
  const size_t from = position_;
  if (at("-") || at_number()) return number();
  if (at_string()) return text_or_parameter();
  if (at("(")) return at_lambda() ? lambda() : parenthesized();
  if (at("*")) return star({}, from);
  if (at("?") || at(":")) return text_or_parameter();
  if (!at_identifier() && peek().keyword == Keyword::kNone) syntax_error();
  if (at_lambda()) return lambda();
  if (peek().kind == TokenKind::kWord && peek().keyword != Keyword::kNone) {
    if (ExpressionPtr special = keyword_primary()) return special;
  }
  if (peek().kind == TokenKind::kWord && at_string(1)) return typed_literal();
  if (at_identifier_clause()) {
    // What stands behind the clause is a field of the column that it names.
    std::vector<std::string> name = identifier_clause();
    return at("(") ? function_call(std::move(name), from) : column_reference(std::move(name), from);
  }
  if (at_column_regex()) return column_regex({}, from);
  std::vector<std::string> parts = {identifier()};
  while (at(".") && at_identifier(1) && !at_identifier_clause(1)) {
    advance();
    if (at_column_regex()) return column_regex(std::move(parts), from);
    parts.push_back(identifier());
  }
  if (at(".") && at("*", 1)) {
    advance();
    return star(std::move(parts), from);
  }
  if (at("(")) return function_call(std::move(parts), from);
  return column_reference(std::move(parts), from);
}

ExpressionPtr Grammar::keyword_primary() {
  const size_t from = position_;
  const Keyword keyword = peek().keyword;
  const bool opens = at("(", 1);
  switch (keyword) {
    case Keyword::kNull:
      advance();
      return literal({plan::Type::null(), {}}, from);
    case Keyword::kTrue:
    case Keyword::kFalse:
      advance();
      return literal({plan::Type::boolean(), keyword == Keyword::kTrue}, from);
    case Keyword::kCase:
      return case_expression();
    case Keyword::kCast:
    case Keyword::kTryCast:
      return opens ? cast_expression() : nullptr;
    case Keyword::kInterval:
      return at_interval_literal() ? interval_literal() : nullptr;
    case Keyword::kCurrentDate:
    case Keyword::kCurrentTimestamp:
    case Keyword::kCurrentTime:
    case Keyword::kCurrentUser:
    case Keyword::kUser:
    case Keyword::kSessionUser:
      // Otherwise a column may have the name; the analyzer tries it first.
      if (opens || !options_.enforce_reserved_keywords) return nullptr;
      advance();
      return call(lower_case(source_text(from)), {}, from);
    default:
      return opens ? special_function(keyword) : nullptr;
  }
}

// [index], .field, ::type, COLLATE name
ExpressionPtr Grammar::suffixed(ExpressionPtr base, size_t from) {
  for (;;) {
    if (accept("[")) {
      plan::UnresolvedExtract extract{std::move(base), value_expression()};
      if (!at("]")) syntax_error(": missing ']'");
      advance();
      base = make_expression(std::move(extract), origin(from));
    } else if (at(".") && at("*", 1)) {
      // Only what a name means can be taken apart.
      advance();
      syntax_error();
    } else if (at(".") && at_identifier(1)) {
      advance();
      const size_t field_from = position_;
      std::string field = identifier();
      ExpressionPtr name = text_literal(std::move(field), field_from);
      base = make_expression(plan::UnresolvedExtract{std::move(base), std::move(name)},
                             origin(from));
    } else if (accept("::")) {
      plan::Cast cast;
      cast.child = std::move(base);
      cast.target = data_type();
      base = make_expression(std::move(cast), origin(from));
    } else if (at(Keyword::kCollate) && at_identifier(1)) {
      advance();
      const size_t name_from = position_;
      const std::vector<std::string> name = multipart_identifier();
      base = call("collate", {std::move(base), text_literal(name.back(), name_from)}, from);
    } else if (at(":") && (at_identifier(1) || at("[", 1)) && peek(1).begin == peek().end) {
      advance();
      const size_t path_from = position_;
      std::string path = variant_path();
      base = call("semi_structured_extract", {std::move(base), text_literal(std::move(path), path_from)}, from);
    } else {
      return base;
    }
  }
}

// The path behind "variant:", such as a.b[0]['c'], in the form that variant_get takes.
std::string Grammar::variant_path() {
  std::string path = "$";
  const auto add_name = [&](const std::string& name) { path += "['" + name + "']"; };
  // Spark reads the path from the text, in which the quotes are gone: `a.b` names a field within a field (visitSemiStructuredExtract).
  const auto add_names = [&](const std::string& text) {
    for (size_t from = 0; from <= text.size();) {
      const size_t point = std::min(text.find('.', from), text.size());
      add_name(text.substr(from, point - from));
      from = point + 1;
    }
  };
  if (at_identifier()) add_names(identifier());
  while (true) {
    if (at(".") && at_identifier(1)) {
      advance();
      add_names(identifier());
    } else if (at("[") && peek(1).kind == TokenKind::kInteger && at("]", 2)) {
      path += "[" + std::string(text_of(peek(1))) + "]";
      advance(3);
    } else if (at("[") && at_string(1)) {
      advance();
      add_name(string_literal());
      expect("]");
    } else {
      return path;
    }
  }
}

ExpressionPtr Grammar::parenthesized() {
  const Nesting nesting(this);
  const size_t from = position_;
  if (plan::RelationPtr plan = parenthesized_query()) {
    plan::Subquery subquery;
    subquery.plan = std::move(plan);
    return make_expression(std::move(subquery), origin(from));
  }
  expect("(");
  ExpressionPtr first = named_expression();
  if (!at(",")) {
    if (first->as<plan::Alias>()) syntax_error();  // only the fields of a row have names
    expect(")");
    return first;
  }
  Expressions fields = {std::move(first)};
  while (accept(",")) fields.push_back(named_expression());
  expect(")");
  return row_constructor(std::move(fields), from);
}

// (a, b + 1) is a struct with the fields' own names, or col1, col2, … by position.
ExpressionPtr Grammar::row_constructor(Expressions fields, size_t from) const {
  plan::UnresolvedFunction function;
  function.name = {"named_struct"};
  // Marks it as a row, whose fields are compared one by one with those of a subquery.
  function.is_internal = true;
  for (size_t i = 0; i < fields.size(); ++i) {
    std::string name = "col" + std::to_string(i + 1);
    if (const auto* attribute = fields[i]->as<plan::UnresolvedAttribute>()) {
      name = attribute->parts.back();
    }
    if (const auto* variable = fields[i]->as<plan::UnresolvedLambdaVariable>()) name = variable->parts.back();
    if (const auto* alias = fields[i]->as<plan::Alias>()) name = alias->names.front();
    function.arguments.push_back(plan::make_string_literal(std::move(name)));
    function.arguments.push_back(std::move(fields[i]));
  }
  return make_expression(std::move(function), origin(from));
}

ExpressionPtr Grammar::column_reference(std::vector<std::string> parts, size_t from) const {
  const std::string first = lower_case(parts.front());
  for (const auto& scope : lambda_parameters_) {
    if (std::find(scope.begin(), scope.end(), first) != scope.end()) {
      return make_expression(plan::UnresolvedLambdaVariable{std::move(parts)}, origin(from));
    }
  }
  plan::UnresolvedAttribute attribute;
  attribute.parts = std::move(parts);
  return make_expression(std::move(attribute), origin(from));
}

// AstBuilder.visitColumnReference: quoted names that are more than letters, digits and _ stand for all columns that they
// match, in SELECT lists and below.
bool Grammar::at_column_regex() const {
  if (!options_.regex_column_names || named_expressions_around_ == 0) return false;
  if (peek().kind != TokenKind::kBackquoted || at("(", 1)) return false;
  std::string_view name = text_of(peek());
  name = name.substr(1, name.size() - 2);
  return std::any_of(name.begin(), name.end(), [](char c) {
    const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
    return is_ascii && std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_';
  });
}

ExpressionPtr Grammar::column_regex(std::vector<std::string> table, size_t from) {
  plan::UnresolvedRegex regex;
  const std::string_view quoted = text_of(peek());
  regex.pattern = quoted.substr(1, quoted.size() - 2);
  for (const std::string& part : table) regex.table += (regex.table.empty() ? "" : ".") + quoted_if_needed(part);
  advance();
  return make_expression(std::move(regex), origin(from));
}

ExpressionPtr Grammar::star(std::vector<std::string> target, size_t from) {
  expect("*");
  plan::UnresolvedStar star;
  star.target = std::move(target);
  if (at(Keyword::kExcept) && at("(", 1) && !begins_query(2)) {
    advance(2);
    do {
      star.except.push_back(multipart_identifier());
    } while (accept(","));
    expect(")");
  }
  return make_expression(std::move(star), origin(from));
}

ExpressionPtr Grammar::parameter() {
  const size_t from = position_;
  ++parameter_count_;
  plan::Parameter parameter;
  if (accept("?")) {
    parameter.position = static_cast<int>(tokens_[from].character_begin);
  } else {
    expect(":");
    if (at_identifier_clause()) syntax_error_at(peek(2));
    parameter.name = identifier();
  }
  if (!options_.parameter) return make_expression(std::move(parameter), origin(from));
  const auto is_marker = [&](const Token& token) { return token.kind == TokenKind::kSymbol && text_of(token) == "?"; };
  const auto markers_before =
      std::count_if(tokens_.begin(), tokens_.begin() + static_cast<std::ptrdiff_t>(from), is_marker);
  const ExpressionPtr value = options_.parameter(parameter.name, static_cast<size_t>(markers_before));
  if (!value) {
    const bool has_names = std::any_of(tokens_.begin(), tokens_.end(), [&](const Token& token) {
      return token.kind == TokenKind::kSymbol && text_of(token) == ":";
    });
    const bool has_marks = std::any_of(tokens_.begin(), tokens_.end(), is_marker);
    if (has_names && has_marks) throw SparkError("INVALID_QUERY_MIXED_QUERY_PARAMETERS", {});
    const std::string shown =
        parameter.name.empty() ? "_" + std::to_string(parameter.position) : parameter.name;
    throw SparkError("UNBOUND_SQL_PARAMETER", {{"name", shown}});
  }
  return value;
}

// Texts in a row are one, and so are texts and parameters that are texts.
ExpressionPtr Grammar::text_or_parameter() {
  const size_t from = position_;
  const auto text_in = [](const ExpressionPtr& e) {
    const auto* literal = e->as<plan::Literal>();
    return literal && literal->type.is_string() ? std::get_if<std::string>(&literal->value) : nullptr;
  };
  const bool begins_with_text = at_string();
  ExpressionPtr value = begins_with_text ? text_literal(adjacent_string_literals(), from) : parameter();
  while (options_.parameter && text_in(value) && (at_string() || at("?") || (at(":") && at_identifier(1)))) {
    const ExpressionPtr next = at_string() ? text_literal(adjacent_string_literals(), from) : parameter();
    if (!text_in(next)) syntax_error_at(tokens_[position_ - 1]);
    value = text_literal(*text_in(value) + *text_in(next), from);
  }
  return value;
}

// Becomes "when" with pairs of condition and value, then the value of ELSE if there is one.
ExpressionPtr Grammar::case_expression() {
  const Nesting nesting(this);
  const size_t from = position_;
  expect(Keyword::kCase);
  ExpressionPtr subject;
  if (!at(Keyword::kWhen)) subject = expression();
  Expressions arguments;
  if (!at(Keyword::kWhen)) syntax_error();
  while (accept(Keyword::kWhen)) {
    const size_t condition_from = position_;
    ExpressionPtr condition = expression();
    if (subject) condition = call("=", {subject, std::move(condition)}, condition_from);
    arguments.push_back(std::move(condition));
    expect(Keyword::kThen);
    arguments.push_back(expression());
  }
  if (accept(Keyword::kElse)) arguments.push_back(expression());
  expect(Keyword::kEnd);
  return call("when", std::move(arguments), from);
}

ExpressionPtr Grammar::cast_expression() {
  const size_t from = position_;
  plan::Cast cast;
  if (at(Keyword::kTryCast)) cast.mode = plan::CastMode::kTry;
  advance();
  expect("(");
  cast.child = expression();
  expect(Keyword::kAs);
  cast.target = data_type();
  expect(")");
  return make_expression(std::move(cast), origin(from));
}

// x -> …, (x, y) -> …
bool Grammar::at_lambda() const {
  if (at_identifier() && !at("(")) return at("->", 1);
  if (!at("(") || !at_identifier(1)) return false;
  size_t ahead = 2;
  while (at(",", ahead) && at_identifier(ahead + 1)) ahead += 2;
  return at(")", ahead) && at("->", ahead + 1);
}

ExpressionPtr Grammar::lambda() {
  const Nesting nesting(this);
  const size_t from = position_;
  const bool has_parentheses = accept("(");
  plan::LambdaFunction function;
  std::vector<std::string> names;
  do {
    const size_t name_from = position_;
    std::string name = identifier();
    names.push_back(lower_case(name));
    function.parameters.push_back(make_expression(
        plan::UnresolvedLambdaVariable{{std::move(name)}}, origin(name_from)));
  } while (has_parentheses && accept(","));
  if (has_parentheses) expect(")");
  expect("->");
  lambda_parameters_.push_back(std::move(names));
  function.body = expression();
  lambda_parameters_.pop_back();
  return make_expression(std::move(function), origin(from));
}

ExpressionPtr Grammar::named_expression() {
  const size_t from = position_;
  ++named_expressions_around_;
  ExpressionPtr child = expression();
  --named_expressions_around_;
  plan::Alias alias;
  if (accept(Keyword::kAs)) {
    if (at("(")) {
      alias.names = identifier_list();
    } else {
      alias.names = {captured_identifier()};
    }
  } else if (at_implicit_alias()) {
    alias.names = {captured_identifier()};
  } else if (at("(") && at_identifier(1) && (at(",", 2) || at(")", 2))) {
    alias.names = identifier_list();
  } else {
    return child;
  }
  alias.child = std::move(child);
  return make_expression(std::move(alias), origin(from));
}

bool Grammar::at_implicit_alias() const { return at_identifier() && !begins_clause(); }

// Words may name a column and begin a clause: `SELECT 1 limit` has a column "limit". Spark's parser
// takes the clause wherever the text goes on as one.
bool Grammar::begins_clause() const {
  const Token& next = peek(1);
  if ((at_word("APPROX") || at_word("EXACT")) && at(Keyword::kNearest, 1)) return true;
  const bool is_last = next.kind == TokenKind::kEnd || at(")", 1) || at(",", 1) || at(";", 1);
  switch (peek().keyword) {
    case Keyword::kFrom:
    case Keyword::kWhere:
    case Keyword::kHaving:
    case Keyword::kQualify:
    case Keyword::kLimit:
    case Keyword::kOffset:
    case Keyword::kOn:
    case Keyword::kUsing:
    case Keyword::kJoin:
    case Keyword::kSelect:
    case Keyword::kThen:
    case Keyword::kWhen:
    case Keyword::kElse:
    case Keyword::kAs:
    case Keyword::kAnd:
    case Keyword::kOr:
      return !is_last;
    case Keyword::kEnd:
      return false;
    case Keyword::kGroup:
    case Keyword::kOrder:
    case Keyword::kSort:
    case Keyword::kCluster:
    case Keyword::kDistribute:
    case Keyword::kPartition:
      return at(Keyword::kBy, 1);
    case Keyword::kWindow:
      return at_identifier(1) && at(Keyword::kAs, 2);
    case Keyword::kLateral:
      return at(Keyword::kView, 1) || at("(", 1) || at_identifier(1);
    case Keyword::kUnion:
    case Keyword::kExcept:
    case Keyword::kIntersect:
    case Keyword::kMinus:
      return begins_query(1) || at("(", 1) || at(Keyword::kAll, 1) || at(Keyword::kDistinct, 1);
    case Keyword::kPivot:
    case Keyword::kTablesample:
      return at("(", 1);
    case Keyword::kUnpivot:
      return at("(", 1) || at(Keyword::kInclude, 1) || at(Keyword::kExclude, 1);
    case Keyword::kFor:
      return at_identifier(1) || at("(", 1);
    case Keyword::kInsert:
      return at(Keyword::kInto, 1) || at(Keyword::kOverwrite, 1);
    case Keyword::kWith:
      return at("(", 1);
    default:
      return false;
  }
}

Grammar::Expressions Grammar::named_expressions() {
  Expressions list = {named_expression()};
  while (accept(",")) list.push_back(named_expression());
  return list;
}

Grammar::Expressions Grammar::expressions() {
  Expressions list = {expression()};
  while (accept(",")) list.push_back(expression());
  return list;
}

ExpressionPtr Grammar::sort_item() {
  const size_t from = position_;
  plan::SortOrder order;
  order.child = expression();
  if (accept(Keyword::kDesc)) {
    order.is_ascending = false;
  } else {
    accept(Keyword::kAsc);
  }
  if (accept(Keyword::kNulls)) {
    order.null_order = at(Keyword::kFirst) ? plan::NullOrder::kFirst : plan::NullOrder::kLast;
    if (!accept(Keyword::kFirst)) expect(Keyword::kLast);
  } else {
    order.null_order = order.is_ascending ? plan::NullOrder::kFirst : plan::NullOrder::kLast;
  }
  return make_expression(std::move(order), origin(from));
}

Grammar::Expressions Grammar::sort_items() {
  Expressions list = {sort_item()};
  while (accept(",")) list.push_back(sort_item());
  return list;
}

}  // namespace firesteel::sql
