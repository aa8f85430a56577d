// Spark types ↔ Arrow types, as Spark itself maps them on the wire (org.apache.spark.sql.util.ArrowUtils).
// The namespace is `columns`, because `firesteel::arrow` would hide the library's own `::arrow`.
#pragma once

#include <memory>
#include <string>

#include "plan/type.h"

namespace arrow {
class DataType;
class Field;
class RecordBatch;
class Schema;
class Table;
}  // namespace arrow

namespace firesteel::columns {

// The Arrow type in which a client expects values of `type`. Timestamps carry `time_zone`.
std::shared_ptr<::arrow::DataType> to_arrow_type(const plan::Type& type, const std::string& time_zone);
std::shared_ptr<::arrow::Schema> to_arrow_schema(const plan::Schema& schema, const std::string& time_zone);

// The Spark type of a column that a client sent; throws UNSUPPORTED_ARROWTYPE.
plan::Type from_arrow_type(const ::arrow::DataType& type);
plan::Schema from_arrow_schema(const ::arrow::Schema& schema);

// The same values under other names and types: `batch` comes from an engine, in the engine's forms and
// in the order of `wanted`. Shares memory wherever the layouts agree.
std::shared_ptr<::arrow::RecordBatch> with_schema(const ::arrow::RecordBatch& batch,
                                                  const std::shared_ptr<::arrow::Schema>& wanted);

}  // namespace firesteel::columns
