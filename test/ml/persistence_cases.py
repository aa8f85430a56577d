"""Folders of models, transformers, estimators and evaluators: what Spark wrote is read, with the same params and the same answers."""
import os

from pyspark.ml import Pipeline, PipelineModel, evaluation, feature
from pyspark.ml.classification import GBTClassifier, LinearSVC, LinearSVCModel, MultilayerPerceptronClassifier, OneVsRest, OneVsRestModel
from pyspark.ml.linalg import Vectors
from pyspark.ml.regression import (GeneralizedLinearRegression, GeneralizedLinearRegressionModel, IsotonicRegression, IsotonicRegressionModel,
                                   LinearRegression, RandomForestRegressor)

import data
from attribute_cases import feature_frame, value_of
from cases import case, near

BINARY = data.classification(40, 3, 2, 71)
MULTI = data.classification(40, 3, 3, 72)
NUMBERS = data.regression(40, 3, 73)
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "saved_by_spark", "more")


def fitted(spark):
    """name -> (model, a frame that it transforms)."""
    points, many, numbers = (data.assembled(spark, rows, 3) for rows in (BINARY, MULTI, NUMBERS))
    words = feature_frame(spark)
    gamma = points.selectExpr("label + weight AS label", "features")
    on = lambda estimator, df: (estimator.fit(df), df.limit(4))
    pipeline = Pipeline(stages=[feature.StringIndexer(inputCol="s", outputCol="i"), feature.VectorAssembler(inputCols=["i", "x"], outputCol="v"),
                                feature.VectorIndexer(inputCol="v", outputCol="w", maxCategories=3),
                                GBTClassifier(featuresCol="w", maxIter=2, seed=3)])
    return {
        "linear_svc": on(LinearSVC(maxIter=5, regParam=0.1, threshold=0.2), points),
        "generalized": on(GeneralizedLinearRegression(family="gamma", link="log", maxIter=8), gamma),
        "generalized_tweedie": on(GeneralizedLinearRegression(family="tweedie", variancePower=1.2, linkPower=0.5, maxIter=8), gamma),
        "isotonic": on(IsotonicRegression(isotonic=False, featureIndex=1), numbers),
        "counts": on(feature.CountVectorizer(inputCol="words", outputCol="o", minDF=2.0), words),
        "idf": on(feature.IDF(inputCol="features", outputCol="o", minDocFreq=1), words),
        "max_abs": on(feature.MaxAbsScaler(inputCol="features", outputCol="o"), words),
        "min_max": on(feature.MinMaxScaler(inputCol="features", outputCol="o", min=-1.0), words),
        "robust": on(feature.RobustScaler(inputCol="features", outputCol="o", withCentering=True), words),
        "quantiles": on(feature.QuantileDiscretizer(inputCol="x", outputCol="o", numBuckets=2), words),
        "rest": on(OneVsRest(classifier=LinearSVC(maxIter=4)), many),
        "pipeline": on(pipeline, words),
    }


MODELS = {"linear_svc": LinearSVCModel, "generalized": GeneralizedLinearRegressionModel, "generalized_tweedie": GeneralizedLinearRegressionModel,
          "isotonic": IsotonicRegressionModel, "counts": feature.CountVectorizerModel, "idf": feature.IDFModel, "max_abs": feature.MaxAbsScalerModel,
          "min_max": feature.MinMaxScalerModel, "robust": feature.RobustScalerModel, "quantiles": feature.Bucketizer, "rest": OneVsRestModel,
          "pipeline": PipelineModel}


