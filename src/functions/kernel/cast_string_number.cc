#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "base/error.h"
#include "functions/kernel/cast_string.h"

namespace firesteel::functions::kernel {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

ErrorKind kind_of_invalid_cast(std::string_view type) {
  if (type == "BOOLEAN") return ErrorKind::kRuntime;
  if (type == "DATE" || type.substr(0, 4) == "TIME") return ErrorKind::kDateTime;
  return ErrorKind::kNumberFormat;
}

template <typename Value>
std::optional<Value> required(std::optional<Value> value, std::string_view text,
                              std::string_view type, CastMode mode) {
  if (!value && mode == CastMode::kAnsi) throw_cast_invalid_input(text, type);
  return value;
}

// UTF8String.toLong: with `allows_fraction`, the digits after a point are checked and dropped.
template <typename Integer>
std::optional<Integer> parse_integer(std::string_view text, bool allows_fraction) {
  text = trim_all(text);
  if (text.empty()) return std::nullopt;
  const bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  int64_t value = 0;
  size_t i = 0;
  for (; i < text.size() && is_digit(text[i]); ++i) {
    if (__builtin_mul_overflow(value, 10, &value) ||
        __builtin_sub_overflow(value, text[i] - '0', &value)) {
      return std::nullopt;
    }
  }
  if (i < text.size() && text[i] == '.' && allows_fraction) {
    for (++i; i < text.size() && is_digit(text[i]);) ++i;
  }
  if (i < text.size()) return std::nullopt;
  if (!negative && __builtin_sub_overflow(int64_t{0}, value, &value)) return std::nullopt;
  if (value < std::numeric_limits<Integer>::min() || value > std::numeric_limits<Integer>::max()) {
    return std::nullopt;
  }
  return static_cast<Integer>(value);
}

template <typename Integer>
std::optional<Integer> cast_integer(std::string_view text, CastMode mode, std::string_view type) {
  return required(parse_integer<Integer>(text, mode == CastMode::kLegacy), text, type, mode);
}

double to_floating(const char* text, char** end, double) { return std::strtod(text, end); }
float to_floating(const char* text, char** end, float) { return std::strtof(text, end); }

// 0x[hex][.hex]p[+-]digits; the exponent is not optional in Java.
bool is_hexadecimal(std::string_view text) {
  if (text.size() < 2 || text[0] != '0' || (text[1] | 0x20) != 'x') return false;
  text.remove_prefix(2);
  bool any_digit = false, point = false;
  size_t i = 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '.' && !point) {
      point = true;
    } else if (std::isxdigit(static_cast<unsigned char>(text[i])) != 0) {
      any_digit = true;
    } else {
      break;
    }
  }
  if (!any_digit || i == text.size() || (text[i] | 0x20) != 'p') return false;
  ++i;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  if (i == text.size()) return false;
  for (; i < text.size(); ++i) {
    if (!is_digit(text[i])) return false;
  }
  return true;
}

template <typename Float>
std::optional<Float> parse_java_floating(std::string_view text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  const bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  const auto with_sign = [negative](Float value) { return negative ? -value : value; };
  if (text == "NaN") return std::numeric_limits<Float>::quiet_NaN();
  if (text == "Infinity") return with_sign(std::numeric_limits<Float>::infinity());
  if (text.empty()) return std::nullopt;
  const char last = static_cast<char>(text.back() | 0x20);
  if (last == 'd' || last == 'f') text.remove_suffix(1);
  if (is_hexadecimal(text)) {
    return with_sign(to_floating(std::string(text).c_str(), nullptr, Float{}));
  }
  // from_chars would also take 'inf' and 'nan'.
  if (text.empty() || (!is_digit(text[0]) && text[0] != '.')) return std::nullopt;
  Float value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) {
    return std::nullopt;
  }
  if (error == std::errc::result_out_of_range) {
    value = to_floating(std::string(text).c_str(), nullptr, Float{});
  }
  return with_sign(value);
}

