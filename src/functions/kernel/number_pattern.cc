#include "functions/kernel/number_pattern.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "base/text.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/decimal.h"

namespace firesteel::functions::kernel {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_separator(char c) { return c == ',' || c == 'G'; }
bool is_point(char c) { return c == '.' || c == 'D'; }

[[noreturn]] void fail(const char* condition, const std::string& shown,
                       std::pair<std::string, std::string> more = {}) {
  std::vector<std::pair<std::string, std::string>> parameters = {{"format", shown}};
  if (!more.first.empty()) parameters.push_back(std::move(more));
  throw SparkError(std::string("INVALID_FORMAT.") + condition, {parameters.begin(), parameters.end()});
}

std::string quoted_character(char c) { return std::string("character '") + c + "''"; }

}  // namespace

NumberPattern::NumberPattern(std::string_view format) {
  const std::string upper = upper_case(format);
  if (upper.empty()) fail("EMPTY", "''");
  read(upper);
}

void NumberPattern::read(std::string_view format) {
  const std::string shown = "'" + std::string(format) + "'";
  if (format.find_first_of("09") == std::string_view::npos) {
    fail(format.find_first_of(",G") == std::string_view::npos ? "WRONG_NUM_DIGIT" : "CONT_THOUSANDS_SEPS", shown);
  }
  if (std::count_if(format.begin(), format.end(), is_point) > 1) fail("WRONG_NUM_TOKEN", shown, {"token", ". or D"});
  for (const char* token : {"S", "$"}) {
    if (std::count(format.begin(), format.end(), *token) > 1) fail("WRONG_NUM_TOKEN", shown, {"token", token});
  }
  size_t at = 0;
  const auto take = [&](std::string_view token) {
    if (!format.substr(at).starts_with(token)) return false;
    at += token.size();
    return true;
  };
  leading_ = take("MI") ? Sign::kMinus : take("S") ? Sign::kBoth : Sign::kNone;
  has_currency_ = take("$");
  read_number(format, at);
  if (at < format.size() && format[at] == '$') {
    fail(precision() > 0 ? "CUR_MUST_BEFORE_DIGIT" : "CUR_MUST_BEFORE_DEC", shown);
  }
  if (at < format.size() && is_separator(format[at])) fail("THOUSANDS_SEPS_MUST_BEFORE_DEC", shown);
  trailing_ = take("PR") ? Sign::kBrackets : take("MI") ? Sign::kMinus : take("S") ? Sign::kBoth : Sign::kNone;
  if (at < format.size()) fail("UNEXPECTED_TOKEN", shown, {"token", quoted_character(format[at])});
  if (leading_ != Sign::kNone && (trailing_ == Sign::kMinus || trailing_ == Sign::kBoth)) {
    fail("WRONG_NUM_TOKEN", shown, {"token", trailing_ == Sign::kBoth ? "S" : "MI"});
  }
  check_separators(shown);
}

void NumberPattern::read_number(std::string_view format, size_t& at) {
  groups_.emplace_back();
  for (; at < format.size(); ++at) {
    const char c = format[at];
    if (c == '0' || c == '9') {
      groups_.back() += c;
    } else if (is_separator(c)) {
      groups_.emplace_back();
    } else {
      break;
    }
  }
  if (at == format.size() || !is_point(format[at])) return;
  has_point_ = true;
  for (++at; at < format.size() && (format[at] == '0' || format[at] == '9'); ++at) {
    fraction_ += format[at];
  }
}

void NumberPattern::check_separators(const std::string& shown) const {
  if (groups_.size() < 2) return;
  for (const std::string& group : groups_) {
    if (group.empty()) fail("CONT_THOUSANDS_SEPS", shown);
  }
}

int NumberPattern::precision() const {
  size_t digits = fraction_.size();
  for (const std::string& group : groups_) digits += group.size();
  return static_cast<int>(digits);
}

// Separators stand as far from the end as in the format; a group that begins with 0 is full.
std::optional<std::string> NumberPattern::integral_digits(std::string_view text) const {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (is_digit(c)) {
      parts.back() += c;
    } else if (c == ',') {
      parts.emplace_back();
    } else {
      return std::nullopt;
    }
  }
  if (parts.size() > groups_.size()) return std::nullopt;
  std::string digits;
  for (const std::string& part : parts) digits += part;
  for (size_t i = 0; i < groups_.size(); ++i) {
    const std::string& group = groups_[groups_.size() - 1 - i];
    const std::string part = i < parts.size() ? parts[parts.size() - 1 - i] : "";
    if (part.size() > group.size()) return std::nullopt;
    const bool is_first = i + 1 >= parts.size();
    if (!is_first && part.size() != group.size() && parts.size() > 1 && part.empty()) return std::nullopt;
    if (!group.empty() && group[0] == '0' && part.size() != group.size()) return std::nullopt;
  }
  return digits;
}

