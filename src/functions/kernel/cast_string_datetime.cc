#include <array>
#include <chrono>
#include <string>

#include "functions/kernel/cast_string.h"
#include "functions/kernel/civil.h"

namespace firesteel::functions::kernel {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<int32_t> parse_date(std::string_view text) {
  text = trim_all(text);
  if (text.empty()) return std::nullopt;
  const bool negative = text[0] == '-';
  size_t position = negative || text[0] == '+' ? 1 : 0;
  std::array<int64_t, 3> parts = {1, 1, 1};
  for (size_t part = 0; part < 3; ++part) {
    int64_t value = 0;
    const size_t start = position;
    for (; position < text.size() && is_digit(text[position]); ++position) {
      if (position - start == 7) return std::nullopt;
      value = value * 10 + (text[position] - '0');
    }
    const size_t digits = position - start;
    if (part == 0 ? digits < 4 : digits < 1 || digits > 2) return std::nullopt;
    parts[part] = value;
    if (position == text.size()) break;
    if (part < 2) {
      if (text[position++] != '-') return std::nullopt;
    } else if (text[position] != ' ' && text[position] != 'T') {
      return std::nullopt;
    }
  }
  const auto days = checked_days_from_civil(negative ? -parts[0] : parts[0], parts[1], parts[2]);
  return days ? std::optional(static_cast<int32_t>(*days)) : std::nullopt;
}

// The parts of a timestamp's text: year, month, day, hour, minute, second, microsecond.
struct TimestampText {
  std::array<int64_t, 7> parts = {1, 1, 1, 0, 0, 0, 0};
  std::string_view zone;
  bool has_zone = false;
  bool only_time = false;
};

class TimestampReader {
 public:
  explicit TimestampReader(std::string_view text) : text_(trim_all(text)) {}

  bool read(TimestampText& result) {
    if (text_.empty()) return false;
    const bool has_sign = text_[0] == '-' || text_[0] == '+';
    const bool negative = text_[0] == '-';
    position_ = has_sign ? 1 : 0;
    if (!has_sign && reads_time_only()) {
      result.only_time = true;
      if (text_[0] == 'T') ++position_;
      return read_time(result);
    }
    if (!number(4, 6, result.parts[0])) return false;
    if (negative) result.parts[0] = -result.parts[0];
    if (at_end()) return true;
    if (!skip('-') || !number(1, 2, result.parts[1])) return false;
    if (at_end()) return true;
    if (!skip('-') || !number(1, 2, result.parts[2])) return false;
    if (at_end()) return true;
    return (skip(' ') || skip('T')) && read_time(result);
  }

 private:
  bool at_end() const { return position_ == text_.size(); }

  bool skip(char wanted) {
    if (at_end() || text_[position_] != wanted) return false;
    ++position_;
    return true;
  }

  // 'T…' and '[h]h:…'.
  bool reads_time_only() const {
    if (text_[0] == 'T') return true;
    const size_t digits = text_.find_first_not_of("0123456789");
    return (digits == 1 || digits == 2) && text_[digits] == ':';
  }

  bool number(size_t least, size_t most, int64_t& value) {
    const size_t start = position_;
    value = 0;
    for (; !at_end() && is_digit(text_[position_]); ++position_) {
      if (position_ - start == most) return false;
      value = value * 10 + (text_[position_] - '0');
    }
    return position_ - start >= least;
  }

  bool read_time(TimestampText& result) {
    if (!number(1, 2, result.parts[3])) return false;
    if (at_end()) return true;
    if (!skip(':') || !number(1, 2, result.parts[4])) return false;
    if (at_end()) return true;
    if (!skip(':') || !number(1, 2, result.parts[5])) return false;
    if (skip('.')) {
      int places = 0;
      for (; !at_end() && is_digit(text_[position_]); ++position_, ++places) {
        if (places < 6) result.parts[6] = result.parts[6] * 10 + (text_[position_] - '0');
      }
      for (; places < 6; ++places) result.parts[6] *= 10;
    }
    if (at_end()) return true;
    result.has_zone = true;
    result.zone = text_.substr(position_);
    return true;
  }

  std::string_view text_;
  size_t position_ = 0;
};

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

int64_t today_in(const TimeZone& zone) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  return floor_div(seconds + zone.offset_at(seconds), kSecondsPerDay);
}

bool is_time_of_day(const TimestampText& text) {
  return text.parts[3] < 24 && text.parts[4] < 60 && text.parts[5] < 60;
}

