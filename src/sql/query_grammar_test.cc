// Plans of queries and statements; the shapes follow Spark 4.2's parsed logical plans.
#include <gtest/gtest.h>

#include "base/error.h"
#include "sql/parser.h"
#include "sql/plan_text.h"

namespace firesteel::sql {
namespace {

std::string tree(std::string_view text) { return plan_text::to_text(parse_query(text)); }

std::string condition_of(std::string_view text) {
  try {
    parse_statement(text);
  } catch (const SparkError& error) {
    return error.condition();
  }
  return "no error";
}

TEST(ParseQuery, ReadsSelect) {
  EXPECT_EQ(tree("select a, b x from t where a > 1 order by a desc limit 3 offset 2"),
            "Limit[3](Offset[2](Sort[a desc last](Project[a, b as x](Filter[(> a 1)](t)))))");
  EXPECT_EQ(tree("select distinct a from t"), "Distinct(Project[a](t))");
  EXPECT_EQ(tree("from t"), "t");
  EXPECT_EQ(tree("from t select a"), "Project[a](t)");
  EXPECT_EQ(tree("select /*+ broadcast(b) */ * from a"), "Hint[broadcast b](Project[*](a))");
  EXPECT_EQ(tree("select * from csv.`/tmp/x.csv`"), "Project[*](csv./tmp/x.csv)");
  EXPECT_EQ(tree("table t"), "t");
  EXPECT_EQ(tree("select 1;;"), "Project[1](OneRow)");
}

TEST(ParseQuery, WordsNameColumnsWhereNoClauseFollows) {
  EXPECT_EQ(tree("select 1 from"), "Project[1 as from](OneRow)");
  EXPECT_EQ(tree("select 1 limit"), "Project[1 as limit](OneRow)");
  EXPECT_EQ(tree("select a from t where"), "Project[a](As where{t})");
  EXPECT_EQ(tree("select * from t where where"), "Project[*](Filter[where](t))");
  EXPECT_EQ(tree("select date, user, end from t"), "Project[date, user, end](t)");
}

TEST(ParseQuery, ReadsGrouping) {
  EXPECT_EQ(tree("select a, sum(b) from t group by a having sum(b) > 1"),
            "Aggregate[a; a, (sum b); having (> (sum b) 1)](t)");
  EXPECT_EQ(tree("select sum(b) from t"), "Project[(sum b)](t)");
  EXPECT_EQ(tree("select sum(b) from t having sum(b) > 1"),
            "Aggregate[; (sum b); having (> (sum b) 1)](t)");
  EXPECT_EQ(tree("select a, sum(b) from t group by all"), "AggregateAll[; a, (sum b)](t)");
  EXPECT_EQ(tree("select a from t group by rollup(a, b)"),
            "AggregateSets[a, b; a; {a, b}; {a}; {}](t)");
  EXPECT_EQ(tree("select a from t group by a, b with cube"), "AggregateCube[a, b; a](t)");
  EXPECT_EQ(tree("select a from t group by cube(a, b)"),
            "AggregateSets[a, b; a; {a, b}; {a}; {b}; {}](t)");
  EXPECT_EQ(tree("select a from t group by a, rollup(b)"),
            "AggregateSets[a, b; a; {a, b}; {a}](t)");
  EXPECT_EQ(tree("select a from t group by grouping sets((a, b), a, ())"),
            "AggregateSets[a, b; a; {a, b}; {a}; {}](t)");
}

TEST(ParseQuery, ReadsJoins) {
  EXPECT_EQ(tree("select * from a, b"), "Project[*](Inner(a, b))");
  EXPECT_EQ(tree("select * from a left join b on a.x = b.x"),
            "Project[*](Left[(= a.x b.x)](a, b))");
  EXPECT_EQ(tree("select * from a full outer join b using (x, y)"),
            "Project[*](Full[using x,y](a, b))");
  EXPECT_EQ(tree("select * from a left semi join b on p anti join c on q"),
            "Project[*](Anti[q](Semi[p](a, b), c))");
  EXPECT_EQ(tree("select * from a natural right join b"), "Project[*](NaturalRight(a, b))");
  EXPECT_EQ(tree("select * from a cross join b"), "Project[*](Cross(a, b))");
  EXPECT_EQ(tree("select * from a, lateral (select a.x) s"),
            "Project[*](LateralInner(a, As s{Project[a.x](OneRow)}))");
  EXPECT_EQ(tree("select * from (a join b on p) c"), "Project[*](As c{Inner[p](a, b)})");
  EXPECT_EQ(tree("select * from a x left outer join b as y"),
            "Project[*](Left(As x{a}, As y{b}))");
}

TEST(ParseQuery, ReadsSourcesInFrom) {
  EXPECT_EQ(tree("select * from (select 1) t(x)"), "Project[*](As t(x){Project[1](OneRow)})");
  EXPECT_EQ(tree("select * from (select 1)"), "Project[*](As {Project[1](OneRow)})");
  EXPECT_EQ(tree("select * from values (1, 'a'), (2, 'b') as t(x, y)"),
            "Project[*](As t(x,y){Values[1, 'a'][2, 'b']})");
  EXPECT_EQ(tree("values 1, 2"), "Values[1][2]");
  EXPECT_EQ(tree("select * from range(1, 10) r"), "Project[*](As r{range(1, 10)})");
  EXPECT_EQ(tree("select * from t tablesample (10 percent)"), "Project[*](Sample[0.1](t))");
  EXPECT_EQ(tree("select * from t tablesample (5 rows)"), "Project[*](Limit[5](t))");
  EXPECT_EQ(tree("select * from t lateral view outer explode(m) e as k, v"),
            "Project[*](LateralViewOuter[(explode m) e k,v](t))");
  EXPECT_EQ(tree("select * from t pivot (sum(a) for b in (1 as x, 2))"),
            "Project[*](AggregatePivot[; (sum a); b in 1 as x, 2](t))");
  EXPECT_EQ(tree("select * from t unpivot (v for n in (a, b))"),
            "Project[*](Filter[(isnotnull v)](Unpivot[*-a-b; a, b; n v](t)))");
}

TEST(ParseQuery, ReadsSetOperations) {
  EXPECT_EQ(tree("table a union all table b union all table c"), "UnionAll(a, b, c)");
  EXPECT_EQ(tree("table a union table b intersect table c"), "Union(a, Intersect(b, c))");
  EXPECT_EQ(tree("table a except all table b minus table c"), "Except(ExceptAll(a, b), c)");
  EXPECT_EQ(tree("(select 1 union select 2) order by 1"),
            "Sort[1 asc first](Union(Project[1](OneRow), Project[2](OneRow)))");
  EXPECT_EQ(tree("select * from ((select 1) union all (select 2)) t"),
            "Project[*](As t{UnionAll(Project[1](OneRow), Project[2](OneRow))})");
}

TEST(ParseQuery, ReadsWithWindowsAndOrders) {
  EXPECT_EQ(tree("with a(x) as (select 1), b as (table a) select * from b"),
            "With[a(x)=Project[1](OneRow); b()=a; ](Project[*](b))");
  EXPECT_EQ(tree("with recursive r as (select 1) table r"),
            "WithRecursive[r()=Project[1](OneRow); ](r)");
  EXPECT_EQ(tree("select sum(a) over w from t window w as (order by b)"),
            "Windows[w over[b asc first]](Project[(sum a) over[w]](t))");
  EXPECT_EQ(tree("select a from t distribute by a sort by b"),
            "SortLocal[b asc first](Repartition[a](Project[a](t)))");
  EXPECT_EQ(tree("select a from t cluster by a"),
            "SortLocal[a asc first](Repartition[a](Project[a](t)))");
  EXPECT_EQ(tree("select a from t qualify rank() over (order by a) = 1"),
            "Drop[__qualify_condition](Filter[__qualify_condition](Project[a, (= (rank) "
            "over[a asc first] 1) as __qualify_condition](t)))");
}

TEST(ParseStatement, ReadsCommands) {
  const auto view = std::get<CreateView>(
      parse_statement("CREATE OR REPLACE TEMP VIEW v (a, b COMMENT 'x') AS SELECT 1, 2"));
  EXPECT_TRUE(view.replace);
  EXPECT_EQ(view.column_names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(plan_text::to_text(view.query), "Project[1, 2](OneRow)");
  EXPECT_TRUE(std::get<DropView>(parse_statement("drop view if exists a.b")).if_exists);
  const auto set = std::get<SetConfiguration>(parse_statement("SET spark.x.y = a b;"));
  EXPECT_EQ(*set.key, "spark.x.y");
  EXPECT_EQ(*set.value, "a b");
  EXPECT_EQ(*std::get<SetConfiguration>(parse_statement("SET `a b`=`c`")).value, "c");
  EXPECT_EQ(*std::get<SetConfiguration>(parse_statement("SET x=")).value, "");
  EXPECT_FALSE(std::get<SetConfiguration>(parse_statement("SET")).key.has_value());
  EXPECT_EQ(*std::get<SetConfiguration>(parse_statement("SET TIME ZONE INTERVAL 8 HOURS")).value,
            "+08:00");
  EXPECT_EQ(std::get<Explain>(parse_statement("EXPLAIN EXTENDED SELECT 1")).mode, "extended");
  EXPECT_TRUE(std::get<CacheTable>(parse_statement("CACHE LAZY TABLE c AS SELECT 1")).is_lazy);
  const auto show =
      std::get<CatalogStatement>(parse_statement("SHOW TABLES FROM default LIKE 'v*'")).call;
  EXPECT_EQ(show.name, "show_tables");
  EXPECT_EQ(show.arguments.at("pattern"), "v*");
  EXPECT_EQ(std::get<CatalogStatement>(parse_statement("DESC TABLE EXTENDED v1"))
                .call.arguments.at("table_name"),
            "`v1`");
}

TEST(ParseStatement, RefusesWithSparksConditions) {
  EXPECT_EQ(condition_of(""), "PARSE_EMPTY_STATEMENT");
  EXPECT_EQ(condition_of("  -- x"), "PARSE_SYNTAX_ERROR");
  EXPECT_EQ(condition_of("SELECT 1; SELECT 2"), "PARSE_SYNTAX_ERROR");
  EXPECT_EQ(condition_of("SELECT a b c"), "PARSE_SYNTAX_ERROR");
  EXPECT_EQ(condition_of("SELECT * FROM a-b"), "INVALID_IDENTIFIER");
  EXPECT_EQ(condition_of("SELECT x FROM t ORDER x"), "PARSE_SYNTAX_ERROR");
  EXPECT_EQ(condition_of("SELECT * FROM t1 t2 t3"), "PARSE_SYNTAX_ERROR");
  EXPECT_EQ(condition_of("SET foo bar"), "INVALID_SET_SYNTAX");
  EXPECT_EQ(condition_of("CREATE OR REPLACE TEMP VIEW a.b AS SELECT 1"),
            "INVALID_TEMP_OBJ_QUALIFIER");
  EXPECT_EQ(condition_of("WITH a AS (SELECT 1), a AS (SELECT 2) SELECT * FROM a"),
            "DUPLICATED_CTE_NAMES");
  EXPECT_EQ(condition_of("LOAD DATA INPATH 'x' INTO TABLE t"), "UNSUPPORTED_FEATURE.STATEMENT");
  EXPECT_EQ(condition_of("MERGE INTO t USING s ON a = b WHEN MATCHED THEN DELETE"), "UNSUPPORTED_FEATURE.STATEMENT");
  EXPECT_EQ(condition_of("CREATE FOO"), "PARSE_SYNTAX_ERROR");
}

}  // namespace
}  // namespace firesteel::sql
