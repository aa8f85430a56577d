// + - * / over dates, timestamps and intervals become the functions that do it, as Spark's
// BinaryArithmeticWithDatetimeResolver has it.
#include "analyze/call_errors.h"
#include "analyze/call_rewrites.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/function.h"

namespace firesteel::analyze {

using namespace plan;
using functions::FunctionKind;

namespace {

bool is_instant(const Type& type) {
  return type.is(TypeKind::kTimestamp) || type.is(TypeKind::kTimestampNtz);
}

bool is_ansi_interval(const Type& type) {
  return type.is(TypeKind::kYearMonthInterval) || type.is(TypeKind::kDayTimeInterval);
}

bool is_whole_days(const Type& type) {
  return type.is(TypeKind::kDayTimeInterval) && type.day_time_start() == DayTimeField::kDay &&
         type.day_time_end() == DayTimeField::kDay;
}

bool is_small_integer(const Type& type) {
  return type.is_integral() && !type.is(TypeKind::kLong);
}

[[noreturn]] void throw_unexpected(const std::string& sql, const char* index,
                                   const ExpressionPtr& argument, const std::string& required,
                                   const Origin& origin) {
  throw SparkError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                   {{"sqlExpr", "\"" + sql + "\""},
                    {"paramIndex", index},
                    {"requiredType", required},
                    {"inputSql", "\"" + print_name(*argument) + "\""},
                    {"inputType", "\"" + argument->type.sql() + "\""}},
                   contexts_of(origin));
}

[[noreturn]] void throw_incompatible(const char* symbol, const ExpressionPtr& left, const ExpressionPtr& right,
                                     const Origin& origin) {
  throw SparkError("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
                   {{"sqlExpr", "\"(" + print_name(*left) + " " + symbol + " " + print_name(*right) + ")\""},
                    {"left", "\"" + left->type.sql() + "\""},
                    {"right", "\"" + right->type.sql() + "\""}},
                   contexts_of(origin));
}

// Of a difference one side is a timestamp and the other nothing that becomes one.
[[noreturn]] void throw_no_instant(const ExpressionPtr& left, const ExpressionPtr& right, const Origin& origin) {
  const bool is_left = is_instant(left->type);
  throw_unexpected("(" + print_name(*left) + " - " + print_name(*right) + ")", is_left ? "second" : "first", is_left ? right : left,
                   "\"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)\"", origin);
}

}  // namespace

// The days that date_add and date_sub take are small integers, or text that is one.
void Resolver::check_days(std::string_view name, const std::vector<ExpressionPtr>& a, const Origin& origin) {
  if ((name != "date_add" && name != "date_sub") || a.size() != 2) return;
  const Type& type = a[1]->type;
  const auto* literal = a[1]->as<Literal>();
  const bool is_text = type.is_string() && !context_.ansi;
  if (is_text && literal && !literal->is_null()) {
    const std::string& text = std::get<std::string>(literal->value);
    const size_t digits = text.find_first_of("0123456789");
    const bool is_integer = digits != text.npos && text.find_first_not_of("0123456789 +-") == text.npos;
    if (is_integer) return;
    throw SparkError("SECOND_FUNCTION_ARGUMENT_NOT_INTEGER", {{"functionName", std::string(name)}});
  }
  const bool is_wide = type.is(TypeKind::kLong) || type.is(TypeKind::kDecimal) || type.is_fractional();
  if (!is_wide && !(is_text && !literal)) return;
  throw_unexpected(std::string(name) + "(" + print_name(*a[0]) + ", " + print_name(*a[1]) + ")", "second", a[1],
                   kDays, origin);
}

// A call of a row that the analyzer itself writes.
ExpressionPtr Resolver::built_call(const char* name, std::vector<ExpressionPtr> arguments,
                                   const Origin& origin) {
  FunctionCall call;
  const functions::Function* row = functions::find_function(name);
  FIRESTEEL_CHECK(row != nullptr, std::string("no row for ") + name);
  call.arguments = std::move(arguments);
  call.display_name = name;
  return bind_call(*row, std::move(call), origin);
}

