// grouping() and grouping_id(): which keys a row of a grouping set leaves out.
#include "functions/function_table.h"
#include "functions/row.h"

namespace firesteel::functions {

Rows grouping_functions() {
  return {
      {.name = "grouping",
       .since = "2.0.0",
       .group = "agg_funcs",
       .summary = "1 where the key is left out of the row's grouping set, 0 where it is not.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({kAny}, Type::byte(), Nulls::kNever)},
       .duckdb = Template{"GROUPING($*)"}},
      {.name = "grouping_id",
       .since = "2.0.0",
       .group = "agg_funcs",
       .summary = "The bits of grouping() of all keys, the first key's the highest.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({}, Type::long_integer(), Nulls::kNever),
                      variadic(signature({kAny}, Type::long_integer(), Nulls::kNever))},
       // Of no keys there is nothing that DuckDB could tell.
       .duckdb = Lowered{[](const plan::FunctionCall&, std::span<const std::string> a, const Type& type) -> std::string {
         const std::string bits = a.empty() ? "0" : "GROUPING($*)";
         return "CAST(" + bits + (type.is(plan::TypeKind::kInteger) ? " AS INTEGER)" : " AS BIGINT)");
       }}},
  };
}

}  // namespace firesteel::functions
