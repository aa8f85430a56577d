// How large Spark takes one value of a type to be, for its estimates.
#pragma once

#include <vector>

#include "plan/relation.h"
#include "plan/type.h"

namespace firesteel::plan {

// DataType.defaultSize
double default_size_bytes(const Type& type);
// A row of those columns (EstimationUtils.getSizePerRow).
double row_size_bytes(const Attributes& columns);

}  // namespace firesteel::plan
