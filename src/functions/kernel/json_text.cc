#include "functions/kernel/json_text.h"

#include <limits>

#include "functions/kernel/cast_string.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/utf8.h"

namespace firesteel::functions::kernel {

namespace {

constexpr int kMaxDepth = 1000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void JsonWriter::separate() {
  if (after_name_) {
    after_name_ = false;
    return;
  }
  if (has_values_.empty()) return;
  if (has_values_.back()) out_ += ',';
  has_values_.back() = true;
}

void JsonWriter::begin(char bracket) {
  separate();
  out_ += bracket;
  has_values_.push_back(false);
}

void JsonWriter::end(char bracket) {
  out_ += bracket;
  has_values_.pop_back();
}

void JsonWriter::name(std::string_view text) {
  separate();
  append_quoted(text, out_);
  out_ += ':';
  after_name_ = true;
}

void JsonWriter::string(std::string_view text) {
  separate();
  append_quoted(text, out_);
}

void JsonWriter::raw_value(std::string_view text) {
  separate();
  out_ += text;
}

void JsonWriter::append_quoted(std::string_view text, std::string& out) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  out += '"';
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\f': out += "\\f"; break;
      case '\r': out += "\\r"; break;
      default:
        if (byte < 0x20) {
          out += "\\u00";
          out += kHex[byte >> 4];
          out += kHex[byte & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

std::string with_code_points(std::string_view json) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  const auto append_unit = [&](uint32_t unit) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kHex[unit >> shift & 15];
  };
  for (size_t i = 0; i < json.size(); i += utf8_step(json, i)) {
    const uint32_t point = utf8_code_point(json, i);
    if (point < 0x80) {
      out += json[i];
    } else if (point < 0x10000) {
      append_unit(point);
    } else {
      append_unit(0xD800 + ((point - 0x10000) >> 10));
      append_unit(0xDC00 + ((point - 0x10000) & 0x3FF));
    }
  }
  return out;
}

std::optional<double> non_numeric_number(std::string_view name) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (name == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (name == "Infinity" || name == "+Infinity" || name == "INF" || name == "+INF") return kInfinity;
  if (name == "-Infinity" || name == "-INF") return -kInfinity;
  return std::nullopt;
}

char JsonReader::peek() {
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c == '/' && syntax_.comments) {
      skip_comment();
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++position_;
    } else {
      return c;
    }
  }
  return '\0';
}

void JsonReader::skip_comment() {
  const std::string_view start = text_.substr(position_, 2);
  if (start != "/*" && start != "//") throw MalformedJson();
  const size_t end = start == "/*" ? text_.find("*/", position_ + 2) : text_.find_first_of("\r\n", position_);
  if (end == std::string_view::npos && start == "/*") throw MalformedJson();
  position_ = end == std::string_view::npos ? text_.size() : end + (start == "/*" ? 2 : 0);
}

bool JsonReader::skip(char wanted) {
  if (peek() != wanted || position_ == text_.size()) return false;
  ++position_;
  return true;
}

void JsonReader::expect(char wanted) {
  if (!skip(wanted)) throw MalformedJson();
}

uint32_t JsonReader::hexadecimal() {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i, ++position_) {
    if (position_ >= text_.size()) throw MalformedJson();
    const char c = static_cast<char>(text_[position_] | 0x20);
    if (is_digit(text_[position_])) {
      value = value * 16 + static_cast<uint32_t>(text_[position_] - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = value * 16 + static_cast<uint32_t>(c - 'a' + 10);
    } else {
      throw MalformedJson();
    }
  }
  return value;
}

// After the backslash.
void JsonReader::append_escape(std::string& out) {
  if (position_ == text_.size()) throw MalformedJson();
  switch (const char c = text_[position_++]) {
    case 'b': out += '\b'; return;
    case 't': out += '\t'; return;
    case 'n': out += '\n'; return;
    case 'f': out += '\f'; return;
    case 'r': out += '\r'; return;
    case '"':
    case '\'':
    case '/':
    case '\\': out += c; return;
    case 'u': break;
    default:
      if (!syntax_.any_escape) throw MalformedJson();
      out += c;
      return;
  }
  const auto is_low = [](uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; };
  uint32_t unit = hexadecimal();
  // Half of a pair is no character; Java writes a question mark for it.
  while (unit >= 0xD800 && unit < 0xDC00) {
    if (text_.substr(position_, 2) != "\\u") {
      out += '?';
      return;
    }
    position_ += 2;
    const uint32_t next = hexadecimal();
    if (is_low(next)) return append_utf8(0x10000 + ((unit - 0xD800) << 10) + (next - 0xDC00), out);
    out += '?';
    unit = next;
  }
  if (is_low(unit)) {
    out += '?';
  } else {
    append_utf8(unit, out);
  }
}

