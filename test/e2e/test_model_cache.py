"""The cache of fitted models: limits, offloading to the disk, removal, hints of placement."""
import glob
import json
import logging
import os
import uuid

import pyspark.sql.connect.proto as pb2
import pytest
from pyspark.errors import PySparkException
from pyspark.ml.classification import LinearSVC, LogisticRegression, RandomForestClassifier
from pyspark.ml.linalg import Vectors
from pyspark.ml.regression import GeneralizedLinearRegression, LinearRegression
from pyspark.sql.connect.session import SparkSession

from firesteel_testing.server import Server

MEMORY_CONTROL = "spark.connect.session.connectML.mlCache.memoryControl."


@pytest.fixture(scope="module")
def small_server(tmp_path_factory):
    started = Server(["--temp-dir", str(tmp_path_factory.mktemp("models"))])
    started.temporary = started.process.args[-1]
    yield started
    started.stop()


@pytest.fixture
def spark(small_server):
    SparkSession._default_session = SparkSession._active_session.session = None
    session = SparkSession.builder.remote(small_server.remote).create()
    session.client.set_retry_policies([])
    yield session
    session.stop()


def points(spark):
    rows = [(float(i % 2), Vectors.dense([float(i), float(i * 7 % 5), float(i % 3)])) for i in range(30)]
    return spark.createDataFrame(rows, ["label", "features"]).coalesce(1)


def infos(spark):
    return [json.loads(text) for text in spark.client._get_ml_cache_info()]


def run(spark, **command):
    message = pb2.Command()
    for name, value in command.items():
        getattr(message.ml_command, name).CopyFrom(value)
    _, properties, _ = spark.client.execute_command(message)
    return properties["ml_command_result"]


def offloaded(server):
    return glob.glob(os.path.join(server.temporary, "**", "ml-cache-*", "*-*-*-*-*"), recursive=True)


def test_models_and_summaries_come_back_from_the_disk(spark, small_server):
    """With no room in memory every model is written, and answers as before when it is asked again."""
    df = points(spark)
    fitted = [LogisticRegression(maxIter=5).fit(df), LinearRegression(regParam=0.1).fit(df), LinearSVC(maxIter=5).fit(df),
              GeneralizedLinearRegression(family="binomial", maxIter=5).fit(df), RandomForestClassifier(numTrees=3, seed=1).fit(df)]

    def facts():
        logistic, linear, svc, glm, forest = fitted
        roc = logistic.summary.roc.collect()
        return [logistic.coefficients, logistic.summary.accuracy, logistic.summary.objectiveHistory, logistic.summary.labels, roc,
                logistic.summary.predictions.collect(), linear.coefficients, linear.summary.r2, linear.summary.residuals.collect(),
                linear.summary.devianceResiduals, svc.coefficients, svc.summary().areaUnderROC, svc.summary().scoreCol,
                glm.coefficients, glm.summary.aic, glm.summary.pValues, str(glm.summary), glm.summary.residuals("pearson").collect(),
                forest.toDebugString, forest.featureImportances, forest.summary.accuracy, forest.summary.numInstances if hasattr(
                    forest.summary, "numInstances") else None, forest.transform(df).collect()]

    before = facts()
    spark.conf.set(MEMORY_CONTROL + "maxInMemorySize", "1")
    again = facts()
    assert len(offloaded(small_server)) >= 4
    assert again == before
    assert len(infos(spark)) >= 5
    del fitted[:]


def test_evaluations_come_back_from_the_disk_and_survive_their_model(spark):
    df = points(spark)
    model = LogisticRegression(maxIter=5).fit(df)
    summary = model.evaluate(df.limit(20))
    before = (summary.accuracy, summary.roc.collect(), summary.predictions.collect())
    assert run(spark, delete=pb2.MlCommand.Delete(obj_refs=[pb2.ObjectRef(id=summary._java_obj)], evict_only=True))
    assert (summary.accuracy, summary.roc.collect(), summary.predictions.collect()) == before
    reference = model._java_obj.ref_id
    run(spark, delete=pb2.MlCommand.Delete(obj_refs=[pb2.ObjectRef(id=reference)]))
    with pytest.raises(PySparkException) as error:
        model.coefficients
    assert error.value.getCondition() == "CONNECT_ML.CACHE_INVALID"
    assert error.value.getMessageParameters() == {"objectName": reference, "evictTimeoutInMinutes": "15"}
    with pytest.raises(PySparkException) as error:
        model.transform(df).collect()
    assert error.value.getCondition() == "CONNECT_ML.CACHE_INVALID"
    assert (summary.accuracy, summary.predictions.count()) == (before[0], 20)


