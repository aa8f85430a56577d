// The order of rows that Spark gives without being asked, where that costs nothing: small inputs.
#pragma once

#include "plan/relation.h"

namespace firesteel::engine {

// True where the order of an input's rows is the order of the relation's own.
bool passes_order(const plan::Relation& relation);
// True where so few rows are certain that their order may be made.
bool is_small(const plan::Relation& relation);
// True where the rows of the join have an order in Spark and their making costs nothing.
bool has_small_order(const plan::Join& join);

}  // namespace firesteel::engine
