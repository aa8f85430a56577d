#!/usr/bin/env python3
"""Writes the decoder fuzzer's corpus: plans as the PySpark client serialises them. usage: make_corpus.py REMOTE FOLDER"""
import datetime
import decimal
import os
import sys

from pyspark.sql import SparkSession, Window, functions as F


def frames(spark):
    people = spark.createDataFrame([(1, "a", 2.5, [1, 2]), (2, None, -1.0, [])], "k int, v string, d double, l array<int>")
    numbers = spark.range(0, 100, 3, 2)
    k = F.col("k")
    yield "local", people
    yield "range", numbers
    yield "project", people.select("*", (k + 1).alias("n"), F.lit(None), F.lit(decimal.Decimal("1.50")), F.lit(b"x"))
    yield "literals", people.select(F.lit(datetime.date(2024, 2, 29)), F.lit(datetime.datetime(2024, 2, 29, 1, 2, 3)),
                                    F.lit(datetime.timedelta(days=1)), F.lit(True), F.lit(1.5), F.lit([1, 2]), F.lit("ü"))
    yield "filter", people.filter((k > 1) & F.col("v").isNotNull() | ~k.isin(1, 2))
    yield "sql", spark.sql("SELECT k, count(*) FROM VALUES (1), (2) AS t(k) GROUP BY k HAVING k > :low", {"low": 1})
    yield "expression", people.selectExpr("k + 1 AS x", "upper(v)", "CASE WHEN k > 1 THEN d END", "l[0]")
    yield "aggregate", people.groupBy("v").agg(F.sum("k"), F.countDistinct("d"), F.max("l"))
    yield "rollup", people.rollup("k", "v").count()
    yield "pivot", people.groupBy("k").pivot("v", ["a", "b"]).sum("d")
    yield "join", people.alias("a").join(numbers.alias("b"), F.col("a.k") == F.col("b.id"), "left")
    yield "using", people.join(people.withColumnRenamed("v", "w"), ["k"], "full")
    yield "union", people.union(people).unionByName(people, allowMissingColumns=True)
    yield "except", numbers.exceptAll(spark.range(3)).intersect(numbers)
    yield "sort", people.orderBy(F.desc_nulls_first("d"), "k").limit(3).offset(1)
    yield "window", people.withColumn("w", F.row_number().over(Window.partitionBy("v").orderBy("k")))
    yield "frame", people.withColumn("w", F.sum("k").over(Window.orderBy("k").rowsBetween(-1, 1)))
    yield "generate", people.select("k", F.explode_outer("l").alias("e"))
    yield "higher_order", people.select(F.transform("l", lambda x: x + 1), F.aggregate("l", F.lit(0), lambda a, x: a + x))
    yield "deduplicate", people.dropDuplicates(["k"]).distinct()
    yield "drop", people.drop("v", "nothing").withColumnsRenamed({"k": "kk"}).toDF("a", "b", "c")
    yield "missing", people.na.fill({"v": "x"}).na.drop(how="any").na.replace("x", "y")
    yield "sample", people.sample(0.5, 3).repartition(3, "k").coalesce(1)
    yield "unpivot", people.unpivot("k", ["d"], "name", "value")
    yield "struct", people.select(F.struct("k", F.col("v").alias("x")).alias("s")).select("s.x", F.col("s").withField("y", F.lit(1)))
    yield "cast", people.select(k.cast("decimal(10,2)"), k.try_cast("date"), F.col("v").cast("map<string,int>"))
    yield "read", spark.read.schema("a int").option("header", True).csv("/nowhere/*.csv")
    yield "subquery", people.where(k == spark.range(3).agg(F.max("id")).scalar())
    yield "hint", people.hint("broadcast").alias("t")
    yield "statistics", people.describe("k").union(people.summary("count"))


def main():
    remote, folder = sys.argv[1:]
    spark = SparkSession.builder.remote(remote).create()
    os.makedirs(folder, exist_ok=True)
    for name, frame in frames(spark):
        with open(os.path.join(folder, name), "wb") as f:
            f.write(frame._plan.to_proto(spark.client).SerializeToString())


if __name__ == "__main__":
    main()
