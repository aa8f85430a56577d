"""firesteel.xgboost against the xgboost package on the same data with the same parameters: predictions, metrics of each round, best
rounds, contributions and the ensemble itself are the same to the bit where both add in the same order."""
import json
import os
import sys

import numpy as np
import pandas as pd
import pytest
import xgboost
from pyspark.errors import PySparkException
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.evaluation import BinaryClassificationEvaluator
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.functions import vector_to_array
from pyspark.ml.linalg import Vectors
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder
from pyspark.sql import functions as F

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "python"))

from firesteel.xgboost import (  # noqa: E402
    SparkXGBClassifier,
    SparkXGBClassifierModel,
    SparkXGBRanker,
    SparkXGBRankerModel,
    SparkXGBRegressor,
    SparkXGBRegressorModel,
)

FEATURES = [f"x{k}" for k in range(6)]
THREADS = os.cpu_count()


def table(rows=1500, seed=7):
    """Numbers, a class of two and of three, a number, a weight, a margin, a held-out mark and a query."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(random.normal(size=(rows, len(FEATURES))).round(3), columns=FEATURES)
    score = frame.x0 - frame.x1 * frame.x2 + random.normal(size=rows) * 0.5
    frame["two"] = (score > 0).astype(float)
    frame["three"] = np.digitize(score, [-0.7, 0.7]).astype(float)
    frame["number"] = score
    frame["count"] = np.abs(np.round(score * 2))
    frame["weight"] = random.integers(1, 5, rows) / 2.0
    frame["margin"] = random.normal(size=rows).round(2)
    frame["held"] = random.random(rows) < 0.25
    frame["query"] = random.integers(0, 60, rows)
    frame["query_weight"] = frame["query"] % 3 + 1.0
    frame["id"] = np.arange(rows)
    return frame


def with_gaps(frame):
    """One number in ten is missing."""
    holes = np.random.default_rng(3).random((len(frame), len(FEATURES))) < 0.1
    frame = frame.copy()
    frame[FEATURES] = frame[FEATURES].mask(holes)
    return frame


def features_of(frame):
    return frame[FEATURES].astype(np.float32)


def matrix(frame, label, reference=None, **options):
    make = xgboost.QuantileDMatrix if options.pop("binned", True) else xgboost.DMatrix
    if make is xgboost.QuantileDMatrix:
        options["ref"] = reference
    else:
        options.pop("max_bin", None)
    return make(features_of(frame), frame[label], **options)


def train(params, training, validation=None, **options):
    """The booster and the metrics of each round."""
    scores = {}
    evaluated = [(training, "training")] + ([(validation, "validation")] if validation is not None else [])
    booster = xgboost.train({"nthread": THREADS, **params}, training, evals=evaluated, evals_result=scores, verbose_eval=False,
                            **options)
    return booster, scores


def history(model):
    summary = model.training_summary
    found = {"training": summary.train_objective_history}
    if summary.validation_objective_history:
        found["validation"] = summary.validation_objective_history
    return found


def column(frame, name):
    """The column's values in the order of `id`, vectors as lists."""
    rows = frame.orderBy("id").select(name).collect()
    return np.array([value[0].toArray() if hasattr(value[0], "toArray") else value[0] for value in rows])


def trees(booster_json):
    learner = json.loads(booster_json)["learner"]
    return learner["gradient_booster"], learner["learner_model_param"]


def assert_same_ensemble(model, booster):
    assert trees(model.booster_json()) == trees(booster.save_raw("json").decode())


CLASSIFIERS = [
    {},
    {"max_depth": 3, "learning_rate": 0.1, "min_child_weight": 2.0, "gamma": 0.1},
    {"subsample": 0.7, "colsample_bytree": 0.5, "random_state": 11},
    {"grow_policy": "lossguide", "max_leaves": 12, "max_depth": 0, "max_bin": 32},
    {"tree_method": "approx", "max_depth": 4},
    {"booster": "dart", "rate_drop": 0.2, "max_depth": 3, "random_state": 5},
    {"reg_alpha": 0.5, "reg_lambda": 3.0, "scale_pos_weight": 2.0, "eval_metric": ["auc", "error", "logloss"]},
    {"num_parallel_tree": 3, "subsample": 0.5, "colsample_bynode": 0.8, "random_state": 2},
    {"base_score": 0.3, "max_delta_step": 1.0, "eta": 0.2},
]


