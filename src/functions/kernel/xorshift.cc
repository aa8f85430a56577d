#include "functions/kernel/xorshift.h"

#include <array>
#include <bit>
#include <string_view>

#include "functions/kernel/murmur3.h"

namespace firesteel::functions::kernel {

namespace {

// A linear map on 64 bits over GF(2): image[i] is the image of bit i.
using BitMatrix = std::array<uint64_t, 64>;

uint64_t apply_matrix(const BitMatrix& matrix, uint64_t bits) {
  uint64_t result = 0;
  for (; bits != 0; bits &= bits - 1) result ^= matrix[std::countr_zero(bits)];
  return result;
}

// The maps of 1, 2, 4, … 2^63 steps.
const std::array<BitMatrix, 64>& step_powers() {
  static const std::array<BitMatrix, 64> powers = [] {
    std::array<BitMatrix, 64> result;
    for (int i = 0; i < 64; ++i) {
      uint64_t state = 1ULL << i;
      state ^= state << 21;
      state ^= state >> 35;
      state ^= state << 4;
      result[0][i] = state;
    }
    for (int k = 1; k < 64; ++k) {
      for (int i = 0; i < 64; ++i) result[k][i] = apply_matrix(result[k - 1], result[k - 1][i]);
    }
    return result;
  }();
  return powers;
}

}  // namespace

int64_t xorshift_hash_seed(int64_t seed) {
  const auto bits = __builtin_bswap64(static_cast<uint64_t>(seed));
  const std::string_view bytes(reinterpret_cast<const char*>(&bits), sizeof(bits));
  constexpr int32_t kArraySeed = 0x3c074a61;  // scala.util.hashing.MurmurHash3.arraySeed
  const int32_t low = murmur3_x86_32(bytes, kArraySeed);
  const int32_t high = murmur3_x86_32(bytes, low);
  return static_cast<int64_t>((static_cast<uint64_t>(static_cast<uint32_t>(high)) << 32) |
                              static_cast<uint32_t>(low));
}

void XorShiftRandom::jump(uint64_t steps) {
  const auto& powers = step_powers();
  for (; steps != 0; steps &= steps - 1) state_ = apply_matrix(powers[std::countr_zero(steps)], state_);
  forget_gaussian();
}

}  // namespace firesteel::functions::kernel
