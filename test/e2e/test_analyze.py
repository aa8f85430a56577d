"""The fourteen kinds of AnalyzePlan."""
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import functions as F
from pyspark.sql.connect import proto
from pyspark.storagelevel import StorageLevel

from raw import range_, sql


def test_schema(spark):
    assert spark.range(1).select("id", F.lit("x").alias("s")).schema.simpleString() == "struct<id:bigint,s:string>"


@pytest.mark.parametrize("mode", ["simple", "extended", "codegen", "cost", "formatted"])
def test_explain(spark, mode):
    text = spark.range(3).filter("id > 1")._explain_string(mode=mode)
    assert ("Codegen" if mode == "codegen" else "Physical Plan") in text and "ilter" in text


def test_explain_extended_has_its_sections(spark):
    text = spark.range(3).groupBy((F.col("id") % 2).alias("m")).count()._explain_string(extended=True)
    for section in ("== Parsed Logical Plan ==", "== Analyzed Logical Plan ==", "== Optimized Logical Plan ==", "== Physical Plan =="):
        assert section in text


def test_tree_string(raw):
    answer = raw.analyze(tree_string=proto.AnalyzePlanRequest.TreeString(plan=proto.Plan(root=sql("SELECT 1 AS a, array(1L) AS b"))))
    assert answer.tree_string.tree_string == ("root\n |-- a: integer (nullable = false)\n |-- b: array (nullable = false)\n"
                                              " |    |-- element: long (containsNull = false)\n")


def test_tree_string_with_level(raw):
    answer = raw.analyze(tree_string=proto.AnalyzePlanRequest.TreeString(plan=proto.Plan(root=sql("SELECT array(1L) AS b")), level=1))
    assert answer.tree_string.tree_string == "root\n |-- b: array (nullable = false)\n"


def test_is_local(spark):
    assert not spark.range(1).isLocal()


def test_is_streaming(spark):
    assert not spark.range(1).isStreaming


def test_input_files(spark, tmp_path):
    path = str(tmp_path / "t")
    spark.range(10).coalesce(1).write.parquet(path)
    files = spark.read.parquet(path).inputFiles()
    assert len(files) == 1 and files[0].startswith("file:") and ".parquet" in files[0]


def test_spark_version(raw):
    assert raw.analyze(spark_version={}).spark_version.version == "4.2.0"


def test_ddl_parse(raw):
    parsed = raw.analyze(ddl_parse=proto.AnalyzePlanRequest.DDLParse(ddl_string="a INT NOT NULL,\n `b c` ARRAY<STRING>")).ddl_parse.parsed
    assert [(f.name, f.nullable) for f in parsed.struct.fields] == [("a", False), ("b c", True)]


def test_ddl_parse_error(raw):
    with pytest.raises(Exception) as error:
        raw.analyze(ddl_parse=proto.AnalyzePlanRequest.DDLParse(ddl_string="a NONSENSE<"))
    assert "PARSE_SYNTAX_ERROR" in str(error.value)


def test_json_to_ddl(raw):
    text = '{"type":"struct","fields":[{"name":"a","type":"integer","nullable":true,"metadata":{}}]}'
    assert raw.analyze(json_to_ddl=proto.AnalyzePlanRequest.JsonToDDL(json_string=text)).json_to_ddl.ddl_string == "a INT"


def test_same_semantics(spark):
    df = spark.range(3)
    assert df.select("id").sameSemantics(df.select("id"))
    assert not df.select("id").sameSemantics(df.select((F.col("id") + 1).alias("id")))


def test_semantic_hash(spark):
    df = spark.range(3)
    assert df.select("id").semanticHash() == df.select("id").semanticHash()


def test_persist_and_storage_level(spark):
    df = spark.range(5).select((F.col("id") * 2).alias("d"))
    df.persist(StorageLevel.MEMORY_AND_DISK)
    assert df.storageLevel.useMemory and df.storageLevel.useDisk
    assert df.count() == 5
    df.unpersist()
    assert not df.storageLevel.useMemory


def test_schema_of_unknown_column(spark):
    with pytest.raises(PySparkException) as error:
        spark.range(1).select("nope").schema
    assert error.value.getCondition() == "UNRESOLVED_COLUMN.WITH_SUGGESTION"


def test_range_schema_is_not_null(raw):
    answer = raw.analyze(schema=proto.AnalyzePlanRequest.Schema(plan=proto.Plan(root=range_(1))))
    assert not answer.schema.schema.struct.fields[0].nullable
