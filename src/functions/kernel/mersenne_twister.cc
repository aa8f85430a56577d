#include "functions/kernel/mersenne_twister.h"

#include <algorithm>

namespace firesteel::functions::kernel {

// The two halves of the seed are a key of two words (init_by_array of MT19937).
MersenneTwister::MersenneTwister(int64_t seed) {
  const uint32_t key[2] = {static_cast<uint32_t>(static_cast<uint64_t>(seed) >> 32),
                           static_cast<uint32_t>(seed)};
  fill(19650218);
  size_t i = 1;
  size_t j = 0;
  const auto mixed = [&](uint32_t factor) {
    const uint32_t previous = state_[i - 1];
    return state_[i] ^ ((previous ^ (previous >> 30)) * factor);
  };
  const auto step = [&] {
    if (++i < kSize) return;
    state_[0] = state_[kSize - 1];
    i = 1;
  };
  for (size_t k = kSize; k > 0; --k) {
    state_[i] = mixed(1664525) + key[j] + static_cast<uint32_t>(j);
    step();
    j = (j + 1) % 2;
  }
  for (size_t k = kSize - 1; k > 0; --k) {
    state_[i] = mixed(1566083941) - static_cast<uint32_t>(i);
    step();
  }
  state_[0] = 0x80000000;
}

void MersenneTwister::fill(uint32_t seed) {
  state_[0] = seed;
  for (size_t i = 1; i < kSize; ++i) {
    state_[i] = 1812433253 * (state_[i - 1] ^ (state_[i - 1] >> 30)) + static_cast<uint32_t>(i);
  }
}

void MersenneTwister::twist() {
  for (size_t i = 0; i < kSize; ++i) {
    const uint32_t joined = (state_[i] & 0x80000000) | (state_[(i + 1) % kSize] & 0x7FFFFFFF);
    state_[i] = state_[(i + kShift) % kSize] ^ (joined >> 1) ^ (joined & 1 ? 0x9908B0DF : 0);
  }
  index_ = 0;
}

uint32_t MersenneTwister::next(int bits) {
  if (index_ == kSize) twist();
  uint32_t word = state_[index_++];
  word ^= word >> 11;
  word ^= (word << 7) & 0x9D2C5680;
  word ^= (word << 15) & 0xEFC60000;
  word ^= word >> 18;
  return word >> (32 - bits);
}

int32_t MersenneTwister::next_int(int32_t bound) {
  if ((bound & -bound) == bound) {
    return static_cast<int32_t>((static_cast<int64_t>(bound) * next(31)) >> 31);
  }
  for (;;) {
    const auto bits = static_cast<int64_t>(next(31));
    const int64_t value = bits % bound;
    if (bits - value + (bound - 1) <= INT32_MAX) return static_cast<int32_t>(value);
  }
}

}  // namespace firesteel::functions::kernel
