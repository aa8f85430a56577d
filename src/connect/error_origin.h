// Where in a query an error of its execution has its cause.
#pragma once

#include "base/error.h"
#include "plan/relation.h"

namespace firesteel::connect {

// The error with the place of the expression that raised it, where only one expression of the plan can have done so:
// engines report the condition, not the place. Otherwise the error as it is.
SparkError with_origin(const SparkError& error, const plan::Relation& plan);

}  // namespace firesteel::connect
