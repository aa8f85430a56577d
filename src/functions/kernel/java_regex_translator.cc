#include "functions/kernel/java_regex_translator.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "functions/kernel/utf8.h"

namespace firesteel::functions::kernel {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

constexpr std::string_view kOperators = "\\^$.|?*+()[]{}";

}  // namespace

bool JavaRegexTranslator::is_literal(std::string_view pattern) {
  return !pattern.empty() && pattern.find_first_of(kOperators) == std::string_view::npos;
}

bool JavaRegexTranslator::skip(std::string_view text) {
  if (pattern_.substr(std::min(position_, pattern_.size()), text.size()) != text) return false;
  position_ += text.size();
  return true;
}

void JavaRegexTranslator::skip_comments() {
  if (!flags_.comments) return;
  while (!at_end()) {
    if (is_space(peek())) {
      ++position_;
    } else if (peek() == '#') {
      while (!at_end() && peek() != '\n' && peek() != '\r') ++position_;
    } else {
      return;
    }
  }
}

void JavaRegexTranslator::count_groups() {
  int depth = 0;
  for (size_t i = 0; i < pattern_.size(); ++i) {
    const char c = pattern_[i];
    if (c == '\\') {
      if (i + 1 < pattern_.size() && pattern_[i + 1] == 'Q') {
        i = std::min(pattern_.find("\\E", i), pattern_.size() - 1);
      }
      ++i;
    } else if (c == '[') {
      ++depth;
    } else if (c == ']' && depth > 0) {
      --depth;
    } else if (c == '(' && depth == 0) {
      const std::string_view rest = pattern_.substr(i + 1, 3);
      const bool named = rest.size() == 3 && rest.starts_with("?<") && is_letter(rest[2]);
      if (!rest.starts_with("?") || named) ++group_count_;
    }
  }
}

std::string JavaRegexTranslator::translate() {
  count_groups();
  while (true) {
    skip_comments();
    if (at_end()) break;
    const char c = peek();
    if (c == '(') {
      translate_group();
    } else if (c == ')') {
      if (saved_flags_.empty()) throw MalformedRegex("Unmatched closing ')'");
      flags_ = saved_flags_.back();
      saved_flags_.pop_back();
      ++position_;
      out_ += ')';
      can_repeat_ = true;
    } else if (c == '|') {
      ++position_;
      out_ += '|';
      can_repeat_ = false;
    } else if (c == '*' || c == '+' || c == '?' || c == '{') {
      translate_quantifier();
    } else {
      translate_atom();
    }
  }
  if (!saved_flags_.empty()) throw MalformedRegex("Unclosed group");
  return std::move(out_);
}

void JavaRegexTranslator::translate_group() {
  ++position_;
  can_repeat_ = false;
  if (peek() != '?') {
    saved_flags_.push_back(flags_);
    out_ += '(';
    return;
  }
  for (std::string_view opening : {"?:", "?=", "?!", "?>", "?<=", "?<!"}) {
    if (!skip(opening)) continue;
    saved_flags_.push_back(flags_);
    out_.append("(").append(opening);
    return;
  }
  if (skip("?<")) {
    saved_flags_.push_back(flags_);
    out_ += "(?<";
    if (!is_letter(peek())) throw MalformedRegex("Unknown look-behind group");
    while (is_letter(peek()) || is_digit(peek())) out_ += pattern_[position_++];
    if (!skip(">")) throw MalformedRegex("named capturing group is missing trailing '>'");
    out_ += '>';
    return;
  }
  translate_flags();
}

// (?ims-x) or (?ims-x: after '('.
void JavaRegexTranslator::translate_flags() {
  const Flags before = flags_;
  std::string native[2];  // what PCRE2 shall switch on and off
  ++position_;
  bool on = true;
  for (; !at_end() && peek() != ')' && peek() != ':'; ++position_) {
    switch (peek()) {
      case '-': on = false; break;
      case 'i':
        flags_.ignore_case = on;
        native[on ? 0 : 1] += 'i';
        break;
      case 'm': native[on ? 0 : 1] += 'm'; break;
      case 's': flags_.dot_all = on; break;
      case 'x': flags_.comments = on; break;
      case 'u': flags_.unicode_case = on; break;
      case 'd': flags_.unix_lines = on; break;
      case 'U':
        if (!on || !out_.empty()) throw UntranslatableRegex("the flag U inside a pattern");
        unicode_classes_ = flags_.unicode_case = true;
        break;
      default: throw MalformedRegex("Unknown inline modifier");
    }
  }
  if (at_end()) throw MalformedRegex("Unknown inline modifier");
  const std::string change = native[0] + (native[1].empty() ? "" : "-" + native[1]);
  if (pattern_[position_++] == ':') {
    saved_flags_.push_back(before);
    out_ += "(?" + change + ":";
  } else if (!change.empty()) {
    out_ += "(?" + change + ")";
  }
}

