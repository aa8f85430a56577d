// The two words of a double, which fdlibm's functions decide by.
#pragma once

#include <bit>
#include <cstdint>

namespace firesteel::functions::kernel {

// Sign, exponent and the leading 20 bits.
inline int32_t high_word(double x) { return static_cast<int32_t>(std::bit_cast<uint64_t>(x) >> 32); }

inline double with_high_word(double x, int32_t high) {
  const uint64_t low = std::bit_cast<uint64_t>(x) & 0xFFFFFFFFULL;
  return std::bit_cast<double>(static_cast<uint64_t>(static_cast<uint32_t>(high)) << 32 | low);
}

inline double without_low_word(double x) {
  return std::bit_cast<double>(std::bit_cast<uint64_t>(x) & 0xFFFFFFFF00000000ULL);
}

}  // namespace firesteel::functions::kernel
