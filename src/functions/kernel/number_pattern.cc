#include "functions/kernel/number_pattern.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "base/text.h"
#include "functions/kernel/decimal.h"

namespace firesteel::functions::kernel {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_separator(char c) { return c == ',' || c == 'G'; }
bool is_point(char c) { return c == '.' || c == 'D'; }
bool is_space(char c) { return (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= ' '); }

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
  if (leading_ != Sign::kNone && trailing_ == leading_) {
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

// Takes the digits, separators and blanks that `text` begins with. Separators stand as far from the end as in
// the groups; a group of an integral part that begins with 0 is full.
std::optional<std::string> NumberPattern::take_digits(std::string_view& text, const std::vector<std::string>& groups,
                                                      bool is_integral) {
  std::string digits;
  std::vector<size_t> sizes(1);
  for (; !text.empty(); text.remove_prefix(1)) {
    const char c = text.front();
    if (is_digit(c)) {
      digits += c;
      ++sizes.back();
    } else if (c == ',') {
      sizes.push_back(0);
    } else if (!is_space(c)) {
      break;
    }
  }
  if (sizes.size() > groups.size()) return std::nullopt;
  sizes.insert(sizes.begin(), groups.size() - sizes.size(), 0);
  for (size_t i = 0; i < groups.size(); ++i) {
    const bool is_full = is_integral && groups[i].starts_with('0');
    if (sizes[i] > groups[i].size() || (is_full && sizes[i] < groups[i].size())) return std::nullopt;
  }
  return digits;
}

// What `text` holds is taken token by token of the format, as Spark does it: two signs undo each other.
std::optional<Int128> NumberPattern::parse(std::string_view text) const {
  bool is_negative = false;
  const auto take = [&](char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
  };
  const auto take_sign = [&](Sign sign) {
    const bool is_sign = sign == Sign::kMinus || sign == Sign::kBoth;
    if (is_sign && take('-')) is_negative = !is_negative;
    else if (sign == Sign::kBoth) take('+');
  };
  const bool opens = trailing_ == Sign::kBrackets && take('<');
  take_sign(leading_);
  if (has_currency_ && !take('$')) return std::nullopt;
  const bool has_integral = !groups_.front().empty();
  const auto integral = has_integral ? take_digits(text, groups_, true) : std::string();
  if (!integral) return std::nullopt;
  if (has_point_) take('.');
  const auto fraction = fraction_.empty() ? std::string() : take_digits(text, {fraction_}, false);
  if (!fraction) return std::nullopt;
  take_sign(trailing_);
  if (opens && !take('>')) return std::nullopt;
  if (opens) is_negative = !is_negative;
  if (!text.empty() || integral->size() + fraction->size() == 0) return std::nullopt;
  Int128 value = 0;
  for (char c : *integral + *fraction) value = value * 10 + (c - '0');
  for (size_t i = fraction->size(); i < fraction_.size(); ++i) value *= 10;
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
  const bool has_brackets = trailing_ == Sign::kBrackets;
  const bool shows_sign = leading_ == Sign::kBoth || (is_negative && (leading_ == Sign::kMinus || has_brackets));
  // Nothing stands for zero but the one before a point, where no sign takes its place.
  if (integral == "0" && (places == 0 || !has_point_ || (shows_sign && !has_currency_))) integral.clear();
  std::string body;
  if (integral.size() > places || fraction.size() > fraction_.size()) {
    for (size_t i = 0; i < groups_.size(); ++i) body += (i ? " " : "") + std::string(groups_[i].size(), '#');
    fraction.assign(fraction_.size(), '#');
  } else {
    append_integral(integral, body);
    fraction.resize(fraction_.size(), '0');
  }
  const size_t end_of_integral = body.size();
  if (has_point_) body += fraction_.empty() ? " " : "." + fraction;
  if (has_currency_) body.insert(0, "$");
  // The sign stands right before the first digit, and a bracket before both.
  const auto put_before = [&](char c) {
    body.insert(std::min(body.find_first_not_of(' '), end_of_integral), 1, c);
  };
  if (leading_ != Sign::kNone) put_before(is_negative ? '-' : leading_ == Sign::kBoth ? '+' : ' ');
  if (has_brackets && is_negative) put_before('<');
  // What stands behind stands right behind the last digit. A positive number has two blanks in place of its brackets.
  const auto put_behind = [&](char c) { body.insert(body.find_last_not_of(' ') + 1, 1, c); };
  if (trailing_ == Sign::kBoth) put_behind(is_negative ? '-' : '+');
  if (trailing_ == Sign::kMinus) put_behind(is_negative ? '-' : ' ');
  if (has_brackets && is_negative) put_behind('>');
  if (has_brackets && !is_negative) body += "  ";
  return body;
}

}  // namespace firesteel::functions::kernel
