// Literals. Source: AstBuilder of Spark 4.2 (visitNumericLiteral, visitTypeConstructor,
// visitInterval).
#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "functions/kernel/cast_string.h"
#include "functions/kernel/civil.h"
#include "sql/grammar.h"

namespace firesteel::sql {

using functions::kernel::CastMode;
using functions::kernel::TimeZone;
using plan::DayTimeField;
using plan::ExpressionPtr;
using plan::Literal;
using plan::Type;
using plan::TypeKind;

namespace {

constexpr size_t kMaxDigits = 38;

struct IntegerRange {
  TypeKind kind;
  std::string_view name;
  int64_t smallest;
  int64_t largest;
};
constexpr IntegerRange kIntegerRanges[] = {
    {TypeKind::kByte, "tinyint", INT8_MIN, INT8_MAX},
    {TypeKind::kShort, "smallint", INT16_MIN, INT16_MAX},
    {TypeKind::kLong, "bigint", INT64_MIN, INT64_MAX},
};

// The value of digits with an optional minus if it fits into 64 bits.
std::optional<int64_t> parse_long(std::string_view digits) {
  const bool is_negative = digits[0] == '-';
  int64_t value = 0;
  for (const char c : digits.substr(is_negative ? 1 : 0)) {
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, c - '0', &value)) {
      return std::nullopt;
    }
  }
  if (is_negative) return value;
  if (value == INT64_MIN) return std::nullopt;
  return -value;
}

std::optional<DayTimeField> day_time_field(Keyword keyword) {
  if (keyword == Keyword::kDay) return DayTimeField::kDay;
  if (keyword == Keyword::kHour) return DayTimeField::kHour;
  if (keyword == Keyword::kMinute) return DayTimeField::kMinute;
  if (keyword == Keyword::kSecond) return DayTimeField::kSecond;
  return std::nullopt;
}

bool is_interval_unit(Keyword keyword) {
  switch (keyword) {
    case Keyword::kNanosecond:
    case Keyword::kNanoseconds:
    case Keyword::kMicrosecond:
    case Keyword::kMicroseconds:
    case Keyword::kMillisecond:
    case Keyword::kMilliseconds:
    case Keyword::kSecond:
    case Keyword::kSeconds:
    case Keyword::kMinute:
    case Keyword::kMinutes:
    case Keyword::kHour:
    case Keyword::kHours:
    case Keyword::kDay:
    case Keyword::kDays:
    case Keyword::kWeek:
    case Keyword::kWeeks:
    case Keyword::kMonth:
    case Keyword::kMonths:
    case Keyword::kYear:
    case Keyword::kYears:
      return true;
    default:
      return false;
  }
}

// The text with its sign before it, which a minus in the text takes away.
std::string signed_text(const std::string& text, std::string_view sign) {
  if (sign != "-") return text;
  return text.starts_with('-') ? text.substr(1) : "-" + text;
}

// Beyond ASCII everything counts as a letter: no such character is of use in a number.
bool has_letter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
  });
}

}  // namespace

ExpressionPtr Grammar::literal(Literal value, size_t from) const {
  return plan::make_literal(std::move(value), origin(from));
}

bool Grammar::at_number(size_t ahead) const {
  const TokenKind kind = peek(ahead).kind;
  return kind >= TokenKind::kInteger && kind <= TokenKind::kBigDecimal;
}

ExpressionPtr Grammar::number() {
  const size_t from = position_;
  std::string digits = accept("-") ? "-" : "";
  if (!at_number()) syntax_error();
  const TokenKind kind = peek().kind;
  std::string_view text = text_of(peek());
  advance();
  if (kind == TokenKind::kBigDecimal) text.remove_suffix(2);
  const bool has_suffix = kind == TokenKind::kLong || kind == TokenKind::kShort ||
                          kind == TokenKind::kByte || kind == TokenKind::kFloat ||
                          kind == TokenKind::kDouble;
  if (has_suffix) text.remove_suffix(1);
  digits += text;
  if (kind == TokenKind::kInteger) return integer_number(digits, from);
  if (kind == TokenKind::kLong) return sized_integer(digits, TypeKind::kLong, from);
  if (kind == TokenKind::kShort) return sized_integer(digits, TypeKind::kShort, from);
  if (kind == TokenKind::kByte) return sized_integer(digits, TypeKind::kByte, from);
  if (kind == TokenKind::kFloat) return floating_number(digits, TypeKind::kFloat, from);
  if (kind == TokenKind::kDouble || (kind == TokenKind::kExponent && !options_.exponent_is_decimal)) {
    return floating_number(digits, TypeKind::kDouble, from);
  }
  return decimal_number(digits, from);
}

