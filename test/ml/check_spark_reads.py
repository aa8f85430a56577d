"""Real Spark reads what Firesteel wrote: check_spark_reads.py sc://host:port FOLDER

FOLDER is what the unit tests leave with FIRESTEEL_KEEP_MODELS=FOLDER; the Spark server must see it.
"""
import sys

from pyspark.ml.classification import LogisticRegression, LogisticRegressionModel
from pyspark.ml.feature import OneHotEncoderModel, StandardScalerModel, StringIndexerModel
from pyspark.ml.linalg import Vectors
from pyspark.ml.regression import LinearRegressionModel
from pyspark.sql import SparkSession


def main():
    spark = SparkSession.builder.remote(sys.argv[1]).getOrCreate()
    folder = sys.argv[2]
    points = spark.createDataFrame([(0.0, Vectors.dense(1, 2)), (1.0, Vectors.dense(2, 1))], ["label", "features"])
    words = spark.createDataFrame([("a", 1), ("b", 2)], ["s", "n"])
    model = LogisticRegressionModel.load(f"{folder}/logistic_regression")
    assert model.numClasses == 2 and model.numFeatures == 2, model
    assert [r.prediction for r in model.transform(points).collect()] == [0.0, 1.0]
    assert abs(model.intercept - 2.3046633550766122) < 1e-12 and model.getRegParam() == 0.1
    estimator = LogisticRegression.load(f"{folder}/logistic_regression_estimator")
    assert estimator.getMaxIter() == 7 and estimator.getThresholds() == [0.3, 0.7]
    linear = LinearRegressionModel.load(f"{folder}/linear_regression")
    assert len(linear.transform(points).collect()) == 2 and linear.scale == 1.0
    index = StringIndexerModel.load(f"{folder}/string_indexer")
    assert list(map(list, index.labelsArray)) == [["a", "b"], ["1", "2", "3"]]
    assert [(r.x, r.y) for r in index.transform(words).collect()] == [(0.0, 0.0), (1.0, 1.0)]
    assert list(OneHotEncoderModel.load(f"{folder}/one_hot_encoder").categorySizes) == [4]
    assert StandardScalerModel.load(f"{folder}/standard_scaler").mean.size == 2
    print("Spark reads all of them")


main()
