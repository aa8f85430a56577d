// The functions of Spark that no engine runs. Their rows say why; a call of one is
// UNSUPPORTED_FEATURE.FUNCTION with that reason.
#include "base/error.h"
#include "functions/function_table.h"
#include "functions/row.h"

namespace firesteel::functions {

namespace {

void add(Rows& rows, std::string_view group, std::string_view reason,
         std::initializer_list<std::string_view> names) {
  for (std::string_view name : names) {
    Function row;
    row.name = name;
    row.group = group;
    row.summary = "Not supported.";
    row.signatures = {variadic(signature({kAny}, Type::null(), Nulls::kAlways), true)};
    row.duckdb = No{reason};
    row.check = [name, reason](const plan::FunctionCall&) {
      throw_unsupported("FUNCTION", std::string(name) + ": " + std::string(reason));
    };
    rows.push_back(std::move(row));
  }
}

}  // namespace

Rows unsupported_functions() {
  Rows rows;
  add(rows, "misc_funcs", "no XML library is linked",
      {"xpath", "xpath_boolean", "xpath_double", "xpath_float", "xpath_int", "xpath_long",
       "xpath_number", "xpath_short", "xpath_string", "from_xml", "to_xml", "schema_of_xml"});
  add(rows, "variant_funcs", "the variant type is not built yet",
      {"parse_json", "try_parse_json", "is_variant_null", "is_valid_variant",
       "schema_of_variant", "schema_of_variant_agg", "to_variant_object", "variant_get",
       "try_variant_get"});
  add(rows, "sketch_funcs", "Apache DataSketches are not linked",
      {"hll_sketch_agg", "hll_sketch_estimate", "hll_union", "hll_union_agg",
       "kll_merge_agg_bigint", "kll_merge_agg_double", "kll_merge_agg_float",
       "kll_sketch_agg_bigint", "kll_sketch_agg_double", "kll_sketch_agg_float",
       "kll_sketch_get_n_bigint", "kll_sketch_get_n_double", "kll_sketch_get_n_float",
       "kll_sketch_get_quantile_bigint", "kll_sketch_get_quantile_double",
       "kll_sketch_get_quantile_float", "kll_sketch_get_rank_bigint",
       "kll_sketch_get_rank_double", "kll_sketch_get_rank_float", "kll_sketch_merge_bigint",
       "kll_sketch_merge_double", "kll_sketch_merge_float", "kll_sketch_to_string_bigint",
       "kll_sketch_to_string_double", "kll_sketch_to_string_float", "theta_difference",
       "theta_intersection", "theta_intersection_agg", "theta_sketch_agg",
       "theta_sketch_estimate", "theta_union", "theta_union_agg", "tuple_difference_double",
       "tuple_difference_integer", "tuple_difference_theta_double",
       "tuple_difference_theta_integer", "tuple_intersection_agg_double",
       "tuple_intersection_agg_integer", "tuple_intersection_double",
       "tuple_intersection_integer", "tuple_intersection_theta_double",
       "tuple_intersection_theta_integer", "tuple_sketch_agg_double",
       "tuple_sketch_agg_integer", "tuple_sketch_estimate_double",
       "tuple_sketch_estimate_integer", "tuple_sketch_summary_double",
       "tuple_sketch_summary_integer", "tuple_sketch_theta_double",
       "tuple_sketch_theta_integer", "tuple_union_agg_double", "tuple_union_agg_integer",
       "tuple_union_double", "tuple_union_integer", "tuple_union_theta_double",
       "tuple_union_theta_integer", "approx_top_k", "approx_top_k_accumulate",
       "approx_top_k_combine", "approx_top_k_estimate"});
  add(rows, "misc_funcs", "no library for encryption is linked",
      {"aes_encrypt", "aes_decrypt", "try_aes_decrypt"});
  add(rows, "misc_funcs", "there is no Java virtual machine",
      {"java_method", "reflect", "try_reflect"});
  add(rows, "st_funcs", "the types for geography and geometry are not built yet",
      {"st_asbinary", "st_geogfromwkb", "st_geomfromwkb", "st_setsrid", "st_srid"});
  add(rows, "misc_funcs", "not built yet",
      {"session_window", "window_time", "time_bucket", "randstr", "count_min_sketch", "collate"});
  return rows;
}

}  // namespace firesteel::functions
