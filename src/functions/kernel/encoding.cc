#include "functions/kernel/encoding.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"
#include "functions/kernel/utf8.h"

namespace firesteel::functions::kernel {

namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kHex = "0123456789ABCDEF";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

uint32_t byte_at(std::string_view bytes, size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

enum class Charset { kAscii, kLatin1, kUtf8, kUtf16, kUtf16Big, kUtf16Little, kUtf32 };

Charset find_charset(std::string_view name, std::string_view function) {
  const std::string lower = lower_case(name);
  if (lower == "us-ascii") return Charset::kAscii;
  if (lower == "iso-8859-1") return Charset::kLatin1;
  if (lower == "utf-8") return Charset::kUtf8;
  if (lower == "utf-16") return Charset::kUtf16;
  if (lower == "utf-16be") return Charset::kUtf16Big;
  if (lower == "utf-16le") return Charset::kUtf16Little;
  if (lower == "utf-32") return Charset::kUtf32;
  throw SparkError(
      "INVALID_PARAMETER_VALUE.CHARSET",
      {{"functionName", "`" + std::string(function) + "`"},
       {"parameter", "`charset`"},
       {"charset", std::string(name)},
       {"charsets", "iso-8859-1, us-ascii, utf-16, utf-16be, utf-16le, utf-32, utf-8"}})
      .with_kind(ErrorKind::kIllegalArgument);
}

[[noreturn]] void throw_malformed(std::string_view charset, std::string_view function) {
  throw SparkError("MALFORMED_CHARACTER_CODING", {{"function", "`" + std::string(function) + "`"},
                                                  {"charset", std::string(charset)}});
}

void append_utf16_unit(uint32_t unit, bool little, std::string& out) {
  const auto high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xFF);
  out += little ? low : high;
  out += little ? high : low;
}

// Whether the bytes are well-formed UTF-8.
bool is_valid_utf8(std::string_view bytes) {
  for (size_t i = 0; i < bytes.size();) {
    const size_t size = utf8_length_of(bytes[i]);
    if (size == 1) {
      if ((bytes[i] & 0x80) != 0) return false;
    } else {
      if (i + size > bytes.size()) return false;
      for (size_t k = 1; k < size; ++k) {
        if ((bytes[i + k] & 0xC0) != 0x80) return false;
      }
      const uint32_t c = utf8_code_point(bytes, i);
      const uint32_t least = size == 2 ? 0x80 : size == 3 ? 0x800 : 0x10000;
      if (c < least || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return false;
    }
    i += size;
  }
  return true;
}

bool append_utf16_decoded(std::string_view bytes, Charset charset, std::string& out) {
  bool little = charset == Charset::kUtf16Little;
  if (charset == Charset::kUtf16 && bytes.size() >= 2) {
    const bool little_mark = byte_at(bytes, 0) == 0xFF && byte_at(bytes, 1) == 0xFE;
    const bool big_mark = byte_at(bytes, 0) == 0xFE && byte_at(bytes, 1) == 0xFF;
    little = little_mark;
    if (little_mark || big_mark) bytes.remove_prefix(2);
  }
  if (bytes.size() % 2 != 0) return false;
  const auto unit = [&](size_t i) {
    return little ? byte_at(bytes, i + 1) << 8 | byte_at(bytes, i)
                  : byte_at(bytes, i) << 8 | byte_at(bytes, i + 1);
  };
  for (size_t i = 0; i < bytes.size(); i += 2) {
    const uint32_t first = unit(i);
    if (first < 0xD800 || first >= 0xE000) {
      append_utf8(first, out);
      continue;
    }
    i += 2;
    if (first >= 0xDC00 || i >= bytes.size()) return false;
    const uint32_t second = unit(i);
    if (second < 0xDC00 || second >= 0xE000) return false;
    append_utf8(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00), out);
  }
  return true;
}

}  // namespace

void append_base64(std::string_view bytes, bool chunks, std::string& out) {
  size_t line = 0;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    if (chunks && line == 76) {
      out += "\r\n";
      line = 0;
    }
    const size_t size = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = byte_at(bytes, i) << 16;
    if (size > 1) group |= byte_at(bytes, i + 1) << 8;
    if (size > 2) group |= byte_at(bytes, i + 2);
    for (size_t k = 0; k < 4; ++k) {
      out += k <= size ? kBase64[group >> (18 - 6 * k) & 63] : '=';
    }
    line += 4;
  }
}

bool append_unbase64(std::string_view text, std::string& out, std::string* message) {
  const auto fail = [&](std::string_view reason) {
    if (message != nullptr) *message = reason;
    return false;
  };
  static const std::array<int8_t, 256> values = [] {
    std::array<int8_t, 256> table;
    table.fill(-1);
    for (size_t i = 0; i < kBase64.size(); ++i) {
      table[static_cast<unsigned char>(kBase64[i])] = static_cast<int8_t>(i);
    }
    return table;
  }();
  uint32_t group = 0;
  int count = 0;
  size_t i = 0;
  bool padded = false;
  for (; i < text.size() && !padded; ++i) {
    const char c = text[i];
    if (c == '=') {
      // One '=' closes three digits; two digits take a second one.
      if (count < 2) return fail("Input byte array has wrong 4-byte ending unit");
      if (count == 2 && (i + 1 == text.size() || text[++i] != '=')) {
        return fail("Input byte array has wrong 4-byte ending unit");
      }
      padded = true;
      continue;
    }
    const int8_t value = values[static_cast<unsigned char>(c)];
    if (value < 0) continue;
    group = group << 6 | static_cast<uint32_t>(value);
    if (++count == 4) {
      out += static_cast<char>(group >> 16);
      out += static_cast<char>(group >> 8);
      out += static_cast<char>(group);
      group = 0;
      count = 0;
    }
  }
  if (count == 1) return fail("Last unit does not have enough valid bits");
  if (count == 2) out += static_cast<char>(group >> 4);
  if (count == 3) {
    out += static_cast<char>(group >> 10);
    out += static_cast<char>(group >> 2);
  }
  for (; i < text.size(); ++i) {
    if (values[static_cast<unsigned char>(text[i])] >= 0 || text[i] == '=') {
      return fail("Input byte array has incorrect ending byte at " + std::to_string(i + 1));
    }
  }
  return true;
}

