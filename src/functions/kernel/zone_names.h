// The English names of time zones: 'PST', 'Pacific Daylight Time'.
#pragma once

#include <string>
#include <string_view>

namespace firesteel::functions::kernel {

struct ZoneNames {
  std::string_view standard_short;
  std::string_view daylight_short;
  std::string_view standard_long;
  std::string_view daylight_long;
};

// nullptr for an id that has no names, such as an offset.
const ZoneNames* find_zone_names(std::string_view id);
// The zone that one of its names stands for, in any case; empty if unknown.
std::string_view find_zone_id_by_name(std::string_view name);
// 'europe/paris' to 'Europe/Paris'; empty if unknown.
std::string_view find_zone_id_ignoring_case(std::string_view id);

}  // namespace firesteel::functions::kernel
