#include "functions/kernel/time_window.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "functions/kernel/civil.h"
#include "functions/kernel/date_functions.h"
#include "functions/kernel/decimal.h"

namespace firesteel::functions::kernel {

namespace {

[[noreturn]] void throw_no_interval(std::string_view text) {
  throw SparkError("CANNOT_PARSE_INTERVAL", {{"intervalString", "'" + std::string(text) + "'"}})
      .with_kind(ErrorKind::kAnalysis);
}

struct Unit {
  std::string_view name;
  int64_t micros;  // 0: has no fixed length
};
constexpr Unit kUnits[] = {{"microsecond", 1},
                           {"millisecond", 1'000},
                           {"second", kMicrosPerSecond},
                           {"minute", 60 * kMicrosPerSecond},
                           {"hour", 3600 * kMicrosPerSecond},
                           {"day", kMicrosPerDay},
                           {"week", 7 * kMicrosPerDay},
                           {"month", 0},
                           {"year", 0}};

const Unit* find_unit(std::string_view word) {
  if (word.size() > 1 && word.back() == 's') word.remove_suffix(1);
  const auto* found = std::find_if(std::begin(kUnits), std::end(kUnits),
                                   [&](const Unit& unit) { return unit.name == word; });
  return found == std::end(kUnits) ? nullptr : found;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text) {
    if (!std::isspace(static_cast<unsigned char>(c))) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

// Only seconds may have a fraction, of up to nine digits; those beyond microseconds are cut.
int64_t amount_of(const std::string& number, const Unit& unit, std::string_view text) {
  size_t at = number[0] == '-' || number[0] == '+' ? 1 : 0;
  int64_t whole = 0;
  const size_t digits = at;
  for (; at < number.size() && std::isdigit(static_cast<unsigned char>(number[at])); ++at) {
    if (__builtin_mul_overflow(whole, int64_t{10}, &whole) ||
        __builtin_add_overflow(whole, int64_t{number[at] - '0'}, &whole)) {
      throw_no_interval(text);
    }
  }
  int64_t fraction = 0;
  bool has_fraction = false;
  if (at < number.size() && number[at] == '.' && unit.micros == kMicrosPerSecond) {
    int64_t scale = kMicrosPerSecond;
    for (++at; at < number.size() && std::isdigit(static_cast<unsigned char>(number[at])); ++at) {
      scale /= 10;
      fraction += (number[at] - '0') * scale;
      has_fraction = true;
    }
  }
  if (at != number.size() || (at == digits && !has_fraction)) throw_no_interval(text);
  int64_t micros = 0;
  if (__builtin_mul_overflow(whole, unit.micros, &micros) ||
      __builtin_add_overflow(micros, fraction, &micros)) {
    throw_no_interval(text);
  }
  return number[0] == '-' ? -micros : micros;
}

}  // namespace

int64_t parse_duration(std::string_view text, int64_t days_per_month) {
  std::vector<std::string> words = words_of(lower_case(text));
  if (!words.empty() && words[0] == "interval") words.erase(words.begin());
  if (words.empty() || words.size() % 2 != 0) throw_no_interval(text);
  int64_t total = 0;
  for (size_t i = 0; i < words.size(); i += 2) {
    const Unit* known = find_unit(words[i + 1]);
    if (!known) throw_no_interval(text);
    Unit unit = *known;
    if (unit.micros == 0) {
      if (days_per_month == 0) throw SparkError("_LEGACY_ERROR_TEMP_3231", {{"interval", std::string(text)}});
      unit.micros = (unit.name == "year" ? 12 : 1) * days_per_month * kMicrosPerDay;
    }
    if (__builtin_add_overflow(total, amount_of(words[i], unit, text), &total))
      throw_no_interval(text);
  }
  return total;
}

std::vector<std::pair<int64_t, int64_t>> windows_of(int64_t moment_us, const WindowShape& shape) {
  FIRESTEEL_CHECK(shape.length_us > 0 && shape.slide_us > 0 && shape.slide_us <= shape.length_us, "windows of no length");
  std::vector<std::pair<int64_t, int64_t>> windows;
  for (int64_t start = window_start(moment_us, shape.slide_us, shape.start_us);
       start + shape.length_us > moment_us; start -= shape.slide_us) {
    windows.emplace_back(start, start + shape.length_us);
  }
  return windows;
}

int64_t day_time_bucket(int64_t moment_us, int64_t size_us, int64_t origin_us, const TimeZone& zone) {
  int64_t bucket = floor_div(moment_us - origin_us, size_us);
  if (size_us < kMicrosPerDay) return origin_us + bucket * size_us;
  const auto start_of = [&](int64_t number) {
    const int64_t distance = number * size_us;
    return add_interval(origin_us, 0, distance / kMicrosPerDay, distance % kMicrosPerDay, zone);
  };
  // The hours that a clock is put forward or back are less than a bucket.
  if (start_of(bucket) > moment_us) return start_of(bucket - 1);
  const int64_t next = start_of(bucket + 1);
  return next <= moment_us ? next : start_of(bucket);
}

int64_t year_month_bucket(int64_t moment_us, int64_t months, int64_t origin_us, const TimeZone& zone) {
  const auto month_of = [&](int64_t instant) {
    const CivilDate date = civil_from_days(days_from_micros(zone.local_from_utc(instant)));
    return int64_t{date.year} * 12 + date.month;
  };
  const int64_t bucket = floor_div(month_of(moment_us) - month_of(origin_us), months);
  const int64_t start = add_interval(origin_us, bucket * months, 0, 0, zone);
  return start > moment_us ? add_interval(origin_us, (bucket - 1) * months, 0, 0, zone) : start;
}

}  // namespace firesteel::functions::kernel
