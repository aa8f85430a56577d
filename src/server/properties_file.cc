#include "server/properties_file.h"

#include <charconv>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/logging.h"

namespace firesteel::server {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

std::string_view without_leading_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

std::string_view without_trailing_blanks(std::string_view text) {
  while (!text.empty() && (is_blank(text.back()) || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// True when the line ends in an odd number of backslashes: the next line continues it.
bool is_continued(std::string_view line) {
  size_t backslashes = 0;
  while (backslashes < line.size() && line[line.size() - 1 - backslashes] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

// Lines as java.util.Properties sees them: continued ones joined, comments and empty ones dropped.
std::vector<std::string> logical_lines(std::string_view text) {
  std::vector<std::string> lines;
  std::string current;
  bool continuing = false;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    line = without_leading_blanks(line);
    if (!continuing && (line.empty() || line.front() == '#' || line.front() == '!')) continue;
    continuing = is_continued(line);
    current += continuing ? line.substr(0, line.size() - 1) : line;
    if (!continuing) lines.push_back(std::exchange(current, {}));
  }
  if (!current.empty()) lines.push_back(std::move(current));
  return lines;
}

void append_utf8(std::string& text, uint32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xc0 | code >> 6);
    text += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    text += static_cast<char>(0xe0 | code >> 12);
    text += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (code & 0x3f));
  }
}

std::string unescaped(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      result += text[i];
      continue;
    }
    const char c = text[++i];
    if (c == 't') {
      result += '\t';
    } else if (c == 'n') {
      result += '\n';
    } else if (c == 'r') {
      result += '\r';
    } else if (c == 'f') {
      result += '\f';
    } else if (c == 'u') {
      uint32_t code = 0;
      const std::string_view digits = text.substr(i + 1, 4);
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
      if (digits.size() < 4 || error != std::errc() || end != digits.data() + 4) {
        throw std::invalid_argument("malformed \\uxxxx escape in the properties file");
      }
      append_utf8(result, code);
      i += 4;
    } else {
      result += c;
    }
  }
  return result;
}

// Where the key of a logical line ends: the first blank, '=' or ':' that is not escaped.
size_t key_end(std::string_view line) {
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (is_blank(line[i]) || line[i] == '=' || line[i] == ':') {
      return i;
    }
  }
  return line.size();
}

}  // namespace

Config::Values parse_properties(std::string_view text) {
  Config::Values values;
  for (const std::string& line : logical_lines(text)) {
    const size_t end = key_end(line);
    std::string_view rest = without_leading_blanks(std::string_view(line).substr(end));
    if (!rest.empty() && (rest.front() == '=' || rest.front() == ':')) {
      rest = without_leading_blanks(rest.substr(1));
    }
    const std::string key = unescaped(std::string_view(line).substr(0, end));
    if (!key.starts_with("spark.")) {
      log_warning("ignored a property that is not Spark's", {{"key", key}});
      continue;
    }
    values[key] = unescaped(without_trailing_blanks(rest));
  }
  return values;
}

}  // namespace firesteel::server
