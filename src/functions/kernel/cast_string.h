// CAST(text AS …), as Spark's Cast, UTF8String and SparkDateTimeUtils read it. Blanks and control
// characters around the value do not matter. Malformed text is nothing in kLegacy and kTry, and
// CAST_INVALID_INPUT (or an overflow condition) in kAnsi. All functions are thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/decimal.h"
#include "functions/kernel/time_zone.h"

namespace firesteel::functions::kernel {

enum class CastMode {
  kLegacy,  // spark.sql.ansi.enabled=false: NULL for malformed text, '1.9' is the integer 1
  kAnsi,    // raises
  kTry,     // try_cast: reads as kAnsi, NULL instead of an error
};

std::optional<bool> string_to_boolean(std::string_view text, CastMode mode);
std::optional<int8_t> string_to_tinyint(std::string_view text, CastMode mode);
std::optional<int16_t> string_to_smallint(std::string_view text, CastMode mode);
std::optional<int32_t> string_to_int(std::string_view text, CastMode mode);
std::optional<int64_t> string_to_bigint(std::string_view text, CastMode mode);
std::optional<float> string_to_float(std::string_view text, CastMode mode);
std::optional<double> string_to_double(std::string_view text, CastMode mode);
std::optional<Int128> string_to_decimal(std::string_view text, DecimalType type, CastMode mode);

// Days since 1970-01-01. 'yyyy', 'yyyy-[m]m', 'yyyy-[m]m-[d]d' with anything after ' ' or 'T'.
std::optional<int32_t> string_to_date(std::string_view text, CastMode mode);
// UTC microseconds. A zone in the text wins over `zone`; a time alone means today in the zone.
std::optional<int64_t> string_to_timestamp(std::string_view text, const TimeZone& zone,
                                           CastMode mode);
// Local microseconds; a zone in the text is ignored.
std::optional<int64_t> string_to_timestamp_ntz(std::string_view text, CastMode mode);
// The same of a text without a zone, nothing for any other: what readers of text take for a TIMESTAMP_NTZ.
std::optional<int64_t> zoneless_timestamp(std::string_view text);
// Whether a zone stands behind the time of a timestamp. Raises INVALID_TIMEZONE for one that is none.
bool names_zone(std::string_view text);
// Nanoseconds since midnight; digits beyond microseconds are cut. `precision` only names the type.
std::optional<int64_t> string_to_time(std::string_view text, int precision, CastMode mode);

// Java's Double.parseDouble and Float.parseFloat, without the special names of Spark's cast.
std::optional<double> parse_java_double(std::string_view text);
std::optional<float> parse_java_float(std::string_view text);
// Without the characters that Spark's trimAll removes at both ends: 0x00–0x20 and 0x7F.
std::string_view trim_all(std::string_view text);

// Raises CAST_INVALID_INPUT for a string; `target_type` is the SQL name, such as BIGINT.
[[noreturn]] void throw_cast_invalid_input(std::string_view text, std::string_view target_type);

}  // namespace firesteel::functions::kernel