void JavaRegexTranslator::translate_quantifier() {
  if (!can_repeat_) throw MalformedRegex("Dangling meta character");
  const char c = pattern_[position_++];
  out_ += c;
  if (c == '{') {
    const size_t start = position_;
    while (is_digit(peek())) ++position_;
    if (position_ == start) throw MalformedRegex("Illegal repetition");
    const size_t comma = position_;
    if (skip(",")) {
      while (is_digit(peek())) ++position_;
    }
    if (peek() != '}') throw MalformedRegex("Unclosed counted closure");
    if (position_ > comma + 1) {
      const std::string least(pattern_.substr(start, comma - start));
      const std::string most(pattern_.substr(comma + 1, position_ - comma - 1));
      if (least.size() > 9 || most.size() > 9 || std::stoi(most) < std::stoi(least)) {
        throw MalformedRegex("Illegal repetition range");
      }
    }
    ++position_;
    out_.append(pattern_.substr(start, position_ - start));
  }
  skip_comments();
  if (peek() == '?' || peek() == '+') out_ += pattern_[position_++];
  can_repeat_ = false;
}

void JavaRegexTranslator::translate_atom() {
  const char c = peek();
  can_repeat_ = true;
  switch (c) {
    case '.':
      ++position_;
      if (flags_.dot_all) {
        out_ += "(?s:.)";
      } else {
        // PCRE2 would also stop at VT and FF, which end no line in Java.
        out_ += flags_.unix_lines ? "[^\\n]" : "[^\\n\\r\\x{85}\\x{2028}\\x{2029}]";
      }
      return;
    case '[':
      ++position_;
      out_ += translate_class();
      return;
    case '\\': return translate_escape();
    case '$':
      if (flags_.unix_lines) throw UntranslatableRegex("$ under the flag d");
      ++position_;
      out_ += '$';
      return;
    case '^':
      ++position_;
      out_ += '^';
      return;
    default: {
      const size_t size = utf8_step(pattern_, position_);
      append_literal(utf8_code_point(pattern_, position_));
      position_ += size;
    }
  }
}

void JavaRegexTranslator::append_escaped(uint32_t code_point, std::string& out) {
  if (code_point < 0x80) {
    const char c = static_cast<char>(code_point);
    if (is_letter(c) || is_digit(c)) {
      out += c;
      return;
    }
  }
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string digits;
  do {
    digits += kDigits[code_point % 16];
    code_point /= 16;
  } while (code_point != 0);
  out += "\\x{";
  out.append(digits.rbegin(), digits.rend());
  out += '}';
}

void JavaRegexTranslator::append_literal(uint32_t code_point) {
  // Without the flag u, Java folds the case of ASCII letters only.
  const bool fixed = code_point >= 0x80 && flags_.ignore_case && !flags_.unicode_case;
  if (fixed) out_ += "(?-i:";
  append_escaped(code_point, out_);
  if (fixed) out_ += ')';
}

std::string JavaRegexTranslator::quoted_text() {
  const size_t end = std::min(pattern_.find("\\E", position_), pattern_.size());
  std::string text(pattern_.substr(position_, end - position_));
  position_ = std::min(end + 2, pattern_.size());
  return text;
}

