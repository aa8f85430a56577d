"""Tables of the warehouse: what SQL and DataFrame writers make of them, with Spark's answers."""
import json
import os
import shutil

import pytest
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from firesteel_testing.server import Server


@pytest.fixture
def database(spark):
    spark.sql("DROP DATABASE IF EXISTS tables_test CASCADE")
    spark.sql("CREATE DATABASE tables_test COMMENT 'a test'")
    spark.sql("USE tables_test")
    yield "tables_test"
    spark.sql("DROP DATABASE tables_test CASCADE")


def condition(action):
    with pytest.raises(PySparkException) as error:
        action()
    return error.value.getCondition()


def rows(spark, text):
    return [tuple(r) for r in spark.sql(text).collect()]


def test_databases(spark, database):
    assert spark.catalog.currentDatabase() == database
    assert condition(lambda: spark.sql(f"CREATE DATABASE {database}")) == "SCHEMA_ALREADY_EXISTS"
    spark.sql(f"CREATE DATABASE IF NOT EXISTS {database}")
    assert rows(spark, "SHOW DATABASES LIKE 'tables_*'") == [(database,)]
    assert rows(spark, "SHOW CURRENT DATABASE") == [("spark_catalog", database)]
    assert rows(spark, f"DESCRIBE DATABASE {database}")[:3] == [
        ("Catalog Name", "spark_catalog"), ("Namespace Name", database), ("Comment", "a test")]
    spark.sql("CREATE TABLE inside (a INT)")
    assert condition(lambda: spark.sql(f"DROP DATABASE {database}")) == "SCHEMA_NOT_EMPTY"
    assert condition(lambda: spark.sql("USE nope")) == "SCHEMA_NOT_FOUND"
    assert condition(lambda: spark.sql("SHOW TABLES IN nope")) == "SCHEMA_NOT_FOUND"


def test_create_and_insert(spark, database):
    spark.sql("CREATE TABLE t (a INT COMMENT 'the a', b STRING NOT NULL, c DOUBLE) USING parquet COMMENT 'hello'")
    assert condition(lambda: spark.sql("CREATE TABLE t (a INT)")) == "TABLE_OR_VIEW_ALREADY_EXISTS"
    spark.sql("CREATE TABLE IF NOT EXISTS t (a INT)")
    assert rows(spark, "SELECT * FROM t") == []
    spark.sql("INSERT INTO t VALUES (1, 'x', 2.5), (2, 'y', NULL)")
    spark.sql("INSERT INTO t (b, a) VALUES ('z', 3)")
    assert rows(spark, "SELECT * FROM t ORDER BY a") == [(1, "x", 2.5), (2, "y", None), (3, "z", None)]
    assert [(f.name, f.dataType.simpleString(), f.nullable) for f in spark.table("t").schema] == [
        ("a", "int", True), ("b", "string", True), ("c", "double", True)]
    assert condition(lambda: spark.sql("INSERT INTO t VALUES (1, 'x')")) == "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS"
    assert condition(lambda: spark.sql("INSERT INTO t VALUES (1, 'x', 2, 3)")) == "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS"
    assert condition(lambda: spark.sql("INSERT INTO t VALUES ('nope', 'x', 2)")) == "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST"
    assert condition(lambda: spark.sql("INSERT INTO nope VALUES (1)")) == "TABLE_OR_VIEW_NOT_FOUND"
    spark.sql("INSERT OVERWRITE t VALUES (9, 'q', 1)")
    assert rows(spark, "SELECT * FROM t") == [(9, "q", 1.0)]
    spark.sql("TRUNCATE TABLE t")
    assert spark.table("t").count() == 0


