import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from raw import Raw  # noqa: E402


@pytest.fixture
def raw(server):
    opened = Raw(server.port)
    yield opened
    opened.close()


@pytest.fixture
def sessions(server):
    """Makes any number of sessions and stops them."""
    from pyspark.sql import SparkSession
    opened = []

    def make():
        session = SparkSession.builder.remote(server.remote).create()
        session.client.set_retry_policies([])
        opened.append(session)
        return session

    yield make
    for session in opened:
        try:
            session.stop()
        except Exception:                                     # a test may have released it
            pass
