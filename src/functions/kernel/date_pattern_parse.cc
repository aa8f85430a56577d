#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"
#include "functions/kernel/cast_to_string.h"
#include "functions/kernel/civil.h"
#include "functions/kernel/date_names.h"
#include "functions/kernel/date_pattern.h"
#include "functions/kernel/zone_names.h"

namespace firesteel::functions::kernel {

namespace {

constexpr size_t kFailed = std::string_view::npos;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The message of java.time.DateTimeException for a month and day that are no date.
std::string invalid_date(int64_t year, int64_t month, int64_t day) {
  const std::string_view name = kMonthNames[static_cast<size_t>(month - 1)];
  if (month == 2 && day == 29) {
    return "Invalid date 'February 29' as '" + std::to_string(year) + "' is not a leap year";
  }
  return "Invalid date '" + upper_case(name) + " " + std::to_string(day) + "'";
}

std::string out_of_range(std::string_view field, std::string_view range, int64_t value) {
  return "Invalid value for " + std::string(field) + " (valid values " + std::string(range) +
         "): " + std::to_string(value);
}

}  // namespace

// One run of a pattern over a text. Fields are kept by letter; positions count bytes.
class DatePattern::Parser {
 public:
  Parser(const std::vector<Element>& elements, std::string_view text)
      : elements_(elements), text_(text) {}

  // On failure error_ holds the reason.
  std::optional<LocalTime> parse() {
    size_t position = 0;
    if (!parse_range(0, elements_.size(), position)) {
      error_ = quoted_text() + " could not be parsed at index " + std::to_string(error_index_);
      return std::nullopt;
    }
    if (position < text_.size()) {
      error_ = quoted_text() + " could not be parsed, unparsed text found at index " +
               std::to_string(position);
      return std::nullopt;
    }
    LocalTime result{0, 0, nullptr};
    if (!resolve_time() || !resolve_date(result.seconds)) return std::nullopt;
    result.seconds = result.seconds * kSecondsPerDay + value('H', 0) * 3600 +
                     value('m', 0) * 60 + value('s', 0);
    result.nanos = static_cast<int32_t>(value('S', 0));
    result.zone = fields_.zone != nullptr ? fields_.zone : fields_.offset;
    return result;
  }

  std::string error_;

 private:
  struct Fields {
    std::array<std::optional<int64_t>, 128> values;
    const TimeZone* zone = nullptr;
    const TimeZone* offset = nullptr;
  };

  std::string quoted_text() const {
    if (text_.size() > 64) return "Text '" + std::string(text_.substr(0, 64)) + "...'";
    return "Text '" + std::string(text_) + "'";
  }

  const std::optional<int64_t>& field(char letter) const {
    return fields_.values[static_cast<size_t>(letter)];
  }
  int64_t value(char letter, int64_t otherwise) const { return field(letter).value_or(otherwise); }

  bool set(char letter, int64_t value) {
    if (letter == 'L') letter = 'M';
    auto& slot = fields_.values[static_cast<size_t>(letter)];
    if (slot && *slot != value) return false;
    slot = value;
    return true;
  }

  bool fail(std::string reason) {
    error_ = std::move(reason);
    return false;
  }
  bool fail_resolving(const std::string& reason) {
    return fail(quoted_text() + " could not be parsed: " + reason);
  }

  bool parse_range(size_t index, size_t end, size_t& position) {
    while (index < end) {
      const Element& element = elements_[index];
      if (element.kind == Kind::kOptional) {
        const Fields before = fields_;
        size_t after = position;
        if (parse_range(index + 1, element.end, after)) {
          position = after;
        } else {
          fields_ = before;
        }
        index = element.end;
        continue;
      }
      error_index_ = position;
      const size_t next = parse_element(element, position);
      if (next == kFailed) return false;
      position = next;
      ++index;
    }
    return true;
  }

