// Texts of intervals: INTERVAL literals and casts. Source: IntervalUtils and SparkIntervalUtils of Spark 4.2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/expression.h"

namespace firesteel::functions::kernel {

// "interval 1 day -2 hours" → the sum of its pairs. Throws INVALID_INTERVAL_FORMAT.*.
plan::Literal::Interval read_interval(std::string_view text);
// The units that such a text names.
std::vector<std::string> interval_units(std::string_view text);

// CAST(text AS INTERVAL): no value where the text is no interval (IntervalUtils.safeStringToInterval).
std::optional<plan::Literal::Interval> string_to_interval(std::string_view text);

// The narrowest ANSI interval type over the units; false when they mix months with days.
bool interval_type_of(const std::vector<std::string>& units, plan::Type* type);

// '1-2' as months; 'd h:m:s.n' and its parts as microseconds. Throws INVALID_INTERVAL_FORMAT.*.
int64_t parse_year_to_month(std::string_view text);
int64_t parse_day_to_second(std::string_view text, plan::DayTimeField from, plan::DayTimeField to);

}  // namespace firesteel::functions::kernel
