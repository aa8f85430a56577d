#include "ml/field.h"

#include <algorithm>

#include "base/error.h"
#include "ml/params.h"

namespace firesteel::ml {

using plan::Type;
using plan::TypeKind;

FieldType field_type(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean: return FieldType::kBoolean;
    case TypeKind::kByte: return FieldType::kByte;
    case TypeKind::kShort: return FieldType::kShort;
    case TypeKind::kInteger: return FieldType::kInt;
    case TypeKind::kLong: return FieldType::kLong;
    case TypeKind::kFloat: return FieldType::kFloat;
    case TypeKind::kDouble: return FieldType::kDouble;
    case TypeKind::kDecimal: return FieldType::kDecimal;
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar: return FieldType::kString;
    case TypeKind::kArray:
      if (type.element().kind() == TypeKind::kString) return FieldType::kStringArray;
      if (type.element().kind() == TypeKind::kDouble) return FieldType::kDoubleArray;
      return FieldType::kOther;
    case TypeKind::kUdt:
      if (type.udt_info().jvm_class == "org.apache.spark.ml.linalg.VectorUDT") return FieldType::kVector;
      if (type.udt_info().jvm_class == "org.apache.spark.ml.linalg.MatrixUDT") return FieldType::kMatrix;
      return FieldType::kOther;
    case TypeKind::kNull:
    case TypeKind::kBinary:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
    case TypeKind::kCalendarInterval:
    case TypeKind::kYearMonthInterval:
    case TypeKind::kDayTimeInterval:
    case TypeKind::kMap:
    case TypeKind::kStruct:
    case TypeKind::kVariant: return FieldType::kOther;
  }
  return FieldType::kOther;
}

bool is_numeric(FieldType type) {
  return type == FieldType::kByte || type == FieldType::kShort || type == FieldType::kInt ||
         type == FieldType::kLong || type == FieldType::kFloat || type == FieldType::kDouble ||
         type == FieldType::kDecimal;
}

Type vector_type() {
  return Type::udt({"org.apache.spark.ml.linalg.VectorUDT", "pyspark.ml.linalg.VectorUDT", ""},
                   Type::structure({{"type", Type::byte(), false, ""},
                                    {"size", Type::integer(), true, ""},
                                    {"indices", Type::array(Type::integer(), false), true, ""},
                                    {"values", Type::array(Type::double_number(), false), true, ""}}));
}

Type matrix_type() {
  return Type::udt({"org.apache.spark.ml.linalg.MatrixUDT", "pyspark.ml.linalg.MatrixUDT", ""},
                   Type::structure({{"type", Type::byte(), false, ""},
                                    {"numRows", Type::integer(), false, ""},
                                    {"numCols", Type::integer(), false, ""},
                                    {"colPtrs", Type::array(Type::integer(), false), true, ""},
                                    {"rowIndices", Type::array(Type::integer(), false), true, ""},
                                    {"values", Type::array(Type::double_number(), false), true, ""},
                                    {"isTransposed", Type::boolean(), false, ""}}));
}

namespace {

// The Scala class behind a type, as Spark's message names it.
std::string scala_class(const Type& type) {
  if (type.is(TypeKind::kUdt)) return type.udt_info().jvm_class;
  const char* name = "DataType";
  switch (type.kind()) {
    case TypeKind::kNull: name = "NullType$"; break;
    case TypeKind::kBoolean: name = "BooleanType$"; break;
    case TypeKind::kByte: name = "ByteType$"; break;
    case TypeKind::kShort: name = "ShortType$"; break;
    case TypeKind::kInteger: name = "IntegerType$"; break;
    case TypeKind::kLong: name = "LongType$"; break;
    case TypeKind::kFloat: name = "FloatType$"; break;
    case TypeKind::kDouble: name = "DoubleType$"; break;
    case TypeKind::kDecimal: name = "DecimalType"; break;
    case TypeKind::kString: name = "StringType$"; break;
    case TypeKind::kBinary: name = "BinaryType$"; break;
    case TypeKind::kDate: name = "DateType$"; break;
    case TypeKind::kTimestamp: name = "TimestampType$"; break;
    case TypeKind::kTimestampNtz: name = "TimestampNTZType$"; break;
    case TypeKind::kArray: name = "ArrayType"; break;
    case TypeKind::kMap: name = "MapType"; break;
    case TypeKind::kStruct: name = "StructType"; break;
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kTime:
    case TypeKind::kCalendarInterval:
    case TypeKind::kYearMonthInterval:
    case TypeKind::kDayTimeInterval:
    case TypeKind::kUdt:
    case TypeKind::kVariant: break;
  }
  return std::string("org.apache.spark.sql.types.") + name;
}

}  // namespace

bool has_field(const Fields& fields, const std::string& name) {
  return std::any_of(fields.begin(), fields.end(), [&](const Field& f) { return f.name == name; });
}

int find_position(const Fields& fields, const std::string& name) {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == name; });
  if (found != fields.end()) return static_cast<int>(found - fields.begin());
  std::string names;
  for (const Field& field : fields) names += (names.empty() ? "`" : ", `") + field.name + "`";
  throw SparkError("FIELD_NOT_FOUND", {{"fieldName", "`" + name + "`"}, {"fields", names}})
      .with_kind(ErrorKind::kIllegalArgument);
}

const Field& find_field(const Fields& fields, const std::string& name) {
  return fields[find_position(fields, name)];
}

void check_numeric_field(const Fields& fields, const std::string& name) {
  const Field& field = find_field(fields, name);
  require(is_numeric(field_type(field.type)),
          "Column " + name + " must be of type numeric but was actually of type " +
              field.type.simple_string() + ".");
}

void check_vector_field(const Fields& fields, const std::string& name) {
  const Field& field = find_field(fields, name);
  require(field_type(field.type) == FieldType::kVector,
          "Column " + name + " must be of type class org.apache.spark.ml.linalg.VectorUDT:" +
              vector_type().sql_type().simple_string() + " but was actually class " +
              scala_class(field.type) + ":" + field.type.simple_string() + ".");
}

Fields append_field(Fields fields, Field field) {
  if (field.name.empty()) return fields;
  require(!has_field(fields, field.name), "Column " + field.name + " already exists.");
  fields.push_back(std::move(field));
  return fields;
}

}  // namespace firesteel::ml
