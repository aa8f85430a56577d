#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "connect/decode.h"
#include "spark/connect/expressions.pb.h"

// Clients before 4.1 send the fields that the protocol now calls deprecated.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace firesteel::connect {

namespace proto = spark::connect;
using plan::Literal;
using plan::Type;
using plan::TypeKind;
using ProtoLiteral = proto::Expression::Literal;

namespace {

constexpr int64_t kNanosPerDay = 86'400'000'000'000;

[[noreturn]] void throw_bad_literal(const std::string& message) {
  throw SparkError("CONNECT_INVALID_PLAN.ASSERTION_FAILURE", {{"message", message}});
}

struct Decimal {
  __int128 unscaled = 0;
  int precision = 1;  // digits of `unscaled`, at least one
  int scale = 0;
};

// "-12.50", "1E+3", "1e-7" exactly, as java.math.BigDecimal reads them.
Decimal parse_decimal(const std::string& text) {
  Decimal result;
  size_t at = 0;
  const bool is_negative = !text.empty() && text[0] == '-';
  if (is_negative || (!text.empty() && text[0] == '+')) ++at;
  bool has_point = false;
  bool has_digit = false;
  int digits = 0;
  for (; at < text.size() && (std::isdigit(static_cast<unsigned char>(text[at])) || text[at] == '.'); ++at) {
    if (text[at] == '.') {
      if (has_point) throw_bad_literal("'" + text + "' is no decimal number");
      has_point = true;
      continue;
    }
    has_digit = true;
    if (digits > 0 || text[at] != '0') ++digits;
    if (digits > 38) throw SparkError("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                                      {{"precision", std::to_string(digits)}, {"maxPrecision", "38"}});
    result.unscaled = result.unscaled * 10 + (text[at] - '0');
    if (has_point) ++result.scale;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    try {
      size_t used = 0;
      const int exponent = std::stoi(text.substr(at + 1), &used);
      at += 1 + used;
      result.scale -= std::clamp(exponent, -1000, 1000);
    } catch (const std::exception&) {
      throw_bad_literal("'" + text + "' is no decimal number");
    }
  }
  if (!has_digit || at != text.size()) throw_bad_literal("'" + text + "' is no decimal number");
  result.precision = std::max(1, digits);
  if (result.scale < 0) {  // Decimal has no negative scale
    result.precision -= result.scale;
    if (result.precision > 38) throw SparkError("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                                                {{"precision", std::to_string(result.precision)},
                                                 {"maxPrecision", "38"}});
    for (; result.scale < 0; ++result.scale) result.unscaled *= 10;
  }
  if (is_negative) result.unscaled = -result.unscaled;
  return result;
}

// LiteralValueProtoConverter: the declared precision and scale never narrow the value.
Literal decode_decimal(const ProtoLiteral::Decimal& proto) {
  Decimal decimal = parse_decimal(proto.value());
  const int scale = std::max(decimal.scale, proto.has_scale() ? proto.scale() : decimal.scale);
  int precision = std::max(decimal.precision, proto.has_precision() ? proto.precision() : 0);
  precision = std::max(precision, scale);
  if (precision > 38) {
    throw SparkError("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
                     {{"precision", std::to_string(precision)}, {"maxPrecision", "38"}});
  }
  for (; decimal.scale < scale; ++decimal.scale) {
    if (__builtin_mul_overflow(decimal.unscaled, __int128{10}, &decimal.unscaled)) {
      throw_bad_literal("the decimal " + proto.value() + " does not fit 38 digits");
    }
  }
  return {Type::decimal(precision, scale), decimal.unscaled};
}

std::string print_decimal(__int128 unscaled, int scale) {
  const bool is_negative = unscaled < 0;
  auto magnitude = is_negative ? -static_cast<unsigned __int128>(unscaled)
                               : static_cast<unsigned __int128>(unscaled);
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(magnitude % 10)));
    magnitude /= 10;
  } while (magnitude != 0);
  while (static_cast<int>(digits.size()) <= scale) digits.push_back('0');
  std::reverse(digits.begin(), digits.end());
  if (scale > 0) digits.insert(digits.size() - static_cast<size_t>(scale), ".");
  return (is_negative ? "-" : "") + digits;
}

Literal nested(Type type, Literal::Elements elements) {
  return {std::move(type), std::make_shared<const Literal::Elements>(std::move(elements))};
}

