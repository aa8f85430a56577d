"""Fits over four times as much training data as the server may hold, and fits that are interrupted."""
import glob
import os
import threading
import time

import numpy as np
import pytest
from pyspark.errors import PySparkException
from pyspark.ml.classification import (DecisionTreeClassifier, GBTClassifier, LinearSVC, LogisticRegression, MultilayerPerceptronClassifier,
                                       RandomForestClassifier)
from pyspark.ml.feature import OneHotEncoder, StandardScaler, StringIndexer, VectorAssembler, Word2Vec
from pyspark.ml.regression import GeneralizedLinearRegression, IsotonicRegression, LinearRegression
from pyspark.sql import functions as F
from pyspark.sql.connect.session import SparkSession

from firesteel_testing.server import Server

MEGABYTE = 1 << 20
LIMIT = 64 * MEGABYTE
FEATURES = 60
ROW_BYTES = 8 * (FEATURES + 2)                                # features, label, weight
ROWS = 4 * LIMIT // ROW_BYTES


def session_of(server):
    # Estimators use the active session.
    SparkSession._default_session = SparkSession._active_session.session = None
    session = SparkSession.builder.remote(server.remote).create()
    session.client.set_retry_policies([])   # a model that dies after its server would ask for its removal for minutes
    return session


def small_and_large(tmp_path_factory, limit):
    """A server with `limit` bytes of memory and one with as much as there is; both end with the generator."""
    started = [Server(["--memory-limit", f"{limit // MEGABYTE}MB", "--threads", "2",
                       "--temp-dir", str(tmp_path_factory.mktemp("small"))]),
               Server(["--threads", "2", "--temp-dir", str(tmp_path_factory.mktemp("large"))])]
    yield started
    for server in started:
        server.stop()


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    yield from small_and_large(tmp_path_factory, LIMIT)


def numbers(session):
    """Rows with FEATURES numbers, a class, a number to predict and a text; all but one number come from a join."""
    groups = session.range(1000).select(F.col("id").alias("g"), *[F.sin(F.col("id") * (k + 1)).alias(f"x{k}")
                                                                   for k in range(1, FEATURES)])
    rows = session.range(ROWS).select("id", (F.col("id") % 1000).alias("g"), (F.col("id") * 7919 % 10007 / 10007).alias("x0"))
    return rows.join(groups, "g").select(
        "*", (F.col("x0") - F.col("x3") + F.col("x9") > F.col("id") % 7 / 7).cast("double").alias("class"),
        (2 * F.col("x0") - F.col("x10") + F.col("id") % 11 / 11).alias("y"), (F.col("g") % 37).cast("string").alias("text"))


def vectors(session):
    assembler = VectorAssembler(inputCols=[f"x{k}" for k in range(FEATURES)], outputCol="features")
    return assembler.transform(numbers(session))


class SpilledBytes:
    """The most that the server held in its nameless file of training data."""

    def __init__(self, server):
        self.pid, self.most, self.ended = server.process.pid, 0, False
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        while not self.ended:
            for link in glob.glob(f"/proc/{self.pid}/fd/*"):
                try:
                    if "firesteel-ml-" in os.readlink(link):
                        self.most = max(self.most, os.stat(link).st_size)
                except OSError:                                # closed meanwhile
                    pass
            time.sleep(0.02)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended = True
        self.thread.join()


def assert_same(few, many, tolerance=1e-9):
    few, many = np.asarray(few, dtype=float), np.asarray(many, dtype=float)
    assert np.linalg.norm(few - many) <= tolerance * np.linalg.norm(many)


def test_logistic_regression_beyond_memory(servers):
    def fit(server):
        model = LogisticRegression(labelCol="class", maxIter=3, regParam=0.01).fit(vectors(session_of(server)))
        return [*model.coefficients.toArray(), model.intercept, *model.summary.objectiveHistory]

    with SpilledBytes(servers[0]) as spilled:
        few = fit(servers[0])
    assert spilled.most > 3 * LIMIT
    assert_same(few, fit(servers[1]))


def test_linear_regression_beyond_memory(servers):
    def fit(server):
        model = LinearRegression(labelCol="y", solver="normal").fit(vectors(session_of(server)))
        return [*model.coefficients.toArray(), model.intercept, model.summary.rootMeanSquaredError]

    with SpilledBytes(servers[0]) as spilled:
        few = fit(servers[0])
    assert spilled.most > 3 * LIMIT
    assert_same(few, fit(servers[1]))


def test_features_beyond_memory(servers):
    def fit(server):
        session = session_of(server)
        scaler = StandardScaler(inputCol="features", outputCol="scaled").fit(vectors(session))
        rows = numbers(session)
        indexer = StringIndexer(inputCol="text", outputCol="index").fit(rows)
        encoder = OneHotEncoder(inputCol="g", outputCol="hot").fit(rows)
        return [*scaler.std.toArray(), *scaler.mean.toArray()], indexer.labels, encoder.categorySizes

    few, many = fit(servers[0]), fit(servers[1])
    assert_same(few[0], many[0])
    assert few[1:] == many[1:]
    assert len(few[1]) == 37 and few[2] == [1000]


