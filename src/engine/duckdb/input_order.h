// What depends on the order of the rows below it: df.orderBy(t).groupBy(k).agg(first(v)), df.orderBy(t).dropDuplicates([k]).
// Spark promises no order there, but its programs are written as if it did; DuckDB's threads hand over the rows of a
// group as they come.
#pragma once

#include <vector>

#include "plan/relation.h"

namespace firesteel::engine {

struct OrderedInput {
  plan::RelationPtr relation;              // without the sort; it has every column that the keys read
  std::vector<plan::ExpressionPtr> order;  // SortOrder; empty: no sort orders the rows
};

// The rows and the keys of the sort that orders them, below projections and filters.
OrderedInput ordered_input(const plan::RelationPtr& relation);

// The aggregate with the keys of the sort below it as the order of each first, last, any_value, collect_list and
// listagg that has none of its own; unchanged where no sort orders the input.
plan::Aggregate in_order_of_input(plan::Aggregate aggregate);

}  // namespace firesteel::engine
