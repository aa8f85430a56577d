"""Sessions: isolation, cloning, release, status, client versions."""
import uuid

import grpc
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.connect import proto

from raw import USER, Raw, range_, rows, sql


def test_version(spark):
    assert spark.version == "4.2.0"


def test_select_one(spark):
    assert spark.sql("SELECT 1 AS one").collect() == [(1,)]


def test_application_name(server):
    named = SparkSession.builder.appName("my notebook").remote(server.remote).config("spark.some.unknown", "kept").create()
    assert named.conf.get("spark.app.name") == "my notebook"
    assert named.conf.get("spark.some.unknown") == "kept"
    named.stop()


def test_views_belong_to_a_session(sessions):
    one, other = sessions(), sessions()
    one.range(3).createOrReplaceTempView("mine")
    assert one.table("mine").count() == 3
    with pytest.raises(PySparkException) as error:
        other.table("mine").collect()
    assert error.value.getCondition() == "TABLE_OR_VIEW_NOT_FOUND"


def test_configuration_belongs_to_a_session(sessions):
    one, other = sessions(), sessions()
    one.conf.set("spark.sql.ansi.enabled", "false")
    assert one.sql("SELECT 1 / 0").collect()[0][0] is None
    with pytest.raises(PySparkException):
        other.sql("SELECT 1 / 0").collect()


def test_global_temporary_view_is_shared(sessions):
    one, other = sessions(), sessions()
    one.range(4).createOrReplaceGlobalTempView("shared_view")
    assert other.table("global_temp.shared_view").count() == 4
    one.catalog.dropGlobalTempView("shared_view")


def test_clone_session(spark):
    spark.range(2).createOrReplaceTempView("before")
    spark.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    clone = spark.cloneSession()
    assert clone.table("before").count() == 2
    assert clone.conf.get("spark.sql.session.timeZone") == "Asia/Tokyo"
    clone.range(1).createOrReplaceTempView("after")
    assert not spark.catalog.tableExists("after")
    clone.client.close()


def test_clone_of_unknown_session(raw):
    with pytest.raises(grpc.RpcError) as error:
        raw.stub.CloneSession(proto.CloneSessionRequest(session_id=str(uuid.uuid4()), user_context=USER))
    assert "INVALID_CLONE_SESSION_REQUEST" in error.value.details() or "SESSION" in error.value.details()


def test_released_session_does_not_come_back(server, raw):
    assert sum(rows(raw.execute(range_(3)))) == 3
    answer = raw.stub.ReleaseSession(proto.ReleaseSessionRequest(session_id=raw.session_id, user_context=USER))
    assert answer.session_id == raw.session_id
    with pytest.raises(grpc.RpcError) as error:
        raw.execute(range_(1))
    assert "INVALID_HANDLE.SESSION_CLOSED" in error.value.details()


def test_release_of_unknown_session_is_no_error(raw):
    raw.stub.ReleaseSession(proto.ReleaseSessionRequest(session_id=str(uuid.uuid4()), user_context=USER))


def test_session_id_must_be_a_uuid(server):
    bad = Raw(server.port, session_id="not-a-uuid")
    with pytest.raises(grpc.RpcError) as error:
        bad.execute(range_(1))
    assert "INVALID_HANDLE.FORMAT" in error.value.details()
    bad.close()


def test_operation_id_must_be_a_uuid(raw):
    with pytest.raises(grpc.RpcError) as error:
        raw.execute(range_(1), operation_id="nonsense")
    assert "INVALID_HANDLE.FORMAT" in error.value.details()


def test_server_side_session_id_is_steady(raw):
    first, second = raw.execute(range_(1))[0], raw.analyze(spark_version={})
    assert first.server_side_session_id and first.server_side_session_id == second.server_side_session_id


def test_operation_id_used_twice(raw):
    operation = str(uuid.uuid4())
    raw.execute(range_(1), operation_id=operation)
    with pytest.raises(grpc.RpcError) as error:
        raw.execute(range_(2), operation_id=operation)
    assert "INVALID_HANDLE.OPERATION_A" in error.value.details()       # ALREADY_EXISTS or ABANDONED


def test_get_status(raw):
    raw.execute(range_(1))
    answer = raw.stub.GetStatus(proto.GetStatusRequest(session_id=raw.session_id, user_context=USER))
    assert answer.session_id == raw.session_id


def test_stop_and_reconnect(server):
    for _ in range(3):
        session = SparkSession.builder.remote(server.remote).create()
        assert session.range(5).count() == 5
        session.stop()


def test_result_metrics_and_schema_arrive_first(raw):
    responses = raw.execute(sql("SELECT 1 AS a, 'x' AS b"))
    kinds = [r.WhichOneof("response_type") for r in responses]
    assert kinds.count("result_complete") == 1 and kinds[-1] == "result_complete"
    with_schema = [r for r in responses if r.HasField("schema")]
    assert [f.name for f in with_schema[0].schema.struct.fields] == ["a", "b"]
