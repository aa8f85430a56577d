// Decimal arithmetic and the rounding family.
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "engine/duckdb/kernel_adaptor.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/decimal.h"
#include "functions/kernel/uint256.h"

namespace firesteel::engine {
namespace {

namespace kernel = functions::kernel;
using kernel::DecimalType;
using kernel::Rounding;

constexpr const char* kAnsiKey = "\"spark.sql.ansi.enabled\"";

// The product as Spark shows it: java.math.BigDecimal's, rounded to 39 digits (Decimal.MATH_CONTEXT).
std::string product_text(const Decimal& left, const Decimal& right) {
  const auto magnitude = [](Int128 value) {
    return value < 0 ? -static_cast<kernel::UInt128>(value) : static_cast<kernel::UInt128>(value);
  };
  kernel::UInt256 rest = kernel::UInt256::product(magnitude(left.unscaled), magnitude(right.unscaled));
  std::string digits;
  while (!(rest == kernel::UInt256{})) {
    const kernel::UInt256 digit = rest.divide(kernel::UInt256{0, 10});
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(digit.low)));
  }
  int scale = left.scale + right.scale;
  constexpr size_t kDigits = 39;
  if (digits.size() > kDigits) {
    const bool rounds_up = digits[kDigits] >= '5';
    scale -= static_cast<int>(digits.size() - kDigits);
    digits.resize(kDigits);
    size_t at = kDigits;
    while (rounds_up && at > 0 && digits[at - 1] == '9') digits[--at] = '0';
    if (rounds_up && at > 0) ++digits[at - 1];
    if (rounds_up && at == 0) digits.insert(digits.begin(), '1');
  }
  if (scale < 0) digits.append(static_cast<size_t>(-scale), '0');
  if (scale > 0) {
    if (digits.size() <= static_cast<size_t>(scale)) digits.insert(0, static_cast<size_t>(scale) + 1 - digits.size(), '0');
    digits.insert(digits.size() - static_cast<size_t>(scale), ".");
  }
  return ((left.unscaled < 0) != (right.unscaled < 0) ? "-" : "") + digits;
}

// What does not fit is NUMERIC_VALUE_OUT_OF_RANGE under ANSI, else null. The message shows the exact
// result where 128 bits hold it.
std::optional<DecimalResult> checked(const std::optional<Int128>& value, const Decimal& left,
                                     const Decimal& right, const char* symbol, DecimalType type,
                                     bool ansi) {
  if (value) return DecimalResult{*value};
  if (!ansi) return std::nullopt;
  if (std::string_view(symbol) == " * ") kernel::throw_decimal_overflow(product_text(left, right), type);
  std::string text;
  kernel::append_decimal_plain(left.unscaled, left.scale, text);
  text += symbol;
  kernel::append_decimal_plain(right.unscaled, right.scale, text);
  kernel::throw_decimal_overflow(text, type);
}

using Operation = std::optional<Int128> (*)(Int128, int, Int128, int, DecimalType);

template <Operation Function>
void add_operation(KernelRegistry& registry, const char* name, const char* symbol) {
  registry.add_decimal<2>(
      name,
      [symbol](Decimal a, Decimal b, int32_t precision, int32_t scale,
               bool ansi) -> std::optional<DecimalResult> {
        DecimalType type{precision, scale};
        return checked(Function(a.unscaled, a.scale, b.unscaled, b.scale, type), a, b, symbol, type,
                       ansi);
      });
}

template <Operation Function>
void add_division(KernelRegistry& registry, const char* name, const char* symbol,
                  const char* condition) {
  registry.add_decimal<2>(
      name,
      [symbol, condition](Decimal a, Decimal b, int32_t precision, int32_t scale,
                          bool ansi) -> std::optional<DecimalResult> {
        if (b.unscaled == 0) {
          if (ansi) throw SparkError(condition, {{"config", kAnsiKey}});
          return std::nullopt;
        }
        DecimalType type{precision, scale};
        return checked(Function(a.unscaled, a.scale, b.unscaled, b.scale, type), a, b, symbol, type,
                       ansi);
      });
}

// round(x, n) and its kin on decimals: first to n digits, then in the form of the result.
std::optional<DecimalResult> round_decimal(Decimal value, int32_t digits, int32_t precision,
                                           int32_t scale, Rounding rounding) {
  std::optional<Int128> rounded = value.unscaled;
  int rounded_scale = value.scale;
  if (digits < value.scale) {
    int drop = value.scale - digits;
    if (drop > 38) {
      rounded = 0;
    } else {
      // Dropping digits is the same as taking the unscaled value for a number with `drop` decimals.
      rounded = kernel::rescale_decimal(value.unscaled, drop, 0, 38, rounding);
    }
    rounded_scale = digits;
    if (rounded && digits < 0) {
      rounded = kernel::rescale_decimal(*rounded, 0, std::min(-digits, 38), 38, rounding);
      rounded_scale = 0;
    }
  }
  if (!rounded) return std::nullopt;
  auto result = kernel::rescale_decimal(*rounded, rounded_scale, scale, precision, rounding);
  if (!result) return std::nullopt;
  return DecimalResult{*result};
}

template <Rounding R>
void add_decimal_rounding(KernelRegistry& registry, const char* name) {
  registry.add_decimal<2>(name,
                          [](Decimal value, int32_t digits, int32_t precision,
                             int32_t scale) -> std::optional<DecimalResult> {
                            return round_decimal(value, digits, precision, scale, R);
                          });
}

