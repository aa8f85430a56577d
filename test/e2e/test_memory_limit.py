"""What one expression may hold: an error of its query, and the server goes on."""
import pytest
from pyspark.errors import PySparkException
from pyspark.sql.connect.session import SparkSession

from firesteel_testing.server import Server

MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def small():
    server = Server(["--memory-limit", "256MB", "--threads", "2"])
    session = SparkSession.builder.remote(server.remote).create()
    session.client.set_retry_policies([])
    yield server, session
    session.stop()
    server.stop()


def peak_bytes(server):
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


@pytest.mark.parametrize("expression", ["size(transform(sequence(1, 300000000), x -> x))", "size(sequence(1L, 2000000000L, 2L))",
                                        "size(array_repeat('x', 2000000000))", "length(repeat('x', 2000000000))",
                                        "size(sequence(DATE'-290000-01-01', DATE'290000-01-01'))"])
def test_list_beyond_the_limit(small, expression):
    server, session = small
    for text in (f"SELECT {expression}", f"SELECT max({expression}) FROM range(3)"):
        with pytest.raises(PySparkException) as error:
            session.sql(text).collect()
        assert error.value.getCondition() in ("FIRESTEEL_OUT_OF_MEMORY", "UNABLE_TO_ACQUIRE_MEMORY")
    assert peak_bytes(server) < 1500 * MEGABYTE
    assert session.range(3).count() == 3


def test_list_within_the_limit(small):
    _, session = small
    assert session.sql("SELECT size(transform(sequence(1L, id), x -> x)) FROM range(2000000, 2000001)").collect() == [(2_000_000,)]
    assert session.sql("SELECT count(*), sum(x) FROM (SELECT explode(sequence(1, 3000000)) AS x)").collect() == [(3_000_000, 4_500_001_500_000)]
