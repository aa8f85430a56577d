// Spark's XORShiftRandom (org.apache.spark.util.random), the generator behind rand(), randn(),
// sample() and randomSplit(). Partition p of a query with seed s uses XorShiftRandom(s + p).
// Not thread-safe, copyable, cheap.
#pragma once

#include <cstdint>

#include "functions/kernel/java_random.h"

namespace firesteel::functions::kernel {

// The state that a seed stands for: two chained Murmur3 hashes of its eight bytes.
int64_t xorshift_hash_seed(int64_t seed);

class XorShiftRandom : public JavaRandomDraws<XorShiftRandom> {
 public:
  explicit XorShiftRandom(int64_t seed)
      : state_(static_cast<uint64_t>(xorshift_hash_seed(seed))) {}

  void set_seed(int64_t seed) {
    state_ = static_cast<uint64_t>(xorshift_hash_seed(seed));
    forget_gaussian();
  }

  // The next 1 to 32 bits.
  int32_t next(int bits) {
    state_ ^= state_ << 21;
    state_ ^= state_ >> 35;
    state_ ^= state_ << 4;
    return static_cast<int32_t>(static_cast<uint32_t>(state_ & ((1ULL << bits) - 1)));
  }

  // As if next() had been called `steps` times. next_double() takes two steps, so the value of row
  // n of a partition is next_double() after jump(2 * n). Costs a few microseconds at most.
  void jump(uint64_t steps);

 private:
  uint64_t state_;
};

}  // namespace firesteel::functions::kernel
