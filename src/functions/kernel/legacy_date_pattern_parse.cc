// java.text.SimpleDateFormat.subParse with java.text.CalendarBuilder, and org.apache.commons.lang3.time.FastDateParser.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "base/error.h"
#include "base/text.h"
#include "functions/kernel/civil.h"
#include "functions/kernel/date_names.h"
#include "functions/kernel/int128.h"
#include "functions/kernel/legacy_calendar.h"
#include "functions/kernel/legacy_date_pattern.h"
#include "functions/kernel/legacy_zone_names.h"

namespace firesteel::functions::kernel {

namespace {

using Field = CalendarField;

constexpr size_t kFailed = std::string_view::npos;
constexpr int32_t kMillisPerMinute = 60'000;
constexpr int kMostDigits = 18;  // Decimal.POW_10

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int32_t saturated(double value) {
  if (value >= INT32_MAX) return INT32_MAX;
  return value <= INT32_MIN ? INT32_MIN : static_cast<int32_t>(value);
}

// The longest of some names that the text begins with; kFailed if none does.
template <typename Names>
size_t longest_name(std::string_view text, const Names& names, size_t& size) {
  size_t best = kFailed;
  size = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].size() <= size || !equal_ignoring_case(text.substr(0, names[i].size()), names[i])) continue;
    best = i;
    size = names[i].size();
  }
  return best;
}

// A month, from 0, or a day of the week, from Monday, by its name or the first three letters of it.
template <typename Names>
size_t longest_or_short_name(std::string_view text, const Names& names, size_t& size) {
  const size_t whole = longest_name(text, names, size);
  if (whole != kFailed) return whole;
  std::array<std::string_view, std::tuple_size_v<Names>> heads;
  std::transform(names.begin(), names.end(), heads.begin(), [](std::string_view name) { return name.substr(0, 3); });
  return longest_name(text, heads, size);
}

// The name that stands at `position` for `letter`, as the calendar's number. `has_narrow`: also the first letters of eras and of
// the halves of the day.
size_t parse_name(std::string_view text, size_t position, char letter, bool has_narrow, LegacyCalendar& calendar) {
  static constexpr std::array<std::string_view, 6> kEras = {"BC", "AD", "Before Christ", "Anno Domini", "B", "A"};
  static constexpr std::array<std::string_view, 4> kHalves = {"AM", "PM", "A", "P"};
  const std::string_view rest = text.substr(std::min(position, text.size()));
  size_t size = 0, found = kFailed;
  const auto accept = [&](Field field, size_t number) {
    calendar.set(field, static_cast<int32_t>(number));
    return position + size;
  };
  switch (letter) {
    case 'G':
      found = longest_name(rest, kEras, size);
      return found == kFailed || (found > 3 && !has_narrow) ? kFailed : accept(Field::kEra, found % 2);
    case 'a':
      found = longest_name(rest, kHalves, size);
      return found == kFailed || (found > 1 && !has_narrow) ? kFailed : accept(Field::kAmPm, found % 2);
    case 'E':
      found = longest_or_short_name(rest, kDayNames, size);
      return found == kFailed ? kFailed : accept(Field::kDayOfWeek, (found + 1) % 7 + 1);
    default:
      found = longest_or_short_name(rest, kMonthNames, size);
      return found == kFailed ? kFailed : accept(Field::kMonth, found);
  }
}

// java.text.DecimalFormat.parse of whole numbers: '-12', '1E2', 'NaN'. Moves `position` behind it.
class JavaNumber {
 public:
  explicit JavaNumber(std::string_view text) : text_(text) {}

  std::optional<int32_t> parse(size_t& position) const {
    if (text_.substr(position).starts_with("NaN")) {
      position += 3;
      return 0;
    }
    static constexpr std::string_view kInfinity = "\u221e";
    size_t at = position;
    const bool is_negative = at < text_.size() && text_[at] == '-';
    if (is_negative) ++at;
    if (text_.substr(at).starts_with(kInfinity)) {
      position = at + kInfinity.size();
      return is_negative ? INT32_MIN : INT32_MAX;
    }
    const size_t start = at;
    while (at < text_.size() && is_digit(text_[at])) ++at;
    if (at == start) return std::nullopt;
    const std::string_view digits = text_.substr(start, at - start);
    const int64_t exponent = take_exponent(at);
    position = at;
    return value(digits, exponent, is_negative);
  }

