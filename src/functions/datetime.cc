#include "base/error.h"
#include "functions/argument_check.h"
#include "functions/function_table.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

Function row(std::string_view name, Signature s, EngineForm form,
             std::vector<std::string_view> aliases = {}, Print print = {}) {
  return {.name = name,
          .aliases = std::move(aliases),
          .since = "1.5.0",
          .group = "datetime_funcs",
          .summary = "Works on dates and times.",
          .signatures = {std::move(s)},
          .duckdb = std::move(form),
          .print = std::move(print)};
}

Function failing(Function f) {
  f.may_fail = true;
  return f;
}

// A field of a date.
Function date_field(std::string_view name, std::string_view sql,
                    std::vector<std::string_view> aliases = {}, Print print = {}) {
  return row(name, signature({kDate}, Type::integer()), Template{sql}, std::move(aliases),
             std::move(print));
}

// A time is nanoseconds since midnight, and so is what the wall clock of the session's zone shows at a timestamp.
Function clock_field(std::string_view name, const char* nanos) {
  Function f = row(name, signature({kTimestampAny}, Type::integer()),
                   Lowered{[nanos](const plan::FunctionCall& call, std::span<const std::string> a, const Type&) {
                     const Type& type = call.arguments[0]->type;
                     const std::string zone = type.is(TypeKind::kTimestamp) ? "$zone" : "'UTC'";
                     const std::string time = type.is(TypeKind::kTime) ? a[0] : "fs_wall_clock(" + a[0] + ", " + zone + ")";
                     return "CAST((" + time + " // " + nanos + ") % 60 AS INTEGER)";
                   }});
  f.signatures.push_back(signature({kTime}, Type::integer(), Nulls::kAlways));
  return f;
}

constexpr const char* kLocalParser = "fs_parse_timestamp_ntz";

bool is_moment(const Type& type) { return type.is_datetime() && !type.is(TypeKind::kTime); }

// GetTimestamp of what is no text: a date is the instant at which it begins in the session's zone, a timestamp of either kind
// the instant that its number is in UTC. Nobody looks at the pattern.
std::string beside_pattern_sql(const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
  std::string sql = a[0];
  if (call.arguments[0]->type.is(TypeKind::kDate)) sql = "fs_local_to_utc(CAST(" + sql + " AS TIMESTAMP), $zone)";
  return result.is(TypeKind::kDate) ? "fs_timestamp_to_date(" + sql + ", $zone)" : sql;
}

std::string parser_of(const char* kernel, const plan::FunctionCall& call) { return std::string(call.is_local ? kLocalParser : kernel) + "$time_parser"; }

// With a pattern a string is parsed; ANSI fails where it does not fit.
Function parsed(std::string_view name, Type result, const char* kernel) {
  // to_date(x) is a cast; to_date(x, pattern) parses.
  Function f = {.name = name,
                .since = "1.5.0",
                .group = "datetime_funcs",
                .summary = "A date or timestamp from text.",
                .signatures = {signature({kAny}, result, Nulls::kAlways),
                               null_without_ansi(signature({kAny, kString}, result))},
                .may_fail = true};
  f.check = [](const plan::FunctionCall& call) {
    if (!call.arguments[0]->type.is_nested()) return;
    throw_unexpected_type(0, "(\"STRING\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\")");
  };
  f.duckdb = Lowered{[kernel](const plan::FunctionCall& call, std::span<const std::string> a,
                              const Type& result) {
    if (is_moment(call.arguments[0]->type)) return beside_pattern_sql(call, a, result);
    return parser_of(kernel, call) + "(" + a[0] + ", " + a[1] + ", $zone, " +
           (call.ansi ? "true" : "false") + ")";
  }};
  return f;
}

ExpressionPtr cast_to(const ExpressionPtr& child, const Type& type,
                      plan::CastMode mode = plan::CastMode::kDefault) {
  plan::Cast cast;
  cast.child = child;
  cast.target = type;
  cast.mode = mode;
  cast.is_user_specified = false;
  cast.is_function = true;
  return plan::make_expression(std::move(cast));
}

