#include <cmath>
#include <optional>

#include "base/error.h"
#include "functions/argument_check.h"
#include "functions/foldable.h"
#include "functions/function_table.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

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

// The product of the deviations divides: where it is zero the outcome is an error under ANSI, otherwise null.
Function correlation() {
  const auto with = [](const char* undefined) {
    return std::string("(CASE WHEN regr_count($1, $2)$suffix < 2 THEN NULL WHEN regr_sxx($1, $2)$suffix * "
                       "regr_syy($1, $2)$suffix = 0 THEN ") + undefined + " ELSE fs_comoment('$mergedcorr', $2, $1)$suffix END)";
  };
  static const std::string ansi = with("fs_fail_divide_by_zero()");
  static const std::string legacy = with("NULL");
  Function row = pair("corr", {});
  row.duckdb = Template{ansi, legacy};
  row.may_fail = true;
  return row;
}

// RegrSlope and RegrIntercept: null where the independent column does not vary.
constexpr const char* kSlope =
    "(fs_comoment('$mergedregr_sxy', $1, $2)$suffix / "
    "nullif(fs_moment('$mergedsum_of_squares', CASE WHEN $1 IS NOT NULL THEN $2 END)$suffix, 0))";
constexpr const char* kIntercept =
    "(fs_comoment('$mergedy_mean', $1, $2)$suffix - fs_comoment('$mergedregr_sxy', $1, $2)$suffix / "
    "nullif(fs_moment('$mergedsum_of_squares', CASE WHEN $1 IS NOT NULL THEN $2 END)$suffix, 0) * fs_comoment('$mergedx_mean', $1, $2)$suffix)";

Type whole_interval(const Type& interval) {
  if (interval.is(TypeKind::kYearMonthInterval)) return Type::year_month_interval();
  return interval.is(TypeKind::kDayTimeInterval) ? Type::day_time_interval() : interval;
}

// Percentiles of numbers are doubles, of intervals intervals of all fields; several fractions give an array.
Type percentile_of(const Type& value, const Type& fractions) {
  const Type one = value.is_interval() ? whole_interval(value) : Type::double_number();
  return fractions.is(TypeKind::kArray) ? Type::array(one, false) : one;
}

Type percentile_type(Arguments arguments) {
  return percentile_of(arguments[0]->type, arguments[1]->type);
}

// The fractions as doubles, whatever they were written as.
std::string fractions_sql(const Type& type, const std::string& sql) {
  return "CAST(" + sql + (type.is(TypeKind::kArray) ? " AS DOUBLE[])" : " AS DOUBLE)");
}
Type fractions_type(const Type& type) {
  return type.is(TypeKind::kArray) ? Type::array(Type::double_number()) : Type::double_number();
}

// The values of the group in one list, which a kernel takes.
std::string list_kernel(std::string_view kernel, const plan::FunctionCall& call, const Type& value,
                        const std::string& list, const Type& result,
                        std::vector<std::pair<Type, std::string>> more) {
  std::vector<Type> types = {Type::array(value)};
  std::vector<std::string> texts = {list};
  for (auto& [type, text] : more) {
    types.push_back(type);
    texts.push_back(std::move(text));
  }
  return value_kernel_sql(kernel, call.ansi, types, result, texts);
}

std::string percentile_sql(const plan::FunctionCall& call, std::span<const std::string> a,
                           const Type& result) {
  const Type& value = call.arguments[0]->type;
  const Type& fractions = call.arguments[1]->type;
  const std::pair<Type, std::string> wanted = {fractions_type(fractions), fractions_sql(fractions, a[1])};
  if (a.size() > 2) {
    const Type pair = Type::structure({{"v", value, true, {}}, {"n", Type::long_integer(), true, {}}});
    return list_kernel("weighted_percentile", call, pair,
                       "list(struct_pack(f0 := " + a[0] + ", f1 := CAST(" + a[2] + " AS BIGINT)))$suffix",
                       result, {wanted});
  }
  return list_kernel("percentile", call, value, "list($distinct" + a[0] + ")$suffix", result,
                     {wanted, {Type::boolean(), "false"}, {Type::boolean(), "false"}});
}

