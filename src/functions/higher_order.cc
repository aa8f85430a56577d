// Functions that take lambdas. The analyzer binds a lambda's variables to the types that
// analyze/functions gives for the row's name; the engine prints a lambda as `lambda v1, v2: body`.
#include "base/error.h"
#include "functions/function_table.h"
#include "functions/row.h"

namespace firesteel::functions {

namespace {

Type transformed_type(Arguments arguments) {
  return Type::array(arguments[1]->type, arguments[1]->nullable);
}

Function row(std::string_view name, Signature s, EngineForm form, std::string_view since = "2.4.0") {
  return {.name = name,
          .since = since,
          .group = "lambda_funcs",
          .summary = "Applies a function to the elements of a collection.",
          .signatures = {std::move(s)},
          .duckdb = std::move(form)};
}

}  // namespace

Rows higher_order_functions() {
  Rows rows = {
      // A lambda of two parameters gets the position from 0 as the second; the engine subtracts
      // one from its own position where it prints such a lambda.
      row("transform", with_nullable(signature({kArray, kLambda}, transformed_type),
                                     [](Arguments a) { return a[0]->nullable; }),
          Template{"list_transform($1, $2)"}),
      row("filter", with_nullable(signature({kArray, kLambda}, type_of_first),
                                  [](Arguments a) { return a[0]->nullable; }),
          Template{"list_filter($1, $2)"}),
      row("exists", signature({kArray, kLambda}, Type::boolean(), Nulls::kAlways),
          Template{"(CASE WHEN $1 IS NULL THEN NULL WHEN list_contains(list_transform($1, $2), true) "
                   "THEN true WHEN len(list_transform($1, $2)) > list_count(list_transform($1, $2)) "
                   "THEN NULL ELSE false END)"}),
      row("forall", signature({kArray, kLambda}, Type::boolean(), Nulls::kAlways),
          Template{"(CASE WHEN $1 IS NULL THEN NULL WHEN list_contains(list_transform($1, $2), false) "
                   "THEN false WHEN len(list_transform($1, $2)) > list_count(list_transform($1, "
                   "$2)) THEN NULL ELSE true END)"}, "3.0.0"),
      {.name = "aggregate",
       .aliases = {"reduce"},
       .since = "2.4.0",
       .group = "lambda_funcs",
       .summary = "Folds an array from a start value, then applies a last function.",
       .signatures = {optional(signature({kArray, kAny, kLambda, kLambda},
                                         [](Arguments a) {
                                           return a.size() > 3 ? a[3]->type : a[1]->type;
                                         },
                                         Nulls::kAlways),
                               1)},
       .duckdb = No{"a fold with a start value of another type is not built yet"},
       .print = printed_as("aggregate", {{"reduce", "reduce"}})},
      row("zip_with",
          signature({kArray, kArray, kLambda},
                    [](Arguments a) { return Type::array(a[2]->type, a[2]->nullable); }),
          No{"not built yet"}),
      row("transform_keys",
          signature({kMap, kLambda},
                    [](Arguments a) {
                      return Type::map(a[1]->type, a[0]->type.value(),
                                       a[0]->type.value_contains_null());
                    }),
          No{"not built yet"}, "3.0.0"),
      row("transform_values",
          signature({kMap, kLambda},
                    [](Arguments a) {
                      return Type::map(a[0]->type.key(), a[1]->type, a[1]->nullable);
                    }),
          No{"not built yet"}, "3.0.0"),
      row("map_filter", signature({kMap, kLambda}, type_of_first), No{"not built yet"}, "3.0.0"),
      row("array_sort", optional(signature({kArray, kLambda}, type_of_first), 1),
          Lowered{[](const plan::FunctionCall&, std::span<const std::string> a, const Type&) {
            return "list_sort(" + a[0] + ", 'ASC', 'NULLS LAST')";
          }}),
  };
  rows.back().check = [](const plan::FunctionCall& call) {
    if (call.arguments.size() > 1) {
      throw_unsupported("FUNCTION", "array_sort with a comparison function");
    }
  };
  return rows;
}

}  // namespace firesteel::functions
