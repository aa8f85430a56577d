#include "analyze/argument_types.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <string>

#include "analyze/analyzer.h"
#include "analyze/call_errors.h"
#include "analyze/casts.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/argument_check.h"

namespace firesteel::analyze {

using namespace plan;
using functions::Function;

namespace {

// The greatest integer that is not above a decimal constant, or the least one that is not below. Beyond 64 bits there is none, and
// `beyond` is 1 or -1.
std::optional<int64_t> next_integer(const Literal& decimal, bool is_below, int& beyond) {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min(), kGreatest = std::numeric_limits<int64_t>::max();
  const auto* unscaled = std::get_if<__int128>(&decimal.value);
  if (!unscaled || !decimal.type.is(TypeKind::kDecimal)) return std::nullopt;
  __int128 unit = 1;
  for (int i = 0; i < decimal.type.scale(); ++i) unit *= 10;
  __int128 whole = *unscaled / unit;
  const __int128 rest = *unscaled % unit;
  beyond = whole > kGreatest || (whole == kGreatest && rest > 0) ? 1 : whole < kLeast || (whole == kLeast && rest < 0) ? -1 : 0;
  if (beyond != 0) return std::nullopt;
  if (is_below && rest < 0) --whole;
  if (!is_below && rest > 0) ++whole;
  return static_cast<int64_t>(whole);
}

[[noreturn]] void throw_unexpected(const FunctionCall& call, size_t index, const std::string& required) {
  const ExpressionPtr& argument = call.arguments[index];
  throw SparkError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                   {{"sqlExpr", "\"" + print_name(Expression{call, {}, true, {}}) + "\""},
                    {"paramIndex", ordinal(index)},
                    {"requiredType", required},
                    {"inputSql", "\"" + print_name(*argument) + "\""},
                    {"inputType", "\"" + argument->type.sql() + "\""}});
}

}  // namespace

bool promotes_text(const Type& a, const Type& b) {
  if (a.is(TypeKind::kNull) || b.is(TypeKind::kNull)) return false;
  if (a.is_string() != b.is_string()) return true;
  if (a.kind() != b.kind()) return false;
  if (a.is(TypeKind::kArray)) return promotes_text(a.element(), b.element());
  if (a.is(TypeKind::kMap)) return promotes_text(a.key(), b.key()) || promotes_text(a.value(), b.value());
  if (!a.is(TypeKind::kStruct) || a.fields().size() != b.fields().size()) return false;
  for (size_t i = 0; i < a.fields().size(); ++i) {
    if (promotes_text(a.fields()[i].type, b.fields()[i].type)) return true;
  }
  return false;
}

bool meets_tightly(const Type& a, const Type& b) {
  const auto holds = [](const Type& decimal, const Type& integer) {
    const Type whole = decimal_for(integer);
    return decimal.precision() - decimal.scale() >= whole.precision();
  };
  if (a.is(TypeKind::kDecimal) && b.is_numeric()) return b.is_integral() ? holds(a, b) : a.same_type(b);
  if (b.is(TypeKind::kDecimal) && a.is_numeric()) return a.is_integral() && holds(b, a);
  if (a.kind() != b.kind()) return true;
  if (a.is(TypeKind::kArray)) return meets_tightly(a.element(), b.element());
  if (a.is(TypeKind::kMap)) return meets_tightly(a.key(), b.key()) && meets_tightly(a.value(), b.value());
  if (!a.is(TypeKind::kStruct)) return true;
  return std::equal(a.fields().begin(), a.fields().end(), b.fields().begin(), b.fields().end(),
                    [](const StructField& x, const StructField& y) { return meets_tightly(x.type, y.type); });
}

bool is_comparison(std::string_view name) {
  return name == "=" || name == "<" || name == "<=" || name == ">" || name == ">=" || name == "<=>" || name == "!=";
}

