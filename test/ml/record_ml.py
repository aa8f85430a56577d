#!/usr/bin/env python3
"""Records Spark's answers for the cases of cases.py in recorded*.json, and models that Spark wrote in saved_by_spark/.

    record_ml.py --spark sc://127.0.0.1:15999 [CASE...]           # the server must see this folder
    record_ml.py --spark sc://127.0.0.1:15999 --check-saved DIR   # real Spark reads the models that another server wrote in DIR
"""
import argparse
import json
import os
import shutil
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import attribute_cases                             # noqa: E402, F401
import cases                                       # noqa: E402
import encoding_cases                              # noqa: E402
import evaluator_cases                             # noqa: E402, F401
import feature_cases                               # noqa: E402, F401
import glm_cases                                   # noqa: E402, F401
import input_cases                                 # noqa: E402, F401
import perceptron_cases                            # noqa: E402
import persistence_cases                           # noqa: E402
import selection_cases                             # noqa: E402
import solver_cases                                # noqa: E402, F401
import tree_cases                                  # noqa: E402
import tuning_cases                                # noqa: E402
from compare_ml import differences                 # noqa: E402
from firesteel_testing import session              # noqa: E402



def load(path):
    if not os.path.exists(path):
        return {}
    with open(path) as f:
        return json.load(f)


def save(models, folder):
    for name, model in models.items():
        shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
        model.save(os.path.join(folder, name))
    without_checksums(folder)


def without_checksums(folder):
    for where, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".crc"):
                os.unlink(os.path.join(where, name))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spark", required=True)
    parser.add_argument("--check-saved", metavar="DIR")
    parser.add_argument("cases", nargs="*")
    arguments = parser.parse_args()
    session.use_reference_zone()
    from pyspark.sql import SparkSession
    spark = SparkSession.builder.remote(arguments.spark).create()
    if arguments.check_saved:
        found = differences(load(cases.recorded_path("loaded_from_spark"))["loaded_from_spark"], cases.loaded_facts(spark, arguments.check_saved))
        found += differences(load(cases.recorded_path("tuned_loaded_from_spark"))["tuned_loaded_from_spark"],
                             tuning_cases.loaded_tuned(spark, os.path.join(arguments.check_saved, "tuned")))
        found += differences(load(cases.recorded_path("more_loaded_from_spark"))["more_loaded_from_spark"],
                             persistence_cases.loaded(spark, os.path.join(arguments.check_saved, "more")))
        print("\n".join(found) or "real Spark reads every model")
        return 1 if found else 0
    if not arguments.cases or "loaded_from_spark" in arguments.cases:
        save({**cases.saved_models(spark), **tree_cases.saved_models(spark), **encoding_cases.saved_models(spark),
              **selection_cases.saved_models(spark), **perceptron_cases.saved_models(spark)}, os.path.join(HERE, "saved_by_spark"))
    elif "perceptron_loaded_from_spark" in arguments.cases:
        save(perceptron_cases.saved_models(spark), os.path.join(HERE, "saved_by_spark"))
    if not arguments.cases or "more_loaded_from_spark" in arguments.cases:
        shutil.rmtree(persistence_cases.FOLDER, ignore_errors=True)
        persistence_cases.save(spark, persistence_cases.FOLDER)
        without_checksums(persistence_cases.FOLDER)
    if not arguments.cases or "tuned_loaded_from_spark" in arguments.cases:
        save(tuning_cases.saved_models(spark), os.path.join(HERE, "saved_by_spark", "tuned"))
    for name in arguments.cases or cases.CASES:
        begin = time.time()
        path = cases.recorded_path(name)
        recorded = load(path)
        try:
            recorded[name] = cases.CASES[name](spark)
        except Exception as error:
            print(f"{name}: not recorded, {type(error).__name__}: {str(error)[:300]}", flush=True)
            continue
        print(f"{name}: {time.time() - begin:.1f} s", flush=True)
        with open(path, "w") as f:
            json.dump(recorded, f, sort_keys=True, **cases.layout(path))
            f.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
