// Rows as literals, for what the analyzer itself has to know, and literals as a row.
#pragma once

#include <memory>
#include <vector>

#include "plan/expression.h"
#include "plan/relation.h"

namespace arrow {
class RecordBatch;
class Schema;
class Table;
}  // namespace arrow

namespace firesteel::connect {

// One literal per column of `schema`, row by row. Types that no literal has raise
// UNSUPPORTED_FEATURE.
std::vector<std::vector<plan::Literal>> literal_rows(const arrow::Table& table,
                                                     const plan::Schema& schema);

// The row of a query that selects nothing but constants of simple types from nothing, in the Arrow types of `schema`;
// null for every other plan. No engine needs to run for it, as with Spark's LocalTableScan.
std::shared_ptr<arrow::RecordBatch> constant_row(const plan::Relation& resolved,
                                                 const std::shared_ptr<arrow::Schema>& schema);

}  // namespace firesteel::connect
