// Session variables, EXECUTE IMMEDIATE and IDENTIFIER(…). Source: AstBuilder and SparkSqlAstBuilder
// of Spark 4.2.
#include <utility>

#include "sql/grammar.h"

namespace firesteel::sql {

std::vector<std::string> Grammar::identifier_clause() {
  advance(2);
  const plan::ExpressionPtr name = expression();
  expect(")");
  const auto* literal = name->as<plan::Literal>();
  const auto* text = literal && literal->type.is_string() ? std::get_if<std::string>(&literal->value) : nullptr;
  if (text) return parse_multipart_identifier(*text);
  if (!options_.constant_text) throw_unsupported("EXPRESSION", "IDENTIFIER() of an expression here");
  return parse_multipart_identifier(options_.constant_text(name));
}

std::vector<std::vector<std::string>> Grammar::variable_names() {
  std::vector<std::vector<std::string>> names;
  do {
    names.push_back(multipart_identifier());
  } while (accept(","));
  return names;
}

Statement Grammar::declare_variable() {
  const size_t from = position_;
  advance();
  DeclareVariable declare;
  declare.replace = accept(Keyword::kOr, Keyword::kReplace);
  const bool has_word = (at(Keyword::kVariable) || at(Keyword::kVar)) && at_identifier(1);
  if (has_word) advance();
  declare.names = variable_names();
  const bool has_type = at_identifier() && !at(Keyword::kDefault);
  if (has_type) declare.type = data_type();
  if (accept(Keyword::kDefault) || accept("=")) {
    const size_t value_from = position_;
    declare.value = expression();
    declare.value_text = source_text(value_from);
  }
  if (!has_type && !declare.value) {
    if (!at_end() && !at(";")) syntax_error();
    fail("INVALID_SQL_SYNTAX.VARIABLE_TYPE_OR_DEFAULT_REQUIRED", {}, from);
  }
  return declare;
}

Statement Grammar::set_variable() {
  const size_t from = position_ - 1;
  advance();
  SetVariable set;
  if (accept("(")) {
    if (at(")")) fail("INVALID_SET_SYNTAX", {}, from);
    set.names = variable_names();
    expect(")");
    expect("=");
    expect("(");
    set.query = query();
    expect(")");
    return set;
  }
  do {
    set.names.push_back(multipart_identifier());
    expect("=");
    const bool is_default = at(Keyword::kDefault) && (at(",", 1) || at(";", 1) || peek(1).kind == TokenKind::kEnd);
    set.values.push_back(is_default ? nullptr : expression());
    if (is_default) advance();
  } while (accept(","));
  return set;
}

Statement Grammar::drop_variable() {
  advance(3);
  DropVariable drop;
  drop.if_exists = accept_if_exists();
  drop.name = multipart_identifier();
  return drop;
}

Statement Grammar::execute_immediate() {
  advance();
  expect(Keyword::kImmediate);
  ExecuteImmediate execute;
  execute.text = expression();
  if (accept(Keyword::kInto)) execute.into = variable_names();
  if (accept(Keyword::kUsing)) {
    const bool has_brackets = accept("(");
    execute.arguments = named_expressions();
    if (has_brackets) expect(")");
  }
  return execute;
}

}  // namespace firesteel::sql
