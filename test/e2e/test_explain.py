"""explain() and EXPLAIN: plans of Spark's shape, and why operators stay on the CPU. The lines are Spark 4.2's own where
it prints the same operators; numbers of columns are replaced by N."""
import re

import pytest
from pyspark.sql import functions as F


def explained(frame, mode="simple"):
    text = frame._explain_string(mode=mode)
    return re.sub(r"#\d+", "#N", text)


def numbers(spark):
    return spark.range(0, 10, 1, 2)


SAME_AS_SPARK = {
    "project": (lambda s: numbers(s).filter("id > 3").select((F.col("id") * 2).alias("x")), """\
*(1) Project [(id#NL * 2) AS x#NL]
+- *(1) Filter (id#NL > 3)
   +- *(1) Range (0, 10, step=1, splits=2)
"""),
    "limit": (lambda s: numbers(s).limit(3), """\
CollectLimit 3
+- *(1) Range (0, 10, step=1, splits=2)
"""),
    "offset": (lambda s: numbers(s).offset(3), """\
CollectLimit -1, 3
+- *(1) Range (0, 10, step=1, splits=2)
"""),
    "top": (lambda s: numbers(s).sort(F.desc("id")).limit(3), """\
TakeOrderedAndProject(limit=3, orderBy=[id#NL DESC NULLS LAST], output=[id#NL])
+- *(1) Range (0, 10, step=1, splits=2)
"""),
    "union": (lambda s: numbers(s).union(numbers(s)), """\
Union
:- *(1) Range (0, 10, step=1, splits=2)
+- *(2) Range (0, 10, step=1, splits=2)
"""),
    "sample": (lambda s: numbers(s).sample(0.5, 1), """\
*(1) Sample 0.0, 0.5, false, 1
+- *(1) Range (0, 10, step=1, splits=2)
"""),
    "coalesce": (lambda s: numbers(s).coalesce(1), """\
Coalesce 1
+- *(1) Range (0, 10, step=1, splits=2)
"""),
    "one row": (lambda s: s.sql("select 1 as a"), """\
*(1) Project [1 AS a#N]
+- *(1) Scan OneRowRelation[]
"""),
}


@pytest.mark.parametrize("name", SAME_AS_SPARK)
def test_physical_plan_as_spark_prints_it(spark, name):
    frame, want = SAME_AS_SPARK[name]
    assert explained(frame(spark)) == "== Physical Plan ==\n" + want + "\n"


def test_scan_of_files(spark, tmp_path):
    path = str(tmp_path / "t")
    numbers(spark).select("id", (F.col("id") % 2).alias("p")).write.partitionBy("p").parquet(path)
    text = explained(spark.read.parquet(path).filter("p = 1 and id > 3"))
    scan = text.splitlines()[-2].strip()
    assert scan.startswith("+- FileScan parquet [id#NL,p#N] Batched: true, DataFilters: [")
    assert "Format: Parquet, Location: InMemoryFileIndex(1 paths)[file:" + path + "]" in scan
    assert "PartitionFilters: [(p#N = 1)], PushedFilters: [GreaterThan(id,3)]" in scan
    assert scan.endswith("ReadSchema: struct<id:bigint>")


def test_aggregate_and_join(spark):
    left = numbers(spark).groupBy((F.col("id") % 3).alias("g")).agg(F.sum("id"))
    text = explained(left.join(numbers(spark), F.col("g") == F.col("id"), "left"))
    assert re.search(r"(?m)^BroadcastHashJoin \[g#NL\], \[id#NL\], LeftOuter, BuildRight", text)
    assert re.search(r"HashAggregate\(keys=\[.*\], functions=\[sum\(id#NL\)\]\)", text)


def test_extended(spark):
    text = explained(numbers(spark).filter("id > 3"), "extended")
    assert text == """\
== Parsed Logical Plan ==
'Filter ('id > 3)
+- Range (0, 10, step=1, splits=Some(2))

== Analyzed Logical Plan ==
id: bigint
Filter (id#NL > cast(3 as bigint))
+- Range (0, 10, step=1, splits=Some(2))

== Optimized Logical Plan ==
Filter (id#NL > cast(3 as bigint))
+- Range (0, 10, step=1, splits=Some(2))

== Physical Plan ==
*(1) Filter (id#NL > 3)
+- *(1) Range (0, 10, step=1, splits=2)
"""


