"""s3:// and s3a:// paths against a server that speaks S3 (moto): reading, writing, what filters leave unread, errors."""
import re
import socket
import subprocess
import sys
import time

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from firesteel_testing.server import Server

FORMATS = ["parquet", "orc", "json", "csv"]
SCHEMA = "id long, k int, v string"


class Store:
    """A running server with the log of its requests."""

    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = folder / "requests.log"
        self.process = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
                                        stdout=subprocess.DEVNULL, stderr=open(self.log, "w"))
        deadline = time.time() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                assert time.time() < deadline and self.process.poll() is None, "the S3 server did not start"
                time.sleep(0.1)
        import boto3
        self.client = boto3.client("s3", endpoint_url=self.endpoint, aws_access_key_id="key", aws_secret_access_key="secret",
                                   region_name="us-east-1")

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def settings(self):
        return {"fs.s3a.endpoint": self.endpoint, "fs.s3a.path.style.access": "true", "fs.s3a.access.key": "key",
                "fs.s3a.secret.key": "secret"}

    def keys(self, bucket, prefix=""):
        return [o["Key"] for o in self.client.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]

    def requests(self):
        """(method, path) of all requests so far."""
        return re.findall(r'"(?:\x1b\[[0-9;]*m)*(GET|PUT|HEAD|POST|DELETE) ([^ ?]+)', self.log.read_text())

    def stop(self):
        self.process.terminate()
        self.process.wait()


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    running = Store(tmp_path_factory.mktemp("s3"))
    yield running
    running.stop()


@pytest.fixture
def bucket(store, request):
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[:50] + "-b"
    store.client.create_bucket(Bucket=name)
    return name


@pytest.fixture
def s3(spark, store):
    for key, value in store.settings().items():
        spark.conf.set(key, value)
    return spark


def reader(spark, name):
    return spark.read.format(name).schema(SCHEMA).option("header", True)


@pytest.mark.parametrize("name", FORMATS)
def test_round_trip(s3, bucket, store, name):
    df = s3.range(1000).selectExpr("id", "CAST(id % 3 AS int) AS k", "nullif(concat('v', id), 'v7') AS v")
    path = f"s3a://{bucket}/a/{name}"
    df.write.format(name).option("header", True).save(path)
    back = reader(s3, name).load(path)
    assert back.dtypes == df.dtypes
    assert sorted(back.collect()) == sorted(df.collect())
    assert back.where("id BETWEEN 5 AND 8").orderBy("id").select("v").collect() == [("v5",), ("v6",), (None,), ("v8",)]
    assert back.count() == 1000
    keys = store.keys(bucket)
    assert f"a/{name}/_SUCCESS" in keys and len([k for k in keys if "/part-" in k]) == 1
    assert back.selectExpr("input_file_name()").first()[0].startswith(f"s3a://{bucket}/a/{name}/part-")


def test_types_of_parquet(s3, bucket):
    df = s3.sql("""SELECT CAST(1 AS tinyint) b, 2S sh, 3 i, float(1.5) f, 2.5D dd, 1.25BD n, X'01ff' bin, true bo,
                   date'2020-02-29' d, timestamp'2020-07-01 12:34:56.123456' ts, timestamp_ntz'2020-07-01 12:34:56' ntz,
                   array(1, null) a, map('k', named_struct('X', 1)) m, named_struct('X', 1, 'y', array('z')) st,
                   interval '1 02:03:04' day to second dt
                   UNION ALL SELECT null, null, null, null, null, null, null, null, null, null, null, null, null, null, null""")
    df.write.parquet(f"s3://{bucket}/types")
    back = s3.read.parquet(f"s3://{bucket}/types")
    assert back.schema.simpleString() == df.schema.simpleString()
    assert sorted(map(str, back.collect())) == sorted(map(str, df.collect()))
    assert [r[0] for r in back.select("st.y").collect() if r[0]] == [["z"]]


def test_schema_is_inferred(s3, bucket, store):
    store.client.put_object(Bucket=bucket, Key="in/a.csv", Body=b"a,b\n1,x\n2,\n")
    store.client.put_object(Bucket=bucket, Key="in/b.csv", Body=b"a,b\n3.5,y\n")
    df = s3.read.csv(f"s3a://{bucket}/in", header=True, inferSchema=True)
    assert df.dtypes == [("a", "double"), ("b", "string")]
    assert sorted(df.collect(), key=str) == [(1.0, "x"), (2.0, None), (3.5, "y")]


def test_text_and_compressed_text(s3, bucket, store):
    import gzip
    store.client.put_object(Bucket=bucket, Key="t/a.txt.gz", Body=gzip.compress(b"one\ntwo\n"))
    s3.createDataFrame([("three",)], "value string").write.mode("append").text(f"s3a://{bucket}/t")
    assert sorted(r[0] for r in s3.read.text(f"s3a://{bucket}/t").collect()) == ["one", "three", "two"]


