"""Malformed requests get an error each, and the server goes on serving."""
import os
import stat
import threading

import grpc
import pyarrow as pa
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import Window
from pyspark.sql import functions as F
from pyspark.sql.connect import proto

from raw import USER, range_, rows, sql, table


@pytest.fixture(autouse=True)
def server_goes_on(raw):
    yield
    assert sum(rows(raw.execute(range_(7)))) == 7


def refused(action):
    with pytest.raises(grpc.RpcError) as error:
        action()
    return error.value.details()


def local(data, schema=None):
    relation = proto.LocalRelation(data=data)
    if schema is not None:
        relation.schema = schema
    return proto.Relation(local_relation=relation)


def arrow_bytes(table):
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def test_bytes_that_are_no_message(server):
    channel = grpc.insecure_channel(f"127.0.0.1:{server.port}")
    call = channel.unary_stream("/spark.connect.SparkConnectService/ExecutePlan", request_serializer=lambda b: b, response_deserializer=lambda b: b)
    for garbage in (b"\xff" * 100, b"\x0a\xff\xff\xff\xff\x0f", os.urandom(1000)):
        refused(lambda: list(call(garbage)))
    channel.close()


def test_empty_request(raw):
    refused(lambda: list(raw.stub.ExecutePlan(proto.ExecutePlanRequest())))
    refused(lambda: list(raw.stub.ExecutePlan(proto.ExecutePlanRequest(session_id=raw.session_id, user_context=USER))))


def test_empty_plan_parts(raw):
    for relation in (proto.Relation(), proto.Relation(filter=proto.Filter()),
                     proto.Relation(join=proto.Join(left=range_(1), right=range_(1), join_type=99)),
                     proto.Relation(project=proto.Project(input=range_(1), expressions=[proto.Expression()])),
                     proto.Relation(sort=proto.Sort(input=range_(1), order=[proto.Expression.SortOrder()])),
                     proto.Relation(aggregate=proto.Aggregate(input=range_(1), group_type=77)),
                     proto.Relation(set_op=proto.SetOperation(left_input=range_(1), right_input=range_(1), set_op_type=55)),
                     proto.Relation(read=proto.Read()), proto.Relation(ml_relation=proto.MlRelation())):
        refused(lambda: raw.execute(relation))
    for command in (proto.Command(), proto.Command(write_operation=proto.WriteOperation()), proto.Command(ml_command=proto.MlCommand())):
        refused(lambda: raw.execute(command=command))


def test_empty_analysis(raw):
    refused(lambda: raw.analyze())
    refused(lambda: raw.analyze(explain=proto.AnalyzePlanRequest.Explain(plan=proto.Plan(root=range_(1)), explain_mode=99)))


