"""Every attribute that a client can fetch of every model and of its summaries, found by name on the client's classes."""
import inspect
import math
import re

from pyspark.ml import classification, feature, regression
from pyspark.ml.functions import array_to_vector
from pyspark.ml.linalg import Matrix
from pyspark.ml.param import Param
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

import data
from cases import case, exact, failure, near, plain, refused

BINARY = data.classification(60, 3, 2, 51)
MULTI = data.classification(60, 3, 3, 52)
NUMBERS = data.regression(60, 3, 53)
# What asks for an argument of its own kind is left to other cases; the rest are the client's own, not a model's.
CLIENT_ONLY = {"copy", "save", "write", "read", "load", "params", "uid", "extractParamMap", "explainParams", "clear", "sparkSession", "toLocal"}
TOLERANCE = 1e-6


def value_of(thing, owner):
    """A fetched value as JSON can hold it; models and summaries by their class."""
    if isinstance(thing, DataFrame):
        rows = [[value_of(cell, owner) for cell in row] for row in thing.limit(12).collect()]
        return {"columns": [f.simpleString() for f in thing.schema.fields], "rows": rows}
    if isinstance(thing, Matrix):
        return [thing.numRows, thing.numCols, [float(x) for x in thing.toArray().ravel()]]
    if hasattr(thing, "toArray"):
        return plain(thing)
    if isinstance(thing, (list, tuple)):
        return [value_of(x, owner) for x in thing]
    if isinstance(thing, dict):
        return {str(k): value_of(v, owner) for k, v in thing.items()}
    if isinstance(thing, str):
        # Numbers of texts to the digits that the order of sums does not touch.
        return re.sub(r"\d+\.\d+(E-?\d+)?", lambda number: "%.8g" % float(number[0]), thing.replace(owner, "uid"))
    if isinstance(thing, float) and math.isnan(thing):
        return "NaN"
    if thing is None or isinstance(thing, (bool, int, float)):
        return thing
    return type(thing).__name__


def takes_nothing(method):
    try:
        parameters = inspect.signature(method).parameters.values()
    except (TypeError, ValueError):
        return False
    return all(p.default is not p.empty or p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in parameters)


def fetched(thing, owner):
    """name -> value or error, over all public names of a model or summary."""
    found = {}
    for name in dir(type(thing)):
        if name.startswith(("_", "set", "get")) or name in CLIENT_ONLY or isinstance(getattr(type(thing), name), Param):
            continue
        try:
            value = getattr(thing, name)
            if callable(value):
                if not takes_nothing(value):
                    continue
                value = value()
            found[name] = near(value_of(value, owner), TOLERANCE)
        except Exception as error:
            found[name] = refused(error)
    return found


def parts(model, evaluation=None):
    """The attributes of a model, of its training summary and of an evaluation over other rows."""
    out = {f"model.{k}": v for k, v in fetched(model, model.uid).items()}
    try:
        out["text"] = exact(str(model).replace(model.uid, "uid"))
    except Exception as error:  # Spark's text of a generalized linear model needs its link
        out["text"] = exact(type(error).__name__)
    for name in ("summary", "evaluation"):
        try:
            summary = model.evaluate(evaluation) if name == "evaluation" else model.summary
            summary = summary() if callable(summary) else summary
        except Exception as error:
            out[name] = refused(error)
            continue
        out[name] = exact(type(summary).__name__)
        out.update({f"{name}.{k}": v for k, v in fetched(summary, model.uid).items()})
    return out


def trained(spark, estimator, rows):
    df = data.assembled(spark, rows, 3)
    return parts(estimator.fit(df), df.limit(25))


@case
def attributes_logistic_binomial(spark):
    return trained(spark, classification.LogisticRegression(regParam=0.05, maxIter=20), BINARY)


@case
def attributes_logistic_multinomial(spark):
    return trained(spark, classification.LogisticRegression(regParam=0.05, maxIter=20, weightCol="weight"), MULTI)


