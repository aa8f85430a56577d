#!/usr/bin/env python3
"""Writes test/sql/composed/relations.test: the relations over nulls, duplicate and case-colliding names, alone and under a join, an aggregate and a
window, once with ANSI rules and once without them in another time zone.

    composed_relations.py          # then: record.py --spark ... test/sql/composed/relations.test
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from generate.functions import FileBuilder        # noqa: E402

SETUP = '''\
t = datetime.datetime
rows = [(1, "a", 10, None, "x", t(2020, 3, 8, 2, 30)), (2, "a", None, 1.5, "X", None), (2, "a", None, 1.5, "X", None), (None, "b", -5, 0.0, None, t(2021, 11, 7, 1, 30)), (4, None, 7, float("nan"), "", t(1969, 12, 31, 23, 59)), (5, None, None, None, "é", t(2024, 2, 29, 12, 0)), (6, "b", 2147483647, -0.0, "x", t(2020, 7, 1))]
df = spark.createDataFrame(rows, "id int, k string, v int, d double, s string, t timestamp")
names = df.select("id", "k", F.col("v").alias("c"), F.col("d").alias("c"), F.col("s").alias("C"), "t")
other = spark.createDataFrame([(1, "p", None), (2, "q", 5), (2, "r", 6), (None, "s", 7), (9, "z", 8)], "id int, K string, o int")
names.createOrReplaceTempView("names")
df.createOrReplaceTempView("frame")'''

# Each keeps the columns id and k. `names` has three columns that are called c or C.
RELATIONS = """
    names ; names.select("*") ; names.select("k", "id", "t") ; names.where("id > 1 OR k IS NULL") ; names.where(F.col("t") > "2020-01-01") ; names.where("id = NULL") ; names.sort(F.desc_nulls_last("k"), "id")
    names.orderBy("id").limit(4) ; names.orderBy(F.desc("id")).offset(2).limit(9) ; names.coalesce(1).sample(0.5, 7) ; names.coalesce(1).sample(True, 1.5, 7) ; names.distinct() ; df.dropDuplicates(["k", "id"]) ; df.dropDuplicates()
    names.union(names) ; df.unionByName(df.select("t", "s", "d", "v", "k", "id")) ; df.unionByName(other, allowMissingColumns=True) ; df.intersect(df.where("id > 1")) ; df.intersectAll(df) ; df.exceptAll(df.where("id = 2").limit(1)) ; df.subtract(df.where("k = 'a'"))
    names.join(other.drop("K"), "id") ; names.join(other.drop("K"), "id", "left") ; names.join(other.drop("K"), "id", "right") ; names.join(other.drop("K"), "id", "full") ; names.join(other, "id", "semi") ; names.join(other, "id", "anti") ; names.crossJoin(other.select("o")) ; names.join(other.select("o"), names.id < F.col("o"), "left")
    df.alias("l").join(df.alias("r"), F.col("l.id") == F.col("r.id")).select("l.id", "r.k", "l.v", "r.v") ; df.join(other, df.id.eqNullSafe(other.id)).select(df.id, df.k, other.K, other.id.alias("x"))
    names.withColumn("n", F.col("id") + 1) ; names.withColumn("c", F.lit(1)) ; names.withColumns({"x": F.upper("k"), "X2": F.lit(None)}) ; names.withColumnRenamed("c", "d") ; names.withColumnsRenamed({"t": "T2", "nobody": "x"}) ; names.drop("c") ; names.drop("t", "nobody") ; names.toDF("id", "k", "x", "x", "X", "y")
    names.alias("q").select("q.*") ; names.hint("broadcast") ; names.repartition(3) ; names.repartition("k") ; names.coalesce(1) ; names.select(names.colRegex("`(id|k|t)`")) ; df.fillna(0) ; df.fillna({"k": "none", "v": -1}) ; df.dropna() ; df.dropna("all", subset=["v", "d"]) ; df.dropna(thresh=4) ; df.replace("a", "A") ; df.replace([1, 2], [10, 20], "id")
    df.groupBy("id", "k").agg(F.sum("v"), F.sum("d").alias("c"), F.max("t").alias("C")) ; df.rollup("k", "id").count() ; df.cube("k", "id").agg(F.min("s")) ; df.groupBy("id", "k").pivot("s", ["x", "X"]).agg(F.sum("v")) ; df.groupBy("id", "k").agg(F.collect_set("v").alias("c"))
    df.unpivot(["id", "k"], ["v", "d"], "name", "value") ; df.select("id", "k", F.explode(F.array("v", "id")).alias("c")) ; df.select("id", "k", F.posexplode_outer(F.array_compact(F.array("v")))) ; df.withColumn("w", F.sum("v").over(Window.partitionBy("k").orderBy("t"))) ; df.withColumn("w", F.lag("s").over(Window.orderBy("id", "s")))
    spark.table("names") ; spark.sql("SELECT * FROM names WHERE id IN (SELECT id FROM frame WHERE v IS NULL)") ; spark.sql("WITH x AS (SELECT id, k, c1 FROM names AS n(id, k, c1, c2, c3, t)) SELECT * FROM x ORDER BY id LIMIT 5") ; spark.sql("SELECT id, k, e FROM frame LATERAL VIEW OUTER explode(split(s, '')) AS e") ; spark.sql("SELECT f.id, f.k, (SELECT max(o.v) FROM frame o WHERE o.k = f.k) AS m FROM frame f") ; spark.sql("SELECT id, k, count(*) AS n FROM frame GROUP BY ALL HAVING count(*) < 3") ; spark.sql("SELECT id, k FROM frame UNION ALL SELECT o, K FROM {o}", o=other)
    names.persist() ; df.to(T.StructType([T.StructField("k", T.StringType()), T.StructField("ID", T.LongType())])) ; df.observe("seen", F.count("*")) ; df.coalesce(1).sampleBy("k", {"a": 0.9}, 3) ; df.coalesce(1).randomSplit([0.5, 0.5], 3)[0] ; df.lateralJoin(other.where(F.col("id") == F.col("id").outer()).select("o")) ; df.transform(lambda f: f.where("v IS NOT NULL")) ; df.select("id", "k", F.inline(F.array(F.struct("v", "d")))) ; df.select("id", "k", F.stack(F.lit(2), "v", "id")) ; df.selectExpr("id", "k", "nullif(v, 7) AS c", "t AS C")
    spark.range(3).select(F.col("id").cast("int"), F.lit("a").alias("k")) ; spark.createDataFrame([(1, "a"), (None, None)], "id int, k string") ; df.where(F.col("v").isin([7, None])) ; df.orderBy("t", F.asc_nulls_last("id")).limit(3).union(df.orderBy(F.desc("t"), "id").limit(2)) ; df.select("id", "k", "d").where("d = d AND d <> 'x'") ; df.where("t < '2020-03-08 03:00:00'").select("id", "k", F.date_trunc("hour", "t")) ; df.select("id", "k", F.col("s").try_cast("int")) ; df.selectExpr("id", "k", "id / (id - 2)")"""

COMPOSITIONS = {
    "plain": "{}", "join": '{}.join(other.select("id", "o"), "id", "left")', "aggregate": '{}.groupBy("k").agg(F.count("*"), F.max("id"), F.countDistinct("id"))',
    "window": '{}.withColumn("w", F.sum("id").over(Window.partitionBy("k").orderBy("id")))'}
MODES = {"ansi": {}, "legacy": {"spark.sql.ansi.enabled": "false", "spark.sql.session.timeZone": "Asia/Kolkata"}}


def relations():
    return [r.strip() for line in RELATIONS.strip().split("\n") for r in line.split(" ; ")]


def main():
    out = FileBuilder("composed/relations.test", "Relations alone and composed; generate/composed_relations.py makes this file.", SETUP)
    for mode, settings in MODES.items():
        out.session(settings)
        for relation in relations():
            for name, form in COMPOSITIONS.items():
                out.case(f"{mode} {name} {relation}", form.format(relation), kind="python")
    out.write()


if __name__ == "__main__":
    main()
