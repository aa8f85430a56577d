// CAST between intervals and text, numbers and decimals, as Spark's IntervalUtils does it. Malformed
// text and overflow raise in kLegacy as well as in kAnsi; only kTry gives nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "functions/kernel/cast_string.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/decimal.h"

namespace firesteel::functions::kernel {

// The first and the last field of a type.
struct YearMonthFields {
  YearMonthField first;
  YearMonthField last;
};
struct DayTimeFields {
  DayTimeField first;
  DayTimeField last;
};

// "[+|-]y-m", or the SQL literal with those contents.
std::optional<int32_t> string_to_year_month(std::string_view text, YearMonthFields fields,
                                            CastMode mode);
// "[+|-]d h:m:s.n" with the fields of the type alone, or the SQL literal.
std::optional<int64_t> string_to_day_time(std::string_view text, DayTimeFields fields,
                                          CastMode mode);

// The number counts the last field. Types are the SQL names that an overflow shows.
std::optional<int32_t> integer_to_year_month(int64_t value, std::string_view source_type,
                                             YearMonthFields fields, CastMode mode);
std::optional<int64_t> integer_to_day_time(int64_t value, std::string_view source_type,
                                           DayTimeFields fields, CastMode mode);
std::optional<int32_t> decimal_to_year_month(Int128 unscaled, DecimalType type,
                                             YearMonthFields fields, CastMode mode);
std::optional<int64_t> decimal_to_day_time(Int128 unscaled, DecimalType type, DayTimeFields fields,
                                           CastMode mode);

// How many of the last field, towards zero; nothing (kTry) or CAST_OVERFLOW outside of the limits
// of the integer type that has `bits` bits.
std::optional<int64_t> year_month_to_integer(int32_t months, YearMonthFields fields, int bits,
                                             CastMode mode);
std::optional<int64_t> day_time_to_integer(int64_t micros, DayTimeFields fields, int bits,
                                           CastMode mode);
std::optional<Int128> year_month_to_decimal(int32_t months, YearMonthFields fields,
                                            DecimalType type, CastMode mode);
// Seconds keep their fraction.
std::optional<Int128> day_time_to_decimal(int64_t micros, DayTimeFields fields, DecimalType type,
                                          CastMode mode);

// Without what is smaller than the last field.
int32_t truncate_year_month(int32_t months, YearMonthFields fields);
int64_t truncate_day_time(int64_t micros, DayTimeFields fields);

}  // namespace firesteel::functions::kernel
