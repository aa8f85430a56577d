// int(x), string(x), …: casts written as functions.
#include "functions/function_table.h"
#include "functions/row.h"

namespace firesteel::functions {

namespace {

Function conversion(std::string_view name, const Type& type) {
  return {.name = name,
          .since = "2.0.1",
          .group = "conversion_funcs",
          .summary = "Casts the argument.",
          .signatures = {signature({kAny}, type, Nulls::kAlways)},
          // The name is the argument's alone, as for a cast that the user did not write.
          .rewrite = [type](const plan::FunctionCall& call) {
            plan::Cast cast;
            cast.child = call.arguments[0];
            cast.target = type;
            cast.is_user_specified = false;
            cast.is_function = true;
            return plan::make_expression(std::move(cast));
          }};
}

}  // namespace

Rows conversion_functions() {
  Rows rows = {
      conversion("boolean", Type::boolean()),     conversion("tinyint", Type::byte()),
      conversion("smallint", Type::short_integer()), conversion("int", Type::integer()),
      conversion("bigint", Type::long_integer()), conversion("float", Type::float_number()),
      conversion("double", Type::double_number()), conversion("decimal", Type::decimal(10, 0)),
      conversion("date", Type::date()),           conversion("time", Type::time()),
                conversion("timestamp", Type::timestamp()),
      conversion("binary", Type::binary()),       conversion("string", Type::string()),
  };
  for (Function& row : rows) {
    row.print = [](const plan::FunctionCall&, std::span<const std::string> a) { return a[0]; };
  }
  return rows;
}

}  // namespace firesteel::functions
