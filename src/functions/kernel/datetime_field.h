// The fields of extract(field FROM source), date_part and datepart.
#pragma once

#include <optional>
#include <string_view>

#include "functions/kernel/value.h"

namespace firesteel::functions::kernel {

enum class DatetimeField {
  kYear, kYearOfWeek, kQuarter, kMonth, kWeek, kDay, kDayOfWeek, kDayOfWeekIso, kDayOfYear, kHour,
  kMinute, kSecond
};

// By any of Spark's names, in any case.
std::optional<DatetimeField> parse_datetime_field(std::string_view name);

// What the field of a source is, or nothing when a source of that type has no such field.
std::optional<plan::Type> datetime_field_type(DatetimeField field, const plan::Type& source);

// `result` must be the type that datetime_field_type() gives. Timestamps are read in `time_zone`.
Value extract_field(DatetimeField field, const plan::Type& source, const plan::Type& result,
                    const Value& value, std::string_view time_zone);

}  // namespace firesteel::functions::kernel
