"""Clients of earlier Spark versions: the examples run with them, and the calls whose messages changed between versions."""
import os
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CACHE = os.environ.get("FIRESTEEL_CACHE") or os.path.expanduser("~/.cache/firesteel")
VERSIONS = ["4.0.1", "4.1.0"] + (["3.5.7"] if os.environ.get("FIRESTEEL_NIGHTLY") else [])

CALLS = '''
import sys
import pandas
import pyspark
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession, Window, functions as F

remote, version, folder = sys.argv[1:]
assert pyspark.__version__ == version, pyspark.__version__
spark = SparkSession.builder.remote(remote).getOrCreate()
assert spark.version == "4.2.0"
assert spark.sql("select 1 as a, 'x' as b").toPandas().to_dict() == {"a": {0: 1}, "b": {0: "x"}}
frame = spark.createDataFrame(pandas.DataFrame({"a": [1, 2, 2], "b": ["x", None, "y"]}))
assert [tuple(r) for r in frame.groupBy("a").agg(F.count("b")).orderBy("a").collect()] == [(1, 1), (2, 1)]
assert frame.schema.simpleString() == "struct<a:bigint,b:string>"
ranked = spark.range(5).withColumn("n", F.row_number().over(Window.orderBy(F.desc("id"))))
assert [r.n for r in ranked.orderBy("id").collect()] == [5, 4, 3, 2, 1]
spark.range(3).createOrReplaceTempView("v")
assert spark.sql("select sum(id) from v").collect()[0][0] == 3 and [t.name for t in spark.catalog.listTables()] == ["v"]
spark.conf.set("spark.sql.ansi.enabled", "false")
assert spark.conf.get("spark.sql.ansi.enabled") == "false" and spark.sql("select 1 / 0").collect()[0][0] is None
try:
    spark.sql("select nope").collect()
    raise AssertionError("a column that does not exist was found")
except AnalysisException as error:
    assert "UNRESOLVED_COLUMN" in str(error)
    assert error.getSqlState() in ("42703", None), error.getSqlState()
spark.range(10).coalesce(1).write.parquet(folder)
back = spark.read.parquet(folder).cache()
assert back.count() == 10 and back.describe().collect()[0].id == "10"
assert sum(part.count() for part in back.randomSplit([0.5, 0.5], seed=1)) == 10
assert "Range" in spark.range(3)._explain_string()
spark.stop()
'''


def environment(version, server):
    folder = os.path.join(CACHE, f"pyspark-client-{version}")
    assert os.path.isdir(folder), f"there is no {folder}: run make bootstrap"
    path = os.pathsep.join([folder, os.path.join(folder, "py4j.zip")])
    # What SparkSession.builder.remote() of pyspark.sql sets in 3.5; the tests' own session is made by the class below it.
    return dict(os.environ, PYTHONPATH=path, FIRESTEEL_REMOTE=server.remote, SPARK_CONNECT_MODE_ENABLED="1")


def run(argv, version, server):
    answer = subprocess.run([sys.executable, *argv], capture_output=True, text=True, timeout=300, cwd=ROOT, env=environment(version, server))
    assert answer.returncode == 0, answer.stdout[-3000:] + answer.stderr[-2000:]


@pytest.mark.parametrize("version", VERSIONS)
def test_calls(server, tmp_path, version):
    run(["-c", CALLS, server.remote, version, str(tmp_path / "written")], version, server)


EXAMPLES = ["range_modulo", "word_count", "string_count"]
ML_EXAMPLES = ["logistic_regression", "linear_regression", "mortgage_script"]   # MLlib over Connect began with 4.0


@pytest.mark.parametrize("version, example", [(version, example) for version in VERSIONS
                                              for example in EXAMPLES + ([] if version.startswith("3.") else ML_EXAMPLES)])
def test_examples(server, version, example):
    run(["-m", "pytest", f"test/examples/test_examples.py::test_{example}", "-q", "-p", "no:cacheprovider"], version, server)
