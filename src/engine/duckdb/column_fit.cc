#include "engine/duckdb/column_fit.h"

#include <arrow/array.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/util.h>
#include <arrow/compute/cast.h>
#include <arrow/type.h>

#include "arrow/spark_schema.h"
#include "base/error.h"
#include "base/text.h"
#include "engine/duckdb/local_data.h"
#include "functions/kernel/encoding.h"
#include "functions/kernel/time_zone.h"

namespace firesteel::engine {
namespace {

using plan::Type;
using plan::TypeKind;
using ArrowType = arrow::Type;

void check(const arrow::Status& status) {
  FIRESTEEL_CHECK(status.ok(), "Arrow: " + status.ToString());
}
template <typename T>
T take(arrow::Result<T> result) {
  check(result.status());
  return std::move(result).ValueUnsafe();
}

Type list_type(const arrow::DataType& type) { return Type::array(spark_type(*type.field(0)->type())); }

int digits(ArrowType::type id) {
  switch (id) {
    case ArrowType::INT8: return 3;
    case ArrowType::INT16: return 5;
    case ArrowType::INT32: return 10;
    case ArrowType::INT64: return 20;
    default: return 0;
  }
}

// What Spark's vectorized readers convert while they read (ParquetVectorUpdaterFactory).
bool widens(const arrow::DataType& from, const arrow::DataType& to) {
  const int before = digits(from.id());
  switch (to.id()) {
    case ArrowType::INT8:
    case ArrowType::INT16:
    case ArrowType::INT32:
    case ArrowType::INT64:
      // Bytes and shorts are stored as integers: their own width says what they hold.
      return (before > 0 && before <= 10 && digits(to.id()) >= 5) || (before > 0 && before <= digits(to.id())) ||
             from.id() == ArrowType::UINT8 || (from.id() == ArrowType::UINT16 && to.id() != ArrowType::INT16) ||
             (from.id() == ArrowType::UINT32 && to.id() == ArrowType::INT64);
    case ArrowType::DOUBLE: return from.id() == ArrowType::FLOAT || (before > 0 && before <= 10);
    case ArrowType::DECIMAL128: {
      const auto& wanted = static_cast<const arrow::Decimal128Type&>(to);
      if (from.id() == ArrowType::UINT64) return wanted.precision() - wanted.scale() >= 20;
      if (before > 0) return wanted.precision() - wanted.scale() >= before;
      if (!arrow::is_decimal(from.id())) return false;
      const auto& given = static_cast<const arrow::DecimalType&>(from);
      return wanted.scale() >= given.scale() &&
             wanted.precision() - wanted.scale() >= given.precision() - given.scale();
    }
    case ArrowType::TIMESTAMP: return from.id() == ArrowType::TIMESTAMP || from.id() == ArrowType::DATE32;
    case ArrowType::STRING: return from.id() == ArrowType::LARGE_STRING || from.id() == ArrowType::STRING_VIEW;
    case ArrowType::BINARY:
      return from.id() == ArrowType::LARGE_BINARY || from.id() == ArrowType::FIXED_SIZE_BINARY ||
             from.id() == ArrowType::STRING || from.id() == ArrowType::BINARY_VIEW;
    default: return false;
  }
}

[[noreturn]] void throw_other_type(const arrow::DataType& from, const Type& type, const FitOrigin& origin) {
  throw SparkError("FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH",
                   {{"path", origin.path},
                    {"column", "[" + origin.column + "]"},
                    {"expectedType", type.simple_string()},
                    {"actualType", from.ToString()}});
}

void require_utf8(const arrow::StringArray& strings) {
  if (strings.ValidateUTF8().ok()) return;
  for (int64_t i = 0; i < strings.length(); ++i) {
    if (strings.Slice(i, 1)->ValidateFull().ok()) continue;
    std::string shown;
    for (const char& c : strings.GetView(i)) {
      shown += "\\x";
      functions::kernel::append_hex({&c, 1}, shown);
    }
    throw SparkError("INVALID_UTF8_STRING", {{"str", shown}});
  }
}

using Data = std::shared_ptr<arrow::ArrayData>;

class Fit {
 public:
  explicit Fit(const FitOrigin& origin) : origin_(origin) {}

