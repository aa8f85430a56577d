"""What ends by itself: idle sessions, operations that nobody reads; and how much travels at a time."""
import contextlib
import re
import shlex
import threading
import time
import uuid

import grpc
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import functions as F
from pyspark.sql.connect import proto

from firesteel_testing.server import Server
from raw import Raw, USER, range_, rows, sql


@pytest.fixture(scope="module")
def hasty_server():
    server = Server(["--conf", "spark.connect.session.manager.defaultSessionTimeout=3s",
                     "--conf", "spark.connect.execute.manager.detachedTimeout=500ms"])
    yield server
    server.stop()


def test_idle_session_expires(hasty_server):
    raw = Raw(hasty_server.port)
    assert sum(rows(raw.execute(range_(3)))) == 3
    time.sleep(1.2)
    assert sum(rows(raw.execute(range_(3)))) == 3             # use keeps it
    time.sleep(5)
    with pytest.raises(grpc.RpcError) as error:
        raw.execute(range_(3))
    assert "INVALID_HANDLE.SESSION_CLOSED" in error.value.details()
    raw.close()


def test_no_limits():
    """-1 keeps sessions for ever, 0 lets a stream be as long as its result: what Spark says of these keys."""
    server = Server(["--conf", "spark.connect.session.manager.defaultSessionTimeout=-1",
                     "--conf", "spark.connect.execute.reattachable.senderMaxStreamDuration=0",
                     "--conf", "spark.connect.execute.reattachable.senderMaxStreamSize=0",
                     "--conf", "spark.connect.execute.manager.detachedTimeout=500ms"])   # sessions are looked at each 125 ms
    try:
        raw = Raw(server.port)
        first = raw.execute(range_(3))
        time.sleep(1)
        second = raw.execute(range_(3))
        for responses in (first, second):
            assert sum(rows(responses)) == 3 and responses[-1].HasField("result_complete")
        raw.close()
    finally:
        server.stop()


def test_operation_that_nobody_reads_is_dropped(hasty_server):
    raw = Raw(hasty_server.port)
    operation = str(uuid.uuid4())
    stream = raw.stub.ExecutePlan(raw.execute_request(range_(2 ** 30), operation_id=operation))
    last = next(iter(stream)).response_id
    stream.cancel()
    time.sleep(2.2)                                           # below the session's own limit
    with pytest.raises(grpc.RpcError) as error:
        next(iter(raw.stub.ReattachExecute(raw.reattach_request(operation, last))))
    assert "OPERATION_ABANDONED" in error.value.details() or "OPERATION_NOT_FOUND" in error.value.details()
    raw.close()


def test_results_in_chunks(raw):
    whole = raw.execute(range_(5000))
    request = raw.execute_request(range_(5000))
    option = request.request_options.add()
    option.result_chunking_options.allow_arrow_batch_chunking = True
    option.result_chunking_options.preferred_arrow_chunk_size = 1000
    parts = [r.arrow_batch for r in raw.stub.ExecutePlan(request) if r.HasField("arrow_batch")]
    assert len(parts) > 10 and all(len(p.data) <= 1000 for p in parts)
    assert [p.chunk_index for p in parts] == list(range(len(parts))) and {p.num_chunks_in_batch for p in parts} == {len(parts)}
    assert b"".join(p.data for p in parts) == b"".join(r.arrow_batch.data for r in whole if r.HasField("arrow_batch"))


def test_progress_is_reported(raw):
    seen = []
    stream = raw.stub.ExecutePlan(raw.execute_request(proto.Relation(aggregate=proto.Aggregate(
        input=range_(2 ** 36), group_type=proto.Aggregate.GROUP_TYPE_GROUPBY,
        aggregate_expressions=[proto.Expression(unresolved_function=proto.Expression.UnresolvedFunction(
            function_name="sum", arguments=[proto.Expression(unresolved_attribute=proto.Expression.UnresolvedAttribute(
                unparsed_identifier="id"))]))]))))
    for response in stream:
        if response.HasField("execution_progress"):
            seen.append(response.execution_progress)
            if len(seen) == 2:
                break
    assert seen and seen[-1].num_inflight_tasks >= 0 and seen[-1].stages[0].num_tasks > 0
    raw.stub.Interrupt(proto.InterruptRequest(session_id=raw.session_id, user_context=USER,
                                              interrupt_type=proto.InterruptRequest.INTERRUPT_TYPE_ALL))
    stream.cancel()


