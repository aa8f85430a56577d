// Expected types, fields and errors are Spark 4.2's own.
#include <gtest/gtest.h>

#include "base/error.h"
#include "sql/parser.h"

namespace firesteel::sql {
namespace {

std::string simple(std::string_view text) { return parse_type(text).simple_string(); }

std::string error_of(std::string_view text) {
  try {
    parse_type(text);
  } catch (const SparkError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ParseType, ReadsEveryName) {
  EXPECT_EQ(simple("boolean"), "boolean");
  EXPECT_EQ(simple("BYTE"), "tinyint");
  EXPECT_EQ(simple("short"), "smallint");
  EXPECT_EQ(simple("Integer"), "int");
  EXPECT_EQ(simple("long"), "bigint");
  EXPECT_EQ(simple("real"), "float");
  EXPECT_EQ(simple("dec"), "decimal(10,0)");
  EXPECT_EQ(simple("numeric(5)"), "decimal(5,0)");
  EXPECT_EQ(simple("decimal(10, 2)"), "decimal(10,2)");
  EXPECT_EQ(simple("char(3)"), "char(3)");
  EXPECT_EQ(simple("varchar(30)"), "varchar(30)");
  EXPECT_EQ(simple("timestamp_ltz"), "timestamp");
  EXPECT_EQ(simple("timestamp without time zone"), "timestamp_ntz");
  EXPECT_EQ(simple("time(3)"), "time(3)");
  EXPECT_EQ(simple("void"), "void");
  EXPECT_EQ(simple("variant"), "variant");
  EXPECT_EQ(simple("string collate unicode"), "string collate UNICODE");
}

TEST(ParseType, ReadsIntervals) {
  EXPECT_EQ(simple("interval"), "interval");
  EXPECT_EQ(simple("interval day to second"), "interval day to second");
  EXPECT_EQ(simple("interval hour to minute"), "interval hour to minute");
  EXPECT_EQ(simple("interval month"), "interval month");
  EXPECT_EQ(simple("interval year to month"), "interval year to month");
}

TEST(ParseType, ReadsNestedTypesWithJoinedBrackets) {
  EXPECT_EQ(simple("array<array<array<int>>>"), "array<array<array<int>>>");
  EXPECT_EQ(simple("map<string,array<int>>"), "map<string,array<int>>");
  EXPECT_EQ(simple("struct<>"), "struct<>");
  EXPECT_EQ(simple("struct<a: int not null comment 'x', `b c` map<int,struct<d:date>>>"),
            "struct<a:int,b c:map<int,struct<d:date>>>");
}

TEST(ParseType, RefusesWithSparksErrors) {
  EXPECT_EQ(error_of("foo"),
            "\n[UNSUPPORTED_DATATYPE] Unsupported data type \"FOO\". SQLSTATE: 0A000\n"
            "== SQL (line 1, position 1) ==\nfoo\n^^^\n");
  EXPECT_EQ(error_of("int(3)"),
            "\n[UNSUPPORTED_DATATYPE] Unsupported data type \"INT(3)\". SQLSTATE: 0A000\n"
            "== SQL (line 1, position 1) ==\nint(3)\n^^^^^^\n");
  EXPECT_EQ(error_of("varchar"),
            "\n[DATATYPE_MISSING_SIZE] DataType \"VARCHAR\" requires a length parameter, for example "
            "\"VARCHAR\"(10). Please specify the length. SQLSTATE: 42K01\n"
            "== SQL (line 1, position 1) ==\nvarchar\n^^^^^^^\n");
  EXPECT_EQ(error_of("array"),
            "\n[INCOMPLETE_TYPE_DEFINITION.ARRAY] Incomplete complex type: The definition of "
            "\"ARRAY\" type is incomplete. You must provide an element type. For example: "
            "\"ARRAY<INT>\". SQLSTATE: 42K01\n== SQL (line 1, position 1) ==\narray\n^^^^^\n");
  EXPECT_THROW(parse_type("decimal(50, 2)"), SparkError);
  EXPECT_THROW(parse_type("interval second to day"), SparkError);
}

TEST(ParseType, DeepNestingIsAnErrorAndNoCrash) {
  std::string text;
  for (int i = 0; i < 10000; ++i) text += "array<";
  EXPECT_THROW(parse_type(text + "int"), SparkError);
}

TEST(ParseSchema, ReadsColumnLists) {
  const plan::Schema schema = parse_schema(
      "a INT NOT NULL,\n  `b-c` STRING COMMENT 'it''s', -- a remark\n  d struct<e:int>, `x``y` date");
  ASSERT_EQ(schema.size(), 4u);
  EXPECT_FALSE(schema[0].nullable);
  EXPECT_EQ(schema[1].name, "b-c");
  EXPECT_EQ(schema[1].metadata, "{\"comment\":\"it's\"}");
  EXPECT_EQ(schema[2].type.simple_string(), "struct<e:int>");
  EXPECT_EQ(schema[3].name, "x`y");
}

TEST(ParseSchema, AcceptsSingleAndStructTypes) {
  EXPECT_EQ(parse_schema("bigint").at(0).name, "value");
  EXPECT_EQ(parse_schema("struct<a:int,b:int>").at(1).name, "b");
}

TEST(ParseMultipartIdentifier, SplitsAtUnquotedPoints) {
  EXPECT_EQ(parse_multipart_identifier("`a.b`.c"), (std::vector<std::string>{"a.b", "c"}));
  EXPECT_EQ(parse_multipart_identifier("spark_catalog.default.t").size(), 3u);
  EXPECT_THROW(parse_multipart_identifier("a-b"), SparkError);
}

}  // namespace
}  // namespace firesteel::sql