def test_partitions(spark, database):
    spark.sql("CREATE TABLE t USING parquet PARTITIONED BY (p) AS SELECT id, id % 2 AS p FROM range(4)")
    spark.sql("INSERT INTO t SELECT 10, 7")
    spark.sql("INSERT INTO t PARTITION (p = 8) SELECT 11")
    assert rows(spark, "SELECT * FROM t ORDER BY 1") == [(0, 0), (1, 1), (2, 0), (3, 1), (10, 7), (11, 8)]
    assert rows(spark, "SHOW PARTITIONS t") == [("p=0",), ("p=1",), ("p=7",), ("p=8",)]
    assert rows(spark, "DESCRIBE t") == [("id", "bigint", None), ("p", "bigint", None), ("# Partition Information", "", ""),
                                         ("# col_name", "data_type", "comment"), ("p", "bigint", None)]
    assert [(c.name, c.isPartition) for c in spark.catalog.listColumns("t")] == [("id", False), ("p", True)]
    assert condition(lambda: spark.range(2).write.partitionBy("id").saveAsTable("u")) == "ALL_PARTITION_COLUMNS_NOT_ALLOWED"


def test_describe_and_show(spark, database):
    spark.sql("CREATE TABLE t (a INT COMMENT 'the a', b STRING) USING parquet COMMENT 'hello'")
    spark.sql("CREATE OR REPLACE TEMPORARY VIEW v AS SELECT 1 AS one")
    assert rows(spark, "SHOW TABLES") == [(database, "t", False), ("", "v", True)]
    assert spark.sql("SHOW TABLES").columns == ["namespace", "tableName", "isTemporary"]
    assert rows(spark, "SHOW VIEWS") == [("", "v", True)]
    assert rows(spark, "SHOW COLUMNS IN t") == [("a",), ("b",)]
    assert rows(spark, "DESCRIBE t") == [("a", "int", "the a"), ("b", "string", None)]
    assert rows(spark, "DESCRIBE v") == [("one", "int", None)]
    assert rows(spark, "DESC t a") == [("col_name", "a"), ("data_type", "int"), ("comment", "the a")]
    assert rows(spark, "DESCRIBE QUERY SELECT 1 AS a, 'x' b") == [("a", "int", None), ("b", "string", None)]
    assert rows(spark, "SHOW CREATE TABLE t") == [
        ("CREATE TABLE spark_catalog.tables_test.t (\n  a INT COMMENT 'the a',\n  b STRING COLLATE UTF8_BINARY)\nUSING parquet\nCOMMENT 'hello'\n",)]
    assert rows(spark, "SHOW FUNCTIONS LIKE 'acos*'") == [("acos",), ("acosh",)]
    assert rows(spark, "SHOW USER FUNCTIONS") == [] and rows(spark, "SHOW CATALOGS") == [("spark_catalog",)]
    assert condition(lambda: spark.sql("DESCRIBE missing")) == "TABLE_OR_VIEW_NOT_FOUND"
    assert condition(lambda: spark.sql("DESCRIBE FUNCTION nope")) == "UNRESOLVED_ROUTINE"
    spark.sql("DROP VIEW v")


def test_save_modes(spark, database):
    spark.range(3).write.saveAsTable("t")
    assert condition(lambda: spark.range(3).write.saveAsTable("t")) == "TABLE_OR_VIEW_ALREADY_EXISTS"
    spark.range(3).write.mode("ignore").saveAsTable("t")
    spark.range(3, 5).write.mode("append").saveAsTable("t")
    assert sorted(r.id for r in spark.table("t").collect()) == [0, 1, 2, 3, 4]
    with pytest.raises(AnalysisException):
        spark.range(1).withColumnRenamed("id", "x").write.mode("append").saveAsTable("t")
    spark.range(9, 10).withColumnRenamed("id", "x").write.insertInto("t")      # by position
    assert spark.table("t").count() == 6
    spark.range(7).write.mode("overwrite").saveAsTable("t")
    assert spark.table("t").count() == 7
    spark.range(2).write.insertInto("t", overwrite=True)
    assert spark.read.table("t").count() == 2
    assert condition(lambda: spark.range(1).write.insertInto("nope")) == "TABLE_OR_VIEW_NOT_FOUND"