 private:
  int64_t take_exponent(size_t& at) const {
    if (at >= text_.size() || text_[at] != 'E') return 0;
    const size_t start = at + 1;
    size_t end = start + (start < text_.size() && text_[start] == '-' ? 1 : 0);
    const size_t digits = end;
    while (end < text_.size() && is_digit(text_[end])) ++end;
    int64_t exponent = 0;
    if (end == digits || std::from_chars(text_.data() + start, text_.data() + end, exponent).ec != std::errc()) return 0;
    at = end;
    return static_cast<int32_t>(exponent);
  }

  static int32_t value(std::string_view digits, int64_t exponent, bool is_negative) {
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    if (digits.empty()) return 0;
    std::string whole(digits);
    while (whole.back() == '0') {
      whole.pop_back();
      ++exponent;
    }
    constexpr int64_t kMostOfLong = 19;
    int64_t number = 0;
    if (exponent >= 0 && static_cast<int64_t>(whole.size()) + exponent <= kMostOfLong) {
      whole.append(static_cast<size_t>(exponent), '0');
      if (std::from_chars(whole.data(), whole.data() + whole.size(), number).ec == std::errc()) {
        return static_cast<int32_t>(static_cast<uint64_t>(is_negative ? -number : number));
      }
      exponent = 0;
    }
    const double real = std::strtod((whole + "E" + std::to_string(exponent)).c_str(), nullptr);
    return saturated(is_negative ? -real : real);
  }

  std::string_view text_;
};

Field field_of(char letter) {
  switch (letter) {
    case 'y':
    case 'Y': return Field::kYear;
    case 'M':
    case 'L': return Field::kMonth;
    case 'd': return Field::kDayOfMonth;
    case 'k':
    case 'H': return Field::kHourOfDay;
    case 'm': return Field::kMinute;
    case 's': return Field::kSecond;
    case 'S': return Field::kMillisecond;
    case 'D': return Field::kDayOfYear;
    case 'F': return Field::kDayOfWeekInMonth;
    case 'w': return Field::kWeekOfYear;
    case 'W': return Field::kWeekOfMonth;
    case 'h':
    case 'K': return Field::kHour;
    default: return Field::kDayOfWeek;  // u
  }
}

bool is_number(char letter, int count) {
  if (letter == 'M' || letter == 'L') return count < 3;
  return letter != 0 && std::string_view("GEazZX").find(letter) == std::string_view::npos;
}

}  // namespace

class LegacyDatePattern::SimpleParser {
 public:
  SimpleParser(const LegacyDatePattern& pattern, std::string_view text, const TimeZone& zone)
      : pattern_(pattern), text_(text), zone_(zone), is_lenient_(pattern.format_ == LegacyFormat::kLenientSimple),
        calendar_(zone, is_lenient_) {}

  // Milliseconds since 1970.
  std::optional<int64_t> parse() {
    const auto& elements = pattern_.elements_;
    size_t position = 0;
    for (size_t i = 0; i < elements.size(); ++i) {
      const Element& element = elements[i];
      if (element.letter == 0) {
        if (text_.substr(position, element.literal.size()) != element.literal) return std::nullopt;
        position += element.literal.size();
        continue;
      }
      const bool obeys_count = i + 1 < elements.size() && is_number(elements[i + 1].letter, elements[i + 1].count);
      position = parse_element(element, position, obeys_count);
      if (position == kFailed) return std::nullopt;
    }
    auto millis = established(0);
    if (millis && is_ambiguous_year_ && *millis < pattern_.century_start_millis_) millis = established(100);
    return millis;
  }

 private:
  // CalendarBuilder.establish.
  std::optional<int64_t> established(int32_t more_years) const {
    LegacyCalendar calendar = calendar_;
    if (has_year_ && !is_week_date_) calendar.set(Field::kYear, year_ + more_years);
    if (is_week_date_) {
      const int32_t weekday = weekday_.value_or(1);
      int32_t week = week_.value_or(1), day = weekday;
      if (day < 1 || day > 7) {
        if (!is_lenient_) return std::nullopt;
        if (day >= 8) {
          --day;
          week += day / 7;
          day = day % 7 + 1;
        } else {
          for (; day <= 0; day += 7) --week;
        }
        day = day == 7 ? 1 : day + 1;
      }
      if (!calendar.set_week_date(year_ + more_years, week, day)) return std::nullopt;
    }
    return calendar.millis();
  }

