"""Has real Spark save small models: record_models.py sc://host:port FOLDER (a folder that the server can write)

Copy the part files of FOLDER into fixtures/models, named part-00000.txt and part-00000.snappy.parquet.
"""
import sys

from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import OneHotEncoder, StandardScaler, StringIndexer
from pyspark.ml.linalg import Vectors
from pyspark.ml.regression import LinearRegression
from pyspark.sql import SparkSession


def main():
    spark = SparkSession.builder.remote(sys.argv[1]).getOrCreate()
    rows = [(0.0, Vectors.dense(1, 2)), (1.0, Vectors.dense(2, 1)), (1.0, Vectors.dense(0, 1)), (0.0, Vectors.dense(1, 1))]
    points = spark.createDataFrame(rows, ["label", "features"]).coalesce(1)
    words = spark.createDataFrame([("a", 1), ("b", 2), ("a", 3)], ["s", "n"])
    instances = {
        "logistic_regression": LogisticRegression(regParam=0.1).fit(points),
        "logistic_regression_estimator": LogisticRegression(maxIter=7, thresholds=[0.3, 0.7]),
        "linear_regression": LinearRegression(regParam=0.1).fit(points),
        "string_indexer": StringIndexer(inputCols=["s", "n"], outputCols=["x", "y"]).fit(words),
        "one_hot_encoder": OneHotEncoder(inputCols=["n"], outputCols=["y"]).fit(words),
        "standard_scaler": StandardScaler(inputCol="features", outputCol="y", withMean=True).fit(points),
    }
    for name, instance in instances.items():
        instance.write().overwrite().save(f"{sys.argv[2]}/{name}")


main()
