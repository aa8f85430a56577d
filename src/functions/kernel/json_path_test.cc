// The expected values are what Spark 4.2.0 answers to SELECT CAST(expression AS STRING) of the
// comment above each case.
#include "functions/kernel/json_path.h"

#include <gtest/gtest.h>

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

// clang-format off
TEST(JsonPath, AgreesWithSpark) {
  // get_json_object('{"a":{"b":1.50,"c":1e3,"d":-0.0,"e":100000000000000000000,"f":1E400}}','$.a')
  CASE(JsonPath("$.a").find("{\"a\":{\"b\":1.50,\"c\":1e3,\"d\":-0.0,\"e\":100000000000000000000,\"f\":1E400}}"), "{\"b\":1.5,\"c\":1000.0,\"d\":-0.0,\"e\":100000000000000000000,\"f\":\"Infinity\"}");
  // get_json_object('{"a":{"b":1.50}}','$.a.b')
  CASE(JsonPath("$.a.b").find("{\"a\":{\"b\":1.50}}"), "1.5");
  // get_json_object('{"a":1e3}','$.a')
  CASE(JsonPath("$.a").find("{\"a\":1e3}"), "1000.0");
  // get_json_object('{"a":1.10}','$.a')
  CASE(JsonPath("$.a").find("{\"a\":1.10}"), "1.1");
  // get_json_object('{"a":"x\\"y\\u00e9\\n\\/"}','$.a')
  CASE(JsonPath("$.a").find("{\"a\":\"x\\\"y\\u00e9\\n\\/\"}"), "x\"y\xc3\xa9\n/");
  // get_json_object('{"a":{"b":"x\\"y\\u00e9\\n\\/\\u0001"}}','$.a')
  CASE(JsonPath("$.a").find("{\"a\":{\"b\":\"x\\\"y\\u00e9\\n\\/\\u0001\"}}"), "{\"b\":\"x\\\"y\xc3\xa9\\n/\\u0001\"}");
  // get_json_object('{"a":true}','$.a')
  CASE(JsonPath("$.a").find("{\"a\":true}"), "true");
  // get_json_object('{"a":null}','$.a')
  CASE(JsonPath("$.a").find("{\"a\":null}"), "NULL");
  // get_json_object('{"a":{"b":null}}','$.a')
  CASE(JsonPath("$.a").find("{\"a\":{\"b\":null}}"), "{\"b\":null}");
  // get_json_object('{"a":[1,2,3]}','$.a[1]')
  CASE(JsonPath("$.a[1]").find("{\"a\":[1,2,3]}"), "2");
  // get_json_object('{"a":[1,2,3]}','$.a[5]')
  CASE(JsonPath("$.a[5]").find("{\"a\":[1,2,3]}"), "NULL");
  // get_json_object('{"a":[1, 2, "x"]}','$.a')
  CASE(JsonPath("$.a").find("{\"a\":[1, 2, \"x\"]}"), "[1,2,\"x\"]");
  // get_json_object('{"a":[1,2,3]}','$.a[*]')
  CASE(JsonPath("$.a[*]").find("{\"a\":[1,2,3]}"), "[1,2,3]");
  // get_json_object('{"a":["x"]}','$.a[*]')
  CASE(JsonPath("$.a[*]").find("{\"a\":[\"x\"]}"), "\"x\"");
  // get_json_object('{"a":[]}','$.a[*]')
  CASE(JsonPath("$.a[*]").find("{\"a\":[]}"), "NULL");
  // get_json_object('{"a":[{"b":1},{"b":2}]}','$.a[*].b')
  CASE(JsonPath("$.a[*].b").find("{\"a\":[{\"b\":1},{\"b\":2}]}"), "[1,2]");
  // get_json_object('{"a":[{"b":1},{"c":2}]}','$.a[*].b')
  CASE(JsonPath("$.a[*].b").find("{\"a\":[{\"b\":1},{\"c\":2}]}"), "1");
  // get_json_object('{"a":[{"b":"x"},{"b":"y"}]}','$.a[*].b')
  CASE(JsonPath("$.a[*].b").find("{\"a\":[{\"b\":\"x\"},{\"b\":\"y\"}]}"), "[\"x\",\"y\"]");
  // get_json_object('{"a":[{"b":1},{"b":2}]}','$.a.b')
  CASE(JsonPath("$.a.b").find("{\"a\":[{\"b\":1},{\"b\":2}]}"), "NULL");
  // get_json_object('{"a":[[1,2],[3]]}','$.a[*][*]')
  CASE(JsonPath("$.a[*][*]").find("{\"a\":[[1,2],[3]]}"), "[1,2,3]");
  // get_json_object('{"a":[[1,2],[3]]}','$.a[*]')
  CASE(JsonPath("$.a[*]").find("{\"a\":[[1,2],[3]]}"), "[[1,2],[3]]");
  // get_json_object('{"a":[[1,2],[3]]}','$.a[0][*]')
  CASE(JsonPath("$.a[0][*]").find("{\"a\":[[1,2],[3]]}"), "[1,2]");
  // get_json_object('{"a":[[1,2],[3]]}','$.a[*][0]')
  CASE(JsonPath("$.a[*][0]").find("{\"a\":[[1,2],[3]]}"), "[1,3]");
  // get_json_object('{"a":{"b":1,"c":2}}','$.a.*')
  CASE(JsonPath("$.a.*").find("{\"a\":{\"b\":1,\"c\":2}}"), "NULL");
  // get_json_object('{"a":{"b":1,"c":2}}','$.*')
  CASE(JsonPath("$.*").find("{\"a\":{\"b\":1,\"c\":2}}"), "NULL");
  // get_json_object('{"a b":1}',"$['a b']")
  CASE(JsonPath("$['a b']").find("{\"a b\":1}"), "1");
  // get_json_object('{"a.b":1}',"$['a.b']")
  CASE(JsonPath("$['a.b']").find("{\"a.b\":1}"), "1");
  // get_json_object('{"a b":1}',"$.a b")
  CASE(JsonPath("$.a b").find("{\"a b\":1}"), "1");
  // get_json_object('{"a":1}','$')
  CASE(JsonPath("$").find("{\"a\":1}"), "{\"a\":1}");
  // get_json_object('{"a": 1 }',' $.a')
  CASE(JsonPath(" $.a").find("{\"a\": 1 }"), "NULL");
  // get_json_object('[1,2]','$[0]')
  CASE(JsonPath("$[0]").find("[1,2]"), "1");
  // get_json_object('[{"a":1},{"a":2}]','$[*].a')
  CASE(JsonPath("$[*].a").find("[{\"a\":1},{\"a\":2}]"), "[1,2]");
  // get_json_object('[{"a":1},{"a":2}]','$.a')
  CASE(JsonPath("$.a").find("[{\"a\":1},{\"a\":2}]"), "NULL");
  // get_json_object('{"a":1','$.a')
  CASE(JsonPath("$.a").find("{\"a\":1"), "NULL");
  // get_json_object('{"a":1}x','$.a')
  CASE(JsonPath("$.a").find("{\"a\":1}x"), "1");
  // get_json_object('{"a":{"b":1}','$.a')
  CASE(JsonPath("$.a").find("{\"a\":{\"b\":1}"), "NULL");
  // get_json_object('{a:1}','$.a')
  CASE(JsonPath("$.a").find("{a:1}"), "NULL");
  // get_json_object("{'a':1}",'$.a')
  CASE(JsonPath("$.a").find("{'a':1}"), "1");
  // get_json_object('{"a":1,"a":2}','$.a')
  CASE(JsonPath("$.a").find("{\"a\":1,\"a\":2}"), "1");
  // get_json_object('{"A":1}','$.a')
  CASE(JsonPath("$.a").find("{\"A\":1}"), "NULL");
  // get_json_object('"str"','$')
  CASE(JsonPath("$").find("\"str\""), "str");
  // get_json_object('1','$')
  CASE(JsonPath("$").find("1"), "1");
  // get_json_object('','$')
  CASE(JsonPath("$").find(""), "NULL");
  // get_json_object('{"a":01}','$.a')
  CASE(JsonPath("$.a").find("{\"a\":01}"), "NULL");
  // get_json_object('{"a":NaN}','$.a')
  CASE(JsonPath("$.a").find("{\"a\":NaN}"), "NULL");
  // get_json_object('{"a":1}','a')
  CASE(JsonPath("a").find("{\"a\":1}"), "NULL");
  // get_json_object('{"a":1}','$a')
  CASE(JsonPath("$a").find("{\"a\":1}"), "NULL");
  // get_json_object('{"a":1}','$..a')
  CASE(JsonPath("$..a").find("{\"a\":1}"), "NULL");
  // get_json_object('{"a":1}','$.a.')
  CASE(JsonPath("$.a.").find("{\"a\":1}"), "NULL");
  // get_json_object('{"a":[1]}','$.a[-1]')
  CASE(JsonPath("$.a[-1]").find("{\"a\":[1]}"), "NULL");
  // get_json_object('{"a":[1]}','$.a[0')
  CASE(JsonPath("$.a[0").find("{\"a\":[1]}"), "NULL");
  // get_json_object('{"":1}',"$['']")
  CASE(JsonPath("$['']").find("{\"\":1}"), "NULL");
  // get_json_object('{"a":"\\ud83d\\ude00"}','$.a')
  CASE(JsonPath("$.a").find("{\"a\":\"\\ud83d\\ude00\"}"), "\xf0\x9f\x98\x80");
  // get_json_object('{"a":"tab	x"}','$.a')
  CASE(JsonPath("$.a").find("{\"a\":\"tab\x09x\"}"), "tab\x09x");
  // get_json_object('[[[1,2],[3]],[[4]]]','$[*][*][*]')
  CASE(JsonPath("$[*][*][*]").find("[[[1,2],[3]],[[4]]]"), "[[1,2,3],4]");
  // get_json_object('[{"a":[1,2]},{"a":[3]}]','$[*].a[*]')
  CASE(JsonPath("$[*].a[*]").find("[{\"a\":[1,2]},{\"a\":[3]}]"), "[[1,2],[3]]");
  // get_json_object('[{"a":[1,2]},{"a":[3]}]','$[*].a[0]')
  CASE(JsonPath("$[*].a[0]").find("[{\"a\":[1,2]},{\"a\":[3]}]"), "[1,3]");
  // get_json_object('[{"a":[1]}]','$[*].a[*]')
  CASE(JsonPath("$[*].a[*]").find("[{\"a\":[1]}]"), "[1]");
  // get_json_object('[{"a":[1]}]','$[0].a[*]')
  CASE(JsonPath("$[0].a[*]").find("[{\"a\":[1]}]"), "1");
}

// clang-format on

}  // namespace
}  // namespace firesteel::functions::kernel
