#include "engine/duckdb/cast_lowering.h"

#include <vector>

#include "base/error.h"
#include "engine/duckdb/type_sql.h"

namespace firesteel::engine {
namespace {

using plan::CastMode;
using plan::Type;
using plan::TypeKind;

int integral_rank(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kByte: return 1;
    case TypeKind::kShort: return 2;
    case TypeKind::kInteger: return 3;
    case TypeKind::kLong: return 4;
    default: return 0;
  }
}

int integral_bits(const Type& type) { return 4 << integral_rank(type); }

bool is_binary_fraction(const Type& type) {
  return type.is(TypeKind::kFloat) || type.is(TypeKind::kDouble);
}

std::string plain(const std::string& sql, const Type& to) {
  return "CAST(" + sql + " AS " + type_sql(to) + ")";
}

// How a kernel is told to fail: 'ansi', 'legacy' or 'try'.
std::string mode_text(CastMode mode) {
  switch (mode) {
    case CastMode::kLegacy: return "'legacy'";
    case CastMode::kTry: return "'try'";
    case CastMode::kDefault:
    case CastMode::kAnsi:
    case CastMode::kPretty: break;
  }
  return "'ansi'";
}

// Short names of types in the names of cast kernels.
std::string kernel_type(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean: return "boolean";
    case TypeKind::kByte: return "byte";
    case TypeKind::kShort: return "short";
    case TypeKind::kInteger: return "int";
    case TypeKind::kLong: return "long";
    case TypeKind::kFloat: return "float";
    case TypeKind::kDouble: return "double";
    case TypeKind::kDecimal: return "decimal";
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar: return "string";
    case TypeKind::kBinary: return "binary";
    case TypeKind::kDate: return "date";
    case TypeKind::kTimestamp: return "timestamp";
    case TypeKind::kTimestampNtz: return "timestamp_ntz";
    default: break;
  }
  throw_unsupported("EXPRESSION", "a cast from or to " + type.simple_string());
}

// fs_cast_FROM_TO(value, mode[, extra])
std::string kernel(const std::string& sql, const Type& from, const Type& to, CastMode mode,
                   const std::string& extra = "") {
  return "fs_cast_" + kernel_type(from) + "_" + kernel_type(to) + "(" + sql + ", " +
         mode_text(mode) + (extra.empty() ? "" : ", " + extra) + ")";
}

std::string cast_to_decimal(const std::string& sql, const Type& from, const Type& to,
                            CastMode mode) {
  std::string target = std::to_string(to.precision()) + ", " + std::to_string(to.scale());
  if (from.is(TypeKind::kDecimal)) {
    bool is_widening = to.scale() >= from.scale() &&
                       to.precision() - to.scale() >= from.precision() - from.scale();
    if (is_widening) return plain(sql, to);
    return "fs_cast_decimal_decimal(" + sql + ", " + std::to_string(from.precision()) + ", " +
           std::to_string(from.scale()) + ", " + target + ", " + mode_text(mode) + ")";
  }
  static constexpr int kDigits[] = {1, 3, 5, 10, 20};
  int rank = integral_rank(from);
  if ((rank > 0 || from.is(TypeKind::kBoolean)) &&
      to.precision() - to.scale() >= kDigits[rank]) {
    return plain(from.is(TypeKind::kBoolean) ? plain(sql, Type::integer()) : sql, to);
  }
  if (rank > 0 || from.is(TypeKind::kBoolean)) {
    return "fs_cast_long_decimal(" + plain(sql, Type::long_integer()) + ", " + target + ", " +
           mode_text(mode) + ")";
  }
  if (from.is(TypeKind::kTime)) {
    return "fs_cast_time_decimal(" + sql + ", " + target + ", " + mode_text(mode) + ")";
  }
  return "fs_cast_" + kernel_type(from) + "_decimal(" + sql + ", " + target + ", " +
         mode_text(mode) + ")";
}