@pytest.mark.parametrize("params", CLASSIFIERS, ids=lambda params: ",".join(params) or "defaults")
def test_classifier(spark, params):
    frame = with_gaps(table())
    model = SparkXGBClassifier(features_col=FEATURES, label_col="two", n_estimators=12, **params).fit(spark.createDataFrame(frame))
    binned = params.get("tree_method") != "approx"
    data = matrix(frame, "two", binned=binned, max_bin=params.get("max_bin"))
    booster, scores = train({"objective": "binary:logistic", **params}, data, num_boost_round=12)
    assert history(model) == {name: {metric: list(values) for metric, values in metrics.items()} for name, metrics in scores.items()}
    assert_same_ensemble(model, booster)
    predicted = model.transform(spark.createDataFrame(frame))
    assert [name for name in predicted.columns if name not in frame.columns] == ["rawPrediction", "prediction", "probability"]
    margins = booster.inplace_predict(features_of(frame), predict_type="margin")
    probabilities = booster.inplace_predict(features_of(frame))
    assert np.array_equal(column(predicted, "rawPrediction")[:, 1], margins.astype(float))
    np.testing.assert_allclose(column(predicted, "probability")[:, 1], probabilities, rtol=0, atol=2e-7)
    assert np.array_equal(column(predicted, "prediction"), probabilities > 0.5)
    assert model.get_feature_importances("gain") == booster.get_score(importance_type="gain")
    assert model.get_feature_importances() == booster.get_score()
    assert model.numFeatures == len(FEATURES) and model.numClasses == 2 and model.num_boosted_rounds() == 12


def test_classifier_of_three_classes(spark):
    frame = table()
    data = spark.createDataFrame(frame)
    model = SparkXGBClassifier(features_col=FEATURES, label_col="three", n_estimators=8, weight_col="weight", max_depth=4,
                               pred_contrib_col="parts").fit(data)
    training = matrix(frame, "three", weight=frame["weight"])
    booster, scores = train({"objective": "multi:softprob", "num_class": 3, "max_depth": 4}, training, num_boost_round=8)
    assert history(model) == scores
    assert_same_ensemble(model, booster)
    predicted = model.transform(data)
    probabilities = booster.inplace_predict(features_of(frame))
    np.testing.assert_allclose(column(predicted, "probability"), probabilities, rtol=0, atol=2e-7)
    assert np.array_equal(column(predicted, "prediction"), probabilities.argmax(axis=1))
    assert predicted.schema["parts"].dataType.simpleString() == "array<array<double>>"
    parts = booster.predict(xgboost.DMatrix(features_of(frame)), pred_contribs=True, strict_shape=True)
    assert np.array_equal(column(predicted, "parts"), parts.astype(float))
    assert model.numClasses == 3


REGRESSORS = [
    ("number", {}),
    ("number", {"objective": "reg:absoluteerror", "max_depth": 3}),
    ("number", {"objective": "reg:pseudohubererror", "huber_slope": 0.7, "eval_metric": "mape"}),
    ("count", {"objective": "count:poisson", "max_depth": 3, "learning_rate": 0.2}),
    ("count", {"objective": "reg:tweedie", "tweedie_variance_power": 1.3}),
    ("two", {"objective": "reg:logistic"}),
    ("number", {"monotone_constraints": {"x0": 1, "x1": -1}, "interaction_constraints": [["x0", "x1"], ["x2", "x3", "x4"]]}),
    ("number", {"monotone_constraints": (1, 0, 0, -1, 0, 0)}),
    ("number", {"feature_weights": [1.0, 1.0, 5.0, 1.0, 1.0, 0.1], "colsample_bytree": 0.5, "random_state": 3}),
]


@pytest.mark.parametrize("label,params", REGRESSORS, ids=lambda value: value if isinstance(value, str) else ",".join(value))
def test_regressor(spark, label, params):
    frame = with_gaps(table())
    data = spark.createDataFrame(frame)
    model = SparkXGBRegressor(features_col=FEATURES, label_col=label, weight_col="weight", n_estimators=10, pred_contrib_col="parts",
                              **params).fit(data)
    native = dict(params)
    training = matrix(frame, label, weight=frame["weight"], feature_weights=native.pop("feature_weights", None))
    booster, scores = train({"objective": "reg:squarederror", **native}, training, num_boost_round=10)
    assert history(model) == scores
    assert_same_ensemble(model, booster)
    predicted = model.transform(data)
    assert np.array_equal(column(predicted, "prediction"), booster.inplace_predict(features_of(frame)).astype(float))
    assert predicted.schema["parts"].dataType.simpleString() == "vector"
    parts = booster.predict(xgboost.DMatrix(features_of(frame)), pred_contribs=True)
    assert np.array_equal(column(predicted, "parts"), parts.astype(float))


