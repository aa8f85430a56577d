"""The same odd datasets given to every predictor: sparse, weighted, nulls, NaN, one class, constant columns, empty, wrong types."""
import math

from pyspark.ml import classification, regression
from pyspark.ml.functions import array_to_vector
from pyspark.ml.linalg import Vectors
from pyspark.sql import functions as F

import data
from cases import case, exact, near, plain, refused

CLASSES = data.classification(48, 3, 2, 61)
NUMBERS = data.regression(48, 3, 62)
TOLERANCE = 1e-5


def vectors(*columns):
    return array_to_vector(F.array(*[F.col(c) if isinstance(c, str) else c for c in columns]))


def datasets(spark, classes):
    """name -> DataFrame with label, weight and features."""
    df = spark.createDataFrame(CLASSES if classes else NUMBERS, data.schema(3)).coalesce(1)
    good = df.withColumn("features", vectors("x0", "x1", "x2")).select("label", "weight", "features")
    label = lambda value: good.withColumn("label", F.lit(value).cast("double"))
    at_first = lambda name, value: good.withColumn(name, F.when(F.monotonically_increasing_id() > 0, F.col(name)).otherwise(value))
    sparse = spark.createDataFrame([(r[0], r[1], Vectors.sparse(5, {i % 5: r[2]} if i % 4 else {})) for i, r in enumerate(CLASSES if classes else NUMBERS)],
                                   ["label", "weight", "features"]).coalesce(1)
    number = F.lit(float("nan"))
    return {
        "dense": good, "sparse": sparse, "one_label": label(1.0), "label_zero": label(0.0),
        "constant_column": df.withColumn("features", vectors("x0", F.lit(2.5), "x2")),
        "all_constant": df.withColumn("features", vectors(F.lit(2.5), F.lit(0.0))),
        "empty": good.limit(0), "one_row": good.limit(1), "two_rows": good.limit(2), "no_elements": df.withColumn("features", F.lit(None).cast("string")),
        "int_label": good.withColumn("label", F.col("label").cast("int")), "float_label": good.withColumn("label", F.col("label").cast("float")),
        "decimal_label": good.withColumn("label", F.col("label").cast("decimal(10,2)")), "text_label": good.withColumn("label", F.col("label").cast("string")),
        "boolean_label": good.withColumn("label", F.col("label") > 0), "null_label": at_first("label", F.lit(None)), "nan_label": at_first("label", number),
        "infinite_label": at_first("label", F.lit(math.inf)), "negative_label": at_first("label", F.lit(-1.0)), "fraction_label": at_first("label", F.lit(0.5)),
        "three_labels": at_first("label", F.lit(2.0)), "high_label": at_first("label", F.lit(1e10)),
        "nan_feature": df.withColumn("features", vectors("x0", F.when(F.col("x0") > 0, number).otherwise(1.0))),
        "infinite_feature": df.withColumn("features", vectors("x0", F.lit(-math.inf))),
        "sizes_differ": df.withColumn("features", F.when(F.col("x0") > 0, vectors("x0")).otherwise(vectors("x0", "x1"))),
        "array_features": df.withColumn("features", F.array("x0", "x1")), "number_features": df.withColumn("features", F.col("x0")),
        "null_features": good.withColumn("features", F.when(F.monotonically_increasing_id() > 0, F.col("features"))),
        "no_features": df.select("label"), "no_label": good.drop("label"), "prediction_exists": good.withColumn("prediction", F.lit(1.0)),
    }


def weighted_datasets(good):
    weight = lambda value: good.withColumn("weight", F.lit(value).cast("double"))
    return {"weighted": good, "weight_zero": weight(0.0), "weight_some_zero": good.withColumn("weight", F.when(F.col("weight") > 1, F.col("weight")).otherwise(0.0)),
            "weight_negative": weight(-1.0), "weight_null": weight(None), "weight_nan": weight(float("nan")), "weight_infinite": weight(math.inf),
            "weight_text": good.withColumn("weight", F.lit("a")), "weight_int": good.withColumn("weight", F.lit(3)), "weight_missing": good.drop("weight")}


