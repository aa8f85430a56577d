"""Cases of decision trees, random forests and gradient-boosted trees: the trees themselves, predictions, attributes."""
import os
import re

from pyspark.ml import classification as c
from pyspark.ml import regression as g
from pyspark.ml.feature import StringIndexer, VectorAssembler
from pyspark.ml.linalg import Vectors

import data
from cases import case, exact, failure, near, plain

BINARY = data.classification(300, 5, 2, 31)
MULTI = data.classification(300, 6, 4, 37, noise=2.0)
REAL = data.regression(300, 5, 41)


def text(model):
    """The printed trees without the random part of the model's name."""
    return re.sub(r"_[0-9a-f]{12}", "", model.toDebugString)


def categorical(spark, rows, arity, classes):
    """Labels, a nominal column of `arity` values and two numeric columns."""
    numbers, out = data.Numbers(rows * 7 + arity), []
    for i in range(rows):
        k, x, y = numbers.below(arity), round(numbers.normal(), 2), round(numbers.normal() * 2, 1)
        score = (k * 5 % arity) / arity + 0.4 * x + 0.3 * numbers.normal()
        label = float(min(classes - 1, max(0, int((score + 0.5) * classes)))) if classes else round(score, 4)
        out.append((i, label, f"v{k:02d}", x, y))
    df = spark.createDataFrame(out, "id int, label double, s string, x double, y double").coalesce(1)
    df = StringIndexer(inputCol="s", outputCol="k", stringOrderType="alphabetAsc").fit(df).transform(df)
    return VectorAssembler(inputCols=["k", "x", "y"], outputCol="features").transform(df)


def outcome(model, df, rows=25):
    out = {"trees": exact(text(model)), "importances": near(plain(model.featureImportances), 1e-12)}
    columns = [name for name in ("rawPrediction", "probability", "prediction", "leaf") if name in model.transform(df).columns]
    out["rows"] = near([[plain(cell) for cell in row] for row in model.transform(df).select(*columns).limit(rows).collect()], 1e-12)
    out["fields"] = exact([model.transform(df).schema[name].jsonValue() for name in columns])
    if hasattr(model, "treeWeights"):
        out["forest"] = exact([model.getNumTrees, list(model.treeWeights), model.totalNumNodes, [[t.depth, t.numNodes] for t in model.trees]])
    else:
        out["shape"] = exact([model.depth, model.numNodes])
    first = df.select("features").first()[0]
    out["one"] = near([model.predict(first), plain(model.predictLeaf(first))], 1e-12)
    return out


def fit(spark, estimator, rows, features):
    df = data.assembled(spark, rows, features)
    return outcome(estimator.fit(df), df)


@case
def tree_classifier(spark):
    return fit(spark, c.DecisionTreeClassifier(), BINARY, 5)


@case
def tree_classifier_entropy(spark):
    return fit(spark, c.DecisionTreeClassifier(impurity="entropy", maxDepth=7, maxBins=11, minInstancesPerNode=4), MULTI, 6)


@case
def tree_classifier_limits(spark):
    return fit(spark, c.DecisionTreeClassifier(minInfoGain=0.02, minWeightFractionPerNode=0.05, weightCol="weight", leafCol="leaf"), MULTI, 6)


@case
def tree_classifier_thresholds(spark):
    return fit(spark, c.DecisionTreeClassifier(maxDepth=3).setThresholds([0.4, 0.1, 0.3, 0.2]), MULTI, 6)


@case
def tree_classifier_depth_zero(spark):
    return fit(spark, c.DecisionTreeClassifier(maxDepth=0), BINARY, 5)


@case
def tree_categories(spark):
    out = {}
    for name, arity, classes in (("binary", 12, 2), ("few_of_three", 4, 3), ("many_of_three", 14, 3)):
        df = categorical(spark, 250, arity, classes)
        for key, value in outcome(c.DecisionTreeClassifier(maxDepth=4).fit(df), df).items():
            out[f"{name}_{key}"] = value
    df = categorical(spark, 250, 9, 0)
    for key, value in outcome(g.DecisionTreeRegressor(maxDepth=4).fit(df), df).items():
        out[f"real_{key}"] = value
    return out


@case
def tree_sparse(spark):
    rows = [(r[0], Vectors.sparse(6, [i % 3, 3 + i % 2, 5], [r[2], round(r[3]), 1.0])) for i, r in enumerate(BINARY)]
    df = spark.createDataFrame(rows, ["label", "features"]).coalesce(1)
    return outcome(c.DecisionTreeClassifier().fit(df), df)


@case
def tree_regressor(spark):
    return fit(spark, g.DecisionTreeRegressor(), REAL, 5)


@case
def tree_regressor_weights(spark):
    return fit(spark, g.DecisionTreeRegressor(weightCol="weight", maxBins=16, maxDepth=6, leafCol="leaf"), REAL, 5)


@case
def tree_regressor_variance(spark):
    df = data.assembled(spark, REAL, 5)
    model = g.DecisionTreeRegressor(maxDepth=3, varianceCol="variance").fit(df)
    return {"variance": near([r[0] for r in model.transform(df).select("variance").limit(20).collect()], 1e-9)}


@case
def tree_sampled_thresholds(spark):
    """More rows than the sample from which thresholds are found."""
    rows = data.regression(12000, 2, 43)
    df = data.assembled(spark, rows, 2)
    return {"trees": exact(text(g.DecisionTreeRegressor(maxDepth=4, seed=5).fit(df)))}


@case
def forest_classifier(spark):
    return fit(spark, c.RandomForestClassifier(numTrees=3, seed=11), MULTI, 6)


