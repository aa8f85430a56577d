"""Windows over whole partitions of transformed rows: the engine may read them twice."""
from pyspark.ml.feature import Bucketizer, VectorAssembler
from pyspark.sql import Window
from pyspark.sql import functions as F


def test_windows_over_transformed_rows(spark):
    rows = spark.range(1000).selectExpr("id % 10 AS k", "CAST(id AS DOUBLE) AS x")
    bucketed = Bucketizer(splits=[-1.0, 100.0, 2000.0], inputCol="x", outputCol="bucket").transform(rows)
    assembled = VectorAssembler(inputCols=["x"], outputCol="features").transform(bucketed)
    window = Window.partitionBy("k")
    for transformed in (bucketed, assembled):
        answer = transformed.select("k", F.min("x").over(window).alias("least"), F.max("bucket").over(window).alias("most")).distinct().orderBy("k").collect()
        assert answer == [(k, float(k), 1.0) for k in range(10)]
