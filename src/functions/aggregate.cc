// The aggregates of everyday use. Statistical ones are in statistical_aggregate.cc.
#include <algorithm>

#include "functions/argument_check.h"
#include "functions/function_table.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

// Sum.resultType.
Type sum_type(Arguments arguments) {
  const Type& type = arguments[0]->type;
  if (type.is(TypeKind::kDecimal)) {
    return Type::decimal(std::min(38, type.precision() + 10), type.scale());
  }
  if (type.is_integral()) return Type::long_integer();
  if (type.is_interval()) return type;
  return Type::double_number();
}

Type whole_interval(Arguments arguments) {
  return arguments[0]->type.is(TypeKind::kYearMonthInterval) ? Type::year_month_interval()
                                                             : Type::day_time_interval();
}

// Average.resultType.
Type average_type(Arguments arguments) {
  const Type& type = arguments[0]->type;
  if (type.is(TypeKind::kDecimal)) {
    return Type::decimal(std::min(38, type.precision() + 4), std::min(38, type.scale() + 4));
  }
  return Type::double_number();
}

// The sum of decimals of 29 digits or more may have more than 128 bits: then DuckDB's sum(), which is faster, gives an error
// where ANSI off or a try_ wants null.
bool needs_tolerant_sum(const plan::FunctionCall& call) {
  const Type& type = call.arguments[0]->type;
  return !call.ansi && type.is(TypeKind::kDecimal) && type.precision() > 28;
}

std::string sum_of_long_decimals(const plan::FunctionCall& call, std::span<const std::string> a) {
  const Type& type = call.arguments[0]->type;
  return value_aggregate_sql("decimal_sum", call, {type}, Type::decimal(38, type.scale()), {a[0]});
}

std::string sum_sql(const plan::FunctionCall& call, std::span<const std::string> a,
                    const Type& result) {
  const std::string sum = "sum($distinct" + a[0] + ")$suffix";
  if (needs_tolerant_sum(call)) return sum_of_long_decimals(call, a);
  if (result.is(TypeKind::kDecimal) || result.is_integral() || result.is_interval()) {
    if (call.ansi || result.is_interval()) return "CAST(" + sum + " AS $type)";
    if (result.is(TypeKind::kDecimal)) return "try_cast(" + sum + " AS $type)";
    // Longs wrap around when ANSI is off; the sum itself is a 128-bit number.
    return "CAST(((" + sum + " & 18446744073709551615::HUGEINT) + 9223372036854775808::HUGEINT & "
           "18446744073709551615::HUGEINT) - 9223372036854775808::HUGEINT AS BIGINT)";
  }
  return sum;
}

std::string try_sum_sql(const plan::FunctionCall& call, std::span<const std::string> a, const Type&) {
  plan::FunctionCall tolerant = call;
  tolerant.ansi = false;
  if (needs_tolerant_sum(tolerant)) return sum_of_long_decimals(tolerant, a);
  return "try_cast(sum($distinct" + a[0] + ")$suffix AS $type)";
}

std::string average_sql(const plan::FunctionCall& call, std::span<const std::string> a,
                        const Type& result) {
  if (result.is_interval()) {
    // The sum divided, halves away from zero. The sum too is an interval and may leave its bits.
    const std::string cast = call.function->name.starts_with("try_") ? "try_cast(" : "CAST(";
    const std::string sum = cast + "sum($distinct" + a[0] + ")$suffix AS $type)::HUGEINT";
    const std::string count = "count($distinct" + a[0] + ")$suffix";
    const std::string text = "((2 * " + sum + " + sign(" + sum + ") * " + count + ") // nullif(2 * " + count + ", 0))";
    return cast + text + " AS $type)";
  }
  if (!result.is(TypeKind::kDecimal)) return "avg($distinct" + a[0] + ")$suffix";
  const Type& type = call.arguments[0]->type;
  const std::string sum_precision = std::to_string(std::min(38, type.precision() + 10));
  const std::string sum = needs_tolerant_sum(call) ? sum_of_long_decimals(call, a)
                                                     : "CAST(sum($distinct" + a[0] + ")$suffix AS DECIMAL(" + sum_precision +
                                                      "," + std::to_string(type.scale()) + "))";
  return "fs_decimal_divide(" + sum + ", CAST(nullif(count($distinct" + a[0] +
         ")$suffix, 0) AS DECIMAL(20,0)), " + std::to_string(result.precision()) + ", " +
         std::to_string(result.scale()) + ", " + (call.ansi ? "true" : "false") + ")";
}

