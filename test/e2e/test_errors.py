"""Errors as a user's `except` sees them."""
import pytest
from pyspark.errors import (AnalysisException, ArithmeticException, DateTimeException, NumberFormatException, ParseException,
                            PySparkException, SparkRuntimeException)
from pyspark.sql import functions as F


def caught(kind, action):
    with pytest.raises(kind) as error:
        action()
    return error.value


def test_unresolved_column(spark):
    error = caught(AnalysisException, lambda: spark.range(1).select("nope").collect())
    assert error.getCondition() == "UNRESOLVED_COLUMN.WITH_SUGGESTION"
    assert error.getSqlState() == "42703"
    assert error.getMessageParameters() == {"objectName": "`nope`", "proposal": "`id`"}
    assert str(error).startswith("[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column, variable, or function parameter with name `nope` cannot be resolved. "
                                 "Did you mean one of the following? [`id`]. SQLSTATE: 42703")


def test_parse_error_has_a_position(spark):
    error = caught(ParseException, lambda: spark.sql("SELECT 1 +").collect())
    assert error.getCondition() == "PARSE_SYNTAX_ERROR" and "line 1, pos 10" in str(error)


def test_division_by_zero_has_a_query_context(spark):
    error = caught(ArithmeticException, lambda: spark.sql("SELECT 1 / 0 AS x").collect())
    assert error.getCondition() == "DIVIDE_BY_ZERO" and error.getSqlState() == "22012"
    context = error.getQueryContext()
    assert len(context) == 1 and context[0].fragment() == "1 / 0"
    assert (context[0].startIndex(), context[0].stopIndex()) == (7, 11)


def test_dataframe_context_names_the_call_site(spark):
    error = caught(ArithmeticException, lambda: spark.range(1).select(F.lit(1) / F.lit(0)).collect())
    assert error.getCondition() == "DIVIDE_BY_ZERO"


def test_bad_cast(spark):
    error = caught(NumberFormatException, lambda: spark.sql("SELECT cast('abc' AS INT)").collect())
    assert error.getCondition() == "CAST_INVALID_INPUT"
    assert error.getMessageParameters()["expression"] == "'abc'"


def test_bad_date(spark):
    error = caught(DateTimeException, lambda: spark.sql("SELECT cast('2020-99-99' AS DATE)").collect())
    assert error.getCondition() == "CAST_INVALID_INPUT"


def test_raise_error(spark):
    error = caught(SparkRuntimeException, lambda: spark.range(1).select(F.raise_error(F.lit("my own"))).collect())
    assert error.getCondition() == "USER_RAISED_EXCEPTION" and error.getMessageParameters() == {"errorMessage": "my own"}


def test_unknown_table_and_function(spark):
    assert caught(AnalysisException, lambda: spark.table("missing").collect()).getCondition() == "TABLE_OR_VIEW_NOT_FOUND"
    assert caught(AnalysisException, lambda: spark.sql("SELECT missing(1)").collect()).getCondition() == "UNRESOLVED_ROUTINE"


def test_unknown_path(spark, tmp_path):
    error = caught(AnalysisException, lambda: spark.read.parquet(str(tmp_path / "nothing")).collect())
    assert error.getCondition() == "PATH_NOT_FOUND"


def test_unknown_format(spark):
    error = caught(PySparkException, lambda: spark.read.format("nonsense").load("/tmp").collect())
    assert error.getCondition() == "DATA_SOURCE_NOT_FOUND"


def test_long_message_arrives_whole(spark):
    name = "x" * 20_000
    error = caught(AnalysisException, lambda: spark.range(1).select(F.col(name)).collect())
    assert error.getMessageParameters()["objectName"] == f"`{name}`"


def test_errors_do_not_break_the_session(spark):
    for _ in range(20):
        caught(AnalysisException, lambda: spark.range(1).select("nope").collect())
    assert spark.range(3).count() == 3


def test_error_in_the_middle_of_a_stream(spark):
    """Rows were sent already when the error comes."""
    df = spark.range(3_000_000).select(F.when(F.col("id") == 2_999_999, F.raise_error(F.lit("late"))).otherwise(F.col("id").cast("string")))
    assert caught(SparkRuntimeException, lambda: df.toArrow()).getCondition() == "USER_RAISED_EXCEPTION"


def test_sketches_of_two_types_do_not_combine(spark):
    """Which of the two is met first depends on the threads: Spark names the types in the order of the partitions."""
    sketches = "SELECT approx_top_k_accumulate(id) a FROM range(3) UNION ALL SELECT approx_top_k_accumulate(cast(id AS INT)) a FROM range(3)"
    error = caught(SparkRuntimeException, lambda: spark.sql(f"SELECT approx_top_k_combine(a) FROM ({sketches})").collect())
    assert error.getCondition() == "APPROX_TOP_K_SKETCH_TYPE_NOT_MATCH" and error.getSqlState() == "42846"
    assert sorted(error.getMessageParameters().values()) == ['"BIGINT"', '"INT"']
