// The expected values are what Spark 4.2.0 answers to SELECT CAST(expression AS STRING) of the
// comment above each case.
#include "functions/kernel/rounding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>
#include <type_traits>

#include "base/error.h"
#include "functions/kernel/cast_to_string.h"

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

using enum Rounding;

std::string number(double value) {
  std::string out;
  append_double(value, out);
  return out;
}

// clang-format off
TEST(Rounding, AgreesWithSpark) {
  // round(2.5d,0)
  CASE(number(round_double(2.5, 0, kHalfUp)), "3.0");
  // round(-2.5d,0)
  CASE(number(round_double(-2.5, 0, kHalfUp)), "-3.0");
  // round(1.005d,2)
  CASE(number(round_double(1.005, 2, kHalfUp)), "1.01");
  // round(2.675d,2)
  CASE(number(round_double(2.675, 2, kHalfUp)), "2.68");
  // bround(2.5d,0)
  CASE(number(round_double(2.5, 0, kHalfEven)), "2.0");
  // bround(3.5d,0)
  CASE(number(round_double(3.5, 0, kHalfEven)), "4.0");
  // bround(0.125d,2)
  CASE(number(round_double(0.125, 2, kHalfEven)), "0.12");
  // round(123.456d,-1)
  CASE(number(round_double(123.456, -1, kHalfUp)), "120.0");
  // round(99.999d,2)
  CASE(number(round_double(99.999, 2, kHalfUp)), "100.0");
  // round(0.05d,0)
  CASE(number(round_double(0.05, 0, kHalfUp)), "0.0");
  // round(5d,-1)
  CASE(number(round_double(5, -1, kHalfUp)), "10.0");
  // bround(5d,-1)
  CASE(number(round_double(5, -1, kHalfEven)), "0.0");
  // bround(15d,-1)
  CASE(number(round_double(15, -1, kHalfEven)), "20.0");
  // round(4d,-5)
  CASE(number(round_double(4, -5, kHalfUp)), "0.0");
  // round(-0.4d,0)
  CASE(number(round_double(-0.4, 0, kHalfUp)), "0.0");
  // round(1e300d, 2)
  CASE(number(round_double(1e300, 2, kHalfUp)), "1.0E300");
  // round(cast(float('2.675') as double),2)
  CASE(number(round_float(2.675F, 2, kHalfUp) == 2.67F ? 2.67 : 0), "2.67");
  // round(double('nan'),2)
  CASE(number(round_double(NAN, 2, kHalfUp)), "NaN");
  // round(1.5e-10d, 12)
  CASE(number(round_double(1.5e-10, 12, kHalfUp)), "1.5E-10");
  // round(0.5d, 400)
  CASE(number(round_double(0.5, 400, kHalfUp)), "0.5");
  // floor(cast(-1.255 as decimal(4,3)), 2)
  CASE(number(round_double(-1.255, 2, kFloor)), "-1.26");
  // ceil(cast(-1.255 as decimal(4,3)), 2)
  CASE(number(round_double(-1.255, 2, kCeiling)), "-1.25");
  // round(125,-1)
  CASE(round_integer(125, -1, kHalfUp, 32, true), "130");
  // round(-125,-1)
  CASE(round_integer(-125, -1, kHalfUp, 32, true), "-130");
  // bround(125,-1)
  CASE(round_integer(125, -1, kHalfEven, 32, true), "120");
  // bround(135,-1)
  CASE(round_integer(135, -1, kHalfEven, 32, true), "140");
  // round(125,-12)
  CASE(round_integer(125, -12, kHalfUp, 32, true), "0");
  // round(2147483647,-1)
  CASE(round_integer(2147483647, -1, kHalfUp, 32, true), "ERROR ARITHMETIC_OVERFLOW");
  // round(cast(127 as tinyint),-1) (not ANSI)
  CASE(round_integer(127, -1, kHalfUp, 8, false), "-126");
  // round(2147483647,-1) (not ANSI)
  CASE(round_integer(2147483647, -1, kHalfUp, 32, false), "-2147483646");
  // round(9223372036854775807L,-1) (not ANSI)
  CASE(round_integer(INT64_MAX, -1, kHalfUp, 64, false), "-9223372036854775806");
  // pmod(-7,3)
  CASE(positive_modulo(int64_t{-7}, int64_t{3}), "2");
  // pmod(-7,-3)
  CASE(positive_modulo(int64_t{-7}, int64_t{-3}), "-1");
  // pmod(7,-3)
  CASE(positive_modulo(int64_t{7}, int64_t{-3}), "1");
  // pmod(-7.5d,3d)
  CASE(number(positive_modulo(-7.5, 3.0)), "1.5");
  // pmod(-7.5d,-3d)
  CASE(number(positive_modulo(-7.5, -3.0)), "-1.5");
  // width_bucket(5.3, 0.2, 10.6, 5)
  CASE(width_bucket(5.3, 0.2, 10.6, 5), "3");
  // width_bucket(-2.1, 1.3, 3.4, 3)
  CASE(width_bucket(-2.1, 1.3, 3.4, 3), "0");
  // width_bucket(8.1, 0.0, 5.7, 4)
  CASE(width_bucket(8.1, 0.0, 5.7, 4), "5");
  // width_bucket(5.35, 10.6, 0.2, 5)
  CASE(width_bucket(5.35, 10.6, 0.2, 5), "3");
  // width_bucket(0.2, 10.6, 0.2, 5)
  CASE(width_bucket(0.2, 10.6, 0.2, 5), "6");
  // width_bucket(10.6, 10.6, 0.2, 5)
  CASE(width_bucket(10.6, 10.6, 0.2, 5), "1");
  // width_bucket(5.35, 10.6, 0.2, 0)
  CASE(width_bucket(5.35, 10.6, 0.2, 0), "NULL");
  // width_bucket(5.35, 10.6, 10.6, 5)
  CASE(width_bucket(5.35, 10.6, 10.6, 5), "NULL");
  // width_bucket(10.6, 0.2, 10.6, 5)
  CASE(width_bucket(10.6, 0.2, 10.6, 5), "6");
  // factorial(20)
  CASE(factorial(20), "2432902008176640000");
  // factorial(21)
  CASE(factorial(21), "NULL");
  // factorial(-1)
  CASE(factorial(-1), "NULL");
}

// clang-format on

}  // namespace
}  // namespace firesteel::functions::kernel
