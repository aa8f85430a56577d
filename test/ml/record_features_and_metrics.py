"""Records real Spark's feature operators, evaluators and linear regression: record_features_and_metrics.py sc://host:port

Writes fixtures/features.json, fixtures/evaluators.json and fixtures/linear_regression.json.
"""
import json
import pathlib
import random
import sys

from pyspark.ml.evaluation import BinaryClassificationEvaluator, MulticlassClassificationEvaluator, RegressionEvaluator
from pyspark.ml.feature import FeatureHasher, OneHotEncoder, StandardScaler, StringIndexer, VectorAssembler
from pyspark.ml.linalg import Vectors
from pyspark.ml.regression import LinearRegression
from pyspark.sql import SparkSession

FOLDER = pathlib.Path(__file__).parent / "fixtures"


def vector(v):
    if v is None:
        return None
    if hasattr(v, "indices"):
        return {"size": int(v.size), "indices": [int(i) for i in v.indices], "values": [number(float(x)) for x in v.values]}
    return [number(float(x)) for x in v.toArray()]


def number(x):
    return x if x == x and abs(x) != float("inf") else str(x)


def write(name, recorded):
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / name).write_text(json.dumps(recorded, separators=(",", ":")) + "\n")


def metadata(frame, column):
    fields = json.loads(frame.schema.json())["fields"]
    return next(f["metadata"] for f in fields if f["name"] == column)


def features(spark):
    rows = [(1.0, "b", 3, True, 0.5), (0.0, "a", 4, False, -1.0), (2.5, "B", 3, None, 2.0), (None, None, 5, True, 0.0),
            (2.0, "a", 0, False, 0.0), (7.0, "c", 40, True, 1e7), (0.0, "c", 3, False, 0.0), (-1.5, "A", 7, True, 1.0)]
    frame = spark.createDataFrame(rows, "x double, s string, i int, b boolean, y double").coalesce(1)
    out = {"rows": rows}
    hashed = FeatureHasher(inputCols=["x", "s", "i", "b"], outputCol="h", numFeatures=64).transform(frame)
    out["hash"] = [vector(r.h) for r in hashed.collect()]
    hashed = FeatureHasher(inputCols=["x", "s", "i", "b"], categoricalCols=["x", "i"], outputCol="h", numFeatures=32768).transform(frame)
    out["hash_categorical"] = [vector(r.h) for r in hashed.collect()]
    out["hash_metadata"] = metadata(hashed, "h")
    full = frame.fillna(0.0).fillna("n").fillna(False)
    out["index"] = {}
    for order in ["frequencyDesc", "frequencyAsc", "alphabetDesc", "alphabetAsc"]:
        model = StringIndexer(inputCols=["s", "y"], outputCols=["si", "yi"], stringOrderType=order, handleInvalid="keep").fit(frame)
        indexed = model.transform(frame)
        out["index"][order] = {"labels": [list(a) for a in model.labelsArray], "values": [[r.si, r.yi] for r in indexed.collect()],
                               "metadata": metadata(indexed, "si")}
    indexed = StringIndexer(inputCol="s", outputCol="si").fit(full).transform(full)
    out["indexed"] = {"metadata": metadata(indexed, "si"), "values": [r.si for r in indexed.collect()]}
    out["one_hot"] = []
    for drop in [True, False]:
        for invalid in ["error", "keep"]:
            model = OneHotEncoder(inputCols=["si", "i"], outputCols=["so", "io"], dropLast=drop, handleInvalid=invalid).fit(indexed)
            encoded = model.transform(indexed)
            out["one_hot"].append({"dropLast": drop, "handleInvalid": invalid, "sizes": list(model.categorySizes),
                                   "values": [[vector(r.so), vector(r.io)] for r in encoded.collect()],
                                   "metadata": [metadata(encoded, "so"), metadata(encoded, "io")]})
    encoded = OneHotEncoder(inputCol="si", outputCol="so").fit(indexed).transform(indexed)
    assembled = VectorAssembler(inputCols=["x", "so", "b", "si", "i"], outputCol="v").transform(encoded)
    out["assembled"] = {"values": [vector(r.v) for r in assembled.collect()], "metadata": metadata(assembled, "v")}
    kept = VectorAssembler(inputCols=["x", "y"], outputCol="v", handleInvalid="keep").transform(frame)
    out["assembled_keep"] = [vector(r.v) for r in kept.collect()]
    out["scaled"] = []
    for with_mean in [False, True]:
        for with_std in [False, True]:
            model = StandardScaler(inputCol="v", outputCol="z", withMean=with_mean, withStd=with_std).fit(assembled)
            scaled = model.transform(assembled)
            out["scaled"].append({"withMean": with_mean, "withStd": with_std, "mean": vector(model.mean), "std": vector(model.std),
                                  "values": [vector(r.z) for r in scaled.collect()], "metadata": metadata(scaled, "z")})
    write("features.json", out)