namespace {

// In the order of the arguments, each with what the ones before it met in.
std::optional<Type> compared_type(std::string_view name, const std::vector<Type>& types, const CoercionRules& rules) {
  const bool is_equality = name == "=" || name == "<=>" || name == "nullif" || name == "equal_null";
  Type common = types[0];
  for (const Type& other : types) {
    // Nested values meet without a text that becomes something else, and in the tightest type.
    if (common.is_nested() && (promotes_text(common, other) || (is_comparison(name) && !meets_tightly(common, other)))) return std::nullopt;
    if ((is_comparison(name) || is_equality) && has_same_shape(common, other)) continue;
    const std::optional<Type> met = is_equality ? equality_type(common, other, rules) : comparison_type(common, other, rules);
    if (!met) return std::nullopt;
    common = *met;
  }
  return common;
}

}  // namespace

std::optional<Type> met_type(std::string_view name, const std::vector<Type>& types, const CoercionRules& rules) {
  if (is_comparison(name) || name == "nullif" || name == "equal_null") return compared_type(name, types, rules);
  if (name == "in") {
    std::vector<Type> others = {types[0]};  // structs meet whatever their fields are called
    std::copy_if(types.begin() + 1, types.end(), std::back_inserter(others), [&](const Type& type) { return !has_same_shape(types[0], type); });
    // A null among them has to become one type, which has the names too.
    const bool has_null = std::any_of(types.begin(), types.end(), [](const Type& type) { return type.is(TypeKind::kNull); });
    return wider_type(has_null ? types : others, rules);
  }
  const bool keeps_text_apart = name == "greatest" || name == "least";
  for (size_t i = 1; keeps_text_apart && i < types.size(); ++i) {
    if (promotes_text(types[0], types[i])) return std::nullopt;
  }
  return wider_type(types, rules);
}

ExpressionPtr equality_with_boolean(std::string_view name, const std::vector<ExpressionPtr>& arguments, const CoercionRules& rules) {
  if (rules.ansi || arguments.size() != 2 || (name != "=" && name != "<=>")) return nullptr;
  const size_t place = arguments[0]->type.is(TypeKind::kBoolean) ? 0 : 1;
  const ExpressionPtr& boolean = arguments[place];
  const auto* number = arguments[1 - place]->as<Literal>();
  if (!boolean->type.is(TypeKind::kBoolean) || !number || number->is_null() || !number->type.is_numeric()) return nullptr;
  const std::optional<double> value = functions::constant_number(arguments[1 - place]);
  if (!value || (*value != 0 && *value != 1)) return nullptr;
  const ExpressionPtr is_so = *value == 1 ? boolean : make_call("not", {boolean});
  return name == "=" ? is_so : make_call("and", {make_call("isnotnull", {boolean}), is_so});
}

void widen_elements(std::string_view name, std::vector<ExpressionPtr>& a, const CoercionRules& rule) {
  const bool looks_for = name == "array_contains" || name == "array_position" || name == "array_remove";
  const bool adds = functions::adds_element(name);
  const bool joins = name == "array_union" || name == "array_intersect" || name == "array_except" || name == "arrays_overlap";
  const size_t at = name == "array_insert" ? 2 : 1;
  if (!(looks_for || adds || joins) || a.size() <= at || !a[0]->type.is(TypeKind::kArray)) return;
  if (joins && !a[1]->type.is(TypeKind::kArray)) return;
  if (name == "array_contains" && a[at]->type.is(TypeKind::kNull)) return;
  const Type element = a[0]->type.element();
  const Type other = joins ? a[1]->type.element() : a[at]->type;
  if (promotes_text(element, other)) return;
  const bool is_tight = adds || joins || name == "array_position" || name == "array_remove";
  if (is_tight && !meets_tightly(element, other)) return;
  auto common = wider_type(element, other, rule);
  // findTightestCommonType knows no loss of digits: an integer and a float meet in float.
  const bool has_float = element.is(TypeKind::kFloat) || other.is(TypeKind::kFloat);
  if (is_tight && has_float && (element.is_integral() || other.is_integral())) common = Type::float_number();
  if (!common) return;
  // Without ANSI rules the cast of a date to a local time may be null, and an array without nulls is not cast to one that may have some.
  const bool may_be_null = !rule.ansi && element.is(TypeKind::kDate) && common->is(TypeKind::kTimestampNtz);
  if (looks_for && may_be_null && !a[0]->type.contains_null()) return;
  a[0] = cast_to(a[0], Type::array(*common, a[0]->type.contains_null()), rule);
  a[at] = cast_to(a[at], joins ? Type::array(*common, a[at]->type.contains_null()) : *common, rule);
}

