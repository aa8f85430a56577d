#include "functions/kernel/cast_interval.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "functions/kernel/cast_number.h"
#include "functions/kernel/civil.h"

namespace firesteel::functions::kernel {

namespace {

constexpr std::array<std::string_view, 2> kYearMonthNames = {"year", "month"};
constexpr std::array<std::string_view, 4> kDayTimeNames = {"day", "hour", "minute", "second"};
constexpr std::array<int64_t, 4> kDayTimeUnits = {kMicrosPerDay, kMicrosPerHour, kMicrosPerMinute,
                                                  kMicrosPerSecond};

template <size_t N>
std::string range_name(const std::array<std::string_view, N>& names, size_t first, size_t last) {
  std::string text(names[first]);
  return first == last ? text : text + " to " + std::string(names[last]);
}

std::string type_name(YearMonthFields f) {
  return "interval " + range_name(kYearMonthNames, static_cast<size_t>(f.first),
                                  static_cast<size_t>(f.last));
}
std::string type_name(DayTimeFields f) {
  return "interval " + range_name(kDayTimeNames, static_cast<size_t>(f.first),
                                  static_cast<size_t>(f.last));
}

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_sign(char c) {
  return c == '+' || c == '-' || c == '|';
}

// Reads the text between the quotes of a literal, or the text as it is.
class IntervalReader {
 public:
  explicit IntervalReader(std::string_view text) : rest_(trim_all(text)) {}

  // INTERVAL [+|-]'…' UNIT: takes off what stands around the quotes. False where it is malformed.
  bool unwrap(const std::string& unit) {
    static constexpr std::string_view kWord = "INTERVAL";
    if (rest_.size() < kWord.size() || upper_case(std::string(rest_.substr(0, 8))) != kWord) {
      return true;
    }
    rest_.remove_prefix(kWord.size());
    if (!skip_blanks()) return false;
    read_sign();
    if (rest_.empty() || rest_[0] != '\'') return false;
    const size_t close = rest_.find('\'', 1);
    if (close == std::string_view::npos) return false;
    std::string_view words = rest_.substr(close + 1);
    rest_ = rest_.substr(1, close - 1);
    std::string found;
    if (words.empty() || !is_blank(words[0])) return false;
    for (size_t i = 0; i < words.size(); ++i) {
      if (!is_blank(words[i])) {
        found += words[i];
      } else if (!found.empty() && found.back() != ' ') {
        found += ' ';
      }
    }
    return upper_case(found) == unit;
  }

  void read_sign() {
    if (rest_.empty() || !is_sign(rest_[0])) return;
    if (rest_[0] == '-') sign_ = -sign_;
    rest_.remove_prefix(1);
  }

  bool number(size_t most_digits, int64_t& value) {
    size_t digits = 0;
    value = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
      if (digits == most_digits) return false;
      value = value * 10 + (rest_[digits] - '0');
    }
    rest_.remove_prefix(digits);
    return digits > 0;
  }

  // Any number of digits; what no field can hold is the largest number.
  bool any_number(int64_t& value) {
    size_t digits = 0;
    value = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
      value = std::min<int64_t>(value * 10 + (rest_[digits] - '0'), INT32_MAX);
    }
    rest_.remove_prefix(digits);
    return digits > 0;
  }

  // .n with up to nine digits, in microseconds.
  bool fraction(int64_t& micros) {
    micros = 0;
    if (rest_.empty()) return true;
    if (!skip('.')) return false;
    const size_t digits = rest_.size();
    if (digits == 0 || digits > 9 || rest_.find_first_not_of("0123456789") != rest_.npos) {
      return false;
    }
    for (size_t i = 0; i < 6; ++i) micros = micros * 10 + (i < digits ? rest_[i] - '0' : 0);
    rest_ = {};
    return true;
  }

