"""JSON files: schemas, malformed records, types and writing, with Spark's answers."""
import datetime
import os
from decimal import Decimal

import pytest
from pyspark.errors import PySparkException

MIXED = '{"a":1,"b":"x"}\n{"a":"bad","b":2}\n{"a":1\nnot json\n[{"a":5,"b":"arr"},{"a":6}]\n{"b":true, "extra":1}\n"str"\n{}\n'


@pytest.fixture
def file(tmp_path):
    def write(text, name="x.json"):
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)
    return write


def tuples(df):
    return [tuple(r) for r in df.collect()]


def types(df):
    return {f.name: f.dataType.simpleString() for f in df.schema}


def test_inference(spark, file):
    path = file('{"a":1,"b":"x","c":1.5,"d":true,"e":null,"f":[1,2,null],"g":{"z":1,"y":"q"}}\n'
                '{"a":22222222222,"b":null,"c":3,"h":"2020-01-01"}\n\n{"a":3,"f":[],"g":{"z":2.5}}\n')
    df = spark.read.json(path)
    assert types(df) == {"a": "bigint", "b": "string", "c": "double", "d": "boolean", "e": "string", "f": "array<bigint>",
                         "g": "struct<y:string,z:double>", "h": "string"}
    assert df.count() == 3
    assert tuples(df.select("a", "f", "g.z")) == [(1, [1, 2, None], 1.0), (22222222222, None, None), (3, [], 2.5)]
    assert set(types(spark.read.option("primitivesAsString", True).json(path)).values()) == {
        "string", "array<string>", "struct<y:string,z:string>"}


def test_inference_of_odd_values(spark, file):
    path = file('{"a":123456789012345678901234567890,"b":1e3,"c":{},"d":[],"e":[[1],["x"]],"f":[{"q":1},{"r":2}]}\n')
    assert types(spark.read.json(path)) == {"a": "decimal(30,0)", "b": "double", "d": "array<string>",
                                            "e": "array<array<string>>", "f": "array<struct<q:bigint,r:bigint>>"}


def test_malformed_records(spark, file):
    path = file(MIXED)
    read = lambda **options: spark.read.options(**options).schema("a int, b string")
    assert tuples(read().json(path)) == [(1, "x"), (None, "2"), (None, None), (None, None), (5, "arr"), (6, None),
                                         (None, "true"), (None, None), (None, None)]
    assert tuples(read(mode="DROPMALFORMED").json(path)) == [(1, "x"), (5, "arr"), (6, None), (None, "true"), (None, None)]
    with pytest.raises(PySparkException):
        read(mode="FAILFAST").json(path).collect()
    corrupt = spark.read.option("columnNameOfCorruptRecord", "bad").schema("a int, bad string").json(path)
    assert tuples(corrupt) == [(1, None), (None, '{"a":"bad","b":2}'), (None, '{"a":1'), (None, "not json"), (5, None), (6, None),
                               (None, None), (None, '"str"'), (None, None)]
    assert types(spark.read.json(path)) == {"_corrupt_record": "string", "a": "string", "b": "string", "extra": "bigint"}


def test_types(spark, file):
    path = file('{"l":9223372036854775807,"f":1.5,"d":"NaN","dt":"2020-02-03","ts":"2020-02-03T04:05:06.789Z","dec":12.345,'
                '"bin":"aGVsbG8=","m":{"k":1},"arr":[{"x":1},{"x":null}],"by":300}\n{"l":"2","dt":"x","ts":1,"dec":"7.1","m":[1],"by":-1}\n')
    df = spark.read.schema("l bigint, f float, dt date, ts timestamp, dec decimal(6,2), bin binary, m map<string,int>, "
                           "arr array<struct<x:int>>, by tinyint").json(path)
    assert tuples(df) == [
        (9223372036854775807, 1.5, datetime.date(2020, 2, 3), datetime.datetime(2020, 2, 2, 20, 5, 6, 789000), Decimal("12.35"),
         bytearray(b"hello"), {"k": 1}, [(1,), (None,)], None),
        (None, None, None, datetime.datetime(1969, 12, 31, 16, 0, 1), Decimal("7.10"), None, None, None, -1)]
    patterns = spark.read.options(dateFormat="dd/MM/yyyy", timestampFormat="yyyy/MM/dd HH:mm").schema("d date, t timestamp")
    assert tuples(patterns.json(file('{"d":"03/02/2020","t":"2020/02/03 04:05"}\n', "p.json"))) == [
        (datetime.date(2020, 2, 3), datetime.datetime(2020, 2, 3, 4, 5))]


def test_multi_line(spark, file):
    path = file('[\n {"a": 1,\n "b": [1,2]},\n {"a": 2}\n]\n')
    assert tuples(spark.read.option("multiLine", True).json(path)) == [(1, [1, 2]), (2, None)]


def test_writing(spark, tmp_path):
    df = spark.createDataFrame(
        [(1, 'q"uo\nte', 1.5, float("nan"), True, datetime.date(2020, 1, 2), [1, None], {"k": 2}, (1, None)), (None,) * 9],
        "i int, s string, d double, n double, b boolean, dt date, arr array<int>, m map<string,int>, st struct<x:int,y:string>")

    def written(name):
        part, = [f for f in os.listdir(tmp_path / name) if f.startswith("part-")]
        return (tmp_path / name / part).read_text()

    df.coalesce(1).write.json(str(tmp_path / "a"))
    assert written("a") == ('{"i":1,"s":"q\\"uo\\nte","d":1.5,"n":"NaN","b":true,"dt":"2020-01-02","arr":[1,null],"m":{"k":2},'
                            '"st":{"x":1}}\n{}\n')
    df.select("i", "st").coalesce(1).write.option("ignoreNullFields", False).json(str(tmp_path / "b"))
    assert written("b") == '{"i":1,"st":{"x":1,"y":null}}\n{"i":null,"st":null}\n'
    assert spark.read.schema(df.select("i", "s", "arr", "m", "st").schema).json(str(tmp_path / "a")).count() == 2
    spark.range(3).selectExpr("id", "id % 2 AS p").write.partitionBy("p").json(str(tmp_path / "c"))
    assert sorted(tuples(spark.read.json(str(tmp_path / "c")))) == [(0, 0), (1, 1), (2, 0)]


def test_formats_that_are_not_built_say_so(spark, file):
    for name in ("xml", "jdbc"):
        with pytest.raises(PySparkException) as error:
            spark.read.format(name).load(file("x")).collect()
        assert error.value.getCondition().startswith("UNSUPPORTED_FEATURE")