// Of one argument: a cast. What is neither becomes text first; numbers are timestamps
// already. The two-argument form on strings stays.
std::function<ExpressionPtr(const plan::FunctionCall&)> cast_unless_pattern(
    Type usual, plan::CastMode mode = plan::CastMode::kDefault) {
  return [usual, mode](const plan::FunctionCall& call) -> ExpressionPtr {
    const Type result = call.is_local ? Type::timestamp_ntz() : usual;
    const Type& type = call.arguments[0]->type;
    const bool has_pattern = call.arguments.size() == 2;
    if (has_pattern && (type.is_string() || is_moment(type))) return nullptr;
    const bool is_kept = type.is_string() || is_moment(type) || type.is(TypeKind::kNull) ||
                         (type.is_numeric() && result.is(TypeKind::kTimestamp) && !has_pattern);
    const ExpressionPtr value = is_kept ? call.arguments[0] : cast_to(call.arguments[0], Type::string());
    if (has_pattern && !is_kept) return plan::make_call(std::string(call.function->name), {value, call.arguments[1]});
    // A moment always has a day, and a number of seconds never fails.
    if (is_moment(type) && result.is(TypeKind::kDate)) return cast_to(value, result);
    // try_to_timestamp casts as without ANSI rules, which only texts and try_cast tell apart.
    const bool is_plain = is_kept && (type.is_numeric() || is_moment(type)) && mode == plan::CastMode::kTry;
    return cast_to(value, result, is_plain ? plan::CastMode::kLegacy : mode);
  };
}

// Null for what does not parse.
Function tolerant(Function f, const char* kernel) {
  f.may_fail = false;
  for (Signature& s : f.signatures) s.nulls = Nulls::kAlways;
  f.duckdb = Lowered{[kernel](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
    if (is_moment(call.arguments[0]->type)) return beside_pattern_sql(call, a, result);
    return parser_of(kernel, call) + "(" + a[0] + ", " + a[1] + ", $zone, false)";
  }};
  return f;
}

Function with_rewrite(Function f, std::function<ExpressionPtr(const plan::FunctionCall&)> rewrite) {
  f.rewrite = std::move(rewrite);
  return f;
}

Function now(std::string_view name, std::vector<std::string_view> aliases, Type type,
             Print print = {}) {
  // The analyzer replaces these by the query's start, so that one query sees one time.
  return row(name, signature({}, std::move(type), Nulls::kNever),
             No{"replaced by a constant before it reaches an engine"}, std::move(aliases),
             std::move(print));
}

}  // namespace

