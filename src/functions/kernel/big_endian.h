// The shortest big-endian two's complement form of an integer, as Java's
// BigInteger.toByteArray() gives it.
#pragma once

#include <string_view>

#include "functions/kernel/int128.h"

namespace firesteel::functions::kernel {

class BigEndianBytes {
 public:
  explicit BigEndianBytes(Int128 value) {
    auto bits = static_cast<UInt128>(value);
    for (int i = 15; i >= 0; --i, bits >>= 8) bytes_[i] = static_cast<char>(bits & 0xff);
    const char filler = value < 0 ? static_cast<char>(-1) : '\0';
    // A leading byte may go when it only repeats the sign of the byte after it.
    while (first_ < 15 && bytes_[first_] == filler &&
           ((bytes_[first_ + 1] & 0x80) != 0) == (value < 0)) {
      ++first_;
    }
  }
  std::string_view view() const { return {bytes_ + first_, static_cast<size_t>(16 - first_)}; }

 private:
  char bytes_[16];
  int first_ = 0;
};

}  // namespace firesteel::functions::kernel