// Times of day are nanoseconds; digits beyond the precision are cut off.
std::string cast_to_precision(const std::string& sql, const Type& from, const Type& to) {
  if (to.precision() >= from.precision()) return sql;
  std::string unit = "1";
  unit.append(static_cast<size_t>(9 - to.precision()), '0');
  return "(" + sql + " // " + unit + " * " + unit + ")";
}

std::string cast_to_integral(const std::string& sql, const Type& from, const Type& to,
                             CastMode mode, const CastSettings& settings) {
  if (from.is(TypeKind::kBoolean)) return plain(sql, to);
  if (integral_rank(from) > 0) {
    if (integral_rank(from) < integral_rank(to)) return plain(sql, to);
    return kernel(sql, from, to, mode);
  }
  if (from.is(TypeKind::kTimestamp)) {
    // Whole seconds, rounded down.
    if (to.is(TypeKind::kLong)) return "fs_timestamp_seconds(fs_units_of(" + sql + ", 1))";
    return plain("fs_cast_timestamp_integer(" + sql + ", " + quote_string(settings.time_zone) + ", " +
                     std::to_string(integral_bits(to)) + ", " + mode_text(mode) + ")",
                 to);
  }
  if (from.is(TypeKind::kTime)) {
    return plain("fs_cast_time_integer(" + sql + ", " + std::to_string(integral_bits(to)) + ", " +
                     std::to_string(from.precision()) + ", " + mode_text(mode) + ")",
                 to);
  }
  if (from.is(TypeKind::kDecimal)) {
    return "fs_cast_decimal_" + kernel_type(to) + "(" + sql + ", " +
           std::to_string(from.precision()) + ", " + std::to_string(from.scale()) + ", " +
           mode_text(mode) + ")";
  }
  return kernel(sql, from, to, mode);
}

bool is_ansi_interval(const Type& type) {
  return type.is(TypeKind::kYearMonthInterval) || type.is(TypeKind::kDayTimeInterval);
}

// ", first, last" of the fields of an interval type.
std::string interval_fields(const Type& type) {
  const bool is_year_month = type.is(TypeKind::kYearMonthInterval);
  const int first = is_year_month ? static_cast<int>(type.year_month_start())
                                  : static_cast<int>(type.day_time_start());
  const int last = is_year_month ? static_cast<int>(type.year_month_end())
                                 : static_cast<int>(type.day_time_end());
  return ", " + std::to_string(first) + ", " + std::to_string(last);
}

std::string cast_interval(const std::string& sql, const Type& from, const Type& to,
                          CastMode mode) {
  auto family = [](const Type& type) {
    return std::string(type.is(TypeKind::kYearMonthInterval) ? "year_month" : "day_time");
  };
  auto digits = [](const Type& type) {
    return ", " + std::to_string(type.precision()) + ", " + std::to_string(type.scale());
  };
  const std::string end = ", " + mode_text(mode) + ")";
  if (is_ansi_interval(from) && is_ansi_interval(to)) {
    return "fs_truncate_" + family(to) + "(" + sql + interval_fields(to) + ")";
  }
  if (is_ansi_interval(from) && to.is(TypeKind::kDecimal)) {
    return "fs_cast_" + family(from) + "_decimal(" + sql + interval_fields(from) + digits(to) + end;
  }
  if (is_ansi_interval(from)) {
    return plain("fs_cast_" + family(from) + "_integer(" + sql + interval_fields(from) + ", " +
                     std::to_string(integral_bits(to)) + end,
                 to);
  }
  if (from.is(TypeKind::kString)) {
    return "fs_cast_string_" + family(to) + "(" + sql + interval_fields(to) + end;
  }
  if (from.is(TypeKind::kDecimal)) {
    return "fs_cast_decimal_" + family(to) + "(" + sql + digits(from) + interval_fields(to) + end;
  }
  return "fs_cast_integer_" + family(to) + "(CAST(" + sql + " AS BIGINT), " +
         quote_string(from.sql()) + interval_fields(to) + end;
}

std::string cast_to_string(const std::string& sql, const Type& from, CastMode mode,
                           const CastSettings& settings);