void append_hex(std::string_view bytes, std::string& out) {
  for (char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
}

void append_hex(int64_t number, std::string& out) {
  const auto bits = static_cast<uint64_t>(number);
  const int digits = bits == 0 ? 1 : (67 - __builtin_clzll(bits)) / 4;
  for (int i = digits - 1; i >= 0; --i) out += kHex[bits >> (4 * i) & 15];
}

bool append_unhex(std::string_view digits, std::string& out) {
  size_t i = 0;
  if (digits.size() % 2 != 0) {
    const int digit = hex_digit(digits[i++]);
    if (digit < 0) return false;
    out += static_cast<char>(digit);
  }
  for (; i < digits.size(); i += 2) {
    const int high = hex_digit(digits[i]), low = hex_digit(digits[i + 1]);
    if (high < 0 || low < 0) return false;
    out += static_cast<char>(high << 4 | low);
  }
  return true;
}

void append_bin(int64_t number, std::string& out) {
  const auto bits = static_cast<uint64_t>(number);
  const int digits = bits == 0 ? 1 : 64 - __builtin_clzll(bits);
  for (int i = digits - 1; i >= 0; --i) out += (bits >> i & 1) != 0 ? '1' : '0';
}

void append_url_encoded(std::string_view text, std::string& out) {
  for (char c : text) {
    const bool kept = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
                      c == '.' || c == '-' || c == '*' || c == '_';
    if (kept) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += '%';
      append_hex(std::string_view(&c, 1), out);
    }
  }
}

bool append_url_decoded(std::string_view text, std::string& out) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return false;
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return false;
      out += static_cast<char>(high << 4 | low);
      i += 2;
    }
  }
  return true;
}

void throw_cannot_decode_url(std::string_view url) {
  throw SparkError("CANNOT_DECODE_URL", {{"url", std::string(url)}});
}

void append_encoded(std::string_view text, std::string_view charset, std::string& out) {
  const Charset target = find_charset(charset, "encode");
  if (target == Charset::kUtf8) {
    out += text;
    return;
  }
  if (target == Charset::kUtf16 && !text.empty()) out += "\xFE\xFF";
  const bool little = target == Charset::kUtf16Little;
  for (size_t i = 0; i < text.size(); i += utf8_step(text, i)) {
    const uint32_t c = utf8_code_point(text, i);
    if (target == Charset::kUtf32) {
      for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(c >> shift);
    } else if (target == Charset::kAscii || target == Charset::kLatin1) {
      if (c > (target == Charset::kAscii ? 0x7FU : 0xFFU)) throw_malformed(charset, "encode");
      out += static_cast<char>(c);
    } else if (c < 0x10000) {
      append_utf16_unit(c, little, out);
    } else {
      append_utf16_unit(0xD800 + ((c - 0x10000) >> 10), little, out);
      append_utf16_unit(0xDC00 + ((c - 0x10000) & 0x3FF), little, out);
    }
  }
}

void append_decoded(std::string_view bytes, std::string_view charset, std::string& out) {
  using namespace std::string_view_literals;
  const Charset source = find_charset(charset, "decode");
  bool valid = true;
  bool little = false;
  switch (source) {
    case Charset::kUtf8:
      valid = is_valid_utf8(bytes);
      if (valid) out += bytes;
      break;
    case Charset::kAscii:
    case Charset::kLatin1:
      for (size_t i = 0; i < bytes.size(); ++i) {
        const uint32_t c = byte_at(bytes, i);
        valid = valid && (source == Charset::kLatin1 || c < 0x80);
        append_utf8(c, out);
      }
      break;
    case Charset::kUtf16:
    case Charset::kUtf16Big:
    case Charset::kUtf16Little: valid = append_utf16_decoded(bytes, source, out); break;
    case Charset::kUtf32:
      valid = bytes.size() % 4 == 0;
      for (size_t i = 0; valid && i < bytes.size(); i += 4) {
        // The mark at the begin says in which order the bytes are.
        if (i == 0 && bytes.starts_with("\xFF\xFE\0\0"sv)) little = true;
        const size_t high = little ? i + 3 : i, low = little ? i : i + 3;
        const uint32_t c = byte_at(bytes, high) << 24 | byte_at(bytes, little ? i + 2 : i + 1) << 16 |
                           byte_at(bytes, little ? i + 1 : i + 2) << 8 | byte_at(bytes, low);
        if (i == 0 && c == 0xFEFF) continue;
        valid = c <= 0x10FFFF && (c < 0xD800 || c >= 0xE000);
        if (valid) append_utf8(c, out);
      }
      break;
  }
  if (!valid) throw_malformed(charset, "decode");
}

}  // namespace firesteel::functions::kernel
