// How large Spark takes one value of a type to be, for its estimates, and how large the files of a scan are.
#pragma once

#include <cstdint>
#include <vector>

#include "plan/relation.h"
#include "plan/type.h"

namespace firesteel::plan {

// DataType.defaultSize
double default_size_bytes(const Type& type);
// A row of those columns (EstimationUtils.getSizePerRow).
double row_size_bytes(const Attributes& columns);
// The bytes of all files that the scan reads.
int64_t file_size_bytes(const Scan& scan);

}  // namespace firesteel::plan
