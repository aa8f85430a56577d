#include "functions/kernel/string_functions.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "functions/kernel/interruption.h"
#include "functions/kernel/unicode_case.h"
#include "functions/kernel/utf8.h"

namespace firesteel::functions::kernel {

namespace {

constexpr size_t kNone = std::string_view::npos;

// Whether the character at `position` is one of `characters`; gives its size.
bool is_one_of(std::string_view text, size_t position, size_t size, std::string_view characters) {
  const std::string_view wanted = text.substr(position, size);
  for (size_t i = 0; i < characters.size(); i += utf8_step(characters, i)) {
    if (characters.substr(i, utf8_step(characters, i)) == wanted) return true;
  }
  return false;
}

std::vector<uint32_t> code_points(std::string_view text) {
  std::vector<uint32_t> points;
  for (size_t i = 0; i < text.size(); i += utf8_step(text, i)) {
    points.push_back(utf8_code_point(text, i));
  }
  return points;
}

// What fills up `text` to `length` characters, or nothing if it is long enough.
std::string padding_for(std::string_view text, int32_t length, std::string_view padding) {
  const auto missing = static_cast<int64_t>(length) - static_cast<int64_t>(utf8_count(text));
  std::string fill;
  if (missing <= 0 || padding.empty()) return fill;
  check_text_size(missing);
  const auto size = static_cast<int64_t>(utf8_count(padding));
  for (int64_t i = 0; i < missing / size; ++i) fill += padding;
  fill += padding.substr(0, utf8_advance(padding, 0, static_cast<size_t>(missing % size)));
  return fill;
}

}  // namespace

std::string_view substring_bytes(std::string_view bytes, int32_t position, int32_t length) {
  const auto wrapped = [](int64_t value) { return static_cast<int64_t>(static_cast<int32_t>(value)); };
  const auto size = static_cast<int64_t>(bytes.size());
  int64_t start = position > 0 ? position - 1 : position < 0 ? wrapped(size + position) : 0;
  if (start > size) return {};
  const int64_t end = wrapped(size - start) < length ? size : std::min(size, wrapped(start + length));
  start = std::max<int64_t>(0, start);
  if (start >= end) return {};
  return bytes.substr(static_cast<size_t>(start), static_cast<size_t>(end - start));
}

std::string_view substring_index(std::string_view text, std::string_view delimiter,
                                 int32_t count) {
  if (delimiter.empty() || count == 0) return {};
  if (count > 0) {
    size_t found = 0;
    for (size_t from = 0; count > 0; --count, from = found + 1) {
      found = text.find(delimiter, from);
      if (found == kNone) return text;
    }
    return text.substr(0, found);
  }
  size_t found = text.size();
  for (int64_t left = -static_cast<int64_t>(count); left > 0; --left) {
    // The first search may find the delimiter at the very end, later ones start before the last.
    const bool first = left == -static_cast<int64_t>(count);
    if (!first && found == 0) return text;
    found = text.rfind(delimiter, first ? kNone : found - 1);
    if (found == kNone) return text;
  }
  return text.substr(found + delimiter.size());
}

std::string_view substring(std::string_view text, int32_t position, int32_t length) {
  int64_t start = position > 0 ? position - 1 : position;
  if (position < 0) start += static_cast<int64_t>(utf8_count(text));
  const int64_t end = std::min<int64_t>(start + length, INT32_MAX);
  if (end <= start || end <= 0) return {};
  const int64_t first = std::max<int64_t>(start, 0);
  const size_t from = utf8_advance(text, 0, static_cast<size_t>(first));
  const size_t to = end == INT32_MAX ? text.size()
                                     : utf8_advance(text, from, static_cast<size_t>(end - first));
  return text.substr(from, to - from);
}

int32_t locate(std::string_view part, std::string_view text, int32_t start) {
  if (start < 1) return 0;
  if (part.empty()) return 1;
  const size_t from = utf8_advance(text, 0, static_cast<size_t>(start - 1));
  const size_t found = text.find(part, from);
  if (found == kNone) return 0;
  return start + static_cast<int32_t>(utf8_count(text.substr(from, found - from)));
}

std::string_view split_part(std::string_view text, std::string_view delimiter, int32_t index) {
  if (index == 0) throw SparkError("INVALID_INDEX_OF_ZERO", {});
  if (delimiter.empty()) return index == 1 || index == -1 ? text : std::string_view();
  std::vector<std::string_view> parts;
  size_t start = 0;
  for (size_t found = text.find(delimiter); found != kNone; found = text.find(delimiter, start)) {
    parts.push_back(text.substr(start, found - start));
    start = found + delimiter.size();
  }
  parts.push_back(text.substr(start));
  const auto count = static_cast<int64_t>(parts.size());
  const int64_t position = index > 0 ? index - 1 : count + index;
  if (position < 0 || position >= count) return {};
  return parts[static_cast<size_t>(position)];
}

std::string_view trim_left(std::string_view text, std::string_view characters) {
  while (!text.empty() && is_one_of(text, 0, utf8_step(text, 0), characters)) {
    text.remove_prefix(utf8_step(text, 0));
  }
  return text;
}

std::string_view trim_right(std::string_view text, std::string_view characters) {
  while (!text.empty()) {
    const size_t last = utf8_previous(text, text.size());
    if (!is_one_of(text, last, text.size() - last, characters)) break;
    text = text.substr(0, last);
  }
  return text;
}

std::string_view trim_both(std::string_view text, std::string_view characters) {
  return trim_right(trim_left(text, characters), characters);
}

void check_text_size(int64_t bytes) {
  constexpr int64_t kBytesMax = int64_t{1} << 29;
  if (bytes <= kBytesMax) return;
  throw SparkError("UNABLE_TO_ACQUIRE_MEMORY",
                   {{"requestedBytes", std::to_string(bytes)}, {"receivedBytes", "0"}});
}

int64_t repeat_count(std::string_view text, int32_t count) {
  if (count <= 0) return 0;
  const int64_t bytes = static_cast<int64_t>(text.size()) * count;
  if (bytes > INT32_MAX) {
    throw SparkError("ARITHMETIC_OVERFLOW", {{"message", "integer overflow"},
                                             {"alternative", ""},
                                             {"config", "\"spark.sql.ansi.enabled\""}});
  }
  check_text_size(bytes);
  return count;
}

void pad_left(std::string_view text, int32_t length, std::string_view padding, std::string& out) {
  out += padding_for(text, length, padding);
  out += substring(text, 1, std::max(length, 0));
}

void pad_right(std::string_view text, int32_t length, std::string_view padding,
               std::string& out) {
  out += substring(text, 1, std::max(length, 0));
  out += padding_for(text, length, padding);
}

void translate(std::string_view text, std::string_view from, std::string_view to,
               std::string& out) {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  for (size_t i = 0, j = 0; i < from.size();) {
    const size_t size = utf8_step(from, i);
    const size_t to_size = j < to.size() ? utf8_step(to, j) : 0;
    pairs.emplace_back(from.substr(i, size), to.substr(std::min(j, to.size()), to_size));
    i += size;
    j += to_size;
  }
  LoopWatch watch;
  for (size_t i = 0; i < text.size();) {
    watch.step(1 + pairs.size());
    const std::string_view character = text.substr(i, utf8_step(text, i));
    const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const auto& pair) {
      return pair.first == character;
    });
    out += found == pairs.end() ? character : found->second;
    i += character.size();
  }
}