  size_t parse_element(const Element& element, size_t position) {
    switch (element.kind) {
      case Kind::kLiteral:
        if (!equal_ignoring_case(text_.substr(position, element.literal.size()),
                                 element.literal)) {
          return kFailed;
        }
        return position + element.literal.size();
      case Kind::kNumber:
      case Kind::kReducedYear: return parse_number(element, position);
      case Kind::kFraction: return parse_fraction(element, position);
      case Kind::kText: return parse_text(element, position);
      case Kind::kZone: return parse_zone(element, position);
      case Kind::kOptional: break;
    }
    return kFailed;
  }

  // java.time's NumberPrinterParser in strict mode.
  size_t parse_number(const Element& element, size_t position) {
    if (position == text_.size()) return kFailed;
    const size_t start = position;
    const bool positive = text_[position] == '+', negative = text_[position] == '-';
    if ((positive && element.sign != Sign::kExceedsPad) ||
        (negative && element.sign == Sign::kNotNegative)) {
      return kFailed;
    }
    if (positive || negative) ++position;
    const auto least = static_cast<size_t>(element.min_width);
    size_t digits = 0;
    const auto most = static_cast<size_t>(element.max_width + element.subsequent_width);
    while (position + digits < text_.size() && digits < most &&
           is_digit(text_[position + digits])) {
      ++digits;
    }
    if (element.subsequent_width > 0) {
      const auto later = static_cast<size_t>(element.subsequent_width);
      digits = std::max(least, digits > later ? digits - later : 0);
    }
    if (digits < least || position + digits > text_.size()) return kFailed;
    int64_t number = 0;
    for (size_t i = 0; i < digits; ++i) {
      const char c = text_[position + i];
      if (!is_digit(c)) return kFailed;
      if (__builtin_mul_overflow(number, 10, &number) ||
          __builtin_add_overflow(number, c - '0', &number)) {
        return kFailed;
      }
    }
    if (negative && number == 0) return kFailed;
    if (element.sign == Sign::kExceedsPad && !negative && positive != (digits > least)) {
      error_index_ = start;
      return kFailed;
    }
    if (element.kind == Kind::kReducedYear) number += 2000;
    return set(element.letter, negative ? -number : number) ? position + digits : kFailed;
  }

  size_t parse_fraction(const Element& element, size_t position) {
    int64_t nanos = 0;
    int digits = 0;
    while (position < text_.size() && digits < element.max_width && is_digit(text_[position])) {
      nanos = nanos * 10 + (text_[position++] - '0');
      ++digits;
    }
    if (digits < element.min_width) return kFailed;
    for (int i = digits; i < 9; ++i) nanos *= 10;
    return set('S', nanos) ? position : kFailed;
  }

  size_t parse_text(const Element& element, size_t position) {
    const auto starts_with = [&](std::string_view name) {
      return equal_ignoring_case(text_.substr(position, name.size()), name);
    };
    const auto accept = [&](char letter, int64_t number, std::string_view name) {
      return set(letter, number) ? position + name.size() : kFailed;
    };
    if (element.letter == 'a') {
      if (starts_with("AM")) return accept('a', 0, "AM");
      return starts_with("PM") ? accept('a', 1, "PM") : kFailed;
    }
    if (element.letter == 'G') {
      const bool full = element.count == 4;
      const std::string_view before = full ? "Before Christ" : "BC";
      const std::string_view after = full ? "Anno Domini" : "AD";
      if (starts_with(before)) return accept('G', 0, before);
      return starts_with(after) ? accept('G', 1, after) : kFailed;
    }
    for (size_t i = 0; i < kMonthNames.size(); ++i) {
      const auto name = element.count == 4 ? kMonthNames[i] : kMonthNames[i].substr(0, 3);
      if (starts_with(name)) return accept('M', static_cast<int64_t>(i) + 1, name);
    }
    return kFailed;
  }

