"""Interrupt: everything, by tag, by operation. No test asserts a time below the ten seconds in which work of minutes must end;
`pytest -rP test/e2e/test_interrupt.py | grep interrupted` prints how long each took."""
import datetime
import os
import threading
import time

import pytest
from pyspark.sql import functions as F
from pyspark.sql.connect import proto

from raw import USER, range_

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


def assert_cancelled(thread, errors):
    thread.join(10)
    assert not thread.is_alive(), "the query went on"
    assert errors[0] is not None and "OPERATION_CANCELED" in str(errors[0])


def test_interrupt_all(spark):
    thread, errors = start(spark)
    assert len(spark.interruptAll()) == 1
    assert_cancelled(thread, errors)


# One expression over one row: the engine itself looks for interrupts between rows only.
@pytest.mark.parametrize("expression", [
    "size(array_sort(transform(sequence(1, 5000000), x -> hash(x)), (a, b) -> IF(a < b, -1, IF(a > b, 1, 0))))",
    "aggregate(sequence(1, 20000000), 0L, (a, x) -> (a + hash(x)) % 1000)",
    "size(filter(sequence(1, 1000000), x -> exists(sequence(1, 100000), y -> y % (x + 100001) = -1)))",
])
def test_interrupt_inside_an_expression(spark, expression):
    thread, errors = start(spark, sql="SELECT " + expression)
    assert len(spark.interruptAll()) == 1
    assert_cancelled(thread, errors)


# A name and a statement that would run for minutes; what the engine does meanwhile differs.
KINDS = {
    "groups": "SELECT count(*) FROM (SELECT id, count(*) FROM range(2000000000) GROUP BY id)",
    "join": "SELECT count(*) FROM range(20000000) a JOIN range(100000000000) b ON a.id = b.id % 40000000",
    "sort": "SELECT max(r) FROM (SELECT row_number() OVER (ORDER BY hash(id)) AS r FROM range(300000000))",
    "window": "SELECT max(w) FROM (SELECT min(id) OVER (PARTITION BY id % 7 ORDER BY hash(id) ROWS BETWEEN 500 PRECEDING AND 500 FOLLOWING) AS w FROM range(30000000))",
    "explode": "SELECT sum(x) FROM (SELECT explode(sequence(1, 100000)) AS x FROM range(100000000))",
    "pattern": "SELECT sum(length(regexp_replace(repeat('text ', 200), '(t)(e)', '$2$1'))) FROM range(10000000000)",
    "lambda": "SELECT sum(aggregate(sequence(1, 1000), 0L, (a, x) -> a + x * id % 7)) FROM range(100000000)",
    "kernel": "SELECT max(levenshtein(repeat(CAST(id AS STRING), 300), repeat('abcd', 400))) FROM range(1000000000)",
    "values": "SELECT max(to_json(transform(sequence(1, 300), x -> struct(x, id)))) FROM range(1000000000)",
    "recursion": "WITH RECURSIVE t(n) AS (SELECT 1L UNION ALL SELECT n + 1 FROM t WHERE n < 100) SELECT count(*) FROM t, range(100000000000)",
    "cross_join": "SELECT sum(a.id * b.id % 7) FROM range(10000000) a CROSS JOIN range(10000000) b",
    "theta_join": "SELECT count(*) FROM range(1000000) a JOIN range(1000000) b ON a.id * 3 % 1001 > b.id * 7 % 1003",
    "in_subquery": "SELECT count(*) FROM range(100000000000) WHERE id * 3 IN (SELECT id FROM range(1000000))",
    "percentile": "SELECT percentile(id, 0.5) FROM range(2000000000)",
    "lists": "SELECT max(size(l)) FROM (SELECT id % 1000 AS k, collect_list(CAST(id AS STRING)) AS l FROM range(200000000) GROUP BY 1)",
    "distinct": "SELECT count(DISTINCT hash(id)) FROM range(2000000000)",
    "set_operation": "SELECT count(*) FROM (SELECT id FROM range(300000000) INTERSECT SELECT id * 2 FROM range(300000000))",
    "correlated": "SELECT sum((SELECT max(b.id) FROM range(1000) b WHERE b.id < a.id)) FROM range(1000000000) a",
}


def end_of(server, started, limit_seconds=10):
    """The time, by the server's log, at which the last operation ended that was canceled after `started`."""
    end = time.monotonic() + limit_seconds
    while time.monotonic() < end:
        for line in reversed(server.log_text().splitlines()):
            if " operation session=" in line and "error=OPERATION_CANCELED" in line:
                moment = datetime.datetime.strptime(line.split()[0], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc).timestamp()
                if moment >= started - 0.002:
                    return moment
                break
        time.sleep(0.01)
    raise AssertionError("the operation did not end")


def assert_stops(server, session, work):
    """Interrupts `work` and prints the seconds from Interrupt to the end of what the operation does in the server."""
    errors = []

    def run():
        try:
            work(session)
            errors.append(None)
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    time.sleep(0.4)  # well into the work, but for a busy machine, on which it may not have begun
    stopped = []
    while not stopped and thread.is_alive():
        started = time.time()
        stopped = session.interruptAll()
    assert len(stopped) == 1, errors
    print(f"interrupted after {end_of(server, started) - started:.3f} s")
    thread.join(10)
    assert "OPERATION_CANCELED" in str(errors[0])


@pytest.mark.parametrize("kind", KINDS)
def test_the_engine_stops(own_server, spark, kind):
    assert_stops(own_server, spark, lambda session: session.sql(KINDS[kind]).collect())