void reverse_characters(std::string_view text, std::string& out) {
  const size_t start = out.size();
  out.resize(start + text.size());
  size_t end = out.size();
  for (size_t i = 0; i < text.size();) {
    const size_t size = utf8_step(text, i);
    end -= size;
    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(i), size,
                out.begin() + static_cast<std::ptrdiff_t>(end));
    i += size;
  }
}

void overlay(std::string_view text, std::string_view replacement, int32_t position, int32_t length,
             std::string& out) {
  const int64_t replaced =
      length < 0 ? static_cast<int64_t>(utf8_count(replacement)) : int64_t{length};
  // The position before wraps around, as Java's int does.
  out += substring(text, 1, static_cast<int32_t>(static_cast<uint32_t>(position) - 1));
  out += replacement;
  out += substring(text, static_cast<int32_t>(position + replaced));
}

void soundex(std::string_view text, std::string& out) {
  // The digit of each letter; 7 marks the letters that do not separate equal digits.
  static constexpr std::string_view kCodes = "01230127022455012623017202";
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
  const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (text.empty()) return;
  if (!is_letter(upper(text[0]))) {
    out += text;
    return;
  }
  const auto code_of = [](char c) { return kCodes[static_cast<size_t>(c - 'A')]; };
  std::string code(1, upper(text[0]));
  char last = code_of(code[0]);
  for (size_t i = 1; i < text.size() && code.size() < 4; ++i) {
    const char c = upper(text[i]);
    if (!is_letter(c)) {
      last = '0';
      continue;
    }
    const char digit = code_of(c);
    if (digit == '7') continue;
    if (digit != '0' && digit != last) code += digit;
    last = digit;
  }
  code.resize(4, '0');
  out += code;
}

