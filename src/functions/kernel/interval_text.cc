#include "functions/kernel/interval_text.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "functions/kernel/civil.h"

namespace firesteel::functions::kernel {

using plan::DayTimeField;
using plan::Type;
using plan::YearMonthField;

namespace {

struct Unit {
  std::string_view name;
  int64_t months;
  int64_t days;
  int64_t microseconds;
  int field;  // position in the order of ANSI fields
};
constexpr Unit kUnits[] = {
    {"year", 12, 0, 0, 0},
    {"month", 1, 0, 0, 1},
    {"week", 0, 7, 0, 0},
    {"day", 0, 1, 0, 0},
    {"hour", 0, 0, kMicrosPerHour, 1},
    {"minute", 0, 0, kMicrosPerMinute, 2},
    {"second", 0, 0, kMicrosPerSecond, 3},
    {"millisecond", 0, 0, 1000, 3},
    {"microsecond", 0, 0, 1, 3},
};

std::string_view singular(std::string_view unit) {
  return unit.size() > 1 && unit.back() == 's' ? unit.substr(0, unit.size() - 1) : unit;
}

const Unit* find_unit(std::string_view name) {
  const std::string_view wanted = singular(name);
  const auto* found = std::find_if(std::begin(kUnits), std::end(kUnits),
                                   [&](const Unit& unit) { return unit.name == wanted; });
  return found == std::end(kUnits) ? nullptr : found;
}

[[noreturn]] void fail(std::string subclass, const std::string& input,
                       SparkError::Parameters parameters = {}) {
  parameters.insert(parameters.begin(), {"input", input});
  throw SparkError("INVALID_INTERVAL_FORMAT." + std::move(subclass), std::move(parameters));
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

constexpr size_t kMaxFractionDigits = 9;

// [+|-]digits[.digits]: whole and fraction in microseconds of a second.
struct Number {
  int64_t whole = 0;
  int64_t fraction_micros = 0;
  bool has_fraction = false;
};
std::optional<Number> parse_number(std::string_view text) {
  Number number;
  text = trim(text);
  bool is_negative = false;
  while (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    is_negative ^= text[0] == '-';
    text.remove_prefix(1);
    text = trim(text);
  }
  if (text.empty()) return std::nullopt;
  size_t i = 0;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
    if (__builtin_mul_overflow(number.whole, 10, &number.whole) ||
        __builtin_sub_overflow(number.whole, text[i] - '0', &number.whole)) {
      return std::nullopt;
    }
  }
  if (i < text.size() && text[i] == '.') {
    number.has_fraction = true;
    int64_t scale = 100000;
    const size_t first = i + 1;
    for (++i; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
      if (i - first == kMaxFractionDigits) return std::nullopt;
      number.fraction_micros -= (text[i] - '0') * scale;
      scale /= 10;
    }
  }
  if (i != text.size()) return std::nullopt;
  // Kept negative so far, so that the smallest long can be read.
  if (!is_negative) {
    if (number.whole == INT64_MIN) return std::nullopt;
    number.whole = -number.whole;
    number.fraction_micros = -number.fraction_micros;
  }
  return number;
}

bool has_digits_beyond_nanoseconds(std::string_view text) {
  const size_t point = text.find('.');
  if (point == std::string_view::npos) return false;
  const std::string_view digits = text.substr(point + 1);
  return digits.size() > kMaxFractionDigits && digits.find_first_not_of("0123456789") == std::string_view::npos;
}

// Adds value × factor; false on overflow.
template <typename T>
bool add_scaled(int64_t value, int64_t factor, T* sum) {
  int64_t product = 0;
  return !__builtin_mul_overflow(value, factor, &product) &&
         !__builtin_add_overflow(*sum, product, sum);
}

}  // namespace

plan::Literal::Interval add_interval_parts(const std::vector<IntervalPart>& parts,
                                           const std::string& source) {
  plan::Literal::Interval sum;
  for (const IntervalPart& part : parts) {
    const Unit* unit = find_unit(lower_case(part.unit));
    if (unit == nullptr) fail("INVALID_UNIT", source, {{"unit", part.unit}});
    const auto number = parse_number(part.value);
    const bool is_digits = std::all_of(part.value.begin(), part.value.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!number && is_digits && !part.value.empty()) fail("ARITHMETIC_EXCEPTION", source);
    if (!number && has_digits_beyond_nanoseconds(part.value)) fail("INVALID_PRECISION", source, {{"value", part.value}});
    if (!number) fail("INVALID_VALUE", source, {{"value", part.value}});
    if (number->has_fraction && unit->name != "second") {
      fail("INVALID_FRACTION", source, {{"unit", std::string(singular(lower_case(part.unit)))}});
    }
    const bool fits = add_scaled(number->whole, unit->months, &sum.months) &&
                      add_scaled(number->whole, unit->days, &sum.days) &&
                      add_scaled(number->whole, unit->microseconds, &sum.microseconds) &&
                      add_scaled(number->fraction_micros, 1, &sum.microseconds);
    if (!fits) fail("ARITHMETIC_EXCEPTION", source);
  }
  return sum;
}

std::vector<IntervalPart> split_interval(std::string_view text) {
  const std::string source(text);
  std::vector<std::string> words;
  std::string word;
  for (const char c : std::string(trim(text)) + " ") {
    const bool is_blank = static_cast<unsigned char>(c) <= ' ';
    if (!is_blank) word += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (!is_blank || word.empty()) continue;
    // A sign may stand apart from its number.
    const bool continues = !words.empty() && (words.back() == "-" || words.back() == "+");
    if (continues) {
      words.back() += word;
    } else {
      words.push_back(word);
    }
    word.clear();
  }
  if (words.empty()) fail("INPUT_IS_EMPTY", source);
  if (words.front() == "interval") words.erase(words.begin());
  if (words.empty()) fail("INPUT_IS_EMPTY", source);
  std::vector<IntervalPart> parts;
  for (size_t i = 0; i < words.size(); i += 2) {
    const bool has_two_signs = words[i].find_first_not_of("+-") > 1 && words[i].find_first_of("+-") == 0;
    if (has_two_signs || !parse_number(words[i])) fail("UNRECOGNIZED_NUMBER", source, {{"number", words[i]}});
    if (i + 1 == words.size()) fail("MISSING_UNIT", source, {{"word", words[i]}});
    parts.push_back({words[i], words[i + 1]});
  }
  return parts;
}

std::optional<plan::Literal::Interval> string_to_interval(std::string_view text) {
  try {
    return add_interval_parts(split_interval(text), std::string(text));
  } catch (const SparkError&) {
    return std::nullopt;
  }
}

bool is_year_month_unit(std::string_view unit) {
  const Unit* found = find_unit(lower_case(unit));
  return found != nullptr && found->months != 0;
}

bool interval_type_of(const std::vector<IntervalPart>& parts, Type* type) {
  int first = 3;
  int last = 0;
  bool has_months = false;
  bool has_days = false;
  for (const IntervalPart& part : parts) {
    const Unit* unit = find_unit(lower_case(part.unit));
    if (unit == nullptr) continue;
    (unit->months != 0 ? has_months : has_days) = true;
    first = std::min(first, unit->field);
    last = std::max(last, unit->field);
  }
  if (has_months == has_days) return false;
  *type = has_months ? Type::year_month_interval(static_cast<YearMonthField>(first),
                                                 static_cast<YearMonthField>(last))
                     : Type::day_time_interval(static_cast<DayTimeField>(first),
                                               static_cast<DayTimeField>(last));
  return true;
}

int64_t parse_year_to_month(std::string_view text) {
  const std::string source(text);
  std::string_view rest = trim(text);
  bool is_negative = false;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    is_negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  const size_t dash = rest.find('-');
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.size() <= 9 &&
           std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (dash == rest.npos || !digits(rest.substr(0, dash)) || !digits(rest.substr(dash + 1))) {
    fail("UNMATCHED_FORMAT_STRING", source,
         {{"intervalStr", "year-month"},
          {"supportedFormat", "`[+|-]y-m`, `INTERVAL [+|-]'[+|-]y-m' YEAR TO MONTH`"},
          {"typeName", "interval year to month"}});
  }
  const int64_t years = std::stoll(std::string(rest.substr(0, dash)));
  const int64_t months = std::stoll(std::string(rest.substr(dash + 1)));
  const int64_t total = years * 12 + months;
  if (months > 11 || total > INT32_MAX) {
    fail("INTERVAL_PARSING", source, {{"interval", "year-month"}});
  }
  return is_negative ? -total : total;
}

int64_t parse_day_to_second(std::string_view text, DayTimeField from, DayTimeField to) {
  static constexpr std::string_view kNames[] = {"day", "hour", "minute", "second"};
  static constexpr std::string_view kForms[] = {"d", "h", "m", "s.n"};
  static constexpr int64_t kMicros[] = {kMicrosPerDay, kMicrosPerHour, kMicrosPerMinute,
                                        kMicrosPerSecond};
  static constexpr int64_t kLargest[] = {106751991, 23, 59, 59};
  const auto first = static_cast<size_t>(from);
  const auto last = static_cast<size_t>(to);
  const auto mismatch = [&] {
    std::string form;
    for (size_t i = first; i <= last; ++i) {
      form += i == first ? "" : i == 1 ? " " : ":";
      form += kForms[i];
    }
    std::string upper(kNames[first]);
    upper += " to ";
    upper += kNames[last];
    const std::string lower = "interval " + upper;
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
    fail("UNMATCHED_FORMAT_STRING_WITH_NOTICE", std::string(text),
         {{"intervalStr", "day-time"},
          {"supportedFormat",
           "`[+|-]" + form + "`, `INTERVAL [+|-]'[+|-]" + form + "' " + upper + "`"},
          {"typeName", lower}});
  };
  std::string_view rest = trim(text);
  bool is_negative = false;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    is_negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  __int128 total = 0;
  for (size_t field = first; field <= last; ++field) {
    // Days are followed by a blank, hours and minutes by a colon.
    const size_t end = field == last ? rest.size() : rest.find(field == 0 ? ' ' : ':');
    if (end == rest.npos) mismatch();
    const std::string_view part = rest.substr(0, end);
    const bool begins_with_digit = !part.empty() && part[0] >= '0' && part[0] <= '9';
    const auto number = begins_with_digit ? parse_number(part) : std::nullopt;
    if (!number || (number->has_fraction && field != 3)) mismatch();
    const int64_t largest = field == first ? INT64_MAX / kMicros[field] : kLargest[field];
    if (number->whole > largest) {
      throw SparkError("_LEGACY_ERROR_TEMP_0063",
           {{"msg", "requirement failed: " + std::string(kNames[field]) + " " +
                        std::to_string(number->whole) + " outside range [0, " +
                        std::to_string(field == first ? largest : kLargest[field]) + "]"}});
    }
    total += __int128{number->whole} * kMicros[field] + number->fraction_micros;
    rest.remove_prefix(std::min(rest.size(), end + 1));
  }
  if (is_negative) total = -total;
  if (total < INT64_MIN || total > INT64_MAX) {
    throw SparkError("ARITHMETIC_OVERFLOW",
                     {{"message", "long overflow"}, {"alternative", ""}, {"config", "\"spark.sql.ansi.enabled\""}});
  }
  return static_cast<int64_t>(total);
}

}  // namespace firesteel::functions::kernel
