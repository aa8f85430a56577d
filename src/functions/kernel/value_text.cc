#include "functions/kernel/value_text.h"

#include "base/error.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/decimal.h"
#include "functions/kernel/time_zone.h"
#include "functions/kernel/variant.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

void append_nested(const Type& type, const Value& value, std::string_view time_zone,
                   std::string& out) {
  const Values& parts = value.list();
  const bool is_array = type.is(TypeKind::kArray);
  const bool is_map = type.is(TypeKind::kMap);
  out += is_array ? '[' : '{';
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool is_item = is_map && i % 2 == 1;
    if (i > 0) out += is_item ? " -> " : ", ";
    const Type& part = is_array   ? type.element()
                       : !is_map  ? type.fields()[i].type
                       : is_item  ? type.value()
                                  : type.key();
    append_value_text(part, parts[i], time_zone, out);
  }
  out += is_array ? ']' : '}';
}

}  // namespace

void append_value_text(const Type& type, const Value& value, std::string_view time_zone,
                       std::string& out) {
  if (value.is_null()) {
    out += "null";
    return;
  }
  switch (type.kind()) {
    case TypeKind::kNull: return;
    case TypeKind::kBoolean: return append_boolean(value.boolean(), out);
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong: return append_integer(value.integer(), out);
    case TypeKind::kFloat: return append_float(static_cast<float>(value.real()), out);
    case TypeKind::kDouble: return append_double(value.real(), out);
    case TypeKind::kDecimal: return append_decimal_plain(value.decimal(), type.scale(), out);
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary: out += value.text(); return;
    case TypeKind::kDate: return append_date(static_cast<int32_t>(value.integer()), out);
    case TypeKind::kTime: return append_time(value.integer(), out);
    case TypeKind::kTimestamp:
      return append_timestamp(value.integer(), TimeZone::get(time_zone), out);
    case TypeKind::kTimestampNtz: return append_timestamp_ntz(value.integer(), out);
    case TypeKind::kYearMonthInterval:
      return append_year_month_interval(static_cast<int32_t>(value.integer()),
                                        static_cast<YearMonthField>(type.year_month_start()),
                                        static_cast<YearMonthField>(type.year_month_end()), out);
    case TypeKind::kDayTimeInterval:
      return append_day_time_interval(value.integer(),
                                      static_cast<DayTimeField>(type.day_time_start()),
                                      static_cast<DayTimeField>(type.day_time_end()), out);
    case TypeKind::kCalendarInterval: {
      const auto& interval = std::get<CalendarInterval>(value.data);
      return append_calendar_interval(interval.months, interval.days, interval.micros, out);
    }
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kStruct: return append_nested(type, value, time_zone, out);
    case TypeKind::kUdt: return append_value_text(type.sql_type(), value, time_zone, out);
    // VariantVal.toString: JSON, whose timestamps are in UTC.
    case TypeKind::kVariant: out += VariantView(value).json("UTC"); return;
  }
  throw_unsupported("EXPRESSION", "text of a value of type " + type.simple_string());
}

std::string value_text(const Type& type, const Value& value, std::string_view time_zone) {
  std::string out;
  append_value_text(type, value, time_zone, out);
  return out;
}

std::string java_value_text(const Type& type, const Value& value, std::string_view time_zone) {
  if (value.is_null()) return "null";
  const auto joined = [&](size_t first, size_t step, const auto& type_of) {
    std::string text = "[";
    for (size_t i = first; i < value.list().size(); i += step) {
      text += (i > first ? "," : "") + java_value_text(type_of(i), value.list()[i], time_zone);
    }
    return text + "]";
  };
  std::string text;
  switch (type.kind()) {
    case TypeKind::kDecimal: append_decimal_java(value.decimal(), type.scale(), text); return text;
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
    case TypeKind::kYearMonthInterval:
    case TypeKind::kDayTimeInterval: return std::to_string(value.integer());
    case TypeKind::kArray: return joined(0, 1, [&](size_t) { return type.element(); });
    case TypeKind::kStruct: return joined(0, 1, [&](size_t i) { return type.fields()[i].type; });
    case TypeKind::kMap:
      return "keys: " + joined(0, 2, [&](size_t) { return type.key(); }) + ", values: " + joined(1, 2, [&](size_t) { return type.value(); });
    default: return value_text(type, value, time_zone);
  }
}

}  // namespace firesteel::functions::kernel