std::string join_elements(const std::string& list, const std::string& open,
                          const std::string& close) {
  return "('" + open + "' || array_to_string(" + list + ", ', ') || '" + close + "')";
}

// Spark's text of nested values: [1, null], {a -> 1}, {1, x}.
std::string nested_to_string(const std::string& sql, const Type& from, CastMode mode,
                             const CastSettings& settings) {
  const char* null_text = mode == CastMode::kPretty ? ", 'NULL')" : ", 'null')";
  auto element = [&](const std::string& value, const Type& type) {
    return "coalesce(" + cast_to_string(value, type, mode, settings) + null_text;
  };
  if (from.is(TypeKind::kArray)) {
    return join_elements("list_transform(" + sql + ", lambda x: " + element("x", from.element()) + ")",
                         "[", "]");
  }
  if (from.is(TypeKind::kMap)) {
    return join_elements("list_transform(map_entries(" + sql + "), lambda x: " +
                             element("x.key", from.key()) + " || ' -> ' || " +
                             element("x.value", from.value()) + ")",
                         "{", "}");
  }
  std::string text = "'{'";
  for (size_t i = 0; i < from.fields().size(); ++i) {
    if (i > 0) text += " || ', '";
    text += " || " + element("struct_extract(" + sql + ", 'f" + std::to_string(i) + "')",
                             from.fields()[i].type);
  }
  return "(CASE WHEN " + sql + " IS NULL THEN NULL ELSE " + text + " || '}' END)";
}

std::string cast_to_string(const std::string& sql, const Type& from, CastMode mode,
                           const CastSettings& settings) {
  switch (from.kind()) {
    case TypeKind::kNull: return "CAST(NULL AS VARCHAR)";
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar: return sql;
    case TypeKind::kBoolean:
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong: return "CAST(" + sql + " AS VARCHAR)";
    case TypeKind::kDecimal:
      return "fs_cast_decimal_string(" + sql + ", " + std::to_string(from.precision()) + ", " +
             std::to_string(from.scale()) + (mode == CastMode::kLegacy ? ", false)" : ", true)");
    case TypeKind::kBinary:
      // ToPrettyString shows bytes as [31 32].
      if (mode == CastMode::kPretty) {
        return "('[' || trim(regexp_replace(hex(" + sql + "), '(..)', '\\1 ', 'g')) || ']')";
      }
      return "fs_cast_binary_string(" + sql + ")";
    case TypeKind::kTimestamp:
      return "fs_cast_timestamp_string(" + sql + ", " + quote_string(settings.time_zone) + ")";
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kStruct: return nested_to_string(sql, from, mode, settings);
    case TypeKind::kUdt: return cast_to_string(sql, from.sql_type(), mode, settings);
    case TypeKind::kYearMonthInterval:
      return "fs_year_month_interval_string(" + sql + ", " +
             std::to_string(static_cast<int>(from.year_month_start())) + ", " +
             std::to_string(static_cast<int>(from.year_month_end())) + ")";
    case TypeKind::kDayTimeInterval:
      return "fs_day_time_interval_string(" + sql + ", " +
             std::to_string(static_cast<int>(from.day_time_start())) + ", " +
             std::to_string(static_cast<int>(from.day_time_end())) + ")";
    case TypeKind::kTime: return "fs_time_string(" + sql + ")";
    case TypeKind::kDate:  // DateFormatter has a pattern, if the usual one
      if (settings.time_parser == functions::kernel::TimeParserPolicy::kLegacy) return "fs_cast_date_string_legacy(" + sql + ")";
      return "fs_cast_date_string(" + sql + ")";
    // VariantVal.toString: JSON, whose timestamps are in UTC.
    case TypeKind::kVariant:
      return "fs_value('variant_json', '{\"a\":[\"variant\"],\"r\":\"string\"}', 'UTC', true, " + sql + ")";
    case TypeKind::kCalendarInterval:
      return "fs_calendar_interval_string(" + sql + ")";
    default: return "fs_cast_" + kernel_type(from) + "_string(" + sql + ")";
  }
}

