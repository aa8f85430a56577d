"""Generalized linear models: every family with every link, weights, offsets, summaries, bad input."""
import math

from pyspark.ml.feature import VectorAssembler
from pyspark.ml.linalg import Vectors
from pyspark.ml.regression import GeneralizedLinearRegression

import data
from cases import case, exact, failure, near, plain, vector

ROWS = 120
PAIRS = [("gaussian", "identity"), ("gaussian", "log"), ("gaussian", "inverse"),
         ("binomial", "logit"), ("binomial", "probit"), ("binomial", "cloglog"),
         ("poisson", "log"), ("poisson", "identity"), ("poisson", "sqrt"),
         ("gamma", "inverse"), ("gamma", "identity"), ("gamma", "log")]


def rows(family, seed=3):
    """(label, weight, offset, x0, x1, x2) that the family can have, with means of moderate size."""
    numbers = data.Numbers(seed)
    out = []
    for _ in range(ROWS):
        x = [round(numbers.normal(), 4) for _ in range(3)]
        eta = 0.6 + 0.25 * x[0] - 0.2 * x[1] + 0.05 * x[2]
        if family == "binomial":
            y = float(numbers.unit() < 1 / (1 + math.exp(-eta)))
        elif family == "poisson":
            y = float(int(math.exp(eta) + numbers.unit() * 2))
        else:
            y = round(math.exp(eta) * (0.7 + 0.6 * numbers.unit()), 4)
        out.append((y, float(1 + numbers.below(3)), round(0.2 * numbers.unit(), 3), *x))
    return out


def frame(spark, given, sparse=False):
    df = spark.createDataFrame(given, "label double, weight double, offset double, x0 double, x1 double, x2 double").coalesce(1)
    if not sparse:
        return VectorAssembler(inputCols=["x0", "x1", "x2"], outputCol="features").transform(df)
    vectors = [(r[0], r[1], r[2], Vectors.sparse(5, [0, 1 + i % 3, 4], [r[3], r[4], 1.0])) for i, r in enumerate(given)]
    return spark.createDataFrame(vectors, ["label", "weight", "offset", "features"]).coalesce(1)


def values(action):
    try:
        return action()
    except Exception as error:
        return [type(error).__name__, str(error).split("\n")[0]]


def facts(model, df, tolerance=1e-7):
    s = model.summary
    out = {"coefficients": vector([*model.coefficients.toArray(), model.intercept], tolerance),
           "counts": exact([s.numInstances, s.rank, s.degreesOfFreedom, s.residualDegreeOfFreedom, s.residualDegreeOfFreedomNull]),
           "iterations": exact([s.numIterations, s.solver, s.predictionCol]),
           "deviance": near([s.deviance, s.nullDeviance, s.dispersion], tolerance),
           "aic": near(values(lambda: s.aic), tolerance),
           "errors": near(values(lambda: s.coefficientStandardErrors), tolerance),
           "t": near(values(lambda: s.tValues), tolerance),
           "p": near(values(lambda: s.pValues), 1e-9),
           "predictions": near([list(r) for r in model.transform(df).select("prediction").limit(5).collect()], tolerance)}
    for kind in ("deviance", "pearson", "working", "response"):
        residuals = s.residuals(kind)
        out[kind] = near([residuals.columns, [r[0] for r in residuals.limit(4).collect()]], tolerance)
    return out


def fit(spark, given, sparse=False, **params):
    df = frame(spark, given, sparse)
    return facts(GeneralizedLinearRegression(**params).fit(df), df)


def define(family, link):
    def plain_fit(spark):
        return fit(spark, rows(family), family=family, link=link)

    def weighted_fit(spark):
        return fit(spark, rows(family), family=family, link=link, weightCol="weight", offsetCol="offset", maxIter=50, tol=1e-9)

    # One of the two says enough of the links that are seldom used.
    plain = [] if family == "gamma" else [("", plain_fit)]
    for kind, function in [*plain, ("_weights_offset", weighted_fit)]:
        function.__name__ = f"glm_{family}_{link}{kind}"
        case(function)


for _family, _link in PAIRS:
    define(_family, _link)


@case
def glm_tweedie(spark):
    out = {}
    for variance, link in ((1.6, None), (2.5, 0.0), (1.0, 0.5)):
        params = {"family": "tweedie", "variancePower": variance, "maxIter": 60}
        if link is not None:
            params["linkPower"] = link
        out.update({f"{variance}_{link}_{k}": v for k, v in fit(spark, rows("gamma"), **params).items()})
    return out


@case
def glm_regularized(spark):
    out = {}
    for family in ("gaussian", "poisson"):
        out.update({f"{family}_{k}": v for k, v in fit(spark, rows(family), family=family, regParam=0.3).items()})
    return out


