#include "functions/kernel/legacy_calendar.h"

#include <algorithm>

#include "functions/kernel/civil.h"

namespace firesteel::functions::kernel {

namespace {

using Field = CalendarField;

constexpr int64_t kMillisPerDay = kSecondsPerDay * 1000;
constexpr int32_t kMillisPerHour = 3'600'000;
constexpr int64_t kMicrosPerMilli = 1000;
constexpr int64_t kGregorianStart = -141427;  // 1582-10-15
constexpr int32_t kGregorianStartYear = 1582;
constexpr int64_t kFirstYear = 1970;
constexpr int32_t kMonths = 12;
constexpr int32_t kDaysPerWeek = 7;
constexpr int32_t kSunday = 1;
// java.util.TimeZone has no transitions before 1900-01-01T00:00Z: there each zone has the offset of today.
constexpr int64_t kFirstTransitionSeconds = -2208988800;
// Instants in the winter and in the summer of a year whose rules hold on.
constexpr int64_t kWinterSeconds = 2114380800, kSummerSeconds = 2130019200;

uint32_t bit(Field field) { return 1U << static_cast<uint32_t>(field); }

int64_t days_from_julian(int64_t year, int32_t month, int32_t day) {
  year -= month <= 2 ? 1 : 0;
  const int64_t era = floor_div(year, 4);
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 1461 + (year - era * 4) * 365 + day_of_year - 719470;
}

CivilDate julian_from_days(int64_t days) {
  days += 719470;
  const int64_t era = floor_div(days, 1461);
  const int64_t day_of_era = days - era * 1461;
  const int64_t year_of_era = (day_of_era - day_of_era / 1460) / 365;
  const int64_t day_of_year = day_of_era - 365 * year_of_era;
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<int32_t>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const auto month = static_cast<int32_t>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {static_cast<int32_t>(year_of_era + era * 4 + (month <= 2 ? 1 : 0)), month, day};
}

int64_t days_from_hybrid(int64_t year, int32_t month, int32_t day) {
  const int64_t gregorian = days_from_civil(year, month, day);
  return gregorian >= kGregorianStart ? gregorian : days_from_julian(year, month, day);
}

CivilDate hybrid_from_days(int64_t days) { return days >= kGregorianStart ? civil_from_days(days) : julian_from_days(days); }

// 1 for Sunday.
int32_t day_of_week(int64_t days) { return static_cast<int32_t>(floor_mod(days + 4, kDaysPerWeek)) + kSunday; }

int64_t on_or_before(int64_t days, int64_t wanted_day_of_week) {
  return days - floor_mod(day_of_week(days) - wanted_day_of_week, kDaysPerWeek);
}

// The number of the week, from 1, in a period whose first week is the one that holds its first day.
int32_t week_number(int64_t first_day, int64_t days) {
  return static_cast<int32_t>(floor_div(days - on_or_before(first_day, kSunday), kDaysPerWeek)) + 1;
}

int32_t daylight_saving_seconds(int64_t utc_seconds, const TimeZone& zone) {
  if (utc_seconds < kFirstTransitionSeconds || !zone.is_daylight_saving(utc_seconds)) return 0;
  const int32_t today = daylight_saving_millis(zone);
  return today != 0 ? today / 1000 : kMillisPerHour / 1000;
}

int64_t offset_seconds(int64_t utc_seconds, const TimeZone& zone) {
  return utc_seconds < kFirstTransitionSeconds ? standard_offset_millis(zone) / 1000 : zone.offset_at(utc_seconds);
}

// ZoneInfo.getOffsetsByWall: in a gap the offset before it, in an overlap the one after it.
int64_t offset_seconds_of_local(int64_t local_seconds, const TimeZone& zone) {
  const int64_t before = offset_seconds(local_seconds - kSecondsPerDay, zone);
  const int64_t after = offset_seconds(local_seconds + kSecondsPerDay, zone);
  if (before == after) return offset_seconds(local_seconds - before, zone);
  return offset_seconds(local_seconds - after, zone) == after ? after : before;
}

void put_weeks(int64_t days, const CivilDate& date, CalendarFields& fields) {
  const int64_t year_start = days_from_hybrid(date.year, 1, 1);
  const int64_t next_year = days_from_hybrid(int64_t{date.year} + 1, 1, 1);
  const int64_t first_of_month = days_from_hybrid(date.year, date.month, 1);
  fields[Field::kDayOfYear] = static_cast<int32_t>(days - year_start) + 1;
  fields[Field::kDayOfWeek] = day_of_week(days);
  fields[Field::kDayOfWeekInMonth] = static_cast<int32_t>(days - first_of_month) / kDaysPerWeek + 1;
  fields[Field::kWeekOfMonth] = week_number(first_of_month, days);
  fields[Field::kWeekOfYear] = on_or_before(next_year, kSunday) <= days ? 1 : week_number(year_start, days);
}

// What java.util.TimeZone.getTimeZone makes of a zone's id, which knows no '+08:00' and takes it for UTC.
const TimeZone& rebasing_zone(const TimeZone& zone) {
  return zone.is_offset() && !zone.id().starts_with("GMT") ? TimeZone::utc() : zone;
}

int64_t proleptic_year(const CalendarFields& fields) {
  return fields[Field::kEra] == 0 ? 1 - int64_t{fields[Field::kYear]} : fields[Field::kYear];
}

int64_t time_of_day_seconds(const CalendarFields& fields) {
  return fields[Field::kHourOfDay] * int64_t{3600} + fields[Field::kMinute] * 60 + fields[Field::kSecond];
}

bool same_offsets(const CalendarFields& a, const CalendarFields& b) {
  return a[Field::kZoneOffset] == b[Field::kZoneOffset] && a[Field::kDaylightOffset] == b[Field::kDaylightOffset];
}

// The offset after a transition, where a local time stands twice; otherwise nothing.
std::optional<int64_t> later_offset(int64_t local_seconds, const TimeZone& zone) {
  const int64_t earlier = zone.offset_for_local(local_seconds);
  const int64_t later = zone.offset_at(local_seconds + kSecondsPerDay);
  if (later >= earlier || zone.offset_at(local_seconds - later) != later) return std::nullopt;
  return later;
}

}  // namespace

int32_t standard_offset_millis(const TimeZone& zone) {
  const bool is_summer = zone.is_daylight_saving(kWinterSeconds);
  return zone.offset_at(is_summer ? kSummerSeconds : kWinterSeconds) * 1000;
}

int32_t daylight_saving_millis(const TimeZone& zone) {
  const bool is_winter = zone.is_daylight_saving(kWinterSeconds), is_summer = zone.is_daylight_saving(kSummerSeconds);
  if (is_winter == is_summer) return 0;
  const int32_t difference = zone.offset_at(kSummerSeconds) - zone.offset_at(kWinterSeconds);
  return (is_summer ? difference : -difference) * 1000;
}

CalendarFields calendar_fields(int64_t utc_millis, const TimeZone& zone) {
  const int64_t utc_seconds = floor_div(utc_millis, 1000);
  const int64_t offset = offset_seconds(utc_seconds, zone);
  const int32_t saving = daylight_saving_seconds(utc_seconds, zone);
  const int64_t local = utc_seconds + offset;
  const int64_t days = floor_div(local, kSecondsPerDay);
  const auto of_day = static_cast<int32_t>(floor_mod(local, kSecondsPerDay));
  const CivilDate date = hybrid_from_days(days);
  CalendarFields fields;
  fields[Field::kEra] = date.year > 0 ? 1 : 0;
  fields[Field::kYear] = date.year > 0 ? date.year : 1 - date.year;
  fields[Field::kMonth] = date.month - 1;
  fields[Field::kDayOfMonth] = date.day;
  put_weeks(days, date, fields);
  fields[Field::kHourOfDay] = of_day / 3600;
  fields[Field::kAmPm] = fields[Field::kHourOfDay] / kMonths;
  fields[Field::kHour] = fields[Field::kHourOfDay] % kMonths;
  fields[Field::kMinute] = of_day / 60 % 60;
  fields[Field::kSecond] = of_day % 60;
  fields[Field::kMillisecond] = static_cast<int32_t>(floor_mod(utc_millis, 1000));
  fields[Field::kZoneOffset] = static_cast<int32_t>(offset - saving) * 1000;
  fields[Field::kDaylightOffset] = saving * 1000;
  return fields;
}

int64_t week_year_of(const CalendarFields& fields) {
  const int64_t year = proleptic_year(fields);
  const int64_t days = days_from_hybrid(year, fields[Field::kMonth] + 1, fields[Field::kDayOfMonth]);
  return on_or_before(days_from_hybrid(year + 1, 1, 1), kSunday) <= days ? year + 1 : year;
}

void LegacyCalendar::set(Field field, int32_t value) {
  values_[field] = value;
  stamps_[static_cast<size_t>(field)] = next_stamp_++;
}

void LegacyCalendar::clear(Field field) {
  values_[field] = 0;
  stamps_[static_cast<size_t>(field)] = kUnset;
}

bool LegacyCalendar::set_week_date(int32_t week_year, int32_t week, int32_t wanted_day) {
  const int64_t first = on_or_before(days_from_hybrid(week_year, 1, 1), kSunday);
  const int64_t days = first + (wanted_day - kSunday) + int64_t{kDaysPerWeek} * (int64_t{week} - 1);
  const CalendarFields found = calendar_fields(days * kMillisPerDay, TimeZone::utc());
  if (!is_lenient_ && (week_year <= 0 || week_year_of(found) != week_year || found[Field::kWeekOfYear] != week)) return false;
  for (const Field field : {Field::kEra, Field::kYear, Field::kMonth, Field::kDayOfMonth}) set(field, found[field]);
  values_[Field::kWeekOfYear] = week;
  return true;
}

uint32_t LegacyCalendar::stamp_of_both(Field a, Field b) const {
  return stamp(a) == kUnset || stamp(b) == kUnset ? kUnset : std::max(stamp(a), stamp(b));
}

// Calendar.selectFields: the most recent group of fields that names a day within the year.
LegacyCalendar::Mask LegacyCalendar::day_fields() const {
  const uint32_t weekday = stamp(Field::kDayOfWeek);
  uint32_t day = stamp(Field::kDayOfMonth);
  uint32_t week_of_month = stamp_of_both(Field::kWeekOfMonth, Field::kDayOfWeek);
  uint32_t in_month = stamp_of_both(Field::kDayOfWeekInMonth, Field::kDayOfWeek);
  const uint32_t day_of_year = stamp(Field::kDayOfYear);
  uint32_t week_of_year = stamp_of_both(Field::kWeekOfYear, Field::kDayOfWeek);
  uint32_t best = std::max({day, week_of_month, in_month, day_of_year, week_of_year});
  if (best == kUnset) {
    // No group is complete: a week alone counts, and a day of the week as one in the month.
    week_of_month = stamp(Field::kWeekOfMonth);
    in_month = std::max(stamp(Field::kDayOfWeekInMonth), weekday);
    week_of_year = stamp(Field::kWeekOfYear);
    best = std::max({week_of_month, in_month, week_of_year});
    if (best == kUnset) best = day = stamp(Field::kMonth);
  }
  const Mask with_weekday = weekday != kUnset ? bit(Field::kDayOfWeek) : 0;
  const uint32_t rival = stamp(Field::kWeekOfYear);
  const bool is_in_month = best == day || (best == week_of_month && stamp(Field::kWeekOfMonth) >= rival) ||
                           (best == in_month && stamp(Field::kDayOfWeekInMonth) >= rival);
  if (!is_in_month) return best == day_of_year ? bit(Field::kDayOfYear) : with_weekday | bit(Field::kWeekOfYear);
  if (best == day) return bit(Field::kMonth) | bit(Field::kDayOfMonth);
  const Mask mask = bit(Field::kMonth) | with_weekday;
  if (week_of_month == in_month) {
    const bool is_week = stamp(Field::kWeekOfMonth) >= stamp(Field::kDayOfWeekInMonth);
    return mask | bit(is_week ? Field::kWeekOfMonth : Field::kDayOfWeekInMonth);
  }
  if (best == week_of_month) return mask | bit(Field::kWeekOfMonth);
  return stamp(Field::kDayOfWeekInMonth) != kUnset ? mask | bit(Field::kDayOfWeekInMonth) : mask;
}

LegacyCalendar::Mask LegacyCalendar::time_fields() const {
  const uint32_t hour_of_day = stamp(Field::kHourOfDay);
  uint32_t best = std::max(stamp_of_both(Field::kHour, Field::kAmPm), hour_of_day);
  if (best == kUnset) best = std::max(stamp(Field::kHour), stamp(Field::kAmPm));
  if (best == kUnset) return 0;
  return best == hour_of_day ? bit(Field::kHourOfDay) : bit(Field::kHour) | bit(Field::kAmPm);
}

bool LegacyCalendar::is_in_range() const {
  struct Range {
    int32_t least, most;
  };
  static constexpr Range kRanges[kCalendarFields] = {
      {0, 1}, {1, 292278994}, {0, 11}, {1, 53}, {0, 6}, {1, 31}, {1, 366}, {1, 7}, {1, 6}, {0, 1},
      {0, 11}, {0, 23}, {0, 59}, {0, 59}, {0, 999}, {-13 * kMillisPerHour, 14 * kMillisPerHour}, {0, 2 * kMillisPerHour}};
  for (size_t i = 0; i < kCalendarFields; ++i) {
    const int32_t value = values_[static_cast<Field>(i)];
    if (stamps_[i] >= kFirstStamp && (value < kRanges[i].least || value > kRanges[i].most)) return false;
  }
  return true;
}

// GregorianCalendar.getFixedDate.
int64_t LegacyCalendar::days_of(bool is_julian, int64_t year, Mask mask) const {
  const auto has = [&](Field field) { return (mask & bit(field)) != 0; };
  int64_t month = 0;
  if (has(Field::kMonth)) {
    month = values_[Field::kMonth];
    year += floor_div(month, kMonths);
    month = floor_mod(month, kMonths);
  }
  const auto number = static_cast<int32_t>(month) + 1;
  const int64_t first = is_julian ? days_from_julian(year, number, 1) : days_from_civil(year, number, 1);
  if (has(Field::kDayOfMonth)) return stamp(Field::kDayOfMonth) != kUnset ? first + values_[Field::kDayOfMonth] - 1 : first;
  if (has(Field::kDayOfYear)) return first + values_[Field::kDayOfYear] - 1;
  const int32_t weekday = has(Field::kDayOfWeek) ? values_[Field::kDayOfWeek] : kSunday;
  if (has(Field::kMonth) && !has(Field::kWeekOfMonth)) {
    const int64_t in_month = has(Field::kDayOfWeekInMonth) ? values_[Field::kDayOfWeekInMonth] : 1;
    if (in_month >= 0) return on_or_before(first + kDaysPerWeek * in_month - 1, weekday);
    const int32_t length = number == 2 && is_julian && floor_mod(year, 4) == 0 ? 29 : days_in_month(year, number);
    return on_or_before(first + length + kDaysPerWeek * (in_month + 1) - 1, weekday);
  }
  const int64_t week = values_[has(Field::kMonth) ? Field::kWeekOfMonth : Field::kWeekOfYear];
  const int64_t wanted = on_or_before(on_or_before(first, kSunday) + kDaysPerWeek - 1, weekday);
  return wanted + kDaysPerWeek * (week - 1);
}

// Which calendar the day stands in; the days from 1582-10-05 to 14 are not there, but for lenient calendars, which count on.
std::optional<int64_t> LegacyCalendar::resolved_days(int64_t year, int64_t carried, Mask mask) const {
  const auto julian = [&] { return carried + days_of(/*is_julian=*/true, year, mask); };
  if (year < kGregorianStartYear) {
    const int64_t days = julian();
    if (days < kGregorianStart) return days;
  }
  const int64_t gregorian = carried + days_of(/*is_julian=*/false, year, mask);
  if (year > kGregorianStartYear && gregorian >= kGregorianStart) return gregorian;
  const int64_t days = julian();
  // Counted from the beginning of the year, days of 1582 are those of the Julian calendar.
  if ((mask & (bit(Field::kDayOfYear) | bit(Field::kWeekOfYear))) != 0) return days;
  if (year < kGregorianStartYear || days < kGregorianStart) return days;
  if (gregorian >= kGregorianStart) return gregorian;
  return is_lenient_ ? std::optional<int64_t>(days) : std::nullopt;
}

int64_t LegacyCalendar::offset_millis(int64_t local_millis, CalendarFields* offsets) const {
  const int64_t local = floor_div(local_millis, 1000);
  const int64_t total = offset_seconds_of_local(local, *zone_);
  const int32_t saving = daylight_saving_seconds(local - total, *zone_) * 1000;
  CalendarFields& out = *offsets;
  out[Field::kZoneOffset] = static_cast<int32_t>(total) * 1000 - saving;
  out[Field::kDaylightOffset] = saving;
  for (const Field field : {Field::kZoneOffset, Field::kDaylightOffset}) {
    if (stamp(field) >= kFirstStamp) out[field] = values_[field];
  }
  return int64_t{out[Field::kZoneOffset]} + out[Field::kDaylightOffset];
}

std::optional<int64_t> LegacyCalendar::millis() const {
  if (!is_lenient_ && !is_in_range()) return std::nullopt;
  const auto is_set = [&](Field field) { return stamp(field) != kUnset; };
  const Mask day = day_fields(), time = time_fields();
  int64_t year = is_set(Field::kYear) ? values_[Field::kYear] : kFirstYear;
  if (is_set(Field::kEra) && values_[Field::kEra] == 0) year = 1 - year;
  int64_t of_day = (time & bit(Field::kHourOfDay)) != 0 ? values_[Field::kHourOfDay]
                                                        : values_[Field::kHour] + int64_t{12} * values_[Field::kAmPm];
  if (time == 0) of_day = 0;
  of_day = (of_day * 60 + values_[Field::kMinute]) * 60 + values_[Field::kSecond];
  of_day = of_day * 1000 + values_[Field::kMillisecond];
  const auto days = resolved_days(year, floor_div(of_day, kMillisPerDay), day);
  if (!days) return std::nullopt;
  // Java wraps around, far beyond the years of timestamps.
  const auto local = static_cast<int64_t>(static_cast<uint64_t>(*days) * kMillisPerDay + static_cast<uint64_t>(floor_mod(of_day, kMillisPerDay)));
  CalendarFields offsets;
  const int64_t result = local - offset_millis(local, &offsets);
  if (is_lenient_) return result;
  // A fixed zone shows what the clock shows under the offsets that were set.
  CalendarFields found = calendar_fields(local, TimeZone::utc());
  for (const Field field : {Field::kZoneOffset, Field::kDaylightOffset}) found[field] = offsets[field];
  if (!is_set(Field::kZoneOffset) && !is_set(Field::kDaylightOffset)) found = calendar_fields(result, *zone_);
  for (size_t i = 0; i < kCalendarFields; ++i) {
    const auto field = static_cast<Field>(i);
    if (stamps_[i] >= kFirstStamp && found[field] != values_[field]) return std::nullopt;
  }
  return result;
}

int64_t rebase_julian_to_gregorian_days(int64_t days) {
  // A day of February that the other calendar lacks is the first of March.
  const CivilDate date = hybrid_from_days(days);
  return days_from_civil(date.year, date.month, 1) + date.day - 1;
}

int64_t rebase_gregorian_to_julian_days(int64_t days) {
  if (days >= days_from_civil(1582, 10, 5) && days < kGregorianStart) return kGregorianStart;
  const CivilDate date = civil_from_days(days);
  return days_from_hybrid(date.year, date.month, date.day);
}

std::optional<int64_t> rebase_julian_to_gregorian(int64_t micros, const TimeZone& session_zone) {
  if (micros >= kLastRebasedMicros) return micros;
  const TimeZone& zone = rebasing_zone(session_zone);
  const int64_t millis = floor_div(micros, kMicrosPerMilli);
  const CalendarFields fields = calendar_fields(millis, zone);
  const int64_t julian_day = days_from_hybrid(proleptic_year(fields), fields[Field::kMonth] + 1, fields[Field::kDayOfMonth]);
  const int64_t local = rebase_julian_to_gregorian_days(julian_day) * kSecondsPerDay + time_of_day_seconds(fields);
  int64_t offset = zone.offset_for_local(local);
  if (const auto later = later_offset(local, zone)) {
    if (same_offsets(fields, calendar_fields(millis + kMillisPerDay, zone))) offset = *later;
  }
  return checked_micros(local - offset, floor_mod(micros, kMicrosPerSecond));
}

std::optional<int64_t> rebase_gregorian_to_julian(int64_t micros, const TimeZone& session_zone) {
  if (micros >= kLastRebasedMicros) return micros;
  const TimeZone& zone = rebasing_zone(session_zone);
  const int64_t utc = floor_div(micros, kMicrosPerSecond);
  const int64_t shown = utc + zone.offset_at(utc);
  const int64_t days = rebase_gregorian_to_julian_days(floor_div(shown, kSecondsPerDay));
  const int64_t local = days * kSecondsPerDay + floor_mod(shown, kSecondsPerDay);
  int64_t offset = offset_seconds_of_local(local, zone);
  if (const auto later = later_offset(shown, zone)) {
    const bool is_earlier = zone.offset_at(utc) != *later;
    offset = offset_seconds_of_local(local + (is_earlier ? -kSecondsPerDay : kSecondsPerDay), zone);
  }
  return checked_micros(local - offset, floor_mod(micros, kMicrosPerSecond));
}

}  // namespace firesteel::functions::kernel