  size_t parse_zone(const Element& element, size_t position) {
    switch (element.letter) {
      case 'X': return parse_offset(position, element.count, "Z");
      case 'x': {
        static constexpr std::string_view kZero[] = {"+00", "+0000", "+00:00", "+0000", "+00:00"};
        return parse_offset(position, element.count, kZero[element.count - 1]);
      }
      case 'Z':
        if (element.count == 4) return parse_localized_offset(position);
        return element.count == 5 ? parse_offset(position, 5, "Z")
                                  : parse_offset(position, 2, "+0000");
      case 'O': return parse_localized_offset(position);
      default: return parse_zone_id(position, element.letter == 'z');
    }
  }

  bool two_digits(size_t& position, int32_t& number) const {
    if (position + 2 > text_.size() || !is_digit(text_[position]) ||
        !is_digit(text_[position + 1])) {
      return false;
    }
    number = (text_[position] - '0') * 10 + text_[position + 1] - '0';
    position += 2;
    return true;
  }

  size_t set_offset(int32_t seconds, size_t position) {
    fields_.offset = TimeZone::find(format_zone_offset(seconds));
    return fields_.offset == nullptr ? kFailed : position;
  }

  size_t parse_offset(size_t position, int count, std::string_view zero) {
    if (equal_ignoring_case(text_.substr(position, zero.size()), zero)) {
      return set_offset(0, position + zero.size());
    }
    if (position == text_.size() || (text_[position] != '+' && text_[position] != '-')) {
      return kFailed;
    }
    const bool negative = text_[position++] == '-';
    const bool colons = count == 3 || count == 5;
    int32_t parts[3] = {0, 0, 0};
    if (!two_digits(position, parts[0])) return kFailed;
    for (int part = 1; part <= (count > 3 ? 2 : 1); ++part) {
      const bool required = part == 1 && count > 1;
      size_t next = position;
      const bool separated = !colons || (next < text_.size() && text_[next++] == ':');
      if (!separated || !two_digits(next, parts[part])) {
        if (required) return kFailed;
        break;
      }
      position = next;
    }
    if (parts[1] > 59 || parts[2] > 59) return kFailed;
    const int32_t seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
    return set_offset(negative ? -seconds : seconds, position);
  }

  // GMT, GMT+8, GMT+08:00, GMT+08:00:30.
  size_t parse_localized_offset(size_t position) {
    if (!equal_ignoring_case(text_.substr(position, 3), "GMT")) return kFailed;
    position += 3;
    size_t end = position;
    while (end < text_.size() && (is_digit(text_[end]) || text_[end] == ':' ||
                                  (end == position && (text_[end] == '+' || text_[end] == '-')))) {
      ++end;
    }
    if (end == position) return set_offset(0, position);
    std::string offset(text_.substr(position, end - position));
    if (offset.size() > 2 && offset[2] == ':') offset.insert(1, 1, '0');
    int32_t seconds = 0;
    return parse_zone_offset(offset, seconds) ? set_offset(seconds, end) : kFailed;
  }

  // An offset, or the longest zone id (or, if `by_name`, name) that the text starts with.
  size_t parse_zone_id(size_t position, bool by_name) {
    if (position == text_.size()) return kFailed;
    if (text_[position] == '+' || text_[position] == '-') return parse_offset(position, 5, "Z");
    size_t longest = position;
    while (longest < text_.size() && (by_name || text_[longest] != ' ')) ++longest;
    for (size_t end = longest; end > position; --end) {
      const std::string_view candidate = text_.substr(position, end - position);
      std::string_view id;
      if (by_name) id = find_zone_id_by_name(candidate);
      if (id.empty()) id = find_zone_id_ignoring_case(candidate);
      if (id.empty() && candidate == "Z") id = "Z";
      if (id.empty()) continue;
      fields_.zone = TimeZone::find(id);
      return fields_.zone == nullptr ? kFailed : end;
    }
    return kFailed;
  }

