// A session's configuration: Spark's keys with their defaults, the values given at server start and
// those that the session has set. Unknown keys are accepted and kept, as Spark does.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firesteel {

enum class ConfigType : uint8_t { kString, kBoolean, kInt, kLong, kDouble, kBytes, kMebibytes, kMilliseconds, kSeconds, kMinutes };

// One key that Spark 4.2 declares.
struct ConfigEntry {
  std::string_view key;
  std::optional<std::string_view> default_value;  // none: undefined until set
  ConfigType type;
  bool is_modifiable;  // false: static, fixed when the server starts
  bool is_listed = true;  // by SET -v, which leaves internal keys and those of the server out
};

// Every declared key, sorted.
const std::vector<ConfigEntry>& config_entries();
// The declaration of `key`, or null.
const ConfigEntry* find_config_entry(std::string_view key);

// Looks a setting up.
using Configuration = std::function<std::optional<std::string>(std::string_view key)>;
// The value of a setting that is one of several words, in upper case as Spark compares them; empty: there is none.
std::string word_setting(const Configuration& configuration, std::string_view key);
// spark.sql.timestampType: whether TIMESTAMP is TIMESTAMP_NTZ.
bool timestamps_are_local(const Configuration& configuration);

// Parses "64m", "1gb", "10" as bytes; none when it is no size.
std::optional<int64_t> parse_bytes(std::string_view text);
// Parses "60m", "5min", "120s", "2000ms" as milliseconds; a bare number counts in `bare_unit_ms`.
std::optional<int64_t> parse_duration_ms(std::string_view text, int64_t bare_unit_ms);
// True for what java.time.ZoneId accepts: region names of the zone database, offsets ("+01:00",
// "GMT+1", "UTC-02:30") and Spark's short names.
bool is_time_zone(std::string_view name);

// Thread-safe.
class Config {
 public:
  using Values = std::map<std::string, std::string, std::less<>>;

  Config() = default;
  // `server_values` come from --conf and the properties file: they are the session's start.
  explicit Config(Values server_values) : values_(std::move(server_values)) {}

  // The set value or the default. Throws SQL_CONF_NOT_FOUND for a key that has neither.
  std::string get(std::string_view key) const;
  // The set value or the default, or none.
  std::optional<std::string> find(std::string_view key) const;
  // The set value, else `fallback`, which must fit the key's type.
  std::optional<std::string> get_or(std::string_view key,
                                    const std::optional<std::string>& fallback) const;
  bool get_boolean(std::string_view key) const;
  int64_t get_integer(std::string_view key) const;
  int64_t get_bytes(std::string_view key) const;
  int64_t get_duration_ms(std::string_view key) const;

  // Sets a session value. Throws CANNOT_MODIFY_STATIC_CONFIG, CANNOT_MODIFY_CONFIG or
  // INVALID_CONF_VALUE.*.
  void set(std::string_view key, std::string_view value);
  void unset(std::string_view key);
  // True for a declared key that may change while the session lives.
  static bool is_modifiable(std::string_view key);

  // What was set, by the server's start or the session (not the defaults).
  Values values() const;
  // Grows with each change: cached analyses depend on it.
  int64_t version() const;

 private:
  mutable std::mutex mutex_;
  Values values_;
  int64_t version_ = 0;
};

}  // namespace firesteel
