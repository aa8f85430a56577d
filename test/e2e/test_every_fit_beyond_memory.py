"""Every estimator fits over four times as much training data as the server may hold, on data from a join, and gives the model
that a server with plenty of memory gives. What is said of logistic and linear regression beyond that: test_large_fits.py."""
import inspect
import re

import numpy as np
import pytest
from pyspark.errors import PySparkException
from pyspark.ml import classification, clustering, feature, recommendation, regression
from pyspark.ml.base import Estimator
from pyspark.sql import functions as F

from test_large_fits import MEGABYTE, session_of, small_and_large

LIMIT = 32 * MEGABYTE
FEATURES = 30
WIDE_ROWS = 4 * LIMIT // (8 * FEATURES)


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    yield from small_and_large(tmp_path_factory, LIMIT)


def joined(session, rows, groups, *columns):
    """Rows `id` and `x0` and columns of a group, from a join."""
    right = session.range(groups).select(F.col("id").alias("g"), *columns)
    left = session.range(0, rows, 1, 1).select("id", (F.col("id") % groups).alias("g"), (F.col("id") * 7919 % 10007 / 10007).alias("x0"))
    return left.join(right, "g")


def vectors(session):
    rows = joined(session, WIDE_ROWS, 1000, *[F.sin(F.col("id") * (k + 1)).alias(f"x{k}") for k in range(1, FEATURES)])
    rows = rows.select("*", (F.col("x0") - F.col("x3") + F.col("x9") > F.col("id") % 7 / 7).cast("double").alias("class"),
                       (3 + 2 * F.col("x0") - F.col("x10") + F.col("id") % 11 / 11).alias("y"), (F.col("id") % 5 == 0).alias("held"))
    return feature.VectorAssembler(inputCols=[f"x{k}" for k in range(FEATURES)], outputCol="features").transform(rows)


def counts(session):
    """Vectors of small whole numbers."""
    rows = joined(session, WIDE_ROWS, 1000, *[(F.col("id") * (k + 7) % 5).cast("double").alias(f"c{k}") for k in range(1, FEATURES)])
    rows = rows.select("*", (F.col("id") % 5).cast("double").alias("c0"), ((F.col("c1") + F.col("id") % 3) % 2).cast("double").alias("class"))
    return feature.VectorAssembler(inputCols=[f"c{k}" for k in range(FEATURES)], outputCol="features").transform(rows)


