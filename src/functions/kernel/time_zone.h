// Time zones by the ids that Spark accepts (java.time.ZoneId with its short ids, and the lenient
// offsets of Spark's getZoneId), and the conversion between local and UTC time by java.time's
// rules. Rules come from the operating system's tz database, read on the first use of a zone.
// Zones are immutable, live for the whole process and may be used from every thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace firesteel::functions::kernel {

class TimeZone {
 public:
  // 'UTC', 'Z', '+08:00', '-8', 'GMT+8', 'America/Los_Angeles', 'PST', …; nullptr if unknown.
  static const TimeZone* find(std::string_view id);
  // As find(), but an unknown id raises INVALID_TIMEZONE.
  static const TimeZone& get(std::string_view id);
  static const TimeZone& utc();

  // The range in which an offset holds; a caller's loop keeps one to skip the search.
  struct OffsetSpan {
    int64_t from = 1;  // seconds, inclusive
    int64_t until = 0;
    int32_t offset_seconds = 0;
  };

  // Seconds to add to UTC, at an instant.
  int32_t offset_at(int64_t utc_seconds) const;
  int32_t offset_at(int64_t utc_seconds, OffsetSpan& span) const;
  // Seconds to subtract from local time. In a gap and in an overlap it is the offset before the
  // transition, so a time in a gap moves later by its length and an ambiguous one is the earlier.
  int32_t offset_for_local(int64_t local_seconds) const;
  int32_t offset_for_local(int64_t local_seconds, OffsetSpan& span) const;

  // Microseconds. Overflow wraps only within a day of the ends of the int64 range.
  int64_t local_from_utc(int64_t utc_micros) const;
  int64_t utc_from_local(int64_t local_micros) const;

  // Whether local time stands still or runs ahead of the standard time at an instant.
  bool is_daylight_saving(int64_t utc_seconds) const;

  // The normalised id, as ZoneId.getId() gives it: 'America/Los_Angeles', '+08:00', 'GMT+08:00'.
  const std::string& id() const { return id_; }
  // Whether the zone is a plain offset, for which Java prints the offset as its name.
  bool is_offset() const { return is_offset_; }
  bool is_fixed() const { return transitions_.empty(); }

 private:
  struct Loader;

  // The index of the offset that holds; transitions_ or local_transitions_ is searched.
  static size_t search(const std::vector<int64_t>& transitions, int64_t seconds);
  int32_t look_up(const std::vector<int64_t>& transitions, int64_t seconds,
                  OffsetSpan& span) const;
  int64_t fold(int64_t seconds) const;

  std::string id_;
  bool is_offset_ = false;
  std::vector<int64_t> transitions_;        // UTC seconds, ascending
  std::vector<int64_t> local_transitions_;  // the same in local time, at the later wall clock
  std::vector<int32_t> offsets_;            // offsets_[i] holds before transitions_[i]
  std::vector<bool> daylight_saving_;       // beside offsets_
  // From here on the rules repeat every 400 years; INT64_MAX when they end in a constant.
  int64_t repeats_from_ = INT64_MAX;
};

// The offset 'Z', '+8', '+08', '+0800', '+08:00', '+08:00:30', … in seconds; false if malformed or
// beyond 18 hours.
bool parse_zone_offset(std::string_view text, int32_t& seconds);
// '+08:00', '-13:33:33', or 'Z' for zero.
std::string format_zone_offset(int32_t seconds);

}  // namespace firesteel::functions::kernel
