"""CSV, Parquet and text, written and read back."""
import datetime
import decimal
import os

import pyarrow.parquet as pq
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import functions as F

ROWS = [(1, "a", 1.5, True, datetime.date(2020, 2, 29), datetime.datetime(2020, 2, 29, 12, 30), decimal.Decimal("1.25"), bytearray(b"\x01")),
        (2, None, None, None, None, None, None, None), (None, "q\"uote,d\nline", -0.0, False, datetime.date(1969, 12, 31),
                                                        datetime.datetime(1969, 12, 31, 23, 59, 59), decimal.Decimal("-99.99"), bytearray(b""))]
SCHEMA = "i int, s string, d double, b boolean, dt date, ts timestamp, n decimal(5,2), bin binary"


def files(path, ending=""):
    return sorted(f for f in os.listdir(path) if f.startswith("part-") and f.endswith(ending))


def key(row):
    return tuple((v is None, v) for v in row)


def test_parquet_round_trip(spark, tmp_path):
    path = str(tmp_path / "p")
    df = spark.createDataFrame(ROWS, SCHEMA)
    df.write.parquet(path)
    back = spark.read.parquet(path)
    assert back.dtypes == df.dtypes
    assert sorted(map(str, back.collect())) == sorted(map(str, df.collect()))
    assert os.path.exists(os.path.join(path, "_SUCCESS"))


def test_parquet_nested_round_trip(spark, tmp_path):
    path = str(tmp_path / "p")
    df = spark.createDataFrame([([1, None], {"a": 1, "b": None}, (1, ["x"])), (None, None, None), ([], {}, (None, []))],
                               "a array<int>, m map<string,int>, s struct<x:int,y:array<string>>")
    df.write.parquet(path)
    back = spark.read.parquet(path)
    assert back.schema.simpleString() == df.schema.simpleString()
    assert sorted(map(str, back.collect())) == sorted(map(str, df.collect()))


def first_page_bytes(file, column):
    """Of a column's first page of data, uncompressed: the second field of its header, which Thrift's compact protocol writes
    in groups of seven bits."""
    offset = pq.ParquetFile(file).metadata.row_group(0).column(column).data_page_offset
    with open(file, "rb") as stream:
        stream.seek(offset)
        header = stream.read(8)
    assert header[:3] == b"\x15\x00\x15"
    groups = next(header[3:end] for end in range(4, 9) if header[end - 1] < 128)
    return sum((group & 127) << 7 * i for i, group in enumerate(groups)) // 2


def test_parquet_pages_are_small(spark, tmp_path):
    """Whoever reads a file holds whole pages. Lists begin and end anywhere in theirs."""
    path = str(tmp_path / "p")
    df = spark.range(100_000).coalesce(1).select(
        "id", F.expr("transform(sequence(1, 20), x -> rand(1))").alias("vector"), F.expr("repeat(md5(string(id)), 3)").alias("text"),
        F.expr("if(id % 3 = 0, null, if(id % 5 = 0, array(), transform(sequence(1, id % 4 + 1), x -> if(x = 2, null, string(id * x)))))").alias("list"))
    df.write.parquet(path)
    file, = (os.path.join(path, name) for name in files(path))
    for column in range(4):
        assert 10_000 < first_page_bytes(file, column) < 1_000_000
    written = df.drop("vector").exceptAll(spark.read.parquet(path).drop("vector"))
    assert written.count() == 0
    table = pq.read_table(file)
    lists = table["list"].to_pylist()
    assert all(lists[i] == (None if i % 3 == 0 else [] if i % 5 == 0 else [None if x == 2 else str(i * x) for x in range(1, i % 4 + 2)])
               for i in range(100_000))
    assert set(map(len, table["vector"].to_pylist())) == {20}


def test_csv_round_trip(spark, tmp_path):
    path = str(tmp_path / "c")
    df = spark.createDataFrame(ROWS, SCHEMA).drop("bin")
    df.coalesce(1).write.option("header", True).option("multiLine", True).csv(path)
    assert len(files(path, ".csv")) == 1
    back = spark.read.option("header", True).option("multiLine", True).schema(df.schema).csv(path)
    assert sorted(map(str, back.collect())) == sorted(map(str, df.collect()))


def test_csv_infer_schema(spark, tmp_path):
    (tmp_path / "x.csv").write_text("a,b,c,d\n1,1.5,x,2020-01-01\n2,,y,2020-01-02\n")
    df = spark.read.csv(str(tmp_path / "x.csv"), header=True, inferSchema=True)
    assert df.dtypes == [("a", "int"), ("b", "double"), ("c", "string"), ("d", "date")]
    assert df.orderBy("a").collect()[1].b is None