@pytest.mark.parametrize("work", ["query", "write", "cache"])
def test_progress_grows_while_the_engine_works(spark, tmp_path, work):
    """Nothing of these comes out of the engine before its end: what it has read is seen meanwhile."""
    source, target = str(tmp_path / "source"), str(tmp_path / "target")
    spark.range(300_000).selectExpr("id", "concat('text ', id) AS s").coalesce(1).write.parquet(source)
    many = spark.read.schema("id BIGINT, s STRING").parquet(*[source] * 400)
    grown = threading.Event()

    def handler(stages, inflight_tasks, operation_id, done):
        if not done and stages[0].num_completed_tasks > 0 and stages[0].num_bytes_read > 0:
            grown.set()
            spark.interruptAll()

    spark.conf.set("spark.connect.progress.reportInterval", "20ms")
    spark.registerProgressHandler(handler)
    try:
        with contextlib.suppress(PySparkException):
            if work == "query":
                many.groupBy(F.hash("s") % 1000).agg(F.max("s")).collect()
            elif work == "write":
                many.write.parquet(target)
            else:
                many.selectExpr("max(s)", "sum(hash(s))").persist().count()
    finally:
        spark.removeProgressHandler(handler)
    assert grown.is_set()


def logged(server, operation):
    """The fields of the one line about an operation."""
    for _ in range(50):
        lines = [line for line in server.log_text().splitlines() if operation in line and " operation session=" in line]
        if lines:
            break
        time.sleep(0.1)
    assert len(lines) == 1
    words = shlex.split(lines[0])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", words[0]) and words[1:3] == ["info", "operation"]
    return dict(word.split("=", 1) for word in words[3:])


def test_operations_are_logged(own_server, raw):
    operation = str(uuid.uuid4())
    batches = [r.arrow_batch.data for r in raw.execute(range_(7), operation_id=operation, tags=["a-tag", "other"]) if r.HasField("arrow_batch")]
    fields = logged(own_server, operation)
    assert float(fields.pop("ms")) > 0 and int(fields.pop("bytes")) >= sum(map(len, batches)) > 0
    assert set(fields.pop("tags").split(",")) == {"a-tag", "other"}
    assert fields == {"session": raw.session_id, "operation": operation, "user": "test", "statement": "relation range", "engine": "duckdb",
                      "rows": "7", "error": ""}


def test_failed_and_canceled_operations_are_logged(own_server, raw):
    failed, command = str(uuid.uuid4()), str(uuid.uuid4())
    with pytest.raises(grpc.RpcError):
        raw.execute(sql("SELECT nothing_here"), operation_id=failed)
    fields = logged(own_server, failed)
    assert (fields["error"], fields["rows"], fields["statement"]) == ("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "0", "relation sql")
    view = proto.CreateDataFrameViewCommand(input=range_(6), name="logged_view", replace=True)
    raw.execute(command=proto.Command(create_dataframe_view=view), operation_id=command)
    assert logged(own_server, command)["statement"] == "command create_dataframe_view"
    canceled = str(uuid.uuid4())
    stream = raw.stub.ExecutePlan(raw.execute_request(range_(2 ** 40), operation_id=canceled))
    next(iter(stream))
    raw.stub.Interrupt(proto.InterruptRequest(session_id=raw.session_id, user_context=USER, operation_id=canceled,
                                              interrupt_type=proto.InterruptRequest.INTERRUPT_TYPE_OPERATION_ID))
    assert logged(own_server, canceled)["error"] == "OPERATION_CANCELED"