def test_base_margin(spark):
    frame = table()
    data = spark.createDataFrame(frame)
    model = SparkXGBRegressor(features_col=FEATURES, label_col="number", base_margin_col="margin", n_estimators=6,
                              pred_contrib_col="parts").fit(data)
    booster, scores = train({"objective": "reg:squarederror"}, matrix(frame, "number", base_margin=frame["margin"]), num_boost_round=6)
    assert history(model) == scores
    predicted = model.transform(data)
    expected = booster.inplace_predict(features_of(frame), base_margin=frame["margin"])
    assert np.array_equal(column(predicted, "prediction"), expected.astype(float))
    parts = booster.predict(xgboost.DMatrix(features_of(frame), base_margin=frame["margin"]), pred_contribs=True)
    assert np.array_equal(column(predicted, "parts"), parts.astype(float))


@pytest.mark.parametrize("metric", ["logloss", "auc", ["logloss", "error"]])
def test_early_stopping(spark, metric):
    frame = with_gaps(table())
    data = spark.createDataFrame(frame)
    model = SparkXGBClassifier(features_col=FEATURES, label_col="two", n_estimators=200, learning_rate=0.5, eval_metric=metric,
                               validation_indicator_col="held", early_stopping_rounds=4, weight_col="weight").fit(data)
    kept, held = frame[~frame["held"]], frame[frame["held"]]
    training = matrix(kept, "two", weight=kept["weight"])
    booster, scores = train({"objective": "binary:logistic", "learning_rate": 0.5, "eval_metric": metric}, training,
                            matrix(held, "two", reference=training, weight=held["weight"]), num_boost_round=200,
                            early_stopping_rounds=4)
    assert history(model) == scores
    assert 0 < model.best_iteration == booster.best_iteration < model.num_boosted_rounds() - 1
    assert model.best_score == booster.best_score
    margins = booster.inplace_predict(features_of(frame), predict_type="margin", iteration_range=(0, booster.best_iteration + 1))
    assert np.array_equal(column(model.transform(data), "rawPrediction")[:, 1], margins.astype(float))
    first = booster.inplace_predict(features_of(frame), predict_type="margin", iteration_range=(0, 2))
    two_rounds = model.copy({model.iteration_range: [0, 2]}).transform(data)
    assert np.array_equal(column(two_rounds, "rawPrediction")[:, 1], first.astype(float))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("objective", ["rank:ndcg", "rank:pairwise"])
def test_ranker(spark, objective, weighted):
    frame = table()
    data = spark.createDataFrame(frame)
    weights = {"weight_col": "query_weight"} if weighted else {}
    model = SparkXGBRanker(features_col=FEATURES, label_col="three", qid_col="query", n_estimators=8, objective=objective,
                           validation_indicator_col="held", **weights).fit(data)

    def ranked(rows, reference=None):
        rows = rows.sort_values("query", kind="stable")
        weight = rows.groupby("query")["query_weight"].first() if weighted else None
        return matrix(rows, "three", reference, qid=rows["query"], weight=weight)

    training = ranked(frame[~frame["held"]])
    booster, scores = train({"objective": objective}, training, ranked(frame[frame["held"]], training), num_boost_round=8)
    assert history(model) == scores
    assert_same_ensemble(model, booster)
    assert np.array_equal(column(model.transform(data), "prediction"), booster.inplace_predict(features_of(frame)).astype(float))


def test_features_in_one_column(spark):
    """Vectors, dense and sparse, and arrays give what the columns give, but for the features' names."""
    frame = table()
    data = spark.createDataFrame(frame)
    columns = SparkXGBRegressor(features_col=FEATURES, label_col="number", n_estimators=5).fit(data)
    expected = column(columns.transform(data), "prediction")
    dense = VectorAssembler(inputCols=FEATURES, outputCol="features").transform(data)
    arrays = dense.withColumn("features", vector_to_array("features"))
    floats = dense.withColumn("features", vector_to_array("features").cast("array<float>"))
    for one in (dense, arrays, floats):
        model = SparkXGBRegressor(label_col="number", n_estimators=5).fit(one)
        assert np.array_equal(column(model.transform(one), "prediction"), expected)
        assert set(model.get_feature_importances()) <= {f"f{k}" for k in range(6)}
        # A model of columns reads vectors where the columns are missing.
        assert np.array_equal(column(columns.transform(one.drop(*FEATURES)), "prediction"), expected)


