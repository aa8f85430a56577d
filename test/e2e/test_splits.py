"""Random splits: the parts are disjoint and together are the input, whatever the source."""
import pytest
from pyspark.sql import Window
from pyspark.sql import functions as F
from pyspark.sql.connect.session import SparkSession

from firesteel_testing.server import Server

RUNS = 20


def sources(spark, folder):
    spark.range(5000).select("id", (F.col("id") % 97).alias("k")).write.mode("overwrite").parquet(folder)
    scan = spark.read.parquet(folder)
    scan.repartition(3).write.mode("overwrite").csv(folder + "_csv")
    other = spark.range(97).select(F.col("id").alias("k"), (F.col("id") * 3).alias("w"))
    return {
        "scan": scan,
        "join": scan.join(other, "k").select("id", "w"),
        "group_by": scan.groupBy((F.col("id") % 1500).alias("id")).agg(F.count("*").alias("n")),
        "union": scan.select("id").where("id < 2500").union(scan.select("id").where("id >= 2500")),
        "local_relation": spark.createDataFrame([(i, f"s{i % 5}") for i in range(1500)], "id int, s string"),
        "range": spark.range(3000),
        "window": scan.select("id", F.row_number().over(Window.partitionBy("k").orderBy("id")).alias("n")).where("n <= 20"),
        "csv": spark.read.schema("id long, k long").csv(folder + "_csv"),
    }


@pytest.fixture(scope="module")
def two_threads():
    """Whatever the machine has: rows come in another order each time only where threads share the work."""
    server = Server(["--threads", "2"])
    yield server
    server.stop()


@pytest.fixture
def spark(two_threads):
    session = SparkSession.builder.remote(two_threads.remote).create()
    yield session
    session.stop()


@pytest.mark.parametrize("kind", ["scan", "join", "group_by", "union", "local_relation", "range", "window", "csv"])
def test_parts_are_the_whole(spark, tmp_path, kind):
    df = sources(spark, str(tmp_path / "t"))[kind]
    whole = sorted(r[0] for r in df.select("id").collect())
    assert len(set(whole)) == len(whole)
    for run in range(RUNS):
        parts = [[r[0] for r in p.select("id").collect()] for p in df.randomSplit([0.8, 0.2], seed=1234 + run)]
        assert not set(parts[0]) & set(parts[1])
        assert sorted(parts[0] + parts[1]) == whole
        assert 0.7 < len(parts[0]) / len(whole) < 0.9


def test_three_parts(spark):
    parts = [{r[0] for r in p.collect()} for p in spark.range(3000).randomSplit([1.0, 2.0, 3.0], seed=9)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 3000


def test_same_seed_same_rows(spark):
    first, again = (spark.range(3000).sample(fraction=0.3, seed=4).collect() for _ in range(2))
    assert first == again
    assert spark.range(3000).sample(fraction=0.3, seed=5).collect() != first
