// The generator that Spark's shuffle draws from (org.apache.commons.math3.random.MersenneTwister).
#pragma once

#include <array>
#include <cstdint>

namespace firesteel::functions::kernel {

class MersenneTwister {
 public:
  explicit MersenneTwister(int64_t seed);

  // The next `bits` high bits.
  uint32_t next(int bits);
  // Even over 0 to bound - 1; the bound must be positive.
  int32_t next_int(int32_t bound);

 private:
  static constexpr size_t kSize = 624;
  static constexpr size_t kShift = 397;

  void fill(uint32_t seed);
  void twist();

  std::array<uint32_t, kSize> state_{};
  size_t index_ = kSize;
};

}  // namespace firesteel::functions::kernel
