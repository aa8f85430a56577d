// What df.executionInfo shows of a query that has run: its operators, and what is known of each.
#pragma once

#include <cstdint>

#include "connect/operation.h"
#include "plan/relation.h"

namespace firesteel::connect {

// Sends the operators of the plan with Spark's names for them and their metrics: the rows of the root and of local tables, the
// number and bytes of the files of scans. The rows between operators are not counted.
void send_plan_metrics(const plan::RelationPtr& resolved, int64_t rows, Operation& operation);

}  // namespace firesteel::connect