def test_formats_and_places(spark, database, tmp_path):
    df = spark.range(4).select("id", (F.col("id") % 2).alias("p"))
    df.write.partitionBy("p").format("csv").option("header", True).saveAsTable("c")
    assert sorted(map(tuple, spark.table("c").collect())) == [(0, 0), (1, 1), (2, 0), (3, 1)]
    df.write.option("path", str(tmp_path / "e")).saveAsTable("e")
    assert spark.catalog.getTable("e").tableType == "EXTERNAL"
    spark.sql("DROP TABLE e")
    assert [f for f in os.listdir(tmp_path / "e") if f.startswith("part-")]    # a table elsewhere keeps its files
    assert spark.catalog.createTable("again", str(tmp_path / "e")).count() == 4
    df.write.format("json").saveAsTable("j")
    assert spark.table("j").count() == 4
    assert condition(lambda: spark.sql("CREATE TABLE n (a INT) USING nonsense")) == "DATA_SOURCE_NOT_FOUND"
    spark.range(2).writeTo("w").using("parquet").create()
    assert spark.table("w").count() == 2


def test_write_to_refuses_what_the_catalog_cannot(spark, database):
    """As Spark's own catalog does; the conditions are those of Spark 4.2."""
    frame = spark.range(2)
    frame.writeTo("w").using("parquet").create()
    assert condition(lambda: frame.writeTo("w").create()) == "TABLE_OR_VIEW_ALREADY_EXISTS"
    for write in (lambda w: w.append(), lambda w: w.overwrite(F.lit(True)), lambda w: w.overwritePartitions()):
        assert condition(lambda: write(frame.writeTo("w"))) == "_LEGACY_ERROR_TEMP_1012"
        assert condition(lambda: write(frame.writeTo("nothing"))) == "TABLE_OR_VIEW_NOT_FOUND"
        frame.createOrReplaceTempView("shown")
        assert condition(lambda: write(frame.writeTo("shown"))) == "VIEW_WRITE_NOT_ALLOWED"
    for write in (lambda w: w.replace(), lambda w: w.createOrReplace()):
        assert condition(lambda: write(frame.writeTo("w").using("parquet"))) == "UNSUPPORTED_FEATURE.TABLE_OPERATION"
        assert condition(lambda: write(frame.writeTo("nothing").using("parquet"))) == "UNSUPPORTED_FEATURE.TABLE_OPERATION"
    assert spark.table("w").count() == 2


def test_drop_and_rename(spark, database):
    spark.sql("CREATE TABLE t AS SELECT 1 AS x, 'a' AS y")
    spark.sql("ALTER TABLE t RENAME TO u")
    spark.sql("ALTER TABLE u ADD COLUMNS (z INT)")
    assert rows(spark, "SELECT * FROM u") == [(1, "a", None)]
    spark.sql("INSERT INTO u VALUES (2, 'b', 3)")
    assert rows(spark, "SELECT * FROM u ORDER BY x") == [(1, "a", None), (2, "b", 3)]
    assert condition(lambda: spark.sql("DROP VIEW u")) == "WRONG_COMMAND_FOR_OBJECT_TYPE"
    spark.sql("DROP TABLE u")
    assert condition(lambda: spark.sql("DROP TABLE u")) == "TABLE_OR_VIEW_NOT_FOUND"
    spark.sql("DROP TABLE IF EXISTS u")


def test_views_of_the_catalog(spark, database):
    spark.sql("CREATE TABLE t AS SELECT 1 AS x")
    spark.sql("CREATE VIEW v AS SELECT x + 1 AS y FROM t")
    spark.sql("USE default")
    assert rows(spark, f"SELECT * FROM {database}.v") == [(2,)]
    spark.sql(f"USE {database}")
    assert rows(spark, "SHOW VIEWS") == [(database, "v", False)]
    assert condition(lambda: spark.sql("INSERT INTO v VALUES (1)")) == "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE"
    spark.sql("DROP VIEW v")


