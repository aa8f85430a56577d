// java.util.GregorianCalendar in English: days before 1582-10-15 are Julian, fields may be set in any
// combination, and time zones know no offset of their own before 1900. The formats of Spark 2 stand on it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "functions/kernel/time_zone.h"

namespace firesteel::functions::kernel {

// The fields of java.util.Calendar in its order.
enum class CalendarField : uint8_t {
  kEra,  // 0 BC, 1 AD
  kYear,
  kMonth,  // from 0
  kWeekOfYear,
  kWeekOfMonth,
  kDayOfMonth,
  kDayOfYear,
  kDayOfWeek,  // 1 for Sunday
  kDayOfWeekInMonth,
  kAmPm,
  kHour,
  kHourOfDay,
  kMinute,
  kSecond,
  kMillisecond,
  kZoneOffset,      // milliseconds
  kDaylightOffset,  // milliseconds
};
inline constexpr size_t kCalendarFields = 17;

class CalendarFields {
 public:
  int32_t& operator[](CalendarField field) { return values_[static_cast<size_t>(field)]; }
  int32_t operator[](CalendarField field) const { return values_[static_cast<size_t>(field)]; }

 private:
  std::array<int32_t, kCalendarFields> values_ = {};
};

// What a wall clock in `zone` shows at an instant, in milliseconds since 1970.
CalendarFields calendar_fields(int64_t utc_millis, const TimeZone& zone);
// The year whose weeks, which begin on Sundays, hold the day of `fields`; its first is the one with January 1.
int64_t week_year_of(const CalendarFields& fields);
// The milliseconds by which clocks are put forward in the zone today; 0 if never.
int32_t daylight_saving_millis(const TimeZone& zone);
// The zone's offset from UTC today, without daylight saving.
int32_t standard_offset_millis(const TimeZone& zone);

// Fields that are set one after another and then looked at together. Between combinations that contradict each other the one that
// was set last counts.
class LegacyCalendar {
 public:
  LegacyCalendar(const TimeZone& zone, bool is_lenient) : zone_(&zone), is_lenient_(is_lenient) {}

  void set(CalendarField field, int32_t value);
  void clear(CalendarField field);
  void set_time_zone(const TimeZone& zone) { zone_ = &zone; }
  int32_t get(CalendarField field) const { return values_[field]; }
  // Era, year, month and day of a day of a week; false if the calendar is strict and there is no such week or day.
  bool set_week_date(int32_t week_year, int32_t week, int32_t day_of_week);

  // Milliseconds since 1970; nothing if the calendar is strict and a field is out of its range or not that of the resulting day.
  std::optional<int64_t> millis() const;

 private:
  using Mask = uint32_t;
  static constexpr uint32_t kUnset = 0, kFirstStamp = 2;

  uint32_t stamp(CalendarField field) const { return stamps_[static_cast<size_t>(field)]; }
  uint32_t stamp_of_both(CalendarField a, CalendarField b) const;
  Mask day_fields() const;
  Mask time_fields() const;
  bool is_in_range() const;
  int64_t days_of(bool is_julian, int64_t year, Mask mask) const;
  std::optional<int64_t> resolved_days(int64_t year, int64_t carried, Mask mask) const;
  int64_t offset_millis(int64_t local_millis, CalendarFields* offsets) const;

  const TimeZone* zone_;
  bool is_lenient_;
  CalendarFields values_;
  std::array<uint32_t, kCalendarFields> stamps_ = {};
  uint32_t next_stamp_ = kFirstStamp;
};

// RebaseDateTime: the instant at which clocks in `zone` show in the one calendar what they show in the other at the given one.
// Microseconds; nothing on overflow.
std::optional<int64_t> rebase_julian_to_gregorian(int64_t micros, const TimeZone& zone);
std::optional<int64_t> rebase_gregorian_to_julian(int64_t micros, const TimeZone& zone);
// The day that has the same date in the other calendar.
int64_t rebase_julian_to_gregorian_days(int64_t days);
int64_t rebase_gregorian_to_julian_days(int64_t days);

// From 1900 on the two are the same: RebaseDateTime.lastSwitchJulianTs.
inline constexpr int64_t kLastRebasedMicros = -2208988800000000;

}  // namespace firesteel::functions::kernel
