#include <algorithm>
#include <utility>

#include "base/text.h"
#include "functions/argument_check.h"
#include "functions/foldable.h"
#include "functions/function_table.h"
#include "functions/nested_nulls.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

Type array_of_arguments(Arguments arguments) {
  if (arguments.empty()) return Type::array(Type::null(), false);
  return Type::array(arguments[0]->type, any_nullable(arguments));
}

Type concatenated_type(Arguments arguments) {
  if (!arguments[0]->type.is(TypeKind::kArray)) return arguments[0]->type;
  bool contains_null = false;
  for (const ExpressionPtr& a : arguments) {
    contains_null |= a->type.is(TypeKind::kArray) && a->type.contains_null();
  }
  Type element = arguments[0]->type.element();
  for (const ExpressionPtr& a : arguments) {
    if (a->type.is(TypeKind::kArray)) element = type_with_nulls_of(element, a->type.element());
  }
  return Type::array(std::move(element), contains_null);
}

Type both_arrays_type(Arguments arguments) { return concatenated_type(arguments); }

Type flattened_type(Arguments arguments) {
  const Type& inner = arguments[0]->type.element();
  return inner.is(TypeKind::kArray) ? inner : Type::null();
}

// A null is in both arrays only if both may hold one.
Type intersection_type(Arguments arguments) {
  const Type type = both_arrays_type(arguments);
  if (!type.is(TypeKind::kArray) || !arguments[1]->type.is(TypeKind::kArray)) return type;
  return Type::array(type.element(), arguments[0]->type.contains_null() && arguments[1]->type.contains_null());
}

// The field's name for an array of arrays_zip: that of the column, the field, the field of each element, or the key, where it is one.
std::string zipped_name(const plan::Expression& array, size_t place) {
  if (const auto* column = array.as<plan::AttributeReference>()) return column->name;
  if (const auto* field = array.as<plan::GetField>()) return field->name;
  const auto* call = array.as<plan::FunctionCall>();
  if (call && call->function->name == "transform" && call->display_name.starts_with('.')) return call->display_name.substr(1);  // structs.field
  if (call && call->function->name == "[]" && call->arguments[0]->type.is(plan::TypeKind::kMap)) {
    const auto* key = call->arguments[1]->as<plan::Literal>();
    if (key && key->type.is_string() && !key->is_null()) return std::get<std::string>(key->value);
  }
  return std::to_string(place);
}

Type zipped_type(Arguments arguments) {
  std::vector<plan::StructField> fields;
  for (size_t i = 0; i < arguments.size(); ++i) {
    fields.push_back({zipped_name(*arguments[i], i), arguments[i]->type.element(), true, {}});
  }
  return Type::array(Type::structure(std::move(fields)), false);
}

Type sequence_type(Arguments arguments) { return Type::array(arguments[0]->type, false); }

// Where the position is a constant, whether the element may be null: Spark looks at the elements of an array()
// that is written out and at no other array (GetArrayItem, ElementAt). The first position is 0 or 1.
std::optional<bool> known_element_nullable(Arguments arguments, int64_t first) {
  if (!is_foldable(arguments[1]) || arguments[1]->nullable) return std::nullopt;
  const auto* array = arguments[0]->as<plan::FunctionCall>();
  const std::optional<plan::Literal> position = written_value(arguments[1]);
  const auto* number = position ? std::get_if<int64_t>(&position->value) : nullptr;
  if (!array || array->function->name != "array" || !number) return true;
  const auto size = static_cast<int64_t>(array->arguments.size());
  const int64_t index = first == 1 && *number < 0 ? *number + size : *number - first;
  return index < 0 || index >= size || array->arguments[static_cast<size_t>(index)]->nullable;
}

// Under ANSI a position beyond the array fails; whether the position is null says nothing to Spark.
bool element_nullable(Arguments arguments, int64_t first) {
  if (!arguments[0]->type.is(TypeKind::kArray)) return true;
  return known_element_nullable(arguments, first).value_or(arguments[0]->nullable || arguments[0]->type.contains_null());
}

