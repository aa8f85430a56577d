#include "engine/duckdb/type_sql.h"

#include <charconv>
#include <cmath>

#include "base/error.h"

namespace firesteel::engine {
namespace {

using plan::Literal;
using plan::Type;
using plan::TypeKind;

std::string decimal_text(__int128 unscaled, int scale) {
  bool is_negative = unscaled < 0;
  auto magnitude = is_negative ? -static_cast<unsigned __int128>(unscaled)
                               : static_cast<unsigned __int128>(unscaled);
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(magnitude % 10)));
    magnitude /= 10;
  } while (magnitude != 0);
  while (static_cast<int>(digits.size()) <= scale) digits.insert(digits.begin(), '0');
  if (scale > 0) digits.insert(digits.size() - static_cast<size_t>(scale), ".");
  return is_negative ? "-" + digits : digits;
}

std::string double_sql(double value, const std::string& type) {
  if (std::isnan(value)) return "CAST('nan' AS " + type + ")";
  if (std::isinf(value)) return std::string("CAST('") + (value < 0 ? "-" : "") + "inf' AS " + type + ")";
  char buffer[64];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return "CAST('" + std::string(buffer, end) + "' AS " + type + ")";
}

std::string blob_sql(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string text = "'";
  for (unsigned char byte : bytes) {
    text += "\\x";
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return "CAST(" + text + "' AS BLOB)";
}

std::string integer_form_sql(const Type& type, int64_t value) {
  switch (type.kind()) {
    case TypeKind::kDate:
      return "(DATE '1970-01-01' + CAST(" + std::to_string(value) + " AS INTEGER))";
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
      return "make_timestamp(CAST(" + std::to_string(value) + " AS BIGINT))";
    default:
      return "CAST(" + std::to_string(value) + " AS " + type_sql(type) + ")";
  }
}

std::string elements_sql(const Type& type, const Literal::Elements& elements) {
  auto join = [&](size_t first, size_t step) {
    std::string text;
    for (size_t i = first; i < elements.size(); i += step) {
      if (!text.empty()) text += ", ";
      text += literal_sql(elements[i]);
    }
    return text;
  };
  std::string value;
  if (type.is(TypeKind::kMap)) {
    value = "MAP([" + join(0, 2) + "], [" + join(1, 2) + "])";
  } else if (type.is(TypeKind::kArray)) {
    value = "[" + join(0, 1) + "]";
  } else {
    value = "row(" + join(0, 1) + ")";
  }
  return "CAST(" + value + " AS " + type_sql(type) + ")";
}

}  // namespace

std::string quote_string(std::string_view text) {
  std::string quoted = "'";
  bool has_nul = false;
  for (char character : text) {
    if (character == '\0') {  // a NUL would end the text of the statement
      quoted += "' || chr(0) || '";
      has_nul = true;
      continue;
    }
    if (character == '\'') quoted += '\'';
    quoted += character;
  }
  quoted += '\'';
  return has_nul ? "(" + quoted + ")" : quoted;
}

std::string quote_identifier(std::string_view name) {
  std::string quoted = "\"";
  for (char character : name) {
    if (character == '"') quoted += '"';
    quoted += character;
  }
  return quoted + "\"";
}

std::string type_sql(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kNull: return "INTEGER";
    case TypeKind::kBoolean: return "BOOLEAN";
    case TypeKind::kByte: return "TINYINT";
    case TypeKind::kShort: return "SMALLINT";
    case TypeKind::kInteger: return "INTEGER";
    case TypeKind::kLong: return "BIGINT";
    case TypeKind::kFloat: return "FLOAT";
    case TypeKind::kDouble: return "DOUBLE";
    case TypeKind::kDecimal:
      return "DECIMAL(" + std::to_string(type.precision()) + ", " + std::to_string(type.scale()) +
             ")";
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar: return "VARCHAR";
    case TypeKind::kBinary: return "BLOB";
    case TypeKind::kDate: return "DATE";
    case TypeKind::kTime: return "BIGINT";
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return "TIMESTAMP";
    case TypeKind::kCalendarInterval: return "INTERVAL";
    case TypeKind::kYearMonthInterval: return "INTEGER";
    case TypeKind::kDayTimeInterval: return "BIGINT";
    case TypeKind::kArray: return type_sql(type.element()) + "[]";
    case TypeKind::kMap:
      return "MAP(" + type_sql(type.key()) + ", " + type_sql(type.value()) + ")";
    case TypeKind::kStruct: {
      // DuckDB has no struct without fields.
      if (type.fields().empty()) return "STRUCT(f0 INTEGER)";
      std::string text = "STRUCT(";
      for (size_t i = 0; i < type.fields().size(); ++i) {
        if (i > 0) text += ", ";
        text += "f" + std::to_string(i) + " " + type_sql(type.fields()[i].type);
      }
      return text + ")";
    }
    case TypeKind::kUdt: return type_sql(type.sql_type());
    case TypeKind::kVariant: return "STRUCT(f0 BLOB, f1 BLOB)";  // value and metadata
  }
  throw_internal("a type without a kind");
}

std::string literal_sql(const Literal& literal) {
  const Type& type = literal.type;
  if (type.is(TypeKind::kUdt)) return literal_sql({type.sql_type(), literal.value});
  if (literal.is_null()) return "CAST(NULL AS " + type_sql(type) + ")";
  if (const auto* value = std::get_if<bool>(&literal.value)) return *value ? "true" : "false";
  if (const auto* value = std::get_if<int64_t>(&literal.value)) {
    return integer_form_sql(type, *value);
  }
  if (const auto* value = std::get_if<double>(&literal.value)) {
    return double_sql(*value, type_sql(type));
  }
  if (const auto* value = std::get_if<__int128>(&literal.value)) {
    return "CAST('" + decimal_text(*value, type.scale()) + "' AS " + type_sql(type) + ")";
  }
  if (const auto* value = std::get_if<std::string>(&literal.value)) {
    return type.is(TypeKind::kBinary) ? blob_sql(*value) : quote_string(*value);
  }
  if (const auto* value = std::get_if<Literal::Interval>(&literal.value)) {
    return "(to_months(CAST(" + std::to_string(value->months) + " AS INTEGER)) + to_days(CAST(" +
           std::to_string(value->days) + " AS INTEGER)) + to_microseconds(CAST(" +
           std::to_string(value->microseconds) + " AS BIGINT)))";
  }
  return elements_sql(type, *std::get<std::shared_ptr<const Literal::Elements>>(literal.value));
}

}  // namespace firesteel::engine