def test_binary_files(s3, bucket, store):
    store.client.put_object(Bucket=bucket, Key="f/x y.bin", Body=b"\x00\xff")
    row = s3.read.format("binaryFile").load(f"s3a://{bucket}/f").first()
    assert (row.path, row.length, bytes(row.content)) == (f"s3a://{bucket}/f/x y.bin", 2, b"\x00\xff")


@pytest.mark.parametrize("name", FORMATS)
def test_partitions(s3, bucket, store, name):
    df = s3.range(30).selectExpr("id", "CAST(id % 3 AS int) AS k", "CAST(id AS string) AS v")
    path = f"s3a://{bucket}/p"
    df.write.format(name).option("header", True).partitionBy("k").save(path)
    assert {k.split("/")[1] for k in store.keys(bucket, "p/k=")} == {"k=0", "k=1", "k=2"}
    back = s3.read.format(name).option("header", True).schema("id long, v string").load(path)
    assert back.columns == ["id", "v", "k"]
    assert back.groupBy("k").agg(F.sum("id")).orderBy("k").collect() == [(0, 135), (1, 145), (2, 155)]
    assert back.where("k = 1 AND id < 9").select("id").orderBy("id").collect() == [(1,), (4,), (7,)]


@pytest.mark.parametrize("name", ["parquet", "orc"])
def test_filters_on_partitions_leave_objects_unread(s3, bucket, store, name):
    path = f"s3a://{bucket}/p"
    s3.range(30).selectExpr("id", "id % 3 AS k").write.format(name).partitionBy("k").save(path)
    df = s3.read.format(name).schema("id long").load(path).where("k = 1")
    before = len(store.requests())
    assert df.agg(F.sum("id")).collect() == [(145,)]
    read = {p for method, p in store.requests()[before:] if method == "GET" and "/p/k=" in p}
    assert read and all("k=1" in p or "k%3D1" in p for p in read)


def test_filters_leave_row_groups_unread(s3, bucket, store):
    for low in (0, 1000):
        s3.range(low, low + 1000).selectExpr("id", "CAST(id AS string) AS v").write.mode("append").parquet(f"s3a://{bucket}/p")
    df = s3.read.parquet(f"s3a://{bucket}/p")

    def gets(frame):
        before = len(store.requests())
        rows = frame.collect()
        return rows, len([p for method, p in store.requests()[before:] if method == "GET" and "/part-" in p])

    _, both = gets(df.agg(F.max("v")))
    rows, one = gets(df.where("id = 1500").agg(F.max("v")))
    assert rows == [("1500",)] and one == both - 1
    rows, one = gets(df.where("v = '77'"))
    assert rows == [(77, "77")] and one == both - 1
    assert gets(df.where("id > 5000 OR id IS NULL")) == ([], both - 2)
    assert gets(df.where("id BETWEEN 998 AND 1001").select("id").orderBy("id")) == ([(998,), (999,), (1000,), (1001,)], both)


def test_globs_and_several_paths(s3, bucket):
    for day in ("2024-01-01", "2024-01-02", "2024-02-01"):
        s3.createDataFrame([(day,)], "d string").write.parquet(f"s3a://{bucket}/logs/{day}")
    read = s3.read.parquet
    assert read(f"s3a://{bucket}/logs/2024-01-*").count() == 2
    assert read(f"s3a://{bucket}/logs/2024-{{01,02}}-01").count() == 2
    assert read(f"s3a://{bucket}/logs/2024-0[2-9]-01/*.parquet").collect() == [("2024-02-01",)]
    assert read(f"s3a://{bucket}/logs/2024-01-01", f"s3a://{bucket}/logs/2024-02-01").count() == 2
    with pytest.raises(PySparkException) as error:
        read(f"s3a://{bucket}/logs/1999-*").count()
    assert error.value.getCondition() == "PATH_NOT_FOUND"


def test_modes(s3, bucket, store):
    path = f"s3a://{bucket}/m"
    s3.range(3).write.parquet(path)
    with pytest.raises(PySparkException) as error:
        s3.range(3).write.parquet(path)
    assert error.value.getCondition() == "PATH_ALREADY_EXISTS"
    assert error.value.getMessageParameters()["outputPath"] == path
    s3.range(9).write.mode("ignore").parquet(path)
    assert s3.read.parquet(path).count() == 3
    s3.range(4).write.mode("append").parquet(path)
    assert s3.read.parquet(path).count() == 7
    s3.range(5).write.mode("overwrite").parquet(path)
    assert s3.read.parquet(path).count() == 5
    assert len([k for k in store.keys(bucket) if "/part-" in k]) == 1