Signature element(int64_t first, Accepts position) {
  Signature s = strict(signature({kArray, position}, element_of_first, Nulls::kCustom));
  s.nullable = [first](Arguments arguments) { return element_nullable(arguments, first); };
  s.nullable_without_ansi = [first](Arguments arguments) { return known_element_nullable(arguments, first).value_or(true); };
  return s;
}

// A position beyond the array gives null.
Signature tried_element(int64_t first, Accepts position) {
  // Only get() casts its position.
  Signature s = strict(signature({kArray, position}, element_of_first, Nulls::kCustom), first == 0 ? 0 : kAllPlaces);
  s.nullable = [first](Arguments arguments) { return known_element_nullable(arguments, first).value_or(true); };
  return s;
}

Type element_type(Arguments arguments) {
  const Type& type = arguments[0]->type;
  return type.is(TypeKind::kMap) ? type.value() : element_of_first(arguments);
}

std::string element_at_sql(const plan::FunctionCall& call, std::span<const std::string> a,
                           const Type&) {
  if (call.arguments[0]->type.is(TypeKind::kMap)) return "(" + a[0] + ")[" + a[1] + "]";
  const std::string get = "list_extract(" + a[0] + ", " + a[1] + ")";
  const std::string zero = "WHEN " + a[1] + " = 0 AND " + a[0] + " IS NOT NULL THEN fs_fail_zero_index() ";
  if (!call.ansi) return "(CASE " + zero + "ELSE " + get + " END)";
  return "(CASE " + zero + "WHEN abs(" + a[1] + ") > len(" + a[0] +
         ") THEN fs_fail_element_index(" + a[1] + ", len(" + a[0] + ")) ELSE " + get + " END)";
}

// array[i], map[key]: what UnresolvedExtract becomes.
std::string get_item_sql(const plan::FunctionCall& call, std::span<const std::string> a,
                         const Type&) {
  if (call.arguments[0]->type.is(TypeKind::kMap)) return "(" + a[0] + ")[" + a[1] + "]";
  const std::string get = "list_extract(" + a[0] + ", CAST(" + a[1] + " AS BIGINT) + 1)";
  // No index is outside of a null.
  const std::string outside = "(" + a[0] + " IS NOT NULL AND (" + a[1] + " < 0 OR " + a[1] + " >= len(" + a[0] + ")))";
  if (!call.ansi) return "(CASE WHEN " + a[1] + " < 0 THEN NULL ELSE " + get + " END)";
  return "(CASE WHEN " + outside + " THEN fs_fail_array_index(" + a[1] + ", len(" + a[0] +
         ")) ELSE " + get + " END)";
}

Function array_row(std::string_view name, Signature s, EngineForm form, bool may_fail = false) {
  return {.name = name,
          .since = "2.4.0",
          .group = "array_funcs",
          .summary = "Works on arrays.",
          .signatures = {std::move(s)},
          .duckdb = std::move(form),
          .may_fail = may_fail};
}

// The seed is not printed; without one each call draws its own.
Function shuffle_row() {
  Function f = array_row("shuffle", optional(signature({kArray, kLong}, type_of_first), 1),
                         Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a,
                                    const Type& result) {
                           const std::string seed =
                               a.size() > 1 ? a[1] : "CAST(hash(random()) >> 1 AS BIGINT)";
                           return value_kernel_sql("shuffle", call.ansi,
                                                   {call.arguments[0]->type, Type::long_integer()},
                                                   result, {a[0], seed});
                         }});
  f.is_volatile = true;
  f.print = [](const plan::FunctionCall&, std::span<const std::string> a) {
    return "shuffle(" + a[0] + ")";
  };
  return f;
}

std::string sequence_sql(const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
  const Type& type = call.arguments[0]->type;
  if (!type.is_integral()) return value_kernel("time_sequence").sql(call, a, result);
  const std::string suffix = lower_case(type.sql());
  if (a.size() == 2) return "fs_sequence_" + suffix + "(" + a[0] + ", " + a[1] + ")";
  return "fs_stepped_sequence_" + suffix + "(" + a[0] + ", " + a[1] + ", CAST(" + a[2] + " AS BIGINT))";
}

