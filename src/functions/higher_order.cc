// Functions that take lambdas. The analyzer binds a lambda's variables to the types that
// analyze/functions gives for the row's name; the engine prints a lambda as `lambda v1, v2: body`.
#include "base/error.h"
#include "functions/argument_check.h"
#include "functions/function_table.h"
#include "functions/nested_nulls.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

Type transformed_type(Arguments arguments) {
  return Type::array(arguments[1]->type, arguments[1]->nullable);
}

// exists and forall follow three-valued logic.
bool unknown_possible(Arguments arguments) {
  const auto* lambda = arguments[1]->as<plan::LambdaFunction>();
  return arguments[0]->nullable || !lambda || lambda->body->nullable;
}

Function row(std::string_view name, Signature s, EngineForm form, std::string_view since = "2.4.0") {
  return {.name = name,
          .since = since,
          .group = "lambda_funcs",
          .summary = "Applies a function to the elements of a collection.",
          .signatures = {std::move(s)},
          .duckdb = std::move(form)};
}

// name := value, in the text of body.
std::string let(const std::string& name, const std::string& value, const std::string& body) {
  return "list_extract(list_transform([" + value + "], lambda " + name + ": " + body + "), 1)";
}

size_t parameter_count(const plan::FunctionCall& call, size_t argument) {
  const auto* lambda = call.arguments[argument]->as<plan::LambdaFunction>();
  FIRESTEEL_CHECK(lambda, "a higher-order function without a lambda");
  return lambda->parameters.size();
}

// A second parameter is the position from 0.
Lowered element_wise(const char* list_function) {
  return Lowered{[list_function](const plan::FunctionCall& call, std::span<const std::string> a,
                                 const Type&) {
    const std::string start = std::string(list_function) + "(" + a[0] + ", ";
    if (parameter_count(call, 1) == 1) return start + a[1] + ")";
    return start + "lambda $parameter2_1, fs_p: " +
           let("$parameter2_2", "CAST(fs_p - 1 AS INTEGER)", "$body2") + ")";
  }};
}

// The accumulator and an element travel side by side, because the engine folds values of one type.
std::string fold_sql(const plan::FunctionCall&, std::span<const std::string> a, const Type&) {
  const std::string no_state = "(CASE WHEN false THEN " + a[1] + " END)";
  const std::string pairs = "list_transform(" + a[0] + ", lambda fs_x: struct_pack(s := " + no_state +
                            ", e := fs_x))";
  const std::string step = let("$parameter3_1", "fs_s.s", let("$parameter3_2", "fs_t.e", "$body3"));
  const std::string merged = "lambda fs_s, fs_t: struct_pack(s := " + step + ", e := fs_t.e)";
  const std::string start = "struct_pack(s := " + a[1] + ", e := list_extract(" + a[0] + ", 0))";
  const std::string folded = "struct_extract(list_reduce(" + pairs + ", " + merged + ", " + start + "), 's')";
  const std::string result = a.size() > 3 ? let("$parameter4_1", folded, "$body4") : folded;
  return "(CASE WHEN " + a[0] + " IS NULL THEN NULL ELSE " + result + " END)";
}

std::string zip_with_sql(const plan::FunctionCall&, std::span<const std::string> a, const Type&) {
  const std::string body = let("$parameter3_1", "list_extract(fs_a, fs_i)",
                               let("$parameter3_2", "list_extract(fs_b, fs_i)", "$body3"));
  const std::string zipped = "list_transform(range(1, greatest(len(fs_a), len(fs_b)) + 1), lambda fs_i: " + body + ")";
  return "(CASE WHEN " + a[0] + " IS NULL OR " + a[1] + " IS NULL THEN NULL ELSE " +
         let("fs_a", a[0], let("fs_b", a[1], zipped)) + " END)";
}

// The lambda, argument 2, over the entry fs_e of a map.
std::string of_entry() {
  return let("$parameter2_1", "struct_extract(fs_e, 'key')",
             let("$parameter2_2", "struct_extract(fs_e, 'value')", "$body2"));
}

Type entries_of(const Type& map) {
  return Type::array(Type::structure({{"key", map.key(), true, {}}, {"value", map.value(), true, {}}}));
}

// Keys that became equal are an error.
std::string transform_keys_sql(const plan::FunctionCall& call, std::span<const std::string> a,
                               const Type& result) {
  const std::string entries = "list_transform(map_entries(" + a[0] + "), lambda fs_e: struct_pack(f0 := " +
                              of_entry() + ", f1 := struct_extract(fs_e, 'value')))";
  return value_kernel_sql(map_kernel_name("map_from_entries", call), call.ansi, {entries_of(result)}, result, {entries});
}

