#include "analyze/coercion.h"

#include <algorithm>

#include "analyze/casts.h"
#include "base/text.h"

namespace firesteel::analyze {

namespace {

using namespace plan;
using functions::Accepts;

// Order of the numeric types without decimals.
int numeric_rank(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kByte: return 1;
    case TypeKind::kShort: return 2;
    case TypeKind::kInteger: return 3;
    case TypeKind::kLong: return 4;
    case TypeKind::kFloat: return 5;
    case TypeKind::kDouble: return 6;
    default: return 0;
  }
}

// DecimalType.boundedPreferIntegralDigits: of more than 38 digits those behind the point go.
Type bounded_decimal(int precision, int scale) {
  if (precision <= 38) return Type::decimal(std::max(precision, 1), scale);
  return Type::decimal(38, std::max(0, scale - (precision - 38)));
}

Type wider_decimal(const Type& a, const Type& b) {
  const int scale = std::max(a.scale(), b.scale());
  const int range = std::max(a.precision() - a.scale(), b.precision() - b.scale());
  return bounded_decimal(range + scale, scale);
}

std::optional<Type> wider_numeric(const Type& a, const Type& b, const CoercionRules& rules) {
  const bool has_decimal = a.is(TypeKind::kDecimal) || b.is(TypeKind::kDecimal);
  if (!has_decimal) {
    // An integer and a float meet in double under ANSI: a float has too few digits.
    const Type& wide = numeric_rank(a) >= numeric_rank(b) ? a : b;
    const Type& narrow = numeric_rank(a) >= numeric_rank(b) ? b : a;
    if (rules.ansi && wide.is(TypeKind::kFloat) && narrow.is_integral()) return Type::double_number();
    return wide;
  }
  if (a.is_fractional() && !a.is(TypeKind::kDecimal)) return Type::double_number();
  if (b.is_fractional() && !b.is(TypeKind::kDecimal)) return Type::double_number();
  return wider_decimal(decimal_for(a), decimal_for(b));
}

std::optional<Type> wider_datetime(const Type& a, const Type& b) {
  auto has = [&](TypeKind kind) { return a.is(kind) || b.is(kind); };
  if (has(TypeKind::kTime)) return std::nullopt;
  if (has(TypeKind::kTimestamp)) return Type::timestamp();
  if (has(TypeKind::kTimestampNtz)) return Type::timestamp_ntz();
  return Type::date();
}

// Cast.forceNullable of either side's values.
bool may_become_null(const Type& a, const Type& b, const Type& wide) {
  return cast_is_nullable(a, wide, CastMode::kLegacy) || cast_is_nullable(b, wide, CastMode::kLegacy);
}

std::optional<Type> wider_nested(const Type& a, const Type& b, const CoercionRules& rules) {
  if (a.is(TypeKind::kArray)) {
    auto element = wider_type(a.element(), b.element(), rules);
    if (!element) return std::nullopt;
    return Type::array(*element, a.contains_null() || b.contains_null() || may_become_null(a.element(), b.element(), *element));
  }
  if (a.is(TypeKind::kMap)) {
    auto key = wider_type(a.key(), b.key(), rules);
    auto value = wider_type(a.value(), b.value(), rules);
    // A key that a cast may turn into null is none.
    if (!key || !value || may_become_null(a.key(), b.key(), *key)) return std::nullopt;
    return Type::map(*key, *value,
                     a.value_contains_null() || b.value_contains_null() || may_become_null(a.value(), b.value(), *value));
  }
  const auto& left = a.fields();
  const auto& right = b.fields();
  if (left.size() != right.size()) return std::nullopt;
  std::vector<StructField> fields;
  for (size_t i = 0; i < left.size(); ++i) {
    // TypeCoercionBase.findTypeForComplex: fields meet by their names, in any case.
    if (!equal_ignoring_case(left[i].name, right[i].name)) return std::nullopt;
    auto type = wider_type(left[i].type, right[i].type, rules);
    if (!type) return std::nullopt;
    const bool is_nullable = left[i].nullable || right[i].nullable || may_become_null(left[i].type, right[i].type, *type);
    fields.push_back({left[i].name, *type, is_nullable, {}});
  }
  return Type::structure(std::move(fields));
}

// AnsiTypeCoercion.findWiderTypeForString: the other side wins.
std::optional<Type> ansi_with_string(const Type& other) {
  if (other.is_integral()) return Type::long_integer();
  if (other.is_fractional()) return Type::double_number();
  if (other.is_nested() || other.is(TypeKind::kNull)) return std::nullopt;
  // Which interval a text would be is not known.
  if (other.is(TypeKind::kYearMonthInterval) || other.is(TypeKind::kDayTimeInterval)) return std::nullopt;
  return other;
}

}  // namespace

Type decimal_for(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kByte: return Type::decimal(3, 0);
    case TypeKind::kShort: return Type::decimal(5, 0);
    case TypeKind::kInteger: return Type::decimal(10, 0);
    case TypeKind::kLong: return Type::decimal(20, 0);
    case TypeKind::kFloat: return Type::decimal(14, 7);
    case TypeKind::kDouble: return Type::decimal(30, 15);
    default: return type;
  }
}

