#include "functions/foldable.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "functions/function.h"

namespace firesteel::functions {
namespace {

using plan::ExpressionPtr;
using plan::TypeKind;

// Sorted. Whatever the arguments are.
constexpr std::string_view kReplaced[] = {
    "aes_decrypt", "aes_encrypt", "array_append", "array_compact", "array_prepend", "array_size", "array_sort", "arrays_zip", "between",
    "btrim", "current_catalog", "current_path", "current_schema", "current_timezone", "current_user", "date_part", "datepart", "decode",
    "elt", "encode", "equal_null", "extract", "ifnull", "ilike", "is_valid_utf8", "left", "luhn_check", "make_time", "make_valid_utf8",
    "map_concat", "map_contains_key", "null if it fails", "nullif", "nullifzero", "nvl", "nvl2", "parse_url", "raise_error", "regexp_count", "regexp_substr", "right",
    "split_part", "to_binary", "to_date", "to_time", "to_timestamp", "to_timestamp_ltz", "to_timestamp_ntz", "try_add", "try_aes_decrypt",
    "try_divide", "try_element_at", "try_make_interval", "try_make_timestamp", "try_make_timestamp_ltz", "try_make_timestamp_ntz", "try_mod",
    "try_multiply", "try_parse_url", "try_subtract", "try_to_binary", "try_to_date", "try_to_time", "try_to_timestamp", "try_url_decode",
    "try_validate_utf8", "url_decode", "url_encode", "validate_utf8", "vector_cosine_similarity", "vector_inner_product",
    "vector_l2_distance", "vector_norm", "vector_normalize", "version", "zeroifnull"};

// Where the first argument is of the type.
struct ReplacedOfType {
  std::string_view name;
  TypeKind type;
};
constexpr ReplacedOfType kReplacedOfType[] = {
    {"contains", TypeKind::kBinary},      {"endswith", TypeKind::kBinary},        {"hour", TypeKind::kTime},
    {"lpad", TypeKind::kBinary},          {"make_timestamp", TypeKind::kDate},    {"make_timestamp_ltz", TypeKind::kDate},
    {"make_timestamp_ntz", TypeKind::kDate}, {"minute", TypeKind::kTime},          {"rpad", TypeKind::kBinary},
    {"second", TypeKind::kTime},          {"startswith", TypeKind::kBinary}};

bool is_known_before_rows(const ExpressionPtr& node) {
  const auto* call = node->as<plan::FunctionCall>();
  return !node->as<plan::AttributeReference>() && !node->as<plan::Subquery>() && !node->as<plan::LambdaVariable>() &&
         !node->as<plan::Window>() && !node->as<plan::UserFunction>() &&
         (!call || (!call->function->is_volatile && call->function->kind == FunctionKind::kScalar));
}

template <typename Predicate>
bool holds_for_all(const ExpressionPtr& expression, const Predicate& predicate) {
  bool holds = true;
  plan::walk(expression, [&](const ExpressionPtr& node) {
    holds = holds && predicate(node);
    return holds;
  });
  return holds;
}

}  // namespace

bool is_constant(const ExpressionPtr& expression) { return holds_for_all(expression, is_known_before_rows); }

bool is_foldable(const ExpressionPtr& expression) {
  return holds_for_all(expression, [](const ExpressionPtr& node) { return !node->is_replaced && is_known_before_rows(node); });
}

bool is_volatile_expression(const ExpressionPtr& expression) {
  return !holds_for_all(expression, [](const ExpressionPtr& node) {
    const auto* call = node->as<plan::FunctionCall>();
    const auto* user = node->as<plan::UserFunction>();
    return !(call && call->function->is_volatile) && !(user && !user->is_deterministic);
  });
}

bool is_replaced(const plan::FunctionCall& call) {
  const std::string_view name = call.function->name;
  if (std::binary_search(std::begin(kReplaced), std::end(kReplaced), name)) return true;
  if (name == "convert_timezone") return call.arguments.size() == 2;
  if ((name == "to_char" || name == "to_varchar") && call.arguments[0]->type.is(TypeKind::kBinary)) {
    const auto* format = call.arguments[1]->as<plan::Literal>();
    const auto* text = format ? std::get_if<std::string>(&format->value) : nullptr;
    return text && lower_case(*text) == "utf-8";  // decode()
  }
  return std::any_of(std::begin(kReplacedOfType), std::end(kReplacedOfType), [&](const ReplacedOfType& one) {
    return one.name == name && !call.arguments.empty() && call.arguments[0]->type.is(one.type);
  });
}

}  // namespace firesteel::functions
