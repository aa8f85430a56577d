// + - * / % div pmod and their try_ forms. Result types of decimals follow Spark's
// DecimalPrecision / BinaryArithmetic.resultDecimalType with precision loss allowed.
#include <algorithm>

#include "base/error.h"
#include "functions/decimal_arithmetic.h"
#include "functions/function_table.h"
#include "functions/row.h"

namespace firesteel::functions {

namespace {

// DecimalType.adjustPrecisionScale: keeps the integral digits, at least 6 digits of scale.
Type adjusted_decimal(int precision, int scale) {
  if (precision <= 38) return Type::decimal(precision, scale);
  const int integral_digits = precision - scale;
  const int least_scale = std::min(scale, 6);
  return Type::decimal(38, std::max(38 - integral_digits, least_scale));
}

struct Operands {
  int p1, s1, p2, s2;
};

Operands operands(Arguments arguments) {
  return {arguments[0]->type.precision(), arguments[0]->type.scale(),
          arguments[1]->type.precision(), arguments[1]->type.scale()};
}

bool are_decimals(Arguments arguments) { return arguments[0]->type.is(TypeKind::kDecimal); }

Type sum_type(Arguments arguments) {
  if (!are_decimals(arguments)) return arguments[0]->type;
  const auto [p1, s1, p2, s2] = operands(arguments);
  const int scale = std::max(s1, s2);
  return adjusted_decimal(std::max(p1 - s1, p2 - s2) + scale + 1, scale);
}

Type product_type(Arguments arguments) {
  if (!are_decimals(arguments)) return arguments[0]->type;
  const auto [p1, s1, p2, s2] = operands(arguments);
  return adjusted_decimal(p1 + p2 + 1, s1 + s2);
}

Type quotient_type(Arguments arguments) {
  if (!are_decimals(arguments)) return arguments[0]->type;
  const auto [p1, s1, p2, s2] = operands(arguments);
  const int scale = std::max(6, s1 + p2 + 1);
  return adjusted_decimal(p1 - s1 + s2 + scale, scale);
}

Type remainder_type(Arguments arguments) {
  if (!are_decimals(arguments)) return arguments[0]->type;
  const auto [p1, s1, p2, s2] = operands(arguments);
  const int scale = std::max(s1, s2);
  return adjusted_decimal(std::min(p1 - s1, p2 - s2) + scale, scale);
}

// DecimalType.bounded.
Type bounded_decimal(int precision, int scale) { return Type::decimal(std::min(precision, 38), std::min(scale, 38)); }

// Divide.resultDecimalType without loss of precision: what is too much is taken from both sides of the point.
Type exact_quotient_type(const Operands& o) {
  int integral_digits = std::min(38, o.p1 - o.s1 + o.s2);
  int scale = std::min(38, std::max(6, o.s1 + o.p2 + 1));
  const int excess = integral_digits + scale - 38;
  if (excess > 0) {
    scale -= excess / 2 + 1;
    integral_digits = 38 - scale;
  }
  return bounded_decimal(integral_digits + scale, scale);
}

bool is_exact_decimal(const Type& type) { return type.precision() < 38; }

std::string decimal_kernel(std::string_view name, const plan::FunctionCall& call,
                           std::span<const std::string> a, const Type& result) {
  return "fs_decimal_" + std::string(name) + "(" + a[0] + ", " + a[1] + ", " +
         std::to_string(result.precision()) + ", " + std::to_string(result.scale()) + ", " +
         (call.ansi ? "true" : "false") + ")";
}

const char* engine_integer(const Type& type) {
  if (type.is(TypeKind::kByte)) return "TINYINT";
  if (type.is(TypeKind::kShort)) return "SMALLINT";
  return type.is(TypeKind::kInteger) ? "INTEGER" : "BIGINT";
}

// Integer arithmetic that wraps around as Java's does (ANSI off).
std::string wrapped(const Type& type, const std::string& a, const char* op, const std::string& b) {
  const bool is_long = type.is(TypeKind::kLong);
  const char* wide = is_long ? "HUGEINT" : "BIGINT";
  const char* half = type.is(TypeKind::kByte)    ? "128"
                     : type.is(TypeKind::kShort) ? "32768"
                     : is_long                   ? "9223372036854775808::HUGEINT"
                                                 : "2147483648";
  const char* mask = type.is(TypeKind::kByte)    ? "255"
                     : type.is(TypeKind::kShort) ? "65535"
                     : is_long                   ? "18446744073709551615::HUGEINT"
                                                 : "4294967295";
  // A product of two 64-bit numbers fits 128 bits; adding half may not, so longs mask first.
  return "CAST((((" + a + ")::" + wide + " " + op + " (" + b + ")::" + wide + " & " + mask + ") + " +
         half + " & " + mask + ") - " + half + " AS " + engine_integer(type) + ")";
}

std::string scale_of(const plan::FunctionCall& call, size_t index) {
  return std::to_string(call.arguments[index]->type.scale());
}

// + - *: exact for decimals below 38 digits, Java's doubles, and integers that fail or wrap.
std::string arithmetic_sql(const char* op, const char* kernel, const plan::FunctionCall& call,
                           std::span<const std::string> a, const Type& result) {
  const std::string plain = "(" + a[0] + " " + op + " " + a[1] + ")";
  if (result.is(TypeKind::kDecimal)) {
    if (!is_exact_decimal(result)) return decimal_kernel(kernel, call, a, result);
    // The engine's product of two decimals of at most 18 digits overflows 64 bits.
    if (*op == '*') {
      return "CAST(CAST(" + a[0] + " AS DECIMAL(38, " + scale_of(call, 0) + ")) * " + a[1] +
             " AS $type)";
    }
    return "CAST(CAST(" + a[0] + " AS $type) " + op + " CAST(" + a[1] + " AS $type) AS $type)";
  }
  if (result.is_integral() && !call.ansi) return wrapped(result, a[0], op, a[1]);
  return plain;
}

Lowered arithmetic(const char* op, const char* kernel) {
  return Lowered{[op, kernel](const plan::FunctionCall& call, std::span<const std::string> a,
                              const Type& result) {
    return arithmetic_sql(op, kernel, call, a, result);
  }};
}

const char* kFail = "fs_fail_divide_by_zero()";

// A constant that is neither null nor zero needs no guard.
bool is_nonzero_constant(const ExpressionPtr& divisor) {
  const plan::Literal* constant = literal_below_casts(divisor);
  if (!constant) return false;
  if (const auto* number = std::get_if<int64_t>(&constant->value)) return *number != 0;
  if (const auto* number = std::get_if<double>(&constant->value)) return *number != 0;
  return false;
}

bool is_constant_other_than(const ExpressionPtr& divisor, int64_t value) {
  const plan::Literal* constant = literal_below_casts(divisor);
  const auto* number = constant ? std::get_if<int64_t>(&constant->value) : nullptr;
  return number && *number != value;
}

bool is_zero_constant(const ExpressionPtr& divisor) {
  const plan::Literal* constant = literal_below_casts(divisor);
  const auto* number = constant ? std::get_if<int64_t>(&constant->value) : nullptr;
  return number && *number == 0;
}

bool is_positive_constant(const ExpressionPtr& divisor) {
  const plan::Literal* constant = literal_below_casts(divisor);
  const auto* number = constant ? std::get_if<int64_t>(&constant->value) : nullptr;
  return number && *number > 0;
}

// `sql` where the divisor is not zero; an error or null where it is. Null divided by zero is null.
std::string guarded(const plan::FunctionCall& call, std::span<const std::string> a, const std::string& sql,
                    const char* failure = kFail) {
  if (is_nonzero_constant(call.arguments[1])) return sql;
  // The engine would compute a division of constants while it plans, guarded or not.
  if (is_zero_constant(call.arguments[1])) {
    return "(CASE WHEN " + a[0] + " IS NOT NULL THEN " + (call.ansi ? failure : "NULL") + " END)";
  }
  const bool may_be_null = call.ansi && call.arguments[0]->nullable;
  return "(CASE WHEN " + a[1] + " = 0" + (may_be_null ? " AND " + a[0] + " IS NOT NULL" : "") + " THEN " +
         (call.ansi ? failure : "NULL") + " ELSE " + sql + " END)";
}

std::string divide_sql(const plan::FunctionCall& call, std::span<const std::string> a,
                       const Type& result) {
  if (result.is(TypeKind::kDecimal)) return decimal_kernel("divide", call, a, result);
  return guarded(call, a, "(" + a[0] + " / " + a[1] + ")");
}

// DuckDB overflows where the first number of a type goes by -1.
std::string remainder(const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
  const std::string plain = "(" + a[0] + " % " + a[1] + ")";
  if (!result.is_integral() || is_constant_other_than(call.arguments[1], -1)) return plain;
  return "(CASE WHEN " + a[1] + " = -1 THEN " + a[0] + " - " + a[0] + " ELSE " + plain + " END)";
}

std::string remainder_sql(const plan::FunctionCall& call, std::span<const std::string> a,
                          const Type& result) {
  if (result.is(TypeKind::kDecimal)) return decimal_kernel("remainder", call, a, result);
  if (is_nonzero_constant(call.arguments[1]) && result.is(TypeKind::kLong)) {
    return "fs_remainder_by_constant(" + a[0] + ", " + a[1] + ")";
  }
  return guarded(call, a, remainder(call, a, result), "fs_fail_remainder_by_zero()");
}

std::string pmod_sql(const plan::FunctionCall& call, std::span<const std::string> arguments,
                     const Type& result) {
  if (result.is(TypeKind::kDecimal)) return decimal_kernel("pmod", call, arguments, result);
  // The engine divides constants while it plans, also where a guard keeps zeros away.
  std::vector<std::string> a(arguments.begin(), arguments.end());
  if (!is_nonzero_constant(call.arguments[1])) a[1] = "nullif(" + a[1] + ", 0)";
  const std::string rest = remainder(call, a, result);
  std::string of_negative = "((" + rest + " + " + a[1] + ") % " + a[1] + ")";
  if (result.is_integral() && is_positive_constant(call.arguments[1])) {
    of_negative = rest + " + " + a[1];
  } else if (result.is_integral()) {
    // Two negative integers add up around the end of their type, but for the small ones, which are added as integers.
    std::string of_two = rest;
    if (result.is(TypeKind::kInteger) || result.is(TypeKind::kLong)) {
      const bool is_long = result.is(TypeKind::kLong);
      const std::string least = is_long ? "CAST('-9223372036854775808' AS BIGINT)" : "CAST('-2147483648' AS INTEGER)";
      of_two = "(CASE WHEN " + rest + " < " + least + " - " + a[1] + " THEN ((" + rest + " - " + least + ") + (" + a[1] + " - " + least +
               ")) % " + a[1] + " ELSE " + rest + " END)";
    }
    of_negative = "(CASE WHEN " + a[1] + " < 0 THEN " + of_two + " ELSE " + rest + " + " + a[1] + " END)";
  }
  return guarded(call, arguments, "(CASE WHEN " + rest + " < 0 THEN " + of_negative + " ELSE " + rest + " END)", "fs_fail_remainder_by_zero()");
}

std::string integral_divide_sql(const plan::FunctionCall& call, std::span<const std::string> a,
                                const Type&) {
  if (call.arguments[0]->type.is(TypeKind::kDecimal)) {
    return "fs_decimal_div(" + a[0] + ", " + a[1] + ", " + (call.ansi ? "true" : "false") + ")";
  }
  return guarded(call, a, "CAST(" + a[0] + " // " + a[1] + " AS BIGINT)");
}

// Spark negates decimals in 34 digits.
bool rounds_negation(const Type& type) { return type.is(TypeKind::kDecimal) && type.precision() > 34; }
std::string negated_decimal(const std::string& sql, const Type& type) {
  return "fs_decimal_negate(" + sql + ", " + std::to_string(type.precision()) + ", " + std::to_string(type.scale()) + ")";
}

auto infix(std::string_view symbol) {
  return [symbol](const plan::FunctionCall&, std::span<const std::string> a) {
    if (a.size() == 1) return "(" + std::string(symbol) + " " + a[0] + ")";
    return "(" + a[0] + " " + std::string(symbol) + " " + a[1] + ")";
  };
}

// Under ANSI off a zero divisor gives null; under ANSI it fails. Spark says nullable either way.
Signature divided(Type (*result_of)(Arguments)) {
  return signature({kNumeric, kNumeric}, result_of, Nulls::kAlways);
}

Signature numbers(Type (*result_of)(Arguments)) {
  Signature s = signature({kNumeric, kNumeric}, result_of);
  // A decimal result may overflow to null when ANSI is off.
  s.nullable_without_ansi = [](Arguments a) { return a[0]->type.is(TypeKind::kDecimal); };
  return s;
}

Function operation(std::string_view name, Signature s, EngineForm form, std::string_view summary) {
  return {.name = name,
          .since = "1.0.0",
          .group = "math_funcs",
          .summary = summary,
          .signatures = {std::move(s)},
          .duckdb = std::move(form),
          .may_fail = true,
          .print = infix(name)};
}

// try_add and its kin: the operation with ANSI on, null instead of an error.
std::string try_sql(const char* op, std::string_view kernel, const plan::FunctionCall& call,
                    std::span<const std::string> a, const Type& result) {
  plan::FunctionCall legacy = call;
  legacy.ansi = false;
  if (result.is(TypeKind::kDecimal)) return decimal_kernel(kernel, legacy, a, result);
  if (result.is_integral()) {
    return "try_cast((" + a[0] + ")::HUGEINT " + op + " (" + a[1] + ")::HUGEINT AS $type)";
  }
  return "(" + a[0] + " " + op + " " + a[1] + ")";
}

// TRY takes nothing volatile, and the bodies of lambdas ask whether their operation goes on.
void refuse_volatile(const ExpressionPtr& expression) {
  plan::walk(expression, [](const ExpressionPtr& node) {
    const auto* call = node->as<plan::FunctionCall>();
    if (node->as<plan::LambdaFunction>() || (call && call->function->is_volatile)) {
      throw_unsupported("EXPRESSION", "lambda functions and random numbers within an operation on dates or intervals that is tried");
    }
    return true;
  });
}

Function try_operation(std::string_view name, const char* op, std::string_view kernel,
                       Type (*result_of)(Arguments)) {
  return {.name = name,
          .since = "3.2.0",
          .group = "math_funcs",
          .summary = "The operation, with null where it fails.",
          .signatures = {signature({kNumeric, kNumeric}, result_of, Nulls::kAlways)},
          .duckdb = Lowered{[op, kernel](const plan::FunctionCall& call,
                                         std::span<const std::string> a, const Type& result) {
            if (*op != '/' && *op != '%') return try_sql(op, kernel, call, a, result);
            plan::FunctionCall legacy = call;
            legacy.ansi = false;
            return *op == '/' ? divide_sql(legacy, a, result) : remainder_sql(legacy, a, result);
          }}};
}

}  // namespace

std::optional<Type> exact_decimal_type(std::string_view name, Arguments arguments) {
  if (arguments.size() != 2 || !are_decimals(arguments) || !arguments[1]->type.is(TypeKind::kDecimal)) return std::nullopt;
  const Operands o = operands(arguments);
  const int scale = std::max(o.s1, o.s2);
  if (name == "+" || name == "-" || name == "try_add" || name == "try_subtract") {
    return bounded_decimal(std::max(o.p1 - o.s1, o.p2 - o.s2) + scale + 1, scale);
  }
  if (name == "*" || name == "try_multiply") return bounded_decimal(o.p1 + o.p2 + 1, o.s1 + o.s2);
  if (name == "/" || name == "try_divide") return exact_quotient_type(o);
  if (name == "%" || name == "pmod" || name == "try_mod") {
    return bounded_decimal(std::min(o.p1 - o.s1, o.p2 - o.s2) + scale, scale);
  }
  return std::nullopt;
}

Rows arithmetic_functions() {
  return {
      operation("+", numbers(sum_type), arithmetic("+", "add"), "Addition."),
      operation("-", numbers(sum_type), arithmetic("-", "subtract"), "Subtraction."),
      operation("*", numbers(product_type), arithmetic("*", "multiply"), "Multiplication."),
      operation("/", divided(quotient_type), Lowered{divide_sql}, "Division; never integral."),
      {.name = "%",
       .aliases = {"mod"},
       .since = "1.0.0",
       .group = "math_funcs",
       .summary = "The remainder, with the sign of the dividend.",
       .signatures = {divided(remainder_type)},
       .examples = {{"SELECT mod(2, 1.8)", "0.2"}},
       .duckdb = Lowered{remainder_sql},
       .may_fail = true,
       .print =
           [](const plan::FunctionCall& call, std::span<const std::string> a) {
             if (call.display_name == "mod") return "mod(" + a[0] + ", " + a[1] + ")";
             return "(" + a[0] + " % " + a[1] + ")";
           }},
      {.name = "pmod",
       .since = "1.5.0",
       .group = "math_funcs",
       .summary = "The remainder made positive.",
       .signatures = {divided(remainder_type)},
       .examples = {{"SELECT pmod(10, 3)", "1"}, {"SELECT pmod(-10, 3)", "2"}},
       .duckdb = Lowered{pmod_sql},
       .may_fail = true},
      {.name = "div",
       .since = "3.0.0",
       .group = "math_funcs",
       .summary = "Division that drops the fraction; gives a BIGINT.",
       .signatures = {signature({kNumeric, kNumeric}, Type::long_integer(), Nulls::kAlways)},
       .duckdb = Lowered{integral_divide_sql},
       .may_fail = true,
       .print = infix("div")},
      try_operation("try_add", "+", "add", sum_type),
      try_operation("try_subtract", "-", "subtract", sum_type),
      try_operation("try_multiply", "*", "multiply", product_type),
      try_operation("try_divide", "/", "divide", quotient_type),
      try_operation("try_mod", "%", "remainder", remainder_type),
      // What the analyzer puts around operations on dates and intervals in try_add and its kin.
      {.name = "null if it fails",
       .since = "3.2.0",
       .group = "math_funcs",
       .summary = "The value, with null where it fails.",
       .signatures = {signature({kAny}, type_of_first, Nulls::kAlways)},
       .duckdb = Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a, const Type&) {
         refuse_volatile(call.arguments[0]);
         return "TRY(" + a[0] + ")";
       }}},
      {.name = "negative",
       .aliases = {"unary -"},  // what the SQL parser calls the sign, which prints as one
       .since = "1.0.0",
       .group = "math_funcs",
       .summary = "The number with its sign changed.",
       .signatures = {signature({kNumeric}, type_of_first), signature({kInterval}, type_of_first)},
       .examples = {{"SELECT negative(1)", "-1"}},
       .duckdb = Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a,
                            const Type& result) {
         if (result.is(TypeKind::kYearMonthInterval)) return "fs_negate_year_month(" + a[0] + ")";
         if (result.is(TypeKind::kDayTimeInterval)) return "fs_negate_day_time(" + a[0] + ")";
         if (result.is_integral() && !call.ansi) return wrapped(result, "0", "-", a[0]);
         if (rounds_negation(result)) return negated_decimal(a[0], result);
         return "(-" + a[0] + ")";
       }},
       .may_fail = true,
       .print =
           [](const plan::FunctionCall& call, std::span<const std::string> a) {
             if (call.display_name == "negative") return "negative(" + a[0] + ")";
             return "(- " + a[0] + ")";
           }},
      {.name = "positive",
       .since = "1.5.0",
       .group = "math_funcs",
       .summary = "The number itself.",
       .signatures = {signature({kNumeric}, type_of_first), signature({kInterval}, type_of_first)},
       .examples = {{"SELECT positive(1)", "1"}},
       .duckdb = Template{"$1"},
       .print = [](const plan::FunctionCall&, std::span<const std::string> a) {
         return "(+ " + a[0] + ")";
       }},
      {.name = "abs",
       .since = "1.2.0",
       .group = "math_funcs",
       .summary = "The absolute value.",
       .signatures = {signature({kNumeric}, type_of_first), signature({kInterval}, type_of_first)},
       .examples = {{"SELECT abs(-1)", "1"}},
       .duckdb = Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a,
                            const Type& result) {
         if (rounds_negation(result)) {
           return "(CASE WHEN " + a[0] + " < 0 THEN " + negated_decimal(a[0], result) + " ELSE " + a[0] + " END)";
         }
         if (!result.is_integral() || call.ansi) return "abs(" + a[0] + ")";
         return "(CASE WHEN " + a[0] + " < 0 THEN " + wrapped(result, "0", "-", a[0]) + " ELSE " +
                a[0] + " END)";
       }},
       .may_fail = true},
  };
}

}  // namespace firesteel::functions
