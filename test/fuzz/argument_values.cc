#include "argument_values.h"

namespace firesteel::fuzz {

const std::vector<ValueKind>& value_kinds() {
  static const std::vector<ValueKind> kinds = {
      {"null", {"NULL"}},
      {"boolean", {"true", "false", "CAST(NULL AS BOOLEAN)"}},
      {"tinyint", {"0Y", "1Y", "-1Y", "127Y", "CAST(-128 AS TINYINT)", "CAST(NULL AS TINYINT)"}},
      {"smallint", {"0S", "7S", "-32767S", "32767S", "CAST(NULL AS SMALLINT)"}},
      {"int",
       {"0", "1", "-1", "2", "3", "16", "-3", "10", "36", "64", "100", "1000", "65536", "1000000",
        "2147483647", "int(-2147483648)", "CAST(NULL AS INT)"}},
      {"bigint",
       {"0L", "1L", "-1L", "13L", "86400L", "4294967296L", "253402300800L", "9223372036854775807L",
        "-9223372036854775807L", "bigint('-9223372036854775808')", "CAST(NULL AS BIGINT)"}},
      {"float",
       {"0.0F", "-0.0F", "1.5F", "-2.5F", "float('NaN')", "float('Infinity')", "float('-Infinity')",
        "3.4028235E38F", "1.4E-45F", "CAST(NULL AS FLOAT)"}},
      {"double",
       {"0.0D", "-0.0D", "0.5D", "1.0D", "-1.5D", "double('NaN')", "double('Infinity')",
        "double('-Infinity')", "1.7976931348623157E308D", "4.9E-324D", "9.2233720368547758E18D",
        "-1E20D", "CAST(NULL AS DOUBLE)"}},
      {"decimal",
       {"0BD", "0.5BD", "-1.25BD", "99999999999999999999999999999999999999BD",
        "-99999999999999999999999999999999999999BD", "0.00000000000000000000000000000000000001BD",
        "9.9999999999999999999999999999999999999BD", "CAST(1 AS DECIMAL(1,0))",
        "CAST(0.1 AS DECIMAL(38,38))", "CAST(NULL AS DECIMAL(20,10))",
        "CAST(123456789.12 AS DECIMAL(18,2))"}},
      {"string",
       {"''",
        "' '",
        "'a'",
        "'Spark SQL'",
        "'0'",
        "'1'",
        "'-1.5'",
        "'1e400'",
        "'NaN'",
        "'true'",
        "'9223372036854775808'",
        "'\\u0000'",
        "'\\uD83D\\uDE42\\u0301é'",
        "CAST(X'FF41C3' AS STRING)",
        "repeat('ab', 50000)",
        "'%'",
        "'%s %d %n %%'",
        "'%999999999d'",
        "'%1$tY %2$-10.3f'",
        "'(a+)+$'",
        "'['",
        "'(?<n>a)|(b)\\\\1'",
        "'.*'",
        "'$1$2\\\\'",
        "'2020-02-29'",
        "'2020-02-30 25:61:61'",
        "'+294247-01-10T04:00:54.775807Z'",
        "'12:30:00.123456789'",
        "'yyyy-MM-dd HH:mm:ss.SSSSSSSSS'",
        "'MM/dd/yy G Q E'",
        "'999,999.99'",
        "'S$0999D99PR'",
        "'MI9V9'",
        "'UTC'",
        "'America/Los_Angeles'",
        "'+18:30'",
        "'nowhere'",
        "'year'",
        "'DAY'",
        "'MICROSECOND'",
        "'MON'",
        "'utf-8'",
        "'UTF-16'",
        "'latin9'",
        "'hex'",
        "'base64'",
        "'GCM'",
        "'ECB'",
        "'CBC'",
        "'PKCS'",
        "'DEFAULT'",
        "'NFC'",
        "'0000111122223333'",
        "'{\"a\":1,\"b\":[1,{\"c\":null}],\"a\":2}'",
        "'[1,2'",
        "'{'",
        "'[[[[1]]]]'",
        "'$.a[0].b'",
        "'$[*]'",
        "'$..a'",
        "'a INT, b ARRAY<STRING>'",
        "'STRUCT<a: MAP<STRING, INT>>'",
        "'a b c'",
        "'array<'",
        "'1,\"x,y\",,z'",
        "'<a><b>1</b><b>2</b></a>'",
        "'a/b[2]/text()'",
        "'a//b['",
        "'http://u:p@h:80/p/q?a=1&a=%zz#f'",
        "'QUERY'",
        "'HOST'",
        "'a=1&b=%'",
        "'a:1,b:2,a:3'",
        "'10 minutes'",
        "'1 week -3 days'",
        "'-5 seconds'",
        "'0 seconds'",
        "'1000000000 years'",
        "'PT1H'",
        "'interval 1 month 2 days'",
        "'UTF8_LCASE'",
        "'UNICODE_CI'",
        "'murmur'",
        "CAST(NULL AS STRING)"}},
      {"binary",
       {"X''", "X'00'", "X'FF41C3'", "X'00112233445566778899AABBCCDDEEFF'",
        "CAST(repeat('x', 70000) AS BINARY)", "CAST(NULL AS BINARY)"}},
      {"date",
       {"DATE'1970-01-01'", "DATE'2020-02-29'", "DATE'0001-01-01'", "DATE'9999-12-31'",
        "DATE'-290307-12-31'", "date_from_unix_date(2147483647)",
        "date_from_unix_date(-2147483647)", "CAST(NULL AS DATE)"}},
      {"timestamp",
       {"TIMESTAMP'1970-01-01 00:00:00'", "TIMESTAMP'2021-03-14 02:30:00'",
        "TIMESTAMP'0001-01-01 00:00:00'", "TIMESTAMP'9999-12-31 23:59:59.999999'",
        "timestamp_micros(9223372036854775807L)", "timestamp_micros(-9223372036854775807L)",
        "CAST(NULL AS TIMESTAMP)"}},
      {"timestamp_ntz",
       {"TIMESTAMP_NTZ'1970-01-01 00:00:00'", "TIMESTAMP_NTZ'2021-11-07 01:30:00.000001'",
        "TIMESTAMP_NTZ'9999-12-31 23:59:59'", "TIMESTAMP_NTZ'+294247-01-10 04:00:54.775807'",
        "CAST(NULL AS TIMESTAMP_NTZ)"}},
      {"time", {"TIME'00:00:00'", "TIME'23:59:59.999999'", "CAST(NULL AS TIME)"}},
      {"year_month",
       {"INTERVAL '0' MONTH", "INTERVAL '1-2' YEAR TO MONTH",
        "INTERVAL '-178956970-8' YEAR TO MONTH", "INTERVAL '178956970-7' YEAR TO MONTH",
        "CAST(NULL AS INTERVAL YEAR TO MONTH)"}},
      {"day_time",
       {"INTERVAL '0' SECOND", "INTERVAL '1 02:03:04.000005' DAY TO SECOND",
        "INTERVAL '-106751991 04:00:54.775808' DAY TO SECOND",
        "INTERVAL '106751991 04:00:54.775807' DAY TO SECOND",
        "CAST(NULL AS INTERVAL DAY TO SECOND)"}},
      {"interval",
       {"make_interval(0)", "make_interval(1, 2, 3, 4, 5, 6, 7.5)", "make_interval(-178956970)",
        "make_interval(0, 0, 0, 2147483647, 0, 0, 0)", "CAST(NULL AS INTERVAL)"}},
      {"ints",
       {"array()", "array(1, 2, 3)", "array(NULL, 2147483647, -1)", "sequence(1, 10000)",
        "array(CAST(NULL AS INT))", "CAST(NULL AS ARRAY<INT>)"}},
      {"doubles",
       {"array(0.5D, double('NaN'), -0.0D)", "array(1E308D, NULL)",
        "CAST(array() AS ARRAY<DOUBLE>)"}},
      {"strings",
       {"array('a', '', NULL, 'Spark')", "split(repeat('x,', 3000), ',')", "array('')",
        "CAST(NULL AS ARRAY<STRING>)"}},
      {"dates", {"array(DATE'2020-01-01', NULL)", "CAST(NULL AS ARRAY<TIMESTAMP>)"}},
      {"arrays",
       {"array(array(1, 2), NULL, array())", "array(array(array('x')))",
        "CAST(NULL AS ARRAY<ARRAY<INT>>)"}},
      {"structs",
       {"array(struct(1 AS a, 'x' AS b), NULL)", "array(struct('k', 1), struct('k', 2))",
        "array(named_struct('a', array(1)))", "CAST(NULL AS ARRAY<STRUCT<a: INT, b: STRING>>)"}},
      {"map",
       {"map()", "map('a', 1, 'b', NULL)", "map('k', map('x', 1.5))", "map(1, 'x', -1, NULL)",
        "map(array(1), struct(2))", "CAST(NULL AS MAP<STRING, INT>)"}},
      {"struct",
       {"struct(1, 'x')", "named_struct('a', NULL, 'A', map('k', 1))",
        "struct(DATE'2020-01-01', 1.5BD, array(struct(1L)))",
        "CAST(NULL AS STRUCT<a: INT, b: STRING>)"}},
      {"variant",
       {"parse_json('{\"a\":[1,null,\"x\",1.5]}')", "parse_json('null')", "CAST(NULL AS VARIANT)",
        "CAST(1.5 AS VARIANT)"}},
      {"lambda",
       {"x -> x", "x -> NULL", "x -> x + 1", "(x, y) -> x", "(x, y) -> x + y", "(x, y) -> y > 0",
        "(x, y) -> CAST(x AS INT) - CAST(y AS INT)", "x -> x IS NULL", "x -> array(x, x)",
        "(k, v) -> concat(k, v)", "(a, b, c) -> coalesce(b, c)", "x -> true", "() -> 1",
        "(x, y) -> CASE WHEN x < y THEN 1 ELSE -1 END", "x -> 1 / 0",
        "x -> transform(array(x), y -> (x, y))", "x -> raise_error(x)"}},
      {"mixed",
       {"*", "a => 1", "(SELECT 1)", "(SELECT NULL WHERE false)", "DISTINCT 1", "TABLE(VALUES (1))",
        "rand(1)", "uuid()", "current_timestamp()", "DEFAULT", "INTERVAL 1 MONTH", "c0",
        "input_file_name()"}}};
  return kinds;
}

std::vector<std::string_view> kinds_for(functions::Accepts accepts) {
  using enum functions::Accepts;
  switch (accepts) {
    case kBoolean:
      return {"boolean"};
    case kInteger:
      return {"int", "tinyint", "smallint"};
    case kLong:
      return {"bigint", "int"};
    case kDouble:
    case kFractional:
      return {"double", "float", "decimal", "int"};
    case kDecimal:
      return {"decimal", "int"};
    case kNumeric:
      return {"tinyint", "smallint", "int", "bigint", "float", "double", "decimal"};
    case kIntegral:
      return {"tinyint", "smallint", "int", "bigint"};
    case kString:
      return {"string"};
    case kBinary:
      return {"binary", "string"};
    case kStringOrBinary:
      return {"string", "binary"};
    case kDate:
      return {"date", "string", "timestamp"};
    case kTimestamp:
    case kTimestampAny:
      return {"timestamp", "timestamp_ntz", "date", "string"};
    case kDateOrTimestamp:
      return {"date", "timestamp", "timestamp_ntz"};
    case kInterval:
      return {"year_month", "day_time", "interval"};
    case kArray:
      return {"ints", "doubles", "strings", "dates", "arrays", "structs"};
    case kMap:
      return {"map"};
    case kStruct:
      return {"struct"};
    case kLambda:
      return {"lambda"};
    case kTime:
      return {"time"};
    case kAny:
    case kOrderable:
    case kSame:
      return {};
  }
  return {};
}

}  // namespace firesteel::fuzz
