#include "analyze/casts.h"

#include <algorithm>

#include "analyze/coercion.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/civil.h"
#include "functions/kernel/time_zone.h"

namespace firesteel::analyze {

namespace {

using namespace plan;

// DecimalType.isWiderThan.
bool is_wider(const Type& decimal, int precision, int scale) {
  return decimal.precision() - decimal.scale() >= precision - scale && decimal.scale() >= scale;
}

bool may_overflow_decimal(const Type& from, const Type& to) {
  switch (from.kind()) {
    case TypeKind::kBoolean: return !is_wider(to, 1, 0);
    case TypeKind::kByte: return !is_wider(to, 3, 0);
    case TypeKind::kShort: return !is_wider(to, 5, 0);
    case TypeKind::kInteger: return !is_wider(to, 10, 0);
    case TypeKind::kLong: return !is_wider(to, 20, 0);
    case TypeKind::kDecimal:
      return !is_wider(to, from.precision(), from.scale()) &&
             to.precision() - to.scale() <= from.precision() - from.scale();
    default: return true;
  }
}

// Cast.forceNullable.
bool force_nullable(const Type& from, const Type& to) {
  if (from.is(TypeKind::kNull) || from.same_type(to)) return false;
  if (from.is(TypeKind::kVariant)) return true;
  if (from.is_string()) return !to.is_string() && !to.is(TypeKind::kBinary);
  if (to.is_string()) return false;
  if (from.is(TypeKind::kTimestamp) &&
      (to.is(TypeKind::kByte) || to.is(TypeKind::kShort) || to.is(TypeKind::kInteger))) {
    return true;
  }
  if (from.is(TypeKind::kTime) && (to.is(TypeKind::kByte) || to.is(TypeKind::kShort))) return true;
  const bool is_binary_fraction = from.is(TypeKind::kFloat) || from.is(TypeKind::kDouble);
  if (is_binary_fraction && to.is(TypeKind::kTimestamp)) return true;
  if (to.is(TypeKind::kDate)) return !from.is(TypeKind::kTimestamp);
  if (from.is(TypeKind::kDate)) return !to.is(TypeKind::kTimestamp);
  if (to.is(TypeKind::kCalendarInterval)) return true;
  if (to.is(TypeKind::kDecimal)) return may_overflow_decimal(from, to);
  return from.is_fractional() && to.is_integral();
}

bool is_ansi_interval(const Type& type) {
  return type.is(TypeKind::kYearMonthInterval) || type.is(TypeKind::kDayTimeInterval);
}

bool can_cast_from_number(const Type& from, const Type& to, bool is_legacy) {
  if (to.is_numeric() || to.is(TypeKind::kBoolean)) return true;
  if (from.is(TypeKind::kBoolean)) return is_legacy && to.is(TypeKind::kTimestamp);
  if (to.is(TypeKind::kTimestamp)) return true;
  if (to.is(TypeKind::kBinary)) return is_legacy && from.is_integral();
  return is_ansi_interval(to) && (from.is_integral() || from.is(TypeKind::kDecimal));
}

// VariantGet.checkDataType; structs and maps become variants by to_variant_object only.
bool is_variant_part(const Type& type, bool with_objects) {
  switch (type.kind()) {
    case TypeKind::kArray: return is_variant_part(type.element(), with_objects);
    case TypeKind::kMap: return with_objects && type.key().is_string() && is_variant_part(type.value(), true);
    case TypeKind::kStruct:
      return with_objects && std::all_of(type.fields().begin(), type.fields().end(), [](const StructField& field) {
               return is_variant_part(field.type, true);
             });
    case TypeKind::kTime: return false;
    default:
      return type.is_numeric() || type.is_string() || type.is_datetime() || type.is(TypeKind::kBoolean) ||
             type.is(TypeKind::kBinary) || type.is(TypeKind::kVariant);
  }
}

bool can_cast_nested(const Type& from, const Type& to, CastMode mode) {
  if (from.kind() != to.kind()) return false;
  // Where a failing cast gives null instead of an error, keys cannot take it.
  const bool gives_null = mode == CastMode::kLegacy || mode == CastMode::kTry;
  auto keeps_nulls_out = [&](const Type& a, bool nullable, const Type& b, bool allowed) {
    return allowed || !(nullable || (gives_null && force_nullable(a, b)));
  };
  if (from.is(TypeKind::kArray)) {
    return can_cast(from.element(), to.element(), mode) &&
           keeps_nulls_out(from.element(), from.contains_null(), to.element(), to.contains_null());
  }
  if (from.is(TypeKind::kMap)) {
    return can_cast(from.key(), to.key(), mode) && can_cast(from.value(), to.value(), mode) &&
           keeps_nulls_out(from.key(), false, to.key(), false) &&
           keeps_nulls_out(from.value(), from.value_contains_null(), to.value(),
                           to.value_contains_null());
  }
  if (from.fields().size() != to.fields().size()) return false;
  for (size_t i = 0; i < from.fields().size(); ++i) {
    const StructField& a = from.fields()[i];
    const StructField& b = to.fields()[i];
    if (!can_cast(a.type, b.type, mode)) return false;
    if (!keeps_nulls_out(a.type, a.nullable, b.type, b.nullable)) return false;
  }
  return true;
}

// The functions that do what a cast between such types might mean.
std::string suggested_functions(const Type& from, const Type& to) {
  if (from.is(TypeKind::kTimestamp) && to.is_numeric()) {
    return "`UNIX_SECONDS`/`UNIX_MILLIS`/`UNIX_MICROS`";
  }
  if (from.is_numeric() && to.is(TypeKind::kTimestamp)) {
    return "`TIMESTAMP_SECONDS`/`TIMESTAMP_MILLIS`/`TIMESTAMP_MICROS`";
  }
  if (from.is_numeric() && to.is(TypeKind::kDate)) return "`DATE_FROM_UNIX_DATE`";
  if (from.is(TypeKind::kDate) && to.is_numeric()) return "`UNIX_DATE`";
  return "";
}

}  // namespace

namespace {

// Cast.canUpCast among plain numbers: no value gets lost.
bool is_upcast(const Type& from, const Type& to) {
  static constexpr TypeKind order[] = {TypeKind::kByte, TypeKind::kShort, TypeKind::kInteger,
                                       TypeKind::kLong, TypeKind::kFloat, TypeKind::kDouble};
  const auto* source = std::find(std::begin(order), std::end(order), from.kind());
  const auto* target = std::find(std::begin(order), std::end(order), to.kind());
  return source != std::end(order) && target != std::end(order) && source <= target;
}

}  // namespace

bool cast_is_nullable(const Type& from, const Type& to, CastMode mode) {
  if (mode == CastMode::kTry) return !can_up_cast(from, to) && !(from.is_string() && to.is(TypeKind::kBinary));
  return mode != CastMode::kPretty && force_nullable(from, to);
}

bool can_up_cast(const Type& from, const Type& to) {
  if (from.same_type(to) || from.is(TypeKind::kNull)) return true;
  if (from.kind() == to.kind() && from.is_nested()) {
    if (from.is(TypeKind::kArray)) {
      return (to.contains_null() || !from.contains_null()) && can_up_cast(from.element(), to.element());
    }
    if (from.is(TypeKind::kMap)) {
      return (to.value_contains_null() || !from.value_contains_null()) && can_up_cast(from.key(), to.key()) &&
             can_up_cast(from.value(), to.value());
    }
    return from.fields().size() == to.fields().size() &&
           std::equal(from.fields().begin(), from.fields().end(), to.fields().begin(), [](const StructField& a, const StructField& b) {
             return (b.nullable || !a.nullable) && can_up_cast(a.type, b.type);
           });
  }
  if (to.is_string()) return !from.is_nested() && !from.is(TypeKind::kVariant);
  const auto holds = [](const Type& wide, const Type& narrow) {
    return wide.scale() >= narrow.scale() && wide.precision() - wide.scale() >= narrow.precision() - narrow.scale();
  };
  if (to.is(TypeKind::kDecimal) && from.is(TypeKind::kDecimal)) return holds(to, from);
  if (to.is(TypeKind::kDecimal) && from.is_integral()) return holds(to, decimal_for(from));
  if (from.is(TypeKind::kDecimal) && to.is_integral()) return from.scale() == 0 && from.precision() < decimal_for(to).precision();
  if (is_upcast(from, to)) return true;
  const auto is_local = [](const Type& type) { return type.is(TypeKind::kTimestamp) || type.is(TypeKind::kTimestampNtz); };
  if ((from.is(TypeKind::kDate) || is_local(from)) && is_local(to)) return true;
  const auto is_either = [&](TypeKind a, TypeKind b) { return (from.is(a) && to.is(b)) || (from.is(b) && to.is(a)); };
  if (is_either(TypeKind::kLong, TypeKind::kTimestamp)) return true;
  return from.kind() == to.kind() && (from.is(TypeKind::kDayTimeInterval) || from.is(TypeKind::kYearMonthInterval));
}

bool can_cast(const Type& from, const Type& to, CastMode mode) {
  const bool is_legacy = mode == CastMode::kLegacy;
  if (from.same_type(to) || from.is(TypeKind::kNull)) return true;
  if (from.is(TypeKind::kUdt)) return to.is_string() || to.same_type(from.sql_type());
  if (to.is_string() && !from.is(TypeKind::kVariant)) return true;
  if (from.is(TypeKind::kVariant)) return is_variant_part(to, true);
  if (to.is(TypeKind::kVariant)) return is_variant_part(from, false);
  if (from.is_nested() || to.is_nested()) return can_cast_nested(from, to, mode);
  if (from.is_string()) return !to.is(TypeKind::kNull);
  if (from.is_numeric() || from.is(TypeKind::kBoolean)) {
    return can_cast_from_number(from, to, is_legacy);
  }
  switch (from.kind()) {
    case TypeKind::kDate:
      return to.is(TypeKind::kTimestamp) || to.is(TypeKind::kTimestampNtz) ||
             (is_legacy && (to.is_numeric() || to.is(TypeKind::kBoolean)));
    case TypeKind::kTimestamp:
      return to.is(TypeKind::kDate) || to.is(TypeKind::kTimestampNtz) || to.is_numeric() ||
             (is_legacy && to.is(TypeKind::kBoolean));
    case TypeKind::kTimestampNtz: return to.is(TypeKind::kDate) || to.is(TypeKind::kTimestamp);
    case TypeKind::kTime:
      return to.is(TypeKind::kTime) || to.is_integral() || to.is(TypeKind::kDecimal);
    case TypeKind::kYearMonthInterval:
    case TypeKind::kDayTimeInterval:
      return from.kind() == to.kind() || to.is_integral() || to.is(TypeKind::kDecimal);
    default: return false;
  }
}

SparkError no_such_cast(const Type& from, const Type& to, CastMode mode, const std::string& sql,
                        std::vector<QueryContext> contexts) {
  SparkError::Parameters parameters = {{"sqlExpr", "\"" + sql + "\""},
                                       {"srcType", "\"" + from.sql() + "\""},
                                       {"targetType", "\"" + to.sql() + "\""}};
  std::string condition = "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION";
  if (mode != CastMode::kLegacy) {
    if (std::string functions = suggested_functions(from, to); !functions.empty()) {
      condition = "DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION";
      parameters.push_back({"functionNames", std::move(functions)});
    } else if (mode == CastMode::kAnsi && can_cast(from, to, CastMode::kLegacy)) {
      condition = "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION";
      parameters.push_back({"config", "\"spark.sql.ansi.enabled\""});
      parameters.push_back({"configVal", "'false'"});
    }
  }
  return SparkError(condition, std::move(parameters), std::move(contexts));
}

ExpressionPtr special_datetime(const std::string& text, const Type& to,
                               const std::string& time_zone, int64_t now_us) {
  namespace kernel = functions::kernel;
  std::string_view rest = kernel::trim_all(text);
  size_t length = 0;
  std::string word;
  while (length < rest.size() && isalpha(static_cast<unsigned char>(rest[length]))) {
    word += static_cast<char>(tolower(static_cast<unsigned char>(rest[length++])));
  }
  const std::string_view zone_text = kernel::trim_all(rest.substr(length));
  const kernel::TimeZone* zone = &kernel::TimeZone::get(time_zone);
  // A zone behind all words but "now" has to be one, and counts for nothing (DateTimeUtils.extractSpecialValue).
  if (!zone_text.empty() && (word == "now" || !kernel::TimeZone::find(zone_text))) return nullptr;
  const int64_t local_now = zone->local_from_utc(now_us);
  const int64_t today = kernel::floor_div(local_now, kernel::kMicrosPerDay);
  int64_t day = today;
  if (word == "tomorrow") ++day;
  if (word == "yesterday") --day;
  if (word == "epoch") day = 0;
  const bool is_now = word == "now";
  if (!is_now && word != "today" && word != "tomorrow" && word != "yesterday" && word != "epoch") {
    return nullptr;
  }
  if (to.is(TypeKind::kDate)) return make_literal({to, day});
  const int64_t local = is_now ? local_now : day * kernel::kMicrosPerDay;
  if (to.is(TypeKind::kTimestampNtz)) return make_literal({to, local});
  if (word == "epoch") return make_literal({to, int64_t{0}});
  return make_literal({to, is_now ? now_us : zone->utc_from_local(local)});
}

}  // namespace firesteel::analyze
