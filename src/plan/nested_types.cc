#include "plan/nested_types.h"

#include <algorithm>

namespace firesteel::plan {

bool holds(const Type& type, TypeKind kind) {
  if (type.is(kind)) return true;
  switch (type.kind()) {
    case TypeKind::kArray: return holds(type.element(), kind);
    case TypeKind::kMap: return holds(type.key(), kind) || holds(type.value(), kind);
    case TypeKind::kStruct:
      return std::any_of(type.fields().begin(), type.fields().end(), [&](const StructField& field) { return holds(field.type, kind); });
    default: return false;
  }
}

}  // namespace firesteel::plan
