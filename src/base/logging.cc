#include "base/logging.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cctype>
#include <cstdio>
#include <utility>

#include "base/text.h"

namespace firesteel {
namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return spdlog::level::trace;
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

spdlog::logger& logger() {
  // Never destroyed: threads may log while the process ends.
  static spdlog::logger& instance = *[] {
    auto* created =
        new spdlog::logger("firesteel", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    created->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        "%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc));
    created->set_level(spdlog::level::info);
    created->flush_on(spdlog::level::info);
    return created;
  }();
  return instance;
}

bool needs_quotes(std::string_view value) {
  if (value.empty()) return true;
  for (const unsigned char c : value) {
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f) return true;
  }
  return false;
}

void append_quoted(std::string& line, std::string_view value) {
  line += '"';
  for (const unsigned char c : value) {
    if (c == '"' || c == '\\') {
      line += '\\';
      line += static_cast<char>(c);
    } else if (c == '\n') {
      line += "\\n";
    } else if (c < ' ' || c == 0x7f) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\x%02x", c);
      line += escape.data();
    } else {
      line += static_cast<char>(c);
    }
  }
  line += '"';
}

std::string shortest(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

}  // namespace

LogField::LogField(std::string_view key, std::string_view value) : key(key), value(value) {}
LogField::LogField(std::string_view key, int64_t value) : key(key), value(std::to_string(value)) {}
LogField::LogField(std::string_view key, uint64_t value) : key(key), value(std::to_string(value)) {}
LogField::LogField(std::string_view key, double value) : key(key), value(shortest(value)) {}
LogField::LogField(std::string_view key, bool value) : key(key), value(value ? "true" : "false") {}

std::optional<LogLevel> parse_log_level(std::string_view name) {
  const std::string lower = lower_case(name);
  static constexpr std::pair<std::string_view, LogLevel> kNames[] = {
      {"trace", LogLevel::kTrace},  {"debug", LogLevel::kDebug},     {"info", LogLevel::kInfo},
      {"warn", LogLevel::kWarning}, {"warning", LogLevel::kWarning}, {"error", LogLevel::kError},
      {"fatal", LogLevel::kError},  {"off", LogLevel::kOff}};
  for (const auto& [candidate, level] : kNames) {
    if (candidate == lower) return level;
  }
  return std::nullopt;
}

void set_log_level(LogLevel level) { logger().set_level(spdlog_level(level)); }

bool is_logged(LogLevel level) { return logger().should_log(spdlog_level(level)); }

std::string format_log_line(std::string_view event, std::initializer_list<LogField> fields) {
  std::string line(event);
  for (const LogField& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    if (needs_quotes(field.value)) {
      append_quoted(line, field.value);
    } else {
      line += field.value;
    }
  }
  return line;
}

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (!is_logged(level)) return;
  logger().log(spdlog_level(level), spdlog::string_view_t(format_log_line(event, fields)));
}

void log_debug(std::string_view event, std::initializer_list<LogField> fields) {
  log(LogLevel::kDebug, event, fields);
}
void log_info(std::string_view event, std::initializer_list<LogField> fields) {
  log(LogLevel::kInfo, event, fields);
}
void log_warning(std::string_view event, std::initializer_list<LogField> fields) {
  log(LogLevel::kWarning, event, fields);
}
void log_error(std::string_view event, std::initializer_list<LogField> fields) {
  log(LogLevel::kError, event, fields);
}

}  // namespace firesteel