void widen_bounds(std::vector<ExpressionPtr>& a, const CoercionRules& rules) {
  std::vector<Type> types;
  for (const ExpressionPtr& one : a) {
    if (!one->type.is_interval()) types.push_back(one->type);
  }
  const auto common = wider_type(types, rules);
  if (!common) return;
  for (ExpressionPtr& one : a) {
    if (!one->type.is_interval()) one = cast_to(one, *common, rules);
  }
}

void fill_stack(std::vector<ExpressionPtr>& a, const CoercionRules& rules) {
  const auto* rows = a.empty() ? nullptr : a[0]->as<Literal>();
  const auto* count = rows ? std::get_if<int64_t>(&rows->value) : nullptr;
  if (!count || *count < 1 || a.size() < 2) return;
  const size_t columns = (a.size() - 2 + static_cast<size_t>(*count)) / static_cast<size_t>(*count);
  for (size_t column = 1; column <= columns; ++column) {
    const Type* type = nullptr;
    for (size_t i = column; i < a.size() && !type; i += columns) {
      if (!a[i]->type.is(TypeKind::kNull)) type = &a[i]->type;
    }
    if (!type) continue;
    const Type known = *type;
    for (size_t i = column; i < a.size(); i += columns) {
      if (a[i]->type.is(TypeKind::kNull)) a[i] = cast_to(a[i], known, rules);
    }
  }
}

void meet_key(const Function& row, FunctionCall& call, const CoercionRules& rule) {
  auto& a = call.arguments;
  const Type key = a[0]->type.key();
  const bool is_null = a[1]->type.is(TypeKind::kNull);
  if (is_null) {
    a[1] = cast_to(a[1], key, rule);
    return;
  }
  const bool is_loose = row.name == "map_contains_key";
  const bool meets = !promotes_text(key, a[1]->type) && (is_loose || meets_tightly(key, a[1]->type));
  const auto common = meets ? wider_type(key, a[1]->type, rule) : std::nullopt;
  if (!common) {
    FunctionCall shown = call;
    if (!is_loose) shown.function = functions::find_function("element_at");
    throw SparkError("DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES",
                     {{"sqlExpr", "\"" + print_name(Expression{shown, {}, true, {}}) + "\""},
                      {"functionName", "`" + std::string(shown.function->name) + "`"},
                      {"dataType", "\"MAP\""},
                      {"leftType", "\"" + a[0]->type.sql() + "\""},
                      {"rightType", "\"" + a[1]->type.sql() + "\""}});
  }
  a[0] = cast_to(a[0], Type::map(*common, a[0]->type.value(), a[0]->type.value_contains_null()), rule);
  a[1] = cast_to(a[1], *common, rule);
}

void meet_keys(std::vector<ExpressionPtr>& maps, const ExpressionPtr& lambda, const Function& row, const CoercionRules& rules) {
  if (row.name != "map_zip_with" || maps.size() < 2) return;
  const Type left = maps[0]->type.key();
  const Type right = maps[1]->type.key();
  if (left.same_type(right)) return;
  const bool meets = !rules.ansi || !promotes_text(left, right) || left.is(TypeKind::kBinary) || right.is(TypeKind::kBinary);
  const auto common = meets ? wider_type(left, right, rules) : std::nullopt;
  if (!common) {
    FunctionCall call;
    call.function = &row;
    call.arguments = {maps[0], maps[1], lambda};
    throw SparkError("DATATYPE_MISMATCH.MAP_ZIP_WITH_DIFF_TYPES", {{"sqlExpr", "\"" + print_name(Expression{call, {}, true, {}}) + "\""},
                                                                   {"functionName", "`map_zip_with`"},
                                                                   {"leftType", "\"" + left.sql() + "\""},
                                                                   {"rightType", "\"" + right.sql() + "\""}});
  }
  for (size_t i = 0; i < 2; ++i) {
    maps[i] = cast_to(maps[i], Type::map(*common, maps[i]->type.value(), maps[i]->type.value_contains_null()), rules);
  }
}

