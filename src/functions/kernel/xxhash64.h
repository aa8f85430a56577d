// XXH64 as Spark's xxhash64() chains it over columns: the result of one value is the seed of the
// next, a null leaves the seed as it is (org.apache.spark.sql.catalyst.expressions.XXH64).
#pragma once

#include <cstdint>
#include <string_view>

#include "functions/kernel/int128.h"

namespace firesteel::functions::kernel {

inline constexpr int64_t kXxHash64Seed = 42;

int64_t xxhash64_int(int32_t value, int64_t seed);
int64_t xxhash64_long(int64_t value, int64_t seed);
int64_t xxhash64_bytes(std::string_view bytes, int64_t seed);

int64_t xxhash64_boolean(bool value, int64_t seed);
int64_t xxhash64_float(float value, int64_t seed);
int64_t xxhash64_double(double value, int64_t seed);
int64_t xxhash64_decimal(Int128 unscaled, int precision, int64_t seed);
int64_t xxhash64_calendar_interval(int32_t months, int32_t days, int64_t microseconds,
                                   int64_t seed);

}  // namespace firesteel::functions::kernel
