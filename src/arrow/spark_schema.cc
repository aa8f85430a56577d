#include "arrow/spark_schema.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>

#include "base/error.h"

namespace firesteel::columns {

namespace {

using plan::Type;
using plan::TypeKind;

template <typename T>
T checked(::arrow::Result<T> result) {
  if (!result.ok()) throw_internal(result.status().ToString());
  return *std::move(result);
}

std::shared_ptr<::arrow::Field> to_arrow_field(const std::string& name, const Type& type, bool nullable,
                                               const std::string& time_zone) {
  return ::arrow::field(name, to_arrow_type(type, time_zone), nullable);
}

bool is_text(const ::arrow::DataType& type) {
  switch (type.id()) {
    case ::arrow::Type::STRING:
    case ::arrow::Type::BINARY:
      return true;
    default:
      return false;
  }
}

// Both types store one value of the same width per row, so the buffers serve for either.
bool same_fixed_layout(const ::arrow::DataType& a, const ::arrow::DataType& b) {
  const auto plain_bits = [](const ::arrow::DataType& type) -> int {
    switch (type.id()) {
      case ::arrow::Type::INT32:
      case ::arrow::Type::DATE32:
      case ::arrow::Type::INTERVAL_MONTHS:
        return 32;
      case ::arrow::Type::INT64:
      case ::arrow::Type::DURATION:
        return 64;
      case ::arrow::Type::TIMESTAMP:
        return static_cast<const ::arrow::TimestampType&>(type).unit() == ::arrow::TimeUnit::MICRO ? 64 : 0;
      case ::arrow::Type::TIME64:
        return static_cast<const ::arrow::Time64Type&>(type).unit() == ::arrow::TimeUnit::NANO ? 64 : 0;
      default:
        return 0;
    }
  };
  const int bits = plain_bits(a);
  return bits != 0 && bits == plain_bits(b);
}

std::shared_ptr<::arrow::Array> retype(const std::shared_ptr<::arrow::Array>& array,
                                       const std::shared_ptr<::arrow::DataType>& wanted);

std::shared_ptr<::arrow::ArrayData> retype_children(const ::arrow::ArrayData& data,
                                                    const std::shared_ptr<::arrow::DataType>& wanted) {
  auto copy = data.Copy();
  copy->type = wanted;
  if (wanted->id() == ::arrow::Type::STRUCT && wanted->num_fields() == 0) {
    copy->child_data.clear();  // engines keep a struct without fields as one with a null
    return copy;
  }
  FIRESTEEL_CHECK(static_cast<int>(data.child_data.size()) == wanted->num_fields(),
                  "a nested column of the engine has another number of fields than the plan");
  for (size_t i = 0; i < copy->child_data.size(); ++i) {
    copy->child_data[i] = retype(::arrow::MakeArray(data.child_data[i]), wanted->field(static_cast<int>(i))->type())->data();
  }
  return copy;
}

std::shared_ptr<::arrow::Array> retype(const std::shared_ptr<::arrow::Array>& array,
                                       const std::shared_ptr<::arrow::DataType>& wanted) {
  const ::arrow::DataType& actual = *array->type();
  if (actual.Equals(*wanted)) return array;
  const bool same_nesting =
      actual.id() == wanted->id() ||
      // Engines may give maps as lists of structs.
      (actual.id() == ::arrow::Type::LIST && wanted->id() == ::arrow::Type::MAP) ||
      (actual.id() == ::arrow::Type::MAP && wanted->id() == ::arrow::Type::LIST);
  if (same_nesting && (wanted->id() == ::arrow::Type::STRUCT || wanted->id() == ::arrow::Type::LIST ||
                       wanted->id() == ::arrow::Type::MAP)) {
    return ::arrow::MakeArray(retype_children(*array->data(), wanted));
  }
  if (same_fixed_layout(actual, *wanted) || (is_text(actual) && is_text(*wanted))) {
    auto copy = array->data()->Copy();
    copy->type = wanted;
    return ::arrow::MakeArray(copy);
  }
  if (wanted->id() == ::arrow::Type::NA) {
    return checked(::arrow::MakeArrayOfNull(wanted, array->length()));
  }
  return checked(::arrow::compute::Cast(*array, wanted));
}

}  // namespace

std::shared_ptr<::arrow::DataType> to_arrow_type(const Type& type, const std::string& time_zone) {
  switch (type.kind()) {
    case TypeKind::kNull:
      return ::arrow::null();
    case TypeKind::kBoolean:
      return ::arrow::boolean();
    case TypeKind::kByte:
      return ::arrow::int8();
    case TypeKind::kShort:
      return ::arrow::int16();
    case TypeKind::kInteger:
      return ::arrow::int32();
    case TypeKind::kLong:
      return ::arrow::int64();
    case TypeKind::kFloat:
      return ::arrow::float32();
    case TypeKind::kDouble:
      return ::arrow::float64();
    case TypeKind::kDecimal:
      return ::arrow::decimal128(type.precision(), type.scale());
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return ::arrow::utf8();
    case TypeKind::kBinary:
      return ::arrow::binary();
    case TypeKind::kDate:
      return ::arrow::date32();
    case TypeKind::kTime:
      return ::arrow::time64(::arrow::TimeUnit::NANO);
    case TypeKind::kTimestamp:
      return ::arrow::timestamp(::arrow::TimeUnit::MICRO, time_zone);
    case TypeKind::kTimestampNtz:
      return ::arrow::timestamp(::arrow::TimeUnit::MICRO);
    case TypeKind::kYearMonthInterval:
      return ::arrow::month_interval();
    case TypeKind::kDayTimeInterval:
      return ::arrow::duration(::arrow::TimeUnit::MICRO);
    case TypeKind::kCalendarInterval:
      return ::arrow::month_day_nano_interval();
    case TypeKind::kArray:
      return ::arrow::list(to_arrow_field("element", type.element(), type.contains_null(), time_zone));
    case TypeKind::kMap:
      return std::make_shared<::arrow::MapType>(
          to_arrow_field("key", type.key(), false, time_zone),
          to_arrow_field("value", type.value(), type.value_contains_null(), time_zone));
    case TypeKind::kStruct: {
      std::vector<std::shared_ptr<::arrow::Field>> fields;
      for (const plan::StructField& field : type.fields()) {
        fields.push_back(to_arrow_field(field.name, field.type, field.nullable, time_zone));
      }
      return ::arrow::struct_(std::move(fields));
    }
    case TypeKind::kUdt:
      return to_arrow_type(type.sql_type(), time_zone);
    case TypeKind::kVariant:
      return ::arrow::struct_({::arrow::field("value", ::arrow::binary(), false),
                               ::arrow::field("metadata", ::arrow::binary(), false, ::arrow::key_value_metadata({"variant"}, {"true"}))});
  }
  throw_internal("a Spark type without an Arrow form");
}

std::shared_ptr<::arrow::Schema> to_arrow_schema(const plan::Schema& schema, const std::string& time_zone) {
  std::vector<std::shared_ptr<::arrow::Field>> fields;
  for (const plan::StructField& field : schema) {
    fields.push_back(to_arrow_field(field.name, field.type, field.nullable, time_zone));
  }
  return ::arrow::schema(std::move(fields));
}

Type from_arrow_type(const ::arrow::DataType& type) {
  switch (type.id()) {
    case ::arrow::Type::NA:
      return Type::null();
    case ::arrow::Type::BOOL:
      return Type::boolean();
    case ::arrow::Type::INT8:
      return Type::byte();
    case ::arrow::Type::INT16:
      return Type::short_integer();
    case ::arrow::Type::INT32:
      return Type::integer();
    case ::arrow::Type::INT64:
      return Type::long_integer();
    case ::arrow::Type::FLOAT:
      return Type::float_number();
    case ::arrow::Type::DOUBLE:
      return Type::double_number();
    case ::arrow::Type::DECIMAL128: {
      const auto& decimal = static_cast<const ::arrow::Decimal128Type&>(type);
      return Type::decimal(decimal.precision(), decimal.scale());
    }
    case ::arrow::Type::STRING:
    case ::arrow::Type::LARGE_STRING:
    case ::arrow::Type::STRING_VIEW:
      return Type::string();
    case ::arrow::Type::BINARY:
    case ::arrow::Type::LARGE_BINARY:
    case ::arrow::Type::BINARY_VIEW:
    case ::arrow::Type::FIXED_SIZE_BINARY:
      return Type::binary();
    case ::arrow::Type::DATE32:
      return Type::date();
    case ::arrow::Type::TIMESTAMP:
      return static_cast<const ::arrow::TimestampType&>(type).timezone().empty() ? Type::timestamp_ntz()
                                                                                   : Type::timestamp();
    case ::arrow::Type::TIME64:
      return Type::time(6);
    case ::arrow::Type::DURATION:
      return Type::day_time_interval();
    case ::arrow::Type::INTERVAL_MONTHS:
      return Type::year_month_interval();
    case ::arrow::Type::INTERVAL_MONTH_DAY_NANO:
      return Type::calendar_interval();
    case ::arrow::Type::LIST:
    case ::arrow::Type::LARGE_LIST:
    case ::arrow::Type::FIXED_SIZE_LIST:
      return Type::array(from_arrow_type(*type.field(0)->type()), type.field(0)->nullable());
    case ::arrow::Type::MAP: {
      const auto& map = static_cast<const ::arrow::MapType&>(type);
      return Type::map(from_arrow_type(*map.key_type()), from_arrow_type(*map.item_type()),
                       map.item_field()->nullable());
    }
    case ::arrow::Type::STRUCT: {
      std::vector<plan::StructField> fields;
      for (const auto& field : type.fields()) {
        fields.push_back({field->name(), from_arrow_type(*field->type()), field->nullable(), ""});
      }
      return Type::structure(std::move(fields));
    }
    case ::arrow::Type::DICTIONARY:
      return from_arrow_type(*static_cast<const ::arrow::DictionaryType&>(type).value_type());
    default:
      throw SparkError("UNSUPPORTED_ARROWTYPE", {{"typeName", type.ToString()}});
  }
}

plan::Schema from_arrow_schema(const ::arrow::Schema& schema) {
  plan::Schema result;
  for (const auto& field : schema.fields()) {
    result.push_back({field->name(), from_arrow_type(*field->type()), field->nullable(), ""});
  }
  return result;
}

std::shared_ptr<::arrow::RecordBatch> with_schema(const ::arrow::RecordBatch& batch,
                                                  const std::shared_ptr<::arrow::Schema>& wanted) {
  FIRESTEEL_CHECK(batch.num_columns() >= wanted->num_fields(),
                  "the engine returned " + std::to_string(batch.num_columns()) + " columns, the plan has " +
                      std::to_string(wanted->num_fields()));
  std::vector<std::shared_ptr<::arrow::Array>> columns;
  for (int i = 0; i < wanted->num_fields(); ++i) {
    columns.push_back(retype(batch.column(i), wanted->field(i)->type()));
  }
  return ::arrow::RecordBatch::Make(wanted, batch.num_rows(), std::move(columns));
}

}  // namespace firesteel::columns
