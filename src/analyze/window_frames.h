// Which windows have a meaning.
#pragma once

#include <vector>

#include "base/error.h"
#include "plan/expression.h"

namespace firesteel::analyze {

// SpecifiedWindowFrame and WindowSpecDefinition: the bounds stand in order, and a range of values
// has one key. Throws DATATYPE_MISMATCH.*.
void check_frame(const plan::Window& window, const std::vector<QueryContext>& contexts);

// ntile() has a positive number of buckets: DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE.
void check_buckets(const plan::Expression& function, const std::vector<QueryContext>& contexts);

// Partitions are found by sorting: EXPRESSION_TYPE_IS_NOT_ORDERABLE.
void check_partition_keys(const plan::Window& window);

}  // namespace firesteel::analyze
