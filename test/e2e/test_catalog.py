"""Catalog calls that a notebook makes."""
import pytest
from pyspark.errors import AnalysisException


def test_current_database_and_catalog(spark):
    assert spark.catalog.currentDatabase() == "default"
    assert spark.catalog.currentCatalog() == "spark_catalog"
    assert "default" in [d.name for d in spark.catalog.listDatabases()]
    assert spark.catalog.databaseExists("default") and not spark.catalog.databaseExists("nope")


def test_views(spark):
    spark.range(1).createTempView("a_view")
    assert spark.catalog.tableExists("a_view")
    listed = {t.name: t for t in spark.catalog.listTables()}
    assert listed["a_view"].isTemporary and listed["a_view"].tableType == "TEMPORARY"
    with pytest.raises(AnalysisException) as error:
        spark.range(1).createTempView("a_view")
    assert error.value.getCondition() == "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS"
    assert spark.catalog.dropTempView("a_view")
    assert not spark.catalog.dropTempView("a_view")
    assert not spark.catalog.tableExists("a_view")


def test_view_follows_its_definition(spark):
    df = spark.range(5)
    df.createOrReplaceTempView("v")
    spark.sql("SELECT id * 10 AS x FROM v").createOrReplaceTempView("w")
    spark.range(1).createOrReplaceTempView("v")
    assert spark.table("w").count() == 5


def test_columns_of_a_view(spark):
    spark.sql("SELECT 1 AS a, 'x' AS b").createOrReplaceTempView("cols")
    assert [(c.name, c.dataType) for c in spark.catalog.listColumns("cols")] == [("a", "int"), ("b", "string")]


def test_functions(spark):
    assert spark.catalog.functionExists("upper") and not spark.catalog.functionExists("no_such_function")
    assert len(spark.catalog.listFunctions()) > 200


def test_cache(spark):
    spark.range(3).createOrReplaceTempView("c")
    assert not spark.catalog.isCached("c")
    spark.catalog.cacheTable("c")
    assert spark.catalog.isCached("c") and spark.table("c").count() == 3
    spark.catalog.uncacheTable("c")
    assert not spark.catalog.isCached("c")
    spark.catalog.cacheTable("c")
    spark.catalog.clearCache()
    assert not spark.catalog.isCached("c")