  Data run(const Data& data, const Type& type) const {
    switch (type.kind()) {
      case TypeKind::kUdt: return run(data, type.sql_type());
      case TypeKind::kArray: return list(data, type);
      case TypeKind::kMap: return map(data, type);
      case TypeKind::kStruct: return structure(data, type);
      default: return leaf(data, type);
    }
  }

 private:
  static Data with(const Data& data, const Type& type, std::vector<Data> children) {
    auto copy = data->Copy();
    copy->type = engine_type(type);
    copy->child_data = std::move(children);
    return copy;
  }

  Data list(const Data& data, const Type& type) const {
    if (data->type->id() != ArrowType::LIST) throw_other_type(*data->type, type, origin_);
    return with(data, type, {run(data->child_data[0], type.element())});
  }

  Data map(const Data& data, const Type& type) const {
    if (data->type->id() != ArrowType::MAP) throw_other_type(*data->type, type, origin_);
    Data entries = data->child_data[0]->Copy();
    entries->type = engine_type(type)->field(0)->type();
    entries->child_data = {run(entries->child_data[0], type.key()), run(entries->child_data[1], type.value())};
    return with(data, type, {std::move(entries)});
  }

  Data structure(const Data& data, const Type& type) const {
    if (data->type->id() != ArrowType::STRUCT) throw_other_type(*data->type, type, origin_);
    std::vector<Data> children;
    for (const plan::StructField& field : type.fields()) {
      int found = -1;
      for (int i = 0; i < data->type->num_fields(); ++i) {
        if (equal_ignoring_case(data->type->field(i)->name(), field.name)) found = i;
      }
      children.push_back(found < 0 ? null_array(field.type, data->offset + data->length)->data()
                                   : run(data->child_data[static_cast<size_t>(found)], field.type));
    }
    return with(data, type, std::move(children));
  }

  // Microseconds of a clock as instants.
  Data instants(const Data& clock) const {
    const arrow::TimestampArray values(clock);
    arrow::TimestampBuilder builder(clock->type, arrow::default_memory_pool());
    check(builder.Reserve(values.length()));
    for (int64_t i = 0; i < values.length(); ++i) {
      if (values.IsNull(i)) {
        builder.UnsafeAppendNull();
      } else {
        builder.UnsafeAppend(origin_.clock_zone->utc_from_local(values.Value(i)));
      }
    }
    return take(builder.Finish())->data();
  }

  Data leaf(const Data& data, const Type& type) const {
    const auto wanted = engine_type(type);
    Data fitted = data;
    const bool is_time = type.is(TypeKind::kTimestampNtz) || type.is(TypeKind::kTime);
    if (origin_.clock_zone && data->type->id() == ArrowType::INT64 && is_time) {
      fitted = data->Copy();
      fitted->type = wanted;
      return fitted;
    }
    if (data->type->id() == ArrowType::TIMESTAMP) {  // an instant's zone says nothing about its value
      fitted = data->Copy();
      fitted->type = arrow::timestamp(static_cast<const arrow::TimestampType&>(*data->type).unit());
    }
    if (data->type->id() == ArrowType::NA) return null_array(type, data->offset + data->length)->Slice(data->offset)->data();
    if (!fitted->type->Equals(*wanted)) {
      if (!widens(*fitted->type, *wanted)) throw_other_type(*data->type, type, origin_);
      arrow::compute::CastOptions options = arrow::compute::CastOptions::Safe();
      options.allow_time_truncate = true;
      auto cast = arrow::compute::Cast(*arrow::MakeArray(fitted), wanted, options);
      if (!cast.ok()) throw_other_type(*data->type, type, origin_);
      fitted = (*cast)->data();
    }
    const bool is_clock = origin_.clock_zone && type.is(TypeKind::kTimestamp) && data->type->id() == ArrowType::TIMESTAMP &&
                          static_cast<const arrow::TimestampType&>(*data->type).timezone().empty();
    if (is_clock) return instants(fitted);
    if (wanted->id() == ArrowType::STRING) require_utf8(arrow::StringArray(fitted));
    return fitted;
  }

