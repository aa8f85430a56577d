// + - * / over dates, timestamps and intervals. The analyzer writes these calls for the operators; a
// name with a blank is none that a query can call by accident.
#include "functions/function_table.h"
#include "functions/row.h"
#include "functions/value_kernel.h"

namespace firesteel::functions {

namespace {

bool is_months(const Type& type) { return type.is(TypeKind::kYearMonthInterval); }

std::string family(const Type& type) { return is_months(type) ? "year_month" : "day_time"; }

// "a + b", as Spark prints date and timestamp arithmetic.
Print printed_plainly(char symbol) {
  return [symbol](const plan::FunctionCall&, std::span<const std::string> a) {
    return a[0] + " " + symbol + " " + a[1];
  };
}

Function operation(std::string_view name, Signature s, EngineForm form, Print print) {
  return {.name = name,
          .since = "3.0.0",
          .group = "math_funcs",
          .summary = "Arithmetic of dates, timestamps and intervals, behind the operators.",
          .signatures = {std::move(s)},
          .duckdb = std::move(form),
          .may_fail = true,
          .print = std::move(print)};
}

Lowered moved_timestamp(int sign) {
  return Lowered{[sign](const plan::FunctionCall& call, std::span<const std::string> a,
                        const Type& result) {
    const Type& interval = call.arguments[1]->type;
    const char* kernel = is_months(interval)                          ? "months"
                         : interval.is(TypeKind::kCalendarInterval) ? "interval"
                                                                    : "day_time";
    const char* zone = result.is(TypeKind::kTimestamp) ? "$zone" : "'UTC'";
    return std::string("fs_timestamp_add_") + kernel + "(" + a[0] + ", " + a[1] + ", " +
           std::to_string(sign) + ", " + zone + ")";
  }};
}

Lowered moved_date(int sign) {
  return Lowered{[sign](const plan::FunctionCall& call, std::span<const std::string> a, const Type&) {
    return "fs_date_add_interval(" + a[0] + ", " + a[1] + ", " + std::to_string(sign) + ", $zone, " +
           (call.ansi ? "true" : "false") + ")";
  }};
}

// The difference of wall clocks, as SubtractTimestamps has it.
std::string timestamp_difference(const plan::FunctionCall& call, std::span<const std::string> a,
                                 const Type&) {
  auto wall_clock = [&](size_t i) {
    if (!call.arguments[i]->type.is(TypeKind::kTimestamp)) return a[i];
    return "fs_timestamp_to_local(" + a[i] + ", $zone)";
  };
  return "(epoch_us(" + wall_clock(0) + ") - epoch_us(" + wall_clock(1) + "))";
}

Lowered interval_sum(const char* kernel, const char* symbol) {
  return Lowered{[kernel, symbol](const plan::FunctionCall&, std::span<const std::string> a,
                                  const Type& result) -> std::string {
    if (result.is(TypeKind::kCalendarInterval)) {
      return "(" + a[0] + " " + symbol + " " + a[1] + ")";
    }
    return std::string(kernel) + family(result) + "(" + a[0] + ", " + a[1] + ")";
  }};
}

Lowered scaled_interval(const char* kernel) {
  return Lowered{[kernel](const plan::FunctionCall& call, std::span<const std::string> a,
                          const Type& result) {
    const Type& number = call.arguments[1]->type;
    std::string name = std::string(kernel) + family(result);
    if (number.is(TypeKind::kDecimal)) return name + "_decimal(" + a[0] + ", " + a[1] + ")";
    const bool is_integral = number.is_integral();
    return name + (is_integral ? "_integer(" : "_double(") + a[0] + ", CAST(" + a[1] +
           (is_integral ? " AS BIGINT))" : " AS DOUBLE))");
  }};
}

// TimeAddInterval: seconds of an interval have six digits.
Type moved_time(Arguments a) {
  const bool has_seconds = a[1]->type.is(TypeKind::kDayTimeInterval) && a[1]->type.day_time_end() == plan::DayTimeField::kSecond;
  return Type::time(has_seconds ? 6 : a[0]->type.precision());
}

Lowered moved_time_sql(const char* sign) {
  return Lowered{[sign](const plan::FunctionCall& call, std::span<const std::string> a, const Type& result) {
    return value_kernel_sql("time_plus_interval", call.ansi,
                            {call.arguments[0]->type, call.arguments[1]->type, Type::integer()}, result, {a[0], a[1], sign});
  }};
}

std::string interval_quotient(const plan::FunctionCall& call, std::span<const std::string> a, const Type&) {
  return "(CASE WHEN " + a[1] + " = 0" + (call.ansi ? " AND " + a[0] + " IS NOT NULL" : "") + " THEN " +
         (call.ansi ? "fs_fail_divide_by_zero()" : "NULL") + " ELSE CAST(" + a[0] + " // " + a[1] + " AS BIGINT) END)";
}

// A third argument asks for an error where ANSI is off, too: try_multiply and try_divide make it null.
Function scaled_calendar_interval(std::string_view name, std::string_view shown, std::string_view kernel) {
  const Lowered form{[kernel](const plan::FunctionCall& call, std::span<const std::string> a, const Type&) {
    const bool is_exact = call.ansi || call.arguments.size() > 2;
    return std::string(kernel) + "(" + a[0] + ", " + a[1] + ", " + (is_exact ? "true" : "false") + ")";
  }};
  Signature s = optional(signature({kInterval, kDouble, kBoolean}, Type::calendar_interval(), Nulls::kAlways), 1);
  return operation(name, std::move(s), form, [shown](const plan::FunctionCall&, std::span<const std::string> a) {
    return std::string(shown) + "(" + a[0] + ", " + a[1] + ")";
  });
}

Type whole_interval(Arguments a) {
  return is_months(a[0]->type) ? Type::year_month_interval() : Type::day_time_interval();
}

}  // namespace

Rows interval_arithmetic_functions() {
  return {
      operation("date + months", signature({kDate, kInterval}, Type::date()),
                Template{"fs_add_months($1, $2)"}, printed_plainly('+')),
      operation("date - months", signature({kDate, kInterval}, Type::date()),
                Template{"fs_add_months($1, -($2))"}, printed_plainly('-')),
      operation("date + interval", signature({kDate, kInterval}, Type::date()), moved_date(1), printed_plainly('+')),
      operation("date - interval", signature({kDate, kInterval}, Type::date()), moved_date(-1), printed_plainly('-')),
      {.name = "extractansiintervaldays",
       .since = "3.3.0",
       .group = "math_funcs",
       .summary = "The whole days of an interval.",
       .signatures = {signature({kInterval}, Type::integer())},
       .duckdb = Template{"CAST($1 // 86400000000 AS INTEGER)"},
       .is_listed = false},
      operation("timestamp + interval", signature({kTimestampAny, kInterval}, type_of_first),
                moved_timestamp(1), printed_plainly('+')),
      operation("timestamp - interval", signature({kTimestampAny, kInterval}, type_of_first),
                moved_timestamp(-1), printed_plainly('-')),
      operation("timestamp - timestamp",
                signature({kTimestampAny, kTimestampAny}, Type::day_time_interval()),
                Lowered{timestamp_difference}, printed_infix("-")),
      operation("date - date",
                signature({kDate, kDate},
                          Type::day_time_interval(plan::DayTimeField::kDay,
                                                  plan::DayTimeField::kDay)),
                Template{"(date_diff('day', $2, $1) * 86400000000)"}, printed_infix("-")),
      operation("time + interval", signature({kTime, kInterval}, moved_time, Nulls::kAlways), moved_time_sql("1"),
                printed_plainly('+')),
      operation("time - interval", signature({kTime, kInterval}, moved_time, Nulls::kAlways), moved_time_sql("-1"),
                printed_plainly('-')),
      operation("time - time",
                signature({kTime, kTime},
                          Type::day_time_interval(plan::DayTimeField::kHour, plan::DayTimeField::kSecond), Nulls::kAlways),
                value_kernel("time_minus_time"), printed_plainly('-')),
      {.name = "interval / interval",
       .since = "3.2.0",
       .group = "math_funcs",
       .summary = "How often one interval goes into another of its kind.",
       .signatures = {signature({kInterval, kInterval}, Type::long_integer(), Nulls::kAlways)},
       .duckdb = Lowered{interval_quotient},
       .may_fail = true,
       .print = printed_infix("div")},
      operation("interval + interval", signature({kSame, kSame}, type_of_first),
                interval_sum("fs_add_", "+"), printed_infix("+")),
      operation("interval - interval", signature({kSame, kSame}, type_of_first),
                interval_sum("fs_subtract_", "-"), printed_infix("-")),
      operation("interval * number", signature({kInterval, kNumeric}, whole_interval),
                scaled_interval("fs_multiply_"), printed_infix("*")),
      operation("interval / number", signature({kInterval, kNumeric}, whole_interval),
                scaled_interval("fs_divide_"), printed_infix("/")),
      scaled_calendar_interval("calendar interval * number", "multiply_interval", "fs_multiply_interval"),
      scaled_calendar_interval("calendar interval / number", "divide_interval", "fs_divide_interval"),
  };
}

}  // namespace firesteel::functions