// The type of the first element that is not null.
Type common_type(const Literal::Elements& elements) {
  for (const Literal& element : elements) {
    if (!element.type.is(TypeKind::kNull)) return element.type;
  }
  return Type::null();
}

Literal decode_array(const ProtoLiteral& proto, const std::optional<Type>& expected) {
  std::optional<Type> element;
  if (proto.array().has_element_type()) element = decode_type(proto.array().element_type());
  if (!element && expected && expected->is(TypeKind::kArray)) element = expected->element();
  if (!element && !expected) throw SparkError("CONNECT_INVALID_PLAN.ARRAY_LITERAL_MISSING_DATA_TYPE", {});
  Literal::Elements elements;
  bool has_null = false;
  for (const auto& item : proto.array().elements()) {
    elements.push_back(decode_literal(item, element));
    const Literal& last = elements.back();
    if (element && !last.is_null() && last.type.is_string() != element->is_string()) {
      throw_bad_literal("an element of an array literal is of another type");
    }
    has_null = has_null || elements.back().is_null();
  }
  if (expected && expected->is(TypeKind::kArray)) return nested(*expected, std::move(elements));
  if (!element) element = common_type(elements);
  return nested(Type::array(*element, expected ? expected->contains_null() : true), std::move(elements));
}

Literal decode_map(const ProtoLiteral& proto, const std::optional<Type>& expected) {
  std::optional<Type> key;
  std::optional<Type> value;
  if (proto.map().has_key_type()) key = decode_type(proto.map().key_type());
  if (proto.map().has_value_type()) value = decode_type(proto.map().value_type());
  if (expected && expected->is(TypeKind::kMap)) {
    key = expected->key();
    value = expected->value();
  }
  if (!(key && value) && !expected) throw SparkError("CONNECT_INVALID_PLAN.MAP_LITERAL_MISSING_DATA_TYPE", {});
  if (proto.map().keys_size() != proto.map().values_size()) {
    throw_bad_literal("a map literal has as many keys as values");
  }
  Literal::Elements entries;
  for (int i = 0; i < proto.map().keys_size(); ++i) {
    entries.push_back(decode_literal(proto.map().keys(i), key));
    entries.push_back(decode_literal(proto.map().values(i), value));
  }
  if (expected && expected->is(TypeKind::kMap)) return nested(*expected, std::move(entries));
  if (!key) key = entries.empty() ? Type::null() : entries[0].type;
  if (!value) value = entries.empty() ? Type::null() : entries[1].type;
  return nested(Type::map(*key, *value, true), std::move(entries));
}

Literal decode_struct(const ProtoLiteral& proto, const std::optional<Type>& expected) {
  std::optional<Type> type = expected;
  if (proto.struct_().has_struct_type()) type = decode_type(proto.struct_().struct_type());
  if (!type) throw SparkError("CONNECT_INVALID_PLAN.STRUCT_LITERAL_MISSING_DATA_TYPE", {});
  const Type& shape = type->is(TypeKind::kUdt) && type->sql_type().is(TypeKind::kStruct) ? type->sql_type() : *type;
  if (!shape.is(TypeKind::kStruct)) throw_bad_literal("a struct literal is of no struct type");
  Literal::Elements elements;
  for (int i = 0; i < proto.struct_().elements_size(); ++i) {
    if (i >= static_cast<int>(shape.fields().size())) {
      throw_bad_literal("a struct literal has more elements than its type has fields");
    }
    elements.push_back(decode_literal(proto.struct_().elements(i), shape.fields()[static_cast<size_t>(i)].type));
  }
  return nested(*type, std::move(elements));
}

template <typename Values, typename Make>
Literal specialized(const Values& values, const Type& element, const Make& make) {
  Literal::Elements elements;
  elements.reserve(static_cast<size_t>(values.size()));
  for (const auto& value : values) elements.push_back(Literal{element, make(value)});
  return nested(Type::array(element, false), std::move(elements));
}