  bool in_range(char letter, int64_t least, int64_t most, std::string_view name) {
    const auto& number = field(letter);
    if (!number || (*number >= least && *number <= most)) return true;
    const std::string range = std::to_string(least) + " - " + std::to_string(most);
    return fail_resolving(out_of_range(name, range, *number));
  }

  bool set_hour(int64_t hour, std::string_view from) {
    const auto before = field('H');
    if (set('H', hour)) return true;
    return fail_resolving("Conflict found: HourOfDay " + std::to_string(*before) +
                          " differs from HourOfDay " + std::to_string(hour) +
                          " while resolving  " + std::string(from));
  }

  bool resolve_time() {
    if (!in_range('k', 1, 24, "ClockHourOfDay") || !in_range('h', 1, 12, "ClockHourOfAmPm") ||
        !in_range('K', 0, 11, "HourOfAmPm")) {
      return false;
    }
    if (field('k') && !set_hour(*field('k') % 24, "ClockHourOfDay")) return false;
    if (field('h') && !set('K', *field('h') % 12)) {
      return fail_resolving("Conflict found: HourOfAmPm " + std::to_string(*field('K')) +
                            " differs from HourOfAmPm " + std::to_string(*field('h') % 12) +
                            " while resolving  ClockHourOfAmPm");
    }
    if (field('a') && field('K') && !set_hour(*field('a') * 12 + *field('K'), "AmPmOfDay")) {
      return false;
    }
    if (!in_range('H', 0, 23, "HourOfDay") || !in_range('m', 0, 59, "MinuteOfHour") ||
        !in_range('s', 0, 59, "SecondOfMinute")) {
      return false;
    }
    // Spark reads an hour without AM or PM as it stands, and PM without an hour as noon.
    if (!field('H')) set('H', field('K') ? *field('K') : value('a', 0) * 12);
    return true;
  }

  bool resolve_date(int64_t& days) {
    if (field('y') && field('G')) {
      if (!set('u', *field('G') == 1 ? *field('y') : 1 - *field('y'))) {
        return fail_resolving("Conflict found: Year differs from YearOfEra");
      }
    }
    const int64_t year = value('u', 1970);
    // With a year, java.time prefers the month and day to the day of the year.
    if (field('D') && !(field('u') && field('M') && field('d'))) return resolve_day_of_year(year, days);
    const bool whole = field('u') && field('M') && field('d');
    const auto refuse = [&](std::string reason) {
      return whole ? fail_resolving(reason) : fail(std::move(reason));
    };
    const int64_t month = value('M', 1), day = value('d', 1);
    if (year < -999999999 || year > 999999999) {
      return refuse(out_of_range("Year", "-999999999 - 999999999", year));
    }
    if (month < 1 || month > 12) return refuse(out_of_range("MonthOfYear", "1 - 12", month));
    if (day < 1 || day > 31) return refuse(out_of_range("DayOfMonth", "1 - 28/31", day));
    if (day > days_in_month(year, static_cast<int32_t>(month))) {
      return refuse(invalid_date(year, month, day));
    }
    days = days_from_civil(year, static_cast<int32_t>(month), static_cast<int32_t>(day));
    const int64_t found = day_of_year(days);
    if (field('D') && *field('D') != found) {
      return fail_resolving("Conflict found: Field DayOfYear " + std::to_string(found) +
                            " differs from DayOfYear " + std::to_string(*field('D')) +
                            " derived from " + std::string(text_.substr(0, 10)));
    }
    return true;
  }

  bool resolve_day_of_year(int64_t year, int64_t& days) {
    const int64_t day = *field('D');
    const auto refuse = [&](std::string reason) { return field('u') ? fail_resolving(reason) : fail(std::move(reason)); };
    if (day < 1 || day > 366) return refuse(out_of_range("DayOfYear", "1 - 365/366", day));
    if (day == 366 && !is_leap_year(year)) {
      return refuse("Invalid date 'DayOfYear 366' as '" + std::to_string(year) +
                            "' is not a leap year");
    }
    days = days_from_civil(year, 1, 1) + day - 1;
    const CivilDate date = civil_from_days(days);
    return agrees('M', date.month, "MonthOfYear", days) && agrees('d', date.day, "DayOfMonth", days);
  }

