// Functions of java.lang.Math and StrictMath that DuckDB has not or computes otherwise, and Java's
// shifts.
#include <libdivide.h>

#include <cmath>

#include "engine/duckdb/kernel_adaptor.h"

namespace firesteel::engine {
namespace {

using Function = double (*)(double);

void add_unary(KernelRegistry& registry, const char* name, Function function) {
  registry.add(name, [function](double value) -> double { return function(value); });
}

// Math.pow differs from C where the base is one or minus one and the exponent is not finite.
double java_pow(double base, double exponent) {
  if (std::isnan(exponent)) return std::nan("");
  if (exponent != 0 && std::isnan(base)) return std::nan("");
  if (std::fabs(base) == 1 && std::isinf(exponent)) return std::nan("");
  return std::pow(base, exponent);
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

}  // namespace

void register_math_kernels(KernelRegistry& registry) {
  add_unary(registry, "fs_expm1", std::expm1);
  add_unary(registry, "fs_log1p", std::log1p);
  add_unary(registry, "fs_sin", std::sin);
  add_unary(registry, "fs_cos", std::cos);
  add_unary(registry, "fs_tan", std::tan);
  add_unary(registry, "fs_atanh", std::atanh);
  registry.add("fs_pow", [](double base, double exponent) -> double { return java_pow(base, exponent); });
  registry.add("fs_hypot", [](double a, double b) -> double { return std::hypot(a, b); });
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
