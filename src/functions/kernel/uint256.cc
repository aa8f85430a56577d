#include "functions/kernel/uint256.h"

namespace firesteel::functions::kernel {

namespace {

constexpr UInt128 kWordMask = ~uint64_t{0};

int leading_zeros(const UInt256& value) {
  const auto count = [](UInt128 half) {
    const auto high = static_cast<uint64_t>(half >> 64), low = static_cast<uint64_t>(half);
    if (high != 0) return __builtin_clzll(high);
    return low != 0 ? 64 + __builtin_clzll(low) : 128;
  };
  return value.high != 0 ? count(value.high) : 128 + count(value.low);
}

UInt256 shift_left(const UInt256& value, int bits) {
  if (bits == 0) return value;
  if (bits >= 128) return {value.low << (bits - 128), 0};
  return {value.high << bits | value.low >> (128 - bits), value.low << bits};
}

}  // namespace

UInt256 UInt256::product(UInt128 left, UInt128 right) {
  const UInt128 left_low = left & kWordMask, left_high = left >> 64;
  const UInt128 right_low = right & kWordMask, right_high = right >> 64;
  const UInt128 lowest = left_low * right_low;
  const UInt128 first = left_low * right_high + (lowest >> 64);
  const UInt128 second = left_high * right_low + (first & kWordMask);
  return {left_high * right_high + (first >> 64) + (second >> 64),
          second << 64 | (lowest & kWordMask)};
}

UInt256 operator+(UInt256 left, const UInt256& right) {
  left.low += right.low;
  left.high += right.high + (left.low < right.low ? 1 : 0);
  return left;
}

UInt256 operator-(UInt256 left, const UInt256& right) {
  left.high -= right.high + (left.low < right.low ? 1 : 0);
  left.low -= right.low;
  return left;
}

bool UInt256::multiply(UInt128 factor) {
  const UInt256 upper = product(high, factor);
  if (!upper.fits_128()) return false;
  *this = product(low, factor);
  high += upper.low;
  return high >= upper.low;
}

uint64_t UInt256::divide_by_word(uint64_t divisor) {
  uint64_t words[4] = {static_cast<uint64_t>(high >> 64), static_cast<uint64_t>(high),
                       static_cast<uint64_t>(low >> 64), static_cast<uint64_t>(low)};
  uint64_t remainder = 0;
  for (uint64_t& word : words) {
    const UInt128 current = static_cast<UInt128>(remainder) << 64 | word;
    word = static_cast<uint64_t>(current / divisor);
    remainder = static_cast<uint64_t>(current % divisor);
  }
  high = static_cast<UInt128>(words[0]) << 64 | words[1];
  low = static_cast<UInt128>(words[2]) << 64 | words[3];
  return remainder;
}

UInt256 UInt256::divide(const UInt256& divisor) {
  if (fits_128() && divisor.fits_128()) {
    const UInt256 remainder = {0, low % divisor.low};
    low /= divisor.low;
    return remainder;
  }
  if (divisor.fits_128() && divisor.low <= kWordMask) {
    return {0, divide_by_word(static_cast<uint64_t>(divisor.low))};
  }
  UInt256 remainder = *this, quotient;
  int shift = leading_zeros(divisor) - leading_zeros(remainder);
  for (; shift >= 0; --shift) {
    const UInt256 shifted = shift_left(divisor, shift);
    quotient = quotient.shifted_left_by_one();
    if (!(remainder < shifted)) {
      remainder = remainder - shifted;
      quotient.low |= 1;
    }
  }
  *this = quotient;
  return remainder;
}

}  // namespace firesteel::functions::kernel
