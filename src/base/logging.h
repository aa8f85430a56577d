// Structured logging to standard error: one line per event, `time level event key=value …`. The
// library behind it stays in logging.cc so that including this costs nothing.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace firesteel {

enum class LogLevel : uint8_t { kTrace, kDebug, kInfo, kWarning, kError, kOff };

// "trace", "debug", "info", "warn", "error", "off" in any case; none for anything else.
std::optional<LogLevel> parse_log_level(std::string_view name);

// One key of a line. Values with blanks, quotes or control characters are quoted.
struct LogField {
  LogField(std::string_view key, std::string_view value);
  LogField(std::string_view key, const char* value) : LogField(key, std::string_view(value)) {}
  LogField(std::string_view key, const std::string& value)
      : LogField(key, std::string_view(value)) {}
  LogField(std::string_view key, int64_t value);
  LogField(std::string_view key, int value) : LogField(key, static_cast<int64_t>(value)) {}
  LogField(std::string_view key, uint64_t value);
  LogField(std::string_view key, double value);
  LogField(std::string_view key, bool value);

  std::string_view key;
  std::string value;
};

// The level from which on lines are written; kInfo at first. Thread-safe, as are the others.
void set_log_level(LogLevel level);
bool is_logged(LogLevel level);

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});
void log_debug(std::string_view event, std::initializer_list<LogField> fields = {});
void log_info(std::string_view event, std::initializer_list<LogField> fields = {});
void log_warning(std::string_view event, std::initializer_list<LogField> fields = {});
void log_error(std::string_view event, std::initializer_list<LogField> fields = {});

// The line's text after time and level; for tests and for other sinks.
std::string format_log_line(std::string_view event, std::initializer_list<LogField> fields);

}  // namespace firesteel