// RegrAvgX and RegrAvgY: the average of one column over the rows that have both.
Function paired_average(std::string_view name, size_t index) {
  return {.name = name,
          .since = "3.3.0",
          .group = "agg_funcs",
          .summary = "The average of one of two columns over the rows in which neither is null.",
          .kind = FunctionKind::kAggregate,
          .signatures = {signature({kNumeric, kNumeric},
                                   index == 0 ? [](Arguments a) { return average_type(a.subspan(0, 1)); }
                                              : [](Arguments a) { return average_type(a.subspan(1, 1)); },
                                   Nulls::kAlways)},
          .duckdb = Lowered{[index](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
            plan::FunctionCall average = call;
            average.arguments = {call.arguments[index]};
            const std::string value = "CASE WHEN " + a[1 - index] + " IS NOT NULL THEN " + a[index] + " END";
            return average_sql(average, std::vector<std::string>{value}, result);
          }},
          .may_fail = true};
}

std::string try_average_sql(const plan::FunctionCall& call, std::span<const std::string> a,
                            const Type& result) {
  plan::FunctionCall tolerant = call;
  tolerant.ansi = false;
  return average_sql(tolerant, a, result);
}

// count(*) counts rows; count(a, b) counts rows in which no argument is null.
std::string count_sql(const plan::FunctionCall& call, std::span<const std::string> a, const Type&) {
  if (a.empty()) return "count(NULL)$suffix";  // Spark counts no row by no argument
  if (a.size() == 1) {
    const plan::Literal* constant = literal(call.arguments[0]);
    if (constant && !constant->is_null() && !call.is_distinct) return "count(*)$suffix";
    return "count($distinct" + a[0] + ")$suffix";
  }
  std::string condition;
  std::string row;
  for (size_t i = 0; i < a.size(); ++i) {
    condition += (i ? " AND " : "") + a[i] + " IS NOT NULL";
    row += (i ? ", " : "") + a[i];
  }
  return "count($distinctCASE WHEN " + condition + " THEN row(" + row + ") END)$suffix";
}

Type list_of_first(Arguments arguments) { return Type::array(arguments[0]->type, false); }

// first/last take the flag as a second argument or as IGNORE NULLS.
bool skips_nulls(const plan::FunctionCall& call) {
  if (call.ignore_nulls) return true;
  if (call.arguments.size() < 2) return false;
  const plan::Literal* flag = literal(call.arguments[1]);
  const bool* value = flag ? std::get_if<bool>(&flag->value) : nullptr;
  return value && *value;
}

Lowered first_like(const char* plain) {
  return Lowered{[plain](const plan::FunctionCall& call, std::span<const std::string> a,
                         const Type& result) {
    const std::string end = skips_nulls(call) ? "$ignore_nulls$suffix" : "$suffix";
    const std::string text = std::string(plain) + "(" + a[0] + "$order)" + end;
    // DuckDB's last() keeps the first of the partial results that it combines, unless the rows have an order.
    if (std::string_view(plain) != "last" || !call.order_by.empty()) return text;
    std::string group = value_aggregate_sql("last", call, {call.arguments[0]->type}, result, {a[0]});
    group.replace(group.rfind("$suffix"), std::string::npos, end);
    return text + "$otherwise" + group;
  }};
}

