#include "engine/duckdb/partition_values.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "functions/kernel/cast_string.h"
#include "functions/kernel/legacy_date_pattern.h"

namespace firesteel::engine {

namespace {

namespace kernel = functions::kernel;
using kernel::CastMode;
using plan::Literal;
using plan::Type;
using plan::TypeKind;

template <typename T>
Literal literal(const Type& type, const std::optional<T>& value) {
  if (!value) return Literal{type, std::monostate{}};
  return Literal{type, Literal::Value(*value)};
}

template <typename T>
Literal integer(const Type& type, const std::optional<T>& value) {
  return literal(type, value ? std::optional<int64_t>(*value) : std::nullopt);
}

template <typename T>
Literal real(const Type& type, const std::optional<T>& value) {
  return literal(type, value ? std::optional<double>(*value) : std::nullopt);
}

// Whether each d of the form is a digit of the text, and the rest the same.
bool has_form(std::string_view text, std::string_view form) {
  return std::equal(text.begin(), text.end(), form.begin(), form.end(), [](char c, char wanted) {
    return wanted == 'd' ? std::isdigit(static_cast<unsigned char>(c)) != 0 : c == wanted;
  });
}

// Under the parser of Spark 2 a day may go on behind its date, so that moments are days: the form of moments has brackets, which
// that parser wants to see in the text.
bool is_legacy_day(const std::string& text, const kernel::TimeZone& zone) {
  static const kernel::LegacyDatePattern pattern("yyyy-MM-dd", kernel::LegacyFormat::kLenientSimple);
  return pattern.parse(text, kernel::TimeZone::utc()) && !partition_value(text, Type::date(), zone).is_null();
}

bool is_of(const std::string& text, const Type& type, const kernel::TimeZone& zone, kernel::TimeParserPolicy policy) {
  if (policy == kernel::TimeParserPolicy::kLegacy) {
    if (type.is(TypeKind::kDate)) return is_legacy_day(text, zone);
    if (type.is(TypeKind::kTimestamp)) return false;
  }
  const bool is_day = has_form(text, "dddd-dd-dd");
  const bool is_moment = has_form(text, "dddd-dd-dd dd:dd:dd") || has_form(text, "dddd-dd-dd dd:dd:dd.d");
  if (type.is(TypeKind::kDate) && !is_day) return false;
  // Days and moments together are moments.
  if ((type.is(TypeKind::kTimestamp) || type.is(TypeKind::kTimestampNtz)) && !is_moment && !is_day) return false;
  if (type.is(TypeKind::kDecimal) && text.find_first_not_of("+-0123456789") != std::string::npos) return false;
  return !partition_value(text, type, zone).is_null();
}

// The digits of the longest whole number, as a decimal without fraction has them; no more than it may have.
Type whole_decimal(const std::vector<std::string>& texts) {
  size_t digits = 1;
  for (const std::string& text : texts) {
    if (text == kNullPartition) continue;
    const size_t first = text.find_first_of("123456789");
    if (first != std::string::npos) digits = std::max(digits, text.size() - first);
  }
  return Type::decimal(static_cast<int>(std::min<size_t>(digits, 38)), 0);
}

}  // namespace

Type inferred_partition_type(const std::vector<std::string>& texts, const kernel::TimeZone& zone, bool has_local_timestamps,
                             kernel::TimeParserPolicy policy) {
  const Type instant = has_local_timestamps ? Type::timestamp_ntz() : Type::timestamp();
  const bool has_values = std::any_of(texts.begin(), texts.end(), [](const std::string& text) { return text != kNullPartition; });
  if (!has_values) return Type::null();
  for (const Type& type : {Type::integer(), Type::long_integer(), whole_decimal(texts), Type::double_number(), Type::date(), instant}) {
    const bool fits = std::all_of(texts.begin(), texts.end(), [&](const std::string& text) { return text == kNullPartition || is_of(text, type, zone, policy); });
    if (fits) return type;
  }
  return Type::string();
}

bool is_partition_type(const Type& type) { return type.is_string() || type.is_numeric() || type.is_datetime() || type.is(TypeKind::kBoolean); }

Literal partition_value(const std::string& text, const Type& type, const kernel::TimeZone& zone) {
  if (text == kNullPartition) return Literal{type, std::monostate{}};
  switch (type.kind()) {
    case TypeKind::kNull: return Literal{type, std::monostate{}};
    case TypeKind::kBoolean: {
      const std::string word = lower_case(text);
      return word == "true" || word == "false" ? Literal{type, word == "true"} : Literal{type, std::monostate{}};
    }
    case TypeKind::kByte: return integer(type, kernel::string_to_tinyint(text, CastMode::kTry));
    case TypeKind::kShort: return integer(type, kernel::string_to_smallint(text, CastMode::kTry));
    case TypeKind::kInteger: return integer(type, kernel::string_to_int(text, CastMode::kTry));
    case TypeKind::kLong: return integer(type, kernel::string_to_bigint(text, CastMode::kTry));
    case TypeKind::kFloat: return real(type, kernel::string_to_float(text, CastMode::kTry));
    case TypeKind::kDouble: return real(type, kernel::string_to_double(text, CastMode::kTry));
    case TypeKind::kDecimal:
      return literal(type, kernel::string_to_decimal(text, {type.precision(), type.scale()}, CastMode::kTry));
    case TypeKind::kDate: return integer(type, kernel::string_to_date(text, CastMode::kTry));
    case TypeKind::kTime: return literal(type, kernel::string_to_time(text, type.precision(), CastMode::kTry));
    case TypeKind::kTimestamp: return literal(type, kernel::string_to_timestamp(text, zone, CastMode::kTry));
    case TypeKind::kTimestampNtz: return literal(type, kernel::string_to_timestamp_ntz(text, CastMode::kTry));
    default: return Literal{type, text};
  }
}

}  // namespace firesteel::engine