def numbers(session):
    """Two numbers in a row."""
    rows = joined(session, 4 * LIMIT // 16, 1000, F.sin("id").alias("s"))
    return rows.select((F.col("x0") + F.col("s")).alias("x"), (F.col("x0") * 3 + F.col("id") % 13 / 13).alias("y"))


def texts(session):
    rows = joined(session, 4 * LIMIT // 24, 1000, F.concat(F.lit("a text of twenty-two "), F.col("id") % 91).alias("text"))
    return rows.select("text", (F.col("x0") + F.col("g") % 7).alias("y"), (F.col("id") % 2).cast("double").alias("class"))


def sentences(session):
    rows = joined(session, 4 * LIMIT // 80, 1000, F.transform(F.sequence(F.lit(1), F.lit(10)), lambda k: F.concat(F.lit("word"), k * k * F.col("id") % 97)).alias("words"))
    return rows.select("words")


def vector(value):
    return list(np.asarray(value.toArray(), dtype=float).ravel())


def predictions(model):
    """What the model says of a hundred rows. Sums of another order may choose the other one of two splits that are as good."""
    return [r.prediction for r in model.transform(model.few).orderBy("id").select("prediction").collect()]


def accuracy(model):
    """Over all rows: classes that are nearly noise leave splits that are as good as others."""
    right = F.col("prediction") == F.col("class")
    return [r[0] for r in model.transform(model.rows).agg(F.avg(right.cast("double"))).collect()]


def scaled(name):
    return dict(inputCol="features", outputCol=name)


# Estimator: its data, and what is compared of its model, with a tolerance of the norm where the answer depends on the order of
# rows, which a join leaves open: quantiles, splits of trees, sums that eigenvectors and networks amplify.
CASES = {
    classification.LogisticRegression: (dict(labelCol="class", maxIter=2, regParam=0.1), vectors, lambda m: [vector(m.coefficients), m.intercept]),
    classification.LinearSVC: (dict(labelCol="class", maxIter=2, regParam=0.1), vectors, lambda m: [vector(m.coefficients), m.intercept]),
    classification.DecisionTreeClassifier: (dict(labelCol="class", maxDepth=3), vectors, accuracy, 0.05),
    classification.RandomForestClassifier: (dict(labelCol="class", maxDepth=3, numTrees=3, seed=5), vectors, accuracy, 0.15),  # other rows in each tree's bag
    classification.GBTClassifier: (dict(labelCol="class", maxDepth=2, maxIter=2, validationIndicatorCol="held", seed=5), vectors, accuracy, 0.05),
    classification.MultilayerPerceptronClassifier: (dict(labelCol="class", layers=[FEATURES, 3, 2], maxIter=3, seed=5, blockSize=1), vectors,
                                                     lambda m: [vector(m.weights)], 1e-6),  # rows of a larger block that is not full weigh more
    regression.LinearRegression: (dict(labelCol="y", maxIter=2, solver="l-bfgs"), vectors, lambda m: [vector(m.coefficients), m.intercept]),
    regression.GeneralizedLinearRegression: (dict(labelCol="y", maxIter=2), vectors, lambda m: [vector(m.coefficients), m.intercept]),
    regression.DecisionTreeRegressor: (dict(labelCol="y", maxDepth=3), vectors, predictions, 0.1),
    regression.RandomForestRegressor: (dict(labelCol="y", maxDepth=3, numTrees=3, seed=5), vectors, predictions, 0.1),
    regression.GBTRegressor: (dict(labelCol="y", maxDepth=2, maxIter=2, validationIndicatorCol="held", seed=5), vectors, predictions, 0.1),
    regression.IsotonicRegression: (dict(featuresCol="x", labelCol="y"), numbers, lambda m: [vector(m.boundaries), vector(m.predictions)]),
    feature.StandardScaler: (scaled("s"), vectors, lambda m: [vector(m.mean), vector(m.std)]),
    feature.MinMaxScaler: (scaled("s"), vectors, lambda m: [vector(m.originalMin), vector(m.originalMax)]),
    feature.MaxAbsScaler: (scaled("s"), vectors, lambda m: [vector(m.maxAbs)]),
    feature.RobustScaler: (scaled("s"), vectors, lambda m: [vector(m.median), vector(m.range)], 0.05),
    feature.PCA: (dict(k=2, **scaled("s")), vectors, lambda m: [vector(m.pc), vector(m.explainedVariance)], 1e-6),
    feature.VarianceThresholdSelector: (dict(featuresCol="features", outputCol="s", varianceThreshold=0.2), vectors, lambda m: [list(m.selectedFeatures)]),
    feature.BucketedRandomProjectionLSH: (dict(bucketLength=2.0, seed=3, **scaled("s")), vectors,
                                          lambda m: m.transform(m.few).orderBy("id").select("s").collect()),
    feature.VectorIndexer: (dict(maxCategories=6, **scaled("s")), counts, lambda m: [str(m.categoryMaps)]),
    feature.IDF: (scaled("s"), counts, lambda m: [vector(m.idf), list(m.docFreq), m.numDocs]),
    feature.MinHashLSH: (dict(seed=3, **scaled("s")), counts, lambda m: m.transform(m.few.where("c0 > 0")).orderBy("id").select("s").collect()),
    feature.ChiSqSelector: (dict(labelCol="class", outputCol="s", numTopFeatures=3), counts, lambda m: [list(m.selectedFeatures)]),
    feature.UnivariateFeatureSelector: (dict(labelCol="class", outputCol="s"), counts, lambda m: [list(m.selectedFeatures)]),
    feature.Imputer: (dict(inputCols=["x"], outputCols=["s"], strategy="median"), numbers, lambda m: [[r.x for r in m.surrogateDF.collect()]], 0.01),
    feature.QuantileDiscretizer: (dict(inputCol="x", outputCol="s", numBuckets=5), numbers, lambda m: [m.getSplits()[1:-1]], 0.01),
    feature.OneHotEncoder: (dict(inputCols=["class"], outputCols=["s"]), texts, lambda m: [list(m.categorySizes)]),
    feature.StringIndexer: (dict(inputCol="text", outputCol="s"), texts, lambda m: [list(m.labels)]),
    feature.TargetEncoder: (dict(inputCols=["class"], outputCols=["s"], labelCol="y", targetType="continuous"), texts, lambda m: [[r.s for r in m.transform(m.few).groupBy("class").agg(F.first("s").alias("s")).orderBy("class").collect()]]),
    feature.RFormula: (dict(formula="y ~ text"), texts, lambda m: [m.transform(m.few).select("features").distinct().count()]),
    feature.CountVectorizer: (dict(inputCol="words", outputCol="s"), sentences, lambda m: [list(m.vocabulary)]),
    feature.Word2Vec: (dict(inputCol="words", outputCol="s", vectorSize=2, windowSize=1, seed=5), sentences,
                       lambda m: [[r.word for r in m.getVectors().orderBy("word").collect() if any(r.vector.toArray())]]),
}


def estimators():
    """All of PySpark's that are an operator of the server each."""
    found = set()
    for module in (classification, clustering, feature, recommendation, regression):
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ == module.__name__ and issubclass(kind, Estimator) and hasattr(kind, "_create_model") and not kind.__name__.startswith("_"):
                found.add(kind)
    return found


def assert_same(few, many, tolerance):
    if isinstance(few, list) and few and isinstance(few[0], float):
        assert len(few) == len(many) and np.linalg.norm(np.subtract(few, many)) <= tolerance * np.linalg.norm(many)
    elif isinstance(few, list):
        assert len(few) == len(many)
        for one, other in zip(few, many):
            assert_same(one, other, tolerance)
    elif isinstance(few, float):
        assert few == pytest.approx(many, rel=tolerance)
    else:
        assert few == many


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.__name__)
def test_fit_beyond_memory(servers, kind):
    arguments, data, facts, tolerance = (*CASES[kind], 1e-9)[:4]

    def fit(server):
        rows = data(session_of(server))
        estimator = kind(**arguments)
        if kind is feature.UnivariateFeatureSelector:
            estimator.setFeatureType("categorical").setLabelType("categorical")
        model = estimator.fit(rows)
        model.rows, model.few = rows, rows.where("id < 100") if "id" in rows.columns else rows.limit(100)
        return facts(model)

    assert_same(fit(servers[0]), fit(servers[1]), tolerance)


def test_no_estimator_is_missing(servers):
    session_of(servers[1])
    for kind in estimators() - set(CASES):
        model = kind()
        with pytest.raises(PySparkException) as refused:
            model.fit(vectors(session_of(servers[1])).limit(1))
        assert "ML_OPERATOR" in str(refused.value.getCondition()), kind