def test_views_that_would_have_no_end(spark, database):
    """Spark takes the first, and then ends in a stack overflow."""
    spark.sql("CREATE VIEW v AS SELECT 1 AS a")
    assert condition(lambda: spark.sql("CREATE OR REPLACE VIEW v AS SELECT (SELECT max(a) FROM v) AS a")) == "RECURSIVE_VIEW"
    for statement in ("CREATE OR REPLACE VIEW v AS SELECT :n AS a", "ALTER VIEW v AS SELECT :n AS a"):
        assert condition(lambda: spark.sql(statement, {"n": 2})) == "UNSUPPORTED_FEATURE.STATEMENT"
    assert rows(spark, "SELECT * FROM v") == [(1,)]
    spark.sql("CREATE TEMP VIEW chain0 AS SELECT 1 AS a")
    for level in range(99):
        spark.sql(f"CREATE TEMP VIEW chain{level + 1} AS SELECT * FROM chain{level}")
    assert rows(spark, "SELECT * FROM chain99") == [(1,)]
    spark.sql("CREATE TEMP VIEW chain100 AS SELECT * FROM chain99")
    assert condition(lambda: spark.sql("SELECT * FROM chain100").collect()) == "VIEW_EXCEED_MAX_NESTED_DEPTH"
    for level in range(101):
        spark.catalog.dropTempView(f"chain{level}")


def test_tables_are_shared_and_kept(own_server):
    """Another session, and a server that starts anew on the same warehouse, see the tables."""
    from firesteel_testing.server import Server
    first = Server()
    try:
        from pyspark.sql import SparkSession
        spark = SparkSession.builder.remote(first.remote).create()
        spark.client.set_retry_policies([])
        spark.range(5).write.saveAsTable("kept")
        spark.conf.set("spark.sql.ansi.enabled", "false")
        spark.sql("CREATE VIEW kept_view (a COMMENT 'null') WITH SCHEMA BINDING AS SELECT CAST('x' AS INT) AS n FROM kept")
        other = SparkSession.builder.remote(first.remote).create()
        assert other.table("kept").count() == 5
        spark.stop()
        other.stop()
    finally:
        first.stop()
    second = Server(warehouse=os.path.join(first.folder, "warehouse"))
    try:
        spark = SparkSession.builder.remote(second.remote).create()
        spark.client.set_retry_policies([])
        assert spark.table("kept").count() == 5
        assert rows(spark, "SELECT a FROM kept_view LIMIT 1") == [(None,)]       # not ANSI, as it was made
        assert [tuple(r)[2] for r in spark.sql("DESCRIBE kept_view").collect()] == ["null"]
        spark.stop()
    finally:
        second.stop()


def test_cache_of_a_table(spark, database):
    spark.range(3).write.saveAsTable("t")
    spark.sql("CACHE TABLE t")
    assert spark.catalog.isCached("t") and spark.table("t").count() == 3
    spark.sql("UNCACHE TABLE t")
    assert not spark.catalog.isCached("t")
    assert condition(lambda: spark.sql("UNCACHE TABLE nope")) == "TABLE_OR_VIEW_NOT_FOUND"
    spark.sql("UNCACHE TABLE IF EXISTS nope")
    spark.sql("REFRESH TABLE t")


@pytest.mark.parametrize("refresh", ["table", "path"])
def test_cached_rows_until_refreshed(spark, database, tmp_path, refresh):
    """As in the examples of Catalog.refreshTable and Catalog.refreshByPath."""
    spark.sql(f"CREATE TABLE kept (col STRING) USING TEXT LOCATION '{tmp_path}'")
    spark.sql("INSERT INTO kept SELECT 'abc'")
    spark.catalog.cacheTable("kept")
    assert spark.table("kept").count() == 1
    shutil.rmtree(tmp_path)
    assert spark.table("kept").count() == 1
    if refresh == "table":
        spark.catalog.refreshTable("kept")
    else:
        spark.catalog.refreshByPath(f"file:{tmp_path}/")
    assert spark.table("kept").count() == 0
    assert spark.catalog.isCached("kept")


def test_writes_renew_cached_rows(spark, database):
    spark.range(2).write.saveAsTable("grown")
    spark.catalog.cacheTable("grown")
    assert spark.table("grown").count() == 2
    spark.range(3).write.mode("append").saveAsTable("grown")
    assert spark.table("grown").count() == 5
    spark.sql("INSERT OVERWRITE grown SELECT 7L")
    assert rows(spark, "SELECT * FROM grown") == [(7,)]


