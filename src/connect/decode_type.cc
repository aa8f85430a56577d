#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "base/error.h"
#include "connect/decode.h"
#include "spark/connect/types.pb.h"
#include "sql/parser.h"

namespace firesteel::connect {

namespace proto = spark::connect;
using plan::Type;
using plan::TypeKind;

namespace {

// The fields by their numbers, and what Spark says where they are none or stand in the wrong order.
struct IntervalFields {
  const char* condition;  // of a number that is no field's
  std::string supported;
  std::vector<std::string> names;
};

void check_fields(const IntervalFields& fields, int first, int last) {
  for (const int field : {first, last}) {
    if (field >= 0 && field < static_cast<int>(fields.names.size())) continue;
    throw SparkError(fields.condition, {{"field", std::to_string(field)}, {"supportedIds", fields.supported}});
  }
  if (first <= last) return;
  throw SparkError("_LEGACY_ERROR_TEMP_1224", {{"startFieldName", fields.names[static_cast<size_t>(first)]},
                                               {"endFieldName", fields.names[static_cast<size_t>(last)]}});
}

Type decode_interval(const proto::DataType::YearMonthInterval& interval) {
  using plan::YearMonthField;
  static const IntervalFields fields = {"_LEGACY_ERROR_TEMP_1225", "0 (year), 1 (month)", {"year", "month"}};
  check_fields(fields, interval.has_start_field() ? interval.start_field() : 0, interval.has_end_field() ? interval.end_field() : 1);
  const auto field = [](bool has, int value, YearMonthField fallback) {
    return has ? static_cast<YearMonthField>(value) : fallback;
  };
  return Type::year_month_interval(
      field(interval.has_start_field(), interval.start_field(), YearMonthField::kYear),
      field(interval.has_end_field(), interval.end_field(), YearMonthField::kMonth));
}

Type decode_interval(const proto::DataType::DayTimeInterval& interval) {
  using plan::DayTimeField;
  static const IntervalFields fields = {"_LEGACY_ERROR_TEMP_1223", "0 (day), 1 (hour), 2 (minute), 3 (second)",
                                        {"day", "hour", "minute", "second"}};
  check_fields(fields, interval.has_start_field() ? interval.start_field() : 0, interval.has_end_field() ? interval.end_field() : 3);
  const auto field = [](bool has, int value, DayTimeField fallback) {
    return has ? static_cast<DayTimeField>(value) : fallback;
  };
  return Type::day_time_interval(
      field(interval.has_start_field(), interval.start_field(), DayTimeField::kDay),
      field(interval.has_end_field(), interval.end_field(), DayTimeField::kSecond));
}

Type decode_decimal(const proto::DataType::Decimal& decimal) {
  const int precision = decimal.has_precision() ? decimal.precision() : 10;
  const int scale = decimal.has_scale() ? decimal.scale() : 0;
  if (precision > 38) {
    throw SparkError("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                     {{"precision", std::to_string(precision)}, {"maxPrecision", "38"}});
  }
  if (scale > precision || scale < 0 || precision < 1) {
    throw SparkError("_LEGACY_ERROR_TEMP_1228", {{"scale", std::to_string(scale)}, {"precision", std::to_string(precision)}});
  }
  return Type::decimal(precision, scale);
}

Type decode_struct(const proto::DataType::Struct& structure) {
  std::vector<plan::StructField> fields;
  for (const auto& field : structure.fields()) {
    fields.push_back({field.name(), decode_type(field.data_type()), field.nullable(),
                      field.has_metadata() && field.metadata() != "{}" ? field.metadata() : ""});
  }
  return Type::structure(std::move(fields));
}

const proto::DataType::UDT& checked_udt(const proto::DataType::UDT& udt) {
  if (udt.type() != "udt") throw SparkError("CONNECT_INVALID_PLAN.UDT_TYPE_FIELD_INVALID", {{"udtType", udt.type()}});
  const bool is_whole = udt.has_python_class() && udt.has_serialized_python_class() && udt.has_sql_type();
  if (!udt.has_jvm_class() && !is_whole) throw SparkError("CONNECT_INVALID_PLAN.PYTHON_UDT_MISSING_FIELDS", {});
  return udt;
}

Type decode_time(const proto::DataType::Time& time) {
  constexpr int kFinest = 6;
  const int precision = time.has_precision() ? time.precision() : kFinest;
  if (precision < 0 || precision > kFinest) throw SparkError("UNSUPPORTED_TIME_PRECISION", {{"precision", std::to_string(precision)}});
  return Type::time(precision);
}

}  // namespace

Type decode_type(const proto::DataType& proto) {
  switch (proto.kind_case()) {
    case proto::DataType::kNull:
      return Type::null();
    case proto::DataType::kBinary:
      return Type::binary();
    case proto::DataType::kBoolean:
      return Type::boolean();
    case proto::DataType::kByte:
      return Type::byte();
    case proto::DataType::kShort:
      return Type::short_integer();
    case proto::DataType::kInteger:
      return Type::integer();
    case proto::DataType::kLong:
      return Type::long_integer();
    case proto::DataType::kFloat:
      return Type::float_number();
    case proto::DataType::kDouble:
      return Type::double_number();
    case proto::DataType::kDecimal:
      return decode_decimal(proto.decimal());
    case proto::DataType::kString: {
      const std::string& collation = proto.string().collation();
      return collation.empty() || collation == "UTF8_BINARY" ? Type::string()
                                                             : Type::string_collated(collation);
    }
    case proto::DataType::kChar:
      return Type::character(proto.char_().length());
    case proto::DataType::kVarChar:
      return Type::varchar(proto.var_char().length());
    case proto::DataType::kDate:
      return Type::date();
    case proto::DataType::kTimestamp:
      return Type::timestamp();
    case proto::DataType::kTimestampNtz:
      return Type::timestamp_ntz();
    case proto::DataType::kTime:
      return decode_time(proto.time());
    case proto::DataType::kCalendarInterval:
      return Type::calendar_interval();
    case proto::DataType::kYearMonthInterval:
      return decode_interval(proto.year_month_interval());
    case proto::DataType::kDayTimeInterval:
      return decode_interval(proto.day_time_interval());
    case proto::DataType::kArray:
      return Type::array(decode_type(proto.array().element_type()), proto.array().contains_null());
    case proto::DataType::kMap:
      return Type::map(decode_type(proto.map().key_type()), decode_type(proto.map().value_type()),
                       proto.map().value_contains_null());
    case proto::DataType::kStruct:
      return decode_struct(proto.struct_());
    case proto::DataType::kVariant:
      return Type::variant();
    case proto::DataType::kUdt: {
      const auto& udt = checked_udt(proto.udt());
      return Type::udt({udt.jvm_class(), udt.python_class(), udt.serialized_python_class()},
                       udt.has_sql_type() ? decode_type(udt.sql_type()) : Type::null());
    }
    case proto::DataType::kUnparsed:
      return sql::parse_type(proto.unparsed().data_type_string());
    case proto::DataType::kGeometry:
      throw_unsupported("EXPRESSION", "type geometry");
    case proto::DataType::kGeography:
      throw_unsupported("EXPRESSION", "type geography");
    case proto::DataType::KIND_NOT_SET:
      break;
  }
  throw SparkError("CONNECT_INVALID_PLAN.DATA_TYPE_UNSUPPORTED_PROTO_TO_CATALYST", {{"kindCase", "KIND_NOT_SET"}});
}

void encode_schema(const plan::Schema& schema, proto::DataType* out) {
  auto* structure = out->mutable_struct_();
  for (const plan::StructField& field : schema) {
    auto* added = structure->add_fields();
    added->set_name(field.name);
    encode_type(field.type, added->mutable_data_type());
    added->set_nullable(field.nullable);
    if (!field.metadata.empty() && field.metadata != "{}") added->set_metadata(field.metadata);
  }
}

void encode_type(const Type& type, proto::DataType* out) {
  switch (type.kind()) {
    case TypeKind::kNull:
      out->mutable_null();
      break;
    case TypeKind::kBoolean:
      out->mutable_boolean();
      break;
    case TypeKind::kByte:
      out->mutable_byte();
      break;
    case TypeKind::kShort:
      out->mutable_short_();
      break;
    case TypeKind::kInteger:
      out->mutable_integer();
      break;
    case TypeKind::kLong:
      out->mutable_long_();
      break;
    case TypeKind::kFloat:
      out->mutable_float_();
      break;
    case TypeKind::kDouble:
      out->mutable_double_();
      break;
    case TypeKind::kDecimal:
      out->mutable_decimal()->set_precision(type.precision());
      out->mutable_decimal()->set_scale(type.scale());
      break;
    case TypeKind::kString:
      out->mutable_string();
      if (type.collation() != "UTF8_BINARY") out->mutable_string()->set_collation(type.collation());
      break;
    case TypeKind::kChar:
      out->mutable_char_()->set_length(type.length());
      break;
    case TypeKind::kVarchar:
      out->mutable_var_char()->set_length(type.length());
      break;
    case TypeKind::kBinary:
      out->mutable_binary();
      break;
    case TypeKind::kDate:
      out->mutable_date();
      break;
    case TypeKind::kTime:
      out->mutable_time()->set_precision(type.precision());
      break;
    case TypeKind::kTimestamp:
      out->mutable_timestamp();
      break;
    case TypeKind::kTimestampNtz:
      out->mutable_timestamp_ntz();
      break;
    case TypeKind::kCalendarInterval:
      out->mutable_calendar_interval();
      break;
    case TypeKind::kYearMonthInterval:
      out->mutable_year_month_interval()->set_start_field(static_cast<int>(type.year_month_start()));
      out->mutable_year_month_interval()->set_end_field(static_cast<int>(type.year_month_end()));
      break;
    case TypeKind::kDayTimeInterval:
      out->mutable_day_time_interval()->set_start_field(static_cast<int>(type.day_time_start()));
      out->mutable_day_time_interval()->set_end_field(static_cast<int>(type.day_time_end()));
      break;
    case TypeKind::kArray:
      encode_type(type.element(), out->mutable_array()->mutable_element_type());
      out->mutable_array()->set_contains_null(type.contains_null());
      break;
    case TypeKind::kMap:
      encode_type(type.key(), out->mutable_map()->mutable_key_type());
      encode_type(type.value(), out->mutable_map()->mutable_value_type());
      out->mutable_map()->set_value_contains_null(type.value_contains_null());
      break;
    case TypeKind::kStruct:
      encode_schema(type.fields(), out);
      break;
    case TypeKind::kUdt: {
      // As Spark sends it: a class that the JVM knows carries no sql_type.
      auto* udt = out->mutable_udt();
      udt->set_type("udt");
      if (!type.udt_info().jvm_class.empty()) udt->set_jvm_class(type.udt_info().jvm_class);
      if (!type.udt_info().python_class.empty()) udt->set_python_class(type.udt_info().python_class);
      if (type.udt_info().jvm_class.empty()) {
        udt->set_serialized_python_class(type.udt_info().serialized_python_class);
        encode_type(type.sql_type(), udt->mutable_sql_type());
      }
      break;
    }
    case TypeKind::kVariant:
      out->mutable_variant();
      break;
  }
}

plan::Schema parse_schema_text(const std::string& text, const sql::ParserOptions& options) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string::npos || (text[start] != '{' && text[start] != '"')) {
    try {
      return sql::parse_schema(text, options);
    } catch (const SparkError&) {
      // DataType.fromDDL takes the fields of a struct as well, whose names end in a colon.
      if (text.find(':') == std::string::npos) throw;
      return sql::parse_type("struct<" + text + ">", options).fields();
    }
  }
  Type type = plan::type_from_json(text);
  if (type.is(TypeKind::kStruct)) return type.fields();
  return {{"value", std::move(type), true, ""}};
}

std::string oneof_member(const google::protobuf::Message& message, const char* oneof) {
  const auto* descriptor = message.GetDescriptor()->FindOneofByName(oneof);
  const auto* field = message.GetReflection()->GetOneofFieldDescriptor(message, descriptor);
  return field == nullptr ? "" : field->name();
}

void throw_not_set(const google::protobuf::Message& message, const char* oneof_case) {
  throw SparkError("CONNECT_INVALID_PLAN.INVALID_ONE_OF_FIELD_NOT_SET",
                   {{"fullName", message.GetDescriptor()->full_name()}, {"name", oneof_case}});
}

void throw_no_handler(const std::string& type_url) {
  throw SparkError("CONNECT_INVALID_PLAN.NO_HANDLER_FOR_EXTENSION", {{"extensionTypeUrl", type_url}});
}

}  // namespace firesteel::connect