  size_t parse_element(const Element& element, size_t start, bool obeys_count) {
    size_t position = start;
    while (position < text_.size() && (text_[position] == ' ' || text_[position] == '\t')) ++position;
    if (position >= text_.size()) return kFailed;
    switch (element.letter) {
      case 'G':
      case 'a':
      case 'E': return parse_text(start, element.letter);
      case 'z':
      case 'Z': return parse_zone(start, position);
      case 'X': return parse_iso_zone(position, element.count);
      default: break;
    }
    if ((element.letter == 'M' || element.letter == 'L') && element.count > 2) return parse_text(start, element.letter);
    std::string_view seen = text_;
    if (obeys_count) {
      if (start + static_cast<size_t>(element.count) > text_.size()) return kFailed;
      seen = text_.substr(0, start + static_cast<size_t>(element.count));
      if (position > seen.size()) return kFailed;
    }
    const size_t first = position;
    const auto number = JavaNumber(seen).parse(position);
    if (!number) return kFailed;
    return set_number(element, first, position, *number) ? position : kFailed;
  }

  bool set_number(const Element& element, size_t first, size_t end, int32_t number) {
    switch (element.letter) {
      case 'y':
      case 'Y':
        set_year(element, first, end, number);
        return true;
      case 'M':
      case 'L': calendar_.set(Field::kMonth, number - 1); return true;
      case 'k':
        if (!is_lenient_ && (number < 1 || number > 24)) return false;
        calendar_.set(Field::kHourOfDay, number == 24 ? 0 : number);
        return true;
      case 'h':
        if (!is_lenient_ && (number < 1 || number > 12)) return false;
        calendar_.set(Field::kHour, number == 12 ? 0 : number);
        return true;
      case 'u':
        weekday_ = number >= 1 && number <= 7 ? number % 7 + 1 : number;
        calendar_.set(Field::kDayOfWeek, *weekday_);
        return true;
      default:
        if (element.letter == 'w') week_ = number;
        calendar_.set(field_of(element.letter), number);
        return true;
    }
  }

  void set_year(const Element& element, size_t first, size_t end, int32_t number) {
    if (element.count <= 2 && end - first == 2 && is_digit(text_[first]) && is_digit(text_[first + 1])) {
      const int32_t start = pattern_.century_start_year_;
      is_ambiguous_year_ = number == start % 100;
      number += start / 100 * 100 + (number < start % 100 ? 100 : 0);
    }
    has_year_ = true;
    is_week_date_ = element.letter == 'Y';
    year_ = number;
  }

  size_t parse_text(size_t start, char letter) {
    const size_t end = parse_name(text_, start, letter, /*has_narrow=*/false, calendar_);
    if (end != kFailed && letter == 'E') weekday_ = calendar_.get(Field::kDayOfWeek);
    return end;
  }

  size_t parse_zone(size_t start, size_t position) {
    const char c = text_[position];
    if (c == '+' || c == '-') return parse_offset(position + 1, c == '-', 0, /*has_colon=*/false);
    if ((c == 'G' || c == 'g') && equal_ignoring_case(text_.substr(start, 3), "GMT")) {
      position = start + 3;
      const char sign = position < text_.size() ? text_[position] : '\0';
      if (sign == '+' || sign == '-') return parse_offset(position + 1, sign == '-', 0, /*has_colon=*/true);
      set_offset(0);
      return position;
    }
    const auto name = find_simple_zone_name(text_.substr(position), zone_);
    if (!name) return kFailed;
    calendar_.set_time_zone(*name->zone);
    const int32_t saving = name->is_daylight ? daylight_saving_millis(*name->zone) : 0;
    if (!name->is_ambiguous && (!name->is_daylight || saving != 0)) {
      calendar_.clear(Field::kZoneOffset);
      calendar_.set(Field::kDaylightOffset, saving);
    }
    return position + name->size;
  }

  size_t parse_iso_zone(size_t position, int count) {
    const char c = text_[position];
    if (c == 'Z') {
      set_offset(0);
      return position + 1;
    }
    return c == '+' || c == '-' ? parse_offset(position + 1, c == '-', count, count == 3) : kFailed;
  }