Function first_row(std::string_view name, std::vector<std::string_view> aliases, const char* sql) {
  return {.name = name,
          .aliases = std::move(aliases),
          .since = "2.0.0",
          .group = "agg_funcs",
          .summary = "A value of the group: the first or last one seen.",
          .kind = FunctionKind::kAggregate,
          .signatures = {optional(signature({kAny, kAny}, type_of_first, Nulls::kAlways), 1)},
          .duckdb = first_like(sql),
          .is_order_dependent = true,
          // The flag is not printed; FIRST(x) IGNORE NULLS prints as first(x).
          .print = [name](const plan::FunctionCall& call, std::span<const std::string> a) {
            const bool has_alias = !call.display_name.empty() && !call.ignore_nulls;
            return (has_alias ? call.display_name : std::string(name)) + "(" + a[0] + ")";
          }};
}

// DuckDB orders null elements otherwise than Spark.
bool holds_elements(const Type& type) { return type.is(TypeKind::kArray) || type.is(TypeKind::kStruct); }

Function extreme(std::string_view name) {
  return {.name = name,
          .since = "1.0.0",
          .group = "agg_funcs",
          .summary = "The greatest or least value of the group; NaN is greater than any number.",
          .kind = FunctionKind::kAggregate,
          .signatures = {signature({kOrderable}, type_of_first, Nulls::kAlways)},
          .duckdb = Lowered{[name](const plan::FunctionCall& call, std::span<const std::string> a,
                                   const Type& result) {
            if (!holds_elements(result)) return std::string(name) + "($distinct$1$order)$suffix";
            return value_aggregate_sql(name, call, {result}, result, {a[0]});
          }}};
}

void check_summable(const plan::FunctionCall& call) {
  check_no_calendar_interval(call, "\"NUMERIC\" or \"ANSI INTERVAL\"");
}

void check_best_count(const plan::FunctionCall& call) {
  check_constant(call, 2, "k", "INT");
  check_range(call, 2, "k", 1, 100'000, "[1, 100000]");
}

Type list_of_best(Arguments arguments) { return Type::array(arguments[0]->type, true); }

Function extreme_by(std::string_view name, std::string_view sql) {
  return {.name = name,
          .since = "3.0.0",
          .group = "agg_funcs",
          .summary = "The value of the row in which the second argument is greatest or least.",
          .kind = FunctionKind::kAggregate,
          .signatures = {signature({kAny, kOrderable}, type_of_first, Nulls::kAlways),
                         signature({kAny, kOrderable, kInteger}, list_of_best, Nulls::kAlways)},
          .duckdb = Lowered{[sql, name](const plan::FunctionCall& call, std::span<const std::string> a,
                                        const Type& result) {
            if (a.size() == 2 && holds_elements(call.arguments[1]->type)) {
              return value_aggregate_sql(name, call, {result, call.arguments[1]->type}, result, {a[0], a[1]});
            }
            // With a number: that many values, the best one first.
            // In a struct, since DuckDB leaves rows out whose value is null.
            if (a.size() == 3) {
              return "list_transform(" + std::string(sql.starts_with("arg_max") ? "arg_max" : "arg_min") +
                     "(struct_pack(f0 := $1), $2, $3)$suffix, lambda fs_x: fs_x.f0)";
            }
            return std::string(sql);
          }},
          .is_order_dependent = true,
          .check = check_best_count};
}

Function quantifier(std::string_view name, std::vector<std::string_view> aliases,
                    std::string_view sql) {
  return {.name = name,
          .aliases = std::move(aliases),
          .since = "3.0.0",
          .group = "agg_funcs",
          .summary = "Whether all or some values of the group are true.",
          .kind = FunctionKind::kAggregate,
          .signatures = {signature({kBoolean}, Type::boolean(), Nulls::kAlways)},
          .duckdb = Rename{sql}};
}

}  // namespace

