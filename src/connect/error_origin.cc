#include "connect/error_origin.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/characters.h"
#include "functions/function.h"

namespace firesteel::connect {

namespace {

using Names = std::vector<std::string_view>;

// The functions that raise a condition; "cast" stands for casts.
const Names* sources_of(const std::string& condition) {
  static const std::map<std::string, Names, std::less<>> table = {
      {"ARITHMETIC_OVERFLOW", {"+", "-", "*", "div", "negative", "abs", "sum", "factorial"}},
      {"BINARY_ARITHMETIC_OVERFLOW", {"+", "-", "*"}},
      {"CAST_INVALID_INPUT", {"cast"}},
      {"CAST_OVERFLOW", {"cast"}},
      {"DIVIDE_BY_ZERO", {"/", "div"}},
      {"INVALID_ARRAY_INDEX", {"[]", "elt"}},
      {"INVALID_ARRAY_INDEX_IN_ELEMENT_AT", {"element_at"}},
      {"INVALID_INDEX_OF_ZERO", {"element_at"}},
      {"NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", {"cast"}},
      {"REMAINDER_BY_ZERO", {"%", "mod", "pmod"}},
  };
  const auto found = table.find(condition);
  return found == table.end() ? nullptr : &found->second;
}

bool may_raise(const plan::Expression& expression, const Names& names) {
  const auto named = [&](std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  if (const auto* call = expression.as<plan::FunctionCall>()) return named(call->function->name);
  const auto* cast = expression.as<plan::Cast>();
  return cast != nullptr && cast->mode == plan::CastMode::kAnsi && named("cast");
}

void collect(const plan::Relation& relation, const Names& names, std::vector<const plan::Expression*>* found) {
  for (const plan::ExpressionPtr& root : plan::expressions(relation)) {
    plan::walk(root, [&](const plan::ExpressionPtr& expression) {
      if (may_raise(*expression, names)) found->push_back(expression.get());
      return true;
    });
  }
  for (const plan::RelationPtr& child : plan::children(relation)) collect(*child, names, found);
}

}  // namespace

SparkError with_origin(const SparkError& error, const plan::Relation& plan) {
  const Names* names = error.contexts().empty() ? sources_of(error.condition()) : nullptr;
  if (names == nullptr) return error;
  std::vector<const plan::Expression*> found;
  collect(plan, *names, &found);
  if (found.size() != 1) return error;
  const plan::Origin& origin = found[0]->origin;
  QueryContext context;
  if (origin.sql_text && origin.start_index >= 0 && origin.stop_index >= origin.start_index) {
    context.start_index = origin.start_index;
    context.stop_index = origin.stop_index;
    context.fragment = characters_between(*origin.sql_text, static_cast<size_t>(origin.start_index), static_cast<size_t>(origin.stop_index));
    context.sql_text = origin.sql_text;
    return error.with_context(std::move(context));
  }
  if (origin.function_name.empty() && origin.call_site.empty()) return error;
  context.kind = QueryContext::Kind::kDataFrame;
  context.fragment = origin.function_name;
  context.call_site = origin.call_site;
  return error.with_context(std::move(context));
}

}  // namespace firesteel::connect