std::optional<Int128> NumberPattern::parse(std::string_view text) const {
  text = trim_all(text);
  bool is_negative = false;
  const auto sign = [&](Sign expected, char c) {
    if (expected == Sign::kNone || expected == Sign::kBrackets) return false;
    if (c == '-') is_negative = true;
    return c == '-' || (c == '+' && expected == Sign::kBoth);
  };
  if (trailing_ == Sign::kBrackets && text.starts_with('<') && text.ends_with('>')) {
    is_negative = true;
    text = text.substr(1, text.size() - 2);
  }
  if (!text.empty() && sign(leading_, text.front())) text.remove_prefix(1);
  if (!text.empty() && sign(trailing_, text.back())) text.remove_suffix(1);
  if (has_currency_) {
    if (!text.starts_with('$')) return std::nullopt;
    text.remove_prefix(1);
  }
  const size_t point = text.find('.');
  if (point != std::string_view::npos && !has_point_) return std::nullopt;
  const auto digits = integral_digits(text.substr(0, point));
  std::string fraction(point == std::string_view::npos ? "" : text.substr(point + 1));
  if (!digits || fraction.size() > fraction_.size() || digits->size() + fraction.size() == 0) {
    return std::nullopt;
  }
  if (!std::all_of(fraction.begin(), fraction.end(), is_digit)) return std::nullopt;
  fraction.resize(fraction_.size(), '0');
  Int128 value = 0;
  for (char c : *digits + fraction) value = value * 10 + (c - '0');
  return is_negative ? -value : value;
}

// `digits` right-aligned in the groups. An empty place is a zero in a group that begins with 0, and
// right of a digit; a separator left of all digits is blank.
void NumberPattern::append_integral(const std::string& digits, std::string& out) const {
  size_t places = 0;
  for (const std::string& group : groups_) places += group.size();
  size_t place = places;  // from the right
  bool has_digit = false;
  for (size_t i = 0; i < groups_.size(); ++i) {
    if (i > 0) out += has_digit ? ',' : ' ';
    for (size_t j = 0; j < groups_[i].size(); ++j, --place) {
      if (place <= digits.size()) {
        out += digits[digits.size() - place];
        has_digit = true;
      } else if (groups_[i][0] == '0') {
        out += '0';
        has_digit = true;
      } else {
        out += ' ';
      }
    }
  }
}

std::string NumberPattern::format(Int128 unscaled, int scale) const {
  const bool is_negative = unscaled < 0;
  std::string plain;
  append_decimal_plain(is_negative ? -unscaled : unscaled, scale, plain);
  const size_t point = plain.find('.');
  std::string integral = plain.substr(0, point);
  std::string fraction = point == std::string::npos ? "" : plain.substr(point + 1);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  size_t places = 0;
  for (const std::string& group : groups_) places += group.size();
  // Nothing stands for zero but the one before a point, where no sign takes its place.
  const bool has_leading_sign = leading_ != Sign::kNone || trailing_ == Sign::kBrackets;
  if (integral == "0" && (places == 0 || !has_point_ || has_leading_sign)) integral.clear();
  std::string body;
  if (integral.size() > places || fraction.size() > fraction_.size()) {
    for (size_t i = 0; i < groups_.size(); ++i) body += (i ? " " : "") + std::string(groups_[i].size(), '#');
    if (has_point_) body += '.' + std::string(fraction_.size(), '#');
  } else {
    append_integral(integral, body);
    fraction.resize(fraction_.size(), '0');
    if (has_point_) body += fraction_.empty() ? " " : "." + fraction;
  }
  if (has_currency_) body.insert(0, "$");
  // A positive number has two blanks behind it in place of its brackets.
  const bool has_brackets = trailing_ == Sign::kBrackets;
  if (leading_ != Sign::kNone || (has_brackets && is_negative)) {
    const char sign = has_brackets && is_negative ? '<'
                      : is_negative                ? '-'
                      : leading_ == Sign::kBoth    ? '+'
                                                   : ' ';
    // The sign stands right before the first digit.
    const size_t first = std::min(body.find_first_not_of(' '), body.size());
    body.insert(first, 1, sign);
  }
  if (has_brackets) body += is_negative ? ">" : "  ";
  if (trailing_ == Sign::kMinus) body += is_negative ? '-' : ' ';
  if (trailing_ == Sign::kBoth) body += is_negative ? '-' : '+';
  return body;
}

}  // namespace firesteel::functions::kernel
