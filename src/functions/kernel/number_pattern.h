// The number formats of to_number and to_char: '$999,999.99MI'. Immutable once made.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "functions/kernel/int128.h"

namespace firesteel::functions::kernel {

class NumberPattern {
 public:
  // Raises INVALID_FORMAT.* for a format that Spark refuses.
  explicit NumberPattern(std::string_view format);

  // The decimal that to_number gives.
  int precision() const;
  int scale() const { return static_cast<int>(fraction_.size()); }

  // The unscaled value of scale(); nothing where the text does not match.
  std::optional<Int128> parse(std::string_view text) const;
  // As wide as the format; '#' for digits when the number does not fit.
  std::string format(Int128 unscaled, int scale) const;

 private:
  enum class Sign { kNone, kMinus, kBoth, kBrackets };

  void read(std::string_view format);
  void read_number(std::string_view format, size_t& at);
  void check_separators(const std::string& shown) const;
  static std::optional<std::string> take_digits(std::string_view& text, const std::vector<std::string>& groups,
                                                bool is_integral);
  void append_integral(const std::string& digits, std::string& out) const;

  Sign leading_ = Sign::kNone;
  Sign trailing_ = Sign::kNone;
  bool has_currency_ = false;
  bool has_point_ = false;
  std::vector<std::string> groups_;  // of '0' and '9' before the point
  std::string fraction_;
};

}  // namespace firesteel::functions::kernel
