"""Multilayer perceptrons: solvers, groups of rows by partition, initial weights, summaries, bad input."""
import os

from pyspark.ml.classification import MultilayerPerceptronClassificationModel, MultilayerPerceptronClassifier
from pyspark.ml.functions import array_to_vector
from pyspark.ml.linalg import Vectors
from pyspark.sql import functions as F

import data
from cases import case, exact, failure, near, plain, vector

MULTI = data.classification(150, 4, 3, 41)
BINARY = data.classification(90, 3, 2, 42)
EXCLUSIVE = [(0.0, [0.0, 0.0]), (1.0, [0.0, 1.0]), (1.0, [1.0, 0.0]), (0.0, [1.0, 1.0])]


def scaled(spark, rows, partitions=1):
    """Features of about the same size, in the given number of partitions (none: as the rows of the client lie)."""
    width = len(rows[0]) - 2
    small = [(r[0], [x / (1 + 2 * j) for j, x in enumerate(r[2:])]) for r in rows]
    df = spark.createDataFrame(small, "label double, x array<double>")
    df = df.coalesce(partitions) if partitions else df
    return df.select("label", array_to_vector("x").alias("features")), width


def trained(spark, rows, hidden, classes, partitions=1, tolerance=1e-6, **params):
    df, width = scaled(spark, rows, partitions)
    model = MultilayerPerceptronClassifier(layers=[width, *hidden, classes], **{"maxIter": 12, "seed": 5, **params}).fit(df)
    summary = model.summary()
    return {"weights": vector(model.weights.toArray(), tolerance), "history": near(summary.objectiveHistory, 1e-8),
            "iterations": exact(summary.totalIterations), "accuracy": near(summary.accuracy, 1e-12),
            "probabilities": near([list(r[0]) for r in model.transform(df).select("probability").limit(5).collect()], 1e-5),
            "predictions": exact([r[0] for r in model.transform(df).select("prediction").collect()])}


@case
def perceptron_three_classes(spark):
    return trained(spark, MULTI, [5], 3)


@case
def perceptron_two_hidden_layers(spark):
    return trained(spark, MULTI, [4, 3], 3, seed=9)


@case
def perceptron_no_hidden_layer(spark):
    return trained(spark, BINARY, [], 2, maxIter=30)


@case
def perceptron_short_groups(spark):
    """150 rows in groups of 40: the last 30 rows weigh more."""
    return trained(spark, MULTI, [5], 3, blockSize=40)


@case
def perceptron_slices(spark):
    """Rows of the client lie in two slices, and each has a short group."""
    return trained(spark, MULTI, [5], 3, partitions=None, blockSize=40)


@case
def perceptron_slices_of_odd_count(spark):
    return trained(spark, MULTI[:101], [4], 3, partitions=None)


@case
def perceptron_gradient_descent(spark):
    return trained(spark, MULTI, [5], 3, solver="gd", stepSize=0.5, maxIter=25)


@case
def perceptron_gradient_descent_converges(spark):
    return trained(spark, MULTI, [5], 3, solver="gd", stepSize=0.1, tol=1e-3)


@case
def perceptron_default_seed(spark):
    df, width = scaled(spark, BINARY)
    model = MultilayerPerceptronClassifier(layers=[width, 3, 2], maxIter=0).fit(df)
    return {"weights": near(plain(model.weights), 1e-15),
            "history": near(model.summary().objectiveHistory, 1e-12)}


@case
def perceptron_initial_weights(spark):
    df, width = scaled(spark, BINARY)
    model = MultilayerPerceptronClassifier(layers=[width, 2], maxIter=3, initialWeights=Vectors.sparse(8, {1: 0.5, 7: -0.25})).fit(df)
    return {"weights": vector(model.weights.toArray()), "history": near(model.summary().objectiveHistory, 1e-10)}


@case
def perceptron_sparse_vectors(spark):
    rows = [(float(i % 3), Vectors.sparse(6, {i % 6: 1.0 + i % 2, 5: 0.5 * (i % 4)} if i % 6 != 5 else {5: 2.0})) for i in range(60)]
    df = spark.createDataFrame(rows, ["label", "features"]).coalesce(1)
    model = MultilayerPerceptronClassifier(layers=[6, 4, 3], seed=3, maxIter=10).fit(df)
    return {"weights": vector(model.weights.toArray()), "history": near(model.summary().objectiveHistory, 1e-8)}


