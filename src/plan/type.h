// Spark's data types as immutable values. Copying is cheap (nested types share their payload).
// Source: org.apache.spark.sql.types; printed forms are Spark 4.2's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace firesteel::plan {

enum class TypeKind : uint8_t {
  kNull,  // void
  kBoolean,
  kByte,
  kShort,
  kInteger,
  kLong,
  kFloat,
  kDouble,
  kDecimal,
  kString,   // with an optional collation
  kChar,     // char(n): only in schemas, read as string
  kVarchar,  // varchar(n): only in schemas, read as string
  kBinary,
  kDate,          // INT32 days since the epoch
  kTime,          // INT64 nanoseconds since midnight, precision 0..6
  kTimestamp,     // INT64 UTC microseconds
  kTimestampNtz,  // INT64 microseconds of the local clock
  kCalendarInterval,
  kYearMonthInterval,  // INT32 months
  kDayTimeInterval,    // INT64 microseconds
  kArray,
  kMap,
  kStruct,
  kUdt,
  kVariant,
};

// Fields of an interval type, in Spark's numbering.
enum class YearMonthField : uint8_t { kYear = 0, kMonth = 1 };
enum class DayTimeField : uint8_t { kDay = 0, kHour = 1, kMinute = 2, kSecond = 3 };

struct StructField;

// What a user-defined type is known by; its values travel as `sql_type`.
struct UdtInfo {
  std::string jvm_class;     // "org.apache.spark.ml.linalg.VectorUDT"
  std::string python_class;  // "pyspark.ml.linalg.VectorUDT"
  std::string serialized_python_class;
  friend bool operator==(const UdtInfo&, const UdtInfo&) = default;
};

class Type {
 public:
  Type() = default;  // void
  explicit Type(TypeKind kind) : kind_(kind) {}  // kinds without parameters, plain string

  static Type null() { return Type(); }
  static Type boolean() { return Type(TypeKind::kBoolean); }
  static Type byte() { return Type(TypeKind::kByte); }
  static Type short_integer() { return Type(TypeKind::kShort); }
  static Type integer() { return Type(TypeKind::kInteger); }
  static Type long_integer() { return Type(TypeKind::kLong); }
  static Type float_number() { return Type(TypeKind::kFloat); }
  static Type double_number() { return Type(TypeKind::kDouble); }
  static Type string() { return Type(TypeKind::kString); }
  static Type binary() { return Type(TypeKind::kBinary); }
  static Type date() { return Type(TypeKind::kDate); }
  static Type timestamp() { return Type(TypeKind::kTimestamp); }
  static Type timestamp_ntz() { return Type(TypeKind::kTimestampNtz); }
  static Type calendar_interval() { return Type(TypeKind::kCalendarInterval); }
  static Type variant() { return Type(TypeKind::kVariant); }
  // 1 <= precision <= 38, 0 <= scale <= precision (the caller has checked).
  static Type decimal(int precision, int scale);
  static Type string_collated(std::string collation);  // "UTF8_LCASE"
  static Type character(int length);                   // char(n)
  static Type varchar(int length);
  static Type time(int precision = 6);
  static Type year_month_interval(YearMonthField start = YearMonthField::kYear,
                                  YearMonthField end = YearMonthField::kMonth);
  static Type day_time_interval(DayTimeField start = DayTimeField::kDay,
                                DayTimeField end = DayTimeField::kSecond);
  static Type array(Type element, bool contains_null = true);
  static Type map(Type key, Type value, bool value_contains_null = true);
  static Type structure(std::vector<StructField> fields);
  static Type udt(UdtInfo info, Type sql_type);

  TypeKind kind() const { return kind_; }
  bool is(TypeKind kind) const { return kind_ == kind; }
  int precision() const { return first_; }  // decimal, time
  int scale() const { return second_; }     // decimal
  int length() const { return first_; }     // char, varchar
  YearMonthField year_month_start() const { return static_cast<YearMonthField>(first_); }
  YearMonthField year_month_end() const { return static_cast<YearMonthField>(second_); }
  DayTimeField day_time_start() const { return static_cast<DayTimeField>(first_); }
  DayTimeField day_time_end() const { return static_cast<DayTimeField>(second_); }
  const std::string& collation() const;            // string; "UTF8_BINARY" by default
  const Type& element() const;                     // array
  bool contains_null() const { return first_; }    // array
  const Type& key() const;                         // map
  const Type& value() const;                       // map
  bool value_contains_null() const { return first_; }  // map
  const std::vector<StructField>& fields() const;  // struct
  const UdtInfo& udt_info() const;                 // udt
  const Type& sql_type() const;                    // udt

  bool is_integral() const;    // byte, short, int, long
  bool is_numeric() const;     // integral, float, double, decimal
  bool is_fractional() const;  // float, double, decimal
  bool is_string() const { return kind_ == TypeKind::kString; }
  bool is_datetime() const;    // date, time, timestamp, timestamp_ntz
  bool is_interval() const;    // the two ANSI intervals and the calendar one
  bool is_nested() const;      // array, map, struct
  bool is_orderable() const;   // Spark's RowOrdering.isOrderable

  // "int", "struct<a:int,b:array<string>>": DataType.catalogString (never truncated).
  std::string simple_string() const;
  // "INT", "STRUCT<a: INT, b: ARRAY<STRING>>": DataType.sql.
  std::string sql() const;
  // Compact JSON as DataType.json.
  std::string json() const;
  // "integer", "decimal(10,2)", "array": DataType.typeName, which printSchema shows.
  std::string type_name() const;
  // Text of printSchema ("root\n |-- id: long (nullable = false)\n"); struct types only.
  // max_level 0 means all levels.
  std::string tree_string(int max_level = 0) const;

  // Structural equality with names (case-sensitive), nullability and metadata.
  friend bool operator==(const Type& a, const Type& b);
  // Equality of all but nullability and metadata (DataType.equalsIgnoreNullability).
  bool same_type(const Type& other) const;
  // The same type with every nested nullability set to true.
  Type as_nullable() const;

 private:
  struct Nested;
  const Type& part(size_t index) const;
  TypeKind kind_ = TypeKind::kNull;
  int32_t first_ = 0;
  int32_t second_ = 0;
  std::shared_ptr<const Nested> nested_;
};

struct StructField {
  std::string name;
  Type type;
  bool nullable = true;
  std::string metadata;  // JSON object text of the column's metadata; empty means {}
  friend bool operator==(const StructField& a, const StructField& b) = default;
};

using Schema = std::vector<StructField>;  // a table's root struct

// Parses DataType.json. Throws SparkError INVALID_JSON_DATA_TYPE.
Type type_from_json(std::string_view json);

}  // namespace firesteel::plan