// By the kernels over values of any type (value_kernels.cc).
std::string cast_variant(const std::string& sql, const Type& from, const Type& to, CastMode mode,
                         const CastSettings& settings) {
  const bool is_reading = from.is(TypeKind::kVariant);
  const std::string types = "{\"a\":[" + from.json() + (is_reading ? ",\"boolean\"" : "") + "],\"r\":" + to.json() + "}";
  return "fs_value('" + std::string(is_reading ? "from_variant" : "to_variant") + "', " + quote_string(types) + ", " +
         quote_string(settings.time_zone) + ", true, " + sql + (is_reading ? mode == CastMode::kTry ? ", false" : ", true" : "") + ")";
}

std::string cast_to_instant(const std::string& sql, const Type& from, const Type& to, CastMode mode,
                            const CastSettings& settings) {
  std::string quoted = quote_string(settings.time_zone);
  if (from.is(TypeKind::kString)) return kernel(sql, from, to, mode, quoted);
  if (to.is(TypeKind::kTimestampNtz)) {
    if (from.is(TypeKind::kDate)) return plain(sql, to);
    return "fs_timestamp_to_local(" + sql + ", " + quoted + ")";
  }
  if (from.is(TypeKind::kDate)) return "fs_local_to_timestamp(CAST(" + sql + " AS TIMESTAMP), " + quoted + ")";
  if (from.is(TypeKind::kTimestampNtz)) return "fs_local_to_timestamp(" + sql + ", " + quoted + ")";
  if (from.is(TypeKind::kBoolean)) return "make_timestamp(CAST(" + sql + " AS BIGINT))";
  if (integral_rank(from) > 0) return "fs_seconds_to_timestamp(CAST(" + sql + " AS BIGINT))";
  return kernel(sql, from, to, mode);
}

// Whether a nested cast changes no more than names and nullability.
bool casts_nothing(const Type& from, const Type& to) {
  if (from.kind() != to.kind()) return false;
  if (from.is(TypeKind::kArray)) return casts_nothing(from.element(), to.element());
  if (from.is(TypeKind::kMap)) {
    return casts_nothing(from.key(), to.key()) && casts_nothing(from.value(), to.value());
  }
  if (!from.is(TypeKind::kStruct)) return from.same_type(to);
  if (from.fields().size() != to.fields().size()) return false;
  for (size_t i = 0; i < from.fields().size(); ++i) {
    if (!casts_nothing(from.fields()[i].type, to.fields()[i].type)) return false;
  }
  return true;
}

std::string cast_nested(const std::string& sql, const Type& from, const Type& to, CastMode mode,
                        const CastSettings& settings) {
  if (from.is(TypeKind::kArray)) {
    return "list_transform(" + sql + ", lambda x: " +
           cast_sql("x", from.element(), to.element(), mode, settings) + ")";
  }
  if (from.is(TypeKind::kMap)) {
    return "map_from_entries(list_transform(map_entries(" + sql + "), lambda x: row(" +
           cast_sql("x.key", from.key(), to.key(), mode, settings) + ", " +
           cast_sql("x.value", from.value(), to.value(), mode, settings) + ")))";
  }
  std::string text = "row(";
  for (size_t i = 0; i < from.fields().size(); ++i) {
    if (i > 0) text += ", ";
    text += cast_sql("struct_extract(" + sql + ", 'f" + std::to_string(i) + "')",
                     from.fields()[i].type, to.fields()[i].type, mode, settings);
  }
  return "(CASE WHEN " + sql + " IS NULL THEN NULL ELSE CAST(" + text + ") AS " + type_sql(to) +
         ") END)";
}

// raise_error() has the type of NULL: what may fail is evaluated all the same.
std::string cast_null(const std::string& sql, const Type& to) {
  const std::string null = "CAST(NULL AS " + type_sql(to) + ")";
  const bool may_fail = sql.find("fs_") != std::string::npos;
  return may_fail ? "CASE WHEN (" + sql + ") IS NULL THEN " + null + " END" : null;
}

}  // namespace

