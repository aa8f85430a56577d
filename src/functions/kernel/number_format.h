// format_string (java.util.Formatter) and format_number (java.text.DecimalFormat), in English.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "functions/kernel/decimal.h"

namespace firesteel::functions::kernel {

// An argument of format_string as Spark hands it to Java. `bits` is the width of an integer type,
// which %x and %o show for negative numbers.
struct FormatInteger {
  int64_t value;
  int bits;
};
struct FormatText {  // anything that only %s, %S, %b and %c-less conversions accept
  std::string_view value;
};
using FormatArgument = std::variant<std::monostate, bool, FormatInteger, double, FormatText>;

// Appends the formatted text. A specifier that Java refuses for its argument raises
// INVALID_PARAMETER_VALUE.PATTERN, where Spark lets Java's exception through.
void format_string(std::string_view format, const std::vector<FormatArgument>& arguments,
                   std::string& out);

// Thousands separated by commas and `places` digits after the point, rounded half to even. Nothing is
// appended and false returned for negative places, which give NULL.
bool format_number(double value, int32_t places, std::string& out);
bool format_number(int64_t value, int32_t places, std::string& out);
bool format_number(Int128 unscaled, int scale, int32_t places, std::string& out);

// Rounds half to even at `places`; ties are exact because the digits are.
void round_half_even(DecimalDigits& number, int32_t places);
// The digits of a finite double with at most `places` after the point, rounded as DecimalFormat does.
DecimalDigits rounded_digits(double value, int32_t places);

}  // namespace firesteel::functions::kernel