std::optional<Type> wider_type(const Type& a, const Type& b, const CoercionRules& rules) {
  if (a.is(TypeKind::kNull)) return b;
  if (b.is(TypeKind::kNull)) return a;
  if (a.is_numeric() && b.is_numeric()) return wider_numeric(a, b, rules);
  if (a.is_datetime() && b.is_datetime() && a.kind() != b.kind()) return wider_datetime(a, b);
  if (a.kind() == b.kind()) {
    if (a.is_nested()) return wider_nested(a, b, rules);
    if (a.is(TypeKind::kYearMonthInterval)) {
      return Type::year_month_interval(std::min(a.year_month_start(), b.year_month_start()),
                                       std::max(a.year_month_end(), b.year_month_end()));
    }
    if (a.is(TypeKind::kDayTimeInterval)) {
      return Type::day_time_interval(std::min(a.day_time_start(), b.day_time_start()),
                                     std::max(a.day_time_end(), b.day_time_end()));
    }
    if (a.is(TypeKind::kUdt) || a.is(TypeKind::kTime)) return a.same_type(b) ? std::optional(a) : std::nullopt;
    return a;
  }
  const bool a_is_string = a.is_string();
  if (a_is_string || b.is_string()) {
    const Type& other = a_is_string ? b : a;
    if (rules.ansi) return ansi_with_string(other);
    if (other.is(TypeKind::kBinary) || other.is(TypeKind::kBoolean) || other.is_nested()) {
      return std::nullopt;
    }
    return Type::string();
  }
  return std::nullopt;
}

std::optional<Type> wider_type(const std::vector<Type>& types, const CoercionRules& rules) {
  if (types.empty()) return std::nullopt;
  // Strings last, so that the result does not depend on where they stand; without ANSI rules first, so that all else
  // becomes a string, also what meets in nothing else.
  std::vector<Type> ordered = types;
  std::stable_partition(ordered.begin(), ordered.end(), [&](const Type& type) { return type.is_string() != rules.ansi; });
  std::optional<Type> result = ordered[0];
  for (size_t i = 1; i < ordered.size() && result; ++i) {
    result = wider_type(*result, ordered[i], rules);
  }
  return result;
}

bool has_same_shape(const Type& a, const Type& b) {
  if (a.kind() != b.kind()) return false;
  if (a.is(TypeKind::kArray)) return has_same_shape(a.element(), b.element());
  if (a.is(TypeKind::kMap)) return has_same_shape(a.key(), b.key()) && has_same_shape(a.value(), b.value());
  if (!a.is(TypeKind::kStruct)) return a.same_type(b);
  return std::equal(a.fields().begin(), a.fields().end(), b.fields().begin(), b.fields().end(),
                    [](const StructField& x, const StructField& y) { return has_same_shape(x.type, y.type); });
}

std::optional<Type> wider_type_without_text(const std::vector<Type>& types, const CoercionRules& rules) {
  const auto is_text = [](const Type& type) { return type.is_string(); };
  const bool has_text = std::any_of(types.begin(), types.end(), is_text);
  const bool has_other = std::any_of(types.begin(), types.end(), [&](const Type& type) {
    return !is_text(type) && !type.is(TypeKind::kNull);
  });
  return has_text && has_other ? std::nullopt : wider_type(types, rules);
}

std::optional<Type> comparison_type(const Type& a, const Type& b, const CoercionRules& rules) {
  if (rules.ansi || a.kind() == b.kind()) return wider_type(a, b, rules);
  if (a.is_string() || b.is_string()) {
    const Type& other = a.is_string() ? b : a;
    if (other.is(TypeKind::kNull)) return Type::string();
    if (other.is_nested()) return std::nullopt;
    if (other.is(TypeKind::kYearMonthInterval) || other.is(TypeKind::kDayTimeInterval)) return std::nullopt;
    // TypeCoercion.findCommonTypeForBinaryComparison: no decimal holds every text.
    return other.is(TypeKind::kDecimal) ? Type::double_number() : other;
  }
  return wider_type(a, b, rules);
}

std::optional<Type> equality_type(const Type& a, const Type& b, const CoercionRules& rules) {
  if (!rules.ansi && a.is(TypeKind::kBoolean) && b.is_numeric()) return b;
  if (!rules.ansi && b.is(TypeKind::kBoolean) && a.is_numeric()) return a;
  return comparison_type(a, b, rules);
}

bool can_cast_implicitly(const Type& from, const Type& to, const CoercionRules& rules) {
  if (from.same_type(to) || from.is(TypeKind::kNull)) return true;
  if (from.is_numeric() && to.is_numeric()) {
    // Cast.canANSIStoreAssign: any number for any other; overflow is found when it runs.
    return true;
  }
  if (from.is_string()) {
    return !to.is_nested() && !to.is_interval() && !(to.is(TypeKind::kBoolean) && !rules.ansi);
  }
  if (to.is_string()) return !from.is_nested();
  if (from.is_datetime() && to.is_datetime()) {
    return !from.is(TypeKind::kTime) && !to.is(TypeKind::kTime) &&
           (!rules.ansi || from.is(TypeKind::kDate) || to.is_datetime());
  }
  if (from.kind() == to.kind() && from.is(TypeKind::kArray)) {
    return can_cast_implicitly(from.element(), to.element(), rules);
  }
  return from.kind() == to.kind() && from.is_interval();
}

