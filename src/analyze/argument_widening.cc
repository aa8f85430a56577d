#include "analyze/argument_widening.h"

#include <optional>

namespace firesteel::analyze {

using namespace plan;

bool promotes_text(const Type& a, const Type& b) {
  if (a.is(TypeKind::kNull) || b.is(TypeKind::kNull)) return false;
  if (a.is_string() != b.is_string()) return true;
  if (a.kind() != b.kind()) return false;
  if (a.is(TypeKind::kArray)) return promotes_text(a.element(), b.element());
  if (a.is(TypeKind::kMap)) return promotes_text(a.key(), b.key()) || promotes_text(a.value(), b.value());
  if (!a.is(TypeKind::kStruct) || a.fields().size() != b.fields().size()) return false;
  for (size_t i = 0; i < a.fields().size(); ++i) {
    if (promotes_text(a.fields()[i].type, b.fields()[i].type)) return true;
  }
  return false;
}

void widen_elements(std::string_view name, std::vector<ExpressionPtr>& a, const CoercionRules& rule) {
  const bool looks_for = name == "array_contains" || name == "array_position" || name == "array_remove";
  const bool adds = name == "array_append" || name == "array_prepend" || name == "array_insert";
  const bool joins = name == "array_union" || name == "array_intersect" || name == "array_except" || name == "arrays_overlap";
  const size_t at = name == "array_insert" ? 2 : 1;
  if (!(looks_for || adds || joins) || a.size() <= at || !a[0]->type.is(TypeKind::kArray)) return;
  if (joins && !a[1]->type.is(TypeKind::kArray)) return;
  if (looks_for && a[at]->type.is(TypeKind::kNull)) return;
  const Type element = a[0]->type.element();
  const Type other = joins ? a[1]->type.element() : a[at]->type;
  if (promotes_text(element, other)) return;
  const auto common = wider_type(element, other, rule);
  if (!common) return;
  a[0] = cast_to(a[0], Type::array(*common, a[0]->type.contains_null()), rule);
  a[at] = cast_to(a[at], joins ? Type::array(*common, a[at]->type.contains_null()) : *common, rule);
}

void widen_bounds(std::vector<ExpressionPtr>& a, const CoercionRules& rules) {
  std::vector<Type> types;
  for (const ExpressionPtr& one : a) {
    if (!one->type.is_interval()) types.push_back(one->type);
  }
  const auto common = wider_type(types, rules);
  if (!common) return;
  for (ExpressionPtr& one : a) {
    if (!one->type.is_interval()) one = cast_to(one, *common, rules);
  }
}

void fill_stack(std::vector<ExpressionPtr>& a, const CoercionRules& rules) {
  const auto* rows = a.empty() ? nullptr : a[0]->as<Literal>();
  const auto* count = rows ? std::get_if<int64_t>(&rows->value) : nullptr;
  if (!count || *count < 1 || a.size() < 2) return;
  const size_t columns = (a.size() - 2 + static_cast<size_t>(*count)) / static_cast<size_t>(*count);
  for (size_t column = 1; column <= columns; ++column) {
    const Type* type = nullptr;
    for (size_t i = column; i < a.size() && !type; i += columns) {
      if (!a[i]->type.is(TypeKind::kNull)) type = &a[i]->type;
    }
    if (!type) continue;
    const Type known = *type;
    for (size_t i = column; i < a.size(); i += columns) {
      if (a[i]->type.is(TypeKind::kNull)) a[i] = cast_to(a[i], known, rules);
    }
  }
}

}  // namespace firesteel::analyze
