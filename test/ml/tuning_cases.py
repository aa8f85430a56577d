"""What the client builds of the server's operators: pipelines, cross validation, train-validation split, one against the rest."""
import os

from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import LogisticRegression, OneVsRest, OneVsRestModel
from pyspark.ml.evaluation import BinaryClassificationEvaluator, MulticlassClassificationEvaluator, RegressionEvaluator
from pyspark.ml.feature import StandardScaler, VectorAssembler
from pyspark.ml.regression import GeneralizedLinearRegression, LinearRegression
from pyspark.ml.tuning import (CrossValidator, CrossValidatorModel, ParamGridBuilder, TrainValidationSplit,
                               TrainValidationSplitModel)
from pyspark.sql import functions as F

import data
from cases import case, exact, near, vector

BINARY = data.classification(120, 3, 2, 31)
MULTI = data.classification(120, 3, 3, 32)
NUMBERS = data.regression(100, 3, 33)
COLUMNS = ["x0", "x1", "x2"]


def raw(spark, rows):
    return spark.createDataFrame(rows, data.schema(3)).coalesce(1)


def pipeline(estimator):
    return Pipeline(stages=[VectorAssembler(inputCols=COLUMNS, outputCol="unscaled"),
                            StandardScaler(inputCol="unscaled", outputCol="features"), estimator])


def probabilities(model, df):
    return near([list(r[0]) for r in model.transform(df).select("probability").limit(3).collect()], 1e-6)


def make_pipeline(spark):
    df = raw(spark, BINARY)
    return pipeline(LogisticRegression(maxIter=6, regParam=0.05)).fit(df), df


def make_cross_validator(spark, **params):
    df = raw(spark, BINARY)
    estimator = LogisticRegression(maxIter=4)
    grid = ParamGridBuilder().addGrid(estimator.regParam, [0.01, 0.3]).build()
    return CrossValidator(estimator=pipeline(estimator), estimatorParamMaps=grid, evaluator=BinaryClassificationEvaluator(),
                          **{"numFolds": 2, "seed": 7, **params}), df


def make_split(spark, **params):
    df = raw(spark, NUMBERS)
    assembled = VectorAssembler(inputCols=COLUMNS, outputCol="features").transform(df)
    estimator = LinearRegression(maxIter=20)
    grid = ParamGridBuilder().addGrid(estimator.regParam, [0.0, 5.0]).build()
    return TrainValidationSplit(estimator=estimator, estimatorParamMaps=grid, evaluator=RegressionEvaluator(),
                                **{"trainRatio": 0.7, "seed": 5, **params}), assembled


def make_one_against_rest(spark, **params):
    df = VectorAssembler(inputCols=COLUMNS, outputCol="features").transform(raw(spark, MULTI))
    return OneVsRest(classifier=LogisticRegression(maxIter=4, regParam=0.02), **params), df


@case
def tuned_pipeline(spark):
    model, df = make_pipeline(spark)
    out = model.transform(df)
    return {"columns": exact(out.columns), "coefficients": vector(model.stages[-1].coefficients.toArray()),
            "probability": probabilities(model, df), "copied": probabilities(model.copy(), df),
            "nested": probabilities(Pipeline(stages=[model, VectorAssembler(inputCols=["probability"], outputCol="p")]).fit(df), df),
            "auc": near(BinaryClassificationEvaluator().evaluate(out), 1e-9)}


@case
def tuned_cross_validation(spark):
    out = {}
    for name, params in (("parallel", {"parallelism": 2, "collectSubModels": True}),):
        validator, df = make_cross_validator(spark, **params)
        model = validator.fit(df)
        out[f"{name}_metrics"] = near([model.avgMetrics, model.stdMetrics], 1e-6)
        out[f"{name}_best"] = exact([model.bestModel.stages[-1].getRegParam(), model.bestModel.stages[-1].getFitIntercept()])
        out[f"{name}_probability"] = probabilities(model, df)
        if model.subModels:
            out[f"{name}_models"] = exact([len(model.subModels), [len(m) for m in model.subModels]])
    validator, df = make_cross_validator(spark, foldCol="fold")
    model = validator.fit(df.withColumn("fold", (F.abs(F.hash("x0")) % 2).cast("int")))
    out["folds_metrics"] = near(model.avgMetrics, 1e-6)
    return out


