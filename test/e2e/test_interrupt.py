"""Interrupt: everything, by tag, by operation."""
import threading
import time

import pytest
from pyspark.sql import functions as F

SLOW = 2 ** 38


def start(session, tag=None):
    """A query that would run for minutes, in a thread; gives (thread, list that receives its error)."""
    errors, began = [], threading.Event()

    def work():
        if tag:
            session.addTag(tag)
        began.set()
        try:
            session.range(SLOW).select(F.sum(F.sqrt(F.col("id")) % 7)).collect()
            errors.append(None)
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    began.wait()
    time.sleep(1.0)
    return thread, errors


def cancelled(thread, errors):
    begin = time.monotonic()
    thread.join(10)
    assert not thread.is_alive(), "the query went on"
    assert errors[0] is not None and "OPERATION_CANCELED" in str(errors[0])
    return time.monotonic() - begin


def test_interrupt_all(spark):
    thread, errors = start(spark)
    assert len(spark.interruptAll()) == 1
    assert cancelled(thread, errors) < 3


def test_interrupt_by_tag(spark):
    first = start(spark, "red")
    second = start(spark, "blue")
    assert len(spark.interruptTag("red")) == 1
    cancelled(*first)
    assert second[0].is_alive()
    assert len(spark.interruptTag("green")) == 0
    spark.interruptAll()
    cancelled(*second)


def test_interrupt_by_operation(spark):
    thread, errors = start(spark, "named")
    running = spark.interruptTag("nothing has this tag")
    assert running == []
    ids = spark.interruptAll()
    assert len(ids) == 1 and spark.interruptOperation(ids[0]) == []
    cancelled(thread, errors)


def test_session_goes_on_after_interrupt(spark):
    thread, errors = start(spark)
    spark.interruptAll()
    cancelled(thread, errors)
    assert spark.range(10).count() == 10


def test_interrupt_of_an_idle_session(spark):
    spark.range(1).count()
    assert spark.interruptAll() == []


def test_bad_tags(spark):
    with pytest.raises(Exception):
        spark.addTag("with,comma")
    with pytest.raises(Exception):
        spark.addTag("")


def test_closing_the_client_stops_its_query(own_server, sessions):
    session = sessions()
    thread, errors = start(session)
    session.stop()
    thread.join(10)
    assert not thread.is_alive()