// The narrowest of int, bigint and decimal.
ExpressionPtr Grammar::integer_number(const std::string& digits, size_t from) {
  const auto value = parse_long(digits);
  if (!value) return decimal_number(digits, from);
  const bool is_int = *value >= INT32_MIN && *value <= INT32_MAX;
  return literal({is_int ? Type::integer() : Type::long_integer(), *value}, from);
}

ExpressionPtr Grammar::sized_integer(const std::string& digits, TypeKind kind, size_t from) {
  const auto value = parse_long(digits);
  for (const IntegerRange& range : kIntegerRanges) {
    if (range.kind != kind) continue;
    if (value && *value >= range.smallest && *value <= range.largest) break;
    fail("INVALID_NUMERIC_LITERAL_RANGE",
         {{"rawStrippedQualifier", digits},
          {"minValue", std::to_string(range.smallest)},
          {"maxValue", std::to_string(range.largest)},
          {"typeName", std::string(range.name)}},
         from);
  }
  return literal({Type(kind), *value}, from);
}

ExpressionPtr Grammar::floating_number(const std::string& digits, TypeKind kind, size_t from) {
  const bool is_float = kind == TypeKind::kFloat;
  const double value =
      is_float ? static_cast<double>(std::strtof(digits.c_str(), nullptr))
               : std::strtod(digits.c_str(), nullptr);
  if (std::isinf(value)) {
    const std::string largest = is_float ? "3.4028234663852886E+38" : "1.7976931348623157E+308";
    fail("INVALID_NUMERIC_LITERAL_RANGE",
         {{"rawStrippedQualifier", digits},
          {"minValue", "-" + largest},
          {"maxValue", largest},
          {"typeName", is_float ? "float" : "double"}},
         from);
  }
  return literal({Type(kind), value}, from);
}

