// What depends on the order of the rows below it: df.orderBy(t).groupBy(k).agg(first(v)), collect_list(v) and dropDuplicates([k]) over a file.
// Spark promises no order there, but its programs are written as if it did, and without a sort it has the order of the input;
// DuckDB's threads hand over the rows of a group as they come.
#pragma once

#include <vector>

#include "plan/relation.h"

namespace firesteel::engine {

// The hidden column of a scan that is the row's position in its file, a BIGINT behind the scan's other columns.
inline constexpr const char* kRowColumn = "row";

struct OrderedInput {
  plan::RelationPtr relation;              // without the sort; it has every column that the keys read
  std::vector<plan::ExpressionPtr> order;  // SortOrder; empty: the rows have no order
};

// The rows and the keys of the sort that orders them, below projections and filters; without a sort the position in the range or
// in the single file (Parquet, ORC, Avro, CSV) that they come from. Other inputs have no order.
OrderedInput ordered_input(const plan::RelationPtr& relation);

// The aggregate with the keys of the sort below it as the order of each first, last, any_value, collect_list and
// listagg that has none of its own; unchanged where the input has no order.
plan::Aggregate in_order_of_input(plan::Aggregate aggregate);

}  // namespace firesteel::engine