  // `count`: 0 for RFC 822 and GMT, 1 for hours alone.
  size_t parse_offset(size_t at, bool is_negative, int count, bool has_colon) {
    const auto digit_at = [&](size_t index) { return index < text_.size() && is_digit(text_[index]); };
    if (!digit_at(at)) return kFailed;
    int32_t hours = text_[at++] - '0';
    if (at >= text_.size()) return kFailed;  // Java looks at the next character
    if (digit_at(at)) hours = hours * 10 + text_[at++] - '0';
    else if (count > 0 || !has_colon) return kFailed;
    if (hours > 23) return kFailed;
    int32_t minutes = 0;
    if (count != 1) {
      if (has_colon && (at >= text_.size() || text_[at++] != ':')) return kFailed;
      if (!digit_at(at) || !digit_at(at + 1)) return kFailed;
      minutes = (text_[at] - '0') * 10 + text_[at + 1] - '0';
      at += 2;
      if (minutes > 59) return kFailed;
    }
    minutes += hours * 60;
    set_offset(is_negative ? -minutes : minutes);
    return at;
  }

  void set_offset(int32_t minutes) {
    calendar_.set(Field::kZoneOffset, minutes * kMillisPerMinute);
    calendar_.set(Field::kDaylightOffset, 0);
  }

  const LegacyDatePattern& pattern_;
  std::string_view text_;
  const TimeZone& zone_;
  bool is_lenient_;
  LegacyCalendar calendar_;
  bool has_year_ = false;
  bool is_week_date_ = false;
  bool is_ambiguous_year_ = false;
  int32_t year_ = 0;
  std::optional<int32_t> week_;
  std::optional<int32_t> weekday_;
};

class LegacyDatePattern::FastParser {
 public:
  FastParser(const LegacyDatePattern& pattern, std::string_view text, const TimeZone& zone)
      : pattern_(pattern), text_(text), calendar_(zone, /*is_lenient=*/true) {}

  // Microseconds since 1970.
  std::optional<int64_t> parse() {
    const auto& elements = pattern_.elements_;
    size_t position = 0;
    for (size_t i = 0; i < elements.size() && position != kFailed; ++i) {
      const Element& element = elements[i];
      if (element.letter == 0) {
        const bool fits = position <= text_.size() && text_.substr(position, element.literal.size()) == element.literal;
        position = fits ? position + element.literal.size() : kFailed;
      } else if (is_number(element.letter, element.count)) {
        const bool has_width = i + 1 < elements.size() && is_number(elements[i + 1].letter, elements[i + 1].count);
        position = parse_number(element, position, has_width);
      } else if (element.letter == 'X' || (element.letter == 'Z' && element.count == 2)) {
        position = parse_iso_zone(position, element.letter == 'Z' ? 3 : element.count);
      } else if (element.letter == 'z' || element.letter == 'Z') {
        position = parse_zone(position);
      } else {
        position = parse_name(text_, position, element.letter, /*has_narrow=*/true, calendar_);
      }
    }
    if (position == kFailed) return std::nullopt;
    return micros();
  }

 private:
  // MicrosCalendar.getMicros: what was read for S is a fraction of as many digits as the pattern has letters.
  std::optional<int64_t> micros() {
    if (pattern_.fraction_digits_ > kMostDigits) return std::nullopt;
    int64_t divisor = 1;
    for (int i = 0; i < pattern_.fraction_digits_; ++i) divisor *= 10;
    const int64_t fraction = calendar_.get(Field::kMillisecond) * kMicrosPerSecond / divisor;
    calendar_.set(Field::kMillisecond, 0);
    const auto millis = calendar_.millis();
    int64_t result = 0;
    if (!millis || __builtin_mul_overflow(*millis, 1000, &result) || __builtin_add_overflow(result, fraction, &result)) return std::nullopt;
    return result;
  }

  size_t parse_number(const Element& element, size_t position, bool has_width) {
    size_t last = text_.size();
    if (has_width) {
      last = std::min(last, position + static_cast<size_t>(element.count));
    } else {
      while (position < last && (text_[position] == ' ' || (text_[position] >= '\t' && text_[position] <= '\r') ||
                                 (text_[position] >= '\x1c' && text_[position] <= '\x1f'))) {
        ++position;
      }
    }
    size_t end = position;
    while (end < last && is_digit(text_[end])) ++end;
    int32_t number = 0;
    if (end == position || std::from_chars(text_.data() + position, text_.data() + end, number).ec != std::errc()) return kFailed;
    calendar_.set(field_of(element.letter), modified(element, number));
    return end;
  }

