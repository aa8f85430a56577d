// Maps as grouping keys: equal maps whose entries came in another order are one group
// (InsertMapSortInGroupingExpressions).
#include "analyze/resolver.h"
#include "functions/function.h"
#include "plan/nested_types.h"

namespace firesteel::analyze {

using namespace plan;

ExpressionPtr Resolver::over_elements(const ExpressionPtr& array,
                                      const std::function<ExpressionPtr(const ExpressionPtr&)>& change) {
  ExpressionPtr element = make_typed(LambdaVariable{"x", next_attribute_id()}, array->type.element(),
                                     array->type.contains_null());
  LambdaFunction lambda;
  lambda.parameters = {element};
  lambda.body = change(element);
  const Type type = lambda.body->type;
  const bool nullable = lambda.body->nullable;
  return bound("transform", {array, make_typed(std::move(lambda), type, nullable)});
}

ExpressionPtr Resolver::with_sorted_maps(const ExpressionPtr& value) {
  const Type& type = value->type;
  if (!holds(type, TypeKind::kMap)) return value;
  if (type.is(TypeKind::kArray)) {
    return over_elements(value, [&](const ExpressionPtr& element) { return with_sorted_maps(element); });
  }
  ExpressionPtr sorted;
  if (type.is(TypeKind::kMap)) {
    const ExpressionPtr keys = bound("array_sort", {bound("map_keys", {value})});
    const ExpressionPtr values = over_elements(keys, [&](const ExpressionPtr& key) {
      // The key is there, so the value is null only where the map has one.
      auto entry = std::make_shared<Expression>(*bound("[]", {value, key}));
      entry->nullable = type.value_contains_null();
      return with_sorted_maps(entry);
    });
    sorted = bound("map_from_arrays", {keys, values});
  } else {
    std::vector<ExpressionPtr> fields;
    for (const StructField& field : type.fields()) {
      fields.push_back(make_string_literal(field.name));
      fields.push_back(with_sorted_maps(field_of(value, field.name, {})));
    }
    sorted = bound("named_struct", std::move(fields));
  }
  if (!value->nullable) return sorted;
  return bound("if", {bound("isnull", {value}), make_null_literal(sorted->type), sorted});
}

}  // namespace firesteel::analyze