// WITHIN GROUP (ORDER BY value): the value is the key of the order.
Lowered ordered_percentile(bool takes_step) {
  return Lowered{[takes_step](const plan::FunctionCall& call, std::span<const std::string> a,
                              const Type& result) {
    const auto& order = std::get<plan::SortOrder>(call.order_by.at(0)->node);
    const Type& fractions = call.arguments[0]->type;
    return list_kernel("percentile", call, order.child->type, "list($distinct$key)$suffix", result,
                       {{fractions_type(fractions), fractions_sql(fractions, a[0])},
                        {Type::boolean(), order.is_ascending ? "false" : "true"},
                        {Type::boolean(), takes_step ? "true" : "false"}});
  }};
}

// Integers and intervals interpolate as doubles; the order's key tells nothing to the signature, so
// that the result is a double.
Function within_group(std::string_view name, bool takes_step) {
  return {.name = name,
          .since = "4.0.0",
          .group = "agg_funcs",
          .summary = "The percentile of the values that the order names.",
          .kind = FunctionKind::kAggregate,
          .signatures = {signature({kAny},
                                   [](Arguments a) {
                                     return percentile_of(Type::double_number(), a[0]->type);
                                   },
                                   Nulls::kAlways)},
          .duckdb = ordered_percentile(takes_step)};
}

Type approximate_type(Arguments arguments) {
  const Type& type = arguments[0]->type;
  return arguments[1]->type.is(TypeKind::kArray) ? Type::array(type, false) : type;
}

std::string approximate_percentile_sql(const plan::FunctionCall& call, std::span<const std::string> a,
                                       const Type& result) {
  const Type& fractions = call.arguments[1]->type;
  const Type& value = call.arguments[0]->type;
  return value_aggregate_sql("percentile_approx", call,
                             {value, fractions_type(fractions), Type::long_integer()}, result,
                             {a[0], fractions_sql(fractions, a[1]), "CAST(" + a[2] + " AS BIGINT)"});
}

// Among equally frequent values: the least for the deterministic forms, any otherwise.
std::string mode_sql(const plan::FunctionCall& call, std::span<const std::string> a,
                     const Type& result) {
  const bool has_order = !call.order_by.empty();
  const plan::Literal* flag = a.size() > 1 ? literal(call.arguments[1]) : nullptr;
  const bool* is_deterministic = flag ? std::get_if<bool>(&flag->value) : nullptr;
  if (!has_order && (!is_deterministic || !*is_deterministic)) return "mode($1)$suffix";
  const Type& type = has_order ? call.order_by[0]->type : call.arguments[0]->type;
  const bool takes_last = has_order && !std::get<plan::SortOrder>(call.order_by[0]->node).is_ascending;
  return list_kernel("mode", call, type, "list($distinct" + (has_order ? std::string("$key") : a[0]) + ")$suffix",
                     result, {{Type::string(), takes_last ? "'last'" : "'first'"}});
}

std::string mode_name(const plan::FunctionCall&, std::span<const std::string> a) {
  if (a.size() < 2 || a[1] == "false") return "mode(" + (a.empty() ? "" : a[0]) + ")";
  return "mode() WITHIN GROUP (ORDER BY " + a[0] + " DESC)";
}

