"""Analyses are kept by the plan's bytes; whatever a plan depends on and changes is seen by the next question.

Each DataFrame is asked twice by the same bytes: the client's own copy of the schema is dropped before the second question.
"""
import os


def columns_of(frame):
    frame._cached_schema = None
    return [f"{field.name} {field.dataType.simpleString()}" for field in frame.schema]


def test_configuration_is_seen(spark):
    frame = spark.sql("SELECT 1 / 2 AS x, '1' + 1 AS y")
    spark.conf.set("spark.sql.ansi.enabled", "false")
    without_ansi = columns_of(frame)
    spark.conf.set("spark.sql.ansi.enabled", "true")
    assert (without_ansi, columns_of(frame)) == (["x double", "y double"], ["x double", "y bigint"])
    spark.conf.unset("spark.sql.ansi.enabled")


def test_view_is_seen(spark):
    spark.range(1).createOrReplaceTempView("changing_view")
    frame = spark.table("changing_view")
    before = columns_of(frame)
    spark.sql("SELECT 'a' AS other").createOrReplaceTempView("changing_view")
    assert (before, columns_of(frame)) == (["id bigint"], ["other string"])
    spark.catalog.dropTempView("changing_view")


def test_variable_is_seen(spark):
    spark.sql("DECLARE OR REPLACE VARIABLE changing INT DEFAULT 1").collect()
    frame = spark.sql("SELECT changing AS v")
    before = columns_of(frame)
    spark.sql("DECLARE OR REPLACE VARIABLE changing STRING DEFAULT 'a'").collect()
    assert (before, columns_of(frame)) == (["v int"], ["v string"])
    spark.sql("DROP TEMPORARY VARIABLE changing").collect()


def test_table_is_seen(spark):
    spark.sql("DROP TABLE IF EXISTS changing_table").collect()
    spark.sql("CREATE TABLE changing_table USING parquet AS SELECT 1 AS a").collect()
    frame = spark.table("changing_table")
    before = columns_of(frame)
    spark.sql("DROP TABLE changing_table").collect()
    spark.sql("CREATE TABLE changing_table USING parquet AS SELECT 'x' AS b").collect()
    assert (before, columns_of(frame)) == (["a int"], ["b string"])
    spark.sql("DROP TABLE changing_table").collect()


def test_file_is_seen(spark, tmp_path):
    path = os.path.join(tmp_path, "changing.json")
    with open(path, "w") as f:
        f.write('{"a": 1}\n')
    frame = spark.read.json(path)
    before = columns_of(frame)
    with open(path, "w") as f:
        f.write('{"a": "text", "b": 2}\n')
    assert (before, columns_of(frame)) == (["a bigint"], ["a string", "b bigint"])


def test_what_has_not_changed_is_answered_again(spark):
    frame = spark.range(3).selectExpr("id + 1 AS x")
    assert columns_of(frame) == columns_of(frame) == ["x bigint"]
