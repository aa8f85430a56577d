"""Every machine-learning case against Spark's recorded results."""
import json

import pytest

import attribute_cases  # noqa: F401
import cases
import encoding_cases
import evaluator_cases  # noqa: F401
import feature_cases  # noqa: F401
import glm_cases  # noqa: F401
import input_cases  # noqa: F401
import perceptron_cases
import persistence_cases
import selection_cases
import solver_cases  # noqa: F401
import tree_cases
import tuning_cases
from compare_ml import differences

RECORDED = {}
for _path in sorted(set(map(cases.recorded_path, cases.CASES))):
    with open(_path) as _f:
        RECORDED.update(json.load(_f))


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


def test_saved_trees_are_read_back(spark, tmp_path):
    """What is read back from a folder of this server is what Spark fitted."""
    for name, model in tree_cases.saved_models(spark).items():
        model.write().overwrite().save(str(tmp_path / name))
    assert not differences(RECORDED["trees_loaded_from_spark"], tree_cases.loaded_trees(spark, str(tmp_path)))


def test_more_saved_instances_are_read_back(spark, tmp_path):
    persistence_cases.save(spark, str(tmp_path))
    assert not differences(RECORDED["more_loaded_from_spark"], persistence_cases.loaded(spark, str(tmp_path)))


def test_saved_tuned_models_are_read_back(spark, tmp_path):
    for name, model in tuning_cases.saved_models(spark).items():
        model.write().overwrite().save(str(tmp_path / name))
    assert not differences(RECORDED["tuned_loaded_from_spark"], tuning_cases.loaded_tuned(spark, str(tmp_path)))


@pytest.mark.parametrize("module, loaded, recorded", [
    (encoding_cases, encoding_cases.loaded_encoders, "encoders_loaded_from_spark"),
    (perceptron_cases, perceptron_cases.loaded_perceptron, "perceptron_loaded_from_spark"),
    (selection_cases, selection_cases.loaded_selectors, "selectors_loaded_from_spark")])
def test_saved_features_are_read_back(spark, tmp_path, module, loaded, recorded):
    """What is read back from a folder of this server is what Spark fitted."""
    for name, model in module.saved_models(spark).items():
        model.write().overwrite().save(str(tmp_path / name))
    assert not differences(RECORDED[recorded], loaded(spark, str(tmp_path)))
