// VariantGet.cast: scalars as TRY_CAST has it, with strict ranges for timestamps out of numbers;
// arrays, structs and maps part by part.
#include <cmath>
#include <limits>

#include "functions/kernel/cast_number.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/decimal.h"
#include "functions/kernel/time_zone.h"
#include "functions/kernel/value_text.h"
#include "functions/kernel/variant.h"

namespace firesteel::functions::kernel {

namespace {

using plan::Type;
using plan::TypeKind;
constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr CastMode kTry = CastMode::kTry;

template <typename T>
std::optional<Value> wrapped(std::optional<T> value) {
  if (!value) return std::nullopt;
  if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, Int128>) {
    return Value(*value);
  } else if constexpr (std::is_floating_point_v<T>) {
    return Value(static_cast<double>(*value));
  } else {
    return Value(static_cast<int64_t>(*value));
  }
}

std::optional<Value> from_text(const std::string& text, const Type& to, const TimeZone& zone) {
  switch (to.kind()) {
    case TypeKind::kBoolean:
      return wrapped(string_to_boolean(text, kTry));
    case TypeKind::kByte:
      return wrapped(string_to_tinyint(text, kTry));
    case TypeKind::kShort:
      return wrapped(string_to_smallint(text, kTry));
    case TypeKind::kInteger:
      return wrapped(string_to_int(text, kTry));
    case TypeKind::kLong:
      return wrapped(string_to_bigint(text, kTry));
    case TypeKind::kFloat:
      return wrapped(string_to_float(text, kTry));
    case TypeKind::kDouble:
      return wrapped(string_to_double(text, kTry));
    case TypeKind::kDecimal:
      return wrapped(string_to_decimal(text, {to.precision(), to.scale()}, kTry));
    case TypeKind::kDate:
      return wrapped(string_to_date(text, kTry));
    case TypeKind::kTimestamp:
      return wrapped(string_to_timestamp(text, zone, kTry));
    case TypeKind::kTimestampNtz:
      return wrapped(string_to_timestamp_ntz(text, kTry));
    case TypeKind::kBinary:
      return Value(text);
    default:
      return std::nullopt;
  }
}

template <typename Number>
std::optional<Value> integer_from(Number number, const Type& to) {
  switch (to.kind()) {
    case TypeKind::kByte:
      return wrapped(cast_to_integer<int8_t>(number, kTry));
    case TypeKind::kShort:
      return wrapped(cast_to_integer<int16_t>(number, kTry));
    case TypeKind::kInteger:
      return wrapped(cast_to_integer<int32_t>(number, kTry));
    default:
      return wrapped(cast_to_integer<int64_t>(number, kTry));
  }
}

std::optional<Value> from_long(int64_t number, const Type& to) {
  if (to.is_integral()) return integer_from(number, to);
  switch (to.kind()) {
    case TypeKind::kBoolean:
      return Value(number != 0);
    case TypeKind::kFloat:
      return Value(static_cast<double>(static_cast<float>(number)));
    case TypeKind::kDouble:
      return Value(static_cast<double>(number));
    case TypeKind::kDecimal:
      return wrapped(bigint_to_decimal(number, {to.precision(), to.scale()}, kTry));
    case TypeKind::kTimestamp: {
      int64_t micros = 0;
      if (__builtin_mul_overflow(number, kMicrosPerSecond, &micros)) return std::nullopt;
      return Value(micros);
    }
    default:
      return std::nullopt;
  }
}

std::optional<Value> from_real(double number, const Type& to) {
  if (to.is_integral()) return std::isnan(number) ? std::nullopt : integer_from(number, to);
  switch (to.kind()) {
    case TypeKind::kBoolean:
      return Value(number != 0);
    case TypeKind::kFloat:
      return Value(static_cast<double>(static_cast<float>(number)));
    case TypeKind::kDouble:
      return Value(number);
    case TypeKind::kDecimal:
      return wrapped(double_to_decimal(number, {to.precision(), to.scale()}, kTry));
    case TypeKind::kTimestamp:
      return wrapped(double_to_timestamp(number, kTry));
    default:
      return std::nullopt;
  }
}

std::optional<Value> from_decimal(Int128 unscaled, const Type& from, const Type& to) {
  const DecimalType type{from.precision(), from.scale()};
  switch (to.kind()) {
    case TypeKind::kBoolean:
      return Value(unscaled != 0);
    case TypeKind::kByte:
      return wrapped(decimal_to_tinyint(unscaled, type, kTry));
    case TypeKind::kShort:
      return wrapped(decimal_to_smallint(unscaled, type, kTry));
    case TypeKind::kInteger:
      return wrapped(decimal_to_int(unscaled, type, kTry));
    case TypeKind::kLong:
      return wrapped(decimal_to_bigint(unscaled, type, kTry));
    case TypeKind::kFloat:
      return Value(
          static_cast<double>(static_cast<float>(decimal_to_double(unscaled, from.scale()))));
    case TypeKind::kDouble:
      return Value(decimal_to_double(unscaled, from.scale()));
    case TypeKind::kDecimal:
      return wrapped(
          decimal_to_decimal(unscaled, from.scale(), {to.precision(), to.scale()}, kTry));
    case TypeKind::kTimestamp: {
      // Digits beyond microseconds are cut; what is beyond the range fails.
      Int128 whole = unscaled;
      bool fits = true;
      for (int scale = from.scale(); scale > 6; --scale) whole /= 10;
      for (int scale = from.scale(); scale < 6; ++scale)
        fits &= !__builtin_mul_overflow(whole, Int128{10}, &whole);
      fits &= whole <= std::numeric_limits<int64_t>::max() &&
              whole >= std::numeric_limits<int64_t>::min();
      return fits ? std::optional(Value(decimal_to_timestamp(unscaled, from.scale())))
                  : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

std::optional<Value> from_instant(const Type& from, int64_t value, const Type& to,
                                  const TimeZone& zone) {
  constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;
  const auto day_of = [](int64_t micros) {
    return Value(micros / kMicrosPerDay - (micros % kMicrosPerDay < 0 ? 1 : 0));
  };
  if (from.kind() == to.kind()) return Value(value);
  const bool is_timestamp = from.is(TypeKind::kTimestamp);
  if (to.is(TypeKind::kTimestamp)) {
    return Value(zone.utc_from_local(from.is(TypeKind::kDate) ? value * kMicrosPerDay : value));
  }
  if (to.is(TypeKind::kTimestampNtz)) {
    return Value(is_timestamp ? zone.local_from_utc(value) : value * kMicrosPerDay);
  }
  if (to.is(TypeKind::kDate)) return day_of(is_timestamp ? zone.local_from_utc(value) : value);
  if (!is_timestamp) return std::nullopt;
  switch (to.kind()) {
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
      return integer_from(timestamp_to_bigint(value), to);
    case TypeKind::kLong:
      return Value(timestamp_to_bigint(value));
    case TypeKind::kFloat:
      return Value(static_cast<double>(static_cast<float>(timestamp_to_double(value))));
    case TypeKind::kDouble:
      return Value(timestamp_to_double(value));
    case TypeKind::kDecimal:
      return wrapped(timestamp_to_decimal(value, {to.precision(), to.scale()}, kTry));
    default:
      return std::nullopt;
  }
}

std::optional<Value> cast_scalar(const VariantView& variant, const Type& to,
                                 std::string_view time_zone) {
  const Type from = variant.scalar_type();
  const Value value = variant.scalar();
  const TimeZone& zone = TimeZone::get(time_zone);
  if (to.is_string()) return Value(value_text(from, value, time_zone));
  switch (from.kind()) {
    case TypeKind::kBoolean:
      if (to.is(TypeKind::kBoolean)) return value;
      return to.is_numeric() ? from_long(value.boolean() ? 1 : 0, to) : std::nullopt;
    case TypeKind::kLong:
      return from_long(value.integer(), to);
    case TypeKind::kFloat:
      if (to.is_integral())
        return std::isnan(value.real()) ? std::nullopt
                                        : integer_from(static_cast<float>(value.real()), to);
      return from_real(value.real(), to);
    case TypeKind::kDouble:
      return from_real(value.real(), to);
    case TypeKind::kDecimal:
      return from_decimal(value.decimal(), from, to);
    case TypeKind::kString:
      return from_text(value.text(), to, zone);
    case TypeKind::kBinary:
      return to.is(TypeKind::kBinary) ? std::optional(value) : std::nullopt;
    default:
      return from_instant(from, value.integer(), to, zone);
  }
}

std::optional<Value> cast_array(const VariantView& variant, const Type& type,
                                std::string_view time_zone) {
  if (variant.kind() != VariantKind::kArray) return std::nullopt;
  Values elements;
  for (size_t i = 0; i < variant.size(); ++i) {
    std::optional<Value> element = cast_variant(variant.element(i), type.element(), time_zone);
    if (!element) return std::nullopt;
    elements.push_back(*std::move(element));
  }
  return Value(std::move(elements));
}

std::optional<Value> cast_object(const VariantView& variant, const Type& type,
                                 std::string_view time_zone) {
  if (variant.kind() != VariantKind::kObject) return std::nullopt;
  const bool is_map = type.is(TypeKind::kMap);
  Values parts(is_map ? 0 : type.fields().size());
  for (size_t i = 0; i < variant.size(); ++i) {
    const auto [name, value] = variant.field(i);
    if (is_map) {
      std::optional<Value> item = cast_variant(value, type.value(), time_zone);
      if (!item) return std::nullopt;
      parts.emplace_back(std::string(name));
      parts.push_back(*std::move(item));
      continue;
    }
    for (size_t field = 0; field < parts.size(); ++field) {
      if (type.fields()[field].name != name) continue;
      std::optional<Value> part = cast_variant(value, type.fields()[field].type, time_zone);
      if (!part) return std::nullopt;
      parts[field] = *std::move(part);
    }
  }
  return Value(std::move(parts));
}

}  // namespace

std::optional<Value> cast_variant(const VariantView& variant, const Type& type,
                                  std::string_view time_zone) {
  if (type.is(TypeKind::kVariant)) {
    VariantBuilder builder;
    builder.append(variant);
    return builder.result();
  }
  const VariantKind kind = variant.kind();
  if (kind == VariantKind::kNull) return Value();
  if (type.is(TypeKind::kArray)) return cast_array(variant, type, time_zone);
  if (type.is(TypeKind::kMap) || type.is(TypeKind::kStruct))
    return cast_object(variant, type, time_zone);
  if (kind == VariantKind::kObject || kind == VariantKind::kArray) {
    return type.is_string() ? std::optional(Value(variant.json(time_zone))) : std::nullopt;
  }
  return cast_scalar(variant, type, time_zone);
}

}  // namespace firesteel::functions::kernel
