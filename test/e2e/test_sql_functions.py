"""Functions defined in SQL beyond one query: sessions, databases, restarts, spark.catalog. Expected answers as Spark gives them."""
import os

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from firesteel_testing.server import Server


def condition(action):
    with pytest.raises(AnalysisException) as raised:
        action()
    return raised.value.getCondition()


@pytest.fixture
def database(spark):
    spark.sql("DROP DATABASE IF EXISTS functions_test CASCADE")
    spark.sql("CREATE DATABASE functions_test")
    spark.sql("USE functions_test")
    yield "functions_test"
    spark.sql("USE default")
    spark.sql("DROP DATABASE functions_test CASCADE")


def value(spark, expression):
    return spark.sql("SELECT " + expression).head()[0]


def test_temporary_functions_belong_to_their_session(sessions):
    one, other = sessions(), sessions()
    one.sql("CREATE TEMPORARY FUNCTION mine(x INT) RETURNS INT RETURN x + 1")
    assert value(one, "mine(1)") == 2 and value(one, "session.mine(1)") == 2
    assert condition(lambda: value(other, "mine(1)")) == "UNRESOLVED_ROUTINE"
    copy = one.cloneSession()
    one.sql("DROP TEMPORARY FUNCTION mine")
    assert value(copy, "mine(1)") == 2
    copy.client.close()


def test_functions_are_shared_and_kept():
    first = Server()
    try:
        spark = SparkSession.builder.remote(first.remote).create()
        spark.sql("CREATE FUNCTION kept(x INT, y INT DEFAULT 2 COMMENT 'more') RETURNS INT COMMENT 'a product' RETURN x * y")
        spark.sql("CREATE FUNCTION kept_rows(x INT) RETURNS TABLE (a INT) RETURN SELECT x + CAST(id AS INT) FROM range(2)")
        other = SparkSession.builder.remote(first.remote).create()
        assert value(other, "kept(4)") == 8
        spark.stop()
        other.stop()
    finally:
        first.stop()
    second = Server(warehouse=os.path.join(first.folder, "warehouse"))
    try:
        spark = SparkSession.builder.remote(second.remote).create()
        assert value(spark, "kept(4)") == 8 and value(spark, "kept(4, 3)") == 12
        assert [row.a for row in spark.sql("SELECT * FROM kept_rows(5) ORDER BY a").collect()] == [5, 6]
        spark.stop()
    finally:
        second.stop()


def test_functions_of_a_database(spark, database):
    spark.sql("CREATE FUNCTION here() RETURNS STRING RETURN current_database()")
    assert spark.sql("SELECT here()").columns == ["spark_catalog.functions_test.here()"]
    spark.sql("USE default")
    assert condition(lambda: value(spark, "here()")) == "UNRESOLVED_ROUTINE"
    assert value(spark, "functions_test.here()") == value(spark, "spark_catalog.functions_test.here()") == "functions_test"
    assert condition(lambda: spark.sql("DROP DATABASE functions_test")) == "SCHEMA_NOT_EMPTY"


def test_a_function_sees_what_it_saw_as_it_was_made(spark, database):
    """A table of its database, whatever the session's view of that name holds."""
    spark.range(3).write.saveAsTable("numbers")
    spark.sql("CREATE FUNCTION total() RETURNS BIGINT RETURN (SELECT sum(id) FROM numbers)")
    spark.sql("CREATE VIEW kept_view AS SELECT * FROM numbers")
    spark.range(100).createOrReplaceTempView("numbers")
    assert value(spark, "total()") == 3
    assert spark.table("kept_view").count() == 3
    spark.catalog.dropTempView("numbers")
    spark.sql("USE default")
    assert value(spark, "functions_test.total()") == 3


def test_catalog(spark, database):
    spark.sql("CREATE FUNCTION listed(x INT) RETURNS INT COMMENT 'words' RETURN x")
    spark.sql("CREATE TEMPORARY FUNCTION passing(x INT) RETURNS INT RETURN x")
    found = spark.catalog.getFunction("listed")
    assert (found.name, found.catalog, found.namespace, found.isTemporary) == ("listed", "spark_catalog", ["functions_test"], False)
    found = spark.catalog.getFunction("passing")
    assert (found.name, found.catalog, found.namespace, found.isTemporary) == ("passing", None, None, True)
    assert [f.name for f in spark.catalog.listFunctions(pattern="listed")] == ["listed"]
    assert spark.catalog.functionExists("functions_test.listed") and spark.catalog.functionExists("passing")
    assert not spark.catalog.functionExists("default.listed")
    assert [row.function for row in spark.sql("SHOW USER FUNCTIONS").collect()] == ["passing", "spark_catalog.functions_test.listed"]


def test_dataframes_call_functions(spark, database):
    spark.sql("CREATE FUNCTION scaled(x BIGINT) RETURNS BIGINT RETURN x * 10")
    from pyspark.sql import functions as F
    assert [row[0] for row in spark.range(3).select(F.call_function("scaled", "id")).collect()] == [0, 10, 20]
    assert [row[0] for row in spark.range(3).where("scaled(id) > 5").collect()] == [1, 2]


def test_description_in_full(spark, database):
    spark.sql("CREATE FUNCTION told(x INT DEFAULT 1) RETURNS INT NOT DETERMINISTIC COMMENT 'words' RETURN x")
    lines = [row[0] for row in spark.sql("DESCRIBE FUNCTION EXTENDED told").collect()]
    assert lines[:7] == ["Function:      spark_catalog.functions_test.told", "Type:          SCALAR", "Input:         x INT DEFAULT 1",
                         "Returns:       INT", "Comment:       words", "Deterministic: false", "Data Access:   CONTAINS SQL"]
    assert lines[-1] == "Body:          x" and lines[-2].startswith("Create Time:   ")


@pytest.mark.parametrize("statement,subclass", [
    ("CREATE FUNCTION f AS 'org.example.Function'", "STATEMENT"),
    ("CREATE FUNCTION f(x INT) RETURNS INT LANGUAGE PYTHON AS $$ return x $$", "STATEMENT"),
])
def test_functions_of_other_languages_are_refused(spark, statement, subclass):
    assert condition(lambda: spark.sql(statement)) == "UNSUPPORTED_FEATURE." + subclass


def test_a_drawn_argument_is_drawn_once(spark):
    spark.sql("CREATE TEMPORARY FUNCTION twice(x DOUBLE) RETURNS DOUBLE RETURN x - x")
    assert condition(lambda: value(spark, "twice(rand())")) == "UNSUPPORTED_FEATURE.EXPRESSION"
    assert value(spark, "twice(1.5)") == 0


def test_calls_without_end_are_an_error(spark):
    """Each function calls the one before twice: the last stands for a million calls."""
    spark.sql("CREATE TEMPORARY FUNCTION grown0(x INT) RETURNS INT RETURN x")
    for n in range(1, 8):
        spark.sql(f"CREATE TEMPORARY FUNCTION grown{n}(x INT) RETURNS INT RETURN grown{n - 1}(x) + grown{n - 1}(x)")
    assert value(spark, "grown5(1)") == 32
    spark.sql("CREATE TEMPORARY FUNCTION grown_more(x INT) RETURNS INT RETURN " + " + ".join(["grown7(x)"] * 30))
    assert condition(lambda: value(spark, " + ".join(["grown_more(1)"] * 10))) == "UNSUPPORTED_FEATURE.EXPRESSION"
    assert value(spark, "grown1(1)") == 2