@case
def perceptron_attributes(spark):
    df = spark.createDataFrame(EXCLUSIVE, "label double, x array<double>").coalesce(1).select("label", array_to_vector("x").alias("features"))
    model = MultilayerPerceptronClassifier(layers=[2, 2, 2], seed=123, maxIter=8, blockSize=1).fit(df)
    summary, evaluated = model.summary(), model.evaluate(df.limit(3))
    point = Vectors.dense([1.0, 0.0])
    return {"text": exact(str(model).replace(model.uid, "uid")), "sizes": exact([model.numFeatures, model.numClasses, model.getLayers()]),
            "has": exact([model.hasSummary, model.getBlockSize(), model.getSolver(), model.getStepSize()]),
            "raw": near(plain(model.predictRaw(point)), 1e-7), "probability": near(plain(model.predictProbability(point)), 1e-7),
            "prediction": exact(model.predict(point)), "sparse": exact(model.predict(Vectors.sparse(2, {0: 1.0}))),
            "fields": exact([(f.name, f.dataType.simpleString(), f.metadata) for f in model.transform(df).schema.fields]),
            "columns": exact([summary.predictionCol, summary.labelCol, summary.weightCol, summary.predictions.columns]),
            "metrics": near([summary.accuracy, summary.weightedPrecision, summary.weightedRecall, summary.weightedFMeasure(),
                             *summary.precisionByLabel, *summary.recallByLabel, *summary.fMeasureByLabel(0.5)], 1e-12),
            "evaluated": near([evaluated.accuracy, *evaluated.labels, evaluated.weightedTruePositiveRate], 1e-12),
            "thresholds": exact([r[0] for r in model.setThresholds([0.01, 0.99]).transform(df).select("prediction").collect()]),
            "thresholds_kept": exact(model.getThresholds())}


@case
def perceptron_without_output_columns(spark):
    df, width = scaled(spark, BINARY[:20])
    model = MultilayerPerceptronClassifier(layers=[width, 2], maxIter=2, seed=1).fit(df)
    return {"raw": exact(model.setRawPredictionCol("").transform(df).columns),
            "probability": exact(model.setProbabilityCol("").transform(df).columns),
            "prediction": exact(model.setPredictionCol("").transform(df).columns)}


@case
def perceptron_odd_labels(spark):
    df, width = scaled(spark, BINARY[:20])
    one = MultilayerPerceptronClassifier(layers=[width, 2, 2], maxIter=3, seed=4).fit(df.withColumn("label", F.lit(1)))
    more = MultilayerPerceptronClassifier(layers=[width, 2, 4], maxIter=3, seed=4).fit(df)
    empty = MultilayerPerceptronClassifier(layers=[width, 2, 2], maxIter=3, seed=4).fit(df.limit(0))
    return {"one_class": vector(one.weights.toArray()), "absent_classes": vector(more.weights.toArray()),
            "constant": vector(MultilayerPerceptronClassifier(layers=[1, 2], maxIter=3, seed=4).fit(
                df.select("label", array_to_vector(F.array(F.lit(2.0))).alias("features"))).weights.toArray()),
            "empty": near(plain(empty.weights), 1e-15), "empty_history": near(empty.summary().objectiveHistory, 0)}


@case
def perceptron_bad_input(spark):
    df, _ = scaled(spark, BINARY[:8])
    bad = lambda given=df, **p: failure(lambda: MultilayerPerceptronClassifier(**{"layers": [3, 2, 2], **p}).fit(given))
    label = lambda value: df.withColumn("label", F.lit(value).cast("double"))
    model = MultilayerPerceptronClassifier(layers=[3, 2], maxIter=1).fit(df)
    nan = df.select("label", array_to_vector(F.array(F.lit(1.0), F.lit(float("nan")), F.lit(1.0))).alias("features"))
    two = df.select("label", array_to_vector(F.array(F.lit(1.0), F.lit(2.0))).alias("features"))
    return {"no_layers": failure(lambda: MultilayerPerceptronClassifier().fit(df)), "one_layer": bad(layers=[3]),
            "empty_layer": bad(layers=[3, 0, 2]), "solver": bad(solver="newton"), "block": bad(blockSize=0), "iterations": bad(maxIter=-1),
            "step": bad(stepSize=0.0), "tolerance": bad(tol=-1.0), "initial_weights": bad(initialWeights=Vectors.dense([1.0])),
            "fraction": bad(label(0.5)), "negative": bad(label(-1)), "high": bad(label(7)), "high_of_three": bad(label(7), layers=[3, 3]),
            "fraction_of_three": bad(label(0.5), layers=[3, 3]), "null_label": bad(label(None)), "nan_label": bad(label(float("nan"))),
            "text_label": bad(df.withColumn("label", F.lit("a"))), "nan_feature": bad(nan), "fewer_features": bad(two),
            "text_features": bad(df.withColumn("features", F.lit("a"))), "exists": bad(df.withColumn("probability", F.lit(1.0))),
            "transform_size": failure(lambda: model.transform(two).collect()),
            "predict_size": failure(lambda: model.predict(Vectors.dense([1.0]))),
            "thresholds": failure(lambda: model.setThresholds([0.1, 0.2, 0.7]).transform(df).collect())}


def saved_models(spark):
    df, width = scaled(spark, MULTI)
    return {"perceptron": MultilayerPerceptronClassifier(layers=[width, 5, 3], seed=2, maxIter=6, blockSize=64).fit(df)}


def loaded_perceptron(spark, folder):
    model = MultilayerPerceptronClassificationModel.load(os.path.join(folder, "perceptron"))
    df, _ = scaled(spark, MULTI[:5])
    return {"weights": vector(model.weights.toArray()), "params": exact([model.getLayers(), model.getBlockSize(), model.getSeed(), model.hasSummary]),
            "probability": near([list(r[0]) for r in model.transform(df).select("probability").collect()], 1e-6)}


@case
def perceptron_loaded_from_spark(spark):
    return loaded_perceptron(spark, os.path.join(os.path.dirname(os.path.abspath(__file__)), "saved_by_spark"))
