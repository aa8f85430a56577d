// Which zone java.text.SimpleDateFormat and commons-lang3's FastDateParser take a name in a text for.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "functions/kernel/time_zone.h"

namespace firesteel::functions::kernel {

struct LegacyZoneName {
  const TimeZone* zone = nullptr;
  size_t size = 0;  // of the name
  bool is_daylight = false;
  bool is_ambiguous = false;  // the zone has the same name in summer: the date decides
};

// SimpleDateFormat: the first zone of Java's list with a name that `text` begins with, in any case; `own` comes before all others.
std::optional<LegacyZoneName> find_simple_zone_name(std::string_view text, const TimeZone& own);
// FastDateParser: the longest name that `text` begins with.
std::optional<LegacyZoneName> find_fast_zone_name(std::string_view text);

}  // namespace firesteel::functions::kernel