@case
def glm_without_intercept(spark):
    out = {}
    for family in ("gaussian", "poisson"):
        out.update({f"{family}_{k}": v for k, v in fit(spark, rows(family), family=family, fitIntercept=False).items()})
    return out


@case
def glm_sparse(spark):
    """The last column is constant: the matrix of the normal equation is singular."""
    out = {}
    for family in ("gaussian", "poisson"):
        found = fit(spark, rows(family), sparse=True, family=family)
        out.update({f"{family}_{k}": v for k, v in found.items() if k in ("deviance", "errors", "counts", "predictions")})
        out[f"{family}_without"] = fit(spark, rows(family), sparse=True, family=family, fitIntercept=False)["coefficients"]
    return out


@case
def glm_few_iterations(spark):
    return {k: v for k, v in fit(spark, rows("poisson"), family="poisson", maxIter=2, tol=1e-12).items()}


@case
def glm_constant_label(spark):
    same = [(2.0, *r[1:]) for r in rows("poisson")]
    return {**{f"gaussian_{k}": v for k, v in fit(spark, same).items() if k in ("coefficients", "counts", "iterations", "errors")},
            **{f"poisson_{k}": v for k, v in fit(spark, same, family="poisson").items() if k in ("coefficients", "counts")}}


@case
def glm_text_and_columns(spark):
    df = frame(spark, rows("poisson"))
    model = GeneralizedLinearRegression(family="poisson", link="log", linkPredictionCol="eta", predictionCol="mu").fit(df)
    out = model.transform(df)
    return {"columns": exact(out.columns),
            "types": exact([f.dataType.simpleString() for f in out.schema.fields]),
            "rows": near([list(r) for r in out.select("eta", "mu").limit(4).collect()], 1e-7),
            "text": exact(str(model.summary)),
            "model": exact(str(model).split("uid=")[0] + str(model).split("family")[1]),
            "features": exact(model.numFeatures),
            "predict": near(model.predict(Vectors.dense([0.1, 0.2, 0.3])), 1e-7),
            "evaluate": near([model.evaluate(df).deviance, model.evaluate(df).numInstances, model.evaluate(df).aic], 1e-7),
            "evaluated": exact([model.evaluate(df).predictions.columns, model.evaluate(df).residuals("pearson").columns]),
            "no_such_residuals": failure(lambda: model.summary.residuals("nope").collect()),
            "no_link": failure(lambda: str(GeneralizedLinearRegression(family="poisson").fit(df)))}


@case
def glm_bad_input(spark):
    def bad(change, **params):
        given = [change(list(r)) for r in rows("gamma")[:20]]
        return failure(lambda: GeneralizedLinearRegression(**params).fit(frame(spark, given)))

    def put(at, value):
        def change(row):
            row[at] = value
            return row
        return change

    good = frame(spark, rows("gamma")[:20])
    return {"negative_poisson": bad(put(0, -1.0), family="poisson"),
            "zero_gamma": bad(put(0, 0.0), family="gamma"),
            "negative_tweedie": bad(put(0, -1.0), family="tweedie", variancePower=1.5),
            "binomial_out_of_range": bad(put(0, 3.0), family="binomial"),
            "null_label": bad(put(0, None)),
            "nan_label": bad(put(0, float("nan"))),
            "infinite_label": bad(put(0, float("inf"))),
            "null_offset": bad(put(2, None), family="poisson", offsetCol="offset"),
            "infinite_offset": bad(put(2, float("inf")), family="poisson", offsetCol="offset"),
            "negative_weight": bad(put(1, -1.0), weightCol="weight"),
            "zero_weights": bad(put(1, 0.0), weightCol="weight"),
            "wrong_link": failure(lambda: GeneralizedLinearRegression(family="poisson", link="logit").fit(good)),
            "no_such_family": failure(lambda: GeneralizedLinearRegression(family="nope").fit(good)),
            "variance_power": failure(lambda: GeneralizedLinearRegression(family="tweedie", variancePower=0.5).fit(good)),
            "solver": failure(lambda: GeneralizedLinearRegression(solver="normal").fit(good)),
            "no_offset_column": failure(lambda: GeneralizedLinearRegression(offsetCol="nope").fit(good)),
            "offset_of_text": failure(lambda: GeneralizedLinearRegression(offsetCol="t").fit(good.selectExpr("*", "'a' AS t"))),
            "features_of_numbers": failure(lambda: GeneralizedLinearRegression(featuresCol="x0").fit(good)),
            "prediction_there": failure(lambda: GeneralizedLinearRegression(predictionCol="x0").fit(good)),
            "empty": failure(lambda: GeneralizedLinearRegression().fit(good.limit(0)))}
