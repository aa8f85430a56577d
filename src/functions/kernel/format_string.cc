#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/error.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/number_format.h"
#include "functions/kernel/rounding.h"
#include "functions/kernel/unicode_case.h"
#include "functions/kernel/utf8.h"

namespace firesteel::functions::kernel {

namespace {

// %[index$][flags][width][.precision]conversion
struct Specifier {
  size_t index = 0;  // from 1; 0: the next argument
  bool repeats = false;
  std::string flags;
  int width = -1;
  int precision = -1;
  char conversion = 0;
  bool upper = false;

  bool has(char flag) const { return flags.find(flag) != std::string::npos; }
};

// What Java's Formatter throws.
[[noreturn]] void refuse(const std::string& reason) {
  throw SparkError("_LEGACY_ERROR_JAVA_ILLEGAL_ARGUMENT", {{"message", reason}});
}

class StringFormatter {
 public:
  StringFormatter(std::string_view format, const std::vector<FormatArgument>& arguments,
                  std::string& out)
      : format_(format), arguments_(arguments), out_(out) {}

  void run() {
    while (position_ < format_.size()) {
      const char c = format_[position_++];
      if (c != '%') {
        out_ += c;
      } else {
        write(read_specifier());
      }
    }
  }

 private:
  int number() {
    int value = 0;
    while (position_ < format_.size() && format_[position_] >= '0' && format_[position_] <= '9') {
      value = std::min(value * 10 + (format_[position_++] - '0'), 1000000);
    }
    return value;
  }

  Specifier read_specifier() {
    Specifier specifier;
    const size_t start = position_;
    const int index = number();
    if (index > 0 && position_ < format_.size() && format_[position_] == '$') {
      specifier.index = static_cast<size_t>(index);
      ++position_;
    } else {
      position_ = start;
    }
    while (position_ < format_.size() &&
           std::string_view("-#+ 0,(<").find(format_[position_]) != std::string_view::npos) {
      const char flag = format_[position_++];
      if (flag == '<') {
        specifier.repeats = true;
      } else {
        specifier.flags += flag;
      }
    }
    const size_t width = position_;
    specifier.width = number();
    if (position_ == width) specifier.width = -1;
    if (position_ < format_.size() && format_[position_] == '.') {
      const size_t digits = ++position_;
      specifier.precision = number();
      if (position_ == digits) refuse("a precision without digits");
    }
    if (position_ == format_.size()) refuse("Conversion = '%'");
    const char c = format_[position_++];
    specifier.upper = c >= 'A' && c <= 'Z';
    specifier.conversion = specifier.upper ? static_cast<char>(c + 32) : c;
    if (std::string_view("bBhHsScCdoxXeEfgGaAtTn%").find(c) == std::string_view::npos) {
      refuse(std::string("Conversion = '") + c + "'");
    }
    return specifier;
  }

  const FormatArgument& argument_of(const Specifier& specifier) {
    size_t index = specifier.index;
    if (specifier.repeats) {
      index = last_;
    } else if (index == 0) {
      index = ++ordinary_;
    }
    if (index == 0 || index > arguments_.size()) {
      refuse(std::string("Format specifier '%") + specifier.conversion + "'");
    }
    last_ = index;
    return arguments_[index - 1];
  }

  void write(const Specifier& specifier) {
    if (specifier.conversion == 'n') {
      out_ += '\n';
      return;
    }
    if (specifier.conversion == '%') return pad(specifier, "%");
    const FormatArgument& argument = argument_of(specifier);
    std::string text = convert(specifier, argument);
    if (specifier.upper) {
      std::string upper;
      append_upper_case(text, upper);
      text = std::move(upper);
    }
    pad(specifier, text);
  }

  void pad(const Specifier& specifier, const std::string& text) {
    const auto size = static_cast<int>(utf16_count(text));
    const auto fill = static_cast<size_t>(std::max(0, specifier.width - size));
    if (!specifier.has('-')) out_.append(fill, ' ');
    out_ += text;
    if (specifier.has('-')) out_.append(fill, ' ');
  }