def unfitted():
    """name -> a transformer, estimator or evaluator with params of many types."""
    f, e = feature, evaluation
    return {
        "dct": f.DCT(inverse=True, inputCol="a", outputCol="b"), "ngram": f.NGram(n=3, inputCol="a", outputCol="b"),
        "normalizer": f.Normalizer(p=float("inf"), inputCol="a"), "interaction": f.Interaction(inputCols=["a", "b"], outputCol="c"),
        "binarizer": f.Binarizer(thresholds=[0.5, -1.0], inputCols=["a", "b"], outputCols=["c", "d"]),
        "bucketizer": f.Bucketizer(splitsArray=[[-float("inf"), 0.0, 1.0], [0.0, 2.0, float("inf")]], inputCols=["a", "b"], outputCols=["c", "d"], handleInvalid="keep"),
        "assembler": f.VectorAssembler(inputCols=["a", "b"], outputCol="c", handleInvalid="skip"), "slicer": f.VectorSlicer(inputCol="a", indices=[2, 0], names=["x"]),
        "size_hint": f.VectorSizeHint(inputCol="a", size=7, handleInvalid="optimistic"), "tokenizer": f.Tokenizer(inputCol="a", outputCol="b"),
        "regex": f.RegexTokenizer(inputCol="a", pattern="\\W+", gaps=False, toLowercase=False, minTokenLength=2),
        "sql": f.SQLTransformer(statement="SELECT a + 1 AS b FROM __THIS__"), "stop_words": f.StopWordsRemover(stopWords=["é", "b"], caseSensitive=True, inputCol="a"),
        "hasher": f.FeatureHasher(inputCols=["a", "b"], numFeatures=64, categoricalCols=["a"]),
        "product": f.ElementwiseProduct(scalingVec=Vectors.sparse(3, {1: 2.5}), inputCol="a"), "hashing_tf": f.HashingTF(numFeatures=33, binary=True, inputCol="a"),
        "index_to_string": f.IndexToString(inputCol="a", outputCol="b", labels=["x", "y"]), "expansion": f.PolynomialExpansion(degree=3, inputCol="a"),
        "linear": LinearRegression(regParam=0.25, solver="normal", maxBlockSizeInMB=0.5), "forest": RandomForestRegressor(numTrees=7, featureSubsetStrategy="0.4", seed=-5),
        "perceptron": MultilayerPerceptronClassifier(layers=[3, 4, 2], initialWeights=Vectors.dense([0.5] * 26), seed=11),
        "regression": e.RegressionEvaluator(metricName="r2", throughOrigin=True), "binary": e.BinaryClassificationEvaluator(numBins=7, weightCol="w"),
        "multiclass": e.MulticlassClassificationEvaluator(metricName="fMeasureByLabel", metricLabel=2.0, beta=0.5),
        "multilabel": e.MultilabelClassificationEvaluator(metricName="subsetAccuracy"), "ranking": e.RankingEvaluator(metricName="ndcgAtK", k=4),
        "clustering": e.ClusteringEvaluator(distanceMeasure="cosine"),
    }


def set_params(thing):
    return {p.name: value_of(v, thing.uid) for p, v in sorted(thing.extractParamMap().items(), key=lambda item: item[0].name)
            if thing.isSet(p) and not hasattr(v, "extractParamMap") and p.name not in ("stages", "classifier")}


def answers(model, df):
    out = model.transform(df)
    return near([[value_of(cell, model.uid) for cell in row] for row in out.collect()], 1e-6)


def save(spark, folder):
    for name, (model, _) in fitted(spark).items():
        model.write().overwrite().save(os.path.join(folder, name))
    for name, thing in unfitted().items():
        thing.write().overwrite().save(os.path.join(folder, "unfitted", name))


def loaded(spark, folder):
    """What a server reads out of a folder that save() filled."""
    out = {}
    for name, (fresh, df) in fitted(spark).items():
        model = MODELS[name].load(os.path.join(folder, name))
        out[name] = answers(model, df)
        out[f"{name} params"] = near(set_params(model), 1e-12)
    for name, thing in unfitted().items():
        read = type(thing).load(os.path.join(folder, "unfitted", name))
        out[f"{name} params"] = near([read.uid.split("_")[0], set_params(read)], 1e-12)
    return out


@case
def more_loaded_from_spark(spark):
    return loaded(spark, FOLDER)
