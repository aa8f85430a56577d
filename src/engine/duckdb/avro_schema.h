// The types of Avro files: the JSON of a file's header as a tree, Spark's types for it and the other way round
// (org.apache.spark.sql.avro.SchemaConverters).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plan/type.h"

namespace firesteel::engine {

enum class AvroKind : uint8_t {
  kNull, kBoolean, kInt, kLong, kFloat, kDouble, kBytes, kString, kRecord, kEnum, kArray, kMap, kUnion, kFixed
};

struct AvroType;
using AvroTypePtr = std::shared_ptr<const AvroType>;

struct AvroType {
  AvroKind kind = AvroKind::kNull;
  std::string logical;   // "timestamp-micros"; empty: none
  std::string catalyst;  // Spark's own type where Avro has none: "interval year to month"
  int precision = 0;     // of decimals
  int scale = 0;
  int64_t size_bytes = 0;                 // kFixed
  std::vector<std::string> names;         // the fields of kRecord, the symbols of kEnum
  std::vector<AvroTypePtr> children;      // the fields of kRecord, the branches of kUnion, the element or value
};

// Throws SparkError for a text that is no schema and for records that contain themselves; `path` is for the error.
AvroTypePtr parse_avro_schema(std::string_view json, const std::string& path);

// Null for a union of several types but its null: a struct of member0, member1, … as Spark has it.
plan::Type avro_spark_type(const AvroType& type);

// The schema of a record with these columns, as JSON. Throws UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE.
std::string avro_schema_json(const plan::Schema& columns, const std::string& record_name,
                             const std::string& record_namespace);

// The bytes that Avro's fixed type needs for a decimal of so many digits.
int avro_decimal_bytes(int precision);

}  // namespace firesteel::engine
