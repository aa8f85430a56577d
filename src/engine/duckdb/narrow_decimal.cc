#include "engine/duckdb/narrow_decimal.h"

#include <algorithm>
#include <utility>

#include "engine/duckdb/type_sql.h"
#include "functions/function.h"
#include "functions/kernel/decimal.h"

namespace firesteel::engine {
namespace {

using plan::Expression;
using plan::Type;
using plan::TypeKind;

constexpr int kDigitsMax = 18;  // what DuckDB keeps in 64 bits
// What nests deeper is no arithmetic that somebody wrote by hand; each level looks at all levels below it.
constexpr int kDepthMax = 16;

int digits_of_value(__int128 value) {
  const auto magnitude = static_cast<unsigned __int128>(value);
  return functions::kernel::digit_count(value < 0 ? -magnitude : magnitude);
}

// The digits of any value of an integral type; 0 for other types.
int digits_of_type(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kByte: return 3;
    case TypeKind::kShort: return 5;
    case TypeKind::kInteger: return 10;
    default: return 0;
  }
}

std::string cast_to_width(const std::string& sql, int width, int scale) {
  return "CAST(" + sql + " AS DECIMAL(" + std::to_string(width) + ", " + std::to_string(scale) + "))";
}

// DuckDB's DecimalMultiply: the widths added, but no wider than 64 bits for operands that are not.
std::optional<NarrowDecimal> product(const NarrowDecimal& a, const NarrowDecimal& b) {
  NarrowDecimal result;
  result.scale = a.scale + b.scale;
  result.digits = a.digits + b.digits;
  if (result.digits > kDigitsMax || result.scale >= kDigitsMax) return std::nullopt;
  result.width = std::min(a.width + b.width, kDigitsMax);
  result.sql = "(" + a.sql + " * " + b.sql + ")";
  return result;
}

// DuckDB's BindDecimalArithmetic: both at the larger scale, with one digit more.
std::optional<NarrowDecimal> sum(const NarrowDecimal& a, const NarrowDecimal& b, char sign) {
  NarrowDecimal result;
  result.scale = std::max(a.scale, b.scale);
  result.digits = std::max(a.digits + result.scale - a.scale, b.digits + result.scale - b.scale) + 1;
  if (result.digits > kDigitsMax) return std::nullopt;
  const int whole = std::max(a.width - a.scale, b.width - b.scale);
  result.width = std::min(std::max({whole + result.scale, a.width, b.width}) + 1, kDigitsMax);
  result.sql = "(" + a.sql + " " + sign + " " + b.sql + ")";
  return result;
}

}  // namespace

std::optional<NarrowDecimal> NarrowDecimals::narrow(const Expression& expression, const Scope& scope, int depth) const {
  if (!expression.type.is(TypeKind::kDecimal) || depth > kDepthMax) return std::nullopt;
  std::optional<NarrowDecimal> result;
  if (const auto* literal = expression.as<plan::Literal>()) {
    const auto* value = std::get_if<__int128>(&literal->value);
    if (!value || expression.type.precision() > kDigitsMax) return std::nullopt;
    result = NarrowDecimal{literal_sql(*literal), expression.type.precision(), expression.type.scale(),
                           digits_of_value(*value)};
  } else if (expression.as<plan::AttributeReference>()) {
    result = narrow_column(expression, scope);
  } else if (const auto* alias = expression.as<plan::Alias>()) {
    result = narrow(*alias->child, scope, depth + 1);
  } else if (expression.as<plan::Cast>()) {
    result = narrow_cast(expression, scope, depth);
  } else if (expression.as<plan::FunctionCall>()) {
    result = narrow_call(expression, scope, depth);
  }
  // Where Spark keeps fewer decimals than the operation gives, it rounds.
  if (result && result->scale != expression.type.scale()) return std::nullopt;
  return result;
}

