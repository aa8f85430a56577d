// Kernels over dates, times, timestamps and intervals of several types.
#include <cmath>
#include <memory>

#include "base/error.h"
#include "base/text.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/civil.h"
#include "functions/kernel/date_functions.h"
#include "functions/kernel/date_pattern.h"
#include "functions/kernel/datetime_field.h"
#include "functions/kernel/decimal.h"
#include "functions/kernel/time_window.h"
#include "functions/kernel/time_zone.h"
#include "functions/kernel/value.h"
#include "functions/kernel/value_text.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;

constexpr int64_t kNanosPerMicro = 1000;

// The seconds argument of make_timestamp and its kin, in microseconds.
int64_t second_micros(const Type& type, const Value& value) {
  if (!type.is(TypeKind::kDecimal)) return value.integer() * kMicrosPerSecond;
  const auto micros = rescale_decimal(value.decimal(), type.scale(), 6, kMaxDecimalPrecision);
  if (!micros || *micros > INT64_MAX || *micros < INT64_MIN) throw_date_overflow("long overflow");
  return static_cast<int64_t>(*micros);
}

int32_t int_at(ValueArguments a, size_t index) { return static_cast<int32_t>(a[index].integer()); }

// make_timestamp(year, month, day, hour, minute, second[, zone]) or (date[, time[, zone]]).
Value make_timestamp_value(ValueCall& call, ValueArguments a) {
  const bool is_local = call.result.is(TypeKind::kTimestampNtz);
  const bool from_date = call.argument_types[0].is(TypeKind::kDate);
  const size_t zone_at = from_date ? 2 : 6;
  const auto zone = [&]() -> const TimeZone& {
    return TimeZone::get(a.size() > zone_at ? a[zone_at].text() : call.time_zone);
  };
  if (from_date) {
    const int64_t time = a.size() > 1 ? a[1].integer() / kNanosPerMicro : 0;
    const int64_t local = a[0].integer() * kMicrosPerDay + time;
    return Value(is_local ? local : zone().utc_from_local(local));
  }
  const int64_t seconds = second_micros(call.argument_types[5], a[5]);
  const auto micros =
      is_local ? make_timestamp_ntz(int_at(a, 0), int_at(a, 1), int_at(a, 2), int_at(a, 3),
                                    int_at(a, 4), seconds, call.ansi)
               : make_timestamp(int_at(a, 0), int_at(a, 1), int_at(a, 2), int_at(a, 3),
                                int_at(a, 4), seconds, zone(), call.ansi);
  return micros ? Value(*micros) : Value();
}

void check_range(const char* field, int64_t value, int64_t last) {
  if (value >= 0 && value <= last) return;
  throw SparkError("DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION",
                   {{"rangeMessage", "Invalid value for " + std::string(field) + " (valid values 0 - " +
                                         std::to_string(last) + "): " + std::to_string(value)}});
}

Value make_time_value(ValueCall& call, ValueArguments a) {
  const int64_t seconds = second_micros(call.argument_types[2], a[2]);
  check_range("HourOfDay", a[0].integer(), 23);
  check_range("MinuteOfHour", a[1].integer(), 59);
  check_range("SecondOfMinute", floor_div(seconds, kMicrosPerSecond), 59);
  return Value((a[0].integer() * kMicrosPerHour + a[1].integer() * kMicrosPerMinute + seconds) *
               kNanosPerMicro);
}

Value extract_value(ValueCall& call, ValueArguments a) {
  const auto field = parse_datetime_field(a[0].text());
  FIRESTEEL_CHECK(field, "the analyzer lets only known fields through");
  return extract_field(*field, call.argument_types[1], call.result, a[1], call.time_zone);
}

// The parser lets only known units through; a quoted function name takes any text.
TimestampUnit known_unit(const std::string& function, const std::string& text) {
  if (const auto unit = parse_timestamp_unit(text)) return *unit;
  throw SparkError("INVALID_PARAMETER_VALUE.DATETIME_UNIT",
                   {{"functionName", "`" + function + "`"}, {"parameter", "`unit`"}, {"invalidValue", "'" + text + "'"}});
}

