// java.util.Random of JDK 17, derived numbers included. A generator supplies next(bits); the
// derived draws below are the same for every subclass of java.util.Random, so XORShiftRandom
// shares them. Not thread-safe, copyable, cheap.
#pragma once

#include <cmath>
#include <cstdint>

namespace firesteel::functions::kernel {

template <typename Generator>
class JavaRandomDraws {
 public:
  int32_t next_int() { return next(32); }

  // Uniform in [0, bound); `bound` must be positive.
  int32_t next_int(int32_t bound) {
    int32_t draw = next(31);
    const int32_t mask = bound - 1;
    if ((bound & mask) == 0) {
      return static_cast<int32_t>((static_cast<int64_t>(bound) * draw) >> 31);
    }
    // A draw from the last, incomplete run of `bound` numbers overflows here and is repeated.
    for (int32_t candidate = draw;; candidate = next(31)) {
      draw = candidate % bound;
      if (static_cast<int64_t>(candidate) - draw + mask <= INT32_MAX) return draw;
    }
  }

  int64_t next_long() {
    const auto high = static_cast<uint64_t>(static_cast<int64_t>(next(32))) << 32;
    return static_cast<int64_t>(high + static_cast<uint64_t>(static_cast<int64_t>(next(32))));
  }

  bool next_boolean() { return next(1) != 0; }

  float next_float() { return static_cast<float>(next(24)) / 16777216.0F; }

  double next_double() {
    const int64_t high = static_cast<int64_t>(next(26)) << 27;
    return static_cast<double>(high + next(27)) * 0x1.0p-53;
  }

  // Marsaglia's polar method; the second number of each pair waits for the next call.
  double next_gaussian() {
    if (has_next_gaussian_) {
      has_next_gaussian_ = false;
      return next_gaussian_;
    }
    double first, second, square;
    do {
      first = 2 * next_double() - 1;
      second = 2 * next_double() - 1;
      square = first * first + second * second;
    } while (square >= 1 || square == 0);
    const double multiplier = std::sqrt(-2 * std::log(square) / square);
    next_gaussian_ = second * multiplier;
    has_next_gaussian_ = true;
    return first * multiplier;
  }

 protected:
  void forget_gaussian() { has_next_gaussian_ = false; }

 private:
  int32_t next(int bits) { return static_cast<Generator*>(this)->next(bits); }

  double next_gaussian_ = 0;
  bool has_next_gaussian_ = false;
};

class JavaRandom : public JavaRandomDraws<JavaRandom> {
 public:
  explicit JavaRandom(int64_t seed) { set_seed(seed); }

  void set_seed(int64_t seed) {
    state_ = (static_cast<uint64_t>(seed) ^ kMultiplier) & kMask;
    forget_gaussian();
  }

  // The next 1 to 32 bits.
  int32_t next(int bits) {
    state_ = (state_ * kMultiplier + 0xB) & kMask;
    return static_cast<int32_t>(static_cast<uint32_t>(state_ >> (48 - bits)));
  }

 private:
  static constexpr uint64_t kMultiplier = 0x5DEECE66DULL;
  static constexpr uint64_t kMask = (1ULL << 48) - 1;
  uint64_t state_;
};

}  // namespace firesteel::functions::kernel
