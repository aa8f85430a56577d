// Comparisons of columns of the type CHAR(n): ApplyCharTypePadding.
#include <algorithm>
#include <optional>
#include <string>

#include "analyze/argument_types.h"
#include "analyze/resolver.h"
#include "functions/kernel/utf8.h"
#include "plan/char_columns.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

// The length of a column of the type CHAR(n).
std::optional<int> column_length(const ExpressionPtr& expression, const Scope& scope) {
  const auto* column = expression->as<AttributeReference>();
  if (!column) return std::nullopt;
  for (const Scope* around = &scope; around; around = around->outer) {
    if (!around->attributes) continue;
    for (const Attribute& attribute : *around->attributes) {
      if (attribute.id == column->id) return char_length(attribute.metadata);
    }
  }
  return std::nullopt;
}

const std::string* constant_text(const ExpressionPtr& expression) {
  const auto* literal = expression->as<Literal>();
  return literal ? std::get_if<std::string>(&literal->value) : nullptr;
}

}  // namespace

ExpressionPtr Resolver::padded(const ExpressionPtr& text, int length) {
  const std::string* constant = constant_text(text);
  if (!constant) {
    const ExpressionPtr filled = expression(make_call("rpad", {text, make_integer_literal(length), make_string_literal(" ")}), Scope{});
    return shown_as(std::make_shared<Expression>(*filled), print_name(*text));
  }
  const size_t missing = static_cast<size_t>(length) - functions::kernel::utf8_count(*constant);
  return shown_as(make_string_literal(*constant + std::string(missing, ' ')), print_name(*text));
}

void Resolver::pad_char_operands(std::string_view name, std::vector<ExpressionPtr>& arguments, const Scope& scope) {
  if ((!is_comparison(name) && name != "in") || arguments.size() < 2) return;
  std::vector<int> lengths;
  bool has_column = false;  // of IN the one before it
  for (const ExpressionPtr& argument : arguments) {
    std::optional<int> length = column_length(argument, scope);
    has_column |= length && (name != "in" || lengths.empty());
    const std::string* constant = constant_text(argument);
    if (constant) length = static_cast<int>(functions::kernel::utf8_count(*constant));
    if (!length) return;  // a null among the values of IN, too
    lengths.push_back(*length);
  }
  if (!has_column) return;
  const int longest = *std::max_element(lengths.begin(), lengths.end());
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (lengths[i] < longest) arguments[i] = padded(arguments[i], longest);
  }
}

}  // namespace firesteel::analyze
