#include "functions/nested_nulls.h"

#include <utility>
#include <vector>

namespace firesteel::functions {

bool orders_nulls_within(const plan::Type& type) {
  if (type.is(plan::TypeKind::kArray)) return type.contains_null() || orders_nulls_within(type.element());
  if (!type.is(plan::TypeKind::kStruct)) return false;
  for (const plan::StructField& field : type.fields()) {
    if (field.nullable || orders_nulls_within(field.type)) return true;
  }
  return false;
}

plan::Type type_with_nulls_of(const plan::Type& type, const plan::Type& other) {
  using plan::Type;
  using plan::TypeKind;
  if (type.kind() != other.kind()) return type;
  if (type.is(TypeKind::kArray)) {
    return Type::array(type_with_nulls_of(type.element(), other.element()), type.contains_null() || other.contains_null());
  }
  if (type.is(TypeKind::kMap)) {
    return Type::map(type_with_nulls_of(type.key(), other.key()), type_with_nulls_of(type.value(), other.value()),
                     type.value_contains_null() || other.value_contains_null());
  }
  if (!type.is(TypeKind::kStruct) || type.fields().size() != other.fields().size()) return type;
  std::vector<plan::StructField> fields = type.fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    fields[i].type = type_with_nulls_of(fields[i].type, other.fields()[i].type);
    fields[i].nullable = fields[i].nullable || other.fields()[i].nullable;
  }
  return Type::structure(std::move(fields));
}

}  // namespace firesteel::functions
