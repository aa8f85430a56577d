"""AddArtifacts and ArtifactStatus."""
import binascii
import uuid

from pyspark.sql.connect import proto

from raw import USER


def request(raw, batch):
    return proto.AddArtifactsRequest(session_id=raw.session_id, user_context=USER, batch=batch)


def single(raw, name, data, crc=None):
    chunk = proto.AddArtifactsRequest.ArtifactChunk(data=data, crc=binascii.crc32(data) if crc is None else crc)
    batch = proto.AddArtifactsRequest.Batch(artifacts=[proto.AddArtifactsRequest.SingleChunkArtifact(name=name, data=chunk)])
    return list(raw.stub.AddArtifacts(iter([request(raw, batch)])).artifacts)


def exists(raw, name):
    answer = raw.stub.ArtifactStatus(proto.ArtifactStatusesRequest(session_id=raw.session_id, user_context=USER, names=[name]))
    return answer.statuses[name].exists


def test_one_chunk(raw):
    name = f"cache/{uuid.uuid4().hex}"
    answer = single(raw, name, b"some bytes")
    assert [(a.name, a.is_crc_successful) for a in answer] == [(name, True)]
    assert exists(raw, name)


def test_wrong_checksum(raw):
    name = f"cache/{uuid.uuid4().hex}"
    answer = single(raw, name, b"some bytes", crc=1)
    assert [a.is_crc_successful for a in answer] == [False]
    assert not exists(raw, name)


def test_many_chunks(raw):
    data, name = bytes(range(256)) * 8192, f"cache/{uuid.uuid4().hex}"
    parts = [data[i:i + 32768] for i in range(0, len(data), 32768)]
    make = lambda b: proto.AddArtifactsRequest.ArtifactChunk(data=b, crc=binascii.crc32(b))
    begin = proto.AddArtifactsRequest.BeginChunkedArtifact(name=name, total_bytes=len(data), num_chunks=len(parts), initial_chunk=make(parts[0]))
    stream = [proto.AddArtifactsRequest(session_id=raw.session_id, user_context=USER, begin_chunk=begin)]
    stream += [proto.AddArtifactsRequest(session_id=raw.session_id, user_context=USER, chunk=make(p)) for p in parts[1:]]
    answer = raw.stub.AddArtifacts(iter(stream))
    assert [a.is_crc_successful for a in answer.artifacts] == [True]
    assert exists(raw, name)


def test_unknown_artifact(raw):
    assert not exists(raw, "cache/" + "0" * 64)


def test_artifacts_belong_to_a_session(server, raw):
    from raw import Raw
    name = f"cache/{uuid.uuid4().hex}"
    single(raw, name, b"mine")
    other = Raw(server.port)
    assert not exists(other, name)
    other.close()


def test_large_local_relation_goes_through_artifacts(spark):
    spark.conf.set("spark.sql.session.localRelationCacheThreshold", "1000")
    rows = [(i, f"text {i}") for i in range(5000)]
    assert spark.createDataFrame(rows, "i int, s string").selectExpr("sum(i)", "max(s)").collect() == [(12497500, "text 999")]


def test_file_of_the_client(spark, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    spark.addArtifact(str(path), file=True)
    assert spark.range(1).count() == 1
