#include "sql/parser.h"

#include <utility>

#include "sql/grammar.h"

namespace firesteel::sql {

plan::Type parse_type(std::string_view text, const ParserOptions& options) { return Grammar(text, options).whole_type(); }

plan::Schema parse_schema(std::string_view text, const ParserOptions& options) {
  // PySpark accepts a column list, a single type (one column named "value") and a struct type.
  // Spark's StructType.fromDDL tries them in this order.
  const auto as_type = [&]() -> plan::Schema {
    plan::Type type = parse_type(text, options);
    if (type.is(plan::TypeKind::kStruct)) return type.fields();
    return {{"value", std::move(type), true, ""}};
  };
  try {
    return Grammar(text, options).whole_schema();
  } catch (const SparkError& error) {
    try {
      return as_type();
    } catch (const SparkError&) {
      throw error;  // the column list is what users mean
    }
  }
}

plan::ExpressionPtr parse_expression(std::string_view text, const ParserOptions& options) {
  return Grammar(text, options).whole_expression();
}

Statement parse_statement(std::string_view text, const ParserOptions& options) {
  return Grammar(text, options).whole_statement();
}

plan::RelationPtr parse_query(std::string_view text, const ParserOptions& options) {
  return Grammar(text, options).whole_query();
}

std::vector<std::string> parse_multipart_identifier(std::string_view text, const ParserOptions& options) {
  return Grammar(text, options).whole_multipart_identifier();
}

}  // namespace firesteel::sql