// Spark rounds the decimal digits that the number prints with (BigDecimal of Double.toString).
template <typename Number, Rounding R>
Number round_number(Number value, int32_t digits) {
  if (!std::isfinite(value) || digits > 330) return value;
  std::string text;
  if constexpr (std::is_same_v<Number, float>) {
    kernel::append_float(value, text);
  } else {
    kernel::append_double(value, text);
  }
  kernel::DecimalDigits parsed;
  if (!kernel::parse_decimal_digits(text, parsed)) return value;
  if (parsed.scale <= digits) return value;
  auto drop = static_cast<size_t>(parsed.scale - digits);
  if (drop > parsed.digits.size()) return std::signbit(value) ? Number{-0.0} + Number{0} : Number{0};
  std::string kept = parsed.digits.substr(0, parsed.digits.size() - drop);
  std::string_view dropped = std::string_view(parsed.digits).substr(parsed.digits.size() - drop);
  bool is_half = dropped[0] == '5' && dropped.find_first_not_of('0', 1) == std::string_view::npos;
  bool is_odd = !kept.empty() && (kept.back() - '0') % 2 == 1;
  bool rounds_up = R == Rounding::kHalfEven && is_half ? is_odd : dropped[0] >= '5';
  kept.insert(kept.begin(), '0');
  for (size_t i = kept.size(); rounds_up && i-- > 0;) {
    if (kept[i] != '9') {
      ++kept[i];
      break;
    }
    kept[i] = '0';
  }
  std::string number = (parsed.negative ? "-" : "") + kept + "e" + std::to_string(-digits);
  Number result = 0;
  std::from_chars(number.data(), number.data() + number.size(), result);
  return result;
}

// An integer of so many bits; one that has more fails under ANSI and keeps its low bits without.
template <Rounding R>
std::optional<int64_t> round_long(int64_t value, int32_t digits, bool ansi, int32_t bits) {
  if (digits >= 0) return value;
  if (digits < -19) return 0;
  auto dropped = kernel::rescale_decimal(value, -digits, 0, 38, R);
  Int128 result = *dropped * kernel::power_of_ten(-digits);
  const Int128 most = (Int128{1} << (bits - 1)) - 1;
  const bool fits = result <= most && result >= -most - 1;
  if (!fits && ansi) {
    throw SparkError("ARITHMETIC_OVERFLOW",
                     {{"message", "Overflow"}, {"alternative", ""}, {"config", kAnsiKey}});
  }
  const int spare = 64 - bits;
  return static_cast<int64_t>(static_cast<uint64_t>(result) << spare) >> spare;
}

template <Rounding R>
void add_number_rounding(KernelRegistry& registry, const std::string& name) {
  registry.add("fs_double_" + name, [](double value, int32_t digits) -> double {
    return round_number<double, R>(value, digits);
  });
  registry.add("fs_float_" + name, [](float value, int32_t digits) -> float {
    return round_number<float, R>(value, digits);
  });
  registry.add("fs_long_" + name, [](int64_t value, int32_t digits, bool ansi, int32_t bits) {
    return round_long<R>(value, digits, ansi, bits);
  });
}

}  // namespace

void register_decimal_kernels(KernelRegistry& registry) {
  add_operation<kernel::add_decimals>(registry, "fs_decimal_add", " + ");
  add_operation<kernel::subtract_decimals>(registry, "fs_decimal_subtract", " - ");
  add_operation<kernel::multiply_decimals>(registry, "fs_decimal_multiply", " * ");
  add_division<kernel::divide_decimals>(registry, "fs_decimal_divide", " / ", "DIVIDE_BY_ZERO");
  add_division<kernel::remainder_decimals>(registry, "fs_decimal_remainder", " % ",
                                           "REMAINDER_BY_ZERO");
  add_division<kernel::positive_modulo_decimals>(registry, "fs_decimal_pmod", " pmod ",
                                                 "REMAINDER_BY_ZERO");
  registry.add("fs_decimal_div", [](Decimal a, Decimal b, bool ansi) -> std::optional<int64_t> {
    if (b.unscaled == 0) {
      if (ansi) throw SparkError("DIVIDE_BY_ZERO", {{"config", kAnsiKey}});
      return std::nullopt;
    }
    return kernel::integral_divide_decimals(a.unscaled, a.scale, b.unscaled, b.scale);
  });
  registry.add_decimal<1>("fs_decimal_negate", [](Decimal value, int32_t precision, int32_t scale) -> DecimalResult {
    return {kernel::negate_decimal(value.unscaled, {precision, scale})};
  });
  add_decimal_rounding<Rounding::kHalfUp>(registry, "fs_decimal_round");
  add_decimal_rounding<Rounding::kHalfEven>(registry, "fs_decimal_bround");
  add_decimal_rounding<Rounding::kFloor>(registry, "fs_decimal_floor");
  add_decimal_rounding<Rounding::kCeiling>(registry, "fs_decimal_ceil");
  add_number_rounding<Rounding::kHalfUp>(registry, "round");
  add_number_rounding<Rounding::kHalfEven>(registry, "bround");
  registry.add("fs_double_to_float", [](double value) noexcept -> float { return static_cast<float>(value); });
  registry.add("fs_double_to_long_saturated", [](double value) -> int64_t {
    if (std::isnan(value)) return 0;
    if (value >= 9223372036854775808.0) return INT64_MAX;
    if (value <= -9223372036854775808.0) return INT64_MIN;
    return static_cast<int64_t>(value);
  });
}

}  // namespace firesteel::engine
