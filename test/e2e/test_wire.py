"""What travels in unusual forms: compressed plans, relations in chunks, very long messages; and the RPCs about operations."""
import hashlib
import os
import uuid

import grpc
import pyarrow as pa
import pytest
import zstandard
from pyspark.sql.connect import proto

from raw import USER, range_, rows, sql, table
from test_artifacts import single
from test_bad_input import arrow_bytes, refused

RELATION = proto.Plan.CompressedOperation.OP_TYPE_RELATION
COMMAND = proto.Plan.CompressedOperation.OP_TYPE_COMMAND


def compressed(message, kind=RELATION, codec=proto.COMPRESSION_CODEC_ZSTD, data=None):
    data = zstandard.compress(message.SerializeToString()) if data is None else data
    return proto.Plan(compressed_operation=proto.Plan.CompressedOperation(data=data, op_type=kind, compression_codec=codec))


def execute_plan(raw, plan):
    request = raw.execute_request(range_(1))
    request.plan.CopyFrom(plan)
    return list(raw.stub.ExecutePlan(request))


def test_compressed_relation(raw):
    assert sum(rows(execute_plan(raw, compressed(range_(1234))))) == 1234


def test_compressed_relation_in_an_analysis(raw):
    answer = raw.analyze(schema=proto.AnalyzePlanRequest.Schema(plan=compressed(range_(3))))
    assert [f.name for f in answer.schema.schema.struct.fields] == ["id"]


def test_compressed_command(raw):
    view = proto.CreateDataFrameViewCommand(input=range_(6), name="compressed_view", replace=True)
    execute_plan(raw, compressed(proto.Command(create_dataframe_view=view), COMMAND))
    assert table(raw.execute(sql("SELECT count(*) AS n FROM compressed_view"))).to_pydict() == {"n": [6]}


@pytest.mark.parametrize("plan", [compressed(range_(1), data=b""), compressed(range_(1), data=b"no zstd at all"),
                                  compressed(range_(1), data=zstandard.compress(range_(9).SerializeToString())[:-3]),
                                  compressed(range_(1), data=zstandard.compress(b"\xff" * 50)),
                                  compressed(range_(1), kind=77), compressed(range_(1), codec=0),
                                  compressed(range_(1), data=zstandard.compress(bytes(600 << 20)))],
                         ids=["empty", "garbage", "truncated", "no message", "unknown kind", "unknown codec", "bomb"])
def test_bad_compressed_plan(own_server, raw, plan):
    before = own_server.resident_bytes()
    refused(lambda: execute_plan(raw, plan))
    assert sum(rows(raw.execute(range_(7)))) == 7
    assert own_server.resident_bytes() < before + (400 << 20)


def artifact(raw, data):
    name = hashlib.sha256(data).hexdigest()
    assert single(raw, f"cache/{name}", data)[0].is_crc_successful
    return name


def test_relation_in_chunks(raw):
    parts = [artifact(raw, arrow_bytes(pa.table({"a": range(start, start + 100)}))) for start in (0, 100, 200)]
    schema = artifact(raw, b"b BIGINT")
    chunked = proto.Relation(chunked_cached_local_relation=proto.ChunkedCachedLocalRelation(dataHashes=parts, schemaHash=schema))
    assert table(raw.execute(chunked)).to_pydict() == {"b": list(range(300))}


def test_bad_relation_in_chunks(raw):
    good = artifact(raw, arrow_bytes(pa.table({"a": [1, 2]})))
    other = artifact(raw, arrow_bytes(pa.table({"a": ["x"], "b": [2]})))
    garbage = artifact(raw, b"no Arrow stream")
    for hashes, schema in ([[], None], [[good, "0" * 64], None], [[good, other], None], [[good, garbage], None],
                           [[good], garbage], [[good], "1" * 64]):
        chunked = proto.ChunkedCachedLocalRelation(dataHashes=hashes)
        if schema:
            chunked.schemaHash = schema
        refused(lambda: raw.execute(proto.Relation(chunked_cached_local_relation=chunked)))


def test_very_long_literal(own_server, raw):
    text = "x" * ((200 if os.environ.get("FIRESTEEL_NIGHTLY") else 40) << 20)
    literal = proto.Expression(literal=proto.Expression.Literal(string=text))
    length = proto.Expression(unresolved_function=proto.Expression.UnresolvedFunction(function_name="length", arguments=[literal]))
    asked = proto.Relation(project=proto.Project(input=range_(1), expressions=[proto.Expression(alias=proto.Expression.Alias(expr=length, name=["n"]))]))
    assert table(raw.execute(asked)).to_pydict() == {"n": [len(text)]}


def test_message_that_is_too_long(raw):
    literal = proto.Expression(literal=proto.Expression.Literal(binary=bytes(257 << 20)))
    channel = grpc.insecure_channel(f"127.0.0.1:{raw.port}", options=[("grpc.max_send_message_length", -1)])
    stub = proto.SparkConnectServiceStub(channel)
    with pytest.raises(grpc.RpcError) as error:
        list(stub.ExecutePlan(raw.execute_request(proto.Relation(project=proto.Project(input=range_(1), expressions=[literal])))))
    assert error.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    channel.close()
    assert sum(rows(raw.execute(range_(7)))) == 7


