// Columns of files that are read as Arrow arrays, in the forms of the type table (decision 14).
#pragma once

#include <memory>
#include <string>

#include "plan/type.h"

namespace arrow {
class Array;
class DataType;
class Field;
}  // namespace arrow

namespace firesteel::functions::kernel {
class TimeZone;
}

namespace firesteel::engine {

// Spark's type for a column of a Parquet, ORC or Avro file. Throws UNSUPPORTED_FEATURE.RELATION.
plan::Type spark_type(const arrow::DataType& type);

// The engine keeps times of day and ANSI intervals as integers: the type with them in place.
plan::Type plain_form(const plan::Type& type);

// The engine's Arrow form of a type: struct fields f0, f1, …, instants without a zone.
std::shared_ptr<arrow::DataType> engine_type(const plan::Type& type);

// What the values are in the file.
struct FitOrigin {
  std::string path;    // for errors, as is the name
  std::string column;
  // ORC: instants without a zone are what a clock in this zone showed, and 64-bit integers may be times.
  const functions::kernel::TimeZone* clock_zone = nullptr;
};

// The array in the engine's form of `type`. Fields of structs are found by name without regard to case and are null where
// the file lacks them; numbers widen as Spark's readers let them. Shares memory where the layouts agree. Throws
// FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH for a value of another type and INVALID_UTF8_STRING.
std::shared_ptr<arrow::Array> fit_array(const std::shared_ptr<arrow::Array>& array, const plan::Type& type,
                                        const FitOrigin& origin);

// `length` nulls in the engine's form of `type`.
std::shared_ptr<arrow::Array> null_array(const plan::Type& type, int64_t length);

}  // namespace firesteel::engine
