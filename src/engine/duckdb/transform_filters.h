// Conditions that look at none of the columns that an ML transform adds are asked before it: rows that
// are left out are then never transformed, and the transform's rows go to their reader without SQL
// between. Spark's optimizer does the same, so that a transform does not fail on a row that is left out.
#pragma once

#include "plan/relation.h"

namespace firesteel::engine {

// The plan with such filters moved, along its operators of one input from the root down.
plan::RelationPtr filter_before_transforms(const plan::RelationPtr& plan);

}  // namespace firesteel::engine
