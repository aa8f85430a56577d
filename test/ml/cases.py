"""Machine-learning cases: each is a function of a session that gives named results, and each result says how it is compared.

`exact` must be equal; `near` agrees within a relative tolerance; `vector` agrees in its relative Euclidean distance (for strictly convex
problems that were solved to the end: 1e-6); `objective` must not be worse than Spark's by more than 1e-8 of it; `error` is an error's class and condition.
"""
import os

from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression, LogisticRegressionModel
from pyspark.ml.evaluation import BinaryClassificationEvaluator, MulticlassClassificationEvaluator, RegressionEvaluator
from pyspark.ml.feature import (FeatureHasher, OneHotEncoder, StandardScaler, StandardScalerModel, StringIndexer,
                                StringIndexerModel, VectorAssembler, OneHotEncoderModel)
from pyspark.ml.linalg import SparseVector, Vectors
from pyspark.ml.regression import LinearRegression, LinearRegressionModel
from pyspark.sql import functions as F

import data

CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def recorded_path(name):
    """The file with Spark's answers of a case: each module of cases has its own."""
    module = CASES[name].__module__
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "recorded.json" if module == "cases" else f"recorded_{module}.json")


def layout(path):
    """Thousands of vectors take one line, a few numbers one line each."""
    return {"indent": 1} if path.endswith("recorded.json") else {"separators": (",", ":")}


def exact(value):
    return {"compare": "exact", "value": value}


def near(value, tolerance=1e-9):
    return {"compare": "near", "tolerance": tolerance, "value": value}


def vector(values, tolerance=1e-6):
    return {"compare": "vector", "tolerance": tolerance, "value": [float(v) for v in values]}


def objective(value):
    return {"compare": "objective", "value": float(value)}


def plain(v):
    """A vector, or any other cell, as JSON can hold it."""
    if isinstance(v, SparseVector):
        return {"size": int(v.size), "indices": [int(i) for i in v.indices], "values": [float(x) for x in v.values]}
    if hasattr(v, "toArray"):
        return [float(x) for x in v.toArray().ravel()]
    return v


def column(df, name, key="id"):
    return [plain(r[0]) for r in df.orderBy(key).select(name).collect()]


def refused(error):
    """The class and condition of an error. One that the client has no class for (a bug of Spark's) is met by any error."""
    return {"compare": "error", "value": [type(error).__name__, error.getCondition() if hasattr(error, "getCondition") else None]}


def failure(action):
    """Condition and first line of the message of the error that an action must raise."""
    try:
        action()
    except Exception as error:
        condition = error.getCondition() if hasattr(error, "getCondition") else None
        return exact([type(error).__name__, condition])
    return exact("no error")


# ---------------------------------------------------------------- features

MIXED = [(1, 2.2, True, "1", "foo", 7), (2, 3.3, False, "2", "bar", 0), (3, None, None, "3", None, None),
         (4, 0.0, True, None, "baz", 1), (5, -1.5, False, "", "été", 360)]
MIXED_SCHEMA = "id int, real double, bool boolean, number string, text string, whole int"


@case
def feature_hasher_mixed(spark):
    df = spark.createDataFrame(MIXED, MIXED_SCHEMA).coalesce(1)
    wanted = ["real", "bool", "number", "text", "whole"]
    out = {}
    for size in (32768, 262144, 8, 1):
        hasher = FeatureHasher(inputCols=wanted, outputCol="f", numFeatures=size)
        out[f"numeric_{size}"] = exact(column(hasher.transform(df), "f"))
        hasher.setCategoricalCols(["real", "whole"])
        out[f"categorical_{size}"] = exact(column(hasher.transform(df), "f"))
    out["schema"] = exact(FeatureHasher(inputCols=wanted, outputCol="f").transform(df).schema["f"].dataType.simpleString())
    return out


@case
def feature_hasher_known_positions(spark):
    names = ["orig_loan_term", "product_type", "occupancy_status", "orig_channel", "property_state", "mod_flag", "loan_purpose"]
    df = spark.createDataFrame([(1, 360, 1, 1, 1, 1, 1, 1)], "id int, " + ", ".join(f"{n} int" for n in names))
    hasher = FeatureHasher(inputCols=names, categoricalCols=names, outputCol="f", numFeatures=32768)
    return {"f": exact(column(hasher.transform(df), "f"))}


