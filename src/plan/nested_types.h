// What stands within a type at any depth.
#pragma once

#include "plan/type.h"

namespace firesteel::plan {

// Whether the type is of that kind or holds one that is: an element, a key, a value or a field (DataType.existsRecursively).
bool holds(const Type& type, TypeKind kind);

}  // namespace firesteel::plan
