#include "engine/duckdb/key_bounds.h"

#include <cstdint>
#include <optional>

#include "functions/function.h"

namespace firesteel::engine {
namespace {

using plan::ExpressionPtr;
using plan::RelationPtr;
using plan::TypeKind;

// The expression that gives a column its values, if a projection below makes it.
ExpressionPtr definition(plan::AttributeId id, RelationPtr input) {
  while (input) {
    if (const auto* project = input->as<plan::Project>()) {
      for (const ExpressionPtr& item : project->expressions) {
        const auto* alias = item->as<plan::Alias>();
        if (alias && alias->id == id) return alias->child;
      }
      input = project->child;
    } else if (const auto* filter = input->as<plan::Filter>()) {
      input = filter->child;
    } else {
      return nullptr;
    }
  }
  return nullptr;
}

std::optional<int64_t> integer_constant(const ExpressionPtr& expression) {
  const ExpressionPtr* inner = &expression;
  while (const auto* cast = (*inner)->as<plan::Cast>()) {
    if (!cast->target.is_integral() || !cast->child->type.is_integral()) return {};
    inner = &cast->child;
  }
  const auto* literal = (*inner)->as<plan::Literal>();
  const auto* value = literal ? std::get_if<int64_t>(&literal->value) : nullptr;
  return value ? std::optional(*value) : std::nullopt;
}

}  // namespace

bool fits_one_byte(const ExpressionPtr& key, const RelationPtr& input) {
  if (!key->type.is_integral() || key->type.is(TypeKind::kByte)) return false;
  if (const auto* column = key->as<plan::AttributeReference>()) {
    const ExpressionPtr value = definition(column->id, input);
    return value && fits_one_byte(value, input);
  }
  if (const auto* alias = key->as<plan::Alias>()) return fits_one_byte(alias->child, input);
  const auto* call = key->as<plan::FunctionCall>();
  if (!call || call->arguments.size() != 2 ||
      (call->function->name != "%" && call->function->name != "pmod")) {
    return false;
  }
  // A remainder is smaller than its divisor, whatever the dividend's sign.
  const auto divisor = integer_constant(call->arguments[1]);
  return divisor && *divisor >= -128 && *divisor <= 128;
}

bool is_byte_remainder(const plan::Expression& expression) {
  const auto* call = expression.as<plan::FunctionCall>();
  if (!call || call->function->name != "%" || !expression.type.is(TypeKind::kLong)) return false;
  const auto divisor = integer_constant(call->arguments[1]);
  return divisor && *divisor != 0 && *divisor >= -128 && *divisor <= 128;
}

}  // namespace firesteel::engine
