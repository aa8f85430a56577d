"""Records real Spark's logistic regression: record_logistic_regression.py sc://host:port

Writes fixtures/logistic_regression.json: per case the rows, the parameters and what Spark answered.
"""
import json
import pathlib
import random
import sys

from pyspark.ml.classification import LogisticRegression
from pyspark.ml.linalg import Vectors
from pyspark.sql import SparkSession

SCALE = [1.0, 10.0, 0.1, 5.0]


def dense_rows(classes, rows, weighted, seed):
    r = random.Random(seed)
    for i in range(rows):
        x = [round(r.gauss(0, 1) * s + 2 * s, 4) for s in SCALE] + [3.5]
        score = x[0] - 0.15 * x[1] + 8 * x[2] + r.gauss(0, 1.5)
        label = int(min(classes - 1, max(0, (score + 1) * classes / 5)))
        yield float(label), round(r.uniform(0.5, 2), 2) if weighted else 1.0, Vectors.dense(x)


def sparse_rows(classes, rows, seed):
    r = random.Random(seed)
    for i in range(rows):
        places = sorted({r.randrange(4), 4 + r.randrange(5), 9 + r.randrange(3), 14})
        values = {p: 1.0 for p in places}
        values[12] = round(r.gauss(1, 1), 4)
        if r.random() < 0.2:
            values[9] = 2.0
        label = (places[0] + places[1] + r.randrange(3)) % classes
        yield float(label), 1.0, Vectors.sparse(16, sorted(values.items()))


TIGHT = dict(tol=1e-12, maxIter=1000)
CASES = {
    "binomial_plain": (dense_rows(2, 200, False, 1), {}),
    "binomial_ridge": (dense_rows(2, 200, False, 2), dict(regParam=0.05, **TIGHT)),
    "binomial_ridge_weighted_raw": (dense_rows(2, 200, True, 3), dict(regParam=0.05, standardization=False, weightCol="weight", **TIGHT)),
    "binomial_elastic": (dense_rows(2, 200, False, 4), dict(regParam=0.05, elasticNetParam=0.4, **TIGHT)),
    "binomial_elastic_raw_no_intercept": (dense_rows(2, 200, True, 5), dict(regParam=0.02, elasticNetParam=0.7, standardization=False, fitIntercept=False, weightCol="weight", **TIGHT)),
    "binomial_threshold": (dense_rows(2, 120, False, 6), dict(regParam=0.1, threshold=0.3, **TIGHT)),
    "multinomial_plain": (dense_rows(3, 300, False, 7), dict(**TIGHT)),
    "multinomial_ridge": (dense_rows(4, 300, True, 8), dict(regParam=0.02, weightCol="weight", **TIGHT)),
    "multinomial_elastic": (dense_rows(3, 300, False, 9), dict(regParam=0.03, elasticNetParam=0.5, **TIGHT)),
    "multinomial_family_two_classes": (dense_rows(2, 150, False, 10), dict(family="multinomial", regParam=0.1, **TIGHT)),
    "multinomial_thresholds": (dense_rows(3, 150, False, 11), dict(regParam=0.1, thresholds=[0.5, 0.2, 0.3], **TIGHT)),
    "multinomial_no_intercept": (dense_rows(3, 200, False, 12), dict(regParam=0.05, fitIntercept=False, **TIGHT)),
    "multinomial_ten_classes": (dense_rows(10, 600, False, 13), dict(regParam=0.05, **TIGHT)),
    "sparse_binomial": (sparse_rows(2, 300, 14), dict(regParam=0.05, **TIGHT)),
    "sparse_multinomial_elastic": (sparse_rows(3, 300, 15), dict(regParam=0.01, elasticNetParam=0.3, **TIGHT)),
    "one_class": ([(1.0, 1.0, Vectors.dense(1.0, float(i))) for i in range(5)], {}),
    "one_class_multinomial": ([(2.0, 1.0, Vectors.dense(1.0, float(i))) for i in range(5)], {}),
    "iteration_limit": (dense_rows(3, 200, False, 16), dict(maxIter=5)),
}


def vector(v):
    if hasattr(v, "indices"):
        return {"size": int(v.size), "indices": [int(i) for i in v.indices], "values": [float(x) for x in v.values]}
    return [float(x) for x in v.toArray()]


def number(x):
    return x if x == x and abs(x) != float("inf") else str(x)


def main():
    spark = SparkSession.builder.remote(sys.argv[1]).getOrCreate()
    recorded = {}
    for name, (rows, params) in CASES.items():
        rows = list(rows)
        data = spark.createDataFrame(rows, ["label", "weight", "features"]).coalesce(1)
        model = LogisticRegression(**params).fit(data)
        summary = model.summary
        answer = {
            "numClasses": model.numClasses,
            "coefficientMatrix": [float(x) for x in model.coefficientMatrix.toArray().ravel()],
            "interceptVector": [number(float(x)) for x in model.interceptVector.toArray()],
            "objectiveHistory": [float(x) for x in summary.objectiveHistory],
            "totalIterations": summary.totalIterations,
            "accuracy": summary.accuracy,
            "weightedPrecision": summary.weightedPrecision,
            "weightedFMeasure": summary.weightedFMeasure(2.0),
            "weightedFalsePositiveRate": number(summary.weightedFalsePositiveRate),
            "fMeasureByLabel": list(summary.fMeasureByLabel()),
            "labels": list(summary.labels),
        }
        if model.numClasses <= 2:
            answer["areaUnderROC"] = summary.areaUnderROC
            answer["roc"] = [list(r) for r in summary.roc.collect()]
            answer["pr"] = [list(r) for r in summary.pr.collect()]
            answer["fMeasureByThreshold"] = [list(r) for r in summary.fMeasureByThreshold.collect()]
        predicted = model.transform(data).limit(20).collect()
        answer["predictions"] = [[[number(float(x)) for x in p.rawPrediction], [float(x) for x in p.probability], p.prediction]
                                 for p in predicted]
        recorded[name] = {"rows": [[label, weight, vector(v)] for label, weight, v in rows], "params": params,
                          "spark": answer}
        print(name, model.summary.totalIterations, flush=True)
    folder = pathlib.Path(__file__).parent / "fixtures"
    folder.mkdir(exist_ok=True)
    (folder / "logistic_regression.json").write_text(json.dumps(recorded, separators=(",", ":")) + "\n")


main()
