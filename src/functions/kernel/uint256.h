// An unsigned 256-bit integer with just what exact decimal arithmetic needs: products of two
// 128-bit numbers and their division.
#pragma once

#include <cstdint>

#include "functions/kernel/int128.h"

namespace firesteel::functions::kernel {

struct UInt256 {
  UInt128 high = 0;
  UInt128 low = 0;

  static UInt256 product(UInt128 left, UInt128 right);

  bool fits_128() const { return high == 0; }
  friend bool operator<(const UInt256& left, const UInt256& right) {
    return left.high != right.high ? left.high < right.high : left.low < right.low;
  }
  friend bool operator==(const UInt256&, const UInt256&) = default;
  friend UInt256 operator+(UInt256 left, const UInt256& right);
  friend UInt256 operator-(UInt256 left, const UInt256& right);
  UInt256 shifted_left_by_one() const { return {high << 1 | low >> 127, low << 1}; }

  // false on overflow, `this` is then undefined.
  bool multiply(UInt128 factor);
  // Divides in place and returns the remainder; the divisor must not be zero.
  UInt256 divide(const UInt256& divisor);

 private:
  uint64_t divide_by_word(uint64_t divisor);
};

}  // namespace firesteel::functions::kernel