Literal decode_specialized(const ProtoLiteral::SpecializedArray& array) {
  switch (array.value_type_case()) {
    case ProtoLiteral::SpecializedArray::kBools:
      return specialized(array.bools().values(), Type::boolean(), [](bool v) { return Literal::Value(v); });
    case ProtoLiteral::SpecializedArray::kInts:
      return specialized(array.ints().values(), Type::integer(), [](int64_t v) { return Literal::Value(v); });
    case ProtoLiteral::SpecializedArray::kLongs:
      return specialized(array.longs().values(), Type::long_integer(), [](int64_t v) { return Literal::Value(v); });
    case ProtoLiteral::SpecializedArray::kFloats:
      return specialized(array.floats().values(), Type::float_number(), [](double v) { return Literal::Value(v); });
    case ProtoLiteral::SpecializedArray::kDoubles:
      return specialized(array.doubles().values(), Type::double_number(), [](double v) { return Literal::Value(v); });
    case ProtoLiteral::SpecializedArray::kStrings:
      return specialized(array.strings().values(), Type::string(),
                         [](const std::string& v) { return Literal::Value(v); });
    case ProtoLiteral::SpecializedArray::VALUE_TYPE_NOT_SET:
      break;
  }
  throw_not_set(array, "VALUETYPE_NOT_SET");
}

// LiteralValueProtoConverter.isCompatible: the type that stands beside a literal is of its own kind.
void check_data_type(const ProtoLiteral& proto) {
  const std::string literal = oneof_member(proto, "literal_type");
  const std::string type = oneof_member(proto.data_type(), "kind");
  const bool is_text = literal == "string" && (type == "char" || type == "var_char");
  const bool is_array = literal == "specialized_array" && type == "array";
  if (literal == type || literal.empty() || literal == "null" || is_text || is_array || type == "udt" || type == "unparsed" || type.empty()) return;
  throw SparkError("CONNECT_INVALID_PLAN.INCOMPATIBLE_LITERAL_DATA_TYPE",
                   {{"dataTypeKindCase", upper_case(type)}, {"literalTypeCase", upper_case(literal)}});
}

Literal whole(Type type, int64_t value) { return {std::move(type), value}; }

}  // namespace

Literal decode_literal(const ProtoLiteral& proto, const std::optional<Type>& outer) {
  std::optional<Type> expected = outer;
  if (proto.has_data_type()) {
    check_data_type(proto);
    expected = decode_type(proto.data_type());
  }
  const auto type_or = [&](TypeKind kind, Type fallback) {
    return expected && expected->is(kind) ? *expected : fallback;
  };
  switch (proto.literal_type_case()) {
    case ProtoLiteral::kNull: {
      Type type = decode_type(proto.null());
      if (type.is(TypeKind::kNull) && expected) type = *expected;
      return {std::move(type), std::monostate{}};
    }
    case ProtoLiteral::kBinary:
      return {Type::binary(), proto.binary()};
    case ProtoLiteral::kBoolean:
      return {Type::boolean(), proto.boolean()};
    case ProtoLiteral::kByte:
      return whole(Type::byte(), proto.byte());
    case ProtoLiteral::kShort:
      return whole(Type::short_integer(), proto.short_());
    case ProtoLiteral::kInteger:
      return whole(Type::integer(), proto.integer());
    case ProtoLiteral::kLong:
      return whole(Type::long_integer(), proto.long_());
    case ProtoLiteral::kFloat:
      return {Type::float_number(), static_cast<double>(proto.float_())};
    case ProtoLiteral::kDouble:
      return {Type::double_number(), proto.double_()};
    case ProtoLiteral::kDecimal:
      return decode_decimal(proto.decimal());
    case ProtoLiteral::kString:
      return {type_or(TypeKind::kString, Type::string()), proto.string()};
    case ProtoLiteral::kDate:
      return whole(Type::date(), proto.date());
    case ProtoLiteral::kTimestamp:
      return whole(Type::timestamp(), proto.timestamp());
    case ProtoLiteral::kTimestampNtz:
      return whole(Type::timestamp_ntz(), proto.timestamp_ntz());
    case ProtoLiteral::kCalendarInterval:
      return {Type::calendar_interval(),
              Literal::Interval{proto.calendar_interval().months(), proto.calendar_interval().days(),
                                proto.calendar_interval().microseconds()}};
    case ProtoLiteral::kYearMonthInterval:
      return whole(type_or(TypeKind::kYearMonthInterval, Type::year_month_interval()),
                   proto.year_month_interval());
    case ProtoLiteral::kDayTimeInterval:
      return whole(type_or(TypeKind::kDayTimeInterval, Type::day_time_interval()), proto.day_time_interval());
    case ProtoLiteral::kArray:
      return decode_array(proto, expected);
    case ProtoLiteral::kMap:
      return decode_map(proto, expected);
    case ProtoLiteral::kStruct:
      return decode_struct(proto, expected);
    case ProtoLiteral::kSpecializedArray:
      return decode_specialized(proto.specialized_array());
    case ProtoLiteral::kTime:
      if (proto.time().nano() < 0 || proto.time().nano() >= kNanosPerDay) throw_bad_literal("a time of no day");
      return whole(Type::time(proto.time().has_precision() ? proto.time().precision() : 6), proto.time().nano());
    case ProtoLiteral::LITERAL_TYPE_NOT_SET:
      break;
  }
  throw SparkError("CONNECT_INVALID_PLAN.UNSUPPORTED_LITERAL_TYPE", {{"typeInfo", "LITERALTYPE_NOT_SET(0)"}});
}