// Percentages are constants between 0 and 1.
void check_percentage(const plan::FunctionCall& call, size_t index) {
  const ExpressionPtr& argument = call.arguments[index];
  if (!is_foldable(argument)) {
    throw ArgumentMismatch{"NON_FOLDABLE_INPUT", {{"inputName", "`percentage`"}, {"inputType", "\"DOUBLE\""}}, index};
  }
  const plan::Literal* constant = literal(argument);
  if (constant && constant->is_null()) throw ArgumentMismatch{"UNEXPECTED_NULL", {{"exprName", "percentage"}}, std::nullopt};
  std::vector<ExpressionPtr> fractions = {argument};
  if (const auto* list = argument->as<plan::FunctionCall>(); list && list->function->name == "array") fractions = list->arguments;
  if (const auto* list = constant ? std::get_if<std::shared_ptr<const plan::Literal::Elements>>(&constant->value) : nullptr) {
    fractions.clear();
    for (const plan::Literal& element : **list) fractions.push_back(plan::make_literal(element));
  }
  std::string shown;
  bool is_outside = false;
  for (const ExpressionPtr& fraction : fractions) {
    const auto number = constant_number(fraction);
    if (!number) return;
    is_outside = is_outside || *number < 0 || *number > 1;
    if (!shown.empty()) shown += ",";
    kernel::append_double(*number, shown);
    shown += "D";
  }
  if (!is_outside) return;
  throw ArgumentMismatch{"VALUE_OUT_OF_RANGE",
                         {{"exprName", "percentage"}, {"valueRange", "[0.0, 1.0]"}, {"currentValue", shown}},
                         std::nullopt};
}

// The fraction is a double or an array of doubles.
void check_fraction(const plan::FunctionCall& call) {
  check_no_calendar_interval(call, "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\")");
  const Type& type = call.arguments[1]->type;
  if (!are_fractions(type)) {
    const bool is_estimate = call.function->name == "percentile_approx";
    throw_unexpected_type(1, is_estimate ? "(\"DOUBLE\" or \"ARRAY<DOUBLE>\")"
                             : type.is(TypeKind::kArray) ? "\"ARRAY<DOUBLE>\""
                                                         : "\"DOUBLE\"");
  }
  check_percentage(call, 1);
  if (call.function->name == "percentile" && call.arguments.size() > 2) {
    const ExpressionPtr* written = &call.arguments[2];
    while (const auto* cast = (*written)->as<plan::Cast>()) {
      if (cast->is_user_specified) break;
      written = &cast->child;
    }
    const Type& frequency = (*written)->type;
    if (!frequency.is_integral() && !frequency.is(TypeKind::kNull)) throw_unexpected_type(2, "\"INTEGRAL\"");
  }
}

// HyperLogLogPlusPlus: the deviation is a literal, and four bits at least address the registers.
void check_deviation(const plan::FunctionCall& call) {
  if (call.arguments.size() < 2) return;
  const double value = constant_number(call.arguments[1]).value_or(0);
  // More than 25 bits are more registers than a group can pay for.
  constexpr double kLeast = 1.106 / 5792.7;
  constexpr double kMost = 1.106 / 2.8284271247461903;
  if (!(value >= kLeast && value < kMost)) {
    throw SparkError("FAILED_FUNCTION_CALL", {{"funcName", "`approx_count_distinct`"}});
  }
}

void check_median(const plan::FunctionCall& call) {
  check_no_calendar_interval(call, "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\")");
}

// percentile_cont() and its kin have their value in the order.
void check_order(const plan::FunctionCall& call) {
  const bool is_mode = call.function->name == "mode";
  if (call.order_by.empty() && (!is_mode || call.arguments.empty())) {
    throw SparkError("INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING",
                     {{"funcName", "`" + std::string(call.function->name) + "`"}});
  }
  if (!is_mode) check_percentage(call, 0);
}

void check_bins(const plan::FunctionCall& call) {
  if (call.arguments[0]->type.is(TypeKind::kCalendarInterval)) {
    throw_unexpected_type(0, "(\"NUMERIC\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")");
  }
  check_constant(call, 1, "nb", "INT");
  check_range(call, 1, "nb", 2, INT32_MAX, "[2, 2147483647]");
}

