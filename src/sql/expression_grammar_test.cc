// The trees follow the column names and types that Spark 4.2 gives these expressions; the errors
// are its own texts.
#include <gtest/gtest.h>

#include "base/error.h"
#include "sql/parser.h"
#include "sql/plan_text.h"

namespace firesteel::sql {
namespace {

std::string tree(std::string_view text) { return plan_text::to_text(parse_expression(text)); }

std::string error_of(std::string_view text) {
  try {
    parse_expression(text);
  } catch (const SparkError& error) {
    return error.what();
  }
  return "no error";
}

std::string condition_of(std::string_view text) {
  try {
    parse_expression(text);
  } catch (const SparkError& error) {
    return error.condition();
  }
  return "no error";
}

TEST(ParseExpression, BindsOperatorsAsSparkDoes) {
  EXPECT_EQ(tree("a + b * 2 - 1 % 3"), "(- (+ a (* b 2)) (% 1 3))");
  EXPECT_EQ(tree("- a * b"), "(* (unary - a) b)");
  EXPECT_EQ(tree("a = b = true"), "(= (= a b) true)");
  EXPECT_EQ(tree("a < b and not b > a or p"), "(or (and (< a b) (not (> b a))) p)");
  EXPECT_EQ(tree("p or q and r"), "(or p (and q r))");
  EXPECT_EQ(tree("not a = b"), "(not (= a b))");
  EXPECT_EQ(tree("a = b is null"), "(isnull (= a b))");
  EXPECT_EQ(tree("a || b + 1"), "(+ (concat a b) 1)");
  EXPECT_EQ(tree("a & b | a ^ b"), "(| (& a b) (^ a b))");
  EXPECT_EQ(tree("a << b + 1"), "(<< a (+ b 1))");
  EXPECT_EQ(tree("~a + 1"), "(+ (~ a) 1)");
  EXPECT_EQ(tree("a != b"), "(not (= a b))");
  EXPECT_EQ(tree("a <> b and a == b and a <=> b"), "(and (and (not (= a b)) (= a b)) (<=> a b))");
  EXPECT_EQ(tree("a div b"), "(div a b)");
  EXPECT_EQ(tree("1 - -1"), "(- 1 -1)");
}

TEST(ParseExpression, BalancesLongConditions) {
  EXPECT_EQ(tree("p and q and r and p"), "(and (and p q) (and r p))");
  EXPECT_EQ(tree("p or q or r"), "(or (or p q) r)");
}

TEST(ParseExpression, ReadsPredicates) {
  EXPECT_EQ(tree("a between 1 and 2"), "(between a 1 2)");
  EXPECT_EQ(tree("a not in (1, 2)"), "(not (in a 1 2))");
  EXPECT_EQ(tree("s like 'x' escape '/'"), "(like s 'x' '/')");
  EXPECT_EQ(tree("s not rlike 'x'"), "(not (rlike s 'x'))");
  EXPECT_EQ(tree("s like any ('x', 'y')"), "(likeany s 'x' 'y')");
  EXPECT_EQ(tree("s not like all ('x', 'y')"), "(notlikeall s 'x' 'y')");
  EXPECT_EQ(tree("p is not unknown"), "(isnotnull p)");
  EXPECT_EQ(tree("p is not true"), "(not (<=> p true))");
  EXPECT_EQ(tree("a is distinct from b"), "(not (<=> a b))");
  EXPECT_EQ(tree("a in (select 1)"), "a in {Project[1](OneRow)}");
  EXPECT_EQ(tree("(a, b) in (select 1, 2)"), "a, b in {Project[1, 2](OneRow)}");
  EXPECT_EQ(tree("exists (select 1)"), "exists{Project[1](OneRow)}");
  EXPECT_EQ(tree("exists(arr, x -> x > 1)"), "(exists arr {$x -> (> $x 1)})");
}

TEST(ParseExpression, TypesNumbers) {
  EXPECT_EQ(tree("12345678901"), "bigint:12345678901");
  EXPECT_EQ(tree("123456789012345678901234567890"),
            "decimal(30,0):123456789012345678901234567890");
  EXPECT_EQ(tree("-2147483648"), "-2147483648");
  EXPECT_EQ(tree("-9223372036854775808"), "bigint:-9223372036854775808");
  EXPECT_EQ(tree("1.5"), "decimal(2,1):15");
  EXPECT_EQ(tree(".5"), "decimal(1,1):5");
  EXPECT_EQ(tree("1."), "decimal(1,0):1");
  EXPECT_EQ(tree("0.05"), "decimal(2,2):5");
  EXPECT_EQ(tree("1.5bd"), "decimal(2,1):15");
  EXPECT_EQ(tree("1e3"), "double:1000");
  EXPECT_EQ(tree("1L"), "bigint:1");
  EXPECT_EQ(tree("1S"), "smallint:1");
  EXPECT_EQ(tree("1Y"), "tinyint:1");
  EXPECT_EQ(tree("1.0F"), "float:1");
  EXPECT_EQ(tree("1D"), "double:1");
  EXPECT_EQ(tree("1abc"), "1abc");
}

TEST(ParseExpression, ReadsStrings) {
  EXPECT_EQ(tree("'a' 'b'"), "'ab'");
  EXPECT_EQ(tree("'a''b'"), "'a'b'");
  EXPECT_EQ(tree("\"a\" 'b' \"c\""), "'abc'");
  EXPECT_EQ(tree("r'\\n'"), "'\\n'");
  EXPECT_EQ(tree("'\\u0041\\101\\%\\_\\q'"), "'AA\\%\\_q'");
  EXPECT_EQ(tree("'\\u00e9\\U0001F600'"), "'\xC3\xA9\xF0\x9F\x98\x80'");
  EXPECT_EQ(tree("X'1'"), std::string("binary:'\x01'"));
}

TEST(ParseExpression, ReadsTypedLiterals) {
  EXPECT_EQ(tree("date '2020-1-1'"), "date:18262");
  EXPECT_EQ(tree("timestamp '2020-01-01 00:00:00 America/Los_Angeles'"),
            "timestamp:1577865600000000");
  EXPECT_EQ(tree("timestamp_ntz '1970-01-01 00:00:01'"), "timestamp_ntz:1000000");
  EXPECT_EQ(tree("time '00:00:01.5'"), "time(6):1500000000");
  EXPECT_EQ(tree("timestamp 'epoch'"), "timestamp:0");
}

TEST(ParseExpression, ReadsIntervals) {
  EXPECT_EQ(tree("interval 1 day"), "interval day:86400000000");
  EXPECT_EQ(tree("interval -1 day"), "interval day:-86400000000");
  EXPECT_EQ(tree("interval '1-2' year to month"), "interval year to month:14");
  EXPECT_EQ(tree("interval -'1-2' year to month"), "interval year to month:-14");
  EXPECT_EQ(tree("interval '1 2:3:4.5' day to second"), "interval day to second:93784500000");
  EXPECT_EQ(tree("interval '10:20' minute to second"), "interval minute to second:620000000");
  EXPECT_EQ(tree("interval 1 week 2 days"), "interval day:777600000000");
  EXPECT_EQ(tree("interval '3 days 4 hours'"), "interval day to hour:273600000000");
  EXPECT_EQ(tree("interval '1' day '2' hour"), "interval day to hour:93600000000");
  EXPECT_EQ(tree("interval 1.5 second"), "interval second:1500000");
  EXPECT_EQ(tree("interval '1 year 2 months'"), "interval year to month:14");
  EXPECT_EQ(tree("interval 1 month 3 months"), "interval month:4");
  EXPECT_EQ(tree("interval"), "interval");
}

TEST(ParseExpression, ReadsNamesAndSuffixes) {
  EXPECT_EQ(tree("t.st.f"), "t.st.f");
  EXPECT_EQ(tree("arr[0].f"), "arr[0]['f']");
  EXPECT_EQ(tree("`a.b`.c"), "a.b.c");
  EXPECT_EQ(tree("a::string"), "cast(a string)");
  EXPECT_EQ(tree("try_cast(a as decimal(3, 1))"), "try_cast(a decimal(3,1))");
  EXPECT_EQ(tree("s collate utf8_lcase"), "(collate s 'utf8_lcase')");
  EXPECT_EQ(tree("t.* except (a, b.c)"), "t*-a-b.c");
  EXPECT_EQ(tree(":p"), ":p");
  EXPECT_EQ(tree("a as `x y`"), "a as x y");
  EXPECT_EQ(tree("stack(1, a, b) as (c, d)"), "(stack 1 a b) as c/d");
  EXPECT_EQ(tree("(a, b)"), "(named_struct 'a' a 'b' b)");
  EXPECT_EQ(tree("(a, 1)"), "(named_struct 'a' a 'col2' 1)");
  EXPECT_EQ(tree("((select 1) + 1)"), "(+ {Project[1](OneRow)} 1)");
}

TEST(ParseExpression, ReadsCallsWithTheirOwnSyntax) {
  EXPECT_EQ(tree("count(*)"), "(count 1)");
  EXPECT_EQ(tree("count(distinct a, b)"), "(count distinct a b)");
  EXPECT_EQ(tree("first(a ignore nulls)"), "(first a) ignore nulls");
  EXPECT_EQ(tree("extract(year from d)"), "(extract 'year' d)");
  EXPECT_EQ(tree("substring(s from 1 for 2)"), "(substring s 1 2)");
  EXPECT_EQ(tree("trim(both 'x' from s)"), "(trim 'x' s)");
  EXPECT_EQ(tree("trim(leading from s)"), "(ltrim s)");
  EXPECT_EQ(tree("trim(s)"), "(trim s)");
  EXPECT_EQ(tree("position('x' in s)"), "(locate 'x' s)");
  EXPECT_EQ(tree("overlay(s placing 'y' from 1)"), "(overlay s 'y' 1)");
  EXPECT_EQ(tree("timestampadd(year, 1, ts)"), "(timestampadd 'year' 1 ts)");
  EXPECT_EQ(tree("date_diff(day, d, e)"), "(timestampdiff 'day' d e)");
  EXPECT_EQ(tree("dateadd(day, 1)"), "(dateadd day 1)");
  EXPECT_EQ(tree("case a when 1 then 2 else 3 end"), "(when (= a 1) 2 3)");
  EXPECT_EQ(tree("case when p then 2 end"), "(when p 2)");
  EXPECT_EQ(tree("transform(arr, (x, i) -> x + a.x)"), "(transform arr {$x, $i -> (+ $x a.x)})");
  EXPECT_EQ(tree("f(x => 1, y => 2)"), "(f x=>1 y=>2)");
  EXPECT_EQ(tree("struct(a, b as c)"), "(struct a b as c)");
  EXPECT_EQ(tree("left(s, 1)"), "(left s 1)");
  EXPECT_EQ(tree("sum(a) filter (where b > 1)"), "(sum a) filter[(> b 1)]");
  EXPECT_EQ(tree("percentile_cont(0.5) within group (order by a desc)"),
            "(percentile_cont decimal(1,1):5) within[a desc last]");
}

TEST(ParseExpression, ReadsWindows) {
  EXPECT_EQ(tree("sum(a) over (partition by b order by a rows between 1 preceding and current row)"),
            "(sum a) over[by b; a asc first; rows -1..0]");
  EXPECT_EQ(tree("max(a) over w"), "(max a) over[w]");
  EXPECT_EQ(tree("rank() over (order by a desc nulls first range unbounded preceding)"),
            "(rank) over[a desc first; range -inf..0]");
}

TEST(ParseExpression, KnowsItsPlaceInTheText) {
  const auto expression = parse_expression("1 + '\xC3\xA9' / a.b");
  const auto* sum = expression->as<plan::UnresolvedFunction>();
  ASSERT_NE(sum, nullptr);
  EXPECT_EQ(expression->origin.start_index, 0);
  EXPECT_EQ(expression->origin.stop_index, 12);
  EXPECT_EQ(sum->arguments[1]->origin.start_index, 4);
}

TEST(ParseExpression, RefusesWithSparksErrors) {
  EXPECT_EQ(error_of("a ! b"),
            "\n[PARSE_SYNTAX_ERROR] Syntax error at or near '!'. SQLSTATE: 42601 (line 1, pos 2)\n\n"
            "== SQL ==\na ! b\n--^^^\n");
  EXPECT_EQ(error_of("case when p\nthen end"),
            "\n[PARSE_SYNTAX_ERROR] Syntax error at or near end of input. SQLSTATE: 42601 "
            "(line 2, pos 8)\n\n== SQL ==\ncase when p\nthen end\n--------^^^\n");
  EXPECT_EQ(error_of("300Y"),
            "\n[INVALID_NUMERIC_LITERAL_RANGE] Numeric literal 300 is outside the valid range for "
            "tinyint with minimum value of -128 and maximum value of 127. Please adjust the value "
            "accordingly. SQLSTATE: 22003\n== SQL (line 1, position 1) ==\n300Y\n^^^^\n");
  EXPECT_EQ(error_of("interval 1 year 1 day"),
            "\nCannot mix year-month and day-time fields: interval 1 year 1 day.\n"
            "== SQL (line 1, position 1) ==\ninterval 1 year 1 day\n^^^^^^^^^^^^^^^^^^^^^\n");
  EXPECT_EQ(error_of("s like 'a' escape 'ab'"),
            "\n[INVALID_ESC] Found an invalid escape string: 'ab'. The escape string must contain "
            "only one character. SQLSTATE: 42604\n== SQL (line 1, position 3) ==\n"
            "s like 'a' escape 'ab'\n  ^^^^^^^^^^^^^^^^^^^^\n");
  EXPECT_EQ(condition_of("date 'xyz'"), "INVALID_TYPED_LITERAL");
  EXPECT_EQ(condition_of("foo 'xyz'"), "UNSUPPORTED_TYPED_LITERAL");
  EXPECT_EQ(condition_of("a in ()"), "INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE");
  EXPECT_EQ(condition_of("timestampadd('year', 1, ts)"), "INVALID_PARAMETER_VALUE.DATETIME_UNIT");
  EXPECT_EQ(condition_of("interval 1.5 day"), "INVALID_INTERVAL_FORMAT.INVALID_FRACTION");
  EXPECT_EQ(condition_of("\xC3\xA4"), "INVALID_IDENTIFIER");
  EXPECT_EQ(condition_of("1 /* open"), "UNCLOSED_BRACKETED_COMMENT");
  EXPECT_EQ(condition_of("a like all ()"), "_LEGACY_ERROR_TEMP_0064");
}

TEST(ParseExpression, DeepNestingIsAnErrorAndNoCrash) {
  const std::string open(10000, '(');
  const std::string close(10000, ')');
  EXPECT_EQ(condition_of(open + "1" + close), "FAILED_TO_PARSE_TOO_COMPLEX");
  EXPECT_EQ(condition_of(open + "select 1" + close), "FAILED_TO_PARSE_TOO_COMPLEX");
  std::string chain = "1";
  for (int i = 0; i < 5000; ++i) chain += " + 1";
  EXPECT_EQ(condition_of(chain), "no error");
}

}  // namespace
}  // namespace firesteel::sql
