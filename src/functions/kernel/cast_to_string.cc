#include "functions/kernel/cast_to_string.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "functions/kernel/civil.h"

namespace firesteel::functions::kernel {

namespace {

// JDK 17, which Spark's recorded answers come from, writes whole numbers below 2^63 by their exact
// digits, rounded where the binary precision ends, and not by the shortest digits.
template <typename Float>
bool append_whole_digits(Float value, std::string& digits, int& exponent) {
  constexpr int kPrecisionBits = std::numeric_limits<Float>::digits;
  int binary_exponent;
  std::frexp(value, &binary_exponent);
  --binary_exponent;
  if (binary_exponent < kPrecisionBits || binary_exponent > 62) return false;
  auto whole = static_cast<uint64_t>(value);
  const int spare_bits = binary_exponent - kPrecisionBits - 1;
  int dropped = 0;
  uint64_t power = 1;
  // As many digits as 2^spare_bits has, less one.
  for (; spare_bits > 1 && power * 10 <= (uint64_t{1} << spare_bits); ++dropped) power *= 10;
  const uint64_t rest = whole % power;
  whole = whole / power + (power > 1 && rest >= power / 2 ? 1 : 0);
  digits = std::to_string(whole);
  exponent = static_cast<int>(digits.size()) - 1 + dropped;
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  return true;
}

// Java prints a plain decimal between 10^-3 and 10^7, otherwise 'computerized scientific notation';
// either way with at least one digit after the point.
template <typename Float>
void append_floating(Float value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::signbit(value)) out += '-';
  value = std::fabs(value);
  if (std::isinf(value)) {
    out += "Infinity";
    return;
  }
  if (value == 0) {
    out += "0.0";
    return;
  }
  char buffer[40];
  const auto result = std::to_chars(buffer, buffer + sizeof(buffer), value,
                                    std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<size_t>(result.ptr - buffer));
  const size_t e = text.find('e');
  std::string digits(text.substr(0, 1));
  if (e > 1) digits += text.substr(2, e - 2);
  int exponent = 0;
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), result.ptr, exponent);
  append_whole_digits(value, digits, exponent);
  // The smallest number is the only one that Java gives two digits where one would do.
  if (value == std::numeric_limits<Float>::denorm_min()) {
    digits = sizeof(Float) == 8 ? "49" : "14";
    exponent = sizeof(Float) == 8 ? -324 : -45;
  }
  if (exponent >= -3 && exponent < 7) {
    if (exponent < 0) {
      out += "0.";
      out.append(static_cast<size_t>(-exponent - 1), '0');
      out += digits;
      return;
    }
    const auto integral = static_cast<size_t>(exponent + 1);
    if (digits.size() <= integral) {
      out += digits;
      out.append(integral - digits.size(), '0');
      out += ".0";
    } else {
      out.append(digits, 0, integral).append(1, '.').append(digits, integral);
    }
    return;
  }
  out += digits[0];
  out += '.';
  out += digits.size() > 1 ? digits.substr(1) : "0";
  out += 'E';
  out += std::to_string(exponent);
}

void append_two_digits(int64_t value, std::string& out) {
  out += static_cast<char>('0' + value / 10 % 10);
  out += static_cast<char>('0' + value % 10);
}

// '.5' for half a second given in units of 10^-places; nothing for zero.
void append_fraction(int64_t fraction, int places, std::string& out) {
  if (fraction == 0) return;
  std::array<char, 9> digits;
  for (int i = places - 1; i >= 0; --i, fraction /= 10) {
    digits[static_cast<size_t>(i)] = static_cast<char>('0' + fraction % 10);
  }
  auto size = static_cast<size_t>(places);
  while (digits[size - 1] == '0') --size;
  out += '.';
  out.append(digits.data(), size);
}

void append_clock(int64_t seconds, std::string& out) {
  append_two_digits(seconds / 3600, out);
  out += ':';
  append_two_digits(seconds / 60 % 60, out);
  out += ':';
  append_two_digits(seconds % 60, out);
}

// [-]s[.ffffff] with `width` digits of seconds at least.
void append_seconds(uint64_t micros, size_t width, std::string& out) {
  const std::string seconds = std::to_string(micros / kMicrosPerSecond);
  if (seconds.size() < width) out.append(width - seconds.size(), '0');
  out += seconds;
  append_fraction(static_cast<int64_t>(micros % kMicrosPerSecond), 6, out);
}

}  // namespace

void append_boolean(bool value, std::string& out) { out += value ? "true" : "false"; }

void append_integer(int64_t value, std::string& out) {
  char buffer[24];
  const auto result = std::to_chars(buffer, buffer + sizeof(buffer), value);
  out.append(buffer, static_cast<size_t>(result.ptr - buffer));
}

void append_float(float value, std::string& out) { append_floating(value, out); }
void append_double(double value, std::string& out) { append_floating(value, out); }