  // Whether what the text says of a part of the date is what its day of the year makes of it. Without a year it is Spark that compares
  // (DateTimeFormatterHelper.verifyLocalDate), and it names the two values the other way round.
  bool agrees(char letter, int64_t derived, std::string_view name, int64_t days) {
    const int64_t stated = value(letter, derived);
    if (stated == derived) return true;
    const bool by_java = field('u').has_value();
    const std::string of_field = std::string(name) + " ";
    std::string date;
    append_date(static_cast<int32_t>(days), date);
    std::string reason = "Conflict found: Field " + of_field + std::to_string(by_java ? derived : stated) + " differs from " + of_field +
                         std::to_string(by_java ? stated : derived) + " derived from " + date;
    return by_java ? fail_resolving(reason) : fail(reason + ".");
  }

  const std::vector<Element>& elements_;
  std::string_view text_;
  Fields fields_;
  size_t error_index_ = 0;
};

std::optional<DatePattern::LocalTime> DatePattern::parse(std::string_view text,
                                                         std::string* message) const {
  Parser parser(elements_, text);
  const std::optional<LocalTime> result = parser.parse();
  if (!result && message != nullptr) *message = std::move(parser.error_);
  return result;
}

bool DatePattern::parse_fast(std::string_view text, int64_t& local_seconds) const {
  const auto number = [&](size_t from, size_t size, int64_t& value) {
    value = 0;
    for (size_t i = from; i < from + size; ++i) {
      if (!is_digit(text[i])) return false;
      value = value * 10 + (text[i] - '0');
    }
    return true;
  };
  int64_t year = 0, month = 0, day = 1, hour = 0, minute = 0, second = 0;
  bool read = false;
  switch (fast_path_) {
    case FastPath::kNone: return false;
    case FastPath::kMonthYear:
      read = text.size() == 6 && number(0, 2, month) && number(2, 4, year);
      break;
    case FastPath::kMonthSlashYear:
      read = text.size() == 7 && text[2] == '/' && number(0, 2, month) && number(3, 4, year);
      break;
    case FastPath::kSlashes:
      read = text.size() == 10 && text[2] == '/' && text[5] == '/' && number(0, 2, month) &&
             number(3, 2, day) && number(6, 4, year);
      break;
    case FastPath::kCompact:
      read = text.size() == 8 && number(0, 4, year) && number(4, 2, month) && number(6, 2, day);
      break;
    case FastPath::kYearMonthDay:
    case FastPath::kDateAndTime: {
      const bool has_time = fast_path_ == FastPath::kDateAndTime;
      read = text.size() == (has_time ? 19U : 10U) && text[4] == '-' && text[7] == '-' &&
             number(0, 4, year) && number(5, 2, month) && number(8, 2, day);
      if (read && has_time) {
        read = text[10] == ' ' && text[13] == ':' && text[16] == ':' && number(11, 2, hour) &&
               number(14, 2, minute) && number(17, 2, second) && hour < 24 && minute < 60 &&
               second < 60;
      }
      break;
    }
  }
  // Everything unusual, errors included, is the general parser's.
  if (!read || month < 1 || month > 12 || day < 1 ||
      day > days_in_month(year, static_cast<int32_t>(month))) {
    return false;
  }
  const int64_t days =
      days_from_civil(year, static_cast<int32_t>(month), static_cast<int32_t>(day));
  local_seconds = days * kSecondsPerDay + hour * 3600 + minute * 60 + second;
  return true;
}

}  // namespace firesteel::functions::kernel