  [[noreturn]] void mismatch(const Specifier& specifier) {
    refuse(std::string("the argument of %") + specifier.conversion);
  }

  std::string convert(const Specifier& specifier, const FormatArgument& argument) {
    const bool is_null = std::holds_alternative<std::monostate>(argument);
    std::string text;
    switch (specifier.conversion) {
      case 'b':
        if (const bool* value = std::get_if<bool>(&argument)) {
          text = *value ? "true" : "false";
        } else {
          text = is_null ? "false" : "true";
        }
        return cut(specifier, text);
      case 's': return cut(specifier, is_null ? "null" : plain(argument));
      case 'c':
        if (is_null) return "null";
        if (const auto* value = std::get_if<FormatInteger>(&argument)) {
          append_utf8(static_cast<uint32_t>(value->value), text);
          return text;
        }
        mismatch(specifier);
      case 'd':
      case 'x':
      case 'o':
        if (is_null) return "null";
        if (const auto* value = std::get_if<FormatInteger>(&argument)) {
          return integer(specifier, *value);
        }
        mismatch(specifier);
      case 'e':
      case 'f':
      case 'g':
        if (is_null) return cut(specifier, "null");
        if (const double* value = std::get_if<double>(&argument)) {
          return floating(specifier, *value);
        }
        mismatch(specifier);
      default:
        throw_unsupported("EXPRESSION",
                          std::string("format_string with %") + specifier.conversion);
    }
  }

  static std::string cut(const Specifier& specifier, std::string text) {
    if (specifier.precision >= 0) {
      text.resize(utf8_advance(text, 0, static_cast<size_t>(specifier.precision)));
    }
    return text;
  }

  static std::string plain(const FormatArgument& argument) {
    std::string text;
    if (const bool* value = std::get_if<bool>(&argument)) append_boolean(*value, text);
    if (const auto* value = std::get_if<FormatInteger>(&argument)) {
      append_integer(value->value, text);
    }
    if (const double* value = std::get_if<double>(&argument)) append_double(*value, text);
    if (const auto* value = std::get_if<FormatText>(&argument)) text = value->value;
    return text;
  }

  std::string integer(const Specifier& specifier, const FormatInteger& argument) {
    if (specifier.conversion == 'd') {
      const bool negative = argument.value < 0;
      const uint64_t size = negative ? -static_cast<uint64_t>(argument.value)
                                     : static_cast<uint64_t>(argument.value);
      return with_sign(specifier, negative, std::to_string(size));
    }
    auto bits = static_cast<uint64_t>(argument.value);
    if (argument.bits < 64) bits &= (uint64_t{1} << argument.bits) - 1;
    char buffer[32];
    const bool hexadecimal = specifier.conversion == 'x';
    const int size = std::snprintf(buffer, sizeof(buffer), hexadecimal ? "%llx" : "%llo",
                                   static_cast<unsigned long long>(bits));
    std::string text(buffer, static_cast<size_t>(size));
    const std::string prefix = specifier.has('#') ? (hexadecimal ? "0x" : "0") : "";
    if (specifier.has('0')) zero_fill(specifier, prefix.size(), text);
    return prefix + text;
  }

  static void zero_fill(const Specifier& specifier, size_t taken, std::string& text) {
    const auto width = static_cast<size_t>(std::max(specifier.width, 0));
    if (text.size() + taken < width) text.insert(0, width - taken - text.size(), '0');
  }

  // A magnitude with its groups, zeros and sign.
  static std::string with_sign(const Specifier& specifier, bool negative, std::string text) {
    if (specifier.has(',')) {
      size_t i = std::min(text.find_first_not_of("0123456789"), text.size());
      while (i > 3) text.insert(i -= 3, 1, ',');
    }
    std::string sign, close;
    if (negative) {
      sign = specifier.has('(') ? "(" : "-";
      if (specifier.has('(')) close = ")";
    } else if (specifier.has('+')) {
      sign = "+";
    } else if (specifier.has(' ')) {
      sign = " ";
    }
    if (specifier.has('0')) zero_fill(specifier, sign.size() + close.size(), text);
    return sign + text + close;
  }

