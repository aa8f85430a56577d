"""Writes that do not come to their end: a full disk, a killed server, writers that meet in one folder."""
import os
import resource
import threading
import time

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import Window
from pyspark.sql import functions as F
from pyspark.sql.connect.session import SparkSession

from firesteel_testing.server import Server

FORMATS = ["parquet", "csv", "json", "text", "orc", "avro"]


def connect(server):
    SparkSession._default_session = SparkSession._active_session.session = None
    session = SparkSession.builder.remote(server.remote).create()
    session.client.set_retry_policies([])
    return session


@pytest.fixture(scope="module")
def full_disk(tmp_path_factory):
    """A server whose files cannot grow beyond 2 MB: what a full disk does to a write and to a spill."""
    server = Server(["--memory-limit", "64MB", "--threads", "2", "--temp-dir", str(tmp_path_factory.mktemp("full"))])
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
    yield server
    server.stop()


def files_below(folder):
    return sorted(os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names)


def wide(session, rows=300_000):
    return session.range(rows).select(F.sha2(F.col("id").cast("string"), 256).alias("h"))


@pytest.mark.parametrize("mode", ["error", "append", "overwrite"])
@pytest.mark.parametrize("kind", FORMATS)
def test_full_disk_while_writing(full_disk, tmp_path, kind, mode):
    session, path = connect(full_disk), str(tmp_path / "t")
    if mode != "error":
        wide(session, 100).coalesce(1).write.format(kind).save(path)
    before = files_below(path)
    with pytest.raises(PySparkException):
        wide(session).coalesce(1).write.format(kind).mode(mode).save(path)
    assert files_below(path) == before and os.path.exists(path) == (mode != "error")
    if mode != "error":
        assert session.read.format(kind).load(path).count() == 100
    session.stop()


def test_full_disk_while_spilling(full_disk):
    session = connect(full_disk)
    before = full_disk.open_files()
    rows = session.range(4_000_000).select((F.col("id") * 7919 % 4_000_037).alias("k"), F.sha2(F.col("id").cast("string"), 256).alias("h"))
    for failing in (rows.select(F.lag("h").over(Window.orderBy("h")).alias("l")).where("l > 'z'"),
                    rows.groupBy("h").count().where("count > 1"),
                    rows.join(rows.select("h", F.col("k").alias("j")), "h").where("k <> j")):
        with pytest.raises(PySparkException) as error:
            failing.agg(F.count("*")).collect()
        assert error.value.getCondition()
    assert session.range(10).count() == 10
    assert full_disk.open_files() <= before + 2
    session.stop()


def test_full_disk_while_training(full_disk):
    from pyspark.ml.classification import LogisticRegression
    from pyspark.ml.feature import VectorAssembler, Word2Vec
    session = connect(full_disk)
    numbers = session.range(400_000).select((F.col("id") % 2).cast("double").alias("label"), *[F.sin(F.col("id") * k).alias(f"x{k}") for k in range(1, 20)])
    data = VectorAssembler(inputCols=[f"x{k}" for k in range(1, 20)], outputCol="features").transform(numbers)
    with pytest.raises(PySparkException):
        LogisticRegression(maxIter=2).fit(data)
    words = session.range(300_000).select(F.transform(F.sequence(F.lit(1), F.lit(40)), lambda k: F.concat(F.lit("w"), (k * F.col("id")) % 97)).alias("words"))
    with pytest.raises(PySparkException):
        Word2Vec(inputCol="words", outputCol="v", vectorSize=2).fit(words)
    assert LogisticRegression(maxIter=2).fit(data.limit(1000)).numFeatures == 19
    session.stop()


@pytest.mark.parametrize("mode", ["append", "overwrite"])
def test_killed_write_leaves_what_was_there(own_server, spark, tmp_path, mode):
    path = str(tmp_path / "t")
    spark.range(10).coalesce(1).write.parquet(path)
    server = Server()
    try:
        session, staging = connect(server), os.path.join(path, "_temporary")
        thread = threading.Thread(target=lambda: pytest.raises(Exception, session.range(2 ** 34).write.mode(mode).parquet, path), daemon=True)
        thread.start()
        end = time.monotonic() + 20
        while not any(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(staging) for name in names):
            assert time.monotonic() < end, "the write did not begin"
            time.sleep(0.02)
        server.process.kill()
        thread.join(20)
    finally:
        server.stop()
    assert spark.read.parquet(path).count() == 10
    spark.range(3).write.mode("append").parquet(path)
    assert spark.read.parquet(path).count() == 13


def test_writers_that_overwrite_one_folder(server, sessions, tmp_path):
    """Each write is whole or an error; at the end there are the rows of one of them, or of some together, but no part of one."""
    path, errors = str(tmp_path / "shared"), []

    def write(session, start):
        for _ in range(5):
            try:
                session.range(start, start + 1000).coalesce(1).write.mode("overwrite").parquet(path)
            except PySparkException as error:
                errors.append(error)

    threads = [threading.Thread(target=write, args=(sessions(), 1_000_000 * n)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(50)
    assert all(error.getCondition() for error in errors)
    written = [r.id for r in sessions().read.parquet(path).collect()]
    assert written and len(written) % 1000 == 0
    for start in {i // 1_000_000 for i in written}:
        assert {i for i in written if i // 1_000_000 == start} == set(range(start * 1_000_000, start * 1_000_000 + 1000))