Type with_common_nulls(const Type& type, const Type& common) {
  if (!common.is_nested()) return type;
  if (type.same_type(common)) return common;
  if (!type.is(TypeKind::kArray) || !type.element().same_type(common)) return type;
  return Type::array(common, type.contains_null());
}

void check_concatenated(const FunctionCall& call) {
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    const Type& type = call.arguments[i]->type;
    if (!type.is(TypeKind::kMap) && !type.is(TypeKind::kStruct) && !type.is(TypeKind::kVariant)) continue;
    throw_unexpected(call, i, "(\"STRING\" or \"BINARY\" or \"ARRAY\")");
  }
}

namespace {

// Nested values are cast part by part, and no null may come where the wanted type has none.
bool fits_default(const Type& from, const Type& to, const CoercionRules& rules) {
  if (from.same_type(to) || from.kind() != to.kind()) return can_cast_implicitly(from, to, rules);
  const auto part_fits = [&](const Type& part, const Type& wanted, bool is_nullable, bool takes_null) {
    const CastMode mode = rules.ansi ? CastMode::kAnsi : CastMode::kLegacy;
    return fits_default(part, wanted, rules) && (takes_null || !(is_nullable || cast_is_nullable(part, wanted, mode)));
  };
  if (from.is(TypeKind::kArray)) return part_fits(from.element(), to.element(), from.contains_null(), to.contains_null());
  if (from.is(TypeKind::kMap)) {
    return part_fits(from.key(), to.key(), false, false) && part_fits(from.value(), to.value(), from.value_contains_null(), to.value_contains_null());
  }
  if (!from.is(TypeKind::kStruct) || !rules.ansi || from.fields().size() != to.fields().size()) return can_cast_implicitly(from, to, rules);
  const auto field_fits = [&](const StructField& one, const StructField& other) {
    return part_fits(one.type, other.type, one.nullable, other.nullable);
  };
  return std::equal(from.fields().begin(), from.fields().end(), to.fields().begin(), field_fits);
}

}  // namespace

void check_default(const Function& row, const FunctionCall& call, const CoercionRules& rules) {
  // The offset comes first: a cast is none, and what no cast helps to is refused with its type.
  const Type& offset = call.arguments[1]->type;
  if (!offset.is(TypeKind::kInteger)) {
    if (!can_cast_implicitly(offset, Type::integer(), rules)) throw_unexpected(call, 1, "\"INT\"");
    throw SparkError("_LEGACY_ERROR_TEMP_1035", {{"prettyName", std::string(row.name)}});
  }
  const Type& wanted = call.arguments[0]->type;
  const Type& type = call.arguments[2]->type;
  if (type.is(TypeKind::kNull)) return;
  if (!wanted.is(TypeKind::kNull) && fits_default(type, wanted, rules)) return;
  const bool is_ansi_interval = wanted.is(TypeKind::kDayTimeInterval) || wanted.is(TypeKind::kYearMonthInterval);
  if (rules.ansi && type.is_string() && is_ansi_interval) return;
  if (type.is_datetime() && wanted.is_datetime()) throw_no_cast(*call.arguments[2], wanted, {});
  throw_unexpected(call, 2, "(\"" + wanted.sql() + "\" or \"VOID\")");
}

void throw_not_integral(const FunctionCall& call, const Type& type) {
  // As Spark's other rules leave them: texts and what stands beside them become doubles, decimals do beside what is none, integers are long.
  const bool has_text = call.arguments[0]->type.is_string() || call.arguments[1]->type.is_string();
  const auto shown = [&](const Type& one) {
    if (has_text) return Type::double_number();
    return one.is_integral() ? Type::long_integer() : one.is(TypeKind::kDecimal) ? Type::double_number() : one;
  };
  const Type left = shown(call.arguments[0]->type);
  const Type right = shown(call.arguments[1]->type);
  if (!left.same_type(right)) {
    throw SparkError("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
                     {{"sqlExpr", "\"" + print_name(Expression{call, {}, true, {}}) + "\""},
                      {"left", "\"" + left.sql() + "\""},
                      {"right", "\"" + right.sql() + "\""}});
  }
  throw SparkError("DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE",
                   {{"sqlExpr", "\"" + print_name(Expression{call, {}, true, {}}) + "\""},
                    {"inputType", "(\"BIGINT\" or \"DECIMAL\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")"},
                    {"actualDataType", "\"" + type.sql() + "\""}});
}