  // Java rounds the digits that a double prints with half up.
  static std::string fixed(double magnitude, int places) {
    std::string text;
    append_double(magnitude, text);
    DecimalDigits digits;
    parse_decimal_digits(text, digits);
    if (digits.scale > places) {
      text.clear();
      append_double(round_double(magnitude, places, Rounding::kHalfUp), text);
      parse_decimal_digits(text, digits);
    }
    if (digits.digits != "0" || digits.scale < places) {
      if (digits.scale < places) {
        digits.digits.append(static_cast<size_t>(places - digits.scale), '0');
        digits.scale = places;
      }
    }
    while (digits.scale > places && digits.digits.size() > 1) {
      digits.digits.pop_back();
      --digits.scale;
    }
    if (digits.digits.find_first_not_of('0') == std::string::npos) {
      return places > 0 ? "0." + std::string(static_cast<size_t>(places), '0') : "0";
    }
    digits.scale = std::min<int64_t>(digits.scale, places);
    return digits.to_plain_string();
  }

  static std::string scientific(double magnitude, int places) {
    int exponent = 0;
    std::string digits = "0";
    if (magnitude != 0) {
      std::string text;
      append_double(magnitude, text);
      DecimalDigits number;
      parse_decimal_digits(text, number);
      while (number.digits.size() > 1 && number.digits.back() == '0') {
        number.digits.pop_back();
        --number.scale;
      }
      exponent = static_cast<int>(number.integral_digits()) - 1;
      digits = number.digits;
      if (digits.size() > static_cast<size_t>(places) + 1) {
        const bool up = digits[static_cast<size_t>(places) + 1] >= '5';
        digits.resize(static_cast<size_t>(places) + 1);
        if (up) {
          digits.insert(0, 1, '0');
          size_t i = digits.size();
          while (digits[--i] == '9') digits[i] = '0';
          ++digits[i];
          if (digits[0] == '0') {
            digits.erase(0, 1);
          } else {
            digits.pop_back();
            ++exponent;
          }
        }
      }
    }
    digits.resize(static_cast<size_t>(places) + 1, '0');
    std::string text = digits.substr(0, 1);
    if (places > 0) text.append(".").append(digits, 1);
    text.append("e").append(exponent < 0 ? "-" : "+");
    const std::string power = std::to_string(std::abs(exponent));
    return text + (power.size() < 2 ? "0" : "") + power;
  }

  std::string floating(const Specifier& specifier, double value) {
    if (!std::isfinite(value)) {
      std::string text;
      append_double(std::fabs(value), text);
      Specifier unpadded = specifier;
      std::erase(unpadded.flags, '0');
      return with_sign(unpadded, std::signbit(value) && !std::isnan(value), text);
    }
    const double magnitude = std::fabs(value);
    int places = specifier.precision < 0 ? 6 : specifier.precision;
    std::string text;
    if (specifier.conversion == 'e') {
      text = scientific(magnitude, places);
    } else if (specifier.conversion == 'f') {
      text = fixed(magnitude, places);
    } else {
      if (places == 0) places = 1;
      // Between 10^-4 and 10^precision the plain form shows `places` significant digits.
      if (magnitude == 0 || (magnitude >= 1e-4 && magnitude < std::pow(10.0, places))) {
        const int whole =
            magnitude == 0 ? 1 : static_cast<int>(std::floor(std::log10(magnitude))) + 1;
        text = fixed(magnitude, std::max(0, places - whole));
      } else {
        text = scientific(magnitude, places - 1);
      }
    }
    return with_sign(specifier, std::signbit(value), text);
  }

  std::string_view format_;
  const std::vector<FormatArgument>& arguments_;
  std::string& out_;
  size_t position_ = 0;
  size_t ordinary_ = 0;
  size_t last_ = 0;
};

}  // namespace

void format_string(std::string_view format, const std::vector<FormatArgument>& arguments,
                   std::string& out) {
  StringFormatter(format, arguments, out).run();
}

}  // namespace firesteel::functions::kernel