@pytest.mark.parametrize("optimized", [False, True])
def test_sparse_vectors(spark, optimized):
    """With missing=0 an inactive element is missing; otherwise it is a zero."""
    random = np.random.default_rng(5)
    dense = random.normal(size=(800, 30)).astype(np.float32).round(2) * (random.random((800, 30)) < 0.15)
    label = dense[:, 0] - dense[:, 1] + random.normal(size=800) * 0.1
    rows = [(int(i), Vectors.sparse(30, np.flatnonzero(row).tolist(), row[np.flatnonzero(row)].astype(float).tolist()),
             float(label[i])) for i, row in enumerate(dense)]
    data = spark.createDataFrame(rows, ["id", "features", "label"])
    for missing in [0.0] if optimized else [0.0, float("nan")]:
        model = SparkXGBRegressor(n_estimators=6, missing=missing, enable_sparse_data_optim=optimized).fit(data)
        training = xgboost.QuantileDMatrix(dense, label, missing=missing)
        booster, scores = train({"objective": "reg:squarederror"}, training, num_boost_round=6)
        assert history(model) == scores
        assert_same_ensemble(model, booster)
        expected = booster.inplace_predict(dense, missing=missing)
        assert np.array_equal(column(model.transform(data), "prediction"), expected.astype(float))


def test_missing_value(spark):
    frame = with_gaps(table())
    marked = frame.fillna({name: -999.0 for name in FEATURES})
    data = spark.createDataFrame(marked)
    model = SparkXGBRegressor(features_col=FEATURES, label_col="number", n_estimators=5, missing=-999.0).fit(data)
    booster, _ = train({"objective": "reg:squarederror"}, matrix(frame, "number"), num_boost_round=5)
    assert_same_ensemble(model, booster)
    assert np.array_equal(column(model.transform(data), "prediction"), booster.inplace_predict(features_of(frame)).astype(float))
    nulls = data.select("id", "number", *[F.when(F.col(name) != -999.0, F.col(name)).alias(name) for name in FEATURES])
    again = SparkXGBRegressor(features_col=FEATURES, label_col="number", n_estimators=5).fit(nulls)
    assert_same_ensemble(again, booster)


def test_categorical_and_whole_numbers(spark):
    frame = table()
    frame["x0"] = (frame["id"] % 7).astype("int32")
    frame["x1"] = frame["id"] % 5
    data = spark.createDataFrame(frame)
    types = ["c", "int", "float", "float", "float", "float"]
    model = SparkXGBRegressor(features_col=FEATURES, label_col="number", n_estimators=5, feature_types=types,
                              max_cat_to_onehot=3).fit(data)
    training = xgboost.QuantileDMatrix(features_of(frame).to_numpy(), frame["number"], feature_types=types, feature_names=FEATURES,
                                       enable_categorical=True)
    booster, _ = train({"objective": "reg:squarederror", "max_cat_to_onehot": 3}, training, num_boost_round=5)
    assert_same_ensemble(model, booster)
    assert model.get_booster().feature_types == types
    untyped = SparkXGBRegressor(features_col=FEATURES, label_col="number", n_estimators=1).fit(data)
    assert untyped.get_booster().feature_types == ["int", "int", "float", "float", "float", "float"]


def test_goes_on_from_a_model(spark):
    frame = table()
    data = spark.createDataFrame(frame)
    first, _ = train({"objective": "reg:squarederror"}, matrix(frame, "number"), num_boost_round=4)
    more, _ = train({"objective": "reg:squarederror"}, matrix(frame, "number"), num_boost_round=3, xgb_model=first)
    model = SparkXGBRegressor(features_col=FEATURES, label_col="number", n_estimators=3, xgb_model=first).fit(data)
    assert_same_ensemble(model, more)
    assert model.num_boosted_rounds() == 7


def test_fit_of_a_join(spark):
    frame = table()
    left = spark.createDataFrame(frame[["id", "x0", "x1", "x2", "number"]])
    right = spark.createDataFrame(frame[["id", "x3", "x4", "x5"]].iloc[::-1])
    joined = left.join(right, "id").orderBy("id")
    model = SparkXGBRegressor(features_col=FEATURES, label_col="number", n_estimators=5).fit(joined)
    booster, _ = train({"objective": "reg:squarederror"}, matrix(frame, "number"), num_boost_round=5)
    assert_same_ensemble(model, booster)


