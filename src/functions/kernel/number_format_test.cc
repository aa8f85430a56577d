// The expected values are what Spark 4.2.0 answers to SELECT CAST(expression AS STRING) of the
// comment above each case.
#include "functions/kernel/number_format.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>
#include <type_traits>

#include "base/error.h"

namespace firesteel::functions::kernel {
namespace {

template <typename Value>
std::string shown(const Value& value) {
  if constexpr (std::is_same_v<Value, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_arithmetic_v<Value>) {
    return std::to_string(value);
  } else {
    return std::string(value);
  }
}

template <typename Value>
std::string shown(const std::optional<Value>& value) {
  return value ? shown(*value) : "NULL";
}

// What a function appends to its last argument.
template <typename Function, typename... Arguments>
std::string appended(Function function, Arguments... arguments) {
  std::string out;
  function(arguments..., out);
  return out;
}

template <typename Call>
std::string evaluate(Call call) {
  try {
    return shown(call());
  } catch (const SparkError& error) {
    return "ERROR " + error.condition();
  }
}

#define CASE(expression, expected) EXPECT_EQ(evaluate([&] { return expression; }), expected)

template <typename Number>
std::string number(Number value, int32_t places) {
  std::string out;
  return format_number(value, places, out) ? out : "NULL";
}

std::string decimal_number(int64_t unscaled, int scale, int32_t places) {
  std::string out;
  return format_number(Int128{unscaled}, scale, places, out) ? out : "NULL";
}

// Java's own exceptions, which have no condition in Spark, come as INVALID_PARAMETER_VALUE.PATTERN.
std::string formatted(std::string_view format, const std::vector<FormatArgument>& arguments) {
  std::string out;
  format_string(format, arguments, out);
  return out;
}

// clang-format off
TEST(NumberFormat, AgreesWithSpark) {
  // format_string('%s %d %5.2f|%-5s|%05d|%x|%,d|%e|%b|%%|', 'a', 5, 3.14159d, 'x', 42, 255, 1234567, 12345.678d, true)
  CASE(formatted("%s %d %5.2f|%-5s|%05d|%x|%,d|%e|%b|%%|", {FormatText{"a"}, FormatInteger{5, 32}, double{3.14159}, FormatText{"x"}, FormatInteger{42, 32}, FormatInteger{255, 32}, FormatInteger{1234567, 32}, double{12345.678}, true}), "a 5  3.14|x    |00042|ff|1,234,567|1.234568e+04|true|%|");
  // format_string('%10.3f|%-10.1f|%+d|% d|%(d|%(d', 1.5d, 2.25d, 5, 5, -5, 5)
  CASE(formatted("%10.3f|%-10.1f|%+d|% d|%(d|%(d", {double{1.5}, double{2.25}, FormatInteger{5, 32}, FormatInteger{5, 32}, FormatInteger{-5, 32}, FormatInteger{5, 32}}), "     1.500|2.3       |+5| 5|(5)|5");
  // format_string('%X %o %c %c', 255, 8, 65, 97)
  CASE(formatted("%X %o %c %c", {FormatInteger{255, 32}, FormatInteger{8, 32}, FormatInteger{65, 32}, FormatInteger{97, 32}}), "FF 10 A a");
  // format_string('%x', -1)
  CASE(formatted("%x", {FormatInteger{-1, 32}}), "ffffffff");
  // format_string('%x', -1L)
  CASE(formatted("%x", {FormatInteger{-1, 64}}), "ffffffffffffffff");
  // format_string('%x', cast(-1 as tinyint))
  CASE(formatted("%x", {FormatInteger{-1, 8}}), "ff");
  // format_string('%08.2f %,.2f %.0f', -3.14159d, 1234567.891d, 2.5d)
  CASE(formatted("%08.2f %,.2f %.0f", {double{-3.14159}, double{1234567.891}, double{2.5}}), "-0003.14 1,234,567.89 3");
  // format_string('%e %E %.2e', 12345.678d, 0.00012d, 0d)
  CASE(formatted("%e %E %.2e", {double{12345.678}, double{0.00012}, double{0}}), "1.234568e+04 1.200000E-04 0.00e+00");
  // format_string('%g %g %g', 12345.678d, 0.00001d, 1e10d)
  CASE(formatted("%g %g %g", {double{12345.678}, double{0.00001}, double{1e10}}), "12345.7 1.00000e-05 1.00000e+10");
  // format_string('%S %10s|%-10s|%.2s', 'abc', 'abc', 'abc', 'abc')
  CASE(formatted("%S %10s|%-10s|%.2s", {FormatText{"abc"}, FormatText{"abc"}, FormatText{"abc"}, FormatText{"abc"}}), "ABC        abc|abc       |ab");
  // format_string('%s %s %s', 1, 1.5d, true)
  CASE(formatted("%s %s %s", {FormatInteger{1, 32}, double{1.5}, true}), "1 1.5 true");
  // format_string('%d', 1.5d)
  CASE(formatted("%d", {double{1.5}}), "ERROR _LEGACY_ERROR_JAVA_ILLEGAL_ARGUMENT");
  // format_string('%d', 'a')
  CASE(formatted("%d", {FormatText{"a"}}), "ERROR _LEGACY_ERROR_JAVA_ILLEGAL_ARGUMENT");
  // format_string('%s')
  CASE(formatted("%s", {}), "ERROR _LEGACY_ERROR_JAVA_ILLEGAL_ARGUMENT");
  // format_string('%')
  CASE(formatted("%", {}), "ERROR _LEGACY_ERROR_JAVA_ILLEGAL_ARGUMENT");
  // format_string('%q', 1)
  CASE(formatted("%q", {FormatInteger{1, 32}}), "ERROR _LEGACY_ERROR_JAVA_ILLEGAL_ARGUMENT");
  // format_string('%b %b %B', null, 'x', false)
  CASE(formatted("%b %b %B", {std::monostate{}, FormatText{"x"}, false}), "false true FALSE");
  // format_string('%d %s', null, null)
  CASE(formatted("%d %s", {std::monostate{}, std::monostate{}}), "null null");
  // format_string('%f %f', double('nan'), double('-inf'))
  CASE(formatted("%f %f", {double{NAN}, -double{INFINITY}}), "NaN -Infinity");
  // format_string('%,d %,d', -1234567, 12)
  CASE(formatted("%,d %,d", {FormatInteger{-1234567, 32}, FormatInteger{12, 32}}), "-1,234,567 12");
  // format_string('%#x %#o', 255, 8)
  CASE(formatted("%#x %#o", {FormatInteger{255, 32}, FormatInteger{8, 32}}), "0xff 010");
  // format_string('%5c|', 65)
  CASE(formatted("%5c|", {FormatInteger{65, 32}}), "    A|");
  // format_string('%.3f', 0.0005d)
  CASE(formatted("%.3f", {double{0.0005}}), "0.001");
  // format_string('%.1f', 0.25d)
  CASE(formatted("%.1f", {double{0.25}}), "0.3");
  // format_string('%.1f', 0.35d)
  CASE(formatted("%.1f", {double{0.35}}), "0.4");
  // format_string('%.20f', 0.1d)
  CASE(formatted("%.20f", {double{0.1}}), "0.10000000000000000000");
  // format_string('%s', 1e10d)
  CASE(formatted("%s", {double{1e10}}), "1.0E10");
  // format_string('%s', 100L)
  CASE(formatted("%s", {FormatInteger{100, 64}}), "100");
  // format_number(1234567.891,2)
  CASE(decimal_number(1234567891, 3, 2), "1,234,567.89");
  // format_number(12332.123456d, 4)
  CASE(number(double{12332.123456}, 4), "12,332.1235");
  // format_number(0.5d, 0)
  CASE(number(double{0.5}, 0), "0");
  // format_number(1.5d, 0)
  CASE(number(double{1.5}, 0), "2");
  // format_number(2.5d, 0)
  CASE(number(double{2.5}, 0), "2");
  // format_number(-0.4d,0)
  CASE(number(double{-0.4}, 0), "-0");
  // format_number(1e20d, 2)
  CASE(number(double{1e20}, 2), "100,000,000,000,000,000,000.00");
  // format_number(double('nan'),2)
  CASE(number(double{NAN}, 2), "NaN");
  // format_number(double('-inf'),2)
  CASE(number(double{-INFINITY}, 2), "-\xe2\x88\x9e");
  // format_number(5,-1)
  CASE(number(int64_t{5}, -1), "NULL");
  // format_number(0.125d,2)
  CASE(number(double{0.125}, 2), "0.12");
  // format_number(0.135d,2)
  CASE(number(double{0.135}, 2), "0.14");
  // format_number(-1234.5,1)
  CASE(decimal_number(-12345, 1, 1), "-1,234.5");
  // format_number(123, 3)
  CASE(number(int64_t{123}, 3), "123.000");
  // format_number(0.1d, 20)
  CASE(number(double{0.1}, 20), "0.10000000000000000000");
}

// clang-format on

}  // namespace
}  // namespace firesteel::functions::kernel