template <typename Float>
std::optional<Float> cast_floating(std::string_view text, CastMode mode, std::string_view type) {
  if (std::optional<Float> value = parse_java_floating<Float>(text)) return value;
  std::string name;
  for (char c : text) {
    if (static_cast<unsigned char>(c) <= ' ') continue;
    name += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (name.size() > 9) break;
  }
  // The blanks taken out above may only stand around the name.
  if (name.size() <= 9 && name.find_first_of("in") != std::string::npos) {
    std::string_view body = text;
    while (!body.empty() && static_cast<unsigned char>(body.front()) <= ' ') body.remove_prefix(1);
    while (!body.empty() && static_cast<unsigned char>(body.back()) <= ' ') body.remove_suffix(1);
    if (body.size() == name.size()) {
      constexpr Float kInfinity = std::numeric_limits<Float>::infinity();
      if (name == "nan") return std::numeric_limits<Float>::quiet_NaN();
      if (name == "-inf" || name == "-infinity") return -kInfinity;
      if (name == "inf" || name == "+inf" || name == "infinity" || name == "+infinity") {
        return kInfinity;
      }
    }
  }
  return required(std::optional<Float>(), text, type, mode);
}

}  // namespace

std::string_view trim_all(std::string_view text) {
  const auto is_blank = [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
  };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

void throw_cast_invalid_input(std::string_view text, std::string_view target_type) {
  throw SparkError("CAST_INVALID_INPUT", {{"expression", quote_sql_string(text)},
                                          {"sourceType", "\"STRING\""},
                                          {"targetType", "\"" + std::string(target_type) + "\""},
                                          {"ansiConfig", "\"spark.sql.ansi.enabled\""}})
      .with_kind(kind_of_invalid_cast(target_type));
}

std::optional<bool> string_to_boolean(std::string_view text, CastMode mode) {
  const std::string_view trimmed = trim_all(text);
  std::string word;
  if (trimmed.size() <= 5) {
    for (char c : trimmed) word += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  for (std::string_view yes : {"t", "true", "y", "yes", "1"}) {
    if (word == yes) return true;
  }
  for (std::string_view no : {"f", "false", "n", "no", "0"}) {
    if (word == no) return false;
  }
  return required(std::optional<bool>(), text, "BOOLEAN", mode);
}

std::optional<int8_t> string_to_tinyint(std::string_view text, CastMode mode) {
  return cast_integer<int8_t>(text, mode, "TINYINT");
}

std::optional<int16_t> string_to_smallint(std::string_view text, CastMode mode) {
  return cast_integer<int16_t>(text, mode, "SMALLINT");
}

std::optional<int32_t> string_to_int(std::string_view text, CastMode mode) {
  return cast_integer<int32_t>(text, mode, "INT");
}

std::optional<int64_t> string_to_bigint(std::string_view text, CastMode mode) {
  return cast_integer<int64_t>(text, mode, "BIGINT");
}

std::optional<double> parse_java_double(std::string_view text) {
  return parse_java_floating<double>(text);
}

std::optional<float> parse_java_float(std::string_view text) {
  return parse_java_floating<float>(text);
}

std::optional<float> string_to_float(std::string_view text, CastMode mode) {
  return cast_floating<float>(text, mode, "FLOAT");
}

std::optional<double> string_to_double(std::string_view text, CastMode mode) {
  return cast_floating<double>(text, mode, "DOUBLE");
}

std::optional<Int128> string_to_decimal(std::string_view text, DecimalType type, CastMode mode) {
  DecimalDigits digits;
  if (!parse_decimal_digits(text, digits)) {
    if (mode != CastMode::kAnsi) return std::nullopt;
    throw_cast_invalid_input(text, "DECIMAL(" + std::to_string(type.precision) + "," +
                                       std::to_string(type.scale) + ")");
  }
  if (digits.integral_digits() > kMaxDecimalPrecision) {
    if (mode != CastMode::kAnsi) return std::nullopt;
    throw SparkError("NUMERIC_OUT_OF_SUPPORTED_RANGE", {{"value", std::string(text)}});
  }
  const std::optional<Int128> value = digits.to_decimal(type);
  if (!value && mode == CastMode::kAnsi) throw_decimal_overflow(digits.to_plain_string(), type);
  return value;
}

}  // namespace firesteel::functions::kernel