// DataFrame.freqItems gives a constant.
void check_size(const plan::FunctionCall& call) {
  check_constant(call, 1, "size", "INT");
  const plan::Literal* size = literal(call.arguments[1]);
  if (size == nullptr || size->is_null()) throw_unexpected_type(1, "\"INT\"");
  check_range(call, 1, "size", 1, INT32_MAX, "(0, 2147483647]");
}

void check_delimiter(const plan::FunctionCall& call) { check_constant(call, 1, "delimiter", "STRING"); }

std::function<void(const plan::FunctionCall&)> check_of(std::string_view name) {
  if (name == "percentile") return check_fraction;
  if (name == "percentile_approx") return check_fraction;
  if (name == "approx_count_distinct") return check_deviation;
  if (name == "median") return check_median;
  if (name == "mode" || name.starts_with("percentile_")) return check_order;
  if (name == "listagg") return check_delimiter;
  if (name == "collect frequent items") return check_size;
  if (name == "histogram_numeric") return check_bins;
  return {};
}

Type histogram_type(Arguments arguments) {
  return Type::array(Type::structure({{"x", arguments[0]->type, true, {}},
                                      {"y", Type::double_number(), true, {}}}),
                     true);
}

Function on_list(std::string_view name, std::vector<std::string_view> aliases, Signature s, Lowered form) {
  return {.name = name,
          .aliases = std::move(aliases),
          .since = "3.3.0",
          .group = "agg_funcs",
          .summary = "Computed from all values of the group.",
          .kind = FunctionKind::kAggregate,
          .signatures = {std::move(s)},
          .duckdb = std::move(form)};
}

std::string approximate_count_sql(const plan::FunctionCall& call, std::span<const std::string> a,
                                  const Type& result) {
  const std::string hash = "CASE WHEN " + a[0] + " IS NULL THEN NULL ELSE fs_xxhash64(" + a[0] + ") END";
  return value_aggregate_sql(
      "approx_count_distinct", call, {Type::long_integer(), Type::double_number()}, result,
      {hash, a.size() > 1 ? "CAST(" + a[1] + " AS DOUBLE)" : "0.05::DOUBLE"});
}

// Texts once each, in the order of the values that they were cast from: DuckDB orders distinct values by themselves only.
std::string distinct_in_order(const plan::FunctionCall& call, const std::string& text) {
  const bool is_ascending = std::get<plan::SortOrder>(call.order_by[0]->node).is_ascending;
  const std::string pairs = "list(DISTINCT struct_pack(f0 := $key, f1 := " + text + "))$suffix";
  const std::string present = "list_filter(" + pairs + ", lambda fs_x: fs_x.f1 IS NOT NULL)";
  return "list_transform(list_sort(" + present + (is_ascending ? ", 'ASC'" : ", 'DESC'") + "), lambda fs_x: fs_x.f1)";
}

// listagg(text[, delimiter]); a list keeps the order that WITHIN GROUP asks for.
std::string joined_sql(const plan::FunctionCall& call, std::span<const std::string> a,
                       const Type& result) {
  const Type& type = call.arguments[0]->type;
  if (call.is_distinct && !call.order_by.empty() && call.arguments[0]->as<plan::Cast>()) {
    return list_kernel("join_list", call, type, distinct_in_order(call, a[0]), result, {{type, a[1]}});
  }
  return list_kernel("join_list", call, type, "list($distinct" + a[0] + "$order)$suffix", result,
                     {{type, a[1]}});
}

Function bitmap(std::string_view name, Accepts accepts, const char* kernel, const char* empty) {
  Function f = on_list(name, {}, strict(signature({accepts}, Type::binary(), Nulls::kNever), accepts == kBinary ? kAllPlaces : 0), {});
  const std::string text(kernel);
  f.duckdb = Lowered{[text, empty](const plan::FunctionCall& call, std::span<const std::string> a,
                                   const Type& result) {
    return list_kernel(text, call, call.arguments[0]->type,
                       "coalesce(list(" + a[0] + ")$suffix, " + empty + ")", result, {});
  }};
  return f;
}

}  // namespace

