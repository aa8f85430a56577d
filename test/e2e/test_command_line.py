"""The command line: version, help, doctor, tokens, and how a server ends."""
import signal
import subprocess
import threading
import time

import pytest
from pyspark.sql import SparkSession
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
    answer = call("doctor")
    assert answer.returncode == 0 and "duckdb" in answer.stdout.lower()


def test_unknown_option(own_server):
    answer = call("serve", "--no-such-option")
    assert answer.returncode != 0 and "no-such-option" in answer.stderr + answer.stdout


def test_bad_memory_limit(own_server):
    assert call("serve", "--port", "0", "--memory-limit", "much").returncode != 0


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


def test_terminate_with_a_running_query(own_server):
    server, errors = Server(), []
    spark = SparkSession.builder.remote(server.remote).create()
    spark.client.set_retry_policies([])

    def query():
        try:
            spark.range(2 ** 38).agg(F.sum(F.sqrt("id"))).collect()
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=query, daemon=True)
    thread.start()
    time.sleep(1.5)
    begin = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(8) == 0
    assert time.monotonic() - begin < 5
    thread.join(10)
    assert errors
    server.stop()


def test_port_in_use(own_server):
    answer = call("serve", "--port", str(own_server.port))
    assert answer.returncode != 0 and str(own_server.port) in answer.stderr + answer.stdout
