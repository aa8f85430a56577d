#include <algorithm>

#include "functions/argument_check.h"
#include "functions/function_table.h"
#include "functions/row.h"

namespace firesteel::functions {

namespace {

// A function of one double that Spark takes from java.lang.Math. Null outside the domain of a
// logarithm, NaN elsewhere, never an error.
Function unary(std::string_view name, std::string_view sql, std::string_view shown = {},
               std::vector<std::pair<std::string_view, std::string_view>> by_alias = {}) {
  Function row = {.name = name,
                  .since = "1.4.0",
                  .group = "math_funcs",
                  .usage = "name(expr)",
                  .summary = "A function of one number, in double precision.",
                  .signatures = {signature({kDouble}, Type::double_number(), Nulls::kAlways)},
                  .duckdb = Template{sql}};
  for (const auto& [alias, text] : by_alias) row.aliases.push_back(alias);
  row.print = printed_as(shown.empty() ? name : shown, by_alias);
  return row;
}

Function of_intervals(Function row) {
  row.signatures.push_back(signature({kInterval}, Type::double_number(), Nulls::kAlways));
  return row;
}

// Ceil and Floor of one argument: BIGINT, or a decimal without fraction.
Type integral_type(Arguments arguments) {
  const Type& type = arguments[0]->type;
  if (!type.is(TypeKind::kDecimal)) return Type::long_integer();
  const int digits = type.precision() - type.scale() + 1;
  return Type::decimal(std::min(38, type.scale() == 0 ? type.precision() : digits), 0);
}

int constant_scale(Arguments arguments) {
  if (arguments.size() < 2) return 0;
  return static_cast<int>(std::clamp<int64_t>(constant_integer(arguments[1]).value_or(0), -400, 400));
}

// RoundBase.dataType: decimals change their precision and scale.
Type rounded_type(Arguments arguments) {
  const Type& type = arguments[0]->type;
  if (!type.is(TypeKind::kDecimal)) return type;
  const int scale = constant_scale(arguments);
  const int integral_digits = type.precision() - type.scale() + 1;
  if (scale < 0) return Type::decimal(std::clamp(std::max(integral_digits, -scale + 1), 1, 38), 0);
  const int new_scale = std::min(scale, type.scale());
  return Type::decimal(std::min(integral_digits + new_scale, 38), new_scale);
}

// ceil(x, scale): RoundCeil works on decimals only; other numbers become the decimal for their type.
Type as_decimal(const Type& type) {
  if (type.is(TypeKind::kDecimal)) return type;
  if (type.is(TypeKind::kByte)) return Type::decimal(3, 0);
  if (type.is(TypeKind::kShort)) return Type::decimal(5, 0);
  if (type.is(TypeKind::kInteger)) return Type::decimal(10, 0);
  if (type.is(TypeKind::kLong)) return Type::decimal(20, 0);
  return type.is(TypeKind::kFloat) ? Type::decimal(14, 7) : Type::decimal(30, 15);
}

Type scaled_integral_type(Arguments arguments) {
  const Type type = as_decimal(arguments[0]->type);
  const int scale = constant_scale(arguments);
  const int integral_digits = type.precision() - type.scale() + 1;
  if (scale < 0) return Type::decimal(std::clamp(std::max(integral_digits, -scale + 1), 1, 38), 0);
  const int new_scale = std::min(scale, type.scale());
  return Type::decimal(std::min(integral_digits + new_scale, 38), new_scale);
}

std::string integral_sql(const std::string& function, const plan::FunctionCall& call,
                         std::span<const std::string> a, const Type& result) {
  const Type& type = call.arguments[0]->type;
  if (a.size() == 2) {
    const Type decimal = as_decimal(type);
    return "fs_decimal_" + function + "(CAST(" + a[0] + " AS DECIMAL(" +
           std::to_string(decimal.precision()) + "," + std::to_string(decimal.scale()) + ")), " +
           std::to_string(constant_scale(call.arguments)) + ", " +
           std::to_string(result.precision()) + ", " + std::to_string(result.scale()) + ")";
  }
  if (type.is_integral()) return "CAST(" + a[0] + " AS BIGINT)";
  if (result.is(TypeKind::kDecimal)) return "CAST(" + function + "(" + a[0] + ") AS $type)";
  return "fs_double_to_long_saturated(" + function + "(" + a[0] + "))";
}

Function toward(const char* name, std::vector<std::string_view> aliases, const char* upper) {
  return {.name = name,
          .aliases = std::move(aliases),
          .since = "1.4.0",
          .group = "math_funcs",
          .summary = "The nearest integer, or number of `scale` digits, in one direction.",
          .signatures = {signature({kNumeric}, integral_type, Nulls::kAlways),
                         signature({kNumeric, kInteger}, scaled_integral_type, Nulls::kAlways)},
          .duckdb = Lowered{[name](const plan::FunctionCall& call, std::span<const std::string> a,
                                   const Type& result) {
            return integral_sql(name, call, a, result);
          }},
          .print = [name, upper](const plan::FunctionCall& call, std::span<const std::string> a) {
            const bool is_ceiling = call.display_name == "ceiling";
            if (a.size() == 2) return (is_ceiling ? "ceiling" : std::string(name)) + "(" + a[0] + ", " + a[1] + ")";
            return (call.display_name == "ceiling" ? "ceiling" : upper) + ("(" + a[0] + ")");
          },
          // With a scale the number becomes a decimal first, with the rules of casts: NaN is null.
          .rewrite = [name](const plan::FunctionCall& call) -> ExpressionPtr {
            const Type& type = call.arguments[0]->type;
            if (call.arguments.size() < 2 || type.is(TypeKind::kDecimal)) return nullptr;
            plan::Cast cast;
            cast.child = call.arguments[0];
            cast.target = as_decimal(type);
            cast.is_user_specified = false;
            return plan::make_call(name, {plan::make_expression(std::move(cast)), call.arguments[1]});
          }};
}

int integer_bits(const Type& type) {
  if (type.is(TypeKind::kByte)) return 8;
  if (type.is(TypeKind::kShort)) return 16;
  return type.is(TypeKind::kInteger) ? 32 : 64;
}

std::string round_sql(const char* kernel, const plan::FunctionCall& call,
                      std::span<const std::string> a, const Type& result) {
  if (const plan::Literal* places = literal(call.arguments[1]); places && places->is_null()) return "NULL";
  const std::string scale = std::to_string(constant_scale(call.arguments));
  if (result.is(TypeKind::kDecimal)) {
    return "fs_decimal_" + std::string(kernel) + "(" + a[0] + ", " + scale + ", " +
           std::to_string(result.precision()) + ", " + std::to_string(result.scale()) + ")";
  }
  if (result.is_integral()) {
    if (constant_scale(call.arguments) >= 0) return a[0];
    return "CAST(fs_long_" + std::string(kernel) + "(CAST(" + a[0] + " AS BIGINT), " + scale +
           ", " + (call.ansi ? "true" : "false") + ", " + std::to_string(integer_bits(result)) + ") AS $type)";
  }
  if (result.is(TypeKind::kFloat)) {
    return "CAST(fs_float_" + std::string(kernel) + "(" + a[0] + ", " + scale + ") + 0.0 AS FLOAT)";
  }
  // Java rounds by BigDecimal, which knows no negative zero.
  return "(fs_double_" + std::string(kernel) + "(" + a[0] + ", " + scale + ") + 0.0)";
}

Function rounding(const char* name) {
  return {.name = name,
          .since = "1.5.0",
          .group = "math_funcs",
          .summary = "The number rounded to `scale` digits.",
          .signatures = {optional(signature({kNumeric, kInteger}, rounded_type, Nulls::kAlways), 1,
                                  {"0"})},
          .duckdb = Lowered{[name](const plan::FunctionCall& call, std::span<const std::string> a,
                                   const Type& result) {
            return round_sql(name, call, a, result);
          }},
          .may_fail = true};
}

Function binary(std::string_view name, std::string_view sql, Print print = {}) {
  return {.name = name,
          .since = "1.4.0",
          .group = "math_funcs",
          .summary = "A function of two numbers, in double precision.",
          .signatures = {signature({kDouble, kDouble}, Type::double_number())},
          .duckdb = Template{sql},
          .print = std::move(print)};
}

Function constant(std::string_view name, std::string_view sql, std::string_view shown) {
  return {.name = name,
          .since = "1.5.0",
          .group = "math_funcs",
          .summary = "A constant.",
          .signatures = {signature({}, Type::double_number(), Nulls::kNever)},
          .duckdb = Template{sql},
          .print = printed_as(shown)};
}

Function kernel(std::string_view name, Signature s, std::string_view kernel_name,
                bool may_fail = false) {
  return {.name = name,
          .since = "1.5.0",
          .group = "math_funcs",
          .summary = "Computed as Spark does.",
          .signatures = {std::move(s)},
          .duckdb = Kernel{kernel_name},
          .may_fail = may_fail};
}

}  // namespace

Rows math_functions() {
  return {
      unary("sqrt", "(CASE WHEN $1 < 0 THEN 'NaN'::DOUBLE ELSE sqrt($1) END)", "SQRT"),
      unary("cbrt", "fs_cbrt($1)", "CBRT"),
      unary("exp", "fs_exp($1)", "EXP"),
      unary("expm1", "fs_expm1($1)", "EXPM1"),
      unary("ln", "(CASE WHEN $1 <= 0 THEN NULL ELSE fs_log($1) END)"),
      unary("log10", "(CASE WHEN $1 <= 0 THEN NULL ELSE fs_log10($1) END)", "LOG10"),
      unary("log2", "(CASE WHEN $1 <= 0 THEN NULL ELSE fs_log($1) / fs_log(2.0::DOUBLE) END)", "LOG2"),
      unary("log1p", "(CASE WHEN $1 <= -1 THEN NULL ELSE fs_log1p($1) END)", "LOG1P"),
      {.name = "log",
       .since = "1.5.0",
       .group = "math_funcs",
       .summary = "The logarithm, natural or to a base.",
       .signatures = {signature({kDouble}, Type::double_number(), Nulls::kAlways),
                      signature({kDouble, kDouble}, Type::double_number(), Nulls::kAlways)},
       .duckdb = Lowered{[](const plan::FunctionCall&, std::span<const std::string> a,
                            const Type&) {
         if (a.size() == 1) return "(CASE WHEN " + a[0] + " <= 0 THEN NULL ELSE fs_log(" + a[0] + ") END)";
         // Spark computes the number whatever the base is.
         return "(CASE WHEN " + a[1] + " <= 0 THEN NULL WHEN " + a[0] + " <= 0 THEN NULL ELSE fs_log(" + a[1] +
                ") / fs_log(" + a[0] + ") END)";
       }},
       .print =
           [](const plan::FunctionCall&, std::span<const std::string> a) {
             return a.size() == 1 ? "LOG(E(), " + a[0] + ")" : "LOG(" + a[0] + ", " + a[1] + ")";
           }},
      unary("sin", "fs_sin($1)", "SIN"),
      unary("cos", "fs_cos($1)", "COS"),
      unary("tan", "fs_tan($1)", "TAN"),
      unary("cot", "(1.0::DOUBLE / fs_tan($1))", "COT"),
      unary("sec", "(1.0::DOUBLE / fs_cos($1))", "SEC"),
      unary("csc", "(1.0::DOUBLE / fs_sin($1))", "CSC"),
      unary("asin", "fs_asin($1)", "ASIN"),
      unary("acos", "fs_acos($1)", "ACOS"),
      unary("atan", "fs_atan($1)", "ATAN"),
      unary("sinh", "fs_sinh($1)", "SINH"),
      unary("cosh", "fs_cosh($1)", "COSH"),
      unary("tanh", "fs_tanh($1)", "TANH"),
      unary("asinh", "fs_asinh($1)", "ASINH"),
      unary("acosh", "fs_acosh($1)", "ACOSH"),
      unary("atanh", "fs_atanh($1)", "ATANH"),
      unary("degrees", "degrees($1)", "DEGREES"),
      unary("radians", "radians($1)", "RADIANS"),
      unary("rint", "round_even($1, 0)", "rint"),
      of_intervals(unary("signum", "(CASE WHEN isnan(CAST($1 AS DOUBLE)) OR $1 = 0 THEN CAST($1 AS DOUBLE) ELSE CAST(sign($1) AS DOUBLE) END)",
                         "SIGNUM", {{"sign", "sign"}})),
      {.name = "pow",
       .aliases = {"power"},
       .since = "1.4.0",
       .group = "math_funcs",
       .summary = "The first argument to the power of the second.",
       .signatures = {signature({kDouble, kDouble}, Type::double_number())},
       .examples = {{"SELECT pow(2, 3)", "8.0"}},
       .duckdb = Template{"fs_pow($1, $2)"},
       .print = printed_as("pow", {{"power", "POWER"}})},
      binary("atan2", "fs_atan2($1 + 0.0, $2 + 0.0)", printed_as("ATAN2")),
      binary("hypot", "fs_hypot($1, $2)", printed_as("HYPOT")),
      constant("e", "2.718281828459045::DOUBLE", "E"),
      constant("pi", "pi()", "PI"),
      toward("ceil", {"ceiling"}, "CEIL"),
      toward("floor", {}, "FLOOR"),
      rounding("round"),
      rounding("bround"),
      kernel("factorial", signature({kInteger}, Type::long_integer(), Nulls::kAlways), "factorial"),
      {.name = "width_bucket",
       .since = "3.1.0",
       .group = "math_funcs",
       .summary = "The number of the bucket of equal width that a value falls into.",
       .signatures = {signature({kDouble, kDouble, kDouble, kLong}, Type::long_integer(), Nulls::kAlways),
                      signature({kInterval, kInterval, kInterval, kLong}, Type::long_integer(),
                                Nulls::kAlways)},
       .duckdb = Template{"fs_width_bucket(CAST($1 AS DOUBLE), CAST($2 AS DOUBLE), CAST($3 AS DOUBLE), $4)"}},
      kernel("bin", signature({kLong}, Type::string()), "bin"),
      {.name = "hex",
       .since = "1.5.0",
       .group = "math_funcs",
       .summary = "Hexadecimal digits of a number, a string's or binary's bytes.",
       .signatures = {signature({kAny}, Type::string())},
       .examples = {{"SELECT hex(17)", "11"}, {"SELECT hex('Spark SQL')", "537061726B2053514C"}},
       .duckdb = Template{"hex($1)"},
       .check = [](const plan::FunctionCall& call) {
         const Type& type = call.arguments[0]->type;
         if (!type.is(TypeKind::kLong) && !type.is(TypeKind::kBinary) && !type.is_string() && !type.is(TypeKind::kNull)) {
           throw_unexpected_type(0, "(\"BIGINT\" or \"BINARY\" or \"STRING\")");
         }
       }},
      kernel("unhex", signature({kString}, Type::binary(), Nulls::kAlways), "unhex"),
      {.name = "conv",
       .since = "1.5.0",
       .group = "math_funcs",
       .summary = "A number written in one base, written in another.",
       .signatures = {signature({kString, kInteger, kInteger}, Type::string(), Nulls::kAlways)},
       .examples = {{"SELECT conv('100', 2, 10)", "4"}, {"SELECT conv(-10, 16, -10)", "-16"}},
       .duckdb = Kernel{"conv", false, true},
       .may_fail = true},
  };
}

}  // namespace firesteel::functions