def interrupted(session, fit, seconds):
    """Seconds from the interrupt, `seconds` after the begin of the fit, to the client's error."""
    errors = []

    def work():
        try:
            fit()
            errors.append(None)
        except PySparkException as error:
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    time.sleep(seconds)
    begin = time.monotonic()
    while not session.interruptAll():  # A busy machine begins the fit later.
        assert not errors and time.monotonic() < begin + 30, "there is nothing to interrupt"
    thread.join(30)
    assert errors and errors[0] is not None and "OPERATION_CANCELED" in str(errors[0])
    return time.monotonic() - begin


def waves(session, rows):
    """Noise: an optimizer that may not stop early has work for long."""
    return VectorAssembler(inputCols=[f"x{k}" for k in range(10)], outputCol="features").transform(
        session.range(rows).select((F.col("id") * 7919 % 10007 % 3).cast("double").alias("label"),
                                   *[F.sin(F.col("id") * (k + 1)).alias(f"x{k}") for k in range(10)]))


# The fits would run for hours. What an interrupt takes is measured elsewhere; a test must not fail because its machine is busy.
SOON = 10


def test_interrupt_while_it_reads(servers):
    session = session_of(servers[1])
    data = waves(session, 1 << 40)
    assert interrupted(session, lambda: LogisticRegression().fit(data), 1.0) < SOON
    assert session.range(10).count() == 10


def test_interrupt_in_the_iterations(servers):
    session = session_of(servers[1])
    data = waves(session, 400_000)
    begin = time.monotonic()
    LogisticRegression(maxIter=0).fit(data)
    reading = time.monotonic() - begin
    estimator = LogisticRegression(maxIter=2 ** 31 - 1, tol=0.0, regParam=1e-7, elasticNetParam=0.5)
    assert interrupted(session, lambda: estimator.fit(data), reading + 0.1) < SOON
    assert session.range(10).count() == 10


FOREVER = {"maxIter": 2 ** 31 - 1, "tol": 0.0}
LONG_FITS = {
    "linear_svc": LinearSVC(regParam=1e-9, **FOREVER), "poisson": GeneralizedLinearRegression(family="poisson", **FOREVER),
    "perceptron": MultilayerPerceptronClassifier(layers=[10, 60, 3], **FOREVER),
    "perceptron_by_descent": MultilayerPerceptronClassifier(layers=[10, 60, 3], solver="gd", stepSize=1e-6, **FOREVER),
    "tree": DecisionTreeClassifier(maxDepth=30, maxBins=256), "forest": RandomForestClassifier(numTrees=500, maxDepth=20, maxBins=64),
    "boosting": GBTClassifier(labelCol="two", maxIter=10000, maxDepth=8), "isotonic": IsotonicRegression(),
    "words": Word2Vec(inputCol="words", outputCol="o", vectorSize=200, maxIter=1000)}


@pytest.mark.parametrize("name", sorted(LONG_FITS))
def test_interrupt_of_every_long_fit(servers, name):
    """Wherever the fit is: an interrupt ends it, and the server goes on."""
    session = session_of(servers[1])
    words = F.array(*[F.concat(F.lit("w"), (F.col("id") * (k + 3) % 997).cast("string")) for k in range(20)])
    data = (session.range(50_000).select(words.alias("words")) if name == "words"
            else waves(session, 100_000_000 if name == "isotonic" else 2_000_000).withColumn("two", F.col("label").cast("int") % 2).withColumn("label", F.when(F.lit(name == "linear_svc"), F.col("two")).otherwise(F.col("label"))))
    assert interrupted(session, lambda: LONG_FITS[name].fit(data), 1.5) < SOON
    assert session.range(10).count() == 10


def test_progress_of_a_fit(servers):
    """Each iteration moves the bar. The fit would run for long and ends when enough of it was seen, however fast the machine is."""
    session = session_of(servers[1])
    shares = []

    def record(stages, inflight_tasks, operation_id, done):
        shares.extend(stage.num_completed_tasks / stage.num_tasks for stage in stages if stage.num_tasks)
        # The rows are read first, with a bar of their own: the iterations' begins where the share falls back.
        begin = max((i for i in range(1, len(shares)) if shares[i] < shares[i - 1]), default=0)
        if len({share for share in shares[begin:] if 0 < share < 1}) >= 5:
            session.interruptAll()

    session.conf.set("spark.connect.progress.reportInterval", "50ms")
    session.registerProgressHandler(record)
    try:
        with pytest.raises(PySparkException, match="OPERATION_CANCELED"):
            LogisticRegression(maxIter=1000, tol=0.0, elasticNetParam=0.5, regParam=1e-7).fit(waves(session, 400_000))
    finally:
        session.clearProgressHandlers()