Function sequence_row() {
  Function f = array_row("sequence",
                         optional(signature({kAny, kAny, kAny}, sequence_type), 1),  // the analyzer checks the types
                         Lowered{sequence_sql}, true);
  return f;
}

// array_contains and arrays_overlap: null where a null could be the one that is looked for.
bool search_nullable(Arguments arguments) {
  if (any_nullable(arguments)) return true;
  for (const ExpressionPtr& a : arguments) {
    if (a->type.is(TypeKind::kArray) && a->type.contains_null()) return true;
  }
  return false;
}

bool orders_nulls_within_elements(const Type& type) {
  return type.is(TypeKind::kArray) && orders_nulls_within(type.element());
}

std::string sort_array_sql(const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
  if (orders_nulls_within_elements(result)) return value_kernel("sort_array").sql(call, a, result);
  return "(CASE WHEN " + a[1] + " THEN list_sort(" + a[0] + ", 'ASC', 'NULLS FIRST') WHEN NOT " + a[1] +
         " THEN list_sort(" + a[0] + ", 'DESC', 'NULLS LAST') END)";
}

bool holds_reals(const Type& type) {
  if (type.is(TypeKind::kArray)) return holds_reals(type.element());
  if (!type.is(TypeKind::kStruct)) return type.is(TypeKind::kFloat) || type.is(TypeKind::kDouble);
  return std::any_of(type.fields().begin(), type.fields().end(), [](const plan::StructField& field) { return holds_reals(field.type); });
}

// NormalizeFloatingNumbers: what compares numbers gives 0.0 for -0.0.
std::string with_positive_zeros(std::string array, const plan::FunctionCall& call, const Type& result) {
  if (!result.is(TypeKind::kArray) || !holds_reals(result)) return array;
  if (!result.element().is_nested()) return "list_transform(" + array + ", lambda fs_z: fs_z + 0.0)";
  return value_kernel_sql("positive_zeros", call.ansi, {result}, result, {array});
}

// The places from 1 of the first array's elements that an operation on sets chooses.
std::string array_places(std::string_view operation, const plan::FunctionCall& call, std::span<const std::string> a) {
  std::string text = "fs_array_places('" + std::string(operation) + "', '[";
  for (size_t i = 0; i < a.size(); ++i) text += (i ? "," : "") + in_constant(call.arguments[i]->type.json());
  text += "]'";
  for (const std::string& array : a) text += ", " + array;
  return text + ")";
}

Lowered array_set(std::string_view operation) {
  return Lowered{[operation](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
    return with_positive_zeros("list_select(" + a[0] + ", " + array_places(operation, call, a) + ")", call, result);
  }};
}

Lowered list_extreme(const char* kernel, const char* function) {
  return Lowered{[kernel, function](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
    if (orders_nulls_within_elements(call.arguments[0]->type)) return value_kernel(kernel).sql(call, a, result);
    return std::string(function) + "(" + a[0] + ")";
  }};
}