Value timestamp_add_value(ValueCall& call, ValueArguments a) {
  const TimestampUnit unit = known_unit("timestampadd", a[0].text());
  const bool is_local = call.argument_types[2].is(TypeKind::kTimestampNtz);
  return Value(timestamp_add(unit, a[1].integer(), a[2].integer(),
                             is_local ? TimeZone::utc() : TimeZone::get(call.time_zone)));
}

Value timestamp_difference_value(ValueCall& call, ValueArguments a) {
  const TimestampUnit unit = known_unit("timestampdiff", a[0].text());
  return Value(timestamp_difference(unit, a[1].integer(), a[2].integer(),
                                    TimeZone::get(call.time_zone)));
}

// convert_timezone(from, to, local time).
Value convert_time_zone(ValueCall&, ValueArguments a) {
  const int64_t utc = TimeZone::get(a[0].text()).utc_from_local(a[2].integer());
  return Value(TimeZone::get(a[1].text()).local_from_utc(utc));
}

// Intervals, where overflow is null in `tolerant` calls and without ANSI.
template <typename F>
Value checked(bool is_tolerant, const F& compute) {
  if (!is_tolerant) return Value(compute());
  try {
    return Value(compute());
  } catch (const SparkError&) {
    return Value();
  }
}

Value make_interval_value(ValueCall& call, ValueArguments a) {
  return checked(!call.ansi, [&] {
    return make_interval(int_at(a, 0), int_at(a, 1), int_at(a, 2), int_at(a, 3), int_at(a, 4),
                         int_at(a, 5), second_micros(call.argument_types[6], a[6]));
  });
}

Value make_day_time_value(ValueCall& call, ValueArguments a) {
  return Value(make_day_time_interval(int_at(a, 0), int_at(a, 1), int_at(a, 2),
                                      second_micros(call.argument_types[3], a[3])));
}

Value make_year_month_value(ValueCall&, ValueArguments a) {
  return Value(int64_t{make_year_month_interval(int_at(a, 0), int_at(a, 1))});
}

struct TimePattern {
  std::string text;
  std::shared_ptr<const DatePattern> pattern;
};

// to_time(text[, pattern]); try_to_time is the same with nulls for errors.
Value parse_time(ValueCall& call, ValueArguments a) {
  std::optional<int64_t> nanos;
  if (a.size() == 1) {
    nanos = string_to_time(a[0].text(), 6, CastMode::kTry);
  } else {
    auto& kept = call.keep<TimePattern>([] { return TimePattern(); });
    if (!kept.pattern || kept.text != a[1].text()) {
      try {
        kept = {a[1].text(), std::make_shared<DatePattern>(a[1].text(), DatePattern::Purpose::kParse)};
      } catch (const SparkError&) {
        if (!call.ansi) return Value();  // try_to_time tries the pattern too
        throw_unknown_pattern(a[1].text());
      }
    }
    if (auto micros = kept.pattern->parse_timestamp_ntz(a[0].text())) {
      nanos = floor_mod(*micros, kMicrosPerDay) * kNanosPerMicro;
    }
  }
  if (nanos) return Value(*nanos);
  if (!call.ansi) return Value();
  throw SparkError("CANNOT_PARSE_TIME",
                   {{"input", quote_sql_string(a[0].text())},
                    {"format", quote_sql_string(a.size() > 1 ? a[1].text() : "HH:mm:ss.SSSSSS")}});
}

// Nanoseconds of the units of time_diff and time_trunc.
int64_t nanos_of_unit(const std::string& name, const char* function) {
  const std::string upper = upper_case(name);
  if (upper == "HOUR") return kMicrosPerHour * kNanosPerMicro;
  if (upper == "MINUTE") return kMicrosPerMinute * kNanosPerMicro;
  if (upper == "SECOND") return kMicrosPerSecond * kNanosPerMicro;
  if (upper == "MILLISECOND") return 1000 * kNanosPerMicro;
  if (upper == "MICROSECOND") return kNanosPerMicro;
  throw SparkError("INVALID_PARAMETER_VALUE.TIME_UNIT",
                   {{"functionName", "`" + std::string(function) + "`"},
                    {"parameter", "`unit`"},
                    {"invalidValue", quote_sql_string(name)}});
}