def test_recovered_partitions(spark, database, tmp_path):
    spark.range(3).selectExpr("id AS k", "id AS v").write.partitionBy("k").csv(str(tmp_path / "parts"))
    spark.sql(f"CREATE TABLE parts (k BIGINT, v BIGINT) USING csv OPTIONS (path '{tmp_path}/parts') PARTITIONED BY (k)")
    spark.catalog.recoverPartitions("parts")
    assert spark.table("parts").count() == 3
    spark.sql("CREATE TABLE plain (k BIGINT)")
    assert condition(lambda: spark.catalog.recoverPartitions("plain")) == "NOT_A_PARTITIONED_TABLE"
    spark.range(1).createOrReplaceTempView("recovered_view")
    assert condition(lambda: spark.catalog.recoverPartitions("recovered_view")) == "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE"


def test_bucketed_tables(spark, database):
    spark.range(4).write.bucketBy(2, "id").sortBy("id").saveAsTable("bucketed")
    columns = spark.catalog.listColumns("bucketed")
    assert [(c.name, c.isBucket, c.isCluster) for c in columns] == [("id", True, False)]
    with pytest.raises(AnalysisException, match="Specified bucketing: not bucketed"):
        spark.range(1).write.mode("append").saveAsTable("bucketed")


def test_local_rows_are_cached(spark):
    """Every use of a DataFrame sends its rows anew; equal ones are found in the cache."""
    df = spark.createDataFrame([(1, "a"), (2, None)], "n int, s string").withColumn("u", F.expr("uuid()"))
    first = df.cache().collect()
    assert df.collect() == first
    assert "InMemoryTableScan" in df._explain_string()
    df.unpersist()
    assert df.collect() != first


def test_moment_of_a_query(spark):
    """current_timestamp() is the moment of the query that reads a view; a DataFrame is the same at every moment."""
    now = lambda: spark.range(1).select(F.current_timestamp().alias("t"), F.localtimestamp().alias("l"))
    now().createOrReplaceTempView("moment")
    spark.sql("SELECT (SELECT now()) AS t, l FROM moment").createOrReplaceTempView("nested_moment")
    for name in ("moment", "nested_moment"):
        first, second = spark.table(name).collect(), spark.table(name).collect()
        assert first[0].t < second[0].t and first[0].l < second[0].l, name
    assert now().sameSemantics(now()) and now().semanticHash() == now().semanticHash()
    assert not now().sameSemantics(spark.range(1).select(F.lit("2020-01-01").cast("timestamp").alias("t"), F.localtimestamp().alias("l")))
    frame = now().cache()
    assert frame.collect() == frame.collect() == now().collect()
    frame.unpersist()
    assert frame.collect() != frame.collect()


def test_views_of_a_former_catalog(tmp_path):
    """Views were kept as a text and a database before their names and configuration were."""
    server = Server(warehouse=str(tmp_path))
    try:
        spark = SparkSession.builder.remote(server.remote).create()
        spark.sql("CREATE VIEW former AS SELECT 7 AS a")
        spark.stop()
    finally:
        server.stop()
    path = tmp_path / ".firesteel" / "catalog.json"
    catalog = json.loads(path.read_text())
    [table] = catalog["tables"]
    view = table.pop("view")
    table.update(view_text=view["text"], view_database=view["database"])
    path.write_text(json.dumps(catalog))
    server = Server(warehouse=str(tmp_path))
    try:
        spark = SparkSession.builder.remote(server.remote).create()
        assert rows(spark, "SELECT * FROM former") == [(7,)]
        spark.stop()
    finally:
        server.stop()


def test_lengths_within_arrays_are_refused(spark, database):
    spark.sql("CREATE TABLE t (a ARRAY<CHAR(3)>, b STRUCT<c: VARCHAR(2)>) USING parquet")
    assert rows(spark, "SELECT * FROM t") == []
    assert condition(lambda: spark.sql("INSERT INTO t VALUES (array('abcd'), named_struct('c', 'x'))")) == "UNSUPPORTED_FEATURE.STATEMENT"