def predicted(estimator, df, shown):
    """What a fit gives, seen through its predictions; or the error."""
    try:
        model = estimator.fit(df)
        return near([[plain(cell) for cell in row] for row in model.transform(df).select(*shown).limit(6).collect()], TOLERANCE)
    except Exception as error:
        return refused(error)


def outcomes(spark, estimator, classes=False, shown=("prediction",), weights=True, without=()):
    frames = datasets(spark, classes)
    out = {name: predicted(estimator, df, shown) for name, df in frames.items() if name not in without}
    if weights:
        good, estimator = frames["dense"], estimator.copy()
        estimator.setWeightCol("weight")
        out.update({name: predicted(estimator, df, shown) for name, df in weighted_datasets(good).items() if name not in without})
    return out | transforms(spark, estimator, frames["dense"], shown)


def transforms(spark, estimator, good, shown):
    """Rows that a fitted model cannot take."""
    model, out = estimator.fit(good), {}
    for name, column in {"other_size": vectors(F.lit(1.0)), "null": F.when(F.col("label") > 1e9, F.col("features")), "array": F.array(F.lit(1.0)),
                         "sparse": F.col("features")}.items():
        try:
            rows = model.transform(good.withColumn("features", column)).select(*shown).limit(4).collect()
            out[f"transform_{name}"] = near([[plain(c) for c in row] for row in rows], TOLERANCE)
        except Exception as error:
            out[f"transform_{name}"] = refused(error)
    out["transform_empty"] = exact([r[0] for r in model.transform(good.limit(0)).select(*shown).collect()])
    return out


PROBABLE = ("prediction", "probability")


@case
def inputs_logistic(spark):
    return outcomes(spark, classification.LogisticRegression(maxIter=8, regParam=0.1), True, PROBABLE)


@case
def inputs_linear_svc(spark):
    return outcomes(spark, classification.LinearSVC(maxIter=8, regParam=0.1), True, ("prediction", "rawPrediction"))


@case
def inputs_tree_classifier(spark):
    return outcomes(spark, classification.DecisionTreeClassifier(maxDepth=3, seed=1), True, PROBABLE)


@case
def inputs_forest_classifier(spark):
    return outcomes(spark, classification.RandomForestClassifier(numTrees=2, maxDepth=3, seed=1), True, PROBABLE)


@case
def inputs_boosted_classifier(spark):
    return outcomes(spark, classification.GBTClassifier(maxIter=2, maxDepth=2, seed=1), True, PROBABLE)


@case
def inputs_perceptron(spark):
    return outcomes(spark, classification.MultilayerPerceptronClassifier(layers=[3, 2], maxIter=4, seed=1), True, PROBABLE, weights=False,
                    without={"sizes_differ"})


@case
def inputs_linear_normal(spark):
    return outcomes(spark, regression.LinearRegression(solver="normal", regParam=0.1))


@case
def inputs_linear_iterated(spark):
    return outcomes(spark, regression.LinearRegression(solver="l-bfgs", regParam=0.1, maxIter=20))


@case
def inputs_linear_huber(spark):
    return outcomes(spark, regression.LinearRegression(loss="huber", regParam=0.1, maxIter=10), without={"two_rows"})


@case
def inputs_generalized(spark):
    return outcomes(spark, regression.GeneralizedLinearRegression(family="gaussian", regParam=0.1))


@case
def inputs_generalized_poisson(spark):
    return outcomes(spark, regression.GeneralizedLinearRegression(family="poisson", maxIter=5), True)


@case
def inputs_tree_regressor(spark):
    return outcomes(spark, regression.DecisionTreeRegressor(maxDepth=3, seed=1))


@case
def inputs_forest_regressor(spark):
    return outcomes(spark, regression.RandomForestRegressor(numTrees=2, maxDepth=3, seed=1))


@case
def inputs_boosted_regressor(spark):
    return outcomes(spark, regression.GBTRegressor(maxIter=2, maxDepth=2, seed=1))


@case
def inputs_isotonic(spark):
    return outcomes(spark, regression.IsotonicRegression())