def test_saved_model_is_read_by_xgboost(spark, tmp_path):
    frame = table()
    data = spark.createDataFrame(frame)
    model = SparkXGBClassifier(features_col=FEATURES, label_col="two", n_estimators=5, eta=0.4, max_depth=3, weight_col="weight",
                               validation_indicator_col="held", early_stopping_rounds=3).fit(data)
    path = str(tmp_path / "model")
    model.write().save(path)
    booster = xgboost.Booster(model_file=os.path.join(path, "model", "part-00000.json"))
    raw = column(model.transform(data), "rawPrediction")[:, 1]
    rounds = (0, model.best_iteration + 1)
    assert np.array_equal(booster.inplace_predict(features_of(frame), predict_type="margin", iteration_range=rounds).astype(float), raw)
    taken = model.get_booster()
    assert taken.best_iteration == model.best_iteration and taken.feature_names == FEATURES
    read = SparkXGBClassifierModel.load(path)
    assert read.uid == model.uid and read.getLabelCol() == "two" and read.getOrDefault("max_depth") == 3
    assert read.getOrDefault("features_cols") == FEATURES and read.get_arbitrary_params() == {"eta": 0.4}
    assert read.training_summary == model.training_summary and read.best_iteration == model.best_iteration
    assert np.array_equal(column(read.transform(data), "rawPrediction")[:, 1], raw)
    metadata = json.loads(spark.read.text(path + "/metadata").first()[0])
    assert metadata["class"] == "firesteel.xgboost.SparkXGBClassifierModel"
    assert metadata["paramMap"]["arbitrary_params_dict"] == {"eta": 0.4}
    with pytest.raises(PySparkException, match="already exists"):
        model.write().save(path)
    model.write().overwrite().save(path)
    estimator = SparkXGBClassifier(features_col=FEATURES, label_col="two", eta=0.4, missing=-1.0, eval_metric="auc")
    estimator.save(str(tmp_path / "estimator"))
    again = SparkXGBClassifier.load(str(tmp_path / "estimator"))
    assert {p.name: v for p, v in again._paramMap.items()} == {p.name: v for p, v in estimator._paramMap.items()}


@pytest.mark.parametrize("name,model_class,rounds", [("classifier", SparkXGBClassifierModel, 3), ("regressor", SparkXGBRegressorModel, 3),
                                                     ("ranker", SparkXGBRankerModel, 3)])
def test_reads_what_xgboost_spark_saved(spark, name, model_class, rounds):
    """saved_by_xgboost_spark was written by record_xgboost_spark.py."""
    folder = os.path.join(ROOT, "test", "ml", "saved_by_xgboost_spark", name)
    model = model_class.load(folder)
    assert model.num_boosted_rounds() == rounds and model.getOrDefault("max_depth") == 2
    assert model.get_arbitrary_params() == {"eta": 0.5} and model.getOrDefault("features_cols") == ["x0", "x1"]
    lines = [open(os.path.join(folder, "model", part)).read() for part in sorted(os.listdir(os.path.join(folder, "model")))
             if part.startswith("part-")]
    booster = xgboost.Booster(model_file=bytearray("".join(lines).replace("\n", ""), "utf-8"))
    rows = pd.DataFrame({"x0": [-1.0, 0.2, 0.7, 2.0], "x1": [0.5, -0.5, 1.5, -1.5], "id": range(4)})
    predicted = column(model.transform(spark.createDataFrame(rows)), "rawPrediction" if name == "classifier" else "prediction")
    margin = booster.inplace_predict(rows[["x0", "x1"]].astype(np.float32), predict_type="margin")
    assert np.array_equal(predicted[:, 1] if name == "classifier" else predicted, margin.astype(float))


def test_stage_of_a_pipeline(spark, tmp_path):
    frame = table()
    data = spark.createDataFrame(frame)
    stages = [VectorAssembler(inputCols=FEATURES, outputCol="features"), SparkXGBRegressor(label_col="number", n_estimators=5)]
    fitted = Pipeline(stages=stages).fit(data)
    fitted.write().save(str(tmp_path / "pipeline"))
    read = PipelineModel.load(str(tmp_path / "pipeline"))
    assert isinstance(read.stages[1], SparkXGBRegressorModel)
    expected = column(fitted.transform(data), "prediction")
    assert np.array_equal(column(read.transform(data), "prediction"), expected)