void JavaRegexTranslator::translate_escape() {
  ++position_;
  if (at_end()) throw MalformedRegex("Unexpected internal error");
  const char c = peek();
  if (c >= '1' && c <= '9') return translate_back_reference();
  switch (c) {
    case 'Q': {
      ++position_;
      const std::string text = quoted_text();
      for (size_t i = 0; i < text.size(); i += utf8_step(text, i)) {
        append_literal(utf8_code_point(text, i));
      }
      can_repeat_ = !text.empty();
      return;
    }
    case 'b':
    case 'B': {
      ++position_;
      if (peek() == '{') throw UntranslatableRegex("\\b{g}");
      // Java 17 takes every letter and digit of Unicode for a part of a word here.
      const std::string word = "[\\p{L}\\p{Nd}_]";
      const std::string edge =
          "(?:(?<=" + word + ")(?!" + word + ")|(?<!" + word + ")(?=" + word + "))";
      out_ += c == 'b' ? edge : "(?!" + edge + ")";
      return;
    }
    case 'A':
    case 'z':
    case 'Z':
    case 'G':
    case 'R':
    case 'X':
      ++position_;
      out_.append("\\").append(1, c);
      return;
    case 'k': {
      ++position_;
      if (!skip("<")) throw MalformedRegex("\\k is not followed by '<' for named capturing group");
      const size_t end = std::min(pattern_.find('>', position_), pattern_.size() - 1);
      out_.append("\\k<").append(pattern_.substr(position_, end - position_)).append(">");
      position_ = end + 1;
      return;
    }
    default: break;
  }
  const std::string set = class_escape(c);
  if (!set.empty()) {
    out_ += set;
  } else {
    append_literal(code_point_escape());
  }
}

// As many digits as name a group that exists.
void JavaRegexTranslator::translate_back_reference() {
  size_t number = static_cast<size_t>(pattern_[position_++] - '0');
  while (is_digit(peek()) && number * 10 + static_cast<size_t>(peek() - '0') <= group_count_) {
    number = number * 10 + static_cast<size_t>(pattern_[position_++] - '0');
  }
  // A group that never takes part matches nothing.
  out_ += number > group_count_ ? "(?!)" : "\\g{" + std::to_string(number) + "}";
}

// \d, \p{…} and their kin, or empty for a letter that stands for a character; after the '\'.
std::string JavaRegexTranslator::class_escape(char letter) {
  switch (letter) {
    case 'd':
    case 'D':
    case 's':
    case 'S':
    case 'w':
    case 'W':
    case 'h':
    case 'H':
    case 'v':
    case 'V':
      ++position_;
      return std::string("\\") + letter;
    case 'p':
    case 'P':
      ++position_;
      return property(letter == 'P');
    default: return "";
  }
}

std::string JavaRegexTranslator::property(bool negated) {
  std::string name;
  if (skip("{")) {
    const size_t end = pattern_.find('}', position_);
    if (end == std::string_view::npos) throw MalformedRegex("Unclosed character family");
    name = pattern_.substr(position_, end - position_);
    position_ = end + 1;
  } else {
    if (at_end()) throw MalformedRegex("Illegal/unsupported escape sequence");
    name = pattern_.substr(position_++, 1);
  }
  const std::string set = property_class(name);
  return (negated ? "[^" : "[") + set + "]";
}