namespace {

// Row by row: quick where both texts are short.
int32_t distance_by_rows(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b) {
  std::vector<int32_t> row(b.size() + 1);
  for (size_t j = 0; j < row.size(); ++j) row[j] = static_cast<int32_t>(j);
  for (size_t i = 0; i < a.size(); ++i) {
    int32_t diagonal = row[0];
    row[0] = static_cast<int32_t>(i) + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const int32_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

// Myers' bit vectors: 64 rows of a column at once (Hyyrö 2003). Neither text is empty.
int32_t distance_by_bits(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b) {
  const size_t blocks = (a.size() + 63) / 64;
  std::unordered_map<uint32_t, std::vector<uint64_t>> places;
  for (size_t i = 0; i < a.size(); ++i) {
    auto& bits = places[a[i]];
    bits.resize(blocks);
    bits[i / 64] |= uint64_t{1} << (i % 64);
  }
  const std::vector<uint64_t> nowhere(blocks);
  std::vector<uint64_t> rises(blocks, ~uint64_t{0});
  std::vector<uint64_t> falls(blocks);
  auto distance = static_cast<int32_t>(a.size());
  LoopWatch watch;
  for (const uint32_t character : b) {
    watch.step(blocks);
    const auto found = places.find(character);
    const std::vector<uint64_t>& equal = found == places.end() ? nowhere : found->second;
    int step = 1;  // what the row above the block adds from the column before to this one
    for (size_t block = 0; block < blocks; ++block) {
      const uint64_t last = uint64_t{1} << (block + 1 == blocks ? (a.size() - 1) % 64 : 63);
      const uint64_t matches = equal[block] | (step < 0 ? 1 : 0);
      const uint64_t vertical = equal[block] | falls[block];
      const uint64_t horizontal = (((matches & rises[block]) + rises[block]) ^ rises[block]) | matches;
      uint64_t up = falls[block] | ~(horizontal | rises[block]);
      uint64_t down = rises[block] & horizontal;
      const int next = (up & last) != 0 ? 1 : (down & last) != 0 ? -1 : 0;
      up = up << 1 | (step > 0 ? 1 : 0);
      down = down << 1 | (step < 0 ? 1 : 0);
      rises[block] = down | ~(vertical | up);
      falls[block] = up & vertical;
      step = next;
    }
    distance += step;
  }
  return distance;
}

}  // namespace

int32_t levenshtein(std::string_view left, std::string_view right) {
  constexpr size_t kFewCells = 4096;
  const std::vector<uint32_t> a = code_points(left), b = code_points(right);
  if (a.size() * b.size() <= kFewCells) return distance_by_rows(a, b);
  return distance_by_bits(a, b);
}

int32_t levenshtein(std::string_view left, std::string_view right, int32_t threshold) {
  const int32_t distance = levenshtein(left, right);
  return distance > threshold ? -1 : distance;
}

int32_t find_in_set(std::string_view word, std::string_view list) {
  if (word.find(',') != kNone) return 0;
  int32_t position = 1;
  for (size_t start = 0;; ++position) {
    const size_t comma = std::min(list.find(',', start), list.size());
    if (list.substr(start, comma - start) == word) return position;
    if (comma == list.size()) return 0;
    start = comma + 1;
  }
}

bool luhn_check(std::string_view digits) {
  if (digits.empty()) return false;
  int sum = 0;
  bool doubles = false;
  for (auto i = digits.rbegin(); i != digits.rend(); ++i, doubles = !doubles) {
    if (*i < '0' || *i > '9') return false;
    int digit = *i - '0';
    if (doubles) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 == 0;
}

int32_t ascii(std::string_view text) {
  return text.empty() ? 0 : static_cast<int32_t>(utf8_code_point(text, 0));
}

void append_character(int64_t number, std::string& out) {
  if (number >= 0) append_utf8(static_cast<uint32_t>(number & 0xFF), out);
}

std::optional<std::string> convert_base(std::string_view text, int32_t from_base, int32_t to_base,
                                        bool ansi) {
  const int64_t to = to_base < 0 ? -static_cast<int64_t>(to_base) : to_base;
  if (from_base < 2 || from_base > 36 || to < 2 || to > 36) return std::nullopt;
  text = trim_both(text);
  if (text.empty()) return std::nullopt;
  const bool negative = text[0] == '-';
  if (negative) text.remove_prefix(1);
  uint64_t value = 0;
  bool overflows = false;
  for (char c : text) {
    int digit = 36;
    if (c >= '0' && c <= '9') digit = c - '0';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') digit = (c | 0x20) - 'a' + 10;
    if (digit >= from_base) break;
    overflows = overflows ||
                __builtin_mul_overflow(value, static_cast<uint64_t>(from_base), &value) ||
                __builtin_add_overflow(value, static_cast<uint64_t>(digit), &value);
  }
  if (overflows) {
    if (ansi) {
      throw SparkError("ARITHMETIC_OVERFLOW", {{"message", "Overflow in function conv()"},
                                               {"alternative", ""},
                                               {"config", "\"spark.sql.ansi.enabled\""}});
    }
    value = UINT64_MAX;
  }
  bool shows_sign = false;
  if (negative && to_base > 0) {
    // A magnitude beyond 63 bits counts as the largest number.
    value = static_cast<int64_t>(value) < 0 ? UINT64_MAX : -value;
  } else if (to_base < 0) {
    shows_sign = negative;
    const bool high_bit = static_cast<int64_t>(value) < 0;
    if (negative) value = high_bit ? UINT64_MAX : -value;
    if (static_cast<int64_t>(value) < 0) {
      value = -value;
      shows_sign = true;
    }
  }
  std::string digits;
  do {
    digits += "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[value % static_cast<uint64_t>(to)];
    value /= static_cast<uint64_t>(to);
  } while (value != 0);
  if (shows_sign) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

void mask(std::string_view text, std::optional<std::string_view> upper,
          std::optional<std::string_view> lower, std::optional<std::string_view> digit,
          std::optional<std::string_view> other, std::string& out) {
  for (size_t i = 0; i < text.size();) {
    const std::string_view character = text.substr(i, utf8_step(text, i));
    const std::optional<std::string_view>* replacement = &other;
    switch (character_kind(utf8_code_point(text, i))) {
      case CharacterKind::kUpper: replacement = &upper; break;
      case CharacterKind::kLower: replacement = &lower; break;
      case CharacterKind::kDigit: replacement = &digit; break;
      case CharacterKind::kOther: break;
    }
    out += replacement->value_or(character);
    i += character.size();
  }
}

}  // namespace firesteel::functions::kernel
