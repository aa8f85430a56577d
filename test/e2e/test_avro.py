"""Avro files that Spark wrote, and broken ones. written_by_spark/avro holds what Spark 4.2.0 with spark-avro wrote."""
import datetime
import decimal
import os
import random
import shutil

import pytest
from pyspark.errors import PySparkException

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "written_by_spark", "avro")


def read(spark, name):
    return spark.read.format("avro").load(os.path.join(FOLDER, name + ".avro"))


@pytest.mark.parametrize("codec", ["uncompressed", "deflate", "bzip2", "zstandard"])
def test_codecs(spark, codec):
    assert sorted(tuple(r) for r in read(spark, codec).collect()) == [(i, f"row {i}") for i in range(200)]


def test_every_type(spark):
    spark.conf.set("spark.sql.session.timeZone", "America/Los_Angeles")
    frame = read(spark, "snappy").orderBy("i")
    assert frame.drop("ym").schema.simpleString() == (
        "struct<i:int,l:bigint,b:int,sh:int,bo:boolean,f:float,d:double,dec:decimal(10,3),big:decimal(38,3),s:string,bin:binary,dt:date,"
        "ts:timestamp,ntz:timestamp_ntz,a:array<bigint>,m:map<string,bigint>,st:struct<x:bigint,y:string,z:struct<d:decimal(5,1)>>,"
        "ast:array<struct<p:int>>,dtm:interval day to second>")
    row = frame.selectExpr("*", "CAST(ym AS STRING) AS months").drop("ym").collect()[2]
    assert row.asDict(recursive=True) == {
        "i": 2, "l": 2, "b": 2, "sh": 2, "bo": True, "f": 3.0, "d": 2 / 3, "dec": decimal.Decimal("2.500"),
        "big": decimal.Decimal("-246913578024691357802469134.500"), "s": None, "bin": bytearray(b"b2"), "dt": datetime.date(2020, 3, 2),
        "ts": datetime.datetime(2021, 3, 14, 4, 30, 0, 123456), "ntz": datetime.datetime(1969, 12, 31, 23, 59, 59, 999999),
        "a": [2, None, 3], "m": {"k": 2, "n": None}, "st": {"x": 2, "y": "q", "z": {"d": decimal.Decimal("2.0")}},
        "ast": [{"p": 1}], "months": "INTERVAL '1-2' YEAR TO MONTH",
        "dtm": datetime.timedelta(days=1, hours=2, minutes=3, seconds=4, microseconds=500000)}


def test_schema_of_the_user(spark):
    spark.conf.set("spark.sql.session.timeZone", "America/Los_Angeles")
    frame = read(spark, "schema_of_the_user")
    assert frame.schema.simpleString() == ("struct<e:string,fx:binary,ms:timestamp,lms:timestamp_ntz,bd:decimal(9,2),again:string,"
                                           "un:struct<member0:int,member1:string>>")
    instant, clock = datetime.datetime(2020, 1, 2, 3, 4, 5, 678000), datetime.datetime(1950, 1, 2, 3, 4, 5, 678000)
    assert [tuple(r) for r in frame.orderBy("bd").collect()] == [
        ("SPADES", bytearray(b"ab"), instant, clock, decimal.Decimal("-2.50"), "HEARTS", (None, "text")),
        ("HEARTS", bytearray(b"ab"), instant, None, decimal.Decimal("-1.25"), "HEARTS", (1, None)),
        ("SPADES", bytearray(b"ab"), instant, clock, decimal.Decimal("0.00"), None, (None, "text"))]


def test_what_is_not_built_says_so(spark, tmp_path):
    def refused(action, word):
        with pytest.raises(PySparkException) as error:
            action()
        assert error.value.getCondition().startswith("UNSUPPORTED_FEATURE"), error.value
        assert word in str(error.value)

    refused(lambda: read(spark, "xz").collect(), "xz")
    refused(lambda: spark.read.format("avro").option("avroSchema", "{}").load(FOLDER).collect(), "avroSchema")
    refused(lambda: spark.range(1).write.format("avro").option("compression", "xz").save(str(tmp_path / "x")), "xz")
    with pytest.raises(PySparkException) as error:
        spark.sql("SELECT map(1, 2) AS m").write.format("avro").save(str(tmp_path / "m"))
    assert error.value.getCondition() == "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE"
    assert not os.path.exists(tmp_path / "m") or os.listdir(tmp_path / "m") == []


@pytest.mark.parametrize("name", ["uncompressed", "snappy", "deflate", "zstandard", "bzip2"])
def test_broken_files_are_errors(spark, tmp_path, name):
    """Cut and flipped files give an error or rows; the server goes on."""
    with open(os.path.join(FOLDER, name + ".avro"), "rb") as f:
        whole = f.read()
    generator = random.Random(name)
    for attempt in range(40):
        broken = bytearray(whole)
        if attempt % 2:
            del broken[generator.randrange(len(broken)):]
        else:
            for _ in range(generator.randrange(1, 6)):
                broken[generator.randrange(len(broken))] = generator.randrange(256)
        path = str(tmp_path / f"{attempt}.avro")
        with open(path, "wb") as f:
            f.write(broken)
        try:
            spark.read.format("avro").load(path).collect()
        except PySparkException as error:
            assert error.getCondition() != "INTERNAL_ERROR", (attempt, error)
    assert spark.range(3).count() == 3


def test_corrupt_files_may_be_left_out(spark, tmp_path):
    shutil.copy(os.path.join(FOLDER, "deflate.avro"), tmp_path / "good.avro")
    with open(os.path.join(FOLDER, "deflate.avro"), "rb") as f:
        (tmp_path / "bad.avro").write_bytes(f.read()[:-100])
    frame = spark.read.format("avro").option("ignoreCorruptFiles", "true").schema("id bigint, s string")
    assert frame.load(str(tmp_path)).count() == 200