// `when` is a date, a timestamp or text, `interval` an interval.
ExpressionPtr Resolver::moved(const ExpressionPtr& when, const ExpressionPtr& interval, bool is_plus,
                              const Origin& origin) {
  const Type& type = when->type;
  const Type& step = interval->type;
  if (type.is(TypeKind::kDate) && step.is(TypeKind::kYearMonthInterval)) {
    return built_call(is_plus ? "date + months" : "date - months", {when, interval}, origin);
  }
  if (type.is(TypeKind::kDate) && step.is(TypeKind::kCalendarInterval)) {
    return built_call(is_plus ? "date + interval" : "date - interval", {when, interval}, origin);
  }
  if (type.is(TypeKind::kDate) && is_whole_days(step)) {
    ExpressionPtr days = built_call("extractansiintervaldays", {interval}, origin);
    if (!is_plus) days = built_call("unary -", {days}, origin);
    return built_call("date_add", {when, days}, origin);
  }
  if (type.is(TypeKind::kTime) && !step.is(TypeKind::kDayTimeInterval)) {
    throw_incompatible(is_plus ? "+" : "-", when, interval, origin);
  }
  if (type.is(TypeKind::kTime)) return built_call(is_plus ? "time + interval" : "time - interval", {when, interval}, origin);
  const char* name = is_plus ? "timestamp + interval" : "timestamp - interval";
  if (is_instant(type)) return built_call(name, {when, interval}, origin);
  if (type.is(TypeKind::kDate) || type.is_string()) {
    ExpressionPtr instant = cast_to(when, Type::timestamp(), rules());
    ExpressionPtr result = built_call(name, {instant, interval}, origin);
    return type.is_string() ? cast_to(result, Type::string(), rules()) : result;
  }
  const std::string sql = print_name(*when) + " + " + (is_plus ? print_name(*interval) : "(- " + print_name(*interval) + ")");
  throw_unexpected(sql, "first", when, "\"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)\"", origin);
}

ExpressionPtr Resolver::sum_of_intervals(const ExpressionPtr& left, const ExpressionPtr& right,
                                         bool is_plus, const Origin& origin) {
  return built_call(is_plus ? "interval + interval" : "interval - interval", {left, right}, origin);
}

// Null where the operator is one of numbers after all.
ExpressionPtr Resolver::sum_of_datetimes(const ExpressionPtr& left, const ExpressionPtr& right,
                                         const Origin& origin) {
  const Type& a = left->type;
  const Type& b = right->type;
  const bool a_is_null = a.is(TypeKind::kNull), b_is_null = b.is(TypeKind::kNull);
  if (a.is_interval() && (b_is_null || a.kind() == b.kind())) {
    return sum_of_intervals(left, right, true, origin);
  }
  if (b.is_interval() && a_is_null) return sum_of_intervals(left, right, true, origin);
  if (a.is(TypeKind::kYearMonthInterval) && !b.is_datetime() && !b.is_interval()) throw_incompatible("+", left, right, origin);
  if (b.is(TypeKind::kYearMonthInterval) && !a.is_datetime() && !a.is_interval()) throw_incompatible("+", left, right, origin);
  // Months can be moved by days no more than days by months: what Spark's error calls the moment is the months.
  if (b.is(TypeKind::kYearMonthInterval) && a.is_interval()) return moved(right, left, true, origin);
  if (b.is_interval()) return moved(left, right, true, origin);
  if (a.is_interval()) return moved(right, left, true, origin);
  // A null counts as an interval.
  const auto is_moment = [](const Type& type) { return is_instant(type) || type.is(TypeKind::kTime); };
  if ((is_moment(a) && b_is_null) || (is_moment(b) && a_is_null)) {
    return moved(b_is_null ? left : right, cast_to(b_is_null ? right : left, Type::day_time_interval(), rules()), true, origin);
  }
  if (!context_.ansi && (is_instant(a) || is_instant(b)) && (a.is_string() || b.is_string())) {
    const auto number = [&](const ExpressionPtr& e) {
      return e->type.is_string() ? shown_as(cast_to(e, Type::double_number(), rules()), print_name(*e)) : e;
    };
    throw_incompatible("+", number(left), number(right), origin);
  }
  if (!a.is(TypeKind::kDate) && !b.is(TypeKind::kDate)) return nullptr;
  const ExpressionPtr& date = a.is(TypeKind::kDate) ? left : right;
  const ExpressionPtr& days = a.is(TypeKind::kDate) ? right : left;
  if (days->type.is(TypeKind::kNull)) {
    return moved(cast_to(date, Type::timestamp(), rules()), cast_to(days, Type::day_time_interval(), rules()), true, origin);
  }
  if (is_small_integer(days->type)) {
    return built_call("date_add", {date, days}, origin);
  }
  throw_unexpected("date_add(" + print_name(*date) + ", " + print_name(*days) + ")", "second", days,
                   kDays, origin);
}