// The inside of a PCRE2 class for a Java property.
std::string JavaRegexTranslator::property_class(std::string_view name) const {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"Lower", "a-z"}, {"Upper", "A-Z"}, {"ASCII", "\\x00-\\x7F"}, {"Alpha", "a-zA-Z"},
      {"Digit", "0-9"}, {"Alnum", "a-zA-Z0-9"}, {"Punct", "!-\\/:-@\\[-`{-~"},
      {"Graph", "!-~"}, {"Print", " -~"}, {"Blank", " \\t"}, {"Cntrl", "\\x00-\\x1F\\x7F"},
      {"XDigit", "0-9a-fA-F"}, {"Space", " \\t\\n\\x0B\\f\\r"},
      {"javaLowerCase", "\\p{Lowercase}"}, {"javaUpperCase", "\\p{Uppercase}"},
      {"javaLetter", "\\p{L}"}, {"javaDigit", "\\p{Nd}"}, {"javaAlphabetic", "\\p{Alphabetic}"},
      {"javaLetterOrDigit", "\\p{L}\\p{Nd}"}, {"javaTitleCase", "\\p{Lt}"},
      {"javaIdeographic", "\\p{Ideographic}"}, {"javaSpaceChar", "\\p{Z}"},
      {"javaWhitespace", "\\t-\\r\\x1C-\\x20\\x{1680}\\x{2000}-\\x{2006}\\x{2008}-\\x{200A}"
                         "\\x{2028}\\x{2029}\\x{205F}\\x{3000}"},
      {"javaISOControl", "\\x00-\\x1F\\x7F-\\x{9F}"}, {"L1", "\\x00-\\x{FF}"},
      {"all", "\\x00-\\x{10FFFF}"}, {"LC", "\\p{Lu}\\p{Ll}\\p{Lt}"},
      {"InBasicLatin", "\\x00-\\x7F"}, {"InBasic_Latin", "\\x00-\\x7F"},
      {"InLatin-1Supplement", "\\x{80}-\\x{FF}"}, {"InGreek", "\\x{370}-\\x{3FF}"},
      {"InCyrillic", "\\x{400}-\\x{4FF}"}, {"InHebrew", "\\x{590}-\\x{5FF}"},
      {"InArabic", "\\x{600}-\\x{6FF}"}, {"InHiragana", "\\x{3040}-\\x{309F}"},
      {"InKatakana", "\\x{30A0}-\\x{30FF}"}, {"InHangulSyllables", "\\x{AC00}-\\x{D7AF}"},
      {"InCJKUnifiedIdeographs", "\\x{4E00}-\\x{9FFF}"},
      {"InCJK_Unified_Ideographs", "\\x{4E00}-\\x{9FFF}"},
  };
  for (const auto& [java, set] : kNames) {
    if (java != name) continue;
    if (unicode_classes_ && (name == "Lower" || name == "Upper" || name == "Alpha")) {
      return "\\p{" + std::string(name == "Alpha" ? "Alphabetic" : std::string(name) + "case") + "}";
    }
    return std::string(set);
  }
  if (name.starts_with("In") || name.starts_with("block=") || name.starts_with("blk=")) {
    throw UntranslatableRegex("the Unicode block \\p{" + std::string(name) + "}");
  }
  std::string_view value = name;
  for (std::string_view prefix : {"Is", "script=", "sc=", "general_category=", "gc="}) {
    if (value.starts_with(prefix)) {
      value.remove_prefix(prefix.size());
      break;
    }
  }
  if (value.empty() || value.find_first_of("{}[]\\") != std::string_view::npos) {
    throw MalformedRegex("Unknown character property name");
  }
  return "\\p{" + std::string(value) + "}";
}

