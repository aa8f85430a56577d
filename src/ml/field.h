// Columns as the ML operators see them: Spark's schema fields, sorted into the types that an ML
// operator can read.
#pragma once

#include <string>

#include "plan/type.h"

namespace firesteel::ml {

using Field = plan::StructField;
using Fields = plan::Schema;

enum class FieldType {
  kBoolean,
  kByte,
  kShort,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kDecimal,
  kString,
  kVector,  // VectorUDT: struct<type:int8!, size:int32, indices:list<int32!>, values:list<double!>>
  kMatrix,
  kStringArray,  // array<string>
  kDoubleArray,  // array<double>
  kOther,        // no ML operator reads it
};

FieldType field_type(const plan::Type& type);
bool is_numeric(FieldType type);

// The user-defined type of Spark's vectors, with its struct as SQL type.
plan::Type vector_type();
plan::Type matrix_type();

// The field of that name; throws Spark's FIELD_NOT_FOUND, which lists the fields.
const Field& find_field(const Fields& fields, const std::string& name);
// Its position.
int find_position(const Fields& fields, const std::string& name);
bool has_field(const Fields& fields, const std::string& name);
// Throws Spark's "Column label must be of type numeric but was actually of type …".
void check_numeric_field(const Fields& fields, const std::string& name);
// Throws Spark's "Column features must be of type … but was actually …".
void check_vector_field(const Fields& fields, const std::string& name);
// `fields` with `field` appended, unless its name is empty; throws "Column x already exists.".
Fields append_field(Fields fields, Field field);

}  // namespace firesteel::ml
