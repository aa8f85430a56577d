"""The six evaluators with every metric, on ordinary and on odd data."""
import math

from pyspark.ml.evaluation import (BinaryClassificationEvaluator, ClusteringEvaluator, MulticlassClassificationEvaluator,
                                   MultilabelClassificationEvaluator, RankingEvaluator, RegressionEvaluator)
from pyspark.ml.linalg import Vectors

import data
from cases import case, exact, failure, near

LISTS = "prediction array<double>, label array<double>"
MULTILABEL = ["subsetAccuracy", "accuracy", "hammingLoss", "precision", "recall", "f1Measure", "precisionByLabel",
              "recallByLabel", "f1MeasureByLabel", "microPrecision", "microRecall", "microF1Measure"]
RANKING = ["meanAveragePrecision", "meanAveragePrecisionAtK", "precisionAtK", "ndcgAtK", "recallAtK"]


def metric(evaluator, df):
    """The metric, or how it fails."""
    try:
        return near(evaluator.evaluate(df), 1e-12)
    except Exception:
        return failure(lambda: evaluator.evaluate(df))


def per_metric(spark, make, names, tables, schema):
    out = {}
    for title, rows in tables.items():
        df = spark.createDataFrame(rows, schema).coalesce(1)
        for name in names:
            found = metric(make(name), df)
            if found["value"] != found["value"]:
                found = exact("NaN")
            out[f"{title}_{name}"] = found
    return out


@case
def multilabel_metrics(spark):
    tables = {"plain": [([0.0, 1.0], [1.0, 0.0]), ([0.0], [0.0, 2.0]), ([2.0, 3.0], [2.0])],
              "without_label_0": [([7.0], [7.0]), ([5.0], [7.0])],
              "empty_lists": [([], [1.0, 0.0]), ([0.0], []), ([], [])],
              "repeated": [([0.0, 0.0], [0.0]), ([1.0], [1.0, 1.0])],
              "null_element": [([None, 1.0], [1.0])],
              "null_list": [(None, [1.0]), ([1.0], [1.0])],
              "no_rows": []}
    out = per_metric(spark, lambda name: MultilabelClassificationEvaluator(metricName=name), MULTILABEL, tables, LISTS)
    df = spark.createDataFrame(tables["plain"], LISTS).coalesce(1)
    for name in ("precisionByLabel", "recallByLabel", "f1MeasureByLabel"):
        out[f"label_2_{name}"] = metric(MultilabelClassificationEvaluator(metricName=name, metricLabel=2.0), df)
    return out


@case
def ranking_metrics(spark):
    tables = {"plain": [([1.0, 6.0, 2.0, 7.0, 8.0, 3.0, 9.0, 10.0, 4.0, 5.0], [1.0, 2.0, 3.0, 4.0, 5.0]),
                        ([4.0, 1.0, 5.0, 6.0, 2.0, 7.0, 3.0, 8.0, 9.0, 10.0], [1.0, 2.0, 3.0]), ([1.0, 2.0, 3.0], [])],
              "short": [([], [1.0]), ([1.0], [1.0, 2.0, 2.0])], "no_rows": [], "null_list": [(None, [1.0])]}
    out = {}
    for k in (1, 2, 7, 20):
        out.update({f"k{k}_{name}": value for name, value in
                    per_metric(spark, lambda name: RankingEvaluator(metricName=name, k=k), RANKING, tables, LISTS).items()})
    return out


POINTS = [(Vectors.dense([0.0, 0.5]), 0.0, 1.0), (Vectors.dense([0.5, 0.0]), 0.0, 2.0), (Vectors.dense([10.0, 11.0]), 1.0, 1.5),
          (Vectors.sparse(2, [0], [10.5]), 1.0, 1.0), (Vectors.dense([8.0, 6.0]), 1.0, 0.5), (Vectors.dense([-1.0, 6.0]), 2.0, 0.5)]