Value time_difference(ValueCall&, ValueArguments a) {
  return Value((a[2].integer() - a[1].integer()) / nanos_of_unit(a[0].text(), "time_diff"));
}

Value truncate_time(ValueCall&, ValueArguments a) {
  const int64_t unit = nanos_of_unit(a[0].text(), "time_trunc");
  return Value(a[1].integer() - a[1].integer() % unit);
}

// time + interval, and time - interval with -1 as the third argument: within one day.
Value time_plus_interval(ValueCall& call, ValueArguments a) {
  constexpr int64_t kNanosPerDay = kMicrosPerDay * kNanosPerMicro;
  int64_t nanos = 0;
  if (!__builtin_mul_overflow(a[1].integer() * a[2].integer(), kNanosPerMicro, &nanos) &&
      !__builtin_add_overflow(a[0].integer(), nanos, &nanos) && nanos >= 0 && nanos < kNanosPerDay) {
    return Value(nanos);
  }
  throw SparkError("DATETIME_OVERFLOW",
                   {{"operation", "add " + value_text(call.argument_types[1], Value(a[1].integer() * a[2].integer()), "UTC") +
                                      " to the time value TIME '" + value_text(call.argument_types[0], a[0], "UTC") + "'"}});
}

Value time_minus_time(ValueCall&, ValueArguments a) {
  return Value((a[0].integer() - a[1].integer()) / kNanosPerMicro);
}

// time_from_seconds, _millis and _micros: `a[1]` nanoseconds to the unit; decimals have fractions.
Value time_from_number(ValueCall& call, ValueArguments a) {
  const Type& type = call.argument_types[0];
  const int64_t unit = a[1].integer();
  double number = 0;
  int64_t nanos = 0;
  if (type.is(TypeKind::kDecimal)) {
    number = decimal_to_double(a[0].decimal(), type.scale());
    nanos = static_cast<int64_t>(a[0].decimal() * unit / power_of_ten(type.scale()));
  } else if (type.is_integral()) {
    number = static_cast<double>(a[0].integer());
    if (__builtin_mul_overflow(a[0].integer(), unit, &nanos)) nanos = -1;
  } else {
    number = a[0].real();
    nanos = number >= 0 && number < 86400 ? static_cast<int64_t>(number * static_cast<double>(unit)) : -1;
  }
  if (nanos >= 0 && nanos < kMicrosPerDay * kNanosPerMicro && number >= 0) return Value(nanos);
  const int64_t last = kMicrosPerDay * kNanosPerMicro / unit - 1;
  std::string shown;
  type.is_integral() ? append_integer(a[0].integer(), shown) : append_double(number, shown);
  throw SparkError("DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION",
                   {{"rangeMessage", "Invalid TIME value: must be between 0 and " +
                                         std::to_string(last) + ", but got " + shown}});
}

[[noreturn]] void throw_overflow(const char* message) {
  throw SparkError("ARITHMETIC_OVERFLOW",
                   {{"message", message}, {"alternative", ""}, {"config", "\"spark.sql.ansi.enabled\""}});
}

// SecondsToTimestamp: integers and decimals must fit exactly, floating point saturates.
Value timestamp_of_seconds(ValueCall& call, ValueArguments a) {
  constexpr int64_t kMicrosPerSecond = 1'000'000;
  const Type& type = call.argument_types[0];
  if (type.is(TypeKind::kFloat) || type.is(TypeKind::kDouble)) {
    const double micros = a[0].real() * static_cast<double>(kMicrosPerSecond);
    if (!std::isfinite(a[0].real())) return Value();
    if (micros >= 9223372036854775807.0) return Value(INT64_MAX);
    if (micros <= -9223372036854775808.0) return Value(INT64_MIN);
    return Value(static_cast<int64_t>(micros));
  }
  if (type.is_integral()) {
    int64_t micros = 0;
    if (__builtin_mul_overflow(a[0].integer(), kMicrosPerSecond, &micros)) throw_overflow("long overflow");
    return Value(micros);
  }
  Int128 micros = a[0].decimal();
  for (int digits = type.scale(); digits < 6; ++digits) {
    if (__builtin_mul_overflow(micros, Int128{10}, &micros)) throw_overflow("Overflow");
  }
  for (int digits = 6; digits < type.scale(); ++digits) {
    if (micros % 10 != 0) throw_overflow("Rounding necessary");
    micros /= 10;
  }
  if (micros > INT64_MAX || micros < INT64_MIN) throw_overflow("Overflow");
  return Value(static_cast<int64_t>(micros));
}

