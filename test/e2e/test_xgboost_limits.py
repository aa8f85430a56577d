"""Fits of XGBoost over more training data than the server may hold, interrupts of them, and a server without the library."""
import os
import subprocess
import sys
import threading
import time

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import functions as F
from pyspark.sql.connect.session import SparkSession

from firesteel_testing.server import ROOT, Server, binary

sys.path.insert(0, os.path.join(ROOT, "python"))

from firesteel.xgboost import SparkXGBRanker, SparkXGBRegressor  # noqa: E402

MEGABYTE = 1 << 20
LIMIT = 64 * MEGABYTE
FEATURES = [f"x{k}" for k in range(40)]
ROWS = 4 * LIMIT // (8 * (len(FEATURES) + 1))


def session_of(server):
    # Estimators use the active session.
    SparkSession._default_session = SparkSession._active_session.session = None
    session = SparkSession.builder.remote(server.remote).create()
    session.client.set_retry_policies([])
    return session


def numbers(session, rows=ROWS):
    row = session.range(0, rows, 1, 1)
    return row.select("id", *[(F.col("id") * (7919 + 2 * k) % (1009 + 10 * k) / (100.0 + k)).alias(name)
                              for k, name in enumerate(FEATURES)]).select(
        "*", (F.col("x0") - F.col("x1") * F.col("x2") / 10 + F.col("id") % 7).alias("label"),
        (F.col("id") % 1000).alias("query"), (F.col("id") % 3).cast("int").alias("rank"), (F.col("id") % 5 == 0).alias("held"))


def files_of_bins(folder):
    return [name for _, folders, files in os.walk(folder) for name in folders + files if "firesteel-xgboost" in name]


def peak_bytes(server):
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


class Watch:
    """Whether files of bins were seen in a folder meanwhile."""

    def __init__(self, folder):
        self.folder, self.seen, self.ended = folder, False, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        while not self.ended.wait(0.02):
            self.seen = self.seen or bool(files_of_bins(self.folder))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()


def test_fits_beyond_memory(tmp_path):
    """The bins lie in files then; the model is the same."""
    results, peaks = [], []
    for arguments in (["--memory-limit", f"{LIMIT // MEGABYTE}MB"], []):
        folder = tmp_path / str(len(results))
        folder.mkdir()
        server = Server([*arguments, "--threads", "2", "--temp-dir", str(folder)])
        try:
            session = session_of(server)
            with Watch(folder) as watch:
                model = SparkXGBRegressor(features_col=FEATURES, n_estimators=3, max_depth=4, validation_indicator_col="held",
                                          early_stopping_rounds=2).fit(numbers(session))
            assert watch.seen == bool(arguments)
            assert not files_of_bins(folder), "files of the fit are left"
            results.append((model.booster_json(), model.training_summary))
            peaks.append(peak_bytes(server))
        finally:
            server.stop()
    assert results[0] == results[1]
    assert peaks[0] < peaks[1]


def test_approx_beyond_memory(tmp_path):
    server = Server(["--memory-limit", f"{LIMIT // MEGABYTE}MB", "--threads", "2", "--temp-dir", str(tmp_path)])
    try:
        with pytest.raises(PySparkException, match="tree method approx needs .* more than the memory limit leaves; use hist"):
            SparkXGBRegressor(features_col=FEATURES, n_estimators=3, tree_method="approx").fit(numbers(session_of(server)))
    finally:
        server.stop()


@pytest.mark.parametrize("rows,seconds,make", [
    (100_000, 2.0, lambda: SparkXGBRegressor(features_col=FEATURES, n_estimators=100000, max_depth=5)),
    (100_000, 2.0, lambda: SparkXGBRanker(features_col=FEATURES, label_col="rank", qid_col="query", n_estimators=100000, max_depth=5)),
    (5_000_000, 0.0, lambda: SparkXGBRegressor(features_col=FEATURES, n_estimators=100000, max_depth=5)),
], ids=["rounds", "rounds of a ranker", "reading"])
def test_interrupt(server, rows, seconds, make):
    session = session_of(server)
    errors = []

    def work():
        try:
            errors.append(make().fit(numbers(session, rows)))
        except PySparkException as error:
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    time.sleep(seconds)
    begin = time.monotonic()
    while not session.interruptAll():
        assert time.monotonic() - begin < 10 and not errors, "there is nothing to interrupt"
    thread.join(60)
    assert errors and "OPERATION_CANCELED" in str(errors[0])


def test_progress_by_rounds(server):
    session = session_of(server)
    session.conf.set("spark.connect.progress.reportInterval", "50ms")
    reports = []
    session.registerProgressHandler(lambda stages, inflight_tasks, operation_id, done: reports.append(
        [(stage.num_completed_tasks, stage.num_tasks) for stage in stages]))
    SparkXGBRegressor(features_col=FEATURES, n_estimators=150, max_depth=5).fit(numbers(session, 100_000))
    shares = sorted({completed / total for stages in reports for completed, total in stages if total})
    assert len([share for share in shares if 0 < share < 1]) >= 1, reports


def test_a_server_without_the_library(tmp_path):
    environment = {"FIRESTEEL_XGBOOST_LIBRARY": str(tmp_path / "libxgboost.so")}
    server = Server(environment=environment)
    try:
        with pytest.raises(PySparkException) as raised:
            SparkXGBRegressor(features_col=FEATURES).fit(numbers(session_of(server), 100))
        assert raised.value.getCondition() == "UNSUPPORTED_FEATURE.ML_LIBRARY"
        assert "libxgboost.so: cannot open shared object file" in str(raised.value)
    finally:
        server.stop()
    doctor = subprocess.run([binary(), "doctor"], capture_output=True, text=True, env=dict(os.environ, **environment))
    assert "XGBoost     absent: " in doctor.stdout and doctor.returncode == 0
    assert "XGBoost     3." in subprocess.run([binary(), "doctor"], capture_output=True, text=True).stdout


def test_the_library_is_loaded_when_it_is_needed(tmp_path):
    server = Server()
    try:
        def is_loaded():
            with open(f"/proc/{server.process.pid}/maps") as maps:
                return "libxgboost" in maps.read()

        session = session_of(server)
        session.range(3).collect()
        assert not is_loaded()
        SparkXGBRegressor(features_col=FEATURES, n_estimators=1).fit(numbers(session, 100))
        assert is_loaded()
    finally:
        server.stop()