def test_truncated_arrow(raw):
    whole = arrow_bytes(pa.table({"a": list(range(1000))}))
    for cut in (1, 10, len(whole) // 2, len(whole) - 200):
        refused(lambda: raw.execute(local(whole[:cut])))


def test_arrow_of_another_type_than_the_schema(raw):
    refused(lambda: raw.execute(local(arrow_bytes(pa.table({"a": ["x", "y"]})), "a ARRAY<INT>")))
    refused(lambda: raw.execute(local(arrow_bytes(pa.table({"a": [1], "b": [2]})), "a BIGINT")))
    refused(lambda: raw.execute(local(arrow_bytes(pa.table({"a": [1]})), "a NONSENSE<")))


def test_garbage_as_arrow(raw):
    refused(lambda: raw.execute(local(os.urandom(4096), "a INT")))


def test_arrow_with_wrong_offsets(raw):
    bad = pa.StringArray.from_buffers(3, pa.py_buffer(b"\x00\x00\x00\x00\x05\x00\x00\x00\xff\xff\xff\x7f\x02\x00\x00\x00"), pa.py_buffer(b"hello"))
    refused(lambda: raw.execute(local(arrow_bytes(pa.table({"a": bad})), "a STRING")))


def test_missing_cached_relation(raw):
    relation = proto.Relation(cached_local_relation=proto.CachedLocalRelation(hash="0" * 64))
    refused(lambda: raw.execute(relation))


def head(number, size):
    """The tag and length of a field of so many bytes."""
    out, tag = bytearray(), number << 3 | 2
    while tag > 127:
        out.append(tag & 127 | 128)
        tag >>= 7
    out.append(tag)
    while size > 127:
        out.append(size & 127 | 128)
        size >>= 7
    out.append(size)
    return bytes(out)


def field(number, payload):
    """A length-delimited field as it stands on the wire."""
    return head(number, len(payload)) + payload


def wire_nested(depth, kind="limit", after=b"\x10\x05"):
    """Bytes of a plan of so many relations, made without the recursion of the client's own library."""
    core = range_(3).SerializeToString()
    number = proto.Relation.DESCRIPTOR.fields_by_name[kind].number
    heads, size = [], len(core)
    for _ in range(depth):
        input_head = head(1, size)
        relation_head = head(number, len(input_head) + size + len(after))
        heads.append(relation_head + input_head)
        size += len(heads[-1]) + len(after)
    return b"".join(reversed(heads)) + core + after * depth


def execute_bytes(raw, relation):
    request = raw.execute_request(range_(1))
    request.plan.Clear()
    before = request.SerializeToString()
    number = proto.ExecutePlanRequest.DESCRIPTOR.fields_by_name["plan"].number
    call = raw.channel.unary_stream("/spark.connect.SparkConnectService/ExecutePlan", request_serializer=lambda b: b,
                                    response_deserializer=proto.ExecutePlanResponse.FromString)
    return list(call(before + field(number, field(1, relation))))


def test_deep_plan_of_four_thousand_levels(raw):
    assert sum(rows(execute_bytes(raw, wire_nested(4000)))) == 3


def test_four_thousand_columns_chained(raw):
    column = proto.Expression(unresolved_attribute=proto.Expression.UnresolvedAttribute(unparsed_identifier="id"))
    more = proto.Expression(unresolved_function=proto.Expression.UnresolvedFunction(
        function_name="+", arguments=[column, proto.Expression(literal=proto.Expression.Literal(long=1))]))
    alias = field(2, proto.Expression.Alias(expr=more, name=["id"]).SerializeToString())
    assert table(execute_bytes(raw, wire_nested(4000, "with_columns", alias))).to_pydict() == {"id": [4000, 4001, 4002]}


@pytest.mark.parametrize("kind", ["limit", "filter", "sort", "subquery_alias"])
def test_ten_thousand_levels_do_not_end_the_server(raw, kind):
    """An answer or an error: what counts is that the server lives (see server_goes_on)."""
    after = {"limit": b"\x10\x05", "filter": field(2, proto.Expression(literal=proto.Expression.Literal(boolean=True)).SerializeToString()),
             "sort": b"", "subquery_alias": field(2, b"a")}[kind]
    try:
        execute_bytes(raw, wire_nested(10_000, kind, after))
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.INTERNAL and "CONNECT_INVALID_PLAN" in error.details()


def test_plan_beyond_the_recursion_limit_is_refused(raw):
    refused(lambda: execute_bytes(raw, wire_nested(100_000)))


def test_six_hundred_columns_chained(spark):
    df = spark.range(2)
    for i in range(600):
        df = df.withColumn("x", F.col("id") + i)
    assert sorted(df.collect()) == [(0, 599), (1, 600)]


def test_deep_sql(spark):
    for text in ("(" * 5000 + "1" + ")" * 5000, "1" + "+1" * 5000, "NOT " * 5000 + "true", "array(" * 3000 + ")" * 3000):
        try:
            spark.sql(f"SELECT {text} AS x").collect()
        except PySparkException:
            pass


def test_result_of_deeply_nested_types(spark):
    """The client itself reads 47 levels; what the server cannot send is an error of its own."""
    nested = lambda depth: spark.sql(f"SELECT CAST(NULL AS {'array<' * depth}int{'>' * depth}) AS x")
    assert nested(40).collect() == [(None,)]
    for depth in (64, 100, 900):
        with pytest.raises(PySparkException) as error:
            nested(depth).collect()
        assert error.value.getCondition() == "UNSUPPORTED_FEATURE.RELATION"


def test_large_literal(spark):
    assert len(spark.range(1).select(F.lit("x" * 20_000_000)).collect()[0][0]) == 20_000_000


def test_invalid_utf8_in_sql(server):
    channel = grpc.insecure_channel(f"127.0.0.1:{server.port}")
    call = channel.unary_stream("/spark.connect.SparkConnectService/ExecutePlan", request_serializer=lambda b: b, response_deserializer=lambda b: b)
    request = proto.ExecutePlanRequest(session_id="00112233-4455-6677-8899-aabbccddeeff", user_context=USER,
                                       plan=proto.Plan(root=sql("SELECT 'QQQQ'"))).SerializeToString().replace(b"QQQQ", b"\xff\xfe\xff\xfe")
    refused(lambda: list(call(request)))
    channel.close()


def test_invalid_utf8_in_a_text_file(spark, tmp_path):
    (tmp_path / "bad.txt").write_bytes(b"good\n\xff\xfe\nalso good\n")
    with pytest.raises(PySparkException) as caught:
        spark.read.text(str(tmp_path / "bad.txt")).collect()
    assert caught.value.getCondition() == "INVALID_UTF8_STRING"
    assert caught.value.getMessageParameters() == {"str": "\\xFF\\xFE"}
    assert spark.range(1).count() == 1


def test_unknown_functions_options_and_formats(spark, tmp_path):
    for action in (lambda: spark.range(1).select(F.call_function("no_such_function", "id")).collect(),
                   lambda: spark.range(1).write.format("no_such_format").save(str(tmp_path / "a")),
                   lambda: spark.range(1).write.mode("overwrite").option("compression", "no_such_codec").parquet(str(tmp_path / "b"))):
        with pytest.raises(PySparkException):
            action()


@pytest.mark.parametrize("name, value", [("singleVariantColumn", "v"), ("locale", "de-DE"), ("encoding", "nonsense"), ("header", "perhaps"),
                                         ("maxColumns", "many"), ("quote", "ab"), ("sep", ""), ("lineSep", "abc"), ("unescapedQuoteHandling", "x"),
                                         ("samplingRatio", "much"), ("modifiedBefore", "once")])
def test_options_of_csv_that_are_not_done_or_wrong(spark, tmp_path, name, value):
    """None of them is ignored."""
    (tmp_path / "a.csv").write_text("1,2\n")
    with pytest.raises(PySparkException):
        spark.read.option(name, value).csv(str(tmp_path / "a.csv")).collect()


@pytest.mark.parametrize("text", ["from_json('{}', 'd DATE', {})", "to_json(named_struct('d', DATE'2020-05-03'), {})", "schema_of_json('[]', {})",
                                  "from_csv('x', 'd DATE', {})", "to_csv(named_struct('d', DATE'2020-05-03'), {})"])
def test_other_languages_are_not_ignored(spark, tmp_path, text):
    """Their names of months are not done: a date in English would be wrong."""
    call = text.replace(", {})", ", map('dateFormat', 'd. MMMM yyyy', 'locale', 'de'))")
    with pytest.raises(PySparkException) as error:
        spark.sql("SELECT " + call).collect()
    assert error.value.getCondition() == "UNSUPPORTED_FEATURE.OPTION"
    frame = spark.sql("SELECT DATE'2020-05-03' AS d").write.option("locale", "de")
    with pytest.raises(PySparkException) as error:
        frame.json(str(tmp_path / "out"))
    assert error.value.getCondition() == "UNSUPPORTED_FEATURE.OPTION" and not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", ["datetimeRebaseMode", "int96RebaseMode"])
def test_the_julian_calendar_is_refused(spark, tmp_path, option):
    spark.range(1).write.parquet(str(tmp_path / "in"))
    assert spark.read.option(option, "CORRECTED").parquet(str(tmp_path / "in")).count() == 1
    with pytest.raises(Exception) as error:
        spark.read.option(option, "LEGACY").parquet(str(tmp_path / "in")).count()
    assert error.value.getCondition() == "UNSUPPORTED_FEATURE.OPTION"


def test_unreadable_file(spark, tmp_path):
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(b"PAR1 this is not parquet PAR1")
    with pytest.raises(PySparkException):
        spark.read.parquet(str(bad)).collect()
    if os.getuid() != 0:
        bad.chmod(0)
        with pytest.raises(PySparkException):
            spark.read.text(str(bad)).collect()
        bad.chmod(stat.S_IRUSR)


def test_vanishing_file(spark, tmp_path):
    path = str(tmp_path / "t")
    spark.range(10).coalesce(1).write.parquet(path)
    df = spark.read.parquet(path)
    assert df.count() == 10
    for name in os.listdir(path):
        os.unlink(os.path.join(path, name))
    with pytest.raises(PySparkException):
        df.collect()


def test_client_that_never_reads(own_server, raw):
    before = own_server.resident_bytes()
    stream = raw.stub.ExecutePlan(raw.execute_request(range_(2 ** 33)))
    next(iter(stream))
    import time
    time.sleep(2)
    assert own_server.resident_bytes() < before + 400_000_000
    stream.cancel()
    raw.stub.Interrupt(proto.InterruptRequest(session_id=raw.session_id, user_context=USER,
                                              interrupt_type=proto.InterruptRequest.INTERRUPT_TYPE_ALL))


def test_files_are_closed_again(own_server, spark, tmp_path):
    path = str(tmp_path / "t")
    spark.range(1000).write.parquet(path)
    spark.read.parquet(path).count()
    before = own_server.open_files()
    for _ in range(30):
        spark.read.parquet(path).count()
        with pytest.raises(PySparkException):
            spark.read.parquet(path + "/nothing").count()
    assert own_server.open_files() <= before + 5


def test_write_over_what_is_read(spark, tmp_path):
    path = str(tmp_path / "t")
    spark.range(5).write.parquet(path)
    with pytest.raises(PySparkException):                      # Spark raises too, but only after it has deleted the files
        spark.read.parquet(path).write.mode("overwrite").parquet(path)
    assert spark.read.parquet(path).count() == 5


def test_csv_with_too_few_fields_and_too_long_lines(spark, tmp_path):
    (tmp_path / "few.csv").write_text("1,2,3\n4\n\n5,6\n7,8,9,10\n")
    few = spark.read.schema("a int, b int, c int").csv(str(tmp_path / "few.csv"))
    assert sorted(map(tuple, few.collect()), key=str) == sorted([(1, 2, 3), (4, None, None), (5, 6, None), (7, 8, 9)], key=str)
    (tmp_path / "long.csv").write_text("x" * 40_000_000 + ",1\n")
    try:
        spark.read.csv(str(tmp_path / "long.csv")).collect()
    except PySparkException as error:
        assert error.getCondition()


def test_two_writers_of_one_folder(server, sessions, tmp_path):
    """Appends at the same time: every row arrives once, and nothing of the writing is left."""
    path, errors = str(tmp_path / "shared"), []

    def write(session, start):
        try:
            for i in range(5):
                begin = start + 1000 * i
                session.range(begin, begin + 1000).write.mode("append").parquet(path)
        except Exception as error:
            errors.append(f"{type(error).__name__}: {str(error)[:300]}")

    threads = [threading.Thread(target=write, args=(sessions(), 1_000_000 * n)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(50)
    assert not errors
    written = [r.id for r in sessions().read.parquet(path).collect()]
    assert len(written) == len(set(written)) == 15_000
    assert not os.path.exists(os.path.join(path, "_temporary"))


def test_full_disk(own_server, tmp_path):
    """A file that cannot grow stands for a full disk, for a written file as well as for a spilled one."""
    import resource

    from pyspark.sql import SparkSession

    from firesteel_testing.server import Server
    server = Server(["--memory-limit", "200MB"])
    try:
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4_000_000, 4_000_000))
        spark = SparkSession.builder.remote(server.remote).create()
        spark.client.set_retry_policies([])
        wide = spark.range(3_000_000).select(F.sha2(F.col("id").cast("string"), 256).alias("h"))
        path = str(tmp_path / "full")
        with pytest.raises(PySparkException):
            wide.coalesce(1).write.parquet(path)
        assert not os.path.exists(path) or not [f for f in os.listdir(path) if f.startswith("part-") or f == "_SUCCESS"]
        with pytest.raises(PySparkException):
            wide.union(wide).union(wide).orderBy("h").select(F.lag("h").over(Window.orderBy("h")).alias("l")).agg(F.max("l")).collect()
        assert spark.range(3).count() == 3
        spark.stop()
    finally:
        server.stop()


def test_vectors_and_labels_that_do_not_fit(spark):
    from pyspark.ml.classification import LogisticRegression
    from pyspark.ml.linalg import Vectors
    vectors = lambda rows: spark.createDataFrame([(float(y), Vectors.dense(x)) for y, x in rows], ["label", "features"])
    for rows in ([(0, [1.0, 2.0]), (1, [1.0])],                  # sizes differ
                 [(0, [1.0]), (-1, [2.0])],                      # a negative label
                 [(0, [1.0]), (0.5, [2.0])]):                    # a label that is no whole number
        with pytest.raises(PySparkException):
            LogisticRegression(maxIter=2).fit(vectors(rows))
    assert LogisticRegression(maxIter=2).fit(vectors([(0, [1.0]), (1, [2.0]), (1, [3.0])])).coefficients.size == 1