ExpressionPtr cast_to(const ExpressionPtr& expression, const Type& type,
                      const CoercionRules& rules) {
  if (expression->type.same_type(type)) return expression;
  if (const auto* literal = expression->as<Literal>(); literal && literal->is_null()) {
    return make_null_literal(type);
  }
  Cast cast;
  cast.child = expression;
  cast.target = type;
  cast.mode = rules.ansi ? CastMode::kAnsi : CastMode::kLegacy;
  cast.is_user_specified = false;
  cast.time_zone = rules.time_zone;
  const bool nullable =
      expression->nullable || cast_is_nullable(expression->type, type, cast.mode);
  return make_typed(std::move(cast), type, nullable, expression->origin);
}

namespace {

std::optional<Type> wanted_type(const Type& from, Accepts accepts) {
  switch (accepts) {
    case Accepts::kBoolean: return Type::boolean();
    case Accepts::kInteger: return Type::integer();
    case Accepts::kLong: return Type::long_integer();
    case Accepts::kDouble: return Type::double_number();
    case Accepts::kFractional: return from.is(TypeKind::kFloat) ? from : Type::double_number();
    case Accepts::kDecimal: return from.is_numeric() ? decimal_for(from) : Type::decimal(16, 6);
    case Accepts::kNumeric: return from.is_numeric() ? from : Type::double_number();
    case Accepts::kIntegral:
      if (from.is_integral()) return from;
      return from.is(TypeKind::kNull) ? Type::integer() : Type::long_integer();
    case Accepts::kString: return Type::string();
    case Accepts::kBinary: return Type::binary();
    case Accepts::kStringOrBinary: return from.is(TypeKind::kBinary) ? from : Type::string();
    case Accepts::kDate: return Type::date();
    case Accepts::kTime: return from.is(TypeKind::kTime) ? from : Type::time();
    case Accepts::kTimestamp: return Type::timestamp();
    case Accepts::kTimestampAny:
      return from.is(TypeKind::kTimestampNtz) ? from : Type::timestamp();
    case Accepts::kDateOrTimestamp:
      return from.is(TypeKind::kDate) || from.is(TypeKind::kTimestampNtz) ? from : Type::timestamp();
    default: return std::nullopt;
  }
}

// Types that are no values of a class at all, whatever could be cast.
bool fits_kind(const Type& from, Accepts accepts) {
  if (from.is(TypeKind::kNull)) return true;
  switch (accepts) {
    case Accepts::kArray: return from.is(TypeKind::kArray);
    case Accepts::kMap: return from.is(TypeKind::kMap);
    case Accepts::kStruct: return from.is(TypeKind::kStruct);
    case Accepts::kInterval: return from.is_interval();
    case Accepts::kOrderable: return from.is_orderable();
    case Accepts::kIntegral: return from.is_integral();
    case Accepts::kNumeric: return from.is_numeric() || from.is_string();
    default: return true;
  }
}

}  // namespace

ExpressionPtr fit_argument(const ExpressionPtr& argument, Accepts accepts,
                           const CoercionRules& rules) {
  const Type& from = argument->type;
  if (accepts == Accepts::kAny || accepts == Accepts::kSame) return argument;
  if (accepts == Accepts::kLambda) return argument->as<LambdaFunction>() ? argument : nullptr;
  if (!fits_kind(from, accepts)) return nullptr;
  const std::optional<Type> wanted = wanted_type(from, accepts);
  if (!wanted) return argument;
  if (from.same_type(*wanted)) return argument;
  // A binary argument accepts strings as their bytes; strings accept dates and numbers as text.
  if (accepts == Accepts::kBinary && from.is_string()) return cast_to(argument, *wanted, rules);
  if (accepts == Accepts::kDecimal && from.is_numeric()) return cast_to(argument, *wanted, rules);
  // An integer literal that is a long in the plan narrows when its value fits.
  if (accepts == Accepts::kInteger && from.is_integral() && argument->as<Literal>()) {
    return cast_to(argument, *wanted, rules);
  }
  if (!can_cast_implicitly(from, *wanted, rules)) return nullptr;
  return cast_to(argument, *wanted, rules);
}

ExpressionPtr fit_argument(const ExpressionPtr& argument, const functions::Signature& signature, size_t place,
                           const CoercionRules& rules) {
  const size_t last = std::min(place, signature.arguments.size() - 1);
  const ExpressionPtr fitted = fit_argument(argument, signature.arguments[last], rules);
  const bool is_strict = (signature.strict_places >> last & 1) != 0;
  return is_strict && fitted != argument && !argument->type.is(TypeKind::kNull) ? nullptr : fitted;
}

}  // namespace firesteel::analyze