@case
def vector_assembler(spark):
    df = spark.createDataFrame([(1, 1.0, 2, True, Vectors.dense([3.0, 0.0])), (2, 0.0, 0, False, Vectors.sparse(2, [1], [5.0])),
                                (3, 0.0, 0, False, Vectors.sparse(2, [], []))], ["id", "a", "b", "c", "v"]).coalesce(1)
    out = VectorAssembler(inputCols=["a", "b", "c", "v"], outputCol="f").transform(df)
    wide = VectorAssembler(inputCols=["f", "f", "a"], outputCol="g").transform(out)
    return {"f": exact(column(out, "f")), "g": exact(column(wide, "g")),
            "columns": exact(out.columns)}


@case
def vector_assembler_invalid(spark):
    df = spark.createDataFrame([(1, 1.0, 2.0), (2, None, 3.0), (3, float("nan"), 4.0), (4, 5.0, None)], "id int, a double, b double").coalesce(1)
    make = lambda mode: VectorAssembler(inputCols=["a", "b"], outputCol="f", handleInvalid=mode).transform(df)
    text = lambda rows: [[("NaN" if x != x else x) for x in r] if isinstance(r, list) else r for r in rows]
    return {"skip": exact(text(column(make("skip"), "f"))), "keep": exact(text(column(make("keep"), "f"))),
            "error": failure(lambda: make("error").collect()),
            "missing": failure(lambda: VectorAssembler(inputCols=["nope"], outputCol="f").transform(df).collect()),
            "text": failure(lambda: VectorAssembler(inputCols=["s"], outputCol="f").transform(df.withColumn("s", F.lit("x"))).collect())}


WORDS = [(1, "b"), (2, "a"), (3, "c"), (4, "a"), (5, "B"), (6, "c"), (7, None), (8, "d"), (9, "b"), (10, "")]


@case
def string_indexer_orders(spark):
    df = spark.createDataFrame(WORDS, "id int, s string").coalesce(1)
    out = {}
    for order in ("frequencyDesc", "frequencyAsc", "alphabetDesc", "alphabetAsc"):
        model = StringIndexer(inputCol="s", outputCol="i", stringOrderType=order, handleInvalid="keep").fit(df)
        out[order] = exact([model.labels, column(model.transform(df), "i")])
    return out


@case
def string_indexer_invalid(spark):
    df = spark.createDataFrame(WORDS, "id int, s string").coalesce(1)
    fit = lambda mode: StringIndexer(inputCol="s", outputCol="i", handleInvalid=mode).fit(df.where("id < 6"))
    out = {mode: exact(column(fit(mode).transform(df), "i")) for mode in ("skip", "keep")}
    out["error"] = failure(lambda: fit("error").transform(df).collect())
    out["seen"] = exact(column(fit("error").transform(df.where("id < 6")), "i"))
    return out


@case
def string_indexer_many(spark):
    df = spark.createDataFrame([(1, "x", 1, 2.5), (2, "y", 1, 1e7), (3, "y", 3, 2.5), (4, "z", 10, -0.5)], "id int, s string, n int, d double").coalesce(1)
    model = StringIndexer(inputCols=["s", "n", "d"], outputCols=["si", "ni", "di"]).fit(df)
    out = model.transform(df)
    return {"labels": exact([list(x) for x in model.labelsArray]), "si": exact(column(out, "si")),
            "ni": exact(column(out, "ni")), "di": exact(column(out, "di"))}


@case
def one_hot_encoder(spark):
    df = spark.createDataFrame([(1, 0.0, 1.0), (2, 1.0, 0.0), (3, 2.0, 2.0), (4, 0.0, 1.0)], "id int, a double, b double").coalesce(1)
    beyond = spark.createDataFrame([(1, 0.0, 1.0), (2, 5.0, 0.0)], "id int, a double, b double").coalesce(1)
    out = {}
    for drop_last in (True, False):
        for invalid in ("error", "keep"):
            model = OneHotEncoder(inputCols=["a", "b"], outputCols=["x", "y"], dropLast=drop_last, handleInvalid=invalid).fit(df)
            key = f"{'drop' if drop_last else 'all'}_{invalid}"
            out[key] = exact([list(model.categorySizes), column(model.transform(df), "x"), column(model.transform(df), "y")])
            out[key + "_beyond"] = (exact(column(model.transform(beyond), "x")) if invalid == "keep"
                                    else failure(lambda: model.transform(beyond).collect()))
    return out


