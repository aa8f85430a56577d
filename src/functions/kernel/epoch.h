// Seconds since 1970 as microseconds.
#pragma once

#include <cstdint>

#include "functions/kernel/civil.h"

namespace firesteel::functions::kernel {

// Beyond 64 bits it wraps around, as Java's long does.
constexpr int64_t micros_of_seconds(int64_t seconds) {
  return static_cast<int64_t>(static_cast<uint64_t>(seconds) * uint64_t{kMicrosPerSecond});
}

}  // namespace firesteel::functions::kernel