def test_cost(spark):
    text = explained(spark.range(0, 2000, 1, 2).limit(5), "cost")
    assert "GlobalLimit 5, Statistics(sizeInBytes=80.0 B, rowCount=5)\n" in text
    assert "Range (0, 2000, step=1, splits=Some(2)), Statistics(sizeInBytes=15.6 KiB, rowCount=2.00E+3)\n" in text


def test_formatted(spark):
    text = explained(numbers(spark).filter("id > 3"), "formatted")
    assert text == """\
== Physical Plan ==
* Filter (2)
+- * Range (1)


(1) Range [codegen id : 1]
Output [1]: [id#NL]
Arguments: Range (0, 10, step=1, splits=2)

(2) Filter [codegen id : 1]
Input [1]: [id#NL]
Condition : (id#NL > 3)

"""


def test_codegen(spark):
    text = explained(numbers(spark).filter("id > 3"), "codegen")
    assert text.startswith("Found 1 WholeStageCodegen subtrees.\n== Subtree 1 / 1 ==\n*(1) Filter (id#NL > 3)\n")
    assert "Generated code:\n" in text
    assert explained(spark.createDataFrame([(1,)], "k int"), "codegen") == "Found 0 WholeStageCodegen subtrees.\n"


@pytest.mark.parametrize("mode, heading", [("", "== Physical Plan =="), ("EXTENDED", "== Parsed Logical Plan =="),
                                           ("FORMATTED", "== Physical Plan =="), ("COST", "== Optimized Logical Plan =="),
                                           ("CODEGEN", "Found 1 WholeStageCodegen subtrees.")])
def test_statement(spark, mode, heading):
    answer = spark.sql(f"EXPLAIN {mode} SELECT id + 1 FROM range(3)")
    assert answer.columns == ["plan"]
    assert answer.collect()[0][0].startswith(heading)


def test_statement_of_a_wrong_query(spark):
    text = spark.sql("EXPLAIN SELECT nope FROM range(3)").collect()[0][0]
    assert text.startswith("Error occurred during query planning: \n[UNRESOLVED_COLUMN.WITH_SUGGESTION]")


@pytest.mark.parametrize("mode", ["ALL", "NOT_ON_GPU"])
def test_why_operators_stay_on_the_cpu(spark, mode):
    spark.conf.set("spark.rapids.sql.enabled", "true")
    spark.conf.set("spark.rapids.sql.explain", mode)
    lines = explained(numbers(spark).select((F.col("id") + 1).alias("x")).sort("x")).splitlines()
    assert any(re.match(r"!Exec <SortExec> cannot run on GPU because .+", line) for line in lines)
    assert "  @Expression <SortOrder> x#NL ASC NULLS FIRST could run on GPU" in lines
    assert any(re.match(r" +!Exec <ProjectExec> cannot run on GPU because .+; not all expressions can be replaced", line)
               for line in lines)
    assert any(re.match(r" +@Expression <Alias> \(id#NL \+ 1\) AS x#NL could run on GPU", line) for line in lines)
    assert any(re.match(r" +!Expression <Add> \(id#NL \+ 1\) cannot run on GPU because .+", line) for line in lines)


@pytest.mark.parametrize("settings", [{}, {"spark.rapids.sql.enabled": "false"}, {"spark.rapids.sql.explain": "NONE"},
                                      {"spark.rapids.sql.enabled": "false", "spark.rapids.sql.explain": "ALL"}])
def test_silent_about_the_gpu(spark, settings):
    for key, value in settings.items():
        spark.conf.set(key, value)
    assert "GPU" not in explained(numbers(spark).sort("id"))


def test_placement_reaches_the_log(spark, own_server):
    spark.conf.set("spark.rapids.sql.explain", "ALL")
    before = own_server.log_text().count("!Exec <SortExec> cannot run on GPU because")
    assert numbers(spark).sort("id").count() == 10
    assert numbers(spark).sort("id").collect()[0][0] == 0
    assert own_server.log_text().count("!Exec <SortExec> cannot run on GPU because") > before


def test_unknown_placement_mode(spark):
    from pyspark.errors import IllegalArgumentException
    spark.conf.set("spark.rapids.sql.explain", "SOMETIMES")
    with pytest.raises(IllegalArgumentException, match="INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS"):
        numbers(spark).collect()
