// CREATE and DROP FUNCTION. Source: SparkSqlAstBuilder.visitCreateUserDefinedFunction of Spark 4.2.
#include <utility>

#include "base/text.h"
#include "sql/grammar.h"

namespace firesteel::sql {

Statement Grammar::create_function(CreateFunction create, size_t from) {
  create.if_not_exists = accept_if_not_exists();
  create.function.name = multipart_identifier();
  if (create.if_not_exists && create.replace) fail("INVALID_SQL_SYNTAX.CREATE_ROUTINE_WITH_IF_NOT_EXISTS_AND_REPLACE", {}, from);
  if (create.is_temporary && create.if_not_exists) fail("INVALID_SQL_SYNTAX.CREATE_TEMP_FUNC_WITH_IF_NOT_EXISTS", {}, from);
  if (at(Keyword::kAs)) throw_unsupported("STATEMENT", "CREATE FUNCTION of a class");
  if (create.is_temporary) create.function.name = temporary_name(std::move(create.function.name), "FUNCTION", from);
  function_parameters(&create.function, from);
  if (accept_word("RETURNS")) function_result(&create.function);
  function_characteristics(&create.function);
  if (!accept_word("RETURN")) syntax_error();
  function_body(&create.function);
  return create;
}

void Grammar::function_parameters(plan::SqlFunction* function, size_t from) {
  expect("(");
  if (accept(")")) return;
  const size_t first = position_;
  bool has_not_null = false;
  bool is_generated = false;
  bool is_constrained = false;
  do {
    plan::SqlFunctionParameter parameter;
    parameter.name = captured_identifier();
    parameter.type = data_type();
    for (bool goes_on = true; goes_on;) {
      goes_on = true;
      if (at(Keyword::kNot) && at(Keyword::kNull, 1)) {
        advance(2);
        has_not_null = true;
      } else if (accept(Keyword::kDefault)) {
        const size_t value = position_;
        expression();
        parameter.default_text = source_text(value);
      } else if (auto comment = comment_clause()) {
        parameter.comment = *std::move(comment);
      } else if (accept_word("GENERATED")) {
        skip_generation();
        is_generated = true;
      } else if (at_word("UNIQUE") || at_word("CHECK") || at_word("PRIMARY") || at_word("REFERENCES")) {
        while (!at_end() && !at(",") && !at(")")) skip_constraint_part();
        is_constrained = true;
      } else {
        goes_on = false;
      }
    }
    function->parameters.push_back(std::move(parameter));
  } while (accept(","));
  const std::string written = source_text(first);
  expect(")");
  if (is_generated) {
    while (!at_end()) advance();
    fail("INVALID_SQL_SYNTAX.CREATE_FUNC_WITH_GENERATED_COLUMNS_AS_PARAMETERS", {}, from);
  }
  if (is_constrained) {
    while (!at_end()) advance();
    fail("INVALID_SQL_SYNTAX.CREATE_FUNC_WITH_COLUMN_CONSTRAINTS", {}, from);
  }
  if (has_not_null) {
    throw SparkError("USER_DEFINED_FUNCTIONS.NOT_NULL_ON_FUNCTION_PARAMETERS", {{"input", written}}).with_kind(ErrorKind::kAnalysis);
  }
}

// ALWAYS AS (expression), ALWAYS AS IDENTITY
void Grammar::skip_generation() {
  if (!accept_word("ALWAYS")) syntax_error();
  expect(Keyword::kAs);
  if (accept("(")) {
    expression();
    expect(")");
  } else if (!accept_word("IDENTITY")) {
    syntax_error();
  }
}

// A word of a constraint or what it has in brackets.
void Grammar::skip_constraint_part() {
  if (!accept("(")) return advance();
  expressions();
  expect(")");
}

void Grammar::function_result(plan::SqlFunction* function) {
  function->is_table = accept(Keyword::kTable);
  if (!function->is_table) {
    function->result = data_type();
    return;
  }
  if (!accept("(")) return;
  const size_t first = position_;
  plan::Schema columns;
  bool has_not_null = false;
  do {
    columns.push_back(column_definition(/*allows_colon=*/false));
    has_not_null |= !columns.back().nullable;
  } while (accept(","));
  if (has_not_null) {
    throw SparkError("USER_DEFINED_FUNCTIONS.NOT_NULL_ON_FUNCTION_PARAMETERS", {{"input", source_text(first)}}).with_kind(ErrorKind::kAnalysis);
  }
  expect(")");
  function->result = plan::Type::structure(std::move(columns));
}

void Grammar::function_characteristics(plan::SqlFunction* function) {
  for (;;) {
    if (accept_word("LANGUAGE")) {
      const std::string language = upper_case(identifier());
      if (language != "SQL") throw_unsupported("STATEMENT", "CREATE FUNCTION in the language " + language);
    } else if (at(Keyword::kNot) && at_word("DETERMINISTIC", 1)) {
      advance(2);
      function->is_deterministic = false;
    } else if (accept_word("DETERMINISTIC")) {
      function->is_deterministic = true;
    } else if (at_word("CONTAINS") && at_word("SQL", 1)) {
      advance(2);
      function->reads_data = false;
    } else if (at_word("READS") && at_word("SQL", 1)) {
      advance(2);
      if (!accept_word("DATA")) syntax_error();
      function->reads_data = true;
    } else if (auto comment = comment_clause()) {
      function->comment = *std::move(comment);
    } else {
      return;
    }
  }
}

// A query where it can be one, or an expression.
void Grammar::function_body(plan::SqlFunction* function) {
  const size_t from = position_;
  if (begins_query() || (at("(") && peek().opens_query)) {
    const size_t before = position_;
    query();
    function->body_is_query = at_end() || at(";");
    if (!function->body_is_query) position_ = before;
  }
  if (!function->body_is_query) expression();
  function->body_text = source_text(from);
  if (function->is_table && !function->body_is_query) {
    throw SparkError("USER_DEFINED_FUNCTIONS.SQL_TABLE_UDF_BODY_MUST_BE_A_QUERY", {{"name", joined(function->name, ".")}})
        .with_kind(ErrorKind::kAnalysis);
  }
}

Statement Grammar::drop_function() {
  advance();
  DropFunction drop;
  drop.is_temporary = accept(Keyword::kTemporary);
  expect(Keyword::kFunction);
  drop.if_exists = accept_if_exists();
  drop.name = multipart_identifier();
  return drop;
}

}  // namespace firesteel::sql
