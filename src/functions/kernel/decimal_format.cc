#include "functions/kernel/decimal_format.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "functions/kernel/number_format.h"

namespace firesteel::functions::kernel {

namespace {

// One of the two halves of a pattern that a semicolon parts, read as DecimalFormat.applyPattern does.
struct HalfPattern {
  std::string prefix;
  std::string suffix;
  int left_digits = 0;
  int zero_digits = 0;
  int right_digits = 0;
  int point = -1;  // how many digits stand before it
  int group_size = -1;
  int shift = 0;
};

[[noreturn]] void throw_malformed(std::string_view pattern) {
  throw SparkError("INVALID_PARAMETER_VALUE.PATTERN", {{"functionName", "`format_number`"},
                                                       {"parameter", "`fmt`"},
                                                       {"value", "'" + std::string(pattern) + "'"}});
}

class HalfReader {
 public:
  HalfReader(std::string_view pattern, size_t& at) : pattern_(pattern), at_(at) {}

  HalfPattern read() {
    read_affix(half_.prefix);
    while (at_ < pattern_.size() && read_digit()) ++at_;
    read_affix(half_.suffix);
    if (at_ < pattern_.size() && pattern_[at_] != ';') throw_malformed(pattern_);
    return half_;
  }

 private:
  static bool is_of_number(char c) { return c == '#' || c == '0' || c == ',' || c == '.'; }

  void read_affix(std::string& affix) {
    bool is_quoted = false;
    for (; at_ < pattern_.size(); ++at_) {
      const char c = pattern_[at_];
      if (c == '\'') {
        if (at_ + 1 < pattern_.size() && pattern_[at_ + 1] == '\'') {
          affix += '\'';
          ++at_;
        } else {
          is_quoted = !is_quoted;
        }
        continue;
      }
      if (!is_quoted && (c == ';' || is_of_number(c))) break;
      if (!is_quoted && pattern_.substr(at_).starts_with("¤")) {
        throw_unsupported("EXPRESSION", "format_number with a currency sign");
      }
      if (!is_quoted && c == '%') half_.shift = 2;
      if (!is_quoted && pattern_.substr(at_).starts_with("‰")) half_.shift = 3;
      affix += c;
    }
    if (is_quoted) throw_malformed(pattern_);
  }

  // False where the number ends.
  bool read_digit() {
    const char c = pattern_[at_];
    if (c == 'E') throw_unsupported("EXPRESSION", "format_number with an exponent");
    if (!is_of_number(c)) return false;
    if (c == ',') {
      half_.group_size = 0;
    } else if (c == '.') {
      if (half_.point >= 0) throw_malformed(pattern_);
      half_.point = half_.left_digits + half_.zero_digits + half_.right_digits;
    } else {
      if (c == '0' && half_.right_digits > 0) throw_malformed(pattern_);
      int& count = c == '0' ? half_.zero_digits : half_.zero_digits > 0 ? half_.right_digits : half_.left_digits;
      ++count;
      if (half_.group_size >= 0 && half_.point < 0) ++half_.group_size;
    }
    return true;
  }

  std::string_view pattern_;
  size_t& at_;
  HalfPattern half_;
};

void shift_point(DecimalDigits& number, int shift) {
  number.scale -= shift;
  if (number.scale >= 0) return;
  number.digits.append(static_cast<size_t>(-number.scale), '0');
  number.scale = 0;
}

}  // namespace

DecimalFormat::DecimalFormat(std::string_view pattern) {
  size_t at = 0;
  HalfPattern half = HalfReader(pattern, at).read();
  if (half.zero_digits == 0 && half.left_digits > 0 && half.point >= 0) {
    // "###.###": one of the places before the point is always written.
    const int before = half.point == 0 ? 1 : half.point;
    half.right_digits = half.left_digits - before;
    half.left_digits = before - 1;
    half.zero_digits = 1;
  }
  const int total = half.left_digits + half.zero_digits + half.right_digits;
  const bool is_misplaced = half.point >= 0 && (half.point < half.left_digits ||
                                                half.point > half.left_digits + half.zero_digits);
  if (is_misplaced || (half.point < 0 && half.right_digits > 0) || half.group_size == 0) throw_malformed(pattern);
  const int point = half.point >= 0 ? half.point : total;
  prefix_ = half.prefix;
  suffix_ = half.suffix;
  least_integer_digits_ = point - half.left_digits;
  most_fraction_digits_ = half.point >= 0 ? total - half.point : 0;
  least_fraction_digits_ = half.point >= 0 ? half.left_digits + half.zero_digits - half.point : 0;
  group_size_ = half.group_size > 0 ? half.group_size : 0;
  shift_ = half.shift;
  negative_prefix_ = "-" + prefix_;
  negative_suffix_ = suffix_;
  if (pattern.empty()) {
    least_integer_digits_ = 1;
    most_fraction_digits_ = 340;
  }
  if (at >= pattern.size()) return;
  ++at;
  const HalfPattern negative = HalfReader(pattern, at).read();
  if (at < pattern.size()) throw_malformed(pattern);
  if (negative.prefix == prefix_ && negative.suffix == suffix_) return;
  negative_prefix_ = negative.prefix;
  negative_suffix_ = negative.suffix;
}

std::string DecimalFormat::with_affixes(bool is_negative, const std::string& digits) const {
  return is_negative ? negative_prefix_ + digits + negative_suffix_ : prefix_ + digits + suffix_;
}

std::string DecimalFormat::format(double value) const {
  if (std::isnan(value)) return "NaN";
  const double shifted = shift_ == 0 ? value : value * (shift_ == 2 ? 100 : 1000);
  if (std::isinf(value)) return with_affixes(value < 0, "∞");
  return format(rounded_digits(shifted, most_fraction_digits_));
}

std::string DecimalFormat::format(Int128 unscaled, int scale) const {
  std::string text;
  append_decimal_plain(unscaled, scale, text);
  DecimalDigits number;
  parse_decimal_digits(text, number);
  number.negative = unscaled < 0;
  shift_point(number, shift_);
  round_half_even(number, most_fraction_digits_);
  return format(number);
}

std::string DecimalFormat::format(DecimalDigits number) const {
  std::string digits = number.digits;
  if (number.scale < 0) digits.append(static_cast<size_t>(-number.scale), '0');
  auto fraction_count = static_cast<size_t>(std::max<int64_t>(number.scale, 0));
  if (digits.size() < fraction_count) digits.insert(0, fraction_count - digits.size(), '0');
  std::string fraction = digits.substr(digits.size() - fraction_count);
  std::string whole = digits.substr(0, digits.size() - fraction_count);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  while (fraction.size() > static_cast<size_t>(least_fraction_digits_) && fraction.ends_with('0')) fraction.pop_back();
  if (fraction.size() < static_cast<size_t>(least_fraction_digits_)) {
    fraction.append(static_cast<size_t>(least_fraction_digits_) - fraction.size(), '0');
  }
  if (whole.size() < static_cast<size_t>(least_integer_digits_)) {
    whole.insert(0, static_cast<size_t>(least_integer_digits_) - whole.size(), '0');
  }
  if (whole.empty() && fraction.empty()) whole = "0";
  std::string out;
  for (size_t i = 0; i < whole.size(); ++i) {
    if (group_size_ > 0 && i > 0 && (whole.size() - i) % static_cast<size_t>(group_size_) == 0) out += ',';
    out += whole[i];
  }
  if (!fraction.empty()) out += "." + fraction;
  return with_affixes(number.negative, out);
}

}  // namespace firesteel::functions::kernel
