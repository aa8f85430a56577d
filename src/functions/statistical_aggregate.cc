#include "functions/function_table.h"
#include "functions/row.h"

namespace firesteel::functions {

namespace {

// Central moments of one column. Spark gives null for a sample of one row; ANSI changes nothing.
Function moment(std::string_view name, std::vector<std::string_view> aliases, std::string_view sql) {
  return {.name = name,
          .aliases = std::move(aliases),
          .since = "1.6.0",
          .group = "agg_funcs",
          .summary = "A measure of the spread of the group's numbers.",
          .kind = FunctionKind::kAggregate,
          .signatures = {signature({kDouble}, Type::double_number(), Nulls::kAlways)},
          .duckdb = Template{sql}};
}

Function pair(std::string_view name, std::string_view sql, Type result = Type::double_number(),
              Nulls nulls = Nulls::kAlways) {
  return {.name = name,
          .since = "2.0.0",
          .group = "agg_funcs",
          .summary = "A measure of how two columns go together.",
          .kind = FunctionKind::kAggregate,
          .signatures = {signature({kDouble, kDouble}, std::move(result), nulls)},
          .duckdb = Template{sql}};
}

Type percentile_type(Arguments arguments) {
  return arguments[1]->type.is(TypeKind::kArray) ? Type::array(Type::double_number(), false)
                                                 : Type::double_number();
}

}  // namespace

Rows statistical_aggregate_functions() {
  return {
      moment("stddev_samp", {"stddev", "std"}, "stddev_samp($distinct$1)$suffix"),
      moment("stddev_pop", {}, "stddev_pop($distinct$1)$suffix"),
      moment("var_samp", {"variance"}, "var_samp($distinct$1)$suffix"),
      moment("var_pop", {}, "var_pop($distinct$1)$suffix"),
      moment("skewness", {}, "fs_skewness($distinct$1)$suffix"),
      moment("kurtosis", {}, "fs_kurtosis($distinct$1)$suffix"),
      pair("corr", "corr($1, $2)$suffix"),
      pair("covar_pop", "covar_pop($1, $2)$suffix"),
      pair("covar_samp", "covar_samp($1, $2)$suffix"),
      pair("regr_avgx", "regr_avgx($1, $2)$suffix"),
      pair("regr_avgy", "regr_avgy($1, $2)$suffix"),
      pair("regr_count", "CAST(regr_count($1, $2)$suffix AS BIGINT)", Type::long_integer(),
           Nulls::kNever),
      pair("regr_intercept", "regr_intercept($1, $2)$suffix"),
      pair("regr_r2", "regr_r2($1, $2)$suffix"),
      pair("regr_slope", "regr_slope($1, $2)$suffix"),
      pair("regr_sxx", "regr_sxx($1, $2)$suffix"),
      pair("regr_sxy", "regr_sxy($1, $2)$suffix"),
      pair("regr_syy", "regr_syy($1, $2)$suffix"),
      {.name = "median",
       .since = "3.4.0",
       .group = "agg_funcs",
       .summary = "The middle value, interpolated.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({kDouble}, Type::double_number(), Nulls::kAlways)},
       .duckdb = Template{"quantile_cont($distinct$1, 0.5)$suffix"}},
      {.name = "mode",
       .since = "3.4.0",
       .group = "agg_funcs",
       .summary = "The value that is most frequent.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({kAny}, type_of_first, Nulls::kAlways)},
       .duckdb = Template{"mode($1)$suffix"},
       .is_order_dependent = true},
      {.name = "percentile",
       .since = "2.1.0",
       .group = "agg_funcs",
       .summary = "The exact percentile, interpolated, of one fraction or several.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({kDouble, kAny}, percentile_type, Nulls::kAlways)},
       .duckdb = Template{"quantile_cont($distinct$1, $2)$suffix"},
       .print = [](const plan::FunctionCall&, std::span<const std::string> a) {
         return "percentile(" + a[0] + ", " + a[1] + ", 1)";
       }},
      {.name = "approx_count_distinct",
       .since = "1.6.0",
       .group = "agg_funcs",
       .summary = "An estimate of the number of distinct values.",
       .kind = FunctionKind::kAggregate,
       .signatures = {optional(signature({kAny, kDouble}, Type::long_integer(), Nulls::kNever), 1)},
       .duckdb = No{"Spark's HyperLogLog++ estimate is not built yet"}},
  };
}

}  // namespace firesteel::functions