def test_limits(spark):
    df = points(spark)
    spark.conf.set(MEMORY_CONTROL + "maxModelSize", "100b")
    with pytest.raises(PySparkException) as error:
        LogisticRegression(maxIter=2).fit(df)
    assert error.value.getCondition() == "CONNECT_ML.MODEL_SIZE_OVERFLOW_EXCEPTION"
    assert error.value.getMessageParameters()["modelMaxSize"] == "100"
    spark.conf.unset(MEMORY_CONTROL + "maxModelSize")
    spark.conf.set(MEMORY_CONTROL + "maxStorageSize", "2k")
    kept = LogisticRegression(maxIter=2).fit(df)
    with pytest.raises(PySparkException) as error:
        LogisticRegression(maxIter=2).fit(df)
    assert error.value.getCondition() == "CONNECT_ML.ML_CACHE_SIZE_OVERFLOW_EXCEPTION"
    assert error.value.getMessageParameters() == {"mlCacheMaxSize": "2048"}
    assert [info["id"] for info in infos(spark)] == [kept._java_obj.ref_id]
    spark.conf.set(MEMORY_CONTROL + "enabled", "false")
    free = LogisticRegression(maxIter=2).fit(df)
    assert {info["id"]: info["size"] for info in infos(spark)}[free._java_obj.ref_id] == 0


def test_idle_models_are_offloaded(spark, small_server):
    model = LogisticRegression(maxIter=2).fit(points(spark))
    spark.conf.set(MEMORY_CONTROL + "offloadingTimeout", "0")
    spark.range(1).collect()
    assert infos(spark)[0]["class"] == "org.apache.spark.ml.classification.LogisticRegressionModel"
    assert any(model._java_obj.ref_id in path for path in offloaded(small_server))
    assert len(model.coefficients) == 3


def test_ids(spark):
    reference = pb2.ObjectRef(id="abc")
    for command in ({"delete": pb2.MlCommand.Delete(obj_refs=[reference])},
                    {"fetch": pb2.Fetch(obj_ref=reference, methods=[pb2.Fetch.Method(method="x")])}):
        with pytest.raises(PySparkException) as error:
            run(spark, **command)
        assert error.value.getCondition() == "INTERNAL_ERROR"
        assert error.value.getMessageParameters() == {"message": "The MLCache key abc is invalid."}
    unknown = pb2.ObjectRef(id=str(uuid.uuid4()))
    assert run(spark, delete=pb2.MlCommand.Delete(obj_refs=[unknown])).operator_info.obj_ref.id == ""
    model = LogisticRegression(maxIter=2).fit(points(spark))
    known = pb2.ObjectRef(id=model._java_obj.ref_id)
    size = run(spark, get_model_size=pb2.MlCommand.GetModelSize(model_ref=known)).param.long
    assert size == infos(spark)[0]["size"] > 0
    with pytest.raises(PySparkException) as error:
        run(spark, fetch=pb2.Fetch(obj_ref=known, methods=[pb2.Fetch.Method(method="nope")]))
    assert error.value.getCondition() == "CONNECT_ML.ATTRIBUTE_NOT_ALLOWED"
    assert error.value.getMessageParameters() == {
        "attribute": "nope", "className": "org.apache.spark.ml.classification.LogisticRegressionModel"}
    assert run(spark, clean_cache=pb2.MlCommand.CleanCache()).param.integer == 1
    assert infos(spark) == []


def test_failed_fits_leave_nothing(spark):
    df = points(spark)
    for estimator in (LogisticRegression(featuresCol="nope"), LogisticRegression(labelCol="features"), LinearRegression(regParam=-1.0),
                      GeneralizedLinearRegression(family="poisson", link="logit"), GeneralizedLinearRegression(offsetCol="nope")):
        with pytest.raises(Exception):
            estimator.fit(df)
    assert infos(spark) == []


def test_a_wish_for_other_hardware_is_answered(spark, caplog):
    spark.conf.set("spark.connect.ml.backend.classes", "com.nvidia.rapids.ml.Plugin")
    spark.conf.set("spark.rapids.ml.cpu.fallback.enabled", "true")
    with caplog.at_level(logging.WARNING, logger="pyspark.ml.util"):
        LogisticRegression(maxIter=2).fit(points(spark))
        LogisticRegression(maxIter=2).fit(points(spark))
    said = [record.getMessage() for record in caplog.records if "runs on the CPU" in record.getMessage()]
    assert said == ["LogisticRegression runs on the CPU although spark.connect.ml.backend.classes=com.nvidia.rapids.ml.Plugin, "
                    "spark.rapids.ml.cpu.fallback.enabled=true: this server has no GPU engine."]
