#include "base/text.h"

#include <algorithm>

namespace firesteel {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

}  // namespace

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

std::string upper_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), upper);
  return result;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  // From their ends: the names of one table often begin alike.
  for (size_t i = a.size(); i > 0; --i) {
    if (lower(a[i - 1]) != lower(b[i - 1])) return false;
  }
  return true;
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += separator;
    text += parts[i];
  }
  return text;
}

std::string quoted_name(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    text += text.empty() ? "`" : ".`";
    for (const char c : part) {
      if (c == '`') text += c;
      text += c;
    }
    text += '`';
  }
  return text;
}

namespace {

// The length of the character that begins `text`; 0 where none does (Unicode's table 3-7).
size_t character_length(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](size_t i, unsigned low = 0x80, unsigned high = 0xBF) { return byte(i) >= low && byte(i) <= high; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    return follows(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && follows(2) ? 3 : 0;
  }
  if (first < 0xF0 || first > 0xF4) return 0;
  return follows(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) && follows(2) && follows(3) ? 4 : 0;
}

}  // namespace

std::string quoted_if_needed(std::string_view name) {
  bool is_number = !name.empty();
  bool is_plain = !name.empty();
  for (const char c : name) {
    const bool is_digit = c >= '0' && c <= '9';
    is_number = is_number && is_digit;
    is_plain = is_plain && (is_digit || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
  }
  return is_plain && !is_number ? std::string(name) : quoted_name({std::string(name)});
}

std::string valid_utf8(std::string text) {
  std::string valid;
  bool is_changed = false;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t length = character_length(rest);
    is_changed |= length == 0;
    valid += length == 0 ? std::string_view("\uFFFD") : rest.substr(0, length);
    rest.remove_prefix(length == 0 ? 1 : length);
  }
  return is_changed ? valid : text;
}

}  // namespace firesteel
