#include "functions/kernel/json_pretty.h"

#include <gtest/gtest.h>

namespace firesteel::functions::kernel {
namespace {

// What Spark's to_json gives with the option pretty.
TEST(JsonPretty, SetsMembersOnLinesOfTheirOwn) {
  EXPECT_EQ(pretty_json("{}"), "{ }");
  EXPECT_EQ(pretty_json("[]"), "[ ]");
  EXPECT_EQ(pretty_json(R"({"a":[],"b":[1,2],"c":{"x":{"col1":1}}})"),
            "{\n  \"a\" : [ ],\n  \"b\" : [ 1, 2 ],\n  \"c\" : {\n    \"x\" : {\n      \"col1\" : 1\n    }\n  }\n}");
  EXPECT_EQ(pretty_json(R"([{"col1":1},{"col1":2}])"), "[ {\n  \"col1\" : 1\n}, {\n  \"col1\" : 2\n} ]");
}

TEST(JsonPretty, LeavesStringsAsTheyAre) {
  EXPECT_EQ(pretty_json(R"({"a,b":"{\"x\": [1,2]}"})"), "{\n  \"a,b\" : \"{\\\"x\\\": [1,2]}\"\n}");
}

}  // namespace
}  // namespace firesteel::functions::kernel