std::string map_zip_with_sql(const plan::FunctionCall& call, std::span<const std::string> a,
                             const Type& result) {
  const Type& left = call.arguments[0]->type;
  const Type& right = call.arguments[1]->type;
  const Type rows = Type::array(Type::structure({{"k", left.key(), true, {}},
                                                 {"a", left.value(), true, {}},
                                                 {"b", right.value(), true, {}}}));
  const std::string zipped = value_kernel_sql("map_zip", call.ansi, {left, right}, rows, {a[0], a[1]});
  const std::string body =
      let("$parameter3_1", "struct_extract(fs_e, 'f0')",
          let("$parameter3_2", "struct_extract(fs_e, 'f1')",
              let("$parameter3_3", "struct_extract(fs_e, 'f2')", "$body3")));
  const std::string entries = "list_transform(" + zipped +
                              ", lambda fs_e: struct_pack(f0 := struct_extract(fs_e, 'f0'), f1 := " +
                              body + "))";
  return value_kernel_sql("map_from_entries", call.ansi, {entries_of(result)}, result, {entries});
}

// The order that Spark puts in where there is none of the user's.
void check_order(const plan::FunctionCall& call) {
  if (call.arguments.size() > 1 || !call.arguments[0]->type.is(TypeKind::kArray)) return;
  const Type& element = call.arguments[0]->type.element();
  if (element.is_orderable() || element.is(TypeKind::kNull)) return;
  throw SparkError("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
                   {{"functionName", "`<`"},
                    {"dataType", "\"" + element.sql() + "\""},
                    {"sqlExpr", "\"(namedlambdavariable() < namedlambdavariable())\""}});
}

// The numbers of a sort's state from position `begin` to `end`.
std::string state_part(const std::string& begin, const std::string& end) {
  return "list_slice(fs_s, " + begin + ", " + end + ")";
}

// The comparison is made for all pairs that a round of the sort asks for, and the sort goes on with the
// answers (functions/kernel/comparison_sort.h). A null counts only where the sort needs that pair.
std::string sort_sql(const plan::FunctionCall& call, std::span<const std::string> a, const Type& type) {
  if (a.size() == 1 && type.is(TypeKind::kArray) && orders_nulls_within(type.element())) {
    return value_kernel_sql("array_sort", call.ansi, {call.arguments[0]->type}, type, {a[0]});
  }
  if (a.size() == 1) return "list_sort(" + a[0] + ", 'ASC', 'NULLS LAST')";
  const std::string order = "coalesce(CAST($body2 AS BIGINT), 4294967296)";
  const std::string comparison =
      let("$parameter2_1", "list_extract(fs_l, (fs_p >> 32) + 1)",
          let("$parameter2_2", "list_extract(fs_l, (fs_p & 4294967295) + 1)", order));
  const std::string pairs = state_part("len(fs_s) - list_extract(fs_s, 1) + 1", "len(fs_s)");
  const std::string round = "fs_sort_round(fs_s, list_transform(" + pairs + ", lambda fs_p: " + comparison + "))";
  const std::string begin = "[0, len(fs_l)]";
  const std::string rounds = "list_transform(range(fs_sort_rounds(len(fs_l))), lambda fs_i: CAST([] AS BIGINT[]))";
  const std::string state = "list_reduce(" + rounds + ", lambda fs_s, fs_t: " + round + ", " + begin + ")";
  std::string sorted = "list_select(fs_l, fs_sort_places(fs_s))";
  if (call.arguments[1]->nullable) {
    const Type& result = call.arguments[1]->type;
    const std::string failure =
        value_kernel_sql("comparison", call.ansi, {result, type.element(), type.element()}, result,
                         {"NULL", "list_extract(fs_l, list_extract(fs_sort_null_pair(fs_s), 1))",
                          "list_extract(fs_l, list_extract(fs_sort_null_pair(fs_s), 2))"});
    sorted = "(CASE WHEN fs_sort_null_pair(fs_s) IS NULL OR " + failure + " IS NULL THEN " + sorted + " END)";
  }
  return "(CASE WHEN " + a[0] + " IS NULL THEN NULL ELSE " + let("fs_l", a[0], let("fs_s", state, sorted)) + " END)";
}

// Without a comparison of the user's Spark prints the one that it puts in.
std::string sort_name(const plan::FunctionCall&, std::span<const std::string> a) {
  if (a.size() == 2) return "array_sort(" + a[0] + ", " + a[1] + ")";
  const std::string v = "namedlambdavariable()";
  return "array_sort(" + a[0] + ", lambdafunction((IF(((" + v + " IS NULL) AND (" + v +
         " IS NULL)), 0, (IF((" + v + " IS NULL), 1, (IF((" + v + " IS NULL), -1, (IF((" + v + " < " + v +
         "), -1, (IF((" + v + " > " + v + "), 1, 0)))))))))), " + v + ", " + v + "))";
}

}  // namespace

