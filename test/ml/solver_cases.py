"""Logistic regression within bounds, linear regression with Huber loss."""
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.linalg import Matrices, Vectors
from pyspark.ml.regression import LinearRegression

import data
from cases import case, exact, failure, near, plain, vector

BINARY = data.classification(150, 4, 2, 11)
MULTI = data.classification(180, 3, 3, 12)
INFINITE = float("inf")


def bounded(spark, given, features, tolerance=1e-6, **params):
    df = data.assembled(spark, given, features)
    model = LogisticRegression(**{"maxIter": 20, **params}).fit(df)
    s = model.summary
    return {"coefficients": vector(plain(model.coefficientMatrix), tolerance), "intercepts": vector(model.interceptVector.toArray(), tolerance),
            "iterations": exact(s.totalIterations), "history": near(s.objectiveHistory, 1e-8),
            "accuracy": near(s.accuracy, 1e-12), "predictions": near([list(r[0]) for r in model.transform(df).select("probability").limit(4).collect()], 1e-5)}


@case
def bounds_binomial(spark):
    return bounded(spark, BINARY, 4, lowerBoundsOnCoefficients=Matrices.dense(1, 4, [0.0, -0.1, -0.05, -INFINITE]),
                   upperBoundsOnCoefficients=Matrices.dense(1, 4, [0.2, 0.3, 0.4, 0.01]))


@case
def bounds_binomial_l2_weights(spark):
    return bounded(spark, BINARY, 4, regParam=0.05, weightCol="weight", standardization=False,
                   lowerBoundsOnCoefficients=Matrices.dense(1, 4, [0.0] * 4))


@case
def bounds_binomial_intercept(spark):
    return bounded(spark, BINARY, 4, lowerBoundsOnIntercepts=Vectors.dense(0.5), upperBoundsOnIntercepts=Vectors.dense(1.0))


@case
def bounds_positive_start(spark):
    """Zero is not within the bounds."""
    return bounded(spark, BINARY, 4, lowerBoundsOnCoefficients=Matrices.dense(1, 4, [0.1] * 4),
                   upperBoundsOnCoefficients=Matrices.dense(1, 4, [1.0] * 4))


@case
def bounds_multinomial(spark):
    return bounded(spark, MULTI, 3, regParam=0.01, lowerBoundsOnCoefficients=Matrices.dense(3, 3, [0.0] * 9),
                   upperBoundsOnIntercepts=Vectors.dense(0.5, 0.6, 0.7))


@case
def bounds_bad_input(spark):
    df = data.assembled(spark, BINARY[:20], 4)
    four = Matrices.dense(1, 4, [0.0] * 4)
    bad = lambda **p: failure(lambda: LogisticRegression(**p).fit(df))
    return {"shape": bad(lowerBoundsOnCoefficients=Matrices.dense(1, 3, [0.0] * 3)),
            "size": bad(upperBoundsOnIntercepts=Vectors.dense(0.0, 1.0)),
            "crossed": bad(lowerBoundsOnCoefficients=four, upperBoundsOnCoefficients=Matrices.dense(1, 4, [-1.0] * 4)),
            "crossed_intercepts": bad(lowerBoundsOnIntercepts=Vectors.dense(1.0), upperBoundsOnIntercepts=Vectors.dense(0.0)),
            "elastic_net": bad(lowerBoundsOnCoefficients=four, elasticNetParam=0.5),
            "intercept": bad(lowerBoundsOnIntercepts=Vectors.dense(1.0), fitIntercept=False)}


ROBUST = [(r[0] + (60.0 if i % 17 == 0 else 0.0), *r[1:]) for i, r in enumerate(data.regression(150, 4, 21))]


def huber(spark, given=ROBUST, **params):
    df = data.assembled(spark, given, 4)
    model = LinearRegression(**{"loss": "huber", "maxIter": 30, **params}).fit(df)
    s = model.summary
    return {"coefficients": vector(model.coefficients.toArray()), "intercept": near(model.intercept, 1e-6),
            "scale": near(model.scale, 1e-6), "iterations": exact(s.totalIterations), "history": near(s.objectiveHistory, 1e-8),
            "metrics": near([s.rootMeanSquaredError, s.meanAbsoluteError, s.r2, s.r2adj, s.explainedVariance], 1e-6),
            "residuals": near([r[0] for r in s.residuals.limit(4).collect()], 1e-5),
            "errors": failure(lambda: s.coefficientStandardErrors)}


@case
def huber_plain(spark):
    return huber(spark)


@case
def huber_l2_epsilon(spark):
    return huber(spark, regParam=0.2, epsilon=1.1)


@case
def huber_weights_unstandardized(spark):
    return huber(spark, regParam=0.1, standardization=False, weightCol="weight")


@case
def huber_odd_input(spark):
    same = [(3.0, *r[1:]) for r in ROBUST[:20]]
    out = {f"constant_{k}": v for k, v in huber(spark, same).items() if k in ("coefficients", "intercept", "scale")}
    df = data.assembled(spark, ROBUST[:20], 4)
    bad = lambda **p: failure(lambda: LinearRegression(loss="huber", **p).fit(df))
    return {**out, "normal": bad(solver="normal"), "elastic_net": bad(regParam=0.1, elasticNetParam=0.5), "epsilon": bad(epsilon=0.5)}
