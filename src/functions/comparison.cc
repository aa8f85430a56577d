#include "functions/function_table.h"
#include "functions/nested_nulls.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

// "(a < b)", as Spark prints binary operators.
auto infix(std::string_view symbol) {
  return [symbol](const plan::FunctionCall&, std::span<const std::string> arguments) {
    return "(" + arguments[0] + " " + std::string(symbol) + " " + arguments[1] + ")";
  };
}

Function comparison(std::string_view name, std::string_view sql, std::string_view summary,
                    std::vector<std::string_view> aliases = {}) {
  return {.name = name,
          .aliases = std::move(aliases),
          .since = "1.0.0",
          .group = "predicate_funcs",
          .summary = summary,
          .signatures = {signature({kSame, kSame}, Type::boolean())},
          .duckdb = Template{sql},
          .print = infix(name)};
}

// "<" and its kin.
Function order(std::string_view name, std::string_view summary) {
  Function row = comparison(name, "", summary);
  row.duckdb = Lowered{[name](const plan::FunctionCall& call, std::span<const std::string> a, const Type&) {
    const Type& type = call.arguments[0]->type;
    if (!orders_nulls_within(type) && !orders_nulls_within(call.arguments[1]->type)) return "(" + a[0] + " " + std::string(name) + " " + a[1] + ")";
    return "(" + value_kernel_sql("compare", call.ansi, {type, type}, Type::integer(), {a[0], a[1]}) + " " +
           std::string(name) + " 0)";
  }};
  return row;
}

Function predicate(std::string_view name, std::string_view sql, std::string_view summary,
                   std::string (*print)(const std::string&)) {
  return {.name = name,
          .since = "1.0.0",
          .group = "predicate_funcs",
          .summary = summary,
          .signatures = {signature({kAny}, Type::boolean(), Nulls::kNever)},
          .duckdb = Template{sql},
          .print = [print](const plan::FunctionCall&, std::span<const std::string> arguments) {
            return print(arguments[0]);
          }};
}

Function logical(std::string_view name, std::string_view symbol, std::string_view sql) {
  return {.name = name,
          .since = "1.0.0",
          .group = "predicate_funcs",
          .summary = "Three-valued logic.",
          .signatures = {signature({kBoolean, kBoolean}, Type::boolean())},
          .duckdb = Template{sql},
          .print = infix(symbol)};
}

}  // namespace

Rows comparison_functions() {
  Rows rows = {
      comparison("=", "($1 = $2)", "True if both sides are equal.", {"=="}),
      order("<", "True if the left side is less."),
      order("<=", "True if the left side is less or equal."),
      order(">", "True if the left side is greater."),
      order(">=", "True if the left side is greater or equal."),
      // What the engine orders by where its own order of nested values is not Spark's.
      {.name = "sort key",
       .summary = "Bytes in the order of the values.",
       .signatures = {signature({kOrderable}, Type::binary())},
       .duckdb = value_kernel("sort_key")},
      // The key of a window whose frame reaches numbers below and above it.
      {.name = "range key",
       .summary = "The first argument, if adding the others to it does not overflow.",
       .signatures = {signature({kIntegral, kLong, kLong}, type_of_first)},
       .duckdb = value_kernel("range_key"),
       .may_fail = true},
      {.name = "<=>",
       .since = "1.0.0",
       .group = "predicate_funcs",
       .summary = "Equality under which null equals null.",
       .signatures = {signature({kSame, kSame}, Type::boolean(), Nulls::kNever)},
       .duckdb = Template{"($1 IS NOT DISTINCT FROM $2)"},
       .print = infix("<=>")},
      {.name = "!=",
       .aliases = {"<>"},
       .since = "1.0.0",
       .group = "predicate_funcs",
       .summary = "True if both sides differ.",
       .signatures = {signature({kSame, kSame}, Type::boolean())},
       .duckdb = Template{"($1 <> $2)"},
       .print = [](const plan::FunctionCall&, std::span<const std::string> arguments) {
         return "(NOT (" + arguments[0] + " = " + arguments[1] + "))";
       }},
      logical("and", "AND", "($1 AND $2)"),
      logical("or", "OR", "($1 OR $2)"),
      {.name = "not",
       .aliases = {"!"},
       .since = "1.0.0",
       .group = "predicate_funcs",
       .summary = "Logical not.",
       .signatures = {signature({kBoolean}, Type::boolean())},
       .duckdb = Template{"(NOT $1)"},
       .print = [](const plan::FunctionCall&, std::span<const std::string> arguments) {
         return "(NOT " + arguments[0] + ")";
       }},
      predicate("isnull", "($1 IS NULL)", "True if the argument is null.",
                [](const std::string& a) { return "(" + a + " IS NULL)"; }),
      predicate("isnotnull", "($1 IS NOT NULL)", "True if the argument is not null.",
                [](const std::string& a) { return "(" + a + " IS NOT NULL)"; }),
      {.name = "isnan",
       .since = "1.5.0",
       .group = "predicate_funcs",
       .summary = "True if the argument is NaN.",
       .signatures = {signature({kDouble}, Type::boolean(), Nulls::kNever)},
       .examples = {{"SELECT isnan(cast('NaN' as double))", "true"}},
       .duckdb = Template{"(isnan($1) IS TRUE)"}},
      {.name = "equal_null",
       .since = "3.4.0",
       .group = "predicate_funcs",
       .summary = "Equality under which null equals null.",
       .signatures = {signature({kSame, kSame}, Type::boolean(), Nulls::kNever)},
       .examples = {{"SELECT equal_null(3, 3)", "true"}, {"SELECT equal_null(NULL, 'abc')", "false"}},
       .duckdb = Template{"($1 IS NOT DISTINCT FROM $2)"}},
      {.name = "in",
       .since = "1.0.0",
       .group = "predicate_funcs",
       .summary = "True if the first argument equals one of the others.",
       .signatures = {variadic(signature({kSame, kSame}, Type::boolean()))},
       .duckdb = Template{"($1 IN ($@2))"},
       .print = [](const plan::FunctionCall&, std::span<const std::string> arguments) {
         std::string text = "(" + arguments[0] + " IN (";
         for (size_t i = 1; i < arguments.size(); ++i) {
           text += (i > 1 ? ", " : "") + arguments[i];
         }
         return text + "))";
       }},
      {.name = "between",
       .since = "1.0.0",
       .group = "predicate_funcs",
       .summary = "True if the first argument lies between the two others, bounds included.",
       .signatures = {signature({kAny, kAny, kAny}, Type::boolean())},
       .duckdb = Template{"($1 BETWEEN $2 AND $3)"},
       .print = [](const plan::FunctionCall&, std::span<const std::string> arguments) {
         return "between(" + arguments[0] + ", " + arguments[1] + ", " + arguments[2] + ")";
       },
       // Each bound meets the value by itself: '5' BETWEEN 1 AND '10' compares numbers and then texts.
       .rewrite = [](const plan::FunctionCall& call) {
         const auto& a = call.arguments;
         return plan::make_call("and", {plan::make_call(">=", {a[0], a[1]}),
                                        plan::make_call("<=", {a[0], a[2]})});
       }},
  };
  return rows;
}

}  // namespace firesteel::functions