void encode_literal(const Literal& literal, ProtoLiteral* out) {
  if (literal.is_null()) return encode_type(literal.type, out->mutable_null());
  const auto whole = [&] { return std::get<int64_t>(literal.value); };
  const auto elements = [&]() -> const Literal::Elements& {
    return *std::get<std::shared_ptr<const Literal::Elements>>(literal.value);
  };
  switch (literal.type.kind()) {
    case TypeKind::kNull:
      out->mutable_null()->mutable_null();
      break;
    case TypeKind::kBoolean:
      out->set_boolean(std::get<bool>(literal.value));
      break;
    case TypeKind::kByte:
      out->set_byte(static_cast<int32_t>(whole()));
      break;
    case TypeKind::kShort:
      out->set_short_(static_cast<int32_t>(whole()));
      break;
    case TypeKind::kInteger:
      out->set_integer(static_cast<int32_t>(whole()));
      break;
    case TypeKind::kLong:
      out->set_long_(whole());
      break;
    case TypeKind::kFloat:
      out->set_float_(static_cast<float>(std::get<double>(literal.value)));
      break;
    case TypeKind::kDouble:
      out->set_double_(std::get<double>(literal.value));
      break;
    case TypeKind::kDecimal:
      out->mutable_decimal()->set_value(print_decimal(std::get<__int128>(literal.value), literal.type.scale()));
      out->mutable_decimal()->set_precision(literal.type.precision());
      out->mutable_decimal()->set_scale(literal.type.scale());
      break;
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      out->set_string(std::get<std::string>(literal.value));
      break;
    case TypeKind::kBinary:
      out->set_binary(std::get<std::string>(literal.value));
      break;
    case TypeKind::kDate:
      out->set_date(static_cast<int32_t>(whole()));
      break;
    case TypeKind::kTime:
      out->mutable_time()->set_nano(whole());
      out->mutable_time()->set_precision(literal.type.precision());
      break;
    case TypeKind::kTimestamp:
      out->set_timestamp(whole());
      break;
    case TypeKind::kTimestampNtz:
      out->set_timestamp_ntz(whole());
      break;
    case TypeKind::kCalendarInterval: {
      const auto& interval = std::get<Literal::Interval>(literal.value);
      out->mutable_calendar_interval()->set_months(interval.months);
      out->mutable_calendar_interval()->set_days(interval.days);
      out->mutable_calendar_interval()->set_microseconds(interval.microseconds);
      break;
    }
    case TypeKind::kYearMonthInterval:
      out->set_year_month_interval(static_cast<int32_t>(whole()));
      break;
    case TypeKind::kDayTimeInterval:
      out->set_day_time_interval(whole());
      break;
    case TypeKind::kArray:
      encode_type(literal.type.element(), out->mutable_array()->mutable_element_type());
      for (const Literal& element : elements()) encode_literal(element, out->mutable_array()->add_elements());
      break;
    case TypeKind::kMap:
      encode_type(literal.type.key(), out->mutable_map()->mutable_key_type());
      encode_type(literal.type.value(), out->mutable_map()->mutable_value_type());
      for (size_t i = 0; i + 1 < elements().size(); i += 2) {
        encode_literal(elements()[i], out->mutable_map()->add_keys());
        encode_literal(elements()[i + 1], out->mutable_map()->add_values());
      }
      break;
    case TypeKind::kStruct:
    case TypeKind::kUdt:
      encode_type(literal.type, out->mutable_struct_()->mutable_struct_type());
      for (const Literal& element : elements()) encode_literal(element, out->mutable_struct_()->add_elements());
      break;
    case TypeKind::kVariant:
      throw_unsupported("EXPRESSION", "a literal of type variant");
  }
}

}  // namespace firesteel::connect