def test_overwriting_what_is_read_is_refused(s3, bucket):
    path = f"s3a://{bucket}/m"
    s3.range(3).write.parquet(path)
    with pytest.raises(PySparkException) as error:
        s3.read.parquet(path).write.mode("overwrite").parquet(path)
    assert error.value.getCondition() == "UNSUPPORTED_OVERWRITE.PATH"
    assert s3.read.parquet(path).count() == 3


@pytest.mark.parametrize("name", ["parquet", "orc"])
def test_a_failed_write_leaves_nothing(s3, bucket, store, name):
    with pytest.raises(PySparkException):
        s3.range(100_000).selectExpr("IF(id = 99999, raise_error('stop'), id) AS id").write.format(name).save(f"s3a://{bucket}/x")
    assert store.keys(bucket) == []
    assert "Uploads" not in store.client.list_multipart_uploads(Bucket=bucket)


def test_a_failed_overwrite_keeps_what_was_there(s3, bucket):
    path = f"s3a://{bucket}/x"
    s3.range(3).write.parquet(path)
    with pytest.raises(PySparkException):
        s3.range(10).selectExpr("IF(id = 9, raise_error('stop'), id) AS id").write.mode("overwrite").parquet(path)
    assert s3.read.parquet(path).count() == 3


def test_an_overwrite_removes_what_it_replaces_last(s3, bucket, store):
    path = f"s3a://{bucket}/last"
    s3.range(3).write.parquet(path)
    before = len(store.requests())
    s3.range(4).write.mode("overwrite").parquet(path)
    requests = store.requests()[before:]
    puts = [i for i, (method, where) in enumerate(requests) if method == "PUT" and ("/part-" in where or "_SUCCESS" in where)]
    removals = [i for i, (method, where) in enumerate(requests) if method == "DELETE" and "/part-" in where]
    assert len(puts) == 2 and removals, requests
    assert max(puts) < min(removals), "\n".join(map(str, requests))
    assert s3.read.parquet(path).count() == 4
    assert len([k for k in store.keys(bucket, "last") if "/part-" in k]) == 1


def test_large_objects_travel_in_parts(s3, bucket, store):
    path = f"s3a://{bucket}/large"
    df = s3.range(400_000).selectExpr("id", "sha2(CAST(id AS string), 512) AS v")
    df.coalesce(1).write.option("compression", "none").parquet(path)
    sizes = [o["Size"] for o in store.client.list_objects_v2(Bucket=bucket)["Contents"]]
    assert max(sizes) > 40 << 20
    assert "Uploads" not in store.client.list_multipart_uploads(Bucket=bucket)
    back = s3.read.parquet(path)
    assert back.agg(F.sum(F.hash("id", "v")), F.count("*")).collect() == df.agg(F.sum(F.hash("id", "v")), F.count("*")).collect()


def test_tables_in_a_store(s3, bucket, store):
    s3.sql(f"CREATE TABLE object_t (a int, k int) USING parquet PARTITIONED BY (k) LOCATION 's3a://{bucket}/t'")
    try:
        s3.sql("INSERT INTO object_t VALUES (1, 1), (2, 2)")
        s3.sql("INSERT INTO object_t VALUES (3, 1)")
        assert s3.sql("SELECT k, sum(a) FROM object_t GROUP BY k ORDER BY k").collect() == [(1, 4), (2, 2)]
    finally:
        s3.sql("DROP TABLE object_t")
    assert len([k for k in store.keys(bucket) if "/part-" in k]) == 3


def test_errors(s3, bucket):
    for path, missing in [(f"s3a://{bucket}/nothing", f"s3a://{bucket}/nothing"), ("s3a://no-such-bucket-here/x", "s3a://no-such-bucket-here/x")]:
        with pytest.raises(PySparkException) as error:
            s3.read.parquet(path).count()
        assert error.value.getCondition() == "PATH_NOT_FOUND"
        assert error.value.getMessageParameters()["path"] == missing
    with pytest.raises(PySparkException) as error:
        s3.range(1).write.parquet("s3a://no-such-bucket-here/x")
    assert error.value.getCondition() == "PATH_NOT_FOUND"


def test_no_credentials(spark, store, bucket):
    spark.conf.set("fs.s3a.endpoint", store.endpoint)
    spark.conf.set("fs.s3a.aws.credentials.provider", "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider")
    with pytest.raises(PySparkException) as error:
        spark.read.parquet(f"s3a://{bucket}/x").collect()
    assert error.value.getCondition() == "FIRESTEEL_ACCESS_DENIED"
    spark.conf.set("fs.s3a.aws.credentials.provider", "com.example.NoSuchProvider")
    with pytest.raises(PySparkException) as error:
        spark.read.parquet(f"s3a://{bucket}/x").collect()
    assert error.value.getCondition() == "UNSUPPORTED_FEATURE.OPTION"