void append_date(int32_t days, std::string& out) {
  const CivilDate date = civil_from_days(days);
  if (date.year >= 0 && date.year <= 9999) {
    append_two_digits(date.year / 100, out);
    append_two_digits(date.year % 100, out);
  } else {
    out += date.year < 0 ? '-' : '+';
    const std::string year = std::to_string(std::abs(static_cast<int64_t>(date.year)));
    if (year.size() < 4) out.append(4 - year.size(), '0');
    out += year;
  }
  out += '-';
  append_two_digits(date.month, out);
  out += '-';
  append_two_digits(date.day, out);
}

void append_time(int64_t nanos, std::string& out) {
  append_clock(nanos / 1000000000, out);
  append_fraction(nanos % 1000000000, 9, out);
}

void append_timestamp_ntz(int64_t micros, std::string& out) {
  const int64_t days = days_from_micros(micros);
  const int64_t of_day = micros - days * kMicrosPerDay;
  append_date(static_cast<int32_t>(days), out);
  out += ' ';
  append_clock(of_day / kMicrosPerSecond, out);
  append_fraction(of_day % kMicrosPerSecond, 6, out);
}

void append_timestamp(int64_t micros, const TimeZone& zone, TimeZone::OffsetSpan& span,
                      std::string& out) {
  const int64_t seconds = floor_div(micros, kMicrosPerSecond);
  // In seconds, because the local time of the last instants leaves 64 bits of microseconds.
  const int64_t local = seconds + zone.offset_at(seconds, span);
  const int64_t days = floor_div(local, kSecondsPerDay);
  append_date(static_cast<int32_t>(days), out);
  out += ' ';
  append_clock(local - days * kSecondsPerDay, out);
  append_fraction(floor_mod(micros, kMicrosPerSecond), 6, out);
}

void append_timestamp(int64_t micros, const TimeZone& zone, std::string& out) {
  TimeZone::OffsetSpan span;
  append_timestamp(micros, zone, span, out);
}

void append_year_month_interval(int32_t months, YearMonthField first, YearMonthField last,
                                std::string& out) {
  const int64_t size = std::abs(static_cast<int64_t>(months));
  out += "INTERVAL '";
  if (months < 0) out += '-';
  if (first == YearMonthField::kMonth) {
    append_integer(size, out);
    out += "' MONTH";
    return;
  }
  append_integer(size / 12, out);
  if (last == YearMonthField::kYear) {
    out += "' YEAR";
    return;
  }
  out += '-';
  append_integer(size % 12, out);
  out += "' YEAR TO MONTH";
}

void append_day_time_interval(int64_t micros, DayTimeField first, DayTimeField last,
                              std::string& out) {
  static constexpr std::array<std::string_view, 4> kNames = {"DAY", "HOUR", "MINUTE", "SECOND"};
  out += "INTERVAL '";
  if (micros < 0) out += '-';
  uint64_t rest = micros < 0 ? -static_cast<uint64_t>(micros) : static_cast<uint64_t>(micros);
  static constexpr std::array<uint64_t, 3> kUnits = {kMicrosPerDay, kMicrosPerHour,
                                                     kMicrosPerMinute};
  const auto first_index = static_cast<size_t>(first), last_index = static_cast<size_t>(last);
  for (size_t field = first_index; field <= last_index; ++field) {
    const bool leads = field == first_index;
    if (!leads) out += field == 1 ? ' ' : ':';
    if (field == 3) {
      append_seconds(rest, 2, out);
      continue;
    }
    const std::string count = std::to_string(rest / kUnits[field]);
    rest %= kUnits[field];
    if (field > 0 && count.size() < 2) out += '0';
    out += count;
  }
  out += "' ";
  out += kNames[first_index];
  if (first != last) out.append(" TO ").append(kNames[last_index]);
}

void append_calendar_interval(int32_t months, int32_t days, int64_t micros, std::string& out) {
  const size_t start = out.size();
  const auto append_part = [&](int64_t count, std::string_view unit) {
    if (count == 0) return;
    if (out.size() > start) out += ' ';
    append_integer(count, out);
    out.append(1, ' ').append(unit);
  };
  append_part(months / 12, "years");
  append_part(months % 12, "months");
  append_part(days, "days");
  append_part(micros / kMicrosPerHour, "hours");
  append_part(micros % kMicrosPerHour / kMicrosPerMinute, "minutes");
  const int64_t seconds = micros % kMicrosPerMinute;
  if (seconds != 0) {
    if (out.size() > start) out += ' ';
    if (seconds < 0) out += '-';
    append_seconds(static_cast<uint64_t>(std::abs(seconds)), 1, out);
    out += " seconds";
  }
  if (out.size() == start) out += "0 seconds";
}

std::string quote_sql_string(std::string_view text) {
  std::string quoted = "'";
  for (char c : text) {
    if (c == '\\' || c == '\'') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

}  // namespace firesteel::functions::kernel