std::optional<NarrowDecimal> NarrowDecimals::narrow_column(const Expression& expression, const Scope& scope) const {
  const plan::AttributeId id = expression.as<plan::AttributeReference>()->id;
  const int scale = expression.type.scale();
  const ColumnText& column = scope.find(id);
  if (!column.narrow.sql.empty()) return column.narrow;
  const int digits = digits_of_(id);
  if (digits == 0 || digits > kDigitsMax || scale > kDigitsMax) return std::nullopt;
  const int width = expression.type.precision();
  if (width <= kDigitsMax) return NarrowDecimal{column.sql, width, scale, digits};
  return NarrowDecimal{cast_to_width(column.sql, kDigitsMax, scale), kDigitsMax, scale, digits};
}

std::optional<NarrowDecimal> NarrowDecimals::narrow_cast(const Expression& expression, const Scope& scope,
                                                         int depth) const {
  const Expression& child = *expression.as<plan::Cast>()->child;
  const int scale = expression.type.scale();
  const int width = std::min(expression.type.precision(), kDigitsMax);
  if (scale > width) return std::nullopt;
  int digits = digits_of_type(child.type);
  if (digits > 0) {
    const auto* literal = child.as<plan::Literal>();
    const auto* value = literal ? std::get_if<int64_t>(&literal->value) : nullptr;
    if (value) digits = digits_of_value(*value);
    if (digits + scale > width) return std::nullopt;
    return NarrowDecimal{cast_to_width(lower_(child, scope), width, scale), width, scale, digits + scale};
  }
  const auto inner = narrow(child, scope, depth + 1);
  if (!inner || scale < inner->scale || inner->digits + scale - inner->scale > width) return std::nullopt;
  return NarrowDecimal{cast_to_width(inner->sql, width, scale), width, scale, inner->digits + scale - inner->scale};
}

std::optional<NarrowDecimal> NarrowDecimals::narrow_call(const Expression& expression, const Scope& scope,
                                                         int depth) const {
  const auto& call = *expression.as<plan::FunctionCall>();
  const std::string_view name = call.function->name;
  if (name == "when" || name == "if") return narrow_case(expression, scope, depth);
  if (call.arguments.size() != 2 || (name != "+" && name != "-" && name != "*")) return std::nullopt;
  const auto a = narrow(*call.arguments[0], scope, depth + 1);
  if (!a) return std::nullopt;
  const auto b = narrow(*call.arguments[1], scope, depth + 1);
  if (!b) return std::nullopt;
  return name == "*" ? product(*a, *b) : sum(*a, *b, name[0]);
}

std::optional<NarrowDecimal> NarrowDecimals::narrow_case(const Expression& expression, const Scope& scope,
                                                         int depth) const {
  const auto& arguments = expression.as<plan::FunctionCall>()->arguments;
  NarrowDecimal result{"(CASE", kDigitsMax, expression.type.scale(), 1};
  if (result.scale > kDigitsMax) return std::nullopt;
  // A condition stands before each value but the last one of an odd number.
  for (size_t i = 0; i < arguments.size(); ++i) {
    const bool is_condition = i % 2 == 0 && i + 1 < arguments.size();
    if (is_condition) {
      result.sql += " WHEN " + lower_(*arguments[i], scope);
      continue;
    }
    const auto* literal = arguments[i]->as<plan::Literal>();
    const bool is_null = literal && literal->is_null();
    const auto value = is_null ? std::optional(NarrowDecimal{"NULL", 1, result.scale, 1})
                               : narrow(*arguments[i], scope, depth + 1);
    if (!value || value->scale != result.scale) return std::nullopt;
    result.digits = std::max(result.digits, value->digits);
    result.sql += (i % 2 == 1 ? " THEN " : " ELSE ") +
                  (value->width == kDigitsMax ? value->sql : cast_to_width(value->sql, kDigitsMax, result.scale));
  }
  result.sql += " END)";
  return result;
}

}  // namespace firesteel::engine
