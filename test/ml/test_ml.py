"""Every machine-learning case against Spark's recorded results."""
import json
import os

import pytest

import cases
from compare_ml import differences

HERE = os.path.dirname(os.path.abspath(__file__))

with open(os.path.join(HERE, "recorded.json")) as _f:
    RECORDED = json.load(_f)


@pytest.mark.parametrize("name", sorted(cases.CASES))
def test_case(spark, name):
    found = differences(RECORDED[name], cases.CASES[name](spark))
    assert not found, "\n".join(found)


def test_saved_models_are_read_back(spark, tmp_path):
    """Save and load through the same server: what is read back is what was fitted, in the shapes that Spark gives."""
    models = cases.saved_models(spark)
    for name, model in models.items():
        model.write().overwrite().save(str(tmp_path / name))
    facts = cases.loaded_facts(spark, str(tmp_path))
    binomial, linear = models["logistic_binomial"], models["linear"]
    assert facts["binomial"]["value"][0] == cases.plain(binomial.coefficientMatrix)
    assert facts["linear"]["value"][:2] == [cases.plain(linear.coefficients), linear.intercept]
    found = differences(RECORDED["loaded_from_spark"], facts)
    assert not [line for line in found if "shape" in line or line.startswith(("indexer", "one_hot", "missing"))], "\n".join(found)


def test_saving_twice_needs_overwrite(spark, tmp_path):
    model = cases.saved_models(spark)["string_indexer"]
    model.save(str(tmp_path / "m"))
    with pytest.raises(Exception, match="already exists"):
        model.save(str(tmp_path / "m"))
    model.write().overwrite().save(str(tmp_path / "m"))