// The moment that a time column stands for: a window's is its last one.
int64_t moment_of(const Type& type, const Value& value) {
  return type.is(TypeKind::kStruct) ? value.list()[1].integer() - 1 : value.integer();
}

Value time_windows(ValueCall& call, ValueArguments a) {
  const WindowShape shape{a[1].integer(), a[2].integer(), a[3].integer()};
  Values windows;
  for (const auto& [start, end] : windows_of(moment_of(call.argument_types[0], a[0]), shape)) {
    windows.emplace_back(Values{Value(start), Value(end)});
  }
  return Value(std::move(windows));
}

// A row's part of a session: from its moment on for the gap; none for a gap that is not positive.
Value session_parts(ValueCall& call, ValueArguments a) {
  struct Gap {
    std::string text;
    int64_t micros;
  };
  auto& gap = call.keep<Gap>([&] { return Gap{a[1].text(), parse_duration(a[1].text())}; });
  if (gap.text != a[1].text()) gap = {a[1].text(), parse_duration(a[1].text())};
  Values parts;
  const int64_t start = moment_of(call.argument_types[0], a[0]);
  if (gap.micros > 0) parts.emplace_back(Values{Value(start), Value(start + gap.micros)});
  return Value(std::move(parts));
}

Value window_time(ValueCall& call, ValueArguments a) { return Value(moment_of(call.argument_types[0], a[0])); }

Value time_bucket(ValueCall& call, ValueArguments a) {
  const TimeZone& zone = TimeZone::get(call.result.is(TypeKind::kTimestamp) ? call.time_zone : "UTC");
  const bool is_months = call.argument_types[0].is(TypeKind::kYearMonthInterval);
  const auto bucket = is_months ? year_month_bucket : day_time_bucket;
  return Value(bucket(a[1].integer(), a[0].integer(), a[2].integer(), zone));
}

// Whether the microseconds of every interval in a value are nanoseconds in 64 bits as well.
bool fits_nanoseconds(const Value& value) {
  constexpr int64_t kNanosPerMicro = 1000;
  if (const auto* interval = std::get_if<CalendarInterval>(&value.data)) {
    int64_t nanos = 0;
    return !__builtin_mul_overflow(interval->micros, kNanosPerMicro, &nanos);
  }
  const auto* parts = std::get_if<Values>(&value.data);
  return parts == nullptr || std::all_of(parts->begin(), parts->end(), fits_nanoseconds);
}

// ArrowWriter's IntervalMonthDayNanoWriter multiplies exactly, in a task.
Value intervals_for_arrow(ValueCall& /*call*/, ValueArguments a) {
  if (!fits_nanoseconds(a[0])) throw SparkError("_LEGACY_ERROR_TASK", {{"failure", "java.lang.ArithmeticException: long overflow"}});
  return a[0];
}

constexpr ValueKernel kKernels[] = {
    {"intervals_for_arrow", intervals_for_arrow},
    {"time_plus_interval", time_plus_interval},
    {"time_minus_time", time_minus_time},
    {"time_windows", time_windows},
    {"session_parts", session_parts},
    {"window_time", window_time},
    {"time_bucket", time_bucket},
    {"timestamp_seconds", timestamp_of_seconds},
    {"make_timestamp", make_timestamp_value},
    {"make_time", make_time_value},
    {"extract", extract_value},
    {"timestampadd", timestamp_add_value},
    {"timestampdiff", timestamp_difference_value},
    {"convert_timezone", convert_time_zone},
    {"make_interval", make_interval_value},
    {"make_dt_interval", make_day_time_value},
    {"make_ym_interval", make_year_month_value},
    {"parse_time", parse_time},
    {"time_diff", time_difference},
    {"time_trunc", truncate_time},
    {"time_from_number", time_from_number},
};

}  // namespace

std::span<const ValueKernel> datetime_value_kernels() { return kKernels; }

}  // namespace firesteel::functions::kernel
