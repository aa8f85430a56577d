"""Interrupt: everything, by tag, by operation."""
import threading
import time

import pytest
from pyspark.sql import functions as F

SLOW = 2 ** 38


def start(session, tag=None, sql=None):
    """A query that would run for minutes, in a thread; gives (thread, list that receives its error)."""
    errors, began = [], threading.Event()

    def work():
        if tag:
            session.addTag(tag)
        began.set()
        try:
            if sql:
                session.sql(sql).collect()
                return errors.append(None)
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


# One expression over one row: the engine itself looks for interrupts between rows only.
@pytest.mark.parametrize("expression", [
    "size(array_sort(transform(sequence(1, 5000000), x -> hash(x)), (a, b) -> IF(a < b, -1, IF(a > b, 1, 0))))",
    "aggregate(sequence(1, 20000000), 0L, (a, x) -> (a + hash(x)) % 1000)",
    "size(filter(sequence(1, 1000000), x -> exists(sequence(1, 100000), y -> y % (x + 100001) = -1)))",
])
def test_interrupt_inside_an_expression(spark, expression):
    thread, errors = start(spark, sql="SELECT " + expression)
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
