#include "base/config.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

#include "base/config_values.h"
#include "base/error.h"
#include "base/text.h"

namespace firesteel {

namespace {

// A number followed by a unit name of letters.
struct Quantity {
  int64_t number;
  std::string unit;
};

std::optional<Quantity> parse_quantity(std::string_view text) {
  const std::string word = lower_case(trim(text));
  size_t digits = word.starts_with('-') ? 1 : 0;
  while (digits < word.size() && std::isdigit(static_cast<unsigned char>(word[digits]))) ++digits;
  const auto number = parse_number<int64_t>(std::string_view(word).substr(0, digits));
  if (!number) return std::nullopt;
  return Quantity{*number, word.substr(digits)};
}

std::string quoted(std::string_view key) { return "\"" + std::string(key) + "\""; }

// Core settings of a Spark application: they exist in Spark, but never change in a session.
bool is_core_setting(std::string_view key) {
  static constexpr std::array<std::string_view, 8> kPrefixes = {
      "spark.executor.", "spark.driver.", "spark.default.", "spark.serializer",
      "spark.scheduler.", "spark.task.", "spark.eventLog.", "spark.shuffle."};
  return std::any_of(kPrefixes.begin(), kPrefixes.end(),
                     [&](std::string_view prefix) { return key.starts_with(prefix); }) ||
         key == "spark.master";
}

void check_modifiable(std::string_view key) {
  const ConfigEntry* entry = find_config_entry(key);
  if (entry != nullptr && !entry->is_modifiable) {
    throw SparkError("CANNOT_MODIFY_STATIC_CONFIG", {{"key", quoted(key)}});
  }
  if (entry == nullptr && is_core_setting(key)) {
    throw SparkError("CANNOT_MODIFY_CONFIG",
                     {{"key", quoted(key)}, {"docroot", "https://spark.apache.org/docs/latest"}});
  }
}

// Offsets after an optional GMT, UTC or UT: "+1", "+01", "+01:00", "+01:00:30", "-18:00".
bool is_offset(std::string_view text) {
  for (const std::string_view prefix : {"GMT", "UTC", "UT"}) {
    if (text == prefix) return true;
    if (text.starts_with(prefix)) {
      text.remove_prefix(prefix.size());
      break;
    }
  }
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return false;
  text.remove_prefix(1);
  std::array<int, 3> parts = {0, 0, 0};
  for (int& part : parts) {
    const size_t colon = text.find(':');
    const std::string_view digits = text.substr(0, colon);
    const auto number = digits.size() > 2 ? std::nullopt : parse_number<int>(digits);
    if (!number) return false;
    part = *number;
    text = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    if (colon == std::string_view::npos) break;
  }
  return text.empty() && parts[1] < 60 && parts[2] < 60 && (parts[0] * 60 + parts[1]) * 60 + parts[2] <= 18 * 3600;
}

std::string system_time_zone() {
  if (const char* zone = std::getenv("TZ"); zone != nullptr && is_time_zone(zone)) return zone;
  std::error_code error;
  const std::string link = std::filesystem::read_symlink("/etc/localtime", error).string();
  const size_t at = link.find("zoneinfo/");
  return at == std::string::npos ? "Etc/UTC" : link.substr(at + 9);
}

}  // namespace

const ConfigEntry* find_config_entry(std::string_view key) {
  const auto& entries = config_entries();
  const auto found = std::lower_bound(
      entries.begin(), entries.end(), key,
      [](const ConfigEntry& entry, std::string_view wanted) { return entry.key < wanted; });
  return found != entries.end() && found->key == key ? &*found : nullptr;
}

std::optional<int64_t> parse_bytes(std::string_view text) {
  const auto quantity = parse_quantity(text);
  if (!quantity) return std::nullopt;
  static constexpr std::string_view kUnits = "bkmgtp";
  if (quantity->unit.empty() || quantity->unit == "b") return quantity->number;
  const size_t power = kUnits.find(quantity->unit[0]);
  const std::string rest = quantity->unit.substr(1);
  if (power == std::string_view::npos || (!rest.empty() && rest != "b" && rest != "ib")) {
    return std::nullopt;
  }
  int64_t result = 0;
  if (__builtin_mul_overflow(quantity->number, int64_t{1} << (10 * power), &result)) return std::nullopt;
  return result;
}

std::optional<int64_t> parse_duration_ms(std::string_view text, int64_t bare_unit_ms) {
  const auto quantity = parse_quantity(text);
  if (!quantity) return std::nullopt;
  static constexpr std::array<std::pair<std::string_view, int64_t>, 6> kUnits = {
      {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  if (quantity->unit.empty()) return quantity->number * bare_unit_ms;
  for (const auto& [unit, milliseconds] : kUnits) {
    if (quantity->unit == unit) return quantity->number * milliseconds;
  }
  if (quantity->unit == "us") return quantity->number / 1000;
  return std::nullopt;
}

bool is_time_zone(std::string_view name) {
  if (name == "Z" || is_offset(name)) return true;
  static constexpr std::array<std::string_view, 11> kShortNames = {
      "PST", "CST", "AST", "ACT", "AET", "AGT", "ART", "BET", "BST", "CAT", "CNT"};
  static constexpr std::array<std::string_view, 15> kMoreShortNames = {
      "CTT", "EAT", "ECT", "IET", "IST", "JST", "MIT", "NET", "NST", "PLT", "PNT", "PRT", "SST", "VST",
      "Zulu"};
  if (std::find(kShortNames.begin(), kShortNames.end(), name) != kShortNames.end() ||
      std::find(kMoreShortNames.begin(), kMoreShortNames.end(), name) != kMoreShortNames.end()) {
    return true;
  }
  if (name.empty() || !std::isalpha(static_cast<unsigned char>(name[0])) ||
      name.find("..") != std::string_view::npos || name.find('.') != std::string_view::npos) {
    return false;
  }
  std::error_code error;
  return std::filesystem::is_regular_file(std::filesystem::path("/usr/share/zoneinfo") / name, error);
}

std::string Config::get(std::string_view key) const {
  std::optional<std::string> value = find(key);
  if (!value) throw SparkError("SQL_CONF_NOT_FOUND", {{"sqlConf", quoted(key)}});
  return *std::move(value);
}

std::string word_setting(const Configuration& configuration, std::string_view key) { return upper_case(configuration(key).value_or("")); }

bool timestamps_are_local(const Configuration& configuration) {
  return word_setting(configuration, "spark.sql.timestampType") == "TIMESTAMP_NTZ";
}

std::optional<std::string> Config::find(std::string_view key) const {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = values_.find(key); found != values_.end()) return found->second;
  }
  if (key == "spark.sql.session.timeZone") {
    static const std::string zone = system_time_zone();
    return zone;
  }
  const ConfigEntry* entry = find_config_entry(key);
  if (entry == nullptr || !entry->default_value) return std::nullopt;
  return std::string(*entry->default_value);
}

std::optional<std::string> Config::get_or(std::string_view key,
                                          const std::optional<std::string>& fallback) const {
  if (fallback) check_config_value(key, *fallback);
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = values_.find(key); found != values_.end()) return found->second;
  }
  return fallback;
}