def evaluators(spark):
    r = random.Random(3)
    rows = []
    for _ in range(60):
        p = [r.random() for _ in range(3)]
        p = [round(x / sum(p), 6) for x in p]
        rows.append((float(r.randrange(3)), float(p.index(max(p))), Vectors.dense(p), round(r.uniform(0.1, 3), 3)))
    rows[0] = (0.0, 1.0, Vectors.dense(0.0, 1.0, 0.0), 1.0)
    frame = spark.createDataFrame(rows, ["label", "prediction", "probability", "weight"]).coalesce(1)
    out = {"multiclass": {"rows": [[a, b, vector(c), d] for a, b, c, d in rows], "metrics": []}}
    for name in ["f1", "accuracy", "weightedPrecision", "weightedRecall", "weightedTruePositiveRate", "weightedFalsePositiveRate",
                 "weightedFMeasure", "truePositiveRateByLabel", "falsePositiveRateByLabel", "precisionByLabel", "recallByLabel",
                 "fMeasureByLabel", "logLoss", "hammingLoss"]:
        for weighted in [False, True]:
            params = dict(metricName=name, metricLabel=1.0, beta=2.0)
            if weighted:
                params["weightCol"] = "weight"
            e = MulticlassClassificationEvaluator(**params)
            out["multiclass"]["metrics"].append([params, e.evaluate(frame), e.isLargerBetter()])
    rows = [(round(r.gauss(0, 1) + (1 if i % 3 else 0), 2), float(i % 3 > 0), round(r.uniform(0.1, 2), 2)) for i in range(300)]
    frame = spark.createDataFrame(rows, ["rawPrediction", "label", "weight"]).coalesce(1)
    out["binary"] = {"rows": rows, "metrics": []}
    for name in ["areaUnderROC", "areaUnderPR"]:
        for bins in [1000, 0, 10, 50]:
            for weighted in [False, True]:
                params = dict(metricName=name, numBins=bins)
                if weighted:
                    params["weightCol"] = "weight"
                e = BinaryClassificationEvaluator(**params)
                out["binary"]["metrics"].append([params, e.evaluate(frame), e.isLargerBetter()])
    rows = [(round(3 + i / 7 + r.gauss(0, 1), 3), round(3 + i / 7, 3), round(r.uniform(0.1, 2), 2)) for i in range(80)]
    frame = spark.createDataFrame(rows, ["label", "prediction", "weight"]).coalesce(1)
    out["regression"] = {"rows": rows, "metrics": []}
    for name in ["rmse", "mse", "r2", "mae", "var"]:
        for origin in [False, True]:
            for weighted in [False, True]:
                params = dict(metricName=name, throughOrigin=origin)
                if weighted:
                    params["weightCol"] = "weight"
                e = RegressionEvaluator(**params)
                out["regression"]["metrics"].append([params, e.evaluate(frame), e.isLargerBetter()])
    write("evaluators.json", out)


TIGHT = dict(tol=1e-12, maxIter=1000)
LINEAR = {
    "normal": {}, "normal_weighted": dict(weightCol="weight"), "normal_ridge": dict(regParam=0.3, weightCol="weight"),
    "normal_ridge_raw": dict(regParam=0.3, standardization=False), "normal_no_intercept": dict(fitIntercept=False),
    "normal_elastic": dict(regParam=0.2, elasticNetParam=0.5, **TIGHT),
    "lbfgs": dict(solver="l-bfgs", **TIGHT), "lbfgs_ridge": dict(solver="l-bfgs", regParam=0.3, **TIGHT),
    "lbfgs_ridge_raw_weighted": dict(solver="l-bfgs", regParam=0.3, standardization=False, weightCol="weight", **TIGHT),
    "lbfgs_elastic": dict(solver="l-bfgs", regParam=0.2, elasticNetParam=0.6, **TIGHT),
    "lbfgs_elastic_raw_no_intercept": dict(solver="l-bfgs", regParam=0.2, elasticNetParam=0.6, standardization=False, fitIntercept=False, **TIGHT),
    "singular": dict(**TIGHT), "constant_label": {}, "constant_label_no_intercept": dict(fitIntercept=False),
}


def linear(spark):
    out = {}
    for seed, (name, params) in enumerate(LINEAR.items()):
        r = random.Random(seed)
        rows = []
        for _ in range(100):
            x = [round(r.gauss(1, 2), 3), round(r.gauss(-10, 5), 3), round(r.random(), 3)]
            if name == "singular":
                x += [x[0] * 2, 1.0]
            label = 4.0 if name.startswith("constant") else round(2 * x[0] - 0.5 * x[1] + 3 + r.gauss(0, 1), 4)
            rows.append((label, round(r.uniform(0.2, 2), 2), Vectors.dense(x)))
        frame = spark.createDataFrame(rows, ["label", "weight", "features"]).coalesce(1)
        model = LinearRegression(**params).fit(frame)
        summary = model.summary
        answer = {"coefficients": [float(x) for x in model.coefficients.toArray()], "intercept": model.intercept,
                  "predictions": [row.prediction for row in model.transform(frame).limit(10).collect()]}
        for metric in ["r2", "r2adj", "meanSquaredError", "rootMeanSquaredError", "meanAbsoluteError", "explainedVariance",
                       "numInstances", "degreesOfFreedom", "devianceResiduals", "totalIterations", "objectiveHistory",
                       "coefficientStandardErrors", "tValues", "pValues"]:
            try:
                value = getattr(summary, metric)
            except Exception as error:
                value = {"error": str(error).split("\n")[0]}
            answer[metric] = [number(float(v)) for v in value] if isinstance(value, (list, tuple)) else value if isinstance(value, dict) else number(value)
        out[name] = {"rows": [[a, b, vector(c)] for a, b, c in rows], "params": params, "spark": answer}
        print(name, flush=True)
    write("linear_regression.json", out)


def main():
    spark = SparkSession.builder.remote(sys.argv[1]).getOrCreate()
    features(spark)
    evaluators(spark)
    linear(spark)


main()