def status(raw, *operations):
    asked = proto.GetStatusRequest.OperationStatusRequest(operation_ids=operations)
    answer = raw.stub.GetStatus(proto.GetStatusRequest(session_id=raw.session_id, user_context=USER, operation_status=asked))
    states = proto.GetStatusResponse.OperationStatus.DESCRIPTOR.enum_types_by_name["OperationState"].values_by_number
    return {s.operation_id: states[s.state].name.replace("OPERATION_STATE_", "") for s in answer.operation_statuses}


def test_status_of_operations(raw):
    done, failed, running, unknown = (str(uuid.uuid4()) for _ in range(4))
    raw.execute(range_(3), operation_id=done)
    refused(lambda: raw.execute(sql("SELECT nothing_here"), operation_id=failed))
    stream = raw.stub.ExecutePlan(raw.execute_request(range_(2 ** 40), operation_id=running))
    next(iter(stream))
    assert status(raw, done, failed, running, unknown) == {done: "SUCCEEDED", failed: "FAILED", running: "RUNNING", unknown: "UNKNOWN"}
    assert status(raw)[running] == "RUNNING"
    raw.stub.Interrupt(proto.InterruptRequest(session_id=raw.session_id, user_context=USER, operation_id=running,
                                              interrupt_type=proto.InterruptRequest.INTERRUPT_TYPE_OPERATION_ID))
    with pytest.raises(grpc.RpcError) as error:
        list(stream)
    assert "OPERATION_CANCELED" in error.value.details()
    assert status(raw, running) == {running: "CANCELLED"}


def test_details_of_an_error(raw):
    from google.rpc import error_details_pb2
    from grpc_status import rpc_status
    with pytest.raises(grpc.RpcError) as error:
        raw.execute(sql("SELECT 1 AS a, nothing_here"))
    info = error_details_pb2.ErrorInfo()
    rpc_status.from_call(error.value).details[0].Unpack(info)
    asked = proto.FetchErrorDetailsRequest(session_id=raw.session_id, user_context=USER, error_id=info.metadata["errorId"])
    answer = raw.stub.FetchErrorDetails(asked)
    found = answer.errors[answer.root_error_idx].spark_throwable
    assert found.error_class == "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION" and found.sql_state == "42703"
    assert dict(found.message_parameters) == {"objectName": "`nothing_here`"}
    assert found.query_contexts[0].start_index == 15 and found.query_contexts[0].fragment == "nothing_here"
    # Told once; and of another session's errors nothing.
    assert not raw.stub.FetchErrorDetails(asked).HasField("root_error_idx")


def test_release_until_a_response(raw):
    operation = str(uuid.uuid4())
    whole = list(raw.stub.ExecutePlan(raw.execute_request(range_(1000), operation_id=operation)))
    until = proto.ReleaseExecuteRequest(session_id=raw.session_id, user_context=USER, operation_id=operation,
                                        release_until=proto.ReleaseExecuteRequest.ReleaseUntil(response_id=whole[0].response_id))
    assert raw.stub.ReleaseExecute(until).operation_id == operation
    rest = list(raw.stub.ReattachExecute(raw.reattach_request(operation, whole[0].response_id)))
    assert [r.response_id for r in rest] == [r.response_id for r in whole[1:]]
    with pytest.raises(grpc.RpcError) as error:
        list(raw.stub.ReattachExecute(raw.reattach_request(operation)))
    assert "INVALID_CURSOR" in error.value.details()


def unfinished(responses):
    """The answers before the end, without the progress that a slow machine has time for."""
    *answers, end = [r for r in responses if not r.HasField("execution_progress")]
    assert end.HasField("result_complete")
    return answers


@pytest.mark.parametrize("rows_max, messages", [(10_000, 1), (400, 3)])
def test_metrics_ride_on_the_last_small_batch(raw, rows_max, messages):
    """Each message costs a client another RPC, by which it releases it."""
    change = proto.SqlCommand(input=sql(f"SET spark.sql.execution.arrow.maxRecordsPerBatch = {rows_max}"))
    raw.execute(command=proto.Command(sql_command=change))
    answers = unfinished(raw.execute(range_(1000)))
    assert [answer.HasField("schema") for answer in answers] == [True] + [False] * (messages - 1)
    assert [answer.HasField("metrics") for answer in answers] == [False] * (messages - 1) + [True]
    assert sum(rows(answers)) == 1000 == answers[-1].metrics.metrics[0].execution_metrics["numOutputRows"].value


def test_metrics_follow_a_large_batch(raw):
    *batches, last = unfinished(raw.execute(range_(100_000)))
    assert last.HasField("metrics") and not last.HasField("arrow_batch")
    assert sum(rows(batches)) == 100_000