  const FitOrigin& origin_;
};

}  // namespace

Type spark_type(const arrow::DataType& type) {
  switch (type.id()) {
    case ArrowType::NA: return Type::null();
    case ArrowType::BOOL: return Type::boolean();
    case ArrowType::INT8: return Type::byte();
    case ArrowType::INT16:
    case ArrowType::UINT8: return Type::short_integer();
    case ArrowType::INT32:
    case ArrowType::UINT16: return Type::integer();
    case ArrowType::INT64:
    case ArrowType::UINT32: return Type::long_integer();
    case ArrowType::UINT64: return Type::decimal(20, 0);
    case ArrowType::FLOAT: return Type::float_number();
    case ArrowType::DOUBLE: return Type::double_number();
    case ArrowType::STRING:
    case ArrowType::LARGE_STRING:
    case ArrowType::STRING_VIEW: return Type::string();
    case ArrowType::BINARY:
    case ArrowType::LARGE_BINARY:
    case ArrowType::BINARY_VIEW:
    case ArrowType::FIXED_SIZE_BINARY: return Type::binary();
    case ArrowType::DATE32: return Type::date();
    case ArrowType::TIMESTAMP:
      return static_cast<const arrow::TimestampType&>(type).timezone().empty() ? Type::timestamp_ntz() : Type::timestamp();
    case ArrowType::DECIMAL32:
    case ArrowType::DECIMAL64:
    case ArrowType::DECIMAL128: {
      const auto& decimal = static_cast<const arrow::DecimalType&>(type);
      return Type::decimal(decimal.precision(), decimal.scale());
    }
    case ArrowType::LIST:
    case ArrowType::LARGE_LIST: return list_type(type);
    case ArrowType::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(type);
      return Type::map(spark_type(*map.key_type()), spark_type(*map.item_type()));
    }
    case ArrowType::STRUCT: {
      plan::Schema fields;
      for (const auto& field : type.fields()) fields.push_back({field->name(), spark_type(*field->type()), true, ""});
      return Type::structure(std::move(fields));
    }
    default: break;
  }
  throw_unsupported("RELATION", "a file's column of the type " + type.ToString());
}

Type plain_form(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kTime:
    case TypeKind::kDayTimeInterval: return Type::long_integer();
    case TypeKind::kYearMonthInterval: return Type::integer();
    case TypeKind::kArray: return Type::array(plain_form(type.element()), type.contains_null());
    case TypeKind::kMap:
      return Type::map(plain_form(type.key()), plain_form(type.value()), type.value_contains_null());
    case TypeKind::kStruct: {
      plan::Schema fields = type.fields();
      for (plan::StructField& field : fields) field.type = plain_form(field.type);
      return Type::structure(std::move(fields));
    }
    default: return type;
  }
}

std::shared_ptr<arrow::DataType> engine_type(const Type& type) {
  const arrow::Schema named({arrow::field("k", columns::to_arrow_type(plain_form(type), "UTC"))});
  return engine_schema(named)->field(0)->type();
}

std::shared_ptr<arrow::Array> fit_array(const std::shared_ptr<arrow::Array>& array, const Type& type,
                                        const FitOrigin& origin) {
  return arrow::MakeArray(Fit(origin).run(array->data(), type));
}

std::shared_ptr<arrow::Array> null_array(const Type& type, int64_t length) {
  return take(arrow::MakeArrayOfNull(engine_type(type), length));
}

}  // namespace firesteel::engine
