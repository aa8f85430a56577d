// round() and bround(), and arithmetic that Spark defines in its own way. Doubles round by the
// decimal digits they print with, as Spark's BigDecimal does.
#pragma once

#include <cstdint>
#include <optional>

#include "functions/kernel/decimal.h"

namespace firesteel::functions::kernel {

// `rounding` is kHalfUp for round, kHalfEven for bround, kFloor and kCeiling for their variants
// with a scale.
double round_double(double value, int32_t scale, Rounding rounding);
float round_float(float value, int32_t scale, Rounding rounding);
// At a negative scale the result may leave the type's range: in ANSI mode ARITHMETIC_OVERFLOW, else
// it wraps. `bits` is the width of the type.
int64_t round_integer(int64_t value, int32_t scale, Rounding rounding, int bits, bool ansi);

// pmod: the remainder with the sign of the divisor, which must not be zero for integers.
int64_t positive_modulo(int64_t dividend, int64_t divisor);
double positive_modulo(double dividend, double divisor);

// The bucket from 1 to `buckets`, 0 below and buckets + 1 above; NULL where Spark says so.
std::optional<int64_t> width_bucket(double value, double low, double high, int64_t buckets);
// NULL outside 0 to 20.
std::optional<int64_t> factorial(int32_t number);

}  // namespace firesteel::functions::kernel
