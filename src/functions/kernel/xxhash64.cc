#include "functions/kernel/xxhash64.h"

#include <bit>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "functions/kernel/big_endian.h"

namespace firesteel::functions::kernel {

int64_t xxhash64_bytes(std::string_view bytes, int64_t seed) {
  return static_cast<int64_t>(XXH64(bytes.data(), bytes.size(), static_cast<uint64_t>(seed)));
}

int64_t xxhash64_int(int32_t value, int64_t seed) {
  // The reference algorithm over the four little-endian bytes gives Spark's hashInt.
  return static_cast<int64_t>(XXH64(&value, sizeof(value), static_cast<uint64_t>(seed)));
}

int64_t xxhash64_long(int64_t value, int64_t seed) {
  return static_cast<int64_t>(XXH64(&value, sizeof(value), static_cast<uint64_t>(seed)));
}

int64_t xxhash64_boolean(bool value, int64_t seed) { return xxhash64_int(value ? 1 : 0, seed); }

int64_t xxhash64_float(float value, int64_t seed) {
  if (value == 0.0F) return xxhash64_int(0, seed);
  return xxhash64_int(value != value ? 0x7fc00000 : std::bit_cast<int32_t>(value), seed);
}

int64_t xxhash64_double(double value, int64_t seed) {
  if (value == 0.0) return xxhash64_long(0, seed);
  return xxhash64_long(value != value ? 0x7ff8000000000000 : std::bit_cast<int64_t>(value), seed);
}

int64_t xxhash64_decimal(Int128 unscaled, int precision, int64_t seed) {
  if (precision <= 18) return xxhash64_long(static_cast<int64_t>(unscaled), seed);
  BigEndianBytes bytes(unscaled);
  return xxhash64_bytes(bytes.view(), seed);
}

int64_t xxhash64_calendar_interval(int32_t months, int32_t days, int64_t microseconds,
                                   int64_t seed) {
  return xxhash64_int(months, xxhash64_int(days, xxhash64_long(microseconds, seed)));
}

}  // namespace firesteel::functions::kernel