std::function<void(const plan::FunctionCall&)> check_of(std::string_view name) {
  if (name == "array_union" || name == "array_intersect" || name == "array_except" || name == "arrays_overlap") {
    return [](const plan::FunctionCall& call) {
      check_two_arrays(call);
      check_orderable_elements(call);
    };
  }
  if (name == "array_distinct" || name == "array_max" || name == "array_min") return check_orderable_elements;
  if (name == "sort_array") {
    return [](const plan::FunctionCall& call) {
      const Type& type = call.arguments[0]->type;
      if (type.is_orderable() || (type.is(TypeKind::kArray) && type.element().is(TypeKind::kNull))) return;
      throw ArgumentMismatch{"INVALID_ORDERING_TYPE", {{"functionName", "`sort_array`"}, {"dataType", "\"" + type.sql() + "\""}}, std::nullopt};
    };
  }
  if (name == "array_contains") {
    return [](const plan::FunctionCall& call) { check_element(call, 1, false); };
  }
  if (name == "array_append" || name == "array_prepend") {
    return [](const plan::FunctionCall& call) {
      if (call.arguments[0]->type.is(TypeKind::kNull)) throw_unexpected_type(0, "\"ARRAY\"");
      check_element(call, 1, true);
    };
  }
  if (name == "array_position" || name == "array_remove") {
    return [](const plan::FunctionCall& call) { check_element(call, 1, true); };
  }
  if (name == "array_insert") return [](const plan::FunctionCall& call) { check_element(call, 2, true); };
  if (name == "flatten") {
    return [](const plan::FunctionCall& call) {
      const Type& type = call.arguments[0]->type;
      if (!type.is(TypeKind::kArray) || !type.element().is(TypeKind::kArray)) {
        throw_unexpected_type(0, "\"ARRAY\" of \"ARRAY\"");
      }
    };
  }
  if (name == "array_join") {
    return [](const plan::FunctionCall& call) {
      const Type& type = call.arguments[0]->type;
      if (type.is(TypeKind::kArray) && type.element().is_nested()) throw_unexpected_type(0, "\"ARRAY<STRING>\"");
    };
  }
  if (name == "element_at" || name == "try_element_at" || name == "size") {
    return [name](const plan::FunctionCall& call) {
      if (name != "size" && call.arguments[0]->type.is(TypeKind::kNull)) {
        throw_unexpected_type(0, "(\"ARRAY\" or \"MAP\")");
      }
    };
  }
  return {};
}

}  // namespace