Rows datetime_functions() {
  return {
      now("current_date", {"curdate"}, Type::date(), printed_as("current_date")),
      now("current_timestamp", {"now"}, Type::timestamp(),
          printed_as("current_timestamp", {{"now", "now"}})),
      now("localtimestamp", {}, Type::timestamp_ntz()),
      now("current_timezone", {}, Type::string()),
      date_field("year", "CAST(year($1) AS INTEGER)"),
      date_field("quarter", "CAST(quarter($1) AS INTEGER)"),
      date_field("month", "CAST(month($1) AS INTEGER)"),
      date_field("day", "CAST(day($1) AS INTEGER)", {"dayofmonth"},
                 printed_as("day", {{"dayofmonth", "dayofmonth"}})),
      date_field("dayofweek", "CAST(dayofweek($1) + 1 AS INTEGER)"),
      date_field("weekday", "CAST(isodow($1) - 1 AS INTEGER)"),
      date_field("dayofyear", "CAST(dayofyear($1) AS INTEGER)"),
      date_field("weekofyear", "CAST(weekofyear($1) AS INTEGER)"),
      clock_field("hour", "3600000000000"),
      clock_field("minute", "60000000000"),
      clock_field("second", "1000000000"),
      row("dayname", signature({kDate}, Type::string()), Template{"left(dayname($1), 3)"}),
      row("monthname", signature({kDate}, Type::string()), Template{"left(monthname($1), 3)"}),
      row("last_day", signature({kDate}, Type::date()), Template{"last_day($1)"}),
      failing(row("next_day", signature({kDate, kString}, Type::date(), Nulls::kAlways),
                  Kernel{"next_day", false, true})),
      failing(row("add_months", signature({kDate, kInteger}, Type::date()), Kernel{"add_months"})),
      row("months_between",
          optional(signature({kTimestamp, kTimestamp, kBoolean}, Type::double_number()), 1,
                   {"true"}),
          Kernel{"months_between", true}),
      row("date_add", signature({kDate, kInteger}, Type::date()),
          Template{"($1 + $2)"}, {"dateadd"}, printed_as("date_add")),
      row("date_sub", signature({kDate, kInteger}, Type::date()), Template{"($1 - $2)"}),
      row("datediff", signature({kDate, kDate}, Type::integer()),
          Template{"CAST(date_diff('day', $2, $1) AS INTEGER)"}, {"date_diff"},
          printed_as("datediff", {{"date_diff", "date_diff"}})),
      row("trunc", signature({kDate, kString}, Type::date(), Nulls::kAlways),
          Kernel{"trunc_date"}),
      row("date_trunc", signature({kString, kTimestamp}, Type::timestamp(), Nulls::kAlways),
          Kernel{"trunc_timestamp", true}),
      row("unix_date", strict(signature({kDate}, Type::integer())),
          Template{"CAST(date_diff('day', DATE '1970-01-01', $1) AS INTEGER)"}),
      row("date_from_unix_date", signature({kInteger}, Type::date()),
          Template{"(DATE '1970-01-01' + $1)"}),
      row("unix_seconds", strict(signature({kTimestamp}, Type::long_integer())),
          Template{"fs_units_of($1, 1000000)"}),
      row("unix_millis", strict(signature({kTimestamp}, Type::long_integer())),
          Template{"fs_units_of($1, 1000)"}),
      row("unix_micros", strict(signature({kTimestamp}, Type::long_integer())), Template{"fs_units_of($1, 1)"}),
      // NaN and the infinities are null.
      failing(row("timestamp_seconds",
                  with_nullable(strict(signature({kNumeric}, Type::timestamp())),
                                [](Arguments a) {
                                  const Type& type = a[0]->type;
                                  return a[0]->nullable || type.is(TypeKind::kFloat) || type.is(TypeKind::kDouble);
                                }),
                  value_kernel("timestamp_seconds"))),
      failing(row("timestamp_millis", signature({kIntegral}, Type::timestamp()),
                  Template{"make_timestamp(CAST($1 AS BIGINT) * 1000)"})),
      row("timestamp_micros", signature({kIntegral}, Type::timestamp()), Template{"fs_timestamp_micros($1)"}),
      with_rewrite(parsed("to_date", Type::date(), "fs_parse_date"),
                   cast_unless_pattern(Type::date())),
      following_timestamp_type(with_rewrite(parsed("to_timestamp", Type::timestamp(), "fs_parse_timestamp"),
                                            cast_unless_pattern(Type::timestamp()))),
      with_rewrite(parsed("to_timestamp_ntz", Type::timestamp_ntz(),
                          kLocalParser),
                   cast_unless_pattern(Type::timestamp_ntz())),
      with_rewrite(tolerant(parsed("try_to_date", Type::date(), "fs_parse_date"), "fs_parse_date"),
                   cast_unless_pattern(Type::date(), plan::CastMode::kTry)),
      following_timestamp_type(
          with_rewrite(tolerant(parsed("try_to_timestamp", Type::timestamp(), "fs_parse_timestamp"), "fs_parse_timestamp"),
                       cast_unless_pattern(Type::timestamp(), plan::CastMode::kTry))),
      with_rewrite(parsed("to_timestamp_ltz", Type::timestamp(), "fs_parse_timestamp"),
                   cast_unless_pattern(Type::timestamp())),
      row("date_format", signature({kTimestamp, kString}, Type::string()),
          Template{"fs_date_format$time_parser($*, $zone)"}),
      row("from_unixtime",
          optional(signature({kLong, kString}, Type::string(), Nulls::kAlways), 1,
                   {"'yyyy-MM-dd HH:mm:ss'"}),
          Template{"fs_from_unixtime$time_parser($*, $zone)"}),
      failing(row("unix_timestamp",
                  optional(null_without_ansi(signature({kAny, kString}, Type::long_integer())), 2,
                           {"current_timestamp()", "'yyyy-MM-dd HH:mm:ss'"}),
                  Lowered{[](const plan::FunctionCall& call, std::span<const std::string> a,
                             const Type&) -> std::string {
                    const Type& type = call.arguments[0]->type;
                     // Spark takes a local time for one of UTC here.
                    if (type.is(TypeKind::kTimestamp) || type.is(TypeKind::kTimestampNtz)) {
                      return "(fs_units_of(" + a[0] + ", 1) // 1000000)";  // towards zero, as Java divides
                    }
                    if (type.is(TypeKind::kDate)) {
                      return "(epoch_us(fs_local_to_utc(CAST(" + a[0] + " AS TIMESTAMP), $zone)) // 1000000)";
                    }
                    return "(epoch_us(fs_parse_timestamp$time_parser(" + a[0] + ", " + a[1] + ", $zone, " + (call.ansi ? "true" : "false") +
                           ")) // 1000000)";
                  }},
                  {"to_unix_timestamp"},
                  printed_as("unix_timestamp", {{"to_unix_timestamp", "to_unix_timestamp"}}))),
      failing(row("make_date", null_without_ansi(signature({kInteger, kInteger, kInteger}, Type::date())),
                  Kernel{"make_date", false, true})),
      failing(row("from_utc_timestamp", signature({kTimestamp, kString}, Type::timestamp()),
                  Kernel{"from_utc_timestamp"})),
      failing(row("to_utc_timestamp", signature({kTimestamp, kString}, Type::timestamp()),
                  Kernel{"to_utc_timestamp"})),
  };
}

}  // namespace firesteel::functions
