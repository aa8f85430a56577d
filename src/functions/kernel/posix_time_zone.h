// The rule at the end of a tz database file, "PST8PDT,M3.2.0,M11.1.0", which holds for all years
// after the file's last listed transition.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace firesteel::functions::kernel {

class PosixTimeZone {
 public:
  struct Change {
    int64_t utc_seconds;
    int32_t offset_seconds;  // from here on
    bool is_daylight_saving;
  };

  static std::optional<PosixTimeZone> parse(std::string_view text);

  bool has_daylight_saving() const { return has_daylight_saving_; }
  // The changes of a year in order of time.
  std::vector<Change> changes_in(int32_t year) const;

 private:
  // A day of the year and a time of that day in local seconds, which may leave the day.
  struct Date {
    enum class Form { kMonthWeekDay, kJulian, kZeroBased } form = Form::kJulian;
    int32_t month = 0;
    int32_t week = 0;
    int32_t day = 0;
    int32_t seconds = 7200;
    int64_t local_seconds(int32_t year) const;
  };
  class Reader;

  int32_t standard_offset_ = 0;
  int32_t daylight_offset_ = 0;
  bool has_daylight_saving_ = false;
  Date starts_;
  Date ends_;
};

}  // namespace firesteel::functions::kernel