def test_csv_without_header(spark, tmp_path):
    (tmp_path / "x.csv").write_text("1,x\n2,y\n")
    assert spark.read.csv(str(tmp_path / "x.csv")).columns == ["_c0", "_c1"]


def test_csv_modes(spark, tmp_path):
    (tmp_path / "x.csv").write_text("1,a\nXX,b\n3\n4,d,e\n")
    read = lambda **o: spark.read.options(**o).schema("i int, s string").csv(str(tmp_path / "x.csv"))
    assert sorted(map(tuple, read().collect()), key=str) == sorted([(1, "a"), (None, "b"), (3, None), (4, "d")], key=str)
    assert sorted(map(tuple, read(mode="DROPMALFORMED").collect())) == [(1, "a")]
    with pytest.raises(PySparkException) as error:
        read(mode="FAILFAST").collect()
    assert "MALFORMED_RECORD_IN_PARSING" in str(error.value)
    df = spark.read.option("columnNameOfCorruptRecord", "bad").schema("i int, s string, bad string").csv(str(tmp_path / "x.csv"))
    assert sorted(map(tuple, df.collect()), key=str) == sorted([(1, "a", None), (None, "b", "XX,b"), (3, None, "3"), (4, "d", "4,d,e")], key=str)


def test_csv_null_value_and_separator(spark, tmp_path):
    (tmp_path / "x.csv").write_text("1||x\n|NA|y\n")
    df = spark.read.option("sep", "|").option("nullValue", "NA").schema("a int, b string, c string").csv(str(tmp_path / "x.csv"))
    assert sorted(map(tuple, df.collect()), key=str) == [(1, None, "x"), (None, None, "y")]


def test_text_round_trip(spark, tmp_path):
    path = str(tmp_path / "t")
    spark.createDataFrame([("one",), ("two words",), ("",)], "value string").coalesce(1).write.text(path)
    assert sorted(r.value for r in spark.read.text(path).collect()) == ["", "one", "two words"]
    assert [len(r.value) for r in spark.read.text(path, wholetext=True).collect()] == [15]


def test_word_count(spark, tmp_path):
    (tmp_path / "in.txt").write_text("to be or not to be\nthat is the question\n")
    words = spark.read.text(str(tmp_path / "in.txt")).select(F.explode(F.split("value", " ")).alias("word")).groupBy("word").count()
    assert {r.word: r["count"] for r in words.collect()}["be"] == 2
    words.select(F.concat_ws(":", "word", "count")).coalesce(1).write.text(str(tmp_path / "out"))
    assert "be:2" in [r.value for r in spark.read.text(str(tmp_path / "out")).collect()]


def test_modes(spark, tmp_path):
    path = str(tmp_path / "m")
    spark.range(3).write.parquet(path)
    with pytest.raises(PySparkException) as error:
        spark.range(1).write.parquet(path)
    assert error.value.getCondition() == "PATH_ALREADY_EXISTS"
    spark.range(1).write.mode("ignore").parquet(path)
    assert spark.read.parquet(path).count() == 3
    spark.range(2).write.mode("append").parquet(path)
    assert spark.read.parquet(path).count() == 5
    spark.range(1).write.mode("overwrite").parquet(path)
    assert spark.read.parquet(path).count() == 1


def test_partitions(spark, tmp_path):
    path = str(tmp_path / "p")
    spark.createDataFrame([(1, "a", 2020), (2, "b", 2021), (3, None, 2020), (4, "x/y z", 2021)], "i int, k string, y int").write.partitionBy("y", "k").parquet(path)
    assert sorted(d for d in os.listdir(path) if "=" in d) == ["y=2020", "y=2021"]
    assert "k=__HIVE_DEFAULT_PARTITION__" in os.listdir(os.path.join(path, "y=2020"))
    back = spark.read.parquet(path)
    assert back.dtypes == [("i", "int"), ("y", "int"), ("k", "string")]
    assert sorted(map(tuple, back.collect())) == sorted([(1, 2020, "a"), (2, 2021, "b"), (3, 2020, None), (4, 2021, "x/y z")])
    assert back.where("y = 2020").count() == 2


def test_number_of_files(spark, tmp_path):
    for count in (1, 3):
        path = str(tmp_path / f"n{count}")
        spark.range(1000).repartition(count).write.parquet(path)
        assert len(files(path)) == count


@pytest.mark.parametrize("codec", ["snappy", "gzip", "zstd", "none"])
def test_parquet_compression(spark, tmp_path, codec):
    path = str(tmp_path / codec)
    spark.range(100).write.option("compression", codec).parquet(path)
    assert spark.read.parquet(path).agg(F.sum("id")).collect() == [(4950,)]