  int32_t modified(const Element& element, int32_t number) const {
    const int32_t start = pattern_.century_start_year_;
    switch (element.letter) {
      case 'y':
      case 'Y':
        if (element.count > 2 || number >= 100) return number;
        return start / 100 * 100 + number + (number >= start % 100 ? 0 : 100);
      case 'M':
      case 'L': return number - 1;
      case 'k': return number == 24 ? 0 : number;
      case 'h': return number == 12 ? 0 : number;
      case 'u': return number == 7 ? 1 : number + 1;
      default: return number;
    }
  }

  bool has_digits(size_t at, size_t count) const {
    if (at + count > text_.size()) return false;
    return std::all_of(text_.begin() + static_cast<ptrdiff_t>(at), text_.begin() + static_cast<ptrdiff_t>(at + count), is_digit);
  }

  // Hours of `hour_digits` digits and, behind `colon`, minutes.
  size_t parse_offset(size_t at, size_t hour_digits, std::string_view colon, bool has_minutes) {
    const bool is_negative = text_[at++] == '-';
    if (!has_digits(at, hour_digits)) return kFailed;
    int32_t hours = 0, minutes = 0;
    for (size_t i = 0; i < hour_digits; ++i) hours = hours * 10 + text_[at++] - '0';
    if (has_minutes) {
      if (text_.substr(std::min(at, text_.size()), colon.size()) != colon || !has_digits(at + colon.size(), 2)) return kFailed;
      at += colon.size();
      minutes = (text_[at] - '0') * 10 + text_[at + 1] - '0';
      at += 2;
    }
    if (hours > 23 || minutes > 59) return kFailed;
    minutes += hours * 60;
    set_offset(is_negative ? -minutes : minutes);
    return at;
  }

  // Java makes this a zone of the calendar, beside which the offsets of a zone's name count.
  void set_offset(int32_t minutes) {
    if (has_zone_name_) return;
    calendar_.set(Field::kZoneOffset, minutes * kMillisPerMinute);
    calendar_.set(Field::kDaylightOffset, 0);
  }

  bool is_sign(size_t at) const { return at < text_.size() && (text_[at] == '+' || text_[at] == '-'); }

  size_t parse_iso_zone(size_t position, int count) {
    if (position < text_.size() && text_[position] == 'Z') {
      set_offset(0);
      return position + 1;
    }
    if (!is_sign(position)) return kFailed;
    return parse_offset(position, 2, count == 3 ? ":" : "", count > 1);
  }

  size_t parse_zone(size_t position) {
    if (position > text_.size()) return kFailed;
    if (is_sign(position) && has_digits(position + 1, 4)) return parse_offset(position, 2, "", true);
    if (equal_ignoring_case(text_.substr(position, 3), "GMT") && is_sign(position + 3)) {
      for (const size_t digits : {2, 1}) {
        const size_t colon = position + 4 + digits;
        const bool fits = has_digits(position + 4, digits) && colon < text_.size() && text_[colon] == ':' && has_digits(colon + 1, 2);
        if (fits) return parse_offset(position + 3, digits, ":", true);
      }
    }
    const auto name = find_fast_zone_name(text_.substr(position));
    if (!name) return kFailed;
    has_zone_name_ = true;
    calendar_.set(Field::kDaylightOffset, name->is_daylight ? daylight_saving_millis(*name->zone) : 0);
    calendar_.set(Field::kZoneOffset, standard_offset_millis(*name->zone));
    return position + name->size;
  }

  const LegacyDatePattern& pattern_;
  std::string_view text_;
  LegacyCalendar calendar_;
  bool has_zone_name_ = false;
};

std::optional<int64_t> LegacyDatePattern::parse_simple(std::string_view text, const TimeZone& zone) const {
  const auto millis = SimpleParser(*this, text, zone).parse();
  if (!millis) return std::nullopt;
  int64_t micros = 0;
  // Unlike what does not fit this is no null.
  if (__builtin_mul_overflow(*millis, 1000, &micros)) throw SparkError("_LEGACY_ERROR_JAVA_ARITHMETIC", {{"message", "long overflow"}});
  return micros;
}

std::optional<int64_t> LegacyDatePattern::parse_fast(std::string_view text, const TimeZone& zone) const {
  return FastParser(*this, text, zone).parse();
}

}  // namespace firesteel::functions::kernel