Rows array_functions() {
  Rows rows = {
      array_row("array", variadic(signature({kSame}, array_of_arguments, Nulls::kNever), true),
                Lowered{[](const plan::FunctionCall&, std::span<const std::string> a, const Type&) {
                  if (a.empty()) return std::string("CAST([] AS $type)");
                  std::string text;
                  for (const std::string& element : a) text += (text.empty() ? "" : ", ") + element;
                  return "[" + text + "]";
                }}),
      {.name = "[]",
       .since = "1.0.0",
       .group = "array_funcs",
       .summary = "An element by position from 0, or a map's value by key.",
       .signatures = {element(0, kIntegral), signature({kMap, kAny}, element_type, Nulls::kAlways)},
       .duckdb = Lowered{get_item_sql},
       .may_fail = true,
       .print = [](const plan::FunctionCall&, std::span<const std::string> a) {
         return a[0] + "[" + a[1] + "]";
       }},
      {.name = "element_at",
       .since = "2.4.0",
       .group = "array_funcs",
       .summary = "An element by position from 1, negative from the end, or a map's value by key.",
       .signatures = {element(1, kInteger), signature({kMap, kAny}, element_type, Nulls::kAlways)},
       .examples = {{"SELECT element_at(array(1, 2, 3), 2)", "2"}},
       .duckdb = Lowered{element_at_sql},
       .may_fail = true},
      {.name = "try_element_at",
       .since = "3.5.0",
       .group = "array_funcs",
       .summary = "element_at with null where there is no such element.",
       .signatures = {tried_element(1, kInteger), signature({kMap, kAny}, element_type, Nulls::kAlways)},
       .duckdb = Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a,
                            const Type& result) {
         plan::FunctionCall legacy = call;
         legacy.ansi = false;
         return element_at_sql(legacy, a, result);
       }}},
      array_row("get", tried_element(0, kInteger),
                Template{"(CASE WHEN $2 < 0 THEN NULL ELSE list_extract($1, CAST($2 AS BIGINT) + 1) END)"}),
      {.name = "size",
       .aliases = {"cardinality"},
       .since = "1.5.0",
       .group = "collection_funcs",
       .summary = "How many elements an array or map has.",
       .signatures = {signature({kArray}, Type::integer()), signature({kMap}, Type::integer())},
       .examples = {{"SELECT size(array('b', 'd', 'c', 'a'))", "4"}},
       .duckdb = Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a,
                            const Type&) {
         const char* length = call.arguments[0]->type.is(TypeKind::kMap) ? "cardinality(" : "len(";
         return "CAST(" + (length + a[0]) + ") AS INTEGER)";
       }},
       .print = printed_as("size", {{"cardinality", "cardinality"}}),
       // Without ANSI the size of null is -1.
       .rewrite = [](const plan::FunctionCall& call) -> ExpressionPtr {
         if (call.ansi) return nullptr;
         ExpressionPtr list = call.arguments[0];
         if (list->type.is(TypeKind::kMap)) list = plan::make_call("map_keys", {list});
         return plan::make_call("coalesce", {plan::make_call("size of array", {list}), plan::make_integer_literal(-1)});
       }},
      array_row("array_size", signature({kArray}, Type::integer()), Template{"CAST(len($1) AS INTEGER)"}),
      array_row("size of array", signature({kArray}, Type::integer()), Template{"CAST(len($1) AS INTEGER)"}),
      array_row("array_contains", with_nullable(signature({kArray, kAny}, Type::boolean()), search_nullable),
                Template{"(CASE WHEN list_contains($1, $2) THEN true WHEN $1 IS NULL OR $2 IS NULL "
                         "OR len($1) > list_count($1) THEN NULL ELSE false END)"}),
      array_row("array_position", signature({kArray, kAny}, Type::long_integer()),
                Template{"(CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL ELSE "
                         "CAST(coalesce(list_position($1, $2), 0) AS BIGINT) END)"}),
      // The client's own: the place in a sorted array, or one less than minus the place of insertion.
      unlisted(array_row("array_binary_search", signature({kArray, kAny}, Type::integer()),
          Template{"(CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL WHEN list_contains($1, $2) THEN "
                   "CAST(list_position($1, $2) - 1 AS INTEGER) ELSE CAST(-1 - len(list_filter($1, lambda fs_x: "
                   "fs_x < $2)) AS INTEGER) END)"})),
      array_row("array_distinct", signature({kArray}, type_of_first), array_set("distinct")),
      array_row("array_remove", signature({kArray, kAny}, type_of_first),
                Template{"(CASE WHEN $2 IS NULL THEN NULL ELSE list_filter($1, lambda fs_x: "
                         "fs_x IS NULL OR fs_x <> $2) END)"}),
      array_row("array_compact", signature({kArray},
                                           [](Arguments a) {
                                             return Type::array(a[0]->type.element(), false);
                                           }),
                Template{"list_filter($1, lambda fs_x: fs_x IS NOT NULL)"}),
      array_row("array_append", with_nullable(signature({kArray, kAny}, [](Arguments a) {
                                  return a[0]->type.as_nullable();
                                }),
                                              [](Arguments a) { return a[0]->nullable; }),
                Template{"(CASE WHEN $1 IS NULL THEN NULL ELSE list_append($1, $2) END)"}),
      array_row("array_prepend", with_nullable(signature({kArray, kAny}, [](Arguments a) {
                                   return a[0]->type.as_nullable();
                                 }),
                                               [](Arguments a) { return a[0]->nullable; }),
                Template{"(CASE WHEN $1 IS NULL THEN NULL ELSE list_prepend($2, $1) END)"}),
      array_row("array_max", signature({kArray}, element_of_first, Nulls::kAlways),
                list_extreme("array_max", "list_max")),
      array_row("array_min", signature({kArray}, element_of_first, Nulls::kAlways),
                list_extreme("array_min", "list_min")),
      array_row("array_repeat",
                strict(with_nullable(signature({kAny, kInteger}, array_of_first), [](Arguments a) { return a[1]->nullable; })),
                // The element is computed once, however often it is repeated.
                Template{"(CASE WHEN $2 IS NULL THEN NULL WHEN $2 > 2147483632 THEN "
                         "fs_fail_array_size($2, 'array_repeat', 'count') ELSE list_extract(list_transform([$1], lambda fs_one: list_transform("
                         // The engine may evaluate a constant branch that no row takes.
                         "range(CASE WHEN $2 BETWEEN 1 AND 2147483632 THEN fs_list_length($2) ELSE 0 END), "
                         "lambda fs_x: fs_one)), 1) END)"}),
      array_row("array_union", signature({kAny, kAny}, both_arrays_type),
                Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
                  const std::string both = "list_concat(" + a[0] + ", " + a[1] + ")";
                  // The engine takes a null array for an empty one.
                  return "(CASE WHEN " + a[0] + " IS NOT NULL AND " + a[1] + " IS NOT NULL THEN " +
                         array_set("distinct").sql(call, std::span(&both, 1), result) + " END)";
                }}),
      array_row("array_intersect", signature({kAny, kAny}, intersection_type), array_set("intersect")),
      array_row("array_except", signature({kAny, kAny}, type_of_first), array_set("except")),
      array_row("arrays_overlap", with_nullable(signature({kAny, kAny}, Type::boolean()), search_nullable),
                Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a, const Type&) {
                  return "(CASE WHEN " + a[0] + " IS NULL OR " + a[1] + " IS NULL THEN NULL WHEN len(" +
                         array_places("overlap", call, a) + ") > 0 THEN true WHEN len(" + a[0] + ") > 0 AND len(" + a[1] +
                         ") > 0 AND (len(" + a[0] + ") > list_count(" + a[0] + ") OR len(" + a[1] + ") > list_count(" + a[1] +
                         ")) THEN NULL ELSE false END)";
                }}),
      array_row("arrays_zip", variadic(signature({kArray}, zipped_type)),
                Lowered{[](const plan::FunctionCall&, std::span<const std::string> a, const Type&) {
                  std::string longest;
                  std::string is_null;
                  std::string fields;
                  for (const std::string& one : a) {
                    longest += (longest.empty() ? "" : ", ") + ("len(" + one + ")");
                    is_null += (is_null.empty() ? "" : " OR ") + one + " IS NULL";
                    fields += (fields.empty() ? "" : ", ") + ("list_extract(" + one + ", fs_i)");
                  }
                  return "(CASE WHEN " + is_null + " THEN NULL ELSE CAST(list_transform(range(1, "
                         "greatest(" + longest + ") + 1), lambda fs_i: row(" + fields +
                         ")) AS $type) END)";
                }}),
      array_row("flatten", with_nullable(signature({kArray}, flattened_type), [](Arguments a) {
                  return a[0]->nullable || a[0]->type.contains_null();
                }),
                Template{"(CASE WHEN len($1) > list_count($1) THEN NULL ELSE flatten($1) END)"}),
      array_row("array_join", strict(optional(signature({kArray, kString, kString}, Type::string()), 1)),
                Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
                  const std::string separator = a[1];
                  const std::string list =
                      a.size() == 3 ? "list_transform(" + a[0] + ", lambda fs_x: coalesce(fs_x, " +
                                          a[2] + "))"
                                    : "list_filter(" + a[0] + ", lambda fs_x: fs_x IS NOT NULL)";
                  // string_agg takes constants only. (array_to_string() is a macro that computes its list twice.)
                  const std::string joined =
                      literal(call.arguments[1]) ? "list_aggregate(" + list + ", 'string_agg', " + separator + ")"
                                                 : value_kernel_sql("join_list", call.ansi, {Type::array(Type::string()), Type::string()},
                                                                    result, {list, separator});
                  const std::string no_replacement = a.size() == 3 ? " OR " + a[2] + " IS NULL" : "";
                  return "(CASE WHEN " + separator + " IS NULL OR " + a[0] + " IS NULL" + no_replacement +
                         " THEN NULL ELSE coalesce(" + joined + ", '') END)";
                }}),
      array_row("sort_array", optional(signature({kArray, kBoolean}, type_of_first), 1, {"true"}),
                Lowered{sort_array_sql}),
      array_row("slice", signature({kArray, kInteger, kInteger}, type_of_first),
                value_kernel("slice"), true),
      array_row("array_insert",
                strict(with_nullable(signature({kArray, kInteger, kAny},
                                               [](Arguments a) { return a[0]->type.as_nullable(); }),
                                     [](Arguments a) { return a[0]->nullable || a[1]->nullable; })),
                value_kernel("array_insert"), true),
      shuffle_row(),
      sequence_row(),
  };
  for (Function& row : rows) row.check = check_of(row.name);
  return rows;
}

}  // namespace firesteel::functions
