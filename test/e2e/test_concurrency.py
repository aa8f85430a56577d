"""Sixteen clients with mixed work: no error, no wrong answer, and the memory comes back."""
import gc
import threading
import time

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

CLIENTS, ROUNDS = 16, 6


def work(remote, number, failures):
    try:
        spark = SparkSession.builder.remote(remote).create()
        spark.client.set_retry_policies([])
        for turn in range(ROUNDS):
            n = 1000 * (number + 1) + turn
            assert spark.range(n).count() == n
            rows = spark.createDataFrame([(i, f"c{number}") for i in range(50)], "i int, s string")
            rows.createOrReplaceTempView("mine")
            assert spark.sql("SELECT sum(i), min(s) FROM mine").collect() == [(1225, f"c{number}")]
            joined = spark.range(n).join(rows, F.col("id") == F.col("i")).groupBy((F.col("i") % 5).alias("m")).count().orderBy("m").collect()
            assert joined == [(m, 10) for m in range(5)]
            ranked = spark.range(500).select("id", F.row_number().over(Window.partitionBy(F.col("id") % 7).orderBy("id")).alias("r"))
            assert ranked.agg(F.max("r")).collect() == [(72,)]
            try:
                spark.sql("SELECT nothing FROM mine").collect()
                raise AssertionError("no error came")
            except Exception as error:
                assert "UNRESOLVED_COLUMN" in str(error)
        spark.stop()
    except BaseException as error:
        failures.append(f"client {number}: {type(error).__name__}: {str(error)[:300]}")


def wave(remote):
    failures = []
    threads = [threading.Thread(target=work, args=(remote, n, failures)) for n in range(CLIENTS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(300)
    assert not failures, "\n".join(failures)


def test_sixteen_clients(own_server):
    wave(own_server.remote)                                   # warms what is built only once
    before = own_server.resident_bytes()
    wave(own_server.remote)
    gc.collect()
    for _ in range(20):
        time.sleep(0.5)
        after = own_server.resident_bytes()
        if after <= max(before * 1.1, before + 50_000_000):
            return
    raise AssertionError(f"resident memory grew from {before >> 20} to {after >> 20} MB")


def test_clients_of_one_session(server):
    spark = SparkSession.builder.remote(server.remote).create()
    failures = []

    def one(number):
        try:
            assert spark.range(number + 1).count() == number + 1
        except BaseException as error:
            failures.append(str(error)[:200])

    threads = [threading.Thread(target=one, args=(n,)) for n in range(12)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60)
    spark.stop()
    assert not failures