Rows higher_order_functions() {
  Rows rows = {
      row("transform", with_nullable(signature({kArray, kLambda}, transformed_type),
                                     [](Arguments a) { return a[0]->nullable; }),
          element_wise("list_transform")),
      row("filter", with_nullable(signature({kArray, kLambda}, type_of_first),
                                  [](Arguments a) { return a[0]->nullable; }),
          element_wise("list_filter")),
      row("exists", with_nullable(signature({kArray, kLambda}, Type::boolean()), unknown_possible),
          Template{"(CASE WHEN $1 IS NULL THEN NULL WHEN list_contains(list_transform($1, $2), true) "
                   "THEN true WHEN len(list_transform($1, $2)) > list_count(list_transform($1, $2)) "
                   "THEN NULL ELSE false END)"}),
      row("forall", with_nullable(signature({kArray, kLambda}, Type::boolean()), unknown_possible),
          Template{"(CASE WHEN $1 IS NULL THEN NULL WHEN list_contains(list_transform($1, $2), false) "
                   "THEN false WHEN len(list_transform($1, $2)) > list_count(list_transform($1, "
                   "$2)) THEN NULL ELSE true END)"}, "3.0.0"),
      {.name = "aggregate",
       .aliases = {"reduce"},
       .since = "2.4.0",
       .group = "lambda_funcs",
       .summary = "Folds an array from a start value, then applies a last function.",
       .signatures = {with_nullable(optional(signature({kArray, kAny, kLambda, kLambda},
                                                       [](Arguments a) { return a.size() > 3 ? a[3]->type : a[1]->type; }),
                                             1),
                                    // Without a last function the fold's own value may be null.
                                    [](Arguments a) { return a.size() < 4 || a[0]->nullable || a[3]->nullable; })},
       .duckdb = Lowered{fold_sql},
       .print = [](const plan::FunctionCall& call, std::span<const std::string> a) {
         std::string text = call.display_name == "reduce" ? "reduce(" : "aggregate(";
         for (size_t i = 0; i < a.size(); ++i) text += (i ? ", " : "") + a[i];
         if (a.size() == 3) text += ", lambdafunction(namedlambdavariable(), namedlambdavariable())";
         return text + ")";
       }},
      row("zip_with",
          with_nullable(signature({kArray, kArray, kLambda},
                                  [](Arguments a) { return Type::array(a[2]->type, a[2]->nullable); }),
                        [](Arguments a) { return a[0]->nullable || a[1]->nullable; }),
          Lowered{zip_with_sql}),
      row("transform_keys",
          with_nullable(signature({kMap, kLambda},
                                  [](Arguments a) {
                                    return Type::map(a[1]->type, a[0]->type.value(),
                                                     a[0]->type.value_contains_null());
                                  }),
                        [](Arguments a) { return a[0]->nullable; }),
          Lowered{transform_keys_sql}, "3.0.0"),
      row("transform_values",
          with_nullable(signature({kMap, kLambda},
                                  [](Arguments a) {
                                    return Type::map(a[0]->type.key(), a[1]->type, a[1]->nullable);
                                  }),
                        [](Arguments a) { return a[0]->nullable; }),
          Lowered{[](const plan::FunctionCall&, std::span<const std::string> a, const Type&) {
            return "map_from_entries(list_transform(map_entries(" + a[0] +
                   "), lambda fs_e: row(struct_extract(fs_e, 'key'), " + of_entry() + ")))";
          }},
          "3.0.0"),
      row("map_filter",
          with_nullable(signature({kMap, kLambda}, type_of_first),
                        [](Arguments a) { return a[0]->nullable; }),
          Lowered{[](const plan::FunctionCall&, std::span<const std::string> a, const Type&) {
            return "map_from_entries(list_filter(map_entries(" + a[0] + "), lambda fs_e: " + of_entry() + "))";
          }},
          "3.0.0"),
      row("map_zip_with",
          with_nullable(signature({kMap, kMap, kLambda},
                                  [](Arguments a) {
                                    return Type::map(a[0]->type.key(), a[2]->type, a[2]->nullable);
                                  }),
                        [](Arguments a) { return a[0]->nullable || a[1]->nullable; }),
          Lowered{map_zip_with_sql}, "3.0.0"),
      row("array_sort", with_nullable(optional(signature({kArray, kLambda}, type_of_first), 1),
                                      [](Arguments a) { return a[0]->nullable; }),
          Lowered{sort_sql}),
  };
  rows.back().print = sort_name;
  for (Function& one : rows) {
    if (takes_predicate(one.name)) one.check = check_predicate;
    if (one.name == "array_sort") one.check = check_order;
  }
  return rows;
}

}  // namespace firesteel::functions