def test_tuning(spark):
    data = spark.createDataFrame(table())
    classifier = SparkXGBClassifier(features_col=FEATURES, label_col="two", n_estimators=5)
    grid = ParamGridBuilder().addGrid(classifier.max_depth, [1, 5]).build()
    evaluator = BinaryClassificationEvaluator(labelCol="two")
    tuned = CrossValidator(estimator=classifier, estimatorParamMaps=grid, evaluator=evaluator, numFolds=2, seed=1, parallelism=2).fit(data)
    assert tuned.bestModel.getOrDefault("max_depth") == 5
    assert tuned.avgMetrics[1] > tuned.avgMetrics[0] > 0.5


def test_models_of_the_cache(spark):
    """A model that was moved to the disk is the same when it comes back; one that was deleted is gone."""
    data = spark.createDataFrame(table())
    model = SparkXGBRegressor(features_col=FEATURES, label_col="number", n_estimators=5).fit(data)
    before, scores = column(model.transform(data), "prediction"), history(model)
    spark.client._delete_ml_cache([model._java_obj.ref_id], evict_only=True)
    assert np.array_equal(column(model.transform(data), "prediction"), before) and history(model) == scores
    spark.client._delete_ml_cache([model._java_obj.ref_id])
    for use in (lambda: model.transform(data).collect(), lambda: model.training_summary):
        with pytest.raises(PySparkException) as raised:
            use()
        assert raised.value.getCondition() == "CONNECT_ML.CACHE_INVALID"


BAD_PARAMS = [
    ({"max_dept": 3}, "Unknown param 'max_dept': XGBoost does not use it."),
    ({"rate_drop": 0.1}, "Unknown param 'rate_drop': XGBoost does not use it."),
    ({"max_depth": -1}, "value -1 for Parameter max_depth should be greater equal to 0"),
    ({"subsample": 1.5}, "subsample"),
    ({"objective": "reg:nothing"}, "Unknown objective function: `reg:nothing`"),
    ({"eval_metric": "nothing"}, "Unknown metric function nothing"),
    ({"grow_policy": "sideways"}, "Invalid Input: 'sideways'"),
    ({"base_score": "high"}, "high"),
    ({"device": "cuda"}, "was built without CUDA"),
    ({"feature_names": ["a", "b"]}, "feature_names has 2 elements, but there are 6 features."),
    ({"feature_types": ["c"]}, "feature_types has 1 elements, but there are 6 features."),
    ({"monotone_constraints": "(1,2"}, "monotone"),
    ({"process_type": "update"}, "Unsupported param 'process_type'"),
    ({"num_class": 3}, "Unsupported param 'num_class'"),
    ({"objective": "reg:quantileerror", "quantile_alpha": [0.1, 0.9]}, "2 predictions per row"),
    ({"xgb_model": "{}"}, "XGBoost"),
]


@pytest.mark.parametrize("params,message", BAD_PARAMS, ids=[next(iter(params)) + "=" + str(next(iter(params.values())))
                                                            for params, _ in BAD_PARAMS])
def test_bad_params(spark, params, message):
    with pytest.raises(PySparkException) as raised:
        SparkXGBRegressor(features_col=FEATURES, label_col="number", n_estimators=2, **params).fit(spark.createDataFrame(table(50)))
    assert message in str(raised.value)
    assert "Stack trace" not in str(raised.value) and "INTERNAL" not in (raised.value.getCondition() or "")


@pytest.mark.parametrize("make,message", [
    (lambda: SparkXGBRegressor(nthread=2), "Unsupported param 'nthread'"),
    (lambda: SparkXGBRegressor(enable_categorical=True), "feature_types"),
    (lambda: SparkXGBRegressor(callbacks=[print]), "without Python"),
    (lambda: SparkXGBRegressor(featuresCol="f"), "Please use param name features_col instead."),
    (lambda: SparkXGBRegressor(objective=lambda a, b: a), "Only string type 'objective' param is allowed."),
    (lambda: SparkXGBRegressor(device="cuda:1"), "device ordinal"),
    (lambda: SparkXGBRegressor(tree_method="exact"), "The `exact` tree method is not supported"),
    (lambda: SparkXGBRegressor(booster="gblinear"), "gblinear"),
    (lambda: SparkXGBRegressor(qid_col="q"), "does not support `qid_col` param"),
    (lambda: SparkXGBRegressor(max_depth="deep"), "max_depth"),
    (lambda: SparkXGBRegressor(early_stopping_rounds=2).fit(None), "validation_indicator_col"),
    (lambda: SparkXGBRegressor(num_workers=0).fit(None), "Number of workers was 0"),
    (lambda: SparkXGBRanker().fit(None), "requires setting `qid_col`"),
    (lambda: SparkXGBClassifier(objective="binary:hinge").fit(None), "Setting custom 'objective' param is not allowed"),
    (lambda: SparkXGBRegressor(enable_sparse_data_optim=True).fit(None), "missing param != 0 is not supported"),
])
def test_refused_by_the_client(spark, make, message):
    with pytest.raises((ValueError, TypeError, NotImplementedError)) as raised:
        make()
    assert message in str(raised.value)