std::string cast_sql(const std::string& sql, const Type& from, const Type& to, CastMode mode,
                     const CastSettings& settings) {
  if (from.is(TypeKind::kUdt)) return cast_sql(sql, from.sql_type(), to, mode, settings);
  if (to.is(TypeKind::kUdt)) return cast_sql(sql, from, to.sql_type(), mode, settings);
  if (mode == CastMode::kPretty) {
    return "coalesce(" + cast_to_string(sql, from, mode, settings) + ", 'NULL')";
  }
  if (from.is(TypeKind::kNull)) return cast_null(sql, to);
  if (from.is(TypeKind::kVariant) != to.is(TypeKind::kVariant)) return cast_variant(sql, from, to, mode, settings);
  if (from.same_type(to) || (from.is_string() && to.is_string())) return sql;
  if (from.is_nested() && from.kind() == to.kind() && casts_nothing(from, to)) return sql;
  if (is_ansi_interval(to) || (is_ansi_interval(from) && !to.is_string())) {
    return cast_interval(sql, from, to, mode);
  }
  // Spark's legacy casts of dates to numbers are NULL.
  if (from.is(TypeKind::kDate) && (to.is_numeric() || to.is(TypeKind::kBoolean))) {
    return "CAST(NULL AS " + type_sql(to) + ")";
  }
  switch (to.kind()) {
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return cast_to_string(sql, from, mode, settings);
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong: return cast_to_integral(sql, from, to, mode, settings);
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      if (from.is(TypeKind::kTimestamp)) return plain("(fs_units_of(" + sql + ", 1) / 1000000.0::DOUBLE)", to);
      if (from.is(TypeKind::kString)) return kernel(sql, from, to, mode);
      if (from.is(TypeKind::kDecimal) && from.precision() > 15) return "fs_cast_string_" + kernel_type(to) + "(CAST(" + sql + " AS VARCHAR), 'legacy')";
      if (from.is(TypeKind::kDouble)) return "fs_double_to_float(" + sql + ")";  // infinite beyond the largest float
      return plain(sql, to);
    case TypeKind::kDecimal: return cast_to_decimal(sql, from, to, mode);
    case TypeKind::kBoolean:
      if (from.is(TypeKind::kString)) return kernel(sql, from, to, mode);
      if (is_binary_fraction(from) || from.is_numeric()) return "(" + sql + " <> 0)";
      if (from.is(TypeKind::kTimestamp)) return "(fs_units_of(" + sql + ", 1) <> 0)";
      break;
    case TypeKind::kBinary:
      if (from.is(TypeKind::kString)) return "encode(" + sql + ")";
      if (integral_rank(from) > 0) return "fs_cast_" + kernel_type(from) + "_binary(" + sql + ")";
      break;
    case TypeKind::kDate:
      if (from.is(TypeKind::kString)) return kernel(sql, from, to, mode);
      if (from.is(TypeKind::kTimestampNtz)) return plain(sql, to);
      if (from.is(TypeKind::kTimestamp)) {
        return "fs_timestamp_to_date(" + sql + ", " + quote_string(settings.time_zone) + ")";
      }
      break;
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return cast_to_instant(sql, from, to, mode, settings);
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kStruct:
      if (from.kind() == to.kind()) return cast_nested(sql, from, to, mode, settings);
      break;
    case TypeKind::kCalendarInterval:
      if (from.is(TypeKind::kString)) return "fs_cast_string_interval(" + sql + ")";
      break;
    case TypeKind::kTime:
      if (from.is(TypeKind::kTime)) return cast_to_precision(sql, from, to);
      if (!from.is(TypeKind::kString)) break;
      return "fs_cast_string_time(" + sql + ", " + std::to_string(to.precision()) + ", " + mode_text(mode) + ")";
    default: break;
  }
  throw_unsupported("EXPRESSION", "a cast from " + from.simple_string() + " to " + to.simple_string());
}

}  // namespace firesteel::engine
