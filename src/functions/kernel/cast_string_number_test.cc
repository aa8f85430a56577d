// The last two columns are what Spark 4.2.0 answers, with spark.sql.ansi.enabled true and false, to
// SELECT CAST(CAST('text' AS type) AS STRING); an empty legacy answer is the same as the ANSI one.
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "functions/kernel/cast_string.h"

namespace firesteel::functions::kernel {
namespace {

struct Case {
  std::string_view type;
  std::string_view text;
  std::string_view ansi;
  std::string_view legacy;
};

constexpr Case kCases[] = {
    // clang-format off
    {"int", ".", "ERROR CAST_INVALID_INPUT", "0"},
    {"int", "1.", "ERROR CAST_INVALID_INPUT", "1"},
    {"int", ".5", "ERROR CAST_INVALID_INPUT", "0"},
    {"int", "-.5", "ERROR CAST_INVALID_INPUT", "0"},
    {"int", "+1.9", "ERROR CAST_INVALID_INPUT", "1"},
    {"int", " 12 ", "12", ""},
    {"int", "1\xc2\xa0" "2", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"int", "\xc2\xa0" "12", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"int", "- 1", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"int", "-", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"bigint", "+", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"int", "1e3", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"int", "0x10", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"int", "1_000", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"int", "-2147483648", "-2147483648", ""},
    {"int", "2147483648", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"bigint", "-9223372036854775808", "-9223372036854775808", ""},
    {"bigint", "9223372036854775808", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"bigint", "9223372036854775807.99", "ERROR CAST_INVALID_INPUT", "9223372036854775807"},
    {"bigint", "99999999999999999999", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"tinyint", "127.9", "ERROR CAST_INVALID_INPUT", "127"},
    {"tinyint", "-128", "-128", ""},
    {"smallint", "32768", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"double", "1.5f", "1.5", ""},
    {"double", "1.5D", "1.5", ""},
    {"double", " 1.5 ", "1.5", ""},
    {"double", "inf", "Infinity", ""},
    {"double", "+Inf", "Infinity", ""},
    {"float", "-infinity", "-Infinity", ""},
    {"double", "NaN", "NaN", ""},
    {"double", "nan", "NaN", ""},
    {"double", "+NaN", "NaN", ""},
    {"double", "-nan", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"double", "+nan", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"double", "0x1p3", "8.0", ""},
    {"double", "0x1.8p1d", "3.0", ""},
    {"double", "1e400", "Infinity", ""},
    {"double", "1e-400", "0.0", ""},
    {"double", "1e", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"float", "1e5", "100000.0", ""},
    {"float", "3.4028236e38", "Infinity", ""},
    {"double", ".5", "0.5", ""},
    {"double", "5.", "5.0", ""},
    {"double", ".", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"double", "", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"double", "1,5", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"double", "Infinityd", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"double", "infd", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"double", "1 d", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"double", "\xc2\xa0" "1.5", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"double", "1.5dd", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"double", "-0", "-0.0", ""},
    {"boolean", "t", "true", ""},
    {"boolean", " TRUE ", "true", ""},
    {"boolean", "yes", "true", ""},
    {"boolean", "y", "true", ""},
    {"boolean", "1", "true", ""},
    {"boolean", "n", "false", ""},
    {"boolean", "off", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"boolean", "on", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"boolean", "F", "false", ""},
    {"boolean", "", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"decimal(5,1)", "1.25", "1.3", ""},
    {"decimal(5,1)", "-1.25", "-1.3", ""},
    {"decimal(5,1)", "1.24999999999999999999999999999999999999999999999999", "1.2", ""},
    {"decimal(38,37)", "1.2499999999999999999999999999999999999999999999999999", "1.2500000000000000000000000000000000000", ""},
    {"decimal(5,1)", " 12.5 ", "12.5", ""},
    {"decimal(5,1)", "1e2", "100.0", ""},
    {"decimal(5,1)", "1E-1", "0.1", ""},
    {"decimal(5,1)", "1.5d", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"decimal(5,1)", "+.5", "0.5", ""},
    {"decimal(5,1)", "5.", "5.0", ""},
    {"decimal(5,1)", ".", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"decimal(5,1)", "", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"decimal(5,1)", "1e", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"decimal(5,1)", "0e50", "ERROR NUMERIC_OUT_OF_SUPPORTED_RANGE", "NULL"},
    {"decimal(5,1)", "0e-50", "0.0", ""},
    {"decimal(5,1)", "1e-50", "0.0", ""},
    {"decimal(5,1)", "9999.95", "ERROR NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "NULL"},
    {"decimal(38,0)", "99999999999999999999999999999999999999", "99999999999999999999999999999999999999", ""},
    {"decimal(38,0)", "99999999999999999999999999999999999999.5", "ERROR NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "NULL"},
    {"decimal(38,0)", "999999999999999999999999999999999999999", "ERROR NUMERIC_OUT_OF_SUPPORTED_RANGE", "NULL"},
    {"decimal(5,1)", "1e-2147483649", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"decimal(5,1)", "1e99999999999", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"decimal(5,1)", "\xc2\xa0" "1.5", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"decimal(5,1)", std::string_view("1\x00", 2), "1.0", ""},
    {"decimal(5,1)", "\x01" "1", "1.0", ""},
    {"int", "\x7f" "1", "1", ""},
    {"double", "\x7f" "1", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"decimal(5,1)", "Infinity", "ERROR CAST_INVALID_INPUT", "NULL"},
    {"decimal(5,1)", "0000000000000000000000000000000000000000000000000001", "1.0", ""},
    // clang-format on
};

template <typename Value, typename Append>
std::string shown(const std::optional<Value>& value, Append append) {
  if (!value) return "NULL";
  std::string text;
  append(*value, text);
  return text;
}

std::string cast(std::string_view type, std::string_view text, CastMode mode) {
  if (type == "tinyint") return shown(string_to_tinyint(text, mode), append_integer);
  if (type == "smallint") return shown(string_to_smallint(text, mode), append_integer);
  if (type == "int") return shown(string_to_int(text, mode), append_integer);
  if (type == "bigint") return shown(string_to_bigint(text, mode), append_integer);
  if (type == "boolean") return shown(string_to_boolean(text, mode), append_boolean);
  if (type == "float") return shown(string_to_float(text, mode), append_float);
  if (type == "double") return shown(string_to_double(text, mode), append_double);
  DecimalType decimal{5, 1};
  if (type == "decimal(38,0)") decimal = {38, 0};
  if (type == "decimal(38,37)") decimal = {38, 37};
  return shown(string_to_decimal(text, decimal, mode), [&](Int128 value, std::string& out) {
    append_decimal_plain(value, decimal.scale, out);
  });
}

TEST(CastStringToNumber, AgreesWithSparkInEveryMode) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(std::string(c.text) + " as " + std::string(c.type));
    std::string ansi;
    try {
      ansi = cast(c.type, c.text, CastMode::kAnsi);
    } catch (const SparkError& error) {
      ansi = "ERROR " + error.condition();
    }
    EXPECT_EQ(ansi, c.ansi);
    EXPECT_EQ(cast(c.type, c.text, CastMode::kLegacy), c.legacy.empty() ? c.ansi : c.legacy);
    const bool raises = c.ansi.substr(0, 5) == "ERROR";
    EXPECT_EQ(cast(c.type, c.text, CastMode::kTry), raises ? "NULL" : c.ansi);
  }
}

TEST(CastStringToNumber, NamesTheValueAndTheTypesInItsError) {
  try {
    string_to_int("a'b\\c", CastMode::kAnsi);
    FAIL();
  } catch (const SparkError& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNumberFormat);
    EXPECT_STREQ(error.what(),
                 "[CAST_INVALID_INPUT] The value 'a\\'b\\\\c' of the type \"STRING\" cannot be cast to "
                 "\"INT\" because it is malformed. Correct the value as per the syntax, or change its "
                 "target type. Use `try_cast` to tolerate malformed input and return NULL instead. "
                 "SQLSTATE: 22018");
  }
  try {
    string_to_boolean("abc", CastMode::kAnsi);
    FAIL();
  } catch (const SparkError& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kRuntime);
  }
  try {
    string_to_date("abc", CastMode::kAnsi);
    FAIL();
  } catch (const SparkError& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kDateTime);
  }
}

}  // namespace
}  // namespace firesteel::functions::kernel