@case
def forest_classifier_many(spark):
    return fit(spark, c.RandomForestClassifier(numTrees=20, maxDepth=4, seed=3), BINARY, 5)


@case
def forest_classifier_subsample(spark):
    return fit(spark, c.RandomForestClassifier(numTrees=6, subsamplingRate=0.6, bootstrap=False, featureSubsetStrategy="0.5", seed=8,
                                               leafCol="leaf", weightCol="weight"), BINARY, 5)


@case
def forest_small_groups(spark):
    """More nodes than the memory of one pass: what a node draws depends on which pass it is in."""
    df = data.assembled(spark, MULTI, 6)
    model = c.RandomForestClassifier(numTrees=60, maxDepth=6, maxMemoryInMB=1, seed=2).fit(df)
    return {"shapes": exact([[t.depth, t.numNodes] for t in model.trees]), "importances": near(plain(model.featureImportances), 1e-12)}


@case
def forest_regressor(spark):
    return fit(spark, g.RandomForestRegressor(numTrees=20, seed=5), REAL, 5)


@case
def forest_regressor_all(spark):
    return fit(spark, g.RandomForestRegressor(numTrees=4, featureSubsetStrategy="all", subsamplingRate=0.7, seed=9, maxDepth=8), REAL, 5)


@case
def forest_default_seed(spark):
    return fit(spark, g.RandomForestRegressor(numTrees=2, maxDepth=2), REAL, 5)


@case
def boosted_regressor(spark):
    return fit(spark, g.GBTRegressor(maxIter=5, seed=3), REAL, 5)


@case
def boosted_regressor_absolute(spark):
    return fit(spark, g.GBTRegressor(maxIter=4, lossType="absolute", stepSize=0.3, subsamplingRate=0.8, seed=3), REAL, 5)


@case
def boosted_regressor_subset(spark):
    return fit(spark, g.GBTRegressor(maxIter=4, featureSubsetStrategy="2", maxDepth=3, seed=13, leafCol="leaf", weightCol="weight"), REAL, 5)


@case
def boosted_classifier(spark):
    return fit(spark, c.GBTClassifier(maxIter=6, seed=7), BINARY, 5)


@case
def boosted_validation(spark):
    df = data.assembled(spark, REAL, 5)
    marked = df.withColumn("held", df.x0 > 0.5)
    model = g.GBTRegressor(maxIter=20, stepSize=0.5, validationIndicatorCol="held", seed=1).fit(marked)
    return {"trees": exact(text(model))}


@case
def boosted_iterations(spark):
    df = data.assembled(spark, REAL, 5)
    model = g.GBTRegressor(maxIter=4, seed=3).fit(df)
    two = data.assembled(spark, BINARY, 5)
    other = c.GBTClassifier(maxIter=4, seed=3).fit(two)
    return {"squared": near(model.evaluateEachIteration(df, "squared"), 1e-9), "absolute": near(model.evaluateEachIteration(df, "absolute"), 1e-9),
            "logistic": near(other.evaluateEachIteration(two), 1e-9)}


@case
def tree_errors(spark):
    df = data.assembled(spark, BINARY[:30], 5)
    wide = categorical(spark, 60, 30, 2)
    return {"too_many_categories": failure(lambda: c.DecisionTreeClassifier(maxBins=8).fit(wide)),
            "empty": failure(lambda: c.DecisionTreeClassifier().fit(df.where("label > 9"))),
            "fractional": failure(lambda: c.DecisionTreeClassifier().fit(df.withColumn("label", df.x0))),
            "three_labels": failure(lambda: c.GBTClassifier(maxIter=2).fit(data.assembled(spark, MULTI[:40], 6))),
            "no_column": failure(lambda: g.DecisionTreeRegressor(featuresCol="nope").fit(df))}


@case
def forest_summary(spark):
    df = data.assembled(spark, BINARY, 5)
    model = c.RandomForestClassifier(numTrees=3, seed=11).fit(df)
    return {"accuracy": near([model.summary.accuracy, model.summary.areaUnderROC, model.summary.weightedPrecision], 1e-9),
            "evaluate": near(model.evaluate(df).accuracy, 1e-9)}


SAVED = ("tree_classifier", "tree_regressor", "forest_classifier", "forest_regressor", "boosted_classifier", "boosted_regressor")


def saved_models(spark):
    binary, real = data.assembled(spark, BINARY, 5), data.assembled(spark, REAL, 5)
    estimators = (c.DecisionTreeClassifier(maxDepth=3), g.DecisionTreeRegressor(maxDepth=3), c.RandomForestClassifier(numTrees=3, maxDepth=3, seed=1),
                  g.RandomForestRegressor(numTrees=3, maxDepth=3, seed=1), c.GBTClassifier(maxIter=3, maxDepth=2, seed=1),
                  g.GBTRegressor(maxIter=3, maxDepth=2, seed=1))
    return {name: e.fit(binary if "classifier" in name else real) for name, e in zip(SAVED, estimators)}


def loaded_trees(spark, folder):
    kinds = (c.DecisionTreeClassificationModel, g.DecisionTreeRegressionModel, c.RandomForestClassificationModel, g.RandomForestRegressionModel,
             c.GBTClassificationModel, g.GBTRegressionModel)
    binary, real, out = data.assembled(spark, BINARY, 5), data.assembled(spark, REAL, 5), {}
    for name, kind in zip(SAVED, kinds):
        model = kind.load(os.path.join(folder, name))
        for key, value in outcome(model, binary if "classifier" in name else real).items():
            out[f"{name}_{key}"] = value
    return out


@case
def trees_loaded_from_spark(spark):
    return loaded_trees(spark, os.path.join(os.path.dirname(os.path.abspath(__file__)), "saved_by_spark"))