Rows aggregate_functions() {
  return {
      {.name = "count",
       .since = "1.0.0",
       .group = "agg_funcs",
       .summary = "How many rows have no null in the arguments.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({}, Type::long_integer(), Nulls::kNever),
                      variadic(signature({kAny}, Type::long_integer(), Nulls::kNever))},
       .duckdb = Lowered{count_sql}},
      {.name = "count_if",
       .since = "3.0.0",
       .group = "agg_funcs",
       .summary = "How many rows satisfy the condition.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({kBoolean}, Type::long_integer(), Nulls::kNever)},
       .duckdb = Template{"count($distinctCASE WHEN $1 THEN true END)$suffix"}},
      {.name = "sum",
       .since = "1.0.0",
       .group = "agg_funcs",
       .summary = "The sum of the group.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({kNumeric}, sum_type, Nulls::kAlways),
                      signature({kInterval}, sum_type, Nulls::kAlways)},
       .duckdb = Lowered{sum_sql},
       .may_fail = true,
       .check = check_summable},
      {.name = "try_sum",
       .since = "3.3.0",
       .group = "agg_funcs",
       .summary = "The sum of the group; null when it overflows.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({kNumeric}, sum_type, Nulls::kAlways),
                      signature({kInterval}, sum_type, Nulls::kAlways)},
       .duckdb = Lowered{try_sum_sql},
       .check = check_summable},
      {.name = "try_avg",
       .since = "3.3.0",
       .group = "agg_funcs",
       .summary = "The mean of the group; null when it overflows.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({kNumeric}, average_type, Nulls::kAlways),
                      signature({kInterval}, whole_interval, Nulls::kAlways)},
       .duckdb = Lowered{try_average_sql},
       .check = check_summable},
      {.name = "avg",
       .aliases = {"mean"},
       .since = "1.0.0",
       .group = "agg_funcs",
       .summary = "The mean of the group.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({kNumeric}, average_type, Nulls::kAlways),
                      signature({kInterval}, whole_interval, Nulls::kAlways)},
       .duckdb = Lowered{average_sql},
       .may_fail = true,
       .check = check_summable},
      paired_average("regr_avgx", 1),
      paired_average("regr_avgy", 0),
      extreme("max"),
      extreme("min"),
      extreme_by("max_by", "arg_max_null($1, $2)$suffix"),
      extreme_by("min_by", "arg_min_null($1, $2)$suffix"),
      first_row("first", {"first_value"}, "first"),
      first_row("last", {"last_value"}, "last"),
      first_row("any_value", {}, "first"),
      {.name = "collect_list",
       .aliases = {"array_agg"},
       .since = "2.0.0",
       .group = "agg_funcs",
       .summary = "All values of the group that are not null.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({kAny}, list_of_first, Nulls::kNever)},
       .duckdb = Template{"coalesce(list_filter(list($distinct$1$order)$suffix, lambda fs_x: fs_x IS "
                          "NOT NULL), [])"},
       .is_order_dependent = true},
      {.name = "collect_set",
       .since = "2.0.0",
       .group = "agg_funcs",
       .summary = "The distinct values of the group that are not null.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({kAny}, list_of_first, Nulls::kNever)},
       .duckdb = Template{"coalesce(list_filter(list(DISTINCT $1)$suffix, lambda fs_x: fs_x IS NOT "
                          "NULL), [])"},
       .is_order_dependent = true,
       .check = check_no_map},
      quantifier("bool_and", {"every"}, "bool_and"),
      quantifier("bool_or", {"some", "any"}, "bool_or"),
      {.name = "bit_and",
       .since = "3.0.0",
       .group = "agg_funcs",
       .summary = "Bitwise and of the group.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({kIntegral}, type_of_first, Nulls::kAlways)},
       .duckdb = Rename{"bit_and"}},
      {.name = "bit_or",
       .since = "3.0.0",
       .group = "agg_funcs",
       .summary = "Bitwise or of the group.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({kIntegral}, type_of_first, Nulls::kAlways)},
       .duckdb = Rename{"bit_or"}},
      {.name = "bit_xor",
       .since = "3.0.0",
       .group = "agg_funcs",
       .summary = "Bitwise exclusive or of the group.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({kIntegral}, type_of_first, Nulls::kAlways)},
       .duckdb = Rename{"bit_xor"}},
      {.name = "product",
       .since = "3.2.0",
       .group = "agg_funcs",
       .summary = "The product of the group.",
       .kind = FunctionKind::kAggregate,
       .signatures = {signature({kDouble}, Type::double_number(), Nulls::kAlways)},
       .duckdb = Rename{"product"},
       .is_listed = false},
  };
}

}  // namespace firesteel::functions
