// Nulls within arrays, maps and structs.
#pragma once

#include "plan/type.h"

namespace firesteel::functions {

// Whether values of the type hold elements or fields that may be null: Spark orders these first, the engine last.
bool orders_nulls_within(const plan::Type& type);
// `type`, holding nulls where `other`, a type of the same shape, does as well.
plan::Type type_with_nulls_of(const plan::Type& type, const plan::Type& other);

}  // namespace firesteel::functions