void check_bitwise(const Function& row, const FunctionCall& uncoerced, const CoercionRules& rules, const Origin& origin) {
  if ((row.name != "&" && row.name != "|" && row.name != "^") || uncoerced.arguments.size() != 2) return;
  FunctionCall call = uncoerced;
  auto& a = call.arguments;
  const auto is = [&](TypeKind first, TypeKind second) {
    return (a[0]->type.is(first) && a[1]->type.is(second)) || (a[0]->type.is(second) && a[1]->type.is(first));
  };
  if (!rules.ansi && is(TypeKind::kString, TypeKind::kDouble)) {
    for (ExpressionPtr& x : a) x = cast_to(x, Type::double_number(), rules);
    throw_mismatch(row, call, 0, functions::Accepts::kIntegral, origin);
  }
  if (!a[0]->type.is_numeric() || !a[1]->type.is_numeric() || a[0]->type.same_type(a[1]->type)) return;
  if (is(TypeKind::kDecimal, TypeKind::kDouble)) return;  // both become doubles
  if (is(TypeKind::kDecimal, TypeKind::kFloat)) {
    for (ExpressionPtr& x : a) {
      if (x->type.is(TypeKind::kDecimal)) x = cast_to(x, Type::double_number(), rules);
    }
    throw_mismatch(row, call, 0, functions::Accepts::kIntegral, origin);
  }
  const auto meet = wider_type(a[0]->type, a[1]->type, rules);
  if (!meet || meet->is_integral()) return;
  for (ExpressionPtr& x : a) {
    if (meet->is(TypeKind::kDecimal) && x->type.is_integral()) x = cast_to(x, decimal_of(*x, rules), rules);
  }
  throw_mismatch(row, call, 0, functions::Accepts::kIntegral, origin);
}

Type decimal_of(const Expression& integer, const CoercionRules& rules) {
  const auto* literal = integer.as<Literal>();
  const auto* number = literal ? std::get_if<int64_t>(&literal->value) : nullptr;
  if (!number || !rules.measures_literals || integer.type.is(TypeKind::kByte)) return decimal_for(integer.type);
  return Type::decimal(static_cast<int>(std::to_string(*number).size()) - (*number < 0 ? 1 : 0), 0);
}

// DecimalPrecision.integralAndDecimalLiteral.
std::optional<bool> bound_by_integer(std::string_view name, std::vector<ExpressionPtr>& a) {
  if (a.size() != 2 || (name != "<" && name != "<=" && name != ">" && name != ">=")) return std::nullopt;
  const size_t at = a[1]->as<Literal>() && a[1]->type.is(TypeKind::kDecimal) ? 1 : 0;
  const auto* constant = a[at]->as<Literal>();
  if (!constant || a[at]->is_replaced || !a[1 - at]->type.is_integral()) return std::nullopt;
  // "i > 1.5" and "i <= 1.5" ask for 1, "i >= 1.5" and "i < 1.5" for 2; the other way round on the other side.
  const bool is_below = (name == ">" || name == "<=") == (at == 1);
  int beyond = 0;
  const auto bound = next_integer(*constant, is_below, beyond);
  // Every integer is less than one beyond 64 bits.
  if (beyond != 0 && !contains_aggregate(a[1 - at])) return name.starts_with('<') == ((beyond > 0) == (at == 1));
  if (!bound) return std::nullopt;
  a[at] = make_literal(Literal{Type::long_integer(), *bound});
  return std::nullopt;
}

}  // namespace firesteel::analyze
