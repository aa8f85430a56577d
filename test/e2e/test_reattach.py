"""A client that is cut off continues without loss or repetition."""
import uuid

import grpc
import pytest
from pyspark.sql import SparkSession
from pyspark.sql.connect import proto

from proxy import CuttingProxy, seeded
from raw import USER, range_, rows, table

ROWS = 3_000_000


def test_whole_stream_again_from_the_start(raw):
    operation = str(uuid.uuid4())
    first = raw.stub.ExecutePlan(raw.execute_request(range_(1000), operation_id=operation))
    seen = next(iter(first))
    first.cancel()
    again = list(raw.stub.ReattachExecute(raw.reattach_request(operation)))
    assert again[0].response_id == seen.response_id
    assert sum(rows(again)) == 1000


@pytest.mark.parametrize("received", [1, 2, 3, 5, 8])
def test_continue_after_some_responses(raw, received):
    operation, seen = str(uuid.uuid4()), []
    stream = raw.stub.ExecutePlan(raw.execute_request(range_(ROWS), operation_id=operation))
    for response in stream:
        seen.append(response)
        if len(seen) == received:
            break
    stream.cancel()
    while not seen[-1].HasField("result_complete"):
        rest = list(raw.stub.ReattachExecute(raw.reattach_request(operation, seen[-1].response_id)))
        assert rest, "nothing more came"
        seen += rest
    got = table(seen).column(0).to_numpy()
    assert len(got) == ROWS and (got[1:] > got[:-1]).all()


def test_released_responses_are_gone(raw):
    operation = str(uuid.uuid4())
    whole = list(raw.stub.ExecutePlan(raw.execute_request(range_(1000), operation_id=operation)))
    release = proto.ReleaseExecuteRequest(session_id=raw.session_id, user_context=USER, operation_id=operation,
                                          release_all=proto.ReleaseExecuteRequest.ReleaseAll())
    answer = raw.stub.ReleaseExecute(release)
    assert answer.operation_id == operation
    with pytest.raises(grpc.RpcError) as error:
        list(raw.stub.ReattachExecute(raw.reattach_request(operation, whole[0].response_id)))
    assert "INVALID_HANDLE.OPERATION" in error.value.details()


def test_reattach_to_unknown_operation(raw):
    raw.execute(range_(1))
    with pytest.raises(grpc.RpcError) as error:
        list(raw.stub.ReattachExecute(raw.reattach_request(str(uuid.uuid4()))))
    assert "INVALID_HANDLE.OPERATION_NOT_FOUND" in error.value.details()


def test_reattach_to_unknown_response(raw):
    operation = str(uuid.uuid4())
    list(raw.stub.ExecutePlan(raw.execute_request(range_(10), operation_id=operation)))
    with pytest.raises(grpc.RpcError) as error:
        list(raw.stub.ReattachExecute(raw.reattach_request(operation, str(uuid.uuid4()))))
    assert "INVALID_CURSOR" in error.value.details()


def test_not_reattachable_operation(raw):
    operation = str(uuid.uuid4())
    responses = raw.execute(range_(5), operation_id=operation, reattachable=False)
    assert table(responses).column(0).to_pylist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("seed", range(4))
def test_connection_cut_at_random_bytes(server, seed):
    proxy = CuttingProxy(server.port, seeded(seed, 2_000, 6_000_000), cuts=4)
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{proxy.port}").create()
    try:
        got = session.range(ROWS).toArrow().column(0).to_numpy()
        assert len(got) == ROWS and int(got.sum()) == ROWS * (ROWS - 1) // 2
        assert proxy.cuts_made > 0
    finally:
        session.stop()
        proxy.close()