ExpressionPtr Grammar::decimal_number(const std::string& text, size_t from) {
  int64_t exponent = 0;
  std::string mantissa = text;
  if (const size_t mark = text.find_first_of("eE"); mark != std::string::npos) {
    exponent = std::strtoll(text.c_str() + mark + 1, nullptr, 10);
    mantissa = text.substr(0, mark);
  }
  const bool is_negative = mantissa[0] == '-';
  std::string digits;
  int64_t scale = -exponent;
  bool is_behind_point = false;
  for (const char c : mantissa) {
    if (c == '.') is_behind_point = true;
    if (c < '0' || c > '9') continue;
    digits += c;
    scale += is_behind_point;
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  // A negative scale is none of Spark's: the digits take its zeros.
  if (scale < 0 && scale > -1000) {
    digits.append(static_cast<size_t>(-scale), '0');
    scale = 0;
  }
  const int64_t precision = std::max<int64_t>(static_cast<int64_t>(digits.size()), scale);
  if (precision > static_cast<int64_t>(kMaxDigits) || scale < 0) {
    const SparkError::Parameters parameters = {{"precision", std::to_string(precision)}, {"maxPrecision", std::to_string(kMaxDigits)}};
    // AstBuilder.visitLegacyDecimalLiteral checks nothing itself.
    const bool is_checked = !options_.exponent_is_decimal || tokens_[position_ - 1].kind == TokenKind::kBigDecimal;
    if (is_checked) fail("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", parameters, from);
    throw SparkError("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", parameters).with_kind(ErrorKind::kArithmetic);
  }
  __int128 value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  const Type type = Type::decimal(static_cast<int>(precision), static_cast<int>(scale));
  return literal({type, is_negative ? -value : value}, from);
}

// 'epoch', 'now', 'today', 'tomorrow' and 'yesterday': days or UTC microseconds by `kind`. A zone behind all but 'now' has to be one, and
// counts for nothing (DateTimeUtils.extractSpecialValue).
std::optional<int64_t> Grammar::special_time(const std::string& text, TypeKind kind) const {
  const std::string_view trimmed_text = functions::kernel::trim_all(text);
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto end = std::find_if_not(trimmed_text.begin(), trimmed_text.end(), is_letter);
  const std::string word = lower_case(std::string(trimmed_text.begin(), end));
  const std::string_view zone_name = functions::kernel::trim_all(trimmed_text.substr(word.size()));
  if (!zone_name.empty() && (word == "now" || TimeZone::find(zone_name) == nullptr)) return std::nullopt;
  const bool is_date = kind == TypeKind::kDate;
  if (word == "epoch") return 0;
  const int64_t now = std::chrono::duration_cast<std::chrono::microseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count();
  const TimeZone& zone = TimeZone::get(options_.time_zone);
  constexpr int64_t kDay = functions::kernel::kMicrosPerDay;
  const int64_t today = functions::kernel::floor_div(zone.local_from_utc(now), kDay);
  if (word == "now") {
    if (is_date) return today;
    return kind == TypeKind::kTimestamp ? now : zone.local_from_utc(now);
  }
  int64_t days = 0;
  if (word == "tomorrow") {
    days = 1;
  } else if (word == "yesterday") {
    days = -1;
  } else if (word != "today") {
    return std::nullopt;
  }
  if (is_date) return today + days;
  const int64_t midnight = (today + days) * kDay;
  return kind == TypeKind::kTimestamp ? zone.utc_from_local(midnight) : midnight;
}

ExpressionPtr Grammar::typed_literal() {
  const size_t from = position_;
  const std::string name = upper_case(identifier());
  const std::string text = string_literal();
  const auto require = [&](const auto& value) {
    if (!value) {
      fail("INVALID_TYPED_LITERAL",
           {{"valueType", "\"" + name + "\""}, {"value", "'" + text + "'"}}, from);
    }
    return static_cast<int64_t>(*value);
  };
  const CastMode mode = CastMode::kTry;
  if (name == "DATE") {
    if (const auto special = special_time(text, TypeKind::kDate)) {
      return literal({Type::date(), *special}, from);
    }
    return literal({Type::date(), require(functions::kernel::string_to_date(text, mode))}, from);
  }
  const bool is_local =
      name == "TIMESTAMP_NTZ" || (name == "TIMESTAMP" && options_.timestamp_ntz_default);
  if (is_local) {
    if (const auto special = special_time(text, TypeKind::kTimestampNtz)) {
      return literal({Type::timestamp_ntz(), *special}, from);
    }
    // With a zone in it, TIMESTAMP '…' is an instant in any case.
    if (name == "TIMESTAMP_NTZ" || !functions::kernel::names_zone(text)) {
      return literal({Type::timestamp_ntz(), require(functions::kernel::string_to_timestamp_ntz(text, mode))}, from);
    }
  }
  if (name == "TIMESTAMP" || name == "TIMESTAMP_LTZ") {
    if (const auto special = special_time(text, TypeKind::kTimestamp)) {
      return literal({Type::timestamp(), *special}, from);
    }
    const TimeZone& zone = TimeZone::get(options_.time_zone);
    return literal({Type::timestamp(),
                    require(functions::kernel::string_to_timestamp(text, zone, mode))},
                   from);
  }
  if (name == "TIME") {
    return literal({Type::time(), require(functions::kernel::string_to_time(text, 6, mode))},
                   from);
  }
  if (name == "X") return binary_literal(text, from);
  fail("UNSUPPORTED_TYPED_LITERAL",
       {{"unsupportedType", "\"" + name + "\""},
        {"supportedTypes",
         "\"DATE\", \"TIMESTAMP_NTZ\", \"TIMESTAMP_LTZ\", \"TIMESTAMP\", \"INTERVAL\", \"X\", "
         "\"TIME\""}},
       from);
}

ExpressionPtr Grammar::binary_literal(const std::string& digits, size_t from) {
  const std::string padded = digits.size() % 2 == 0 ? digits : "0" + digits;
  std::string bytes;
  for (size_t i = 0; i < padded.size(); i += 2) {
    const std::string pair = padded.substr(i, 2);
    if (pair.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
      fail("INVALID_TYPED_LITERAL", {{"valueType", "\"X\""}, {"value", "'" + digits + "'"}}, from);
    }
    bytes += static_cast<char>(std::stoi(pair, nullptr, 16));
  }
  return literal({Type::binary(), std::move(bytes)}, from);
}

bool Grammar::at_interval_literal() const {
  const size_t ahead = at("-", 1) || at("+", 1) ? 2 : 1;
  return at_string(ahead) || peek(ahead).kind == TokenKind::kInteger ||
         peek(ahead).kind == TokenKind::kDecimal;
}

// Another "value unit" pair of an interval.
bool Grammar::at_interval_part() const {
  const size_t ahead = at("-") || at("+") ? 1 : 0;
  const bool is_value = at_string(ahead) || peek(ahead).kind == TokenKind::kInteger ||
                        peek(ahead).kind == TokenKind::kDecimal;
  return is_value && is_interval_unit(peek(ahead + 1).keyword);
}

ExpressionPtr Grammar::interval_literal() {
  const size_t from = position_;
  expect(Keyword::kInterval);
  const size_t value_tokens = at("-") || at("+") ? 2 : 1;
  const bool has_unit = is_interval_unit(peek(value_tokens).keyword);
  if (!has_unit && value_tokens == 1 && at_string()) {
    const std::string text = string_literal();
    Literal::Interval sum;
    try {
      sum = functions::kernel::read_interval(text);
    } catch (const SparkError&) {
      fail("INVALID_TYPED_LITERAL", {{"valueType", "\"INTERVAL\""}, {"value", "'" + text + "'"}},
           from);
    }
    return interval_of_units(sum, functions::kernel::interval_units(text), from);
  }
  if (at_interval_from_to()) {
    const size_t value_from = position_;
    const IntervalRange range = interval_range();
    // The syntax takes a second interval behind, only to say that there must be none.
    if (at_interval_from_to()) {
      interval_range();
      fail("_LEGACY_ERROR_TEMP_0024", {}, from);
    }
    if (at_interval_part()) {
      interval_parts();
      fail("_LEGACY_ERROR_TEMP_0024", {}, from);
    }
    return interval_from_to(range, from, value_from);
  }
  return interval_multi_units(from);
}

ExpressionPtr Grammar::interval_multi_units(size_t from) {
  const size_t parts_from = position_;
  if (!at_interval_part()) {
    const size_t value = at("-") || at("+") ? 1 : 0;
    const bool has_value = at_string(value) || peek(value).kind == TokenKind::kInteger || peek(value).kind == TokenKind::kDecimal;
    syntax_error_at(peek(has_value ? value + 1 : value));
  }
  const std::vector<IntervalPart> parts = interval_parts();
  if (at_interval_from_to()) {
    interval_range();
    fail("_LEGACY_ERROR_TEMP_0024", {}, from);
  }
  std::string text;
  std::vector<std::string> units;
  for (const IntervalPart& part : parts) {
    if (part.is_text && has_letter(part.value)) {
      fail("_LEGACY_ERROR_TEMP_0026", {{"value", part.value}}, parts_from);
    }
    text += " " + (part.is_text ? signed_text(part.value, part.sign) : part.sign + part.value) + " " + part.unit;
    units.push_back(lower_case(part.unit));
  }
  return interval_of_units(functions::kernel::read_interval(text), units, from);
}

// One or more pairs of a value and a unit.
std::vector<IntervalPart> Grammar::interval_parts() {
  std::vector<IntervalPart> parts;
  while (at_interval_part() && !at_interval_from_to()) {
    IntervalPart part;
    interval_value(&part);
    part.unit = text_of(peek());
    advance();
    parts.push_back(std::move(part));
  }
  return parts;
}

// [+|-] and a number or a text.
void Grammar::interval_value(IntervalPart* part) {
  if (at("-") || at("+")) {
    part->sign = text_of(peek());
    advance();
  }
  part->is_text = at_string();
  if (part->is_text) {
    part->value = string_literal();
  } else {
    part->value = text_of(peek());
    advance();
  }
}

ExpressionPtr Grammar::interval_of_units(const Literal::Interval& sum, const std::vector<std::string>& units, size_t from) {
  Type type;
  if (!functions::kernel::interval_type_of(units, &type)) {
    fail("_LEGACY_ERROR_TEMP_0029", {{"literal", source_text(from)}}, from);
  }
  if (type.is(TypeKind::kYearMonthInterval)) {
    return literal({type, static_cast<int64_t>(sum.months)}, from);
  }
  int64_t total = 0;
  if (__builtin_mul_overflow(static_cast<int64_t>(sum.days), functions::kernel::kMicrosPerDay,
                             &total) ||
      __builtin_add_overflow(total, sum.microseconds, &total)) {
    throw SparkError("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", {});
  }
  return literal({type, total}, from);
}

// Whether a value with two units follows: '1-2' YEAR TO MONTH.
bool Grammar::at_interval_from_to() const {
  const size_t unit = at("-") || at("+") ? 2 : 1;
  return at_interval_part() && at(Keyword::kTo, unit + 1);
}

Grammar::IntervalRange Grammar::interval_range() {
  IntervalRange range;
  interval_value(&range.value);
  range.first = peek().keyword;
  range.last = peek(2).keyword;
  range.value.unit = lower_case(text_of(peek()));
  range.last_unit = lower_case(text_of(peek(2)));
  advance(3);
  return range;
}

// INTERVAL '1-2' YEAR TO MONTH, INTERVAL -'1 2:3:4' DAY TO SECOND
ExpressionPtr Grammar::interval_from_to(const IntervalRange& range, size_t from, size_t value_from) {
  if (!range.value.is_text) fail("_LEGACY_ERROR_TEMP_0027", {}, value_from);
  const std::string text = signed_text(range.value.value, range.value.sign);
  const auto start = day_time_field(range.first);
  const auto end = day_time_field(range.last);
  try {
    if (range.first == Keyword::kYear && range.last == Keyword::kMonth) {
      return literal({Type::year_month_interval(), functions::kernel::parse_year_to_month(text)}, from);
    }
    if (start && end && *start < *end) {
      return literal({Type::day_time_interval(*start, *end), functions::kernel::parse_day_to_second(text, *start, *end)}, from);
    }
  } catch (const SparkError& error) {
    fail(error.condition(), error.parameters(), value_from);
  }
  fail("INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION",
       {{"input", range.value.value}, {"from", range.value.unit}, {"to", range.last_unit}}, value_from);
}

}  // namespace firesteel::sql