@case
def tuned_split(spark):
    split, df = make_split(spark, parallelism=2, collectSubModels=True)
    model = split.fit(df)
    return {"metrics": near(model.validationMetrics, 1e-6), "best": exact(model.bestModel.getRegParam()),
            "coefficients": vector(model.bestModel.coefficients.toArray()), "models": exact(len(model.subModels)),
            "copied": near(model.copy().validationMetrics, 1e-6)}


@case
def tuned_one_against_rest(spark):
    out = {}
    for name, params in (("parallel_weights", {"parallelism": 2, "weightCol": "weight"}),):
        estimator, df = make_one_against_rest(spark, **params)
        model = estimator.fit(df)
        scored = model.transform(df)
        out[f"{name}_coefficients"] = vector([x for m in model.models for x in m.coefficients.toArray()])
        out[f"{name}_predictions"] = exact([r[0] for r in scored.select("prediction").collect()])
        out[f"{name}_raw"] = near([list(r[0]) for r in scored.select("rawPrediction").limit(3).collect()], 1e-6)
        out[f"{name}_columns"] = exact(scored.columns)
        out[f"{name}_f1"] = near(MulticlassClassificationEvaluator().evaluate(scored), 1e-9)
    return out


def saved_models(spark):
    """Composite models, fitted and not, to be written by one server and read by another."""
    model, df = make_pipeline(spark)
    validator, tuned_df = make_cross_validator(spark)
    split, split_df = make_split(spark)
    rest, rest_df = make_one_against_rest(spark)
    glm_df = VectorAssembler(inputCols=COLUMNS, outputCol="features").transform(raw(spark, NUMBERS))
    return {"pipeline_unfitted": pipeline(LogisticRegression(maxIter=20)), "pipeline": model,
            "cross_validator": validator, "cross_validator_model": validator.fit(tuned_df),
            "split": split, "split_model": split.fit(split_df),
            "one_against_rest": rest, "one_against_rest_model": rest.fit(rest_df),
            "glm": GeneralizedLinearRegression(link="identity", regParam=0.1, linkPredictionCol="eta").fit(glm_df),
            "huber": LinearRegression(loss="huber", maxIter=10).fit(glm_df)}


def loaded_tuned(spark, folder):
    from pyspark.ml.regression import GeneralizedLinearRegressionModel, LinearRegressionModel
    at = lambda name: os.path.join(folder, name)
    df = raw(spark, BINARY)
    features = VectorAssembler(inputCols=COLUMNS, outputCol="features")
    out = {"pipeline": probabilities(PipelineModel.load(at("pipeline")), df)}
    stages = Pipeline.load(at("pipeline_unfitted")).getStages()
    out["stages"] = exact([type(s).__name__ for s in stages] + [stages[-1].getMaxIter()])
    validator = CrossValidator.load(at("cross_validator"))
    out["validator"] = exact([validator.getNumFolds(), len(validator.getEstimatorParamMaps()), type(validator.getEvaluator()).__name__,
                              sorted(p.name for p in validator.getEstimatorParamMaps()[0])])
    model = CrossValidatorModel.load(at("cross_validator_model"))
    out["validated"] = near(model.avgMetrics, 1e-6)
    out["validated_probability"] = probabilities(model, df)
    split = TrainValidationSplit.load(at("split"))
    out["split"] = exact([split.getTrainRatio(), len(split.getEstimatorParamMaps())])
    model = TrainValidationSplitModel.load(at("split_model"))
    out["split_metrics"] = near(model.validationMetrics, 1e-6)
    out["split_predictions"] = near([r[0] for r in model.transform(features.transform(raw(spark, NUMBERS))).select("prediction").limit(3).collect()], 1e-6)
    out["rest"] = exact(type(OneVsRest.load(at("one_against_rest")).getClassifier()).__name__)
    rest = OneVsRestModel.load(at("one_against_rest_model"))
    out["rest_predictions"] = exact([r[0] for r in rest.transform(features.transform(raw(spark, MULTI))).select("prediction").collect()])
    glm = GeneralizedLinearRegressionModel.load(at("glm"))
    out["glm"] = vector([*glm.coefficients.toArray(), glm.intercept])
    out["glm_columns"] = exact(glm.transform(features.transform(raw(spark, NUMBERS))).columns[-2:])
    huber = LinearRegressionModel.load(at("huber"))
    # Spark's own file has lost the scale: it writes a copy of the model, which has none.
    out["huber"] = vector([*huber.coefficients.toArray(), huber.intercept])
    return out


@case
def tuned_loaded_from_spark(spark):
    return loaded_tuned(spark, os.path.join(os.path.dirname(os.path.abspath(__file__)), "saved_by_spark", "tuned"))
