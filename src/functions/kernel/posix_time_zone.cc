#include "functions/kernel/posix_time_zone.h"

#include "functions/kernel/civil.h"

namespace firesteel::functions::kernel {

class PosixTimeZone::Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }

  bool skip(char wanted) {
    if (rest_.empty() || rest_[0] != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool skip_name() {
    if (skip('<')) {
      while (!rest_.empty() && rest_[0] != '>') rest_.remove_prefix(1);
      return skip('>');
    }
    size_t size = 0;
    while (size < rest_.size() && ((rest_[size] | 0x20) >= 'a' && (rest_[size] | 0x20) <= 'z')) {
      ++size;
    }
    rest_.remove_prefix(size);
    return size > 0;
  }

  int32_t number() {
    int32_t value = 0;
    while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9') {
      value = value * 10 + (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

  // [+-]h[:mm[:ss]] in seconds.
  int32_t time() {
    const bool negative = skip('-');
    if (!negative) skip('+');
    int32_t seconds = number() * 3600;
    if (skip(':')) seconds += number() * 60;
    if (skip(':')) seconds += number();
    return negative ? -seconds : seconds;
  }

  Date date() {
    Date date;
    if (skip('M')) {
      date.form = Date::Form::kMonthWeekDay;
      date.month = number();
      skip('.');
      date.week = number();
      skip('.');
      date.day = number();
    } else {
      date.form = skip('J') ? Date::Form::kJulian : Date::Form::kZeroBased;
      date.day = number();
    }
    if (skip('/')) date.seconds = time();
    return date;
  }

 private:
  std::string_view rest_;
};

std::optional<PosixTimeZone> PosixTimeZone::parse(std::string_view text) {
  Reader reader(text);
  PosixTimeZone zone;
  if (!reader.skip_name()) return std::nullopt;
  // POSIX counts offsets westwards.
  zone.standard_offset_ = -reader.time();
  if (reader.at_end()) return zone;
  if (!reader.skip_name()) return std::nullopt;
  zone.has_daylight_saving_ = true;
  zone.daylight_offset_ = zone.standard_offset_ + 3600;
  if (!reader.skip(',')) {
    zone.daylight_offset_ = -reader.time();
    if (!reader.skip(',')) return std::nullopt;
  }
  zone.starts_ = reader.date();
  if (!reader.skip(',')) return std::nullopt;
  zone.ends_ = reader.date();
  return zone;
}

int64_t PosixTimeZone::Date::local_seconds(int32_t year) const {
  int64_t days = days_from_civil(year, 1, 1);
  switch (form) {
    case Form::kJulian:
      // Day 60 is always the 1st of March.
      days += day - 1 + (is_leap_year(year) && day >= 60 ? 1 : 0);
      break;
    case Form::kZeroBased:
      days += day;
      break;
    case Form::kMonthWeekDay: {
      const int64_t first = days_from_civil(year, month, 1);
      const int64_t weekday_of_first = iso_day_of_week(first) % 7;
      int64_t offset = floor_mod(day - weekday_of_first, 7) + (week - 1) * 7;
      while (offset >= days_in_month(year, month)) offset -= 7;
      days = first + offset;
      break;
    }
  }
  return days * kSecondsPerDay + seconds;
}

std::vector<PosixTimeZone::Change> PosixTimeZone::changes_in(int32_t year) const {
  const Change starts = {starts_.local_seconds(year) - standard_offset_, daylight_offset_, true};
  const Change ends = {ends_.local_seconds(year) - daylight_offset_, standard_offset_, false};
  if (starts.utc_seconds < ends.utc_seconds) return {starts, ends};
  return {ends, starts};
}

}  // namespace firesteel::functions::kernel
