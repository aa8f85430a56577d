"""The command line: version, help, doctor, tokens, and how a server ends."""
import os
import re
import signal
import subprocess
import threading
import time

import pytest
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

from firesteel_testing.server import Server, binary


def call(*arguments):
    return subprocess.run([binary(), *arguments], capture_output=True, text=True, timeout=30)


def test_version(own_server):
    answer = call("version")
    assert answer.returncode == 0 and "4.2" in answer.stdout


def test_help(own_server):
    answer = call("--help")
    assert answer.returncode == 0
    for word in ("serve", "version", "doctor"):
        assert word in answer.stdout
    assert "--memory-limit" in call("serve", "--help").stdout


def test_doctor(own_server):
    """Every library with its version; every engine that is found, and of each that is absent why."""
    answer = call("doctor")
    assert answer.returncode == 0
    sections = dict(re.findall(r"^(\w+)\n((?:  .*\n)+)", answer.stdout, re.M))
    rows = {name: dict(line.strip().split("  ", 1) for line in text.splitlines()) for name, text in sections.items()}
    assert {"DuckDB", "Arrow", "gRPC core", "Protobuf", "PCRE2", "OpenBLAS", "Eigen", "spdlog", "XGBoost"} <= set(rows["Libraries"])
    for name, version in rows["Libraries"].items():
        assert re.search(r"\d+\.\d+", version) or version.strip().startswith("absent: "), name
    engines = {name: text.strip() for name, text in rows["Engines"].items()}
    assert engines.pop("duckdb") == "found" and set(engines) == {"gpu", "spark"}
    for reason in engines.values():
        assert reason.startswith("absent: ") and len(reason.split()) > 4


def test_unknown_option(own_server):
    answer = call("serve", "--no-such-option")
    assert answer.returncode != 0 and "no-such-option" in answer.stderr + answer.stdout


def test_bad_memory_limit(own_server):
    assert call("serve", "--port", "0", "--memory-limit", "much").returncode != 0


def test_bad_configuration_value():
    answer = call("serve", "--port", "0", "--conf", "spark.sql.view.maxNestedViewDepth=0")
    assert answer.returncode == 1 and "must be positive" in answer.stderr


def test_unreadable_catalog_stops_the_start(tmp_path):
    """A server that began without its tables would write a catalog without them."""
    catalog = tmp_path / ".firesteel" / "catalog.json"
    catalog.parent.mkdir()
    catalog.write_text('{"databases": [], "tables": [')
    answer = call("serve", "--port", "0", "--warehouse", str(tmp_path))
    assert answer.returncode == 1 and str(catalog) in answer.stderr
    assert catalog.read_text() == '{"databases": [], "tables": ['


def test_open_bind_needs_a_token(own_server):
    answer = call("serve", "--port", "0", "--bind", "0.0.0.0")
    assert answer.returncode != 0 and "token" in (answer.stderr + answer.stdout).lower()


def test_token(own_server, tmp_path):
    token = tmp_path / "token"
    token.write_text("secret-word\n")
    server = Server(["--token-file", str(token)])
    try:
        # With a token the client insists on TLS for every host but `localhost`, even for 127.0.0.1.
        remote = f"sc://localhost:{server.port}"
        good = SparkSession.builder.remote(f"{remote}/;token=secret-word").create()
        good.client.set_retry_policies([])
        assert good.range(2).count() == 2
        good.stop()
        for refused in (remote, f"{remote}/;token=wrong"):
            with pytest.raises(Exception) as error:
                bad = SparkSession.builder.remote(refused).create()
                bad.client.set_retry_policies([])
                bad.range(1).count()
            assert "UNAUTHENTICATED" in str(error.value) or "uthenticat" in str(error.value)
    finally:
        server.stop()


def test_configuration_from_the_command_line(own_server, tmp_path):
    properties = tmp_path / "spark-defaults.conf"
    properties.write_text("# comment\nspark.sql.session.timeZone   Asia/Tokyo\nspark.sql.ansi.enabled=false\n")
    server = Server(["--properties-file", str(properties), "--conf", "spark.sql.shuffle.partitions=5"])
    try:
        spark = SparkSession.builder.remote(server.remote).create()
        assert spark.conf.get("spark.sql.session.timeZone") == "Asia/Tokyo"
        assert spark.conf.get("spark.sql.shuffle.partitions") == "5"
        assert spark.sql("SELECT 1 / 0").collect() == [(None,)]
        spark.stop()
    finally:
        server.stop()


