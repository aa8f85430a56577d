// Windows of time: the tumbling and sliding ones of window(), the ends of sessions, and the buckets
// of time_bucket (TimeWindowing, SessionWindowing, TimeBucket).
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "functions/kernel/time_zone.h"

namespace firesteel::functions::kernel {

// A length of time as "10 minutes" or "interval 1 day 2.5 seconds", in microseconds; a day has 24
// hours, a month as many days as stated. Throws CANNOT_PARSE_INTERVAL, and Spark's error for months
// and years where no days are stated.
int64_t parse_duration(std::string_view text, int64_t days_per_month = 0);

struct WindowShape {
  int64_t length_us = 0;
  int64_t slide_us = 0;
  int64_t start_us = 0;
};
// Starts and ends of all windows that hold the moment, the latest first.
std::vector<std::pair<int64_t, int64_t>> windows_of(int64_t moment_us, const WindowShape& shape);

// The start of the moment's bucket of so many microseconds, counted from the origin. Buckets of a day and more are so many days and
// the rest of a day away from the origin, on the clock of the zone.
int64_t day_time_bucket(int64_t moment_us, int64_t size_us, int64_t origin_us, const TimeZone& zone);
// The same with months.
int64_t year_month_bucket(int64_t moment_us, int64_t months, int64_t origin_us, const TimeZone& zone);

}  // namespace firesteel::functions::kernel