std::string JsonReader::string() {
  const char quote = peek();
  if (quote != '"' && !(quote == '\'' && syntax_.single_quotes)) throw MalformedJson();
  ++position_;
  std::string value;
  while (true) {
    if (position_ == text_.size()) throw MalformedJson();
    const char c = text_[position_++];
    if (c == quote) return value;
    if (c == '\\') {
      append_escape(value);
    } else if (static_cast<unsigned char>(c) < 0x20 && !syntax_.control_characters) {
      throw MalformedJson();
    } else {
      value += c;
    }
  }
}

std::string JsonReader::name() {
  const char first = peek();
  if (!syntax_.unquoted_names || first == '"' || first == '\'') return string();
  const size_t start = position_;
  const auto belongs = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' || c == '-' || (c & 0x80);
  };
  while (position_ < text_.size() && belongs(text_[position_])) ++position_;
  if (position_ == start || is_digit(first)) throw MalformedJson();
  return std::string(since(start));
}

void JsonReader::skip_value() {
  JsonWriter ignored;
  copy_value(ignored);
}

void JsonReader::copy_value(JsonWriter& writer) {
  const char c = peek();
  if (c == '"' || c == '\'') return writer.string(string());
  if (syntax_.non_numeric_numbers && (c == 'N' || c == 'I' || c == '+' || c == '-') && copy_non_numeric_number(writer)) return;
  if (c == '-' || is_digit(c)) return copy_number(writer);
  if (c != '{' && c != '[') return copy_word(writer);
  if (++depth_ > kMaxDepth) throw MalformedJson();
  ++position_;
  writer.begin(c);
  const char close = c == '{' ? '}' : ']';
  for (bool first = true; !skip(close); first = false) {
    if (!first) expect(',');
    if (c == '{') {
      writer.name(name());
      expect(':');
    }
    copy_value(writer);
  }
  writer.end(close);
  --depth_;
}

bool JsonReader::copy_non_numeric_number(JsonWriter& writer) {
  for (const std::string_view name : {"NaN", "Infinity", "+Infinity", "-Infinity", "+INF", "-INF"}) {
    if (!text_.substr(position_).starts_with(name)) continue;
    const size_t end = position_ + name.size();
    if (end < text_.size() && std::string_view(" \t\r\n,]}/").find(text_[end]) == std::string_view::npos) throw MalformedJson();
    position_ = end;
    writer.string(name);
    return true;
  }
  return false;
}

void JsonReader::copy_number(JsonWriter& writer) {
  const size_t start = position_;
  if (text_[position_] == '-') ++position_;
  const auto digits = [&] {
    const size_t first = position_;
    while (position_ < text_.size() && is_digit(text_[position_])) ++position_;
    if (position_ == first) throw MalformedJson();
    return position_ - first;
  };
  const size_t integral = position_;
  size_t zeros = 0;
  if (digits() > 1 && text_[integral] == '0') {
    if (!syntax_.leading_zeros) throw MalformedJson();
    while (integral + zeros + 1 < position_ && text_[integral + zeros] == '0') ++zeros;
  }
  bool is_floating = false;
  if (position_ < text_.size() && text_[position_] == '.') {
    ++position_;
    is_floating = true;
    digits();
  }
  if (position_ < text_.size() && (text_[position_] | 0x20) == 'e') {
    ++position_;
    is_floating = true;
    if (position_ < text_.size() && (text_[position_] == '+' || text_[position_] == '-')) {
      ++position_;
    }
    digits();
  }
  if (position_ < text_.size() &&
      std::string_view(" \t\r\n,]}").find(text_[position_]) == std::string_view::npos &&
      !(text_[position_] == '/' && syntax_.comments)) {
    throw MalformedJson();
  }
  std::string number(text_.substr(start, position_ - start));
  if (zeros > 0) number.erase(integral - start, zeros);
  if (!is_floating) return writer.raw_value(number == "-0" ? "0" : number);
  const double value = parse_java_double(number).value_or(0);
  std::string text;
  append_double(value, text);
  if (text.find("Infinity") != std::string::npos) return writer.string(text);
  writer.raw_value(text);
}

void JsonReader::copy_word(JsonWriter& writer) {
  for (std::string_view word : {"true", "false", "null"}) {
    if (text_.substr(position_, word.size()) != word) continue;
    position_ += word.size();
    return writer.raw_value(word);
  }
  throw MalformedJson();
}

}  // namespace firesteel::functions::kernel