def entries_below(folder):
    return [os.path.join(at, name) for at, folders, names in os.walk(folder) for name in folders + names]


def test_every_option_is_heard(own_server, tmp_path):
    """Options that the other tests here leave out."""
    scratch, warehouse = tmp_path / "scratch", tmp_path / "tables"
    properties = tmp_path / "spark-defaults.conf"
    properties.write_text("spark.connect.grpc.binding.port 1\nspark.sql.shuffle.partitions: 3\nspark.my.text  two words\n")
    server = Server(["--bind", "127.0.0.2", "--threads", "1", "--memory-limit", "1GB", "--temp-dir", str(scratch), "--log-level", "debug",
                     "--properties-file", str(properties), "--conf", "spark.sql.shuffle.partitions=4"], warehouse=str(warehouse), address="127.0.0.2")
    try:
        spark = SparkSession.builder.remote(server.remote).create()
        assert (spark.conf.get("spark.sql.shuffle.partitions"), spark.conf.get("spark.my.text")) == ("4", "two words")
        assert spark.conf.get("spark.sql.warehouse.dir").endswith(str(warehouse))
        spark.range(3).write.saveAsTable("kept")
        assert (warehouse / "kept").is_dir()
        spark.range(9).coalesce(1).write.parquet(str(tmp_path / "one_thread"))
        assert len(os.listdir(scratch)) == 1
        spark.stop()
    finally:
        server.stop()
    assert server.process.returncode == 0 and os.listdir(scratch) == []
    silent = Server(["--log-level", "off"])
    spark = SparkSession.builder.remote(silent.remote).create()
    assert spark.range(3).count() == 3
    spark.stop()
    silent.stop()
    assert "operation" not in silent.log_text()


# What runs when the signal comes: bare computing, spilling, writing, training.
def compute(spark, folder):
    spark.range(2 ** 38).agg(F.sum(F.sqrt("id"))).collect()


def spill(spark, folder):
    wide = spark.range(2 ** 26).select(F.sha2(F.col("id").cast("string"), 256).alias("h"))
    wide.select(F.lag("h").over(Window.orderBy("h")).alias("l")).agg(F.max("l")).collect()


def write(spark, folder):
    spark.range(2 ** 38).write.parquet(folder)


def train(spark, folder):
    from pyspark.ml.classification import RandomForestClassifier
    from pyspark.ml.feature import VectorAssembler
    rows = spark.range(300_000).select((F.col("id") % 2).cast("double").alias("label"), *[F.sin(F.col("id") * k).alias(f"x{k}") for k in range(1, 20)])
    RandomForestClassifier(numTrees=1000, maxDepth=10).fit(VectorAssembler(inputCols=[f"x{k}" for k in range(1, 20)], outputCol="features").transform(rows))


@pytest.mark.parametrize("work", [compute, spill, write, train])
def test_terminate_with_running_work(own_server, tmp_path, work):
    """The client sees that its operation was canceled, the server ends in time and leaves no temporary file."""
    scratch, written = tmp_path / "scratch", str(tmp_path / "written")
    server, errors = Server(["--temp-dir", str(scratch), "--memory-limit", "500MB"]), []
    spark = SparkSession.builder.remote(server.remote).create()
    spark.client.set_retry_policies([])

    def run():
        try:
            work(spark, written)
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    time.sleep(2.5)
    assert thread.is_alive()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(10) == 0                         # the work would go on for minutes
    thread.join(10)
    assert errors and "OPERATION_CANCELED" in str(errors[0])
    assert entries_below(scratch) == []
    assert not os.path.exists(written) or not [n for n in os.listdir(written) if n.startswith("part-") or n == "_SUCCESS"]
    server.stop()


def test_a_stopping_server_takes_no_new_calls(own_server):
    server = Server()
    spark = SparkSession.builder.remote(server.remote).create()
    spark.client.set_retry_policies([])
    assert spark.range(2).count() == 2
    server.stop()
    with pytest.raises(Exception):
        spark.range(2).count()


def test_port_in_use(own_server):
    answer = call("serve", "--port", str(own_server.port))
    assert answer.returncode != 0 and str(own_server.port) in answer.stderr + answer.stdout
