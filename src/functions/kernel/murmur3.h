// Murmur3 32-bit as Spark computes it. Two variants exist: the one of the SQL function hash(),
// whose last one to three bytes are mixed one by one (org.apache.spark.unsafe.hash.Murmur3_x86_32
// .hashUnsafeBytes), and the reference one with the usual tail (hashUnsafeBytes2), which
// FeatureHasher, HashingTF and shuffle-independent code use. hash() chains columns: the result of
// one value is the seed of the next, a null leaves the seed as it is.
#pragma once

#include <cstdint>
#include <string_view>

#include "functions/kernel/int128.h"

namespace firesteel::functions::kernel {

// Spark's seed of hash() and of FeatureHasher and HashingTF.
inline constexpr int32_t kMurmur3Seed = 42;

int32_t murmur3_hash_int(int32_t value, int32_t seed);
int32_t murmur3_hash_long(int64_t value, int32_t seed);
// Strings and binaries in hash().
int32_t murmur3_hash_bytes(std::string_view bytes, int32_t seed);
// The reference algorithm.
int32_t murmur3_x86_32(std::string_view bytes, int32_t seed);

// Values as hash() treats them by type. -0.0 hashes as 0.0.
int32_t murmur3_hash_boolean(bool value, int32_t seed);
int32_t murmur3_hash_float(float value, int32_t seed);
int32_t murmur3_hash_double(double value, int32_t seed);
// `precision` is the type's: up to 18 digits the unscaled value hashes as a long.
int32_t murmur3_hash_decimal(Int128 unscaled, int precision, int32_t seed);
int32_t murmur3_hash_calendar_interval(int32_t months, int32_t days, int64_t microseconds,
                                       int32_t seed);

}  // namespace firesteel::functions::kernel
