// Code points in UTF-8 as Spark's UTF8String counts them: the first byte tells a character's
// length, invalid bytes are characters of one byte.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace firesteel::functions::kernel {

inline size_t utf8_length_of(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte < 0xC2) return 1;
  if (byte < 0xE0) return 2;
  if (byte < 0xF0) return 3;
  return byte < 0xF5 ? 4 : 1;
}

// The byte length of the character at `position`, never beyond the end.
inline size_t utf8_step(std::string_view text, size_t position) {
  return std::min(utf8_length_of(text[position]), text.size() - position);
}

inline size_t utf8_count(std::string_view text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size(); i += utf8_step(text, i)) ++count;
  return count;
}

// The byte offset after `characters` characters from `start`, at most the end.
inline size_t utf8_advance(std::string_view text, size_t start, size_t characters) {
  for (; characters > 0 && start < text.size(); --characters) start += utf8_step(text, start);
  return start;
}

// The byte offset of the character before `position`, which must be above 0.
inline size_t utf8_previous(std::string_view text, size_t position) {
  size_t start = position - 1;
  while (start > 0 && position - start < 4 && (text[start] & 0xC0) == 0x80) --start;
  return start;
}

// How many UTF-16 units Java counts in the text.
inline size_t utf16_count(std::string_view text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size(); i += utf8_step(text, i)) {
    count += static_cast<unsigned char>(text[i]) >= 0xF0 ? 2 : 1;
  }
  return count;
}

inline void append_utf8(uint32_t code_point, std::string& out) {
  const auto put = [&out](uint32_t byte) { out += static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

// The code point at `position`; U+FFFD for a broken sequence.
inline uint32_t utf8_code_point(std::string_view text, size_t position) {
  const auto byte = [&](size_t i) {
    return static_cast<uint32_t>(static_cast<unsigned char>(text[position + i]));
  };
  const size_t size = utf8_step(text, position);
  if (size == 1) return byte(0) < 0x80 ? byte(0) : 0xFFFD;
  if (size == 2) return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
  if (size == 3) return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
  return (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 |
         (byte(3) & 0x3F);
}

}  // namespace firesteel::functions::kernel