@case
def attributes_linear_svc(spark):
    return trained(spark, classification.LinearSVC(regParam=0.1, maxIter=12), BINARY)


@case
def attributes_tree_classifier(spark):
    return trained(spark, classification.DecisionTreeClassifier(maxDepth=3), MULTI)


@case
def attributes_forest_classifier(spark):
    return trained(spark, classification.RandomForestClassifier(numTrees=3, maxDepth=3, seed=4), BINARY)


@case
def attributes_forest_of_three_classes(spark):
    return trained(spark, classification.RandomForestClassifier(numTrees=3, maxDepth=2, seed=4, weightCol="weight"), MULTI)


@case
def attributes_boosted_classifier(spark):
    return trained(spark, classification.GBTClassifier(maxIter=3, maxDepth=2, seed=4), BINARY)


@case
def attributes_perceptron(spark):
    return trained(spark, classification.MultilayerPerceptronClassifier(layers=[3, 2], maxIter=5, seed=4), BINARY)


@case
def attributes_linear_normal(spark):
    return trained(spark, regression.LinearRegression(solver="normal", weightCol="weight"), NUMBERS)


@case
def attributes_linear_iterated(spark):
    return trained(spark, regression.LinearRegression(solver="l-bfgs", regParam=0.1, elasticNetParam=0.5), NUMBERS)


@case
def attributes_linear_huber(spark):
    return trained(spark, regression.LinearRegression(loss="huber", maxIter=30), NUMBERS)


@case
def attributes_generalized_gaussian(spark):
    return trained(spark, regression.GeneralizedLinearRegression(family="gaussian", weightCol="weight"), NUMBERS)


@case
def attributes_generalized_binomial(spark):
    return trained(spark, regression.GeneralizedLinearRegression(family="binomial", linkPredictionCol="link"), BINARY)


@case
def attributes_generalized_poisson(spark):
    rows = [(float(abs(round(r[0])) % 7), *r[1:]) for r in NUMBERS]
    return trained(spark, regression.GeneralizedLinearRegression(family="poisson", link="log", regParam=0.1), rows)


@case
def attributes_generalized_gamma(spark):
    rows = [(abs(r[0]) + 0.5, *r[1:]) for r in NUMBERS]
    return trained(spark, regression.GeneralizedLinearRegression(family="gamma", link="log"), rows)


@case
def attributes_generalized_tweedie(spark):
    rows = [(abs(r[0]), *r[1:]) for r in NUMBERS]
    return trained(spark, regression.GeneralizedLinearRegression(family="tweedie", variancePower=1.5, linkPower=0.0), rows)


@case
def attributes_tree_regressor(spark):
    return trained(spark, regression.DecisionTreeRegressor(maxDepth=3, varianceCol="variance", leafCol="leaf"), NUMBERS)


@case
def attributes_forest_regressor(spark):
    return trained(spark, regression.RandomForestRegressor(numTrees=3, maxDepth=3, seed=4), NUMBERS)


@case
def attributes_boosted_regressor(spark):
    return trained(spark, regression.GBTRegressor(maxIter=3, maxDepth=2, seed=4), NUMBERS)


@case
def attributes_isotonic(spark):
    return trained(spark, regression.IsotonicRegression(weightCol="weight", featureIndex=1), NUMBERS)


WORDS = [(0, "b", ["x", "y"], 0.0), (1, "a", ["y", "z", "y"], 1.0), (2, "b", ["x"], 1.0), (3, "c", ["z", "x"], 0.0)]


def feature_frame(spark):
    df = spark.createDataFrame(WORDS, "id int, s string, words array<string>, label double").coalesce(1)
    vectors = F.array(F.col("id") * 1.5, F.col("id") % 2, F.lit(2.0))
    return df.withColumn("features", array_to_vector(vectors)).withColumn("x", F.col("id") * 0.5)


