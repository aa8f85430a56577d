#include "functions/kernel/interval_value.h"

#include "functions/kernel/cast_interval.h"
#include "functions/kernel/interval_text.h"

namespace firesteel::functions::kernel {

std::optional<Value> interval_value(const plan::Type& type, std::string_view text) {
  if (type.is(plan::TypeKind::kCalendarInterval)) {
    const auto interval = string_to_interval(text);
    return interval ? Value(CalendarInterval{interval->months, interval->days, interval->microseconds}) : Value();
  }
  std::optional<int64_t> value;
  if (type.is(plan::TypeKind::kYearMonthInterval)) {
    const YearMonthFields fields = {YearMonthField(type.year_month_start()), YearMonthField(type.year_month_end())};
    value = string_to_year_month(text, fields, CastMode::kTry);
  } else {
    const DayTimeFields fields = {DayTimeField(type.day_time_start()), DayTimeField(type.day_time_end())};
    value = string_to_day_time(text, fields, CastMode::kTry);
  }
  return value ? std::optional<Value>(Value(*value)) : std::nullopt;
}

}  // namespace firesteel::functions::kernel
