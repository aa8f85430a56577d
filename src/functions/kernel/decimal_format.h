// Numbers by a pattern of java.text.DecimalFormat, in English: format_number(x, '#,##0.00').
#pragma once

#include <string>
#include <string_view>

#include "functions/kernel/decimal.h"

namespace firesteel::functions::kernel {

// Immutable. A pattern with an exponent or a currency sign raises UNSUPPORTED_FEATURE.EXPRESSION, one
// that Java refuses an INVALID_PARAMETER_VALUE.PATTERN.
class DecimalFormat {
 public:
  explicit DecimalFormat(std::string_view pattern);

  std::string format(double value) const;
  std::string format(Int128 unscaled, int scale) const;

 private:
  std::string format(DecimalDigits number) const;
  std::string with_affixes(bool is_negative, const std::string& digits) const;

  std::string prefix_;
  std::string suffix_;
  std::string negative_prefix_;
  std::string negative_suffix_;
  int least_integer_digits_ = 0;
  int least_fraction_digits_ = 0;
  int most_fraction_digits_ = 0;
  int group_size_ = 0;  // 0: no groups
  int shift_ = 0;       // 2 for per cent, 3 for per mille
};

}  // namespace firesteel::functions::kernel
