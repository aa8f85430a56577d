// Rows that came with a plan as an input of DuckDB.
#pragma once

#include <memory>

#include "plan/relation.h"

namespace arrow {
class RecordBatch;
class Schema;
}  // namespace arrow

namespace firesteel::engine {

class ArrowInput;

// Columns are named k0, k1, … by position; the values have forms that DuckDB casts to the plan's types.
std::shared_ptr<ArrowInput> local_data_input(const plan::Relation& node,
                                             const plan::LocalData& data);

// The schema with columns k0, k1, …, struct fields f0, f1, … and instants without a zone: what
// fs_arrow() expects. The memory layout stays as it is.
std::shared_ptr<arrow::Schema> engine_schema(const arrow::Schema& schema);
// The batch under that schema, without copying.
std::shared_ptr<arrow::RecordBatch> relabel(const arrow::RecordBatch& batch,
                                            const std::shared_ptr<arrow::Schema>& schema);

}  // namespace firesteel::engine
