// + - * / of ANSI intervals, as Spark's IntervalMathUtils and its interval expressions compute them:
// exact, rounded half up, an error beyond the range.
#pragma once

#include <cstdint>

#include <optional>

#include "functions/kernel/date_functions.h"
#include "functions/kernel/decimal.h"

namespace firesteel::functions::kernel {

// Months or microseconds; `is_months` narrows the range to 32 bits. Overflow raises
// INTERVAL_ARITHMETIC_OVERFLOW.
int64_t add_intervals(int64_t left, int64_t right, bool is_months);
int64_t subtract_intervals(int64_t left, int64_t right, bool is_months);
int64_t negate_interval(int64_t value, bool is_months);

// Overflow raises ARITHMETIC_OVERFLOW, a divisor of zero INTERVAL_DIVIDED_BY_ZERO.
int64_t multiply_interval(int64_t value, int64_t factor, bool is_months);
int64_t multiply_interval(int64_t value, double factor, bool is_months);
int64_t multiply_interval(int64_t value, Int128 factor, int scale, bool is_months);
int64_t divide_interval(int64_t value, int64_t divisor, bool is_months);
int64_t divide_interval(int64_t value, double divisor, bool is_months);
int64_t divide_interval(int64_t value, Int128 divisor, int scale, bool is_months);

// Calendar intervals: months lose their fraction, days hand theirs on to the microseconds. Beyond the
// range months and days raise ARITHMETIC_OVERFLOW if `is_exact`, otherwise they are the limit; so
// microseconds always are. A divisor of zero gives nothing unless `is_exact`.
CalendarInterval multiply_interval(const CalendarInterval& interval, double factor, bool is_exact);
std::optional<CalendarInterval> divide_interval(const CalendarInterval& interval, double divisor, bool is_exact);

}  // namespace firesteel::functions::kernel