// Without ANSI, text is a number to every operator that has no better idea (TypeCoercion).
ExpressionPtr Resolver::difference_with_text(const ExpressionPtr& left, const ExpressionPtr& right,
                                             const Origin& origin) {
  const bool is_right = right->type.is_string();
  const ExpressionPtr& text = is_right ? right : left;
  const Type& other = (is_right ? left : right)->type;
  if (is_instant(other)) {
    throw_unexpected("(" + print_name(*left) + " - " + print_name(*right) + ")", is_right ? "second" : "first", text,
                     "\"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)\"", origin);
  }
  if (other.is(TypeKind::kDate) && is_right) {
    const ExpressionPtr number = shown_as(cast_to(text, Type::double_number(), rules()), print_name(*text));
    throw_unexpected("date_sub(" + print_name(*left) + ", " + print_name(*right) + ")", "second", number,
                     kDays, origin);
  }
  if (other.is(TypeKind::kDate)) {
    const ExpressionPtr date = cast_to(left, Type::date(), rules());
    return built_call("date - date", {date, right}, origin);
  }
  throw_incompatible("-", left, right, origin);
}

ExpressionPtr Resolver::difference_of_datetimes(const ExpressionPtr& left,
                                                const ExpressionPtr& right, const Origin& origin) {
  const Type& a = left->type;
  const Type& b = right->type;
  if (b.is_interval() && (a.is(TypeKind::kNull) || a.kind() == b.kind())) {
    return sum_of_intervals(left, right, false, origin);
  }
  if (a.is_interval() && b.is(TypeKind::kNull)) return sum_of_intervals(left, right, false, origin);
  if (is_ansi_interval(a) && b.is_string()) throw_incompatible("-", left, right, origin);
  if (b.is(TypeKind::kYearMonthInterval) && !a.is_datetime()) throw_incompatible("-", left, right, origin);
  if (b.is_interval()) return moved(left, right, false, origin);
  const bool a_is_time = a.is(TypeKind::kTime), b_is_time = b.is(TypeKind::kTime);
  if (a_is_time || b_is_time) {
    const Type& other = a_is_time ? b : a;
    if (is_instant(other)) throw_no_instant(left, right, origin);
    const bool is_text = context_.ansi && other.is_string();
    if (a_is_time && b.is(TypeKind::kDate)) throw_no_cast(*left, b, origin);
    if (b_is_time && a.is(TypeKind::kDate)) {
      throw_unexpected("date_sub(" + print_name(*left) + ", " + print_name(*right) + ")", "second", right, kDays, origin);
    }
    if (!(a_is_time && b_is_time) && !is_text && !other.is(TypeKind::kNull)) return nullptr;
    return built_call("time - time", {left, right}, origin);
  }
  if (!context_.ansi && (a.is_string() || b.is_string())) return difference_with_text(left, right, origin);
  if (is_instant(a) || is_instant(b)) {
    const bool is_difference = (a.is_datetime() || a.is_string() || a.is(TypeKind::kNull)) &&
                               (b.is_datetime() || b.is_string() || b.is(TypeKind::kNull));
    if (!is_difference) throw_no_instant(left, right, origin);
    const bool is_local = a.is(TypeKind::kTimestampNtz) || b.is(TypeKind::kTimestampNtz);
    auto instant = [&](const ExpressionPtr& e) {
      if (is_instant(e->type)) return e;
      return cast_to(e, is_local && e->type.is(TypeKind::kDate) ? Type::timestamp_ntz() : Type::timestamp(), rules());
    };
    return built_call("timestamp - timestamp", {instant(left), instant(right)}, origin);
  }
  if (a.is(TypeKind::kDate) && is_small_integer(b)) {
    return built_call("date_sub", {left, right}, origin);
  }
  if (!a.is(TypeKind::kDate) && !b.is(TypeKind::kDate)) return nullptr;
  auto date = [&](const ExpressionPtr& e, const char* index) {
    if (e->type.is(TypeKind::kDate) || e->type.is_string() || e->type.is(TypeKind::kNull)) {
      return cast_to(e, Type::date(), rules());
    }
    if (e == right) {
      throw_unexpected("date_sub(" + print_name(*left) + ", " + print_name(*right) + ")", index, e, kDays, origin);
    }
    throw_unexpected("(" + print_name(*left) + " - " + print_name(*right) + ")", index, e,
                     "\"DATE\"", origin);
  };
  return built_call("date - date", {date(left, "first"), date(right, "second")}, origin);
}

