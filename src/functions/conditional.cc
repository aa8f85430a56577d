#include "functions/function_table.h"
#include "functions/nested_nulls.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

// The engine's own function but for values that hold nulls, which Spark orders first: these are compared as elements of an array.
Lowered extreme_of(const char* function, const char* of_array) {
  return Lowered{[function, of_array](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
    std::string list;
    for (const std::string& argument : a) list += (list.empty() ? "" : ", ") + argument;
    if (!orders_nulls_within(result)) return std::string(function) + "(" + list + ")";
    return value_kernel_sql(of_array, call.ansi, {Type::array(result)}, result, {"[" + list + "]"});
  }};
}

// CASE: condition, value, condition, value, …[, else].
bool has_else(size_t count) { return count % 2 == 1; }

bool is_true(const ExpressionPtr& condition) {
  const plan::Literal* constant = literal(condition);
  const bool* value = constant ? std::get_if<bool>(&constant->value) : nullptr;
  return value && *value;
}

// The branches that may be taken: none after one whose condition is the constant true.
bool when_nullable(Arguments arguments) {
  for (size_t i = 1; i < arguments.size(); i += 2) {
    if (arguments[i]->nullable) return true;
    if (is_true(arguments[i - 1])) return false;
  }
  return !has_else(arguments.size()) || arguments.back()->nullable;
}

// The branches meet in one type, which holds nulls where any of theirs does.
Type when_type(Arguments arguments) {
  if (arguments.size() < 2) return Type::null();
  Type type = arguments[1]->type;
  for (size_t i = 3; i < arguments.size(); i += 2) type = type_with_nulls_of(type, arguments[i]->type);
  return has_else(arguments.size()) ? type_with_nulls_of(type, arguments.back()->type) : type;
}

std::string when_sql(std::span<const std::string> arguments, bool in_parentheses) {
  std::string text = in_parentheses ? "(CASE" : "CASE";
  for (size_t i = 0; i + 1 < arguments.size(); i += 2) {
    text += " WHEN " + arguments[i] + " THEN " + arguments[i + 1];
  }
  if (has_else(arguments.size())) text += " ELSE " + arguments.back();
  return text + (in_parentheses ? " END)" : " END");
}

// The first argument keeps its type, whatever both are compared as.
ExpressionPtr nullif_as_if(const plan::FunctionCall& call) {
  const ExpressionPtr& value = call.arguments[0];
  if (value->type.same_type(call.arguments[1]->type) && !value->type.is(TypeKind::kMap)) return nullptr;
  const ExpressionPtr is_equal = plan::make_call("=", {value, call.arguments[1]});
  return plan::make_call("if", {is_equal, plan::make_null_literal(value->type), value});
}

Type if_type(Arguments arguments) { return arguments[1]->type; }
bool if_nullable(Arguments arguments) { return arguments[1]->nullable || arguments[2]->nullable; }

}  // namespace