@case
def one_hot_of_indexed(spark):
    df = spark.createDataFrame(WORDS, "id int, s string").where("s is not null").coalesce(1)
    pipeline = Pipeline(stages=[StringIndexer(inputCol="s", outputCol="i"), OneHotEncoder(inputCol="i", outputCol="v")])
    named = df.where("s <> ''")
    return {"v": exact(column(pipeline.fit(named).transform(named), "v")), "empty_name": failure(lambda: pipeline.fit(df))}


@case
def standard_scaler(spark):
    rows = [(i, Vectors.dense(r[2:])) for i, r in enumerate(data.regression(40, 3, 11))]
    df = spark.createDataFrame(rows, ["id", "v"]).coalesce(1)
    out = {}
    for mean in (False, True):
        for std in (False, True):
            model = StandardScaler(inputCol="v", outputCol="s", withMean=mean, withStd=std).fit(df)
            out[f"mean_{mean}_std_{std}"] = near([plain(model.mean), plain(model.std), column(model.transform(df), "s")], 1e-12)
    return out


@case
def standard_scaler_sparse_and_constant(spark):
    df = spark.createDataFrame([(1, Vectors.sparse(4, [0, 2], [1.0, 5.0])), (2, Vectors.sparse(4, [2], [5.0])),
                                (3, Vectors.sparse(4, [0, 2, 3], [-2.0, 5.0, 8.0]))], ["id", "v"]).coalesce(1)
    model = StandardScaler(inputCol="v", outputCol="s").fit(df)
    return {"model": near([plain(model.mean), plain(model.std)], 1e-12), "s": near(column(model.transform(df), "s"), 1e-12)}


# ---------------------------------------------------------------- logistic regression

def logistic(spark, rows, features, converged=True, summary=True, **parameters):
    df = data.assembled(spark, rows, features)
    model = LogisticRegression(maxIter=500, tol=1e-12, **parameters).fit(df) if "maxIter" not in parameters else LogisticRegression(**parameters).fit(df)
    out = {"classes": exact([model.numClasses, model.numFeatures])}
    if converged:
        out["coefficients"] = vector(model.coefficientMatrix.toArray().ravel())
        if any(model.interceptVector.toArray()):
            out["intercepts"] = vector(model.interceptVector.toArray())
    if summary and model.hasSummary:
        s = model.summary
        out["objective"] = objective(s.objectiveHistory[-1])
        if converged:
            out["accuracy"] = near(s.accuracy, 1e-6)
            out["by_label"] = near([s.labels, s.precisionByLabel, s.recallByLabel, s.truePositiveRateByLabel,
                                    s.falsePositiveRateByLabel, s.fMeasureByLabel(), s.fMeasureByLabel(0.5)], 1e-6)
            out["weighted"] = near([s.weightedPrecision, s.weightedRecall, s.weightedTruePositiveRate,
                                    s.weightedFalsePositiveRate, s.weightedFMeasure(), s.weightedFMeasure(2.0)], 1e-6)
            if model.numClasses == 2:
                out["area_under_roc"] = near(s.areaUnderROC, 1e-6)
    if converged:
        head = model.transform(df).select("rawPrediction", "probability", "prediction").limit(5).collect()
        out["prediction"] = exact([r.prediction for r in head])
        out["probability"] = near([plain(r.probability) for r in head], 1e-5)
        out["raw"] = near([plain(r.rawPrediction) for r in head], 1e-5)
        out["predict_one"] = exact(model.predict(Vectors.dense(rows[0][2:])))
    return out


BINARY = data.classification(200, 4, 2, 3)
MULTI = data.classification(300, 5, 4, 7, noise=2.0)


@case
def logistic_binomial(spark):
    return logistic(spark, BINARY, 4)


@case
def logistic_binomial_l2(spark):
    return logistic(spark, BINARY, 4, regParam=0.1)


@case
def logistic_binomial_elastic_net(spark):
    return logistic(spark, BINARY, 4, regParam=0.05, elasticNetParam=0.5)


@case
def logistic_binomial_l1(spark):
    return logistic(spark, BINARY, 4, regParam=0.05, elasticNetParam=1.0)


@case
def logistic_binomial_no_intercept(spark):
    return logistic(spark, BINARY, 4, regParam=0.02, fitIntercept=False)


@case
def logistic_binomial_unstandardized(spark):
    return logistic(spark, BINARY, 4, regParam=0.1, standardization=False)


@case
def logistic_binomial_unstandardized_elastic_net(spark):
    return logistic(spark, BINARY, 4, regParam=0.05, elasticNetParam=0.3, standardization=False)


@case
def logistic_binomial_weights(spark):
    return logistic(spark, BINARY, 4, regParam=0.01, weightCol="weight")