def changed(**columns):
    return lambda data: data.withColumns(columns)


BAD_DATA = [
    (SparkXGBRegressor, {"label_col": "nothing"}, None, "FIELD_NOT_FOUND"),
    (SparkXGBRegressor, {"features_col": ["x0", "nothing"]}, None, "FIELD_NOT_FOUND"),
    (SparkXGBRegressor, {"features_col": "nothing"}, None, "FIELD_NOT_FOUND"),
    (SparkXGBRegressor, {"weight_col": "nothing"}, None, "FIELD_NOT_FOUND"),
    (SparkXGBRanker, {"qid_col": "nothing"}, None, "FIELD_NOT_FOUND"),
    (SparkXGBRegressor, {"features_col": ["x0", "text"]}, changed(text=F.lit("a")), "must be integral types or float/double types"),
    (SparkXGBRegressor, {"features_col": "x0"}, None, "must be of array type or of vector type"),
    (SparkXGBRegressor, {"features_col": "array"}, changed(array=F.when(F.col("id") < 9, F.array("x0")).otherwise(F.array("x0", "x1"))),
     "have 2 elements where those of the first row have 1"),
    (SparkXGBRegressor, {"features_col": "array"}, changed(array=F.when(F.col("id") < 9, F.array("x0"))), "Vectors MUST NOT be Null"),
    (SparkXGBRegressor, {"label_col": "text"}, changed(text=F.lit("a")), "must be of type numeric"),
    (SparkXGBRegressor, {}, changed(number=F.when(F.col("id") != 9, F.col("number"))), "Labels MUST NOT be Null or NaN"),
    (SparkXGBRegressor, {"weight_col": "w"}, changed(w=F.lit(-1.0)), "Weights MUST NOT be Negative"),
    (SparkXGBRegressor, {"base_margin_col": "m"}, changed(m=F.lit(None).cast("double")), "Base margins MUST NOT be Null or NaN"),
    (SparkXGBRegressor, {"validation_indicator_col": "id"}, None, "The validation indicator must be boolean type"),
    (SparkXGBRegressor, {"validation_indicator_col": "v"}, changed(v=F.lit(False)), "at least one row to validate with"),
    (SparkXGBRegressor, {"validation_indicator_col": "v"}, changed(v=F.lit(None).cast("boolean")), "Validation indicators MUST NOT be Null"),
    (SparkXGBRegressor, {}, lambda data: data.filter("id < 0"), "at least one row to train on"),
    (SparkXGBRegressor, {}, changed(x0=F.lit(float("inf"))), "inf"),
    (SparkXGBClassifier, {"label_col": "number"}, None, "Labels MUST be"),
    (SparkXGBClassifier, {}, changed(number=F.col("three") * 2), "without gaps, but got 4.0 among 3 distinct labels"),
    (SparkXGBClassifier, {}, changed(number=F.lit(-1)), "Labels MUST be in [0, 2147483647), but got -1.0"),
    (SparkXGBClassifier, {"base_margin_col": "margin", "label_col": "three"}, None, "there are 3 classes"),
    (SparkXGBRanker, {"qid_col": "x0"}, None, "must be of an integral type"),
    (SparkXGBRanker, {"qid_col": "q"}, changed(q=F.lit(None).cast("int")), "Query ids MUST NOT be Null"),
    (SparkXGBRanker, {"qid_col": "query", "label_col": "three", "weight_col": "weight"}, None, "weights of the rows of one query MUST be equal"),
    (SparkXGBRegressor, {"prediction_col": "x0"}, None, "Column x0 already exists."),
]