def test_anonymous_access_and_options_of_the_reader(spark, store, bucket):
    store.client.put_object(Bucket=bucket, Key="t/a.txt", Body=b"line\n")
    options = {"fs.s3a.endpoint": store.endpoint, "fs.s3a.path.style.access": "true",
               "fs.s3a.aws.credentials.provider": "org.apache.hadoop.fs.s3a.AnonymousAWSCredentialsProvider"}
    read = spark.read.options(**options).text(f"s3a://{bucket}/t")
    with pytest.raises(PySparkException) as error:           # what is written with keys is not for everybody
        read.collect()
    assert error.value.getCondition() == "FIRESTEEL_ACCESS_DENIED"
    store.client.put_bucket_acl(Bucket=bucket, ACL="public-read")
    store.client.put_object_acl(Bucket=bucket, Key="t/a.txt", ACL="public-read")
    assert read.collect() == [("line",)]


def test_settings_of_one_bucket(s3, store, bucket):
    s3.range(2).write.parquet(f"s3a://{bucket}/w")
    s3.conf.set("fs.s3a.endpoint", "http://127.0.0.1:1")
    s3.conf.set(f"fs.s3a.bucket.{bucket}.endpoint", store.endpoint)
    assert s3.read.parquet(f"s3a://{bucket}/w").count() == 2


def test_settings_of_the_server(store, bucket):
    arguments = [f"--conf=spark.hadoop.{key}={value}" for key, value in store.settings().items()]
    server = Server(arguments)
    try:
        session = SparkSession.builder.remote(server.remote).create()
        session.range(3).write.parquet(f"s3a://{bucket}/w")
        assert session.read.parquet(f"s3a://{bucket}/w").count() == 3
        session.stop()
    finally:
        server.stop()


def test_a_store_that_is_away(s3):
    s3.conf.set("fs.s3a.endpoint", "http://127.0.0.1:1")
    s3.conf.set("fs.s3a.attempts.maximum", "1")
    with pytest.raises(PySparkException) as error:
        s3.read.text("s3a://anything/x").collect()
    assert error.value.getCondition() == "FIRESTEEL_INPUT_OUTPUT"


def test_models_and_pipelines(s3, store, bucket):
    """Models, estimators, pipelines and tuned models are saved in a store and read from it; an overwrite leaves nothing of what was there."""
    from pyspark.ml import Pipeline, PipelineModel
    from pyspark.ml.classification import LogisticRegression, LogisticRegressionModel, OneVsRest, OneVsRestModel
    from pyspark.ml.evaluation import MulticlassClassificationEvaluator
    from pyspark.ml.feature import VectorAssembler
    from pyspark.ml.tuning import CrossValidator, CrossValidatorModel, ParamGridBuilder
    root = f"s3a://{bucket}"
    df = VectorAssembler(inputCols=["a", "b"], outputCol="features").transform(
        s3.range(40).selectExpr("CAST(id % 3 AS double) AS label", "CAST(id % 5 AS double) AS a", "sin(id) AS b"))
    estimator = LogisticRegression(maxIter=3, regParam=0.1)
    model = estimator.fit(df)
    model.save(f"{root}/model")
    assert LogisticRegressionModel.load(f"{root}/model").coefficientMatrix == model.coefficientMatrix
    with pytest.raises(PySparkException, match="already exists"):
        model.save(f"{root}/model")
    store.client.put_object(Bucket=bucket, Key="model/data/left_over.parquet", Body=b"no model")
    model.write().overwrite().save(f"{root}/model")
    assert "model/data/left_over.parquet" not in store.keys(bucket)
    assert LogisticRegressionModel.load(f"{root}/model").interceptVector == model.interceptVector
    estimator.write().overwrite().save(f"{root}/estimator")
    assert LogisticRegression.load(f"{root}/estimator").getMaxIter() == 3
    pipeline = Pipeline(stages=[estimator]).fit(df)
    pipeline.save(f"{root}/pipeline")
    pipeline.write().overwrite().save(f"{root}/pipeline")
    assert PipelineModel.load(f"{root}/pipeline").stages[0].coefficientMatrix == model.coefficientMatrix
    tuned = CrossValidator(estimator=estimator, estimatorParamMaps=ParamGridBuilder().addGrid(estimator.regParam, [0.1, 1.0]).build(),
                           evaluator=MulticlassClassificationEvaluator(), numFolds=2, seed=1).fit(df)
    tuned.save(f"{root}/tuned")
    assert CrossValidatorModel.load(f"{root}/tuned").avgMetrics == tuned.avgMetrics
    rest = OneVsRest(classifier=estimator).fit(df)
    rest.save(f"{root}/rest")
    assert [m.intercept for m in OneVsRestModel.load(f"{root}/rest").models] == [m.intercept for m in rest.models]
    with pytest.raises(PySparkException, match="PATH_NOT_FOUND"):
        LogisticRegressionModel.load(f"{root}/nothing")
