"""df.executionInfo and the attributes of toPandas(): the operators of a query that has run, and what is known of them."""
import re

import pytest
from pyspark.sql import functions as F

QUERIES = {
    "aggregate": (lambda spark: spark.range(1000).groupBy((F.col("id") % 3).alias("k")).count(), 3),
    "first rows": (lambda spark: spark.range(10).join(spark.range(5), "id").sort("id").limit(3), 3),
    "limit and offset": (lambda spark: spark.range(10).offset(2).limit(3).union(spark.range(2)), 5),
    "cross join": (lambda spark: spark.range(3).crossJoin(spark.range(2).toDF("x")).distinct(), 6),
    "no rows": (lambda spark: spark.createDataFrame([(1, 2)], ["a", "b"]).where("a > 5"), 0),
    "constants": (lambda spark: spark.sql("SELECT 1 AS a"), 1),
    "window": (lambda spark: spark.sql("SELECT row_number() OVER (ORDER BY id) AS r FROM range(4) EXCEPT SELECT 1"), 3),
    "generator": (lambda spark: spark.sql("SELECT explode(sequence(1, 5)) AS x").repartition(2), 5),
}


def objects(frame):
    return frame.executionInfo.metrics._metrics


@pytest.mark.parametrize("name", QUERIES)
def test_operators_are_those_of_explain(spark, capsys, name):
    make, rows = QUERIES[name]
    frame = make(spark)
    assert len(frame.collect()) == rows
    operators = objects(frame)
    frame.explain("formatted")
    printed = re.findall(r"^[ :+-]*(?:\* )?([A-Z][A-Za-z ]*?) ?\(\d+\)$", capsys.readouterr().out.split("\n\n")[0], re.MULTILINE)
    assert sorted(operator.name.strip() for operator in operators) == sorted(text.strip() for text in printed)
    assert operators[0].parent_plan_id == operators[0].plan_id
    assert {operator.parent_plan_id for operator in operators} <= {operator.plan_id for operator in operators}
    assert {m.name: m.value for m in operators[0].metrics}["numOutputRows"] == rows


def test_files_of_scans(spark, tmp_path):
    path = str(tmp_path / "data")
    spark.range(100).repartition(3).write.parquet(path)
    frame = spark.read.parquet(path).where("id < 10")
    assert len(frame.collect()) == 10
    scan = {m.name: m.value for m in objects(frame)[-1].metrics}
    assert scan["numFiles"] == 3 and scan["filesSize"] == sum(file.stat().st_size for file in (tmp_path / "data").glob("*.parquet"))


def test_pandas(spark):
    assert "Range" in [metric.name for metric in spark.range(3).toPandas().attrs["metrics"]]