@pytest.mark.parametrize("estimator,params,change,message", BAD_DATA)
def test_bad_data(spark, estimator, params, change, message):
    data = spark.createDataFrame(table(60))
    with pytest.raises(PySparkException) as raised:
        estimator(**{"features_col": FEATURES, "label_col": "number", "n_estimators": 2, **params}).fit(change(data) if change else data)
    assert message in str(raised.value)
    assert "Stack trace" not in str(raised.value) and "INTERNAL" not in (raised.value.getCondition() or "")
    # Nothing of the failed fit is left.
    assert spark.client._get_ml_cache_info() == [] if hasattr(spark.client, "_get_ml_cache_info") else True


def test_bad_rows_to_predict(spark):
    data = spark.createDataFrame(table(60))
    model = SparkXGBRegressor(features_col=FEATURES, label_col="number", n_estimators=2).fit(data)
    with pytest.raises(PySparkException, match="FIELD_NOT_FOUND"):
        model.transform(data.drop("x0")).collect()
    vectors = VectorAssembler(inputCols=["x1", "x2"], outputCol="features").transform(data).select("features")
    with pytest.raises(PySparkException, match="have 2 elements where those of SparkXGBRegressorModel have 6"):
        model.transform(vectors).collect()
    assert model.transform(data.filter("id < 0")).count() == 0


def mutated(path, value):
    """A change of an ensemble's JSON at the path."""
    def change(model):
        place = model
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value(place[path[-1]]) if callable(value) else value
        return model
    return change


TREE = ["learner", "gradient_booster", "model", "trees", 0]


@pytest.mark.parametrize("change", [
    mutated([*TREE, "left_children", 0], 100000),
    mutated([*TREE, "left_children", 0], -7),
    mutated([*TREE, "left_children", 1], 0),
    mutated([*TREE, "right_children"], lambda children: children[:-1]),
    mutated([*TREE, "split_indices", 0], 6),
    mutated([*TREE, "split_indices", 0], -1),
    mutated([*TREE, "split_conditions"], []),
    mutated([*TREE, "tree_param", "num_nodes"], "1000000"),
    mutated([*TREE, "tree_param", "num_nodes"], "many"),
    mutated([*TREE, "tree_param", "size_leaf_vector"], "3"),
    mutated([*TREE, "categories_nodes"], [1]),
    mutated(TREE, {}),
    mutated(["learner", "gradient_booster", "model", "tree_info", 0], 5),
    mutated(["learner", "gradient_booster", "model", "iteration_indptr"], [0, 9]),
    mutated(["learner", "gradient_booster", "model", "gbtree_model_param", "num_trees"], "900"),
    mutated(["learner", "gradient_booster", "name"], "gblinear"),
    mutated(["learner", "learner_model_param", "num_feature"], "0"),
    mutated(["learner", "learner_model_param", "num_class"], "1000000"),
    mutated(["learner", "objective", "name"], "reg:nothing"),
    mutated(["learner"], {}),
], ids=str)
def test_damaged_models(spark, tmp_path, change):
    """XGBoost itself walks out of its memory with some of these."""
    data = spark.createDataFrame(table(200))
    model = SparkXGBRegressor(features_col=FEATURES, label_col="number", n_estimators=2).fit(data)
    model.save(str(tmp_path / "model"))
    damaged = json.dumps(change(json.loads(model.booster_json())))
    (tmp_path / "model" / "model" / "part-00000.json").write_text(damaged)
    for use in (lambda: SparkXGBRegressorModel.load(str(tmp_path / "model")),
                lambda: SparkXGBRegressor(features_col=FEATURES, label_col="number", xgb_model=damaged).fit(data)):
        with pytest.raises(PySparkException) as raised:
            use()
        assert "XGBoost" in str(raised.value) and "INTERNAL" not in (raised.value.getCondition() or "")


@pytest.mark.parametrize("text", ["", "{}", '{"learner": 1}', "no model"])
def test_files_that_are_no_models(spark, tmp_path, text):
    data = spark.createDataFrame(table(60))
    SparkXGBRegressor(features_col=FEATURES, label_col="number", n_estimators=2).fit(data).save(str(tmp_path / "model"))
    (tmp_path / "model" / "model" / "part-00000.json").write_text(text)
    with pytest.raises(PySparkException) as raised:
        SparkXGBRegressorModel.load(str(tmp_path / "model"))
    assert "INTERNAL" not in (raised.value.getCondition() or "")
    with pytest.raises(PySparkException, match="Expected class name"):
        SparkXGBClassifierModel.load(str(tmp_path / "model"))
