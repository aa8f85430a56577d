// Parts of UTF-8 by characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace firesteel {

// The characters from `first` to `last`, both counted from 0 and included; bytes that are no text count one each.
inline std::string characters_between(std::string_view text, size_t first, size_t last) {
  std::string out;
  size_t place = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool continues = i > 0 && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80;
    if (i > 0 && !continues) ++place;
    if (place > last) break;
    if (place >= first) out += text[i];
  }
  return out;
}

inline size_t count_characters(std::string_view text) {
  size_t count = 0;
  for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xC0) == 0x80 ? 0 : 1;
  return count;
}

}  // namespace firesteel