bool Config::get_boolean(std::string_view key) const { return lower_case(trim(get(key))) == "true"; }

int64_t Config::get_integer(std::string_view key) const {
  return parse_number<int64_t>(trim(get(key))).value_or(0);
}

int64_t Config::get_bytes(std::string_view key) const { return parse_bytes(get(key)).value_or(0); }

int64_t Config::get_duration_ms(std::string_view key) const {
  const ConfigEntry* entry = find_config_entry(key);
  FIRESTEEL_CHECK(entry != nullptr, "a time that is no declared key");
  return parse_duration_ms(get(key), bare_unit_ms(entry->type)).value_or(0);
}

void Config::set(std::string_view key, std::string_view value) {
  check_modifiable(key);
  check_config_value(key, value);
  const std::lock_guard lock(mutex_);
  values_[std::string(key)] = value;
  ++version_;
}

void Config::unset(std::string_view key) {
  check_modifiable(key);
  const std::lock_guard lock(mutex_);
  if (const auto found = values_.find(key); found != values_.end()) values_.erase(found);
  ++version_;
}

bool Config::is_modifiable(std::string_view key) {
  const ConfigEntry* entry = find_config_entry(key);
  return entry != nullptr && entry->is_modifiable;
}

Config::Values Config::values() const {
  const std::lock_guard lock(mutex_);
  return values_;
}

int64_t Config::version() const {
  const std::lock_guard lock(mutex_);
  return version_;
}

}  // namespace firesteel
