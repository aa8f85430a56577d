// What a value of a configuration key must be.
#pragma once

#include <charconv>
#include <cctype>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

#include "base/config.h"

namespace firesteel {

inline std::string_view trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

template <typename T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What a number without a unit counts in, for a key of a time.
int64_t bare_unit_ms(ConfigType type);

// Throws INVALID_CONF_VALUE.* for a value that Spark refuses for `key`, and UNSUPPORTED_FEATURE.SETTING for one that would
// change answers in Spark and does not here; keys that Spark does not declare take anything.
void check_config_value(std::string_view key, std::string_view value);

}  // namespace firesteel
