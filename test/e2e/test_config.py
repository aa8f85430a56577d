"""The seven kinds of Config."""
import pytest
from pyspark.errors import PySparkException
from pyspark.sql.connect import proto

from raw import USER


def test_set_get_unset(spark):
    spark.conf.set("spark.sql.shuffle.partitions", 7)
    assert spark.conf.get("spark.sql.shuffle.partitions") == "7"
    spark.conf.unset("spark.sql.shuffle.partitions")
    assert spark.conf.get("spark.sql.shuffle.partitions").isdigit()


@pytest.mark.parametrize("key, value", [
    ("spark.sql.ansi.enabled", "true"), ("spark.sql.caseSensitive", "false"), ("spark.sql.adaptive.enabled", "true"),
    ("spark.sql.sources.default", "parquet"), ("spark.sql.parquet.compression.codec", "snappy"),
    ("spark.sql.execution.arrow.maxRecordsPerBatch", "10000"), ("spark.sql.repl.eagerEval.enabled", "false"),
    ("spark.sql.mapKeyDedupPolicy", "EXCEPTION"), ("spark.sql.legacy.timeParserPolicy", "CORRECTED")])
def test_defaults_of_spark(spark, key, value):
    assert spark.conf.get(key) == value


def test_get_with_default(spark):
    assert spark.conf.get("spark.nobody.knows", "fallback") == "fallback"
    assert spark.conf.get("spark.sql.ansi.enabled", "false") in ("true", "false")


def test_get_of_unknown_key(spark):
    with pytest.raises(PySparkException) as error:
        spark.conf.get("spark.nobody.knows")
    assert error.value.getCondition() == "SQL_CONF_NOT_FOUND"


def test_get_all(spark):
    spark.conf.set("spark.my.key", "v")
    assert spark.conf.getAll["spark.my.key"] == "v"


def test_get_option_of_unknown_key_has_no_value(raw):
    operation = proto.ConfigRequest.Operation(get_option=proto.ConfigRequest.GetOption(keys=["spark.nobody.knows"]))
    answer = raw.stub.Config(proto.ConfigRequest(session_id=raw.session_id, user_context=USER, operation=operation))
    assert [(p.key, p.HasField("value")) for p in answer.pairs] == [("spark.nobody.knows", False)]


def test_is_modifiable(spark):
    assert spark.conf.isModifiable("spark.sql.ansi.enabled")
    assert not spark.conf.isModifiable("spark.driver.memory")
    assert not spark.conf.isModifiable("spark.nobody.knows")


def test_static_configuration_cannot_be_set(spark):
    with pytest.raises(PySparkException) as error:
        spark.conf.set("spark.sql.warehouse.dir", "/elsewhere")
    assert error.value.getCondition().startswith("CANNOT_MODIFY_")


def test_value_of_the_wrong_type(spark):
    with pytest.raises(PySparkException) as error:
        spark.conf.set("spark.sql.ansi.enabled", "perhaps")
    assert error.value.getCondition().startswith("INVALID_CONF_VALUE")


def test_bad_time_zone(spark):
    with pytest.raises(PySparkException) as error:
        spark.conf.set("spark.sql.session.timeZone", "Nowhere/Else")
    assert error.value.getCondition().startswith("INVALID_CONF_VALUE")


def test_case_sensitivity(spark):
    spark.conf.set("spark.sql.caseSensitive", "true")
    with pytest.raises(PySparkException):
        spark.range(1).select("ID").collect()
    spark.conf.set("spark.sql.caseSensitive", "false")
    assert spark.range(1).select("ID").columns == ["ID"]


def test_keys_of_accelerators_are_kept(spark):
    for key, value in (("spark.rapids.sql.enabled", "true"), ("spark.connect.ml.backend.classes", "com.nvidia.rapids.ml.Plugin")):
        spark.conf.set(key, value)
        assert spark.conf.get(key) == value