uint32_t JavaRegexTranslator::hexadecimal(size_t digits) {
  uint32_t value = 0;
  for (size_t i = 0; i < digits; ++i) {
    const char c = static_cast<char>(peek() | 0x20);
    if (is_digit(peek())) {
      value = value * 16 + static_cast<uint32_t>(peek() - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = value * 16 + static_cast<uint32_t>(c - 'a' + 10);
    } else {
      throw MalformedRegex("Illegal hexadecimal escape sequence");
    }
    ++position_;
  }
  return value;
}

// A character written as an escape, after the '\'.
uint32_t JavaRegexTranslator::code_point_escape() {
  const char c = peek();
  if (!is_letter(c) && c != '0') {
    const uint32_t code_point = utf8_code_point(pattern_, position_);
    position_ += utf8_step(pattern_, position_);
    return code_point;
  }
  ++position_;
  switch (c) {
    case 't': return '\t';
    case 'n': return '\n';
    case 'r': return '\r';
    case 'f': return '\f';
    case 'a': return 0x07;
    case 'e': return 0x1B;
    case 'c':
      if (at_end()) throw MalformedRegex("Illegal control escape sequence");
      return static_cast<uint32_t>(pattern_[position_++] ^ 64);
    case '0': {
      uint32_t value = 0;
      size_t digits = 0;
      for (; digits < 3 && peek() >= '0' && peek() <= '7' && value * 8 <= 255; ++digits) {
        if (digits == 2 && value > 037) break;
        value = value * 8 + static_cast<uint32_t>(pattern_[position_++] - '0');
      }
      if (digits == 0) throw MalformedRegex("Illegal octal escape sequence");
      return value;
    }
    case 'x':
      if (skip("{")) {
        const size_t end = pattern_.find('}', position_);
        if (end == std::string_view::npos || end == position_ || end - position_ > 6) {
          throw MalformedRegex("Unclosed hexadecimal escape sequence");
        }
        const uint32_t value = hexadecimal(end - position_);
        ++position_;
        if (value > 0x10FFFF) throw MalformedRegex("Hexadecimal codepoint is too big");
        return value;
      }
      return hexadecimal(2);
    case 'u': {
      const uint32_t high = hexadecimal(4);
      if (high >= 0xD800 && high < 0xDC00 && skip("\\u")) {
        return 0x10000 + ((high - 0xD800) << 10) + (hexadecimal(4) - 0xDC00);
      }
      return high;
    }
    case 'N': throw UntranslatableRegex("\\N{name}");
    default: throw MalformedRegex("Illegal/unsupported escape sequence");
  }
}

std::string JavaRegexTranslator::translate_class() {
  const bool negated = skip("^");
  bool simple = true;
  std::string whole = translate_class_part(simple);
  std::vector<std::string> others;
  while (skip("&&")) {
    if (peek() == ']' || peek() == '&') continue;
    bool other_simple = true;
    std::string other = translate_class_part(other_simple);
    others.push_back(other_simple ? "[" + other + "]" : other);
  }
  if (!skip("]")) throw MalformedRegex("Unclosed character class");
  if (simple && others.empty()) {
    if (whole.empty()) throw MalformedRegex("Unclosed character class");
    return (negated ? "[^" : "[") + whole + "]";
  }
  if (simple) whole = whole.empty() ? "" : "[" + whole + "]";
  // An intersection: every part but one is looked at ahead of the character.
  std::string result = whole.empty() ? "(?s:.)" : whole;
  for (const std::string& other : others) result = "(?=" + other + ")" + result;
  if (negated) return "(?:(?!" + result + ")(?s:.))";
  return "(?:" + result + ")";
}

// A union up to ']' or '&&': the inside of one PCRE2 class (simple), or a whole pattern.
std::string JavaRegexTranslator::translate_class_part(bool& is_simple) {
  std::string items;
  std::string nested;
  is_simple = true;
  bool first = true;
  while (true) {
    if (flags_.comments) skip_comments();
    if (at_end()) throw MalformedRegex("Unclosed character class");
    if ((peek() == ']' && !first) || (peek() == '&' && peek(1) == '&')) break;
    first = false;
    items += class_item(is_simple, nested);
  }
  if (is_simple) return items;
  if (!items.empty()) nested += "|[" + items + "]";
  return "(?:" + nested.substr(1) + ")";
}

std::string JavaRegexTranslator::class_item(bool& is_simple, std::string& nested) {
  if (skip("[")) {
    nested += "|" + translate_class();
    is_simple = false;
    return "";
  }
  std::string item;
  if (peek() == '\\' && peek(1) == 'Q') {
    position_ += 2;
    const std::string text = quoted_text();
    for (size_t i = 0; i < text.size(); i += utf8_step(text, i)) {
      append_escaped(utf8_code_point(text, i), item);
    }
    return item;
  }
  if (peek() == '\\') {
    ++position_;
    const std::string set = class_escape(peek());
    if (!set.empty()) {
      if (set[0] != '[') return set;
      // A property is a class of its own; only a negated one cannot join the union around it.
      if (set[1] != '^') return set.substr(1, set.size() - 2);
      nested += "|" + set;
      is_simple = false;
      return "";
    }
    --position_;
  }
  const uint32_t from = class_character();
  append_escaped(from, item);
  if (peek() == '-' && peek(1) != ']' && peek(1) != '[' && peek(1) != '\0' &&
      !(peek(1) == '&' && peek(2) == '&')) {
    ++position_;
    const uint32_t to = class_character();
    if (to < from) throw MalformedRegex("Illegal character range");
    item += '-';
    append_escaped(to, item);
  }
  return item;
}

uint32_t JavaRegexTranslator::class_character() {
  if (skip("\\")) {
    if (at_end()) throw MalformedRegex("Unclosed character class");
    return code_point_escape();
  }
  const uint32_t code_point = utf8_code_point(pattern_, position_);
  position_ += utf8_step(pattern_, position_);
  return code_point;
}

}  // namespace firesteel::functions::kernel