int64_t second_of_day(const TimestampText& text) {
  return text.parts[3] * 3600 + text.parts[4] * 60 + text.parts[5];
}

std::optional<int64_t> parse_timestamp(std::string_view text, const TimeZone& session_zone) {
  TimestampText parsed;
  if (!TimestampReader(text).read(parsed) || !is_time_of_day(parsed)) return std::nullopt;
  const TimeZone* zone = &session_zone;
  if (parsed.has_zone) zone = TimeZone::find(trim_blanks(parsed.zone));
  if (zone == nullptr) return std::nullopt;
  const auto days =
      parsed.only_time ? std::optional(today_in(*zone))
                       : checked_days_from_civil(parsed.parts[0], parsed.parts[1], parsed.parts[2]);
  if (!days) return std::nullopt;
  const int64_t local = *days * kSecondsPerDay + second_of_day(parsed);
  return checked_micros(local - zone->offset_for_local(local), parsed.parts[6]);
}

std::optional<int64_t> parse_timestamp_ntz(std::string_view text) {
  TimestampText parsed;
  if (!TimestampReader(text).read(parsed) || !is_time_of_day(parsed) || parsed.only_time) {
    return std::nullopt;
  }
  if (parsed.has_zone && TimeZone::find(trim_blanks(parsed.zone)) == nullptr) return std::nullopt;
  const auto days = checked_days_from_civil(parsed.parts[0], parsed.parts[1], parsed.parts[2]);
  if (!days) return std::nullopt;
  return checked_micros(*days * kSecondsPerDay + second_of_day(parsed), parsed.parts[6]);
}

// [T][h]h:[m]m[:[s]s[.ffffff]] with an optional AM or PM.
std::optional<int64_t> parse_time(std::string_view text) {
  text = trim_all(text);
  int64_t noon_shift = -1;
  if (text.size() > 2 && (text.back() | 0x20) == 'm') {
    const char half = static_cast<char>(text[text.size() - 2] | 0x20);
    if (half == 'a') noon_shift = 0;
    if (half == 'p') noon_shift = 12;
    if (noon_shift < 0) return std::nullopt;
    text = trim_all(text.substr(0, text.size() - 2));
  }
  TimestampText parsed;
  if (!TimestampReader(text).read(parsed) || !parsed.only_time || parsed.has_zone ||
      text.find(':') == std::string_view::npos) {
    return std::nullopt;
  }
  if (noon_shift >= 0) {
    if (parsed.parts[3] < 1 || parsed.parts[3] > 12) return std::nullopt;
    parsed.parts[3] = parsed.parts[3] % 12 + noon_shift;
  }
  if (!is_time_of_day(parsed)) return std::nullopt;
  return (second_of_day(parsed) * kMicrosPerSecond + parsed.parts[6]) * 1000;
}

template <typename Value>
std::optional<Value> required(std::optional<Value> value, std::string_view text,
                              std::string_view type, CastMode mode) {
  if (!value && mode == CastMode::kAnsi) throw_cast_invalid_input(text, type);
  return value;
}

}  // namespace

std::optional<int32_t> string_to_date(std::string_view text, CastMode mode) {
  return required(parse_date(text), text, "DATE", mode);
}

std::optional<int64_t> string_to_timestamp(std::string_view text, const TimeZone& zone,
                                           CastMode mode) {
  return required(parse_timestamp(text, zone), text, "TIMESTAMP", mode);
}

std::optional<int64_t> string_to_timestamp_ntz(std::string_view text, CastMode mode) {
  return required(parse_timestamp_ntz(text), text, "TIMESTAMP_NTZ", mode);
}

std::optional<int64_t> zoneless_timestamp(std::string_view text) {
  TimestampText parsed;
  const bool has_zone = TimestampReader(text).read(parsed) && parsed.has_zone;
  return has_zone ? std::nullopt : parse_timestamp_ntz(text);
}

bool names_zone(std::string_view text) {
  TimestampText parsed;
  if (!TimestampReader(text).read(parsed) || !parsed.has_zone) return false;
  (void)TimeZone::get(trim_blanks(parsed.zone));
  return true;
}

std::optional<int64_t> string_to_time(std::string_view text, int precision, CastMode mode) {
  return required(parse_time(text), text, "TIME(" + std::to_string(precision) + ")", mode);
}

}  // namespace firesteel::functions::kernel