def test_csv_gzip(spark, tmp_path):
    path = str(tmp_path / "z")
    spark.range(100).coalesce(1).write.option("compression", "gzip").csv(path)
    assert files(path)[0].endswith(".csv.gz")
    assert spark.read.schema("id bigint").csv(path).agg(F.sum("id")).collect() == [(4950,)]


def test_globs_and_several_paths(spark, tmp_path):
    for name in ("2020Q1", "2020Q2", "2021Q1"):
        (tmp_path / f"{name}.csv").write_text(f"{name},1\n")
    read = spark.read.schema("q string, n int")
    assert read.csv(str(tmp_path / "2020*.csv")).count() == 2
    assert read.csv(str(tmp_path / "{2020Q1,2021Q1}.csv")).count() == 2
    assert read.csv([str(tmp_path / "2020Q1.csv"), str(tmp_path / "2021Q1.csv")]).count() == 2
    assert read.csv(str(tmp_path)).count() == 3


def test_input_file_name(spark, tmp_path):
    for name in ("2020Q1", "2020Q2"):
        (tmp_path / f"{name}.csv").write_text("1\n2\n")
    df = spark.read.schema("n int").csv(str(tmp_path / "*.csv")).withColumn("f", F.input_file_name())
    names = sorted({r.f for r in df.collect()})
    assert len(names) == 2 and names[0].startswith("file:///") and names[0].endswith("/2020Q1.csv")
    quarter = F.element_at(F.split(F.substring_index(F.col("f"), ".csv", 1), "/"), -1)
    assert {(r[0], r[1]) for r in df.groupBy(quarter).count().collect()} == {("2020Q1", 2), ("2020Q2", 2)}


def test_recursive_lookup(spark, tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "x.csv").write_text("1\n")
    (tmp_path / "a" / "b" / "y.csv").write_text("2\n")
    assert spark.read.schema("n int").option("recursiveFileLookup", True).csv(str(tmp_path / "a")).count() == 2


def test_hidden_files_are_left_out(spark, tmp_path):
    (tmp_path / "x.csv").write_text("1\n")
    (tmp_path / "_meta.csv").write_text("2\n")
    (tmp_path / ".hidden.csv").write_text("3\n")
    assert spark.read.schema("n int").csv(str(tmp_path)).collect() == [(1,)]


def test_columns_and_filter_of_parquet(spark, tmp_path):
    path = str(tmp_path / "p")
    spark.range(1000).select("id", (F.col("id") % 7).alias("m"), F.lit("x").alias("s")).write.parquet(path)
    assert spark.read.parquet(path).where("m = 3 and id < 100").select("id").count() == 14


def test_failed_write_leaves_nothing(spark, tmp_path):
    """Twenty times: a writer that fails must not wait for those beside it, which it does by chance."""
    path = str(tmp_path / "w")
    broken = spark.range(1_000_000).select(F.when(F.col("id") == 999_999, F.raise_error(F.lit("x"))).otherwise(F.col("id")).alias("v"))
    for _ in range(20):
        with pytest.raises(PySparkException):
            broken.write.parquet(path)
    assert not os.path.exists(path) or not [f for f in os.listdir(path) if f.startswith("part-") or f == "_SUCCESS"]


def test_save_as_table(spark):
    spark.sql("DROP TABLE IF EXISTS saved_by_test").collect()
    spark.range(3).write.saveAsTable("saved_by_test")
    assert spark.table("saved_by_test").count() == 3
    spark.sql("DROP TABLE saved_by_test").collect()


def test_relative_paths(own_server, spark):
    """They are of the server's working folder."""
    spark.range(3).write.mode("overwrite").parquet("relative/out")
    assert os.path.exists(os.path.join(own_server.folder, "relative", "out", "_SUCCESS"))
    assert spark.read.parquet("relative/out").count() == spark.read.parquet("./relative/../relative/out").count() == 3
    assert spark.read.parquet("relative/out").inputFiles()[0].startswith("file:///")


def test_a_content_that_nobody_reads_may_be_too_long(spark, tmp_path):
    """As Spark answers: only reading the content of a file beyond the limit is an error."""
    (tmp_path / "a.bin").write_bytes(b"ab")
    (tmp_path / "b.bin").write_bytes(b"abc")
    spark.conf.set("spark.sql.sources.binaryFile.maxLength", "1")
    files = spark.read.format("binaryFile").load(str(tmp_path))
    assert [row.length for row in files.select("length").orderBy("length").collect()] == [2, 3]
    with pytest.raises(PySparkException) as error:
        files.select("content").collect()
    assert error.value.getCondition() == "FAILED_READ_FILE.NO_HINT"