Rows statistical_aggregate_functions() {
  Rows rows = {
      moment("stddev_samp", {"stddev", "std"}, "fs_moment($distinct'$mergedstddev_samp', $1)$suffix"),
      moment("stddev_pop", {}, "fs_moment($distinct'$mergedstddev_pop', $1)$suffix"),
      moment("var_samp", {"variance"}, "fs_moment($distinct'$mergedvar_samp', $1)$suffix"),
      moment("var_pop", {}, "fs_moment($distinct'$mergedvar_pop', $1)$suffix"),
      moment("skewness", {}, "fs_moment($distinct'$mergedskewness', $1)$suffix"),
      moment("kurtosis", {}, "fs_moment($distinct'$mergedkurtosis', $1)$suffix"),
      correlation(),
      pair("covar_pop", "fs_comoment('$mergedcovar_pop', $2, $1)$suffix"),
      pair("covar_samp", "fs_comoment('$mergedcovar_samp', $2, $1)$suffix"),
      pair("regr_count", "CAST(regr_count($1, $2)$suffix AS BIGINT)", Type::long_integer(),
           Nulls::kNever),
      pair("regr_intercept", kIntercept),
      pair("regr_r2", "fs_comoment('$mergedregr_r2', $1, $2)$suffix"),
      pair("regr_slope", kSlope),
      pair("regr_sxx", "fs_moment('$mergedsum_of_squares', CASE WHEN $1 IS NOT NULL THEN $2 END)$suffix"),
      pair("regr_sxy", "fs_comoment('$mergedregr_sxy', $2, $1)$suffix"),
      pair("regr_syy", "fs_moment('$mergedsum_of_squares', CASE WHEN $2 IS NOT NULL THEN $1 END)$suffix"),
      {.name = "median",
       .since = "3.4.0",
       .group = "agg_funcs",
       .summary = "The middle value, interpolated.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({kDouble}, Type::double_number(), Nulls::kAlways),
                      signature({kInterval}, [](Arguments a) { return whole_interval(a[0]->type); }, Nulls::kAlways)},
       .duckdb = Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a,
                            const Type& result) {
         if (result.is(TypeKind::kDouble)) return std::string("quantile_cont($distinct$1, 0.5)$suffix");
         return list_kernel("percentile", call, call.arguments[0]->type, "list($distinct" + a[0] + ")$suffix",
                            result, {{Type::double_number(), "0.5::DOUBLE"}, {Type::boolean(), "false"}, {Type::boolean(), "false"}});
       }}},
      {.name = "mode",
       .since = "3.4.0",
       .group = "agg_funcs",
       .summary = "The value that is most frequent.",
       .kind = FunctionKind::kAggregate,
       .signatures = {optional(signature({kAny, kBoolean}, type_of_first, Nulls::kAlways), 1)},
       .duckdb = Lowered{mode_sql},
       .is_order_dependent = true,
       .print = mode_name},
      {.name = "percentile",
       .since = "2.1.0",
       .group = "agg_funcs",
       .summary = "The exact percentile, interpolated, of one fraction or several.",
       .kind = FunctionKind::kAggregate,
       .signatures = {optional(signature({kDouble, kAny, kLong}, percentile_type, Nulls::kAlways), 1),
                      optional(signature({kInterval, kAny, kLong}, percentile_type, Nulls::kAlways), 1)},
       .duckdb = Lowered{percentile_sql},
       .print = [](const plan::FunctionCall&, std::span<const std::string> a) {
         return "percentile(" + a[0] + ", " + a[1] + ", " + (a.size() > 2 ? a[2] : "1") + ")";
       }},
      within_group("percentile_cont", false),
      within_group("percentile_disc", true),
      {.name = "percentile_approx",
       .aliases = {"approx_percentile"},
       .since = "2.1.0",
       .group = "agg_funcs",
       .summary = "A value of the group near the percentile, of one fraction or several.",
       .kind = FunctionKind::kAggregate,
       .signatures = {optional(signature({kNumeric, kAny, kLong}, approximate_type, Nulls::kAlways), 1,
                               {"10000"}),
                      optional(signature({kInterval, kAny, kLong}, approximate_type, Nulls::kAlways), 1,
                               {"10000"}),
                      optional(signature({kDateOrTimestamp, kAny, kLong}, approximate_type, Nulls::kAlways),
                               1, {"10000"})},
       .duckdb = Lowered{approximate_percentile_sql}},
      {.name = "approx_count_distinct",
       .since = "1.6.0",
       .group = "agg_funcs",
       .summary = "An estimate of the number of distinct values.",
       .kind = FunctionKind::kAggregate,
       .signatures = {optional(signature({kAny, kDouble}, Type::long_integer(), Nulls::kNever), 1)},
       .duckdb = Lowered{approximate_count_sql},
       .print = [](const plan::FunctionCall&, std::span<const std::string> a) {
         return "approx_count_distinct(" + a[0] + ")";
       }},
      // DataFrame.freqItems alone calls it, with a constant.
      {.name = "collect frequent items",
       .since = "4.0.0",
       .group = "agg_funcs",
       .summary = "The values of the group that may be frequent, at most as many as the second argument says.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({kAny, kInteger}, array_of_first, Nulls::kNever)},
       .duckdb = Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
         return value_aggregate_sql("collect_frequent_items", call,
                                    {call.arguments[0]->type, Type::integer()}, result, {a[0], a[1]});
       }}},
      on_list("histogram_numeric", {}, signature({kNumeric, kInteger}, histogram_type, Nulls::kAlways),
              Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
                const Type& type = call.arguments[0]->type;
                const bool is_decimal = type.is(TypeKind::kDecimal);
                return list_kernel("histogram_numeric", call, is_decimal ? Type::double_number() : type,
                                   is_decimal ? "list(CAST(" + a[0] + " AS DOUBLE))$suffix" : "list(" + a[0] + ")$suffix",
                                   result, {{Type::integer(), a[1]}});
              }}),
      on_list("listagg", {"string_agg"},
              optional(signature({kStringOrBinary, kStringOrBinary}, type_of_first, Nulls::kAlways), 1, {"NULL"}),
              Lowered{joined_sql}),
      bitmap("bitmap_construct_agg", kLong, "bitmap_construct", "CAST([] AS BIGINT[])"),
      bitmap("bitmap_or_agg", kBinary, "bitmap_or", "CAST([] AS BLOB[])"),
      bitmap("bitmap_and_agg", kBinary, "bitmap_and", "CAST([] AS BLOB[])"),
  };
  for (Function& row : rows) {
    if (row.name != "listagg") continue;
    row.is_order_dependent = true;
    row.print = [](const plan::FunctionCall& call, std::span<const std::string> a) {
      const std::string name = 
          call.display_name == "string_agg" && call.order_by.empty() ? "string_agg(" : "listagg(";
      return name + std::string(call.is_distinct ? "DISTINCT " : "") + a[0] + ", " + a[1] + ")";
    };
  }
  // mode() WITHIN GROUP (ORDER BY value) has no argument.
  for (Function& row : rows) {
    row.check = check_of(row.name);
    if (row.name == "mode") row.signatures.push_back(signature({}, Type::null(), Nulls::kAlways));
    if (row.name != "histogram_numeric") continue;
    for (const Accepts kind : {kDateOrTimestamp, kInterval}) row.signatures.push_back(signature({kind, kInteger}, histogram_type, Nulls::kAlways));
  }
  return rows;
}

}  // namespace firesteel::functions