@case
def logistic_binomial_as_multinomial(spark):
    return logistic(spark, BINARY, 4, regParam=0.1, family="multinomial")


@case
def logistic_binomial_threshold(spark):
    return logistic(spark, BINARY, 4, regParam=0.1, threshold=0.8)


@case
def logistic_multinomial_l2(spark):
    return logistic(spark, MULTI, 5, regParam=0.05)


@case
def logistic_multinomial(spark):
    return logistic(spark, MULTI, 5)


@case
def logistic_multinomial_elastic_net(spark):
    return logistic(spark, MULTI, 5, regParam=0.02, elasticNetParam=0.4)


@case
def logistic_multinomial_weights_unstandardized(spark):
    return logistic(spark, MULTI, 5, regParam=0.03, weightCol="weight", standardization=False)


@case
def logistic_multinomial_no_intercept(spark):
    return logistic(spark, MULTI, 5, regParam=0.03, fitIntercept=False)


@case
def logistic_multinomial_thresholds(spark):
    return logistic(spark, MULTI, 5, regParam=0.05, thresholds=[0.4, 0.1, 0.3, 0.2])


@case
def logistic_few_iterations(spark):
    return logistic(spark, MULTI, 5, converged=False, summary=False, maxIter=3, regParam=0.01)


@case
def logistic_sparse_constant_column(spark):
    rows = [(r[0], Vectors.sparse(6, [1, 2 + i % 3, 5], [r[2], r[3], 1.0])) for i, r in enumerate(BINARY)]
    df = spark.createDataFrame(rows, ["label", "features"]).coalesce(1)
    model = LogisticRegression(maxIter=500, tol=1e-12, regParam=0.05).fit(df)
    return {"coefficients": vector(model.coefficients.toArray()), "intercept": near(model.intercept, 1e-6)}


@case
def logistic_thresholds_read_back(spark):
    model = LogisticRegression(threshold=0.3, maxIter=5).fit(data.assembled(spark, BINARY[:50], 4))
    return {"threshold": near([model.getThreshold(), model.getThresholds()], 1e-12)}


@case
def logistic_one_label(spark):
    rows = [(1.0, *r[1:]) for r in BINARY[:20]]
    model = LogisticRegression(maxIter=5).fit(data.assembled(spark, rows, 4))
    return {"coefficients": exact(plain(model.coefficientMatrix)), "intercept": exact(str(model.interceptVector)),
            "classes": exact(model.numClasses)}


@case
def logistic_errors(spark):
    rows = [(0.5, *r[1:]) for r in BINARY[:20]]
    bad = [(r[0], r[1], float("nan"), *r[3:]) for r in BINARY[:20]]
    fit = lambda d, **p: LogisticRegression(**p).fit(data.assembled(spark, d, 4))
    return {"fractional": failure(lambda: fit(rows)), "negative": failure(lambda: fit([(-1.0, *r[1:]) for r in BINARY[:9]])),
            "not_a_number": failure(lambda: LogisticRegression().fit(
                spark.createDataFrame([(1.0, Vectors.dense([float("nan")])), (0.0, Vectors.dense([1.0]))], ["label", "features"]))),
            "empty": failure(lambda: LogisticRegression().fit(data.assembled(spark, BINARY[:1], 4).where("label > 10"))),
            "no_column": failure(lambda: LogisticRegression(featuresCol="nope").fit(data.assembled(spark, BINARY[:9], 4))),
            "binomial_of_four": failure(lambda: fit([r[:6] for r in MULTI[:60]], family="binomial"))}