  bool skip(char wanted) {
    if (rest_.empty() || rest_[0] != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool at_end() const { return rest_.empty(); }
  int64_t sign() const { return sign_; }

 private:
  bool skip_blanks() {
    const size_t before = rest_.size();
    while (!rest_.empty() && is_blank(rest_[0])) rest_.remove_prefix(1);
    return rest_.size() < before;
  }

  std::string_view rest_;
  int64_t sign_ = 1;
};

std::string supported_format(const std::string& form, const std::string& unit) {
  return "`[+|-]" + form + "`, `INTERVAL [+|-]'[+|-]" + form + "' " + unit + "`";
}

[[noreturn]] void throw_unmatched(bool is_day_time, std::string_view text, const std::string& type,
                                  const std::string& form) {
  throw SparkError(is_day_time ? "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE"
                               : "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING",
                   {{"intervalStr", is_day_time ? "day-time" : "year-month"},
                    {"supportedFormat", supported_format(form, upper_case(type.substr(9)))},
                    {"typeName", type},
                    {"input", std::string(text)}});
}

// The forms "d h:m:s.n" of the fields of a type.
std::string day_time_form(DayTimeFields f) {
  static constexpr std::array<std::string_view, 4> kForms = {"d", "h", "m", "s.n"};
  std::string form;
  for (auto i = static_cast<size_t>(f.first); i <= static_cast<size_t>(f.last); ++i) {
    if (!form.empty()) form += i == 1 ? ' ' : ':';
    form += kForms[i];
  }
  return form;
}

struct DayTimeText {
  std::array<int64_t, 4> values = {0, 0, 0, 0};
  int64_t micros = 0;
  int64_t sign = 1;
};

bool read_day_time(std::string_view text, DayTimeFields fields, DayTimeText& out) {
  static constexpr std::array<size_t, 4> kLeadingDigits = {9, 10, 12, 13};
  IntervalReader reader(text);
  if (!reader.unwrap(upper_case(type_name(fields).substr(9)))) return false;
  reader.read_sign();
  const auto first = static_cast<size_t>(fields.first), last = static_cast<size_t>(fields.last);
  for (size_t i = first; i <= last; ++i) {
    if (i > first && !reader.skip(i == 1 ? ' ' : ':')) return false;
    if (!reader.number(i == first ? kLeadingDigits[i] : 2, out.values[i])) return false;
  }
  if (last == 3 && !reader.fraction(out.micros)) return false;
  out.sign = reader.sign();
  return reader.at_end();
}

// Java's BigDecimal: value × factor rounded half up to an integer that fits, or nothing.
std::optional<int64_t> scaled_to_long(Int128 unscaled, int scale, int64_t factor) {
  Int128 product;
  if (__builtin_mul_overflow(unscaled, static_cast<Int128>(factor), &product)) return std::nullopt;
  const auto whole = rescale_decimal(product, scale, 0, kMaxDecimalPrecision);
  if (!whole || *whole != static_cast<Int128>(static_cast<int64_t>(*whole))) return std::nullopt;
  return static_cast<int64_t>(*whole);
}

std::string integer_literal(int64_t value, std::string_view type) {
  std::string text = std::to_string(value);
  if (type == "BIGINT") text += 'L';
  if (type == "SMALLINT") text += 'S';
  if (type == "TINYINT") text += 'Y';
  return text;
}

std::string decimal_name(DecimalType type) {
  return "DECIMAL(" + std::to_string(type.precision) + "," + std::to_string(type.scale) + ")";
}

std::string decimal_literal(Int128 unscaled, int scale) {
  std::string text;
  append_decimal_plain(unscaled, scale, text);
  return text + "BD";
}

std::optional<int64_t> checked_bits(int64_t value, int bits, CastMode mode,
                                    const std::string& literal, const std::string& source) {
  static constexpr std::array<std::string_view, 4> kTypes = {"TINYINT", "SMALLINT", "INT", "BIGINT"};
  if (bits == 64 || (value >= -(int64_t{1} << (bits - 1)) && value < int64_t{1} << (bits - 1))) {
    return value;
  }
  if (mode == CastMode::kTry) return std::nullopt;
  throw_cast_overflow(literal, source, kTypes[bits == 8 ? 0 : bits == 16 ? 1 : 2]);
}

}  // namespace

std::optional<int32_t> string_to_year_month(std::string_view text, YearMonthFields fields,
                                            CastMode mode) {
  constexpr int64_t kMaxYear = INT32_MAX / 12;
  IntervalReader reader(text);
  const bool has_year = fields.first == YearMonthField::kYear;
  const bool has_month = fields.last == YearMonthField::kMonth;
  int64_t years = 0, months = 0;
  bool matches = reader.unwrap(upper_case(type_name(fields).substr(9)));
  reader.read_sign();
  matches = matches && (!has_year || reader.any_number(years)) &&
            (!has_year || !has_month || reader.skip('-')) &&
            (!has_month || reader.any_number(months)) && reader.at_end();
  if (!matches) {
    if (mode == CastMode::kTry) return std::nullopt;
    const char* form = !has_year ? "m" : has_month ? "y-m" : "y";
    throw_unmatched(false, text, type_name(fields), form);
  }
  const int64_t total = reader.sign() * (years * 12 + months);
  const bool is_in_range = years <= kMaxYear && (!has_year || months <= 11) &&
                           total == static_cast<int32_t>(total);
  if (is_in_range) return static_cast<int32_t>(total);
  if (mode == CastMode::kTry) return std::nullopt;
  throw SparkError("INVALID_INTERVAL_FORMAT.INTERVAL_PARSING",
                   {{"interval", "year-month"}, {"input", std::string(trim_all(text))}});
}

std::optional<int64_t> string_to_day_time(std::string_view text, DayTimeFields fields,
                                          CastMode mode) {
  DayTimeText parsed;
  if (!read_day_time(text, fields, parsed)) {
    if (mode == CastMode::kTry) return std::nullopt;
    throw_unmatched(true, text, type_name(fields), day_time_form(fields));
  }
  static constexpr std::array<int64_t, 4> kLimits = {0, 23, 59, 59};
  int64_t total = 0;
  bool fits = true;
  for (size_t i = 0; i < 4; ++i) {
    // The field in front has no limit but that of 64 bits; days wrap around, as in Spark.
    const bool is_field_in_range = i == static_cast<size_t>(fields.first) || parsed.values[i] <= kLimits[i];
    if (!is_field_in_range && mode != CastMode::kTry) {
      static constexpr std::array<const char*, 4> kNames = {"day", "hour", "minute", "second"};
      throw SparkError("_LEGACY_ERROR_JAVA_ILLEGAL_ARGUMENT",
                       {{"message", "requirement failed: " + std::string(kNames[i]) + " " + std::to_string(parsed.values[i]) +
                                        " outside range [0, " + std::to_string(kLimits[i]) + "]"}});
    }
    fits &= is_field_in_range;
    int64_t part = static_cast<int64_t>(static_cast<uint64_t>(parsed.values[i]) *
                                        static_cast<uint64_t>(kDayTimeUnits[i]));
    if (i == 3) part += parsed.micros;
    fits &= !__builtin_add_overflow(total, parsed.sign * part, &total);
  }
  if (fits) return total;
  if (mode == CastMode::kTry) return std::nullopt;
  throw SparkError("INVALID_INTERVAL_FORMAT.DAY_TIME_PARSING",
                   {{"msg", "a field is out of its range"}, {"input", std::string(text)}});
}

std::optional<int32_t> integer_to_year_month(int64_t value, std::string_view source_type,
                                             YearMonthFields fields, CastMode mode) {
  const int64_t factor = fields.last == YearMonthField::kYear ? 12 : 1;
  int64_t months;
  if (!__builtin_mul_overflow(value, factor, &months) && months == static_cast<int32_t>(months)) {
    return static_cast<int32_t>(months);
  }
  if (mode == CastMode::kTry) return std::nullopt;
  throw_cast_overflow(integer_literal(value, source_type), source_type, upper_case(type_name(fields)));
}

std::optional<int64_t> integer_to_day_time(int64_t value, std::string_view source_type,
                                           DayTimeFields fields, CastMode mode) {
  int64_t micros;
  if (!__builtin_mul_overflow(value, kDayTimeUnits[static_cast<size_t>(fields.last)], &micros)) {
    return micros;
  }
  if (mode == CastMode::kTry) return std::nullopt;
  throw_cast_overflow(integer_literal(value, source_type), source_type, upper_case(type_name(fields)));
}

std::optional<int32_t> decimal_to_year_month(Int128 unscaled, DecimalType type,
                                             YearMonthFields fields, CastMode mode) {
  const auto months =
      scaled_to_long(unscaled, type.scale, fields.last == YearMonthField::kYear ? 12 : 1);
  if (months && *months == static_cast<int32_t>(*months)) return static_cast<int32_t>(*months);
  if (mode == CastMode::kTry) return std::nullopt;
  throw_cast_overflow(decimal_literal(unscaled, type.scale), decimal_name(type),
                      upper_case(type_name(fields)));
}

std::optional<int64_t> decimal_to_day_time(Int128 unscaled, DecimalType type, DayTimeFields fields,
                                           CastMode mode) {
  const auto micros =
      scaled_to_long(unscaled, type.scale, kDayTimeUnits[static_cast<size_t>(fields.last)]);
  if (micros || mode == CastMode::kTry) return micros;
  throw_cast_overflow(decimal_literal(unscaled, type.scale), decimal_name(type),
                      upper_case(type_name(fields)));
}

std::optional<int64_t> year_month_to_integer(int32_t months, YearMonthFields fields, int bits,
                                             CastMode mode) {
  std::string literal;
  append_year_month_interval(months, fields.first, fields.last, literal);
  return checked_bits(fields.last == YearMonthField::kYear ? months / 12 : months, bits, mode,
                      literal, upper_case(type_name(fields)));
}

std::optional<int64_t> day_time_to_integer(int64_t micros, DayTimeFields fields, int bits,
                                           CastMode mode) {
  std::string literal;
  append_day_time_interval(micros, fields.first, fields.last, literal);
  return checked_bits(micros / kDayTimeUnits[static_cast<size_t>(fields.last)], bits, mode,
                      literal, upper_case(type_name(fields)));
}

std::optional<Int128> year_month_to_decimal(int32_t months, YearMonthFields fields,
                                            DecimalType type, CastMode mode) {
  const int32_t value = fields.last == YearMonthField::kYear ? months / 12 : months;
  return decimal_to_decimal(value, 0, type, mode == CastMode::kTry ? mode : CastMode::kAnsi);
}

std::optional<Int128> day_time_to_decimal(int64_t micros, DayTimeFields fields, DecimalType type,
                                          CastMode mode) {
  const bool has_fraction = fields.last == DayTimeField::kSecond;
  const int64_t value =
      has_fraction ? micros : micros / kDayTimeUnits[static_cast<size_t>(fields.last)];
  return decimal_to_decimal(value, has_fraction ? 6 : 0, type,
                            mode == CastMode::kTry ? mode : CastMode::kAnsi);
}

int32_t truncate_year_month(int32_t months, YearMonthFields fields) {
  return fields.last == YearMonthField::kYear ? months - months % 12 : months;
}

int64_t truncate_day_time(int64_t micros, DayTimeFields fields) {
  if (fields.last == DayTimeField::kSecond) return micros;  // seconds have a fraction
  return micros - micros % kDayTimeUnits[static_cast<size_t>(fields.last)];
}

}  // namespace firesteel::functions::kernel
