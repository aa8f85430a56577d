#include "functions/kernel/time_zone.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "functions/kernel/civil.h"
#include "functions/kernel/posix_time_zone.h"

namespace firesteel::functions::kernel {

namespace {

constexpr int64_t kSecondsPer400Years = 146097 * kSecondsPerDay;

// java.time.ZoneId.SHORT_IDS.
constexpr std::array<std::pair<std::string_view, std::string_view>, 28> kShortIds = {{
    {"ACT", "Australia/Darwin"},     {"AET", "Australia/Sydney"},
    {"AGT", "America/Argentina/Buenos_Aires"}, {"ART", "Africa/Cairo"},
    {"AST", "America/Anchorage"},    {"BET", "America/Sao_Paulo"},
    {"BST", "Asia/Dhaka"},           {"CAT", "Africa/Harare"},
    {"CNT", "America/St_Johns"},     {"CST", "America/Chicago"},
    {"CTT", "Asia/Shanghai"},        {"EAT", "Africa/Addis_Ababa"},
    {"ECT", "Europe/Paris"},         {"EST", "-05:00"},
    {"HST", "-10:00"},               {"IET", "America/Indiana/Indianapolis"},
    {"IST", "Asia/Kolkata"},         {"JST", "Asia/Tokyo"},
    {"MIT", "Pacific/Apia"},         {"MST", "-07:00"},
    {"NET", "Asia/Yerevan"},         {"NST", "Pacific/Auckland"},
    {"PLT", "Asia/Karachi"},         {"PNT", "America/Phoenix"},
    {"PRT", "America/Puerto_Rico"},  {"PST", "America/Los_Angeles"},
    {"SST", "Pacific/Guadalcanal"},  {"VST", "Asia/Ho_Chi_Minh"},
}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Spark accepts '+h:mm' and '+hh:m' beside java.time's forms.
std::string pad_offset(std::string_view id) {
  std::string text(id);
  for (size_t i = 0; i + 2 < text.size(); ++i) {
    if ((text[i] == '+' || text[i] == '-') && is_digit(text[i + 1]) && text[i + 2] == ':') {
      text.insert(i + 1, 1, '0');
      break;
    }
  }
  const size_t size = text.size();
  if (size >= 5 && (text[size - 5] == '+' || text[size - 5] == '-') && is_digit(text[size - 4]) &&
      is_digit(text[size - 3]) && text[size - 2] == ':' && is_digit(text[size - 1])) {
    text.insert(size - 1, 1, '0');
  }
  return text;
}

bool is_region_id(std::string_view id) {
  if (id.size() < 2 || id.find("..") != std::string_view::npos) return false;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (!is_letter(id[0])) return false;
  for (char c : id.substr(1)) {
    if (!is_letter(c) && !is_digit(c) && std::strchr("~/._+-", c) == nullptr) return false;
  }
  // Folders of the operating system's database that are no zones of java.time.
  return !id.starts_with("posix/") && !id.starts_with("right/") && id != "localtime" &&
         id != "posixrules" && id != "Factory";
}

std::string read_zone_file(std::string_view id) {
  std::ifstream file("/usr/share/zoneinfo/" + std::string(id), std::ios::binary);
  std::ostringstream content;
  if (file) content << file.rdbuf();
  return std::move(content).str();
}

int64_t big_endian(std::string_view bytes) {
  uint64_t value = (bytes[0] & 0x80) != 0 ? ~0ULL : 0;
  for (char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return static_cast<int64_t>(value);
}

}  // namespace

// Builds zones; a nested class because it fills the private tables.
struct TimeZone::Loader {
  static std::unique_ptr<TimeZone> fixed(std::string id, int32_t offset, bool is_offset) {
    auto zone = std::make_unique<TimeZone>();
    zone->id_ = std::move(id);
    zone->is_offset_ = is_offset;
    zone->offsets_ = {offset};
    zone->daylight_saving_ = {false};
    return zone;
  }

  static std::unique_ptr<TimeZone> load(std::string_view requested) {
    std::string id = pad_offset(requested);
    const auto short_id = std::find_if(kShortIds.begin(), kShortIds.end(),
                                       [&](const auto& pair) { return pair.first == id; });
    if (short_id != kShortIds.end()) id = short_id->second;
    int32_t offset = 0;
    if (id == "Z" || id.starts_with("+") || id.starts_with("-")) {
      if (!parse_zone_offset(id, offset)) return nullptr;
      return fixed(format_zone_offset(offset), offset, true);
    }
    for (std::string_view prefix : {"UTC", "GMT", "UT"}) {
      if (!id.starts_with(prefix)) continue;
      const std::string_view rest = std::string_view(id).substr(prefix.size());
      if (rest.empty()) return fixed(id, 0, false);
      if (rest[0] != '+' && rest[0] != '-') continue;
      if (!parse_zone_offset(rest, offset)) return nullptr;
      std::string suffix = offset == 0 ? "" : format_zone_offset(offset);
      return fixed(std::string(prefix) + suffix, offset, false);
    }
    return is_region_id(id) ? parse_file(id, read_zone_file(id)) : nullptr;
  }

  // RFC 8536. The second, 64-bit block follows the first, 32-bit one.
  static std::unique_ptr<TimeZone> parse_file(std::string_view id, std::string_view content) {
    constexpr size_t kHeaderSize = 44;
    if (content.size() < kHeaderSize || !content.starts_with("TZif") || content[4] < '2') {
      return nullptr;
    }
    const auto count = [&](int index) {
      return static_cast<size_t>(big_endian(content.substr(20 + 4 * index, 4)));
    };
    enum { kUtc, kStandard, kLeap, kTransitions, kTypes, kCharacters };
    const size_t first_block = count(kTransitions) * 5 + count(kTypes) * 6 + count(kCharacters) +
                               count(kLeap) * 8 + count(kStandard) + count(kUtc);
    content.remove_prefix(std::min(content.size(), kHeaderSize + first_block));
    if (content.size() < kHeaderSize) return nullptr;
    const size_t transitions = count(kTransitions), types = count(kTypes);
    const size_t block = transitions * 9 + types * 6 + count(kCharacters) + count(kLeap) * 12 +
                         count(kStandard) + count(kUtc);
    if (types == 0 || content.size() < kHeaderSize + block + 2) return nullptr;
    const std::string_view times = content.substr(kHeaderSize);
    const std::string_view indexes = times.substr(transitions * 8);
    const std::string_view type_rows = indexes.substr(transitions);
    const auto offset_of = [&](size_t type) {
      return static_cast<int32_t>(big_endian(type_rows.substr(type * 6, 4)));
    };
    auto zone = fixed(std::string(id), offset_of(0), false);
    zone->daylight_saving_ = {type_rows[4] != 0};
    for (size_t i = 0; i < transitions; ++i) {
      const auto type = static_cast<unsigned char>(indexes[i]);
      add(*zone, big_endian(times.substr(i * 8, 8)), offset_of(type),
          type_rows[type * 6 + 4] != 0);
    }
    std::string_view footer = content.substr(kHeaderSize + block + 1);
    footer = footer.substr(0, footer.find('\n'));
    extend(*zone, footer);
    finish(*zone);
    return zone;
  }

  static void add(TimeZone& zone, int64_t at, int32_t offset, bool daylight_saving) {
    if (!zone.transitions_.empty() && at <= zone.transitions_.back()) return;
    // java.time knows no transition that keeps the offset; here it would only cost a search step.
    if (offset == zone.offsets_.back() && daylight_saving == zone.daylight_saving_.back()) return;
    zone.transitions_.push_back(at);
    zone.offsets_.push_back(offset);
    zone.daylight_saving_.push_back(daylight_saving);
  }

  // Writes out one whole cycle of the calendar by the rule for the years after the last
  // transition; later years fold back into it.
  static void extend(TimeZone& zone, std::string_view footer) {
    const std::optional<PosixTimeZone> rule = PosixTimeZone::parse(footer);
    if (!rule || !rule->has_daylight_saving()) return;
    const int64_t last = zone.transitions_.empty() ? 0 : zone.transitions_.back();
    const int32_t first_year = civil_from_days(floor_div(last, kSecondsPerDay)).year;
    for (int32_t year = first_year; year <= first_year + 401; ++year) {
      for (const PosixTimeZone::Change& change : rule->changes_in(year)) {
        add(zone, change.utc_seconds, change.offset_seconds, change.is_daylight_saving);
      }
    }
    zone.repeats_from_ = days_from_civil(first_year + 401, 1, 1) * kSecondsPerDay;
  }

  static void finish(TimeZone& zone) {
    for (size_t i = 0; i < zone.transitions_.size(); ++i) {
      zone.local_transitions_.push_back(zone.transitions_[i] +
                                        std::max(zone.offsets_[i], zone.offsets_[i + 1]));
    }
  }
};

const TimeZone* TimeZone::find(std::string_view id) {
  static std::mutex mutex;
  static std::unordered_map<std::string, std::unique_ptr<TimeZone>> zones;
  const std::lock_guard lock(mutex);
  auto found = zones.find(std::string(id));
  if (found == zones.end()) {
    std::unique_ptr<TimeZone> zone = Loader::load(id);
    // Unknown ids come from data and are not worth keeping.
    if (zone == nullptr) return nullptr;
    found = zones.emplace(std::string(id), std::move(zone)).first;
  }
  return found->second.get();
}

const TimeZone& TimeZone::get(std::string_view id) {
  const TimeZone* zone = find(id);
  if (zone == nullptr) throw SparkError("INVALID_TIMEZONE", {{"timeZone", std::string(id)}});
  return *zone;
}

const TimeZone& TimeZone::utc() {
  static const TimeZone& zone = get("UTC");
  return zone;
}

size_t TimeZone::search(const std::vector<int64_t>& transitions, int64_t seconds) {
  return static_cast<size_t>(std::upper_bound(transitions.begin(), transitions.end(), seconds) -
                             transitions.begin());
}

int64_t TimeZone::fold(int64_t seconds) const {
  if (seconds < repeats_from_) return seconds;
  return seconds - ((seconds - repeats_from_) / kSecondsPer400Years + 1) * kSecondsPer400Years;
}

int32_t TimeZone::look_up(const std::vector<int64_t>& transitions, int64_t seconds,
                          OffsetSpan& span) const {
  if (seconds >= span.from && seconds < span.until) return span.offset_seconds;
  const int64_t folded = fold(seconds);
  const size_t index = search(transitions, folded);
  // A folded instant lies outside of the span that it falls into, and tells nothing of another.
  if (folded != seconds) return offsets_[index];
  span.offset_seconds = offsets_[index];
  span.from = index == 0 ? INT64_MIN : transitions[index - 1];
  span.until = index == transitions.size() ? INT64_MAX
                                           : std::min(transitions[index], repeats_from_);
  return span.offset_seconds;
}

int32_t TimeZone::offset_at(int64_t utc_seconds) const {
  if (is_fixed()) return offsets_[0];
  return offsets_[search(transitions_, fold(utc_seconds))];
}

int32_t TimeZone::offset_at(int64_t utc_seconds, OffsetSpan& span) const {
  return look_up(transitions_, utc_seconds, span);
}

int32_t TimeZone::offset_for_local(int64_t local_seconds) const {
  if (is_fixed()) return offsets_[0];
  return offsets_[search(local_transitions_, fold(local_seconds))];
}

int32_t TimeZone::offset_for_local(int64_t local_seconds, OffsetSpan& span) const {
  return look_up(local_transitions_, local_seconds, span);
}

int64_t TimeZone::local_from_utc(int64_t utc_micros) const {
  return static_cast<int64_t>(
      static_cast<uint64_t>(utc_micros) +
      static_cast<uint64_t>(offset_at(floor_div(utc_micros, kMicrosPerSecond)) *
                            kMicrosPerSecond));
}

int64_t TimeZone::utc_from_local(int64_t local_micros) const {
  return static_cast<int64_t>(
      static_cast<uint64_t>(local_micros) -
      static_cast<uint64_t>(offset_for_local(floor_div(local_micros, kMicrosPerSecond)) *
                            kMicrosPerSecond));
}

bool TimeZone::is_daylight_saving(int64_t utc_seconds) const {
  return daylight_saving_[search(transitions_, fold(utc_seconds))];
}

bool parse_zone_offset(std::string_view text, int32_t& seconds) {
  if (text == "Z") {
    seconds = 0;
    return true;
  }
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return false;
  const bool negative = text[0] == '-';
  text.remove_prefix(1);
  const bool colons = text.size() > 2 && text[2] == ':';
  int32_t parts[3] = {0, 0, 0};
  if (text.size() == 1) {
    if (!is_digit(text[0])) return false;
    parts[0] = text[0] - '0';
  } else {
    int index = 0;
    for (size_t i = 0; i < text.size(); i += 2) {
      if (index > 0 && colons && text[i++] != ':') return false;
      if (index == 3 || i + 1 >= text.size() || !is_digit(text[i]) || !is_digit(text[i + 1])) {
        return false;
      }
      parts[index++] = (text[i] - '0') * 10 + text[i + 1] - '0';
    }
  }
  if (parts[1] > 59 || parts[2] > 59) return false;
  seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
  if (seconds > 18 * 3600) return false;
  if (negative) seconds = -seconds;
  return true;
}

std::string format_zone_offset(int32_t seconds) {
  if (seconds == 0) return "Z";
  const int32_t size = seconds < 0 ? -seconds : seconds;
  std::string text(1, seconds < 0 ? '-' : '+');
  const auto append = [&text](int32_t value) {
    text += static_cast<char>('0' + value / 10);
    text += static_cast<char>('0' + value % 10);
  };
  append(size / 3600);
  text += ':';
  append(size / 60 % 60);
  if (size % 60 != 0) {
    text += ':';
    append(size % 60);
  }
  return text;
}

}  // namespace firesteel::functions::kernel