@case
def logistic_summary_frames(spark):
    model = LogisticRegression(maxIter=500, tol=1e-12, regParam=0.1).fit(data.assembled(spark, BINARY, 4))
    s = model.summary
    roc, pr = [tuple(r) for r in s.roc.collect()], [tuple(r) for r in s.pr.collect()]
    return {"roc": near([list(roc[0]), list(roc[len(roc) // 2]), list(roc[-1]), len(roc)], 1e-6),
            "pr": near([list(pr[0]), list(pr[len(pr) // 2]), list(pr[-1]), len(pr)], 1e-6),
            "columns": exact([s.predictions.columns, s.roc.columns, s.pr.columns, s.fMeasureByThreshold.columns]),
            "names": exact([s.featuresCol, s.labelCol, s.predictionCol, s.probabilityCol, s.scoreCol if hasattr(s, "scoreCol") else ""]),
            "evaluate": near(model.evaluate(data.assembled(spark, BINARY[:80], 4)).accuracy, 1e-9)}


# ---------------------------------------------------------------- linear regression

LINEAR = data.regression(150, 4, 5)


def linear(spark, converged=True, **parameters):
    df = data.assembled(spark, LINEAR, 4)
    model = LinearRegression(**{"maxIter": 300, "tol": 1e-12, **parameters}).fit(df)
    s = model.summary
    out = {"coefficients": vector(model.coefficients.toArray()), "intercept": near(model.intercept, 1e-6),
           "scale": near(model.scale, 1e-9),
           "metrics": near([s.rootMeanSquaredError, s.meanSquaredError, s.meanAbsoluteError, s.r2, s.r2adj, s.explainedVariance,
                            s.numInstances, s.degreesOfFreedom], 1e-6),
           "residuals": near([r[0] for r in s.residuals.limit(4).collect()], 1e-5),
           "prediction": near([r[0] for r in model.transform(df).select("prediction").limit(4).collect()], 1e-6)}
    if parameters.get("solver") == "normal" and not parameters.get("elasticNetParam"):
        out["errors"] = near([s.coefficientStandardErrors, s.tValues], 1e-6)
        out["p_values"] = near(s.pValues, 1e-6)
    return out


@case
def linear_normal(spark):
    return linear(spark, solver="normal")


@case
def linear_normal_l2(spark):
    return linear(spark, solver="normal", regParam=0.3)


@case
def linear_normal_no_intercept(spark):
    return linear(spark, solver="normal", fitIntercept=False)


@case
def linear_normal_weights(spark):
    return linear(spark, solver="normal", weightCol="weight")


@case
def linear_normal_elastic_net(spark):
    return linear(spark, solver="normal", regParam=0.2, elasticNetParam=0.5)


@case
def linear_lbfgs(spark):
    return linear(spark, solver="l-bfgs")


@case
def linear_lbfgs_l2(spark):
    return linear(spark, solver="l-bfgs", regParam=0.3)


@case
def linear_lbfgs_elastic_net(spark):
    return linear(spark, solver="l-bfgs", regParam=0.2, elasticNetParam=0.6)


@case
def linear_lbfgs_unstandardized(spark):
    return linear(spark, solver="l-bfgs", regParam=0.2, standardization=False)


@case
def linear_lbfgs_weights_no_intercept(spark):
    return linear(spark, solver="l-bfgs", regParam=0.1, weightCol="weight", fitIntercept=False)


@case
def linear_auto(spark):
    return linear(spark)


@case
def linear_constant_label(spark):
    df = data.assembled(spark, [(3.0, *r[1:]) for r in LINEAR[:20]], 4)
    out = {"error": failure(lambda: LinearRegression(regParam=0.1, fitIntercept=False, solver="l-bfgs").fit(df))}
    for solver in ("normal", "l-bfgs"):
        model = LinearRegression(solver=solver).fit(df)
        out[solver] = near([*model.coefficients.toArray().tolist(), model.intercept], 1e-9)
    return out


# ---------------------------------------------------------------- evaluators

def scored(spark):
    """label, prediction, weight and a probability vector of three classes."""
    numbers, rows = data.Numbers(21), []
    for _ in range(120):
        p = [numbers.unit() + 0.01 for _ in range(3)]
        total = sum(p)
        p = [round(x / total, 6) for x in p]
        label = float(numbers.below(3)) if numbers.unit() < 0.4 else float(p.index(max(p)))
        rows.append((label, float(p.index(max(p))), round(0.5 + numbers.unit(), 3), Vectors.dense(p)))
    rows.append((0.0, 0.0, 1.0, Vectors.dense([0.0, 1.0, 0.0])))
    return spark.createDataFrame(rows, ["label", "prediction", "weight", "probability"]).coalesce(1)


@case
def multiclass_evaluator(spark):
    df, out = scored(spark), {}
    for metric in ("f1", "accuracy", "weightedPrecision", "weightedRecall", "weightedTruePositiveRate", "weightedFalsePositiveRate",
                   "weightedFMeasure", "truePositiveRateByLabel", "falsePositiveRateByLabel", "precisionByLabel", "recallByLabel",
                   "fMeasureByLabel", "logLoss", "hammingLoss"):
        evaluator = MulticlassClassificationEvaluator(metricName=metric, metricLabel=1.0, beta=0.5)
        out[metric] = near([evaluator.evaluate(df), evaluator.setWeightCol("weight").evaluate(df), evaluator.isLargerBetter()], 1e-12)
    out["default"] = near(MulticlassClassificationEvaluator().evaluate(df), 1e-12)
    return out


@case
def binary_evaluator(spark):
    numbers, rows = data.Numbers(33), []
    for _ in range(1500):
        score = round(numbers.normal(), 3)
        rows.append((float(score + numbers.normal() > 0), Vectors.dense([-score, score]), score, round(0.5 + numbers.unit(), 3)))
    df, out = spark.createDataFrame(rows, ["label", "rawPrediction", "score", "weight"]).coalesce(1), {}
    for metric in ("areaUnderROC", "areaUnderPR"):
        for bins in (1000, 0, 10):
            evaluator = BinaryClassificationEvaluator(metricName=metric, numBins=bins)
            out[f"{metric}_{bins}"] = near(evaluator.evaluate(df), 1e-9)
        out[f"{metric}_weight"] = near(BinaryClassificationEvaluator(metricName=metric, weightCol="weight").evaluate(df), 1e-9)
        out[f"{metric}_double"] = near(BinaryClassificationEvaluator(metricName=metric, rawPredictionCol="score").evaluate(df), 1e-9)
    return out


@case
def regression_evaluator(spark):
    rows = [(r[0], r[0] + r[2] * 0.3, r[1]) for r in LINEAR]
    df, out = spark.createDataFrame(rows, ["label", "prediction", "weight"]).coalesce(1), {}
    for metric in ("rmse", "mse", "r2", "mae", "var"):
        for origin in (False, True):
            evaluator = RegressionEvaluator(metricName=metric, throughOrigin=origin)
            out[f"{metric}_{origin}"] = near([evaluator.evaluate(df), evaluator.setWeightCol("weight").evaluate(df)], 1e-12)
    return out


# ---------------------------------------------------------------- persistence: models that Spark itself wrote

def saved_models(spark):
    """name -> fitted model, for the recorder to save; the loaded ones are compared with loaded_by_spark."""
    words = spark.createDataFrame(WORDS, "id int, s string").where("s is not null").coalesce(1)
    codes = spark.createDataFrame([(0.0,), (1.0,), (2.0,)], "a double").coalesce(1)
    return {
        "logistic_binomial": LogisticRegression(regParam=0.1).fit(data.assembled(spark, BINARY, 4)),
        "logistic_multinomial": LogisticRegression(regParam=0.05, elasticNetParam=0.2).fit(data.assembled(spark, MULTI, 5)),
        "linear": LinearRegression(regParam=0.1).fit(data.assembled(spark, LINEAR, 4)),
        "string_indexer": StringIndexer(inputCol="s", outputCol="i").fit(words),
        "one_hot": OneHotEncoder(inputCols=["a"], outputCols=["v"]).fit(codes),
        "scaler": StandardScaler(inputCol="features", outputCol="s", withMean=True).fit(data.assembled(spark, LINEAR, 4)),
    }


def loaded_facts(spark, folder):
    """What a server reads out of a folder with the models of saved_models."""
    at = lambda name: os.path.join(folder, name)
    binomial, multinomial = (LogisticRegressionModel.load(at(n)) for n in ("logistic_binomial", "logistic_multinomial"))
    linear_model, indexer = LinearRegressionModel.load(at("linear")), StringIndexerModel.load(at("string_indexer"))
    encoder, scaler = OneHotEncoderModel.load(at("one_hot")), StandardScalerModel.load(at("scaler"))
    head = lambda model, rows, n: [plain(r[0]) for r in model.transform(data.assembled(spark, rows[:5], n)).select("prediction").collect()]
    return {
        "binomial": near([plain(binomial.coefficientMatrix), plain(binomial.interceptVector), binomial.getRegParam()], 1e-12),
        "multinomial": near([plain(multinomial.coefficientMatrix), plain(multinomial.interceptVector), multinomial.numClasses], 1e-12),
        "multinomial_prediction": exact(head(multinomial, MULTI, 5)),
        "linear": near([plain(linear_model.coefficients), linear_model.intercept, linear_model.scale], 1e-12),
        "linear_prediction": near(head(linear_model, LINEAR, 4), 1e-9),
        "indexer": exact([indexer.labels, indexer.getOutputCol()]),
        "one_hot": exact(list(encoder.categorySizes)),
        "scaler": near([plain(scaler.mean), plain(scaler.std), scaler.getWithMean()], 1e-12),
    }


@case
def loaded_from_spark(spark):
    return loaded_facts(spark, os.path.join(os.path.dirname(os.path.abspath(__file__)), "saved_by_spark"))