@case
def silhouettes(spark):
    tables = {"plain": POINTS, "zero": POINTS + [(Vectors.dense([0.0, 0.0]), 1.0, 1.0)],
              "not_a_number": POINTS + [(Vectors.dense([0.0, math.nan]), 1.0, 1.0)],
              "one_cluster": POINTS[:2], "null_cluster": POINTS + [(Vectors.dense([0.0, 0.0]), None, 1.0)],
              "other_size": POINTS + [(Vectors.dense([0.0, 1.0, 3.0]), 1.0, 1.0)],
              "negative_weight": POINTS + [(Vectors.dense([0.0, 1.0]), 1.0, -1.0)]}
    out = {}
    for title, rows in tables.items():
        df = spark.createDataFrame(rows, ["features", "prediction", "weight"]).coalesce(1)
        for distance in ("squaredEuclidean", "cosine"):
            if title != "negative_weight":
                out[f"{title}_{distance}"] = metric(ClusteringEvaluator(distanceMeasure=distance), df)
            out[f"{title}_{distance}_weighted"] = metric(ClusteringEvaluator(distanceMeasure=distance, weightCol="weight"), df)
    df = spark.createDataFrame(POINTS, ["features", "prediction", "weight"]).coalesce(1)
    out["whole_clusters"] = metric(ClusteringEvaluator(), df.withColumn("prediction", df.prediction.cast("int")))
    out["clusters_of_text"] = metric(ClusteringEvaluator(), df.withColumn("prediction", df.prediction.cast("string")))
    out["no_rows"] = metric(ClusteringEvaluator(), df.limit(0))
    return out


@case
def larger_is_better(spark):
    out = {}
    for name in MULTILABEL:
        out[f"multilabel_{name}"] = exact(MultilabelClassificationEvaluator(metricName=name).isLargerBetter())
    for name in RANKING:
        out[f"ranking_{name}"] = exact(RankingEvaluator(metricName=name).isLargerBetter())
    for name in ("mse", "rmse", "r2", "mae", "var"):
        out[f"regression_{name}"] = exact(RegressionEvaluator(metricName=name).isLargerBetter())
    for name in ("f1", "accuracy", "logLoss", "hammingLoss", "weightedFalsePositiveRate", "falsePositiveRateByLabel"):
        out[f"multiclass_{name}"] = exact(MulticlassClassificationEvaluator(metricName=name).isLargerBetter())
    out["binary"] = exact(BinaryClassificationEvaluator().isLargerBetter())
    out["clustering"] = exact(ClusteringEvaluator().isLargerBetter())
    return out


@case
def evaluators_bad_input(spark):
    numbers = spark.createDataFrame([(1.0, 2.0), (None, 1.0), (3.0, None)], "label double, prediction double").coalesce(1)
    lists = spark.createDataFrame([([1], [1])], "prediction array<int>, label array<int>")
    out = {}
    for name, evaluator in (("regression", RegressionEvaluator()), ("multiclass", MulticlassClassificationEvaluator()),
                            ("binary", BinaryClassificationEvaluator(rawPredictionCol="prediction"))):
        out[f"{name}_nulls"] = metric(evaluator, numbers)
        out[f"{name}_no_rows"] = metric(evaluator, numbers.limit(0))
        out[f"{name}_text"] = metric(evaluator, numbers.selectExpr("label", "'a' AS prediction"))
        out[f"{name}_missing"] = metric(evaluator, numbers.drop("prediction"))
        out[f"{name}_label_missing"] = metric(evaluator, numbers.drop("label"))
    for name, evaluator in (("multilabel", MultilabelClassificationEvaluator()), ("ranking", RankingEvaluator())):
        out[f"{name}_of_whole_numbers"] = metric(evaluator, lists)
        out[f"{name}_of_numbers"] = metric(evaluator, numbers)
        out[f"{name}_missing"] = metric(evaluator, lists.drop("prediction"))
    good = spark.createDataFrame([([1.0], [1.0])], LISTS)
    out["k_0"] = metric(RankingEvaluator(k=0), good)
    out["metric"] = metric(RankingEvaluator(metricName="nope"), good)
    out["distance"] = metric(ClusteringEvaluator(distanceMeasure="nope"), spark.createDataFrame(POINTS, ["features", "prediction", "weight"]))
    return out
