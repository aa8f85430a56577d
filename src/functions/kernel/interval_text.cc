#include "functions/kernel/interval_text.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "functions/kernel/cast_interval.h"
#include "functions/kernel/civil.h"

namespace firesteel::functions::kernel {

using plan::Type;

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

bool is_blank(char c) { return static_cast<unsigned char>(c) <= ' '; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Adds value × factor; false on overflow.
template <typename T>
bool add_scaled(int64_t value, int64_t factor, T* sum) {
  int64_t product = 0;
  return !__builtin_mul_overflow(value, factor, &product) &&
         !__builtin_add_overflow(*sum, product, sum);
}

// Reads pairs of a number and a unit, as SparkIntervalUtils.stringToInterval does: what an error names depends on where that gives up.
class PairReader {
 public:
  explicit PairReader(std::string_view source) : source_(source), text_(lower_case(trim(source))) {}

  plan::Literal::Interval read() {
    if (text_.empty()) fail("INPUT_IS_EMPTY", source_);
    skip_prefix();
    skip_blanks();
    while (at_ < text_.size()) {
      read_number();
      read_unit();
      skip_blanks();
    }
    return sum_;
  }

 private:
  // The blank-separated word in which, or behind which, the reader stands.
  std::string word() const {
    size_t begin = at_;
    while (begin > 0 && (begin == text_.size() || is_blank(text_[begin]))) --begin;
    while (begin > 0 && !is_blank(text_[begin - 1])) --begin;
    size_t end = begin;
    while (end < text_.size() && !is_blank(text_[end])) ++end;
    return text_.substr(begin, end - begin);
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  void skip_prefix() {
    static constexpr std::string_view kPrefix = "interval";
    if (text_.rfind(kPrefix, 0) != 0) return;
    if (text_.size() == kPrefix.size()) fail("INPUT_IS_EMPTY", source_);
    if (!is_blank(text_[kPrefix.size()])) fail("INVALID_PREFIX", source_, {{"prefix", word()}});
    at_ = kPrefix.size() + 1;
  }

  void read_number() {
    const char first = text_[at_];
    whole_ = nanos_ = 0;
    has_fraction_ = false;
    is_negative_ = first == '-';
    if (first == '.') {
      ++at_;
      read_fraction(true);
      return;
    }
    if (first == '-' || first == '+') {
      ++at_;
    } else if (!is_digit(first)) {
      fail("UNRECOGNIZED_NUMBER", source_, {{"number", word()}});
    }
    skip_blanks();
    if (at_ == text_.size()) fail("MISSING_NUMBER", source_, {{"word", word()}});
    for (; at_ < text_.size() && is_digit(text_[at_]); ++at_) {
      if (__builtin_mul_overflow(whole_, 10, &whole_) || __builtin_add_overflow(whole_, text_[at_] - '0', &whole_)) {
        fail("ARITHMETIC_EXCEPTION", source_);
      }
    }
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      read_fraction(false);
    } else {
      require_blank("INVALID_VALUE");
    }
  }

  void read_fraction(bool needs_digits) {
    has_fraction_ = true;
    int64_t scale = 100'000'000;
    const size_t begin = at_;
    for (; at_ < text_.size() && is_digit(text_[at_]) && scale > 0; ++at_, scale /= 10) {
      nanos_ += (text_[at_] - '0') * scale;
    }
    if (at_ < text_.size() && is_digit(text_[at_])) fail("INVALID_PRECISION", source_, {{"value", word()}});
    if (at_ < text_.size() && needs_digits && at_ == begin) fail("INVALID_VALUE", source_, {{"value", word()}});
    require_blank("INVALID_VALUE");
  }

  // A number ends with a blank, and a unit follows.
  void require_blank(std::string subclass) {
    if (at_ == text_.size()) fail("MISSING_UNIT", source_, {{"word", word()}});
    if (!is_blank(text_[at_])) fail(std::move(subclass), source_, {{"value", word()}});
    skip_blanks();
  }

  void read_unit() {
    if (text_[at_] != 's' && has_fraction_) fail("INVALID_FRACTION", source_, {{"unit", word()}});
    const auto* unit = std::find_if(std::begin(kUnits), std::end(kUnits), [&](const Unit& candidate) {
      return text_.compare(at_, candidate.name.size(), candidate.name) == 0;
    });
    if (unit == std::end(kUnits)) fail("INVALID_UNIT", source_, {{"unit", word()}});
    const int64_t sign = is_negative_ ? -1 : 1;
    const bool fits = add_scaled(sign * whole_, unit->months, &sum_.months) && add_scaled(sign * whole_, unit->days, &sum_.days) &&
                      add_scaled(sign * whole_, unit->microseconds, &sum_.microseconds) &&
                      add_scaled(sign * (nanos_ / 1000), 1, &sum_.microseconds);
    if (!fits) fail("ARITHMETIC_EXCEPTION", source_);
    at_ += unit->name.size();
    if (at_ < text_.size() && text_[at_] == 's') ++at_;
    if (at_ < text_.size() && !is_blank(text_[at_])) fail("INVALID_UNIT", source_, {{"unit", word()}});
  }

  const std::string source_;
  const std::string text_;
  size_t at_ = 0;
  int64_t whole_ = 0;
  int64_t nanos_ = 0;
  bool has_fraction_ = false;
  bool is_negative_ = false;
  plan::Literal::Interval sum_;
};

// A field of 'd h:m:s.n': up to `most_digits`, and up to nine behind the point of seconds.
struct Field {
  int64_t whole = 0;
  int64_t micros = 0;
};
std::optional<Field> parse_field(std::string_view text, size_t most_digits, bool is_seconds) {
  Field field;
  const size_t digits = std::min(text.find('.'), text.size());
  if (digits == 0 || digits > most_digits) return std::nullopt;
  for (const char c : text.substr(0, digits)) {
    if (!is_digit(c)) return std::nullopt;
    field.whole = field.whole * 10 + (c - '0');
  }
  if (digits == text.size()) return field;
  const std::string_view fraction = text.substr(digits + 1);
  if (!is_seconds || fraction.empty() || fraction.size() > 9) return std::nullopt;
  int64_t scale = 100'000;
  for (const char c : fraction) {
    if (!is_digit(c)) return std::nullopt;
    field.micros += (c - '0') * scale;
    scale /= 10;
  }
  return field;
}

}  // namespace

plan::Literal::Interval read_interval(std::string_view text) { return PairReader(text).read(); }

std::vector<std::string> interval_units(std::string_view text) {
  std::vector<std::string> units;
  std::string word;
  for (const char c : lower_case(text) + " ") {
    if (!is_blank(c)) {
      word += c;
      continue;
    }
    const bool is_word = !word.empty() && std::all_of(word.begin(), word.end(), [](char letter) { return letter >= 'a' && letter <= 'z'; });
    if (is_word && word != "interval") units.push_back(word);
    word.clear();
  }
  return units;
}

std::optional<plan::Literal::Interval> string_to_interval(std::string_view text) {
  try {
    return read_interval(text);
  } catch (const SparkError&) {
    return std::nullopt;
  }
}

bool interval_type_of(const std::vector<std::string>& units, Type* type) {
  int first = 3;
  int last = 0;
  bool has_months = false;
  bool has_days = false;
  for (const std::string& name : units) {
    const Unit* unit = find_unit(lower_case(name));
    if (unit == nullptr) continue;
    (unit->months != 0 ? has_months : has_days) = true;
    first = std::min(first, unit->field);
    last = std::max(last, unit->field);
  }
  if (has_months == has_days) return false;
  *type = has_months ? Type::year_month_interval(static_cast<plan::YearMonthField>(first),
                                                 static_cast<plan::YearMonthField>(last))
                     : Type::day_time_interval(static_cast<plan::DayTimeField>(first),
                                               static_cast<plan::DayTimeField>(last));
  return true;
}

int64_t parse_year_to_month(std::string_view text) {
  return *string_to_year_month(text, {YearMonthField::kYear, YearMonthField::kMonth}, CastMode::kAnsi);
}

int64_t parse_day_to_second(std::string_view text, plan::DayTimeField from, plan::DayTimeField to) {
  static constexpr std::string_view kNames[] = {"day", "hour", "minute", "second"};
  static constexpr std::string_view kForms[] = {"d", "h", "m", "s.n"};
  static constexpr int64_t kMicros[] = {kMicrosPerDay, kMicrosPerHour, kMicrosPerMinute,
                                        kMicrosPerSecond};
  static constexpr size_t kDigits[] = {9, 10, 12, 13};
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
    const auto number = parse_field(part, field == first ? kDigits[field] : 2, field == 3);
    if (!number) mismatch();
    const int64_t largest = field == first ? INT64_MAX / kMicros[field] : kLargest[field];
    if (number->whole > largest) {
      throw SparkError("_LEGACY_ERROR_TEMP_0063",
           {{"msg", "requirement failed: " + std::string(kNames[field]) + " " +
                        std::to_string(number->whole) + " outside range [0, " +
                        std::to_string(field == first ? largest : kLargest[field]) + "]"}});
    }
    total += __int128{number->whole} * kMicros[field] + number->micros;
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
