#include "functions/kernel/number_format.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "functions/kernel/cast_to_string.h"

namespace firesteel::functions::kernel {

namespace {

// The exact decimal digits of a finite double: a binary fraction has a finite decimal expansion.
DecimalDigits exact_digits(double value) {
  DecimalDigits result;
  result.negative = std::signbit(value);
  char buffer[1100];
  const int size = std::snprintf(buffer, sizeof(buffer), "%.1074f", std::fabs(value));
  std::string_view text(buffer, static_cast<size_t>(size));
  const size_t point = text.find('.');
  result.digits.append(text.substr(0, point)).append(text.substr(point + 1));
  result.scale = 1074;
  while (result.digits.size() > 1 && result.digits.back() == '0' && result.scale > 0) {
    result.digits.pop_back();
    --result.scale;
  }
  const size_t first = std::min(result.digits.find_first_not_of('0'), result.digits.size() - 1);
  result.digits.erase(0, first);
  return result;
}

}  // namespace

void round_half_even(DecimalDigits& number, int32_t places) {
  const int64_t dropped = number.scale - places;
  if (dropped <= 0) return;
  std::string& digits = number.digits;
  const auto size = static_cast<int64_t>(digits.size());
  digits.insert(0, static_cast<size_t>(dropped >= size ? dropped - size + 1 : 1), '0');
  const size_t kept = digits.size() - static_cast<size_t>(dropped);
  const bool exact_half = digits[kept] == '5' &&
                          digits.find_first_not_of('0', kept + 1) == std::string::npos;
  const bool up = exact_half ? (digits[kept - 1] - '0') % 2 != 0 : digits[kept] >= '5';
  digits.resize(kept);
  if (up) {
    size_t i = digits.size();
    while (digits[--i] == '9') digits[i] = '0';
    ++digits[i];
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  number.scale = places;
}

namespace {

// '1,234,567.80' with exactly `places` digits after the point.
void append_grouped(const DecimalDigits& number, int32_t places, std::string& out) {
  std::string digits = number.digits;
  if (number.scale < places) digits.append(static_cast<size_t>(places - number.scale), '0');
  const auto fraction = static_cast<size_t>(places);
  if (digits.size() <= fraction) digits.insert(0, fraction + 1 - digits.size(), '0');
  const size_t whole = digits.size() - fraction;
  digits.erase(0, std::min(digits.find_first_not_of('0'), whole - 1));
  const size_t left = digits.size() - fraction;
  if (number.negative) out += '-';
  for (size_t i = 0; i < left; ++i) {
    if (i > 0 && (left - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  if (places > 0) out.append(".").append(digits, left);
}

}  // namespace

DecimalDigits rounded_digits(double value, int32_t places) {
  // DecimalFormat takes the digits that Java prints, and looks at the exact value only for ties.
  std::string text;
  append_double(value, text);
  DecimalDigits number;
  parse_decimal_digits(text, number);
  number.negative = std::signbit(value);
  if (number.scale <= places) return number;
  DecimalDigits exact = exact_digits(value);
  const int64_t dropped = number.scale - places;
  const auto size = static_cast<int64_t>(number.digits.size());
  const bool looks_half =
      dropped <= size && number.digits[static_cast<size_t>(size - dropped)] == '5' &&
      number.digits.find_first_not_of('0', static_cast<size_t>(size - dropped) + 1) == std::string::npos;
  if (looks_half) number = std::move(exact);
  round_half_even(number, places);
  return number;
}

// DecimalFormat shows no more places of what is no BigDecimal.
constexpr int32_t kPlacesMax = 340;

bool format_number(double value, int32_t places, std::string& out) {
  if (places < 0) return false;
  places = std::min(places, kPlacesMax);
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value < 0 ? "-∞" : "∞";
  } else {
    append_grouped(rounded_digits(value, places), places, out);
  }
  return true;
}

bool format_number(int64_t value, int32_t places, std::string& out) {
  return format_number(static_cast<Int128>(value), 0, std::min(places, kPlacesMax), out);
}

bool format_number(Int128 unscaled, int scale, int32_t places, std::string& out) {
  constexpr int32_t kDecimalPlacesMax = 1'000'000;
  if (places > kDecimalPlacesMax) throw_unsupported("FUNCTION", "format_number with more than 1,000,000 places");
  if (places < 0) return false;
  std::string text;
  append_decimal_plain(unscaled, scale, text);
  DecimalDigits number;
  parse_decimal_digits(text, number);
  number.negative = unscaled < 0;
  round_half_even(number, places);
  append_grouped(number, places, out);
  return true;
}

}  // namespace firesteel::functions::kernel
