#include "functions/kernel/datetime_field.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "functions/kernel/civil.h"
#include "functions/kernel/date_functions.h"
#include "functions/kernel/time_zone.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;
using enum DatetimeField;

struct FieldName {
  std::string_view name;
  DatetimeField field;
};
constexpr FieldName kNames[] = {
    {"YEAR", kYear},       {"Y", kYear},          {"YEARS", kYear},      {"YR", kYear},
    {"YRS", kYear},        {"YEAROFWEEK", kYearOfWeek}, {"QUARTER", kQuarter}, {"QTR", kQuarter},
    {"MONTH", kMonth},     {"MON", kMonth},       {"MONS", kMonth},      {"MONTHS", kMonth},
    {"WEEK", kWeek},       {"W", kWeek},          {"WEEKS", kWeek},      {"DAY", kDay},
    {"D", kDay},           {"DAYS", kDay},        {"DAYOFWEEK", kDayOfWeek}, {"DOW", kDayOfWeek},
    {"DAYOFWEEK_ISO", kDayOfWeekIso}, {"DOW_ISO", kDayOfWeekIso}, {"DOY", kDayOfYear},
    {"HOUR", kHour},       {"H", kHour},          {"HOURS", kHour},      {"HR", kHour},
    {"HRS", kHour},        {"MINUTE", kMinute},   {"M", kMinute},        {"MIN", kMinute},
    {"MINS", kMinute},     {"MINUTES", kMinute},  {"SECOND", kSecond},   {"S", kSecond},
    {"SEC", kSecond},      {"SECONDS", kSecond},  {"SECS", kSecond}};

Value from_date(DatetimeField field, int64_t days) {
  const CivilDate date = civil_from_days(days);
  switch (field) {
    case kYear: return Value(int64_t{date.year});
    case kYearOfWeek: return Value(int64_t{week_based_year(days)});
    case kQuarter: return Value(int64_t{quarter_of(days)});
    case kMonth: return Value(int64_t{date.month});
    case kWeek: return Value(int64_t{week_of_year(days)});
    case kDay: return Value(int64_t{date.day});
    case kDayOfWeek: return Value(int64_t{day_of_week(days)});
    case kDayOfWeekIso: return Value(int64_t{iso_day_of_week(days)});
    case kDayOfYear: return Value(int64_t{day_of_year(days)});
    default: return Value(int64_t{0});  // the hour, minute or second of midnight
  }
}

// Seconds are DECIMAL(8,6): microseconds of the minute.
Value from_clock(DatetimeField field, int64_t micros) {
  if (field == kHour) return Value(micros / kMicrosPerHour);
  if (field == kMinute) return Value(micros % kMicrosPerHour / kMicrosPerMinute);
  return Value(Int128{micros % kMicrosPerMinute});
}

bool is_clock(DatetimeField field) { return field >= kHour; }

}  // namespace

std::optional<DatetimeField> parse_datetime_field(std::string_view name) {
  const std::string upper = upper_case(name);
  for (const FieldName& known : kNames) {
    if (known.name == upper) return known.field;
  }
  return std::nullopt;
}

namespace {

// ExtractIntervalPart: an interval has the fields from its first to its last.
bool holds_field(DatetimeField field, const Type& interval) {
  using plan::DayTimeField;
  using plan::YearMonthField;
  if (interval.is(TypeKind::kYearMonthInterval)) {
    if (field == kYear) return interval.year_month_start() == YearMonthField::kYear;
    return field == kMonth && interval.year_month_end() == YearMonthField::kMonth;
  }
  const bool is_calendar = interval.is(TypeKind::kCalendarInterval);
  if (is_calendar && (field == kYear || field == kMonth)) return true;
  if (field != kDay && !is_clock(field)) return false;
  if (is_calendar) return true;
  const DayTimeField wanted = field == kDay    ? DayTimeField::kDay
                              : field == kHour ? DayTimeField::kHour
                              : field == kMinute ? DayTimeField::kMinute
                                                 : DayTimeField::kSecond;
  return interval.day_time_start() <= wanted && wanted <= interval.day_time_end();
}

}  // namespace

std::optional<Type> datetime_field_type(DatetimeField field, const Type& source) {
  if (source.is_interval()) {
    if (!holds_field(field, source)) return std::nullopt;
    if (field == kSecond) return Type::decimal(8, 6);
    return field == kYear || field == kDay ? Type::integer() : Type::byte();
  }
  if (source.is(TypeKind::kTime) && !is_clock(field)) return std::nullopt;
  return field == kSecond ? Type::decimal(8, 6) : Type::integer();
}

Value extract_field(DatetimeField field, const Type& source, const Type& result,
                    const Value& value, std::string_view time_zone) {
  switch (source.kind()) {
    case TypeKind::kDate:
      if (field == kSecond && result.is(TypeKind::kDecimal)) return Value(Int128{0});
      return from_date(field, value.integer());
    case TypeKind::kTime: {
      // A cast keeps the digits beyond the precision; here they do not count.
      int64_t unit = 1;
      for (int digit = source.precision(); digit < 6; ++digit) unit *= 10;
      return from_clock(field, value.integer() / 1000 / unit * unit);
    }
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: {
      // In seconds: an offset may lead beyond 64 bits of microseconds.
      int64_t seconds = floor_div(value.integer(), kMicrosPerSecond);
      if (source.is(TypeKind::kTimestamp)) seconds += TimeZone::get(time_zone).offset_at(seconds);
      constexpr int64_t kSecondsPerDay = kMicrosPerDay / kMicrosPerSecond;
      if (!is_clock(field)) return from_date(field, floor_div(seconds, kSecondsPerDay));
      return from_clock(field, floor_mod(seconds, kSecondsPerDay) * kMicrosPerSecond + floor_mod(value.integer(), kMicrosPerSecond));
    }
    case TypeKind::kYearMonthInterval:
      return Value(field == kYear ? value.integer() / 12 : value.integer() % 12);
    case TypeKind::kDayTimeInterval:
      if (field == kDay) return Value(value.integer() / kMicrosPerDay);
      return from_clock(field, value.integer() % kMicrosPerDay);
    case TypeKind::kCalendarInterval: {
      const auto& interval = std::get<CalendarInterval>(value.data);
      if (field == kYear) return Value(int64_t{interval.months / 12});
      if (field == kMonth) return Value(int64_t{interval.months % 12});
      if (field == kDay) return Value(int64_t{interval.days});
      return from_clock(field, interval.micros);
    }
    default: break;
  }
  throw_internal("a field of a " + source.simple_string());
}

}  // namespace firesteel::functions::kernel
