// What df.executionInfo shows of a query that has run: its operators, and what is known of each.
#pragma once

#include <cstdint>

#include "plan/relation.h"

namespace spark::connect {
class ExecutePlanResponse;
}

namespace firesteel::connect {

// Adds the operators of the plan with Spark's names for them and their metrics: the rows of the root and of local tables, the
// number and bytes of the files of scans. The rows between operators are not counted.
void add_plan_metrics(const plan::RelationPtr& resolved, int64_t rows, spark::connect::ExecutePlanResponse* response);

}  // namespace firesteel::connect