# A value of a row and a call that takes more than a second over it.
CALLS = {
    "array_distinct": ("transform(sequence(1, 6000000), x -> hash(x))", "size(array_distinct(v))"),
    "array_intersect": ("transform(sequence(1, 6000000), x -> hash(x))", "size(array_intersect(v, v))"),
    "texts": ("transform(sequence(1, 2000000), x -> concat('a longer text ', hash(x)))", "size(array_except(v, v))"),
    "structs": ("transform(sequence(1, 1000000), x -> struct(hash(x) AS h, x))", "size(array_distinct(v))"),
    "sort": ("transform(sequence(1, 1000000), x -> struct(hash(x) AS h, IF(x = 0, NULL, x) AS x))", "array_sort(v)[0].h"),
    "levenshtein": ("repeat('abcd', 60000)", "levenshtein(v, repeat('bdca ', 50000))"),
    "translate": ("repeat('abcdefghij', 12000000)", "length(translate(v, 'abcdefghij', 'jihgfedcba'))"),
    "split": ("repeat('a,b', 12000000)", " + ".join(f"size(split(v, '{text}'))" for text in ("a", "b", ",", "a,", ",b", "ba", "a,b", "b,"))),
    "replace": ("repeat('a,b', 12000000)", "length(regexp_replace(v, '(a)(,)', '$2$1'))"),
    "sha2": ("repeat('a,b', 150000000)", "sha2(v, 512)"),
}


@pytest.mark.parametrize("kind", CALLS)
def test_one_value_stops(own_server, spark, kind):
    value, call = CALLS[kind]
    row = spark.range(1).selectExpr(value + " AS v").persist()
    row.count()
    assert_stops(own_server, spark, lambda session: row.selectExpr(call).collect())
    row.unpersist()


@pytest.mark.parametrize("kind", ["parquet", "csv", "json", "orc"])
def test_a_write_stops(own_server, spark, tmp_path, kind):
    rows = lambda session: session.range(2 ** 36).selectExpr("id", "concat('x', id) AS s")
    assert_stops(own_server, spark, lambda session: rows(session).write.mode("overwrite").format(kind).save(str(tmp_path / "w")))
    assert not os.path.exists(tmp_path / "w") or not [name for name in os.listdir(tmp_path / "w") if name.startswith("part-")]


@pytest.mark.parametrize("kind", ["csv", "csv_of_lines", "parquet"])
def test_a_scan_stops(own_server, spark, tmp_path, kind):
    path, kind_of_file = str(tmp_path / "data"), kind.split("_")[0]
    spark.range(300_000).selectExpr("id", "concat('text ', id) AS s").coalesce(1).write.format(kind_of_file).save(path)
    reader = spark.read.schema("id BIGINT, s STRING").option("multiLine", kind == "csv_of_lines")
    many = reader.format(kind_of_file).load([path] * 500)
    assert_stops(own_server, spark, lambda session: many.agg(F.sum("id"), F.max("s")).collect())


def test_a_result_that_is_fetched_stops(own_server, spark):
    assert_stops(own_server, spark, lambda session: session.range(2 ** 36).selectExpr("id", "concat('x', id)").toArrow())


def test_a_result_that_nobody_fetches_stops(own_server, raw):
    stream = raw.stub.ExecutePlan(raw.execute_request(range_(2 ** 36)))
    next(iter(stream))
    time.sleep(0.5)
    started = time.time()
    raw.stub.Interrupt(proto.InterruptRequest(session_id=raw.session_id, user_context=USER,
                                              interrupt_type=proto.InterruptRequest.INTERRUPT_TYPE_ALL))
    print(f"interrupted after {end_of(own_server, started) - started:.3f} s")
    stream.cancel()


@pytest.mark.parametrize("kind", ["LogisticRegression", "RandomForestClassifier", "GBTClassifier", "MultilayerPerceptronClassifier"])
def test_a_fit_stops(own_server, spark, kind):
    from pyspark.ml import classification
    from pyspark.ml.feature import VectorAssembler
    # Two columns part the labels, so that the coefficients grow for fifty iterations: seconds of work.
    rows = 1_500_000 if kind == "LogisticRegression" else 300_000
    more = {"LogisticRegression": {"maxIter": 100_000, "tol": 0.0}, "RandomForestClassifier": {"numTrees": 500, "maxDepth": 10},
            "GBTClassifier": {"maxIter": 500, "maxDepth": 6}, "MultilayerPerceptronClassifier": {"layers": [20, 30, 2], "maxIter": 100_000, "tol": 0.0}}[kind]
    numbers = spark.range(rows).selectExpr("CAST(randn(0) + randn(1) > 0 AS DOUBLE) AS label", *[f"randn({k}) AS x{k}" for k in range(20)]).persist()
    numbers.count()
    data = VectorAssembler(inputCols=[f"x{k}" for k in range(20)], outputCol="features").transform(numbers)
    assert_stops(own_server, spark, lambda session: getattr(classification, kind)(**more).fit(data))
    numbers.unpersist()


def test_interrupt_by_tag(spark):
    first = start(spark, "red")
    second = start(spark, "blue")
    assert len(spark.interruptTag("red")) == 1
    assert_cancelled(*first)
    assert second[0].is_alive()
    assert len(spark.interruptTag("green")) == 0
    spark.interruptAll()
    assert_cancelled(*second)


def test_interrupt_by_operation(spark):
    thread, errors = start(spark, "named")
    running = spark.interruptTag("nothing has this tag")
    assert running == []
    ids = spark.interruptAll()
    assert len(ids) == 1 and spark.interruptOperation(ids[0]) == []
    assert_cancelled(thread, errors)


def test_session_goes_on_after_interrupt(spark):
    thread, errors = start(spark)
    spark.interruptAll()
    assert_cancelled(thread, errors)
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
