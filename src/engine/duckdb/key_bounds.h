// What the plan tells of the values of a grouping key. DuckDB has no statistics for our kernels and for columns that a table
// function makes; with a key of one byte it groups by an array in place of a hash table.
#pragma once

#include "plan/expression.h"
#include "plan/relation.h"

namespace firesteel::engine {

// True when the key is an integer of more than one byte whose every value fits into one (-128 … 127), as that of `id % 10`
// does. `input` is what the key's columns come from.
bool fits_one_byte(const plan::ExpressionPtr& key, const plan::RelationPtr& input);

// Whether the expression is the remainder of a long by a constant that is not zero, and fits into one byte.
bool is_byte_remainder(const plan::Expression& expression);

}  // namespace firesteel::engine