Rows conditional_functions() {
  return {
      // The analyzer coerces the conditions to boolean and the values to one type.
      {.name = "when",
       .aliases = {"case when"},
       .since = "1.0.1",
       .group = "conditional_funcs",
       .summary = "The value that belongs to the first true condition.",
       .signatures = {with_nullable(variadic(signature({kBoolean, kAny}, when_type)),
                                    when_nullable)},
       .duckdb = Lowered{[](const plan::FunctionCall&, std::span<const std::string> arguments,
                            const Type&) { return when_sql(arguments, true); }},
       .print = [](const plan::FunctionCall&, std::span<const std::string> arguments) {
         return when_sql(arguments, false);
       }},
      {.name = "if",
       .since = "1.0.0",
       .group = "conditional_funcs",
       .summary = "The second argument if the first is true, otherwise the third.",
       .signatures = {strict(with_nullable(signature({kBoolean, kSame, kSame}, if_type), if_nullable))},
       .examples = {{"SELECT if(1 < 2, 'a', 'b')", "a"}},
       .duckdb = Template{"(CASE WHEN $1 THEN $2 ELSE $3 END)"},
       .print = [](const plan::FunctionCall&, std::span<const std::string> arguments) {
         return "(IF(" + arguments[0] + ", " + arguments[1] + ", " + arguments[2] + "))";
       }},
      {.name = "coalesce",
       .since = "1.0.0",
       .group = "conditional_funcs",
       .summary = "The first argument that is not null.",
       .signatures = {with_nullable(variadic(signature({kSame}, type_of_first)), all_nullable)},
       .examples = {{"SELECT coalesce(NULL, 1, NULL)", "1"}},
       .duckdb = Template{"coalesce($*)"}},
      {.name = "ifnull",
       .aliases = {"nvl"},
       .since = "2.0.0",
       .group = "conditional_funcs",
       .summary = "The second argument if the first is null, otherwise the first.",
       .signatures = {with_nullable(signature({kSame, kSame}, type_of_first), all_nullable)},
       .examples = {{"SELECT ifnull(NULL, array('2'))", "[\"2\"]"}},
       .duckdb = Template{"coalesce($1, $2)"},
       .print = printed_as("ifnull", {{"nvl", "nvl"}})},
      {.name = "nvl2",
       .since = "2.0.0",
       .group = "conditional_funcs",
       .summary = "The second argument if the first is not null, otherwise the third.",
       .signatures = {with_nullable(signature({kAny, kSame, kSame}, if_type), if_nullable)},
       .examples = {{"SELECT nvl2(NULL, 2, 1)", "1"}},
       .duckdb = Template{"(CASE WHEN $1 IS NOT NULL THEN $2 ELSE $3 END)"}},
      {.name = "nullif",
       .since = "2.0.0",
       .group = "conditional_funcs",
       .summary = "Null if both arguments are equal, otherwise the first.",
       .signatures = {signature({kAny, kAny}, type_of_first, Nulls::kAlways)},
       .examples = {{"SELECT nullif(2, 2)", "NULL"}},
       .duckdb = Template{"nullif($1, $2)"},
       .rewrite = nullif_as_if},
      {.name = "nullifzero",
       .since = "4.0.0",
       .group = "conditional_funcs",
       .summary = "Null if the argument is zero.",
       .signatures = {signature({kAny}, type_of_first, Nulls::kAlways)},
       .examples = {{"SELECT nullifzero(0)", "NULL"}, {"SELECT nullifzero(2)", "2"}},
       .rewrite = [](const plan::FunctionCall& call) {
         return plan::make_call("nullif", {call.arguments[0], plan::make_integer_literal(0)});
       }},
      {.name = "zeroifnull",
       .since = "4.0.0",
       .group = "conditional_funcs",
       .summary = "Zero if the argument is null.",
       .signatures = {signature({kAny}, type_of_first, Nulls::kNever)},
       .examples = {{"SELECT zeroifnull(NULL)", "0"}, {"SELECT zeroifnull(2)", "2"}},
       .rewrite = [](const plan::FunctionCall& call) {
         return plan::make_call("coalesce", {call.arguments[0], plan::make_integer_literal(0)});
       }},
      {.name = "nanvl",
       .since = "1.5.0",
       .group = "conditional_funcs",
       .summary = "The first argument if it is not NaN, otherwise the second.",
       .signatures = {signature({kFractional, kFractional}, type_of_first)},
       .examples = {{"SELECT nanvl(cast('NaN' as double), 123)", "123.0"}},
       .duckdb = Template{"(CASE WHEN isnan($1) THEN $2 ELSE $1 END)"}},
      {.name = "greatest",
       .since = "1.5.0",
       .group = "conditional_funcs",
       .summary = "The greatest argument; nulls are skipped.",
       .signatures = {with_nullable(variadic(signature({kSame, kSame}, type_of_first)),
                                    all_nullable)},
       .examples = {{"SELECT greatest(10, 9, 2, 4, 3)", "10"}},
       .duckdb = extreme_of("greatest", "array_max")},
      {.name = "least",
       .since = "1.5.0",
       .group = "conditional_funcs",
       .summary = "The least argument; nulls are skipped.",
       .signatures = {with_nullable(variadic(signature({kSame, kSame}, type_of_first)),
                                    all_nullable)},
       .examples = {{"SELECT least(10, 9, 2, 4, 3)", "2"}},
       .duckdb = extreme_of("least", "array_min")},
  };
}

}  // namespace firesteel::functions
