#include "base/error.h"
#include "functions/argument_check.h"
#include "functions/function_table.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

// Keys and values alternate; the protocol and SQL may hand over any number.
void check_pairs(std::string_view name, Arguments arguments) {
  if (arguments.size() % 2 == 0) return;
  throw SparkError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
                   {{"functionName", "`" + std::string(name) + "`"},
                    {"expectedNum", "2n (n > 0)"},
                    {"actualNum", std::to_string(arguments.size())},
                    {"docroot", "https://spark.apache.org/docs/latest"}});
}

Type map_of_pairs(Arguments arguments) {
  check_pairs("map", arguments);
  if (arguments.empty()) return Type::map(Type::null(), Type::null(), false);
  bool value_nullable = false;
  for (size_t i = 1; i < arguments.size(); i += 2) value_nullable |= arguments[i]->nullable;
  return Type::map(arguments[0]->type, arguments[1]->type, value_nullable);
}

Type map_of_arrays(Arguments arguments) {
  return Type::map(arguments[0]->type.element(), arguments[1]->type.element(),
                   arguments[1]->type.contains_null() || arguments[1]->type.element().is(TypeKind::kNull));
}

Type entries_type(Arguments arguments) {
  const Type& map = arguments[0]->type;
  return Type::array(Type::structure({{"key", map.key(), false, {}},
                                      {"value", map.value(), map.value_contains_null(), {}}}),
                     false);
}

Type map_of_entries(Arguments arguments) {
  const auto& entry = arguments[0]->type.element().fields();
  if (entry.size() != 2) return Type::map(Type::null(), Type::null());
  return Type::map(entry[0].type, entry[1].type, entry[1].nullable);
}

// map_concat() of nothing is a map of texts.
Type concatenated_map(Arguments arguments) {
  return arguments.empty() ? Type::map(Type::string(), Type::string(), true) : arguments[0]->type;
}

void check_maps(const plan::FunctionCall& call) {
  for (const ExpressionPtr& argument : call.arguments) {
    if (argument->type.is(TypeKind::kMap)) continue;
    std::string types;
    for (const ExpressionPtr& one : call.arguments) {
      types += (types.empty() ? "\"" : ", \"") + one->type.sql() + "\"";
    }
    throw ArgumentMismatch{"MAP_CONCAT_DIFF_TYPES",
                           {{"functionName", "`map_concat`"}, {"dataType", "[" + types + "]"}},
                           std::nullopt};
  }
}

void check_entries(const plan::FunctionCall& call) {
  const Type& type = call.arguments[0]->type;
  if (type.is(TypeKind::kNull)) throw_unexpected_type(0, "\"ARRAY\" of pair \"STRUCT\"");
  const Type& entry = type.element();
  if (!entry.is(TypeKind::kStruct) || entry.fields().size() != 2) {
    throw_unexpected_type(0, "\"ARRAY\" of pair \"STRUCT\"");
  }
}

Function checked(Function row, void (*check)(const plan::FunctionCall&)) {
  row.check = check;
  return row;
}

Function map_row(std::string_view name, Signature s, EngineForm form) {
  return {.name = name,
          .since = "2.3.0",
          .group = "map_funcs",
          .summary = "Works on maps.",
          .signatures = {std::move(s)},
          .duckdb = std::move(form),
          .may_fail = true};
}

}  // namespace

Rows map_functions() {
  return {
      // The analyzer widens the keys to one type and the values to another.
      map_row("map", variadic(signature({kAny}, map_of_pairs, Nulls::kNever), true),
              map_kernel("map")),
      map_row("map_from_arrays", signature({kArray, kArray}, map_of_arrays),
              map_kernel("map_from_arrays")),
      checked(map_row("map_from_entries",
                      with_nullable(signature({kArray}, map_of_entries),
                                    [](Arguments a) {
                                      return a[0]->nullable || a[0]->type.contains_null();
                                    }),
                      map_kernel("map_from_entries")),
              check_entries),
      map_row("map_keys",
              signature({kMap},
                        [](Arguments a) { return Type::array(a[0]->type.key(), true); }),
              Template{"map_keys($1)"}),
      map_row("map_values",
              signature({kMap},
                        [](Arguments a) {
                          return Type::array(a[0]->type.value(), true);
                        }),
              Template{"map_values($1)"}),
      map_row("map_entries", signature({kMap}, entries_type),
              Template{"list_transform(map_entries($1), lambda fs_e: struct_pack(f0 := struct_extract(fs_e, 'key'), f1 := struct_extract(fs_e, 'value')))"}),
      map_row("map_contains_key", signature({kMap, kAny}, Type::boolean(), Nulls::kAlways),
              Template{"list_contains(map_keys($1), $2)"}),
      checked(map_row("map_concat", variadic(signature({kSame}, concatenated_map), true),
                      map_kernel("map_concat")),
              check_maps),
  };
}

}  // namespace firesteel::functions