// A calendar interval times or through a number, which may be of any type that a double is made of.
ExpressionPtr Resolver::scaled_calendar_interval(const std::string& name, const std::vector<ExpressionPtr>& a,
                                                 const Origin& origin) {
  const bool is_left = a[0]->type.is(TypeKind::kCalendarInterval);
  const bool is_product = name == "*" || name == "try_multiply";
  const bool is_quotient = name == "/" || name == "try_divide";
  if (!(is_left && (is_product || is_quotient)) && !(is_product && a[1]->type.is(TypeKind::kCalendarInterval))) {
    return nullptr;
  }
  const char* row = is_product ? "calendar interval * number" : "calendar interval / number";
  std::vector<ExpressionPtr> arguments = {a[is_left ? 0 : 1], a[is_left ? 1 : 0]};
  if (!name.starts_with("try_")) return built_call(row, std::move(arguments), origin);
  arguments.push_back(make_literal({Type::boolean(), true}));
  return shown_as(built_call("null if it fails", {built_call(row, std::move(arguments), origin)}, origin),
                  name + "(" + print_name(*a[0]) + ", " + print_name(*a[1]) + ")");
}

ExpressionPtr Resolver::operator_on_dates(const std::string& name,
                                          const std::vector<ExpressionPtr>& a,
                                          const Origin& origin) {
  if (a.size() != 2) return nullptr;
  auto takes_part = [](const Type& type) { return type.is_datetime() || type.is_interval(); };
  if (!takes_part(a[0]->type) && !takes_part(a[1]->type)) return nullptr;
  if (const ExpressionPtr scaled = scaled_calendar_interval(name, a, origin)) return scaled;
  if (name.starts_with("try_")) {
    static const std::pair<std::string_view, const char*> operators[] = {
        {"try_add", "+"}, {"try_subtract", "-"}, {"try_multiply", "*"}, {"try_divide", "/"}};
    for (const auto& [function, symbol] : operators) {
      if (function != name) continue;
      const ExpressionPtr value = operator_on_dates(symbol, a, origin);
      if (!value) return nullptr;
      return shown_as(built_call("null if it fails", {value}, origin),
                      name + "(" + print_name(*a[0]) + ", " + print_name(*a[1]) + ")");
    }
    return nullptr;
  }
  if (name == "+") return sum_of_datetimes(a[0], a[1], origin);
  if (name == "-") {
    const ExpressionPtr difference = difference_of_datetimes(a[0], a[1], origin);
    if (!difference || !a[0]->type.is_datetime() || !a[1]->type.is_interval()) return difference;
    return shown_as(as_common_expression(difference), print_name(*difference));  // DatetimeSub is replaced
  }
  if (name == "*" && (is_ansi_interval(a[0]->type) || is_ansi_interval(a[1]->type))) {
    // Months are what is multiplied, if there are any, and then the left one.
    const auto has_months = [&](size_t i) { return a[i]->type.is(TypeKind::kYearMonthInterval); };
    const size_t at = !has_months(0) && (has_months(1) || !is_ansi_interval(a[0]->type)) ? 1 : 0;
    return built_call("interval * number", {a[at], a[1 - at]}, origin);
  }
  if (name == "div" && (a[0]->type.is(TypeKind::kNull) || a[1]->type.is(TypeKind::kNull))) {
    const Type type = a[0]->type.is(TypeKind::kNull) ? a[1]->type : a[0]->type;
    if (!is_ansi_interval(type)) return nullptr;
    const ExpressionPtr quotient = built_call("interval / interval", {cast_to(a[0], type, rules()), cast_to(a[1], type, rules())}, origin);
    return shown_as(quotient, "(" + print_name(*a[0]) + " div " + print_name(*a[1]) + ")");
  }
  if (name == "div" && is_ansi_interval(a[0]->type) && a[0]->type.kind() == a[1]->type.kind()) {
    return built_call("interval / interval", {a[0], a[1]}, origin);
  }
  const bool is_text_through_interval = a[0]->type.is_string() && a[1]->type.is(TypeKind::kCalendarInterval);
  if (name == "/" && ((is_ansi_interval(a[1]->type) && !is_ansi_interval(a[0]->type)) || (is_text_through_interval && !rules().ansi))) {
    throw_incompatible("/", a[0], a[1], origin);
  }
  if (name == "/" && is_ansi_interval(a[0]->type)) {
    return built_call("interval / number", {a[0], a[1]}, origin);
  }
  return nullptr;
}

}  // namespace firesteel::analyze