@case
def attributes_of_feature_models(spark):
    df, f = feature_frame(spark), feature
    estimators = {
        "bucketed": f.BucketedRandomProjectionLSH(inputCol="features", outputCol="o", bucketLength=2.0, numHashTables=2, seed=1),
        "chi_square": f.ChiSqSelector(featuresCol="features", outputCol="o", labelCol="label", numTopFeatures=1),
        "counts": f.CountVectorizer(inputCol="words", outputCol="o"), "idf": f.IDF(inputCol="features", outputCol="o"),
        "imputer": f.Imputer(inputCol="x", outputCol="o"), "max_abs": f.MaxAbsScaler(inputCol="features", outputCol="o"),
        "min_hash": f.MinHashLSH(inputCol="features", outputCol="o", seed=2), "min_max": f.MinMaxScaler(inputCol="features", outputCol="o"),
        "one_hot": f.OneHotEncoder(inputCol="label", outputCol="o"), "pca": f.PCA(k=2, inputCol="features", outputCol="o"),
        "quantiles": f.QuantileDiscretizer(numBuckets=2, inputCol="x", outputCol="o"), "formula": f.RFormula(formula="label ~ x + s", featuresCol="o"),
        "robust": f.RobustScaler(inputCol="features", outputCol="o"), "standard": f.StandardScaler(inputCol="features", outputCol="o", withMean=True),
        "indexer": f.StringIndexer(inputCol="s", outputCol="o"), "indexers": f.StringIndexer(inputCols=["s", "x"], outputCols=["o", "p"]),
        "target": f.TargetEncoder(inputCol="id", outputCol="o", labelCol="label"),
        "univariate": f.UnivariateFeatureSelector(featuresCol="features", outputCol="o", labelCol="label").setFeatureType("continuous").setLabelType("categorical"),
        "variance": f.VarianceThresholdSelector(featuresCol="features", outputCol="o", varianceThreshold=0.1),
        "vector_indexer": f.VectorIndexer(inputCol="features", outputCol="o", maxCategories=2),
        "words": f.Word2Vec(inputCol="words", outputCol="o", vectorSize=2, minCount=1, seed=3)}
    out = {}
    for name, estimator in estimators.items():
        usable = df.where("id > 0") if name == "min_hash" else df
        model = estimator.fit(usable)
        out.update({f"{name}.{k}": v for k, v in fetched(model, model.uid).items()})
        out[f"{name} text"] = exact(str(model).replace(model.uid, "uid"))
        out[f"{name} fields"] = near([value_of([x.name, x.dataType.simpleString(), x.metadata], model.uid) for x in model.transform(usable).schema.fields], TOLERANCE)
    return out


@case
def evaluations_with_weights_below_zero(spark):
    """The metrics of classes count such weights; the curves are refused, and nothing else is."""
    frame = lambda rows: spark.createDataFrame([(y, [x], w) for y, x, w in rows], "label double, x array<double>, weight double").select(
        "label", array_to_vector("x").alias("features"), "weight")
    good = frame([(0.0, 1.0, 1.0), (1.0, 2.0, 1.0), (0.0, 0.5, 1.0), (1.0, 3.0, 2.0)])
    bad = frame([(0.0, 1.0, 3.0), (1.0, 2.0, -1.0), (1.0, 0.1, 1.0)])
    found = {}
    for estimator in (classification.LogisticRegression(maxIter=5), classification.LinearSVC(maxIter=5), classification.RandomForestClassifier(numTrees=2, seed=3)):
        summary = estimator.setWeightCol("weight").fit(good).evaluate(bad)
        name = type(summary).__name__
        found[name + " accuracy"] = near(summary.accuracy, 1e-9)
        found[name + " area"] = failure(lambda: summary.areaUnderROC)
        found[name + " curve"] = failure(lambda: summary.roc.collect())
    return found
