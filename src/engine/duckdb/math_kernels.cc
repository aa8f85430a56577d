// Functions of java.lang.Math and StrictMath that DuckDB has not or computes otherwise, and Java's
// shifts.
#include <libdivide.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "engine/duckdb/kernel_adaptor.h"
#include "functions/kernel/encoding.h"
#include "functions/kernel/strict_math.h"

namespace firesteel::engine {
namespace {

using Function = double (*)(double);

void add_unary(KernelRegistry& registry, const char* name, Function function) {
  registry.add(name, [function](double value) -> double { return function(value); });
}

// x % d for a constant d that is not zero: multiplications take the place of the division, which is
// the slowest instruction of the processor.
class ConstantRemainder {
 public:
  int64_t of(int64_t value, int64_t divisor) {
    if (divisor != divisor_) {
      divisor_ = divisor;
      divider_ = libdivide::divider<int64_t>(divisor);
    }
    // Unsigned, because the least value over minus one wraps.
    return static_cast<int64_t>(static_cast<uint64_t>(value) -
                                static_cast<uint64_t>(value / divider_) *
                                    static_cast<uint64_t>(divisor));
  }

 private:
  int64_t divisor_ = 1;
  libdivide::divider<int64_t> divider_{1};
};

// The remainders of a column by a constant of at most 128, as bytes. Of 32 bits they are found by two multiplications
// (Lemire, Kaser, Kurz: Faster remainder by direct computation).
void byte_remainders(duckdb::cxx::ScalarFunction::ExecInput& input) {
  const kernel_detail::Reader<int64_t> values(input.GetArg(0));
  const int64_t divisor = kernel_detail::Reader<int64_t>(input.GetArg(1)).get(0);
  const auto magnitude = static_cast<uint64_t>(std::abs(divisor));
  const uint64_t inverse = UINT64_MAX / magnitude + 1;  // 0 for 1, of which every remainder is 0
  ConstantRemainder wide;
  const auto remainder = [&](int64_t value) {
    if (static_cast<uint64_t>(value) >> 32 != 0) return static_cast<int8_t>(wide.of(value, divisor));
    const uint64_t fraction = inverse * static_cast<uint64_t>(value);
    return static_cast<int8_t>((static_cast<unsigned __int128>(fraction) * magnitude) >> 64);
  };
  auto result = input.GetResult();
  auto* remainders = result.GetDataMutable<int8_t>();
  const duckdb::cxx::idx_t count = input.GetRowCount();
  if (!values.view.sel && !values.may_be_null()) {
    const auto* numbers = values.view.Data<int64_t>();
    for (duckdb::cxx::idx_t row = 0; row < count; ++row) remainders[row] = remainder(numbers[row]);
    return;
  }
  auto mask = result.GetValidityMutable();
  mask.SetAllValid(count);
  for (duckdb::cxx::idx_t row = 0; row < count; ++row) {
    if (values.is_valid(row)) {
      remainders[row] = remainder(values.get(row));
    } else {
      mask.SetInvalid(row);
    }
  }
}

void register_byte_remainder(KernelRegistry& registry) {
  auto function = duckdb::cxx::ScalarFunction::Create(registry.connection().GetFactory());
  function.SetName("fs_byte_remainder");
  const auto number = registry.type("BIGINT");
  function.GetSignature().AddParameter("value", number).AddParameter("divisor", number).SetReturnType(
      registry.type("TINYINT"));
  function.SetExecCallback(byte_remainders);
  function.SetNullHandling(duckdb::cxx::FunctionNullHandling::SPECIAL);
  function.SetFallibility(duckdb::cxx::FunctionFallibility::INFALLIBLE);
  registry.connection().Register(function);
}

// WidthBucket.computeBucketNumber; bounds may fall as well as rise.
std::optional<int64_t> width_bucket(double value, double low, double high, int64_t count) {
  if (count <= 0 || count == INT64_MAX || std::isnan(value) || low == high || !std::isfinite(low) ||
      !std::isfinite(high)) {
    return std::nullopt;
  }
  const double bottom = std::min(low, high);
  const double top = std::max(low, high);
  const bool rises = low < high;
  const auto inside = [&](double distance) {
    return static_cast<int64_t>(static_cast<double>(count) * distance / (top - bottom)) + 1;
  };
  if (rises) {
    if (value < bottom) return 0;
    return value >= top ? count + 1 : inside(value - bottom);
  }
  if (value > top) return 0;
  return value <= bottom ? count + 1 : inside(top - value);
}

std::optional<int64_t> factorial(int32_t number) {
  if (number < 0 || number > 20) return std::nullopt;
  int64_t product = 1;
  for (int64_t i = 2; i <= number; ++i) product *= i;
  return product;
}

// Spark calls StrictMath for all but the functions of angles, which it leaves to Math.
void register_strict_math(KernelRegistry& registry) {
  namespace kernel = functions::kernel;
  add_unary(registry, "fs_exp", kernel::strict_exp);
  add_unary(registry, "fs_expm1", kernel::strict_expm1);
  add_unary(registry, "fs_log", kernel::strict_log);
  add_unary(registry, "fs_log10", kernel::strict_log10);
  add_unary(registry, "fs_log1p", kernel::strict_log1p);
  add_unary(registry, "fs_cbrt", kernel::strict_cbrt);
  add_unary(registry, "fs_sin", std::sin);
  add_unary(registry, "fs_cos", std::cos);
  add_unary(registry, "fs_tan", std::tan);
  add_unary(registry, "fs_asin", kernel::strict_asin);
  add_unary(registry, "fs_acos", kernel::strict_acos);
  add_unary(registry, "fs_atan", kernel::strict_atan);
  add_unary(registry, "fs_sinh", kernel::strict_sinh);
  add_unary(registry, "fs_cosh", kernel::strict_cosh);
  add_unary(registry, "fs_tanh", kernel::strict_tanh);
  add_unary(registry, "fs_asinh", kernel::strict_asinh);
  add_unary(registry, "fs_acosh", kernel::strict_acosh);
  add_unary(registry, "fs_atanh", [](double value) { return 0.5 * (kernel::strict_log1p(value) - kernel::strict_log1p(-value)); });
  registry.add("fs_atan2", [](double y, double x) -> double { return kernel::strict_atan2(y, x); });
  registry.add("fs_hypot", [](double a, double b) -> double { return kernel::strict_hypot(a, b); });
  registry.add("fs_pow", [](double base, double exponent) -> double { return kernel::strict_pow(base, exponent); });
}

void register_digits(KernelRegistry& registry) {
  namespace kernel = functions::kernel;
  registry.add("fs_bin", [](int64_t number) -> std::string {
    std::string out;
    kernel::append_bin(number, out);
    return out;
  });
  registry.add("fs_unhex", [](std::string_view digits) -> std::optional<BytesResult> {
    BytesResult out;
    if (!kernel::append_unhex(digits, out.value)) return std::nullopt;
    return out;
  });
}

}  // namespace

void register_math_kernels(KernelRegistry& registry) {
  register_digits(registry);
  register_byte_remainder(registry);
  registry.add("fs_width_bucket",
               [](double value, double low, double high, int64_t count) -> std::optional<int64_t> {
                 return width_bucket(value, low, high, count);
               });
  registry.add("fs_factorial", [](int32_t number) -> std::optional<int64_t> { return factorial(number); });
  register_strict_math(registry);
  registry.add("fs_remainder_by_constant",
               [](ConstantRemainder& remainder, int64_t value, int64_t divisor) -> int64_t {
                 return remainder.of(value, divisor);
               });
  registry.add("fs_shift_left_int", [](int32_t value, int32_t distance) -> int32_t {
    return static_cast<int32_t>(static_cast<uint32_t>(value) << (distance & 31));
  });
  registry.add("fs_shift_left_long", [](int64_t value, int32_t distance) -> int64_t {
    return static_cast<int64_t>(static_cast<uint64_t>(value) << (distance & 63));
  });
  registry.add("fs_shift_right_int", [](int32_t value, int32_t distance) -> int32_t {
    return value >> (distance & 31);
  });
  registry.add("fs_shift_right_long", [](int64_t value, int32_t distance) -> int64_t {
    return value >> (distance & 63);
  });
  registry.add("fs_shift_right_unsigned_int", [](int32_t value, int32_t distance) -> int32_t {
    return static_cast<int32_t>(static_cast<uint32_t>(value) >> (distance & 31));
  });
  registry.add("fs_shift_right_unsigned_long", [](int64_t value, int32_t distance) -> int64_t {
    return static_cast<int64_t>(static_cast<uint64_t>(value) >> (distance & 63));
  });
}

}  // namespace firesteel::engine
