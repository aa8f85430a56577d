#include "functions/function_table.h"
#include "base/text.h"
#include "functions/row.h"

namespace firesteel::functions {

namespace {

// Spark's RankLike prints its name in capitals.
Function rank_like(std::string_view name, Type result, std::string_view sql) {
  return {.name = name,
          .since = "1.4.0",
          .group = "window_funcs",
          .summary = "The row's place within its partition.",
          .kind = FunctionKind::kWindow,
          // The arguments that the SQL standard lets ranks have are not looked at.
          .signatures = {variadic(signature({kAny}, std::move(result), Nulls::kNever), true)},
          .duckdb = Template{sql},
          .print = [name](const plan::FunctionCall&, std::span<const std::string> a) {
            (void)a;
            return (name.ends_with("rank") ? upper_case(name) : std::string(name)) + "()";
          }};
}

Function without_arguments(Function row) {
  row.signatures = {signature({}, row.signatures[0].result, Nulls::kNever)};
  return row;
}

bool offset_nullable(Arguments arguments) {
  return arguments.size() < 3 || arguments[0]->nullable || arguments[2]->nullable;
}

Function offset_like(std::string_view name, std::string_view sql) {
  return {.name = name,
          .since = "1.4.0",
          .group = "window_funcs",
          .summary = "The value a number of rows away, or the default.",
          .kind = FunctionKind::kWindow,
          .signatures = {with_nullable(
              optional(signature({kAny, kInteger, kAny}, type_of_first), 2, {"1", "NULL"}),
              offset_nullable)},
          .duckdb = Template{sql}};
}

}  // namespace

Rows window_functions() {
  return {
      without_arguments(rank_like("row_number", Type::integer(), "CAST(row_number()$suffix AS INTEGER)")),
      rank_like("rank", Type::integer(), "CAST(rank()$suffix AS INTEGER)"),
      rank_like("dense_rank", Type::integer(), "CAST(dense_rank()$suffix AS INTEGER)"),
      rank_like("percent_rank", Type::double_number(), "percent_rank()$suffix"),
      without_arguments(rank_like("cume_dist", Type::double_number(), "cume_dist()$suffix")),
      {.name = "ntile",
       .since = "1.4.0",
       .group = "window_funcs",
       .summary = "The number of the bucket that the row falls into.",
       .kind = FunctionKind::kWindow,
       .signatures = {optional(signature({kInteger}, Type::integer(), Nulls::kNever), 1, {"1"})},
       .duckdb = Template{"CAST(ntile($1)$suffix AS INTEGER)"}},
      offset_like("lag", "lag($1, $2, $3$ignore_nulls)$suffix"),
      offset_like("lead", "lead($1, $2, $3$ignore_nulls)$suffix"),
      {.name = "nth_value",
       .since = "3.1.0",
       .group = "window_funcs",
       .summary = "The value of the nth row of the frame.",
       .kind = FunctionKind::kWindow,
       .signatures = {signature({kAny, kInteger}, type_of_first, Nulls::kAlways)},
       .duckdb = Template{"nth_value($1, $2$ignore_nulls)$suffix"},
       .print = [](const plan::FunctionCall& call, std::span<const std::string> a) {
         return "nth_value(" + a[0] + ", " + a[1] + ")" + (call.ignore_nulls ? " ignore nulls" : "");
       }},
  };
}

}  // namespace firesteel::functions
