"""Writes saved_by_xgboost_spark: models as xgboost.spark itself saves them, through Spark in this process.

usage: record_xgboost_spark.py FOLDER, with pyspark (and Java), xgboost-cpu and scikit-learn installed. The ensembles are fitted by
xgboost alone: the folders are what counts.
"""
import sys

import numpy as np
import pandas as pd
from pyspark.sql import SparkSession
from xgboost import XGBClassifier, XGBRanker, XGBRegressor
from xgboost.spark import SparkXGBClassifierModel, SparkXGBRankerModel, SparkXGBRegressorModel


def main(folder):
    SparkSession.builder.master("local[1]").getOrCreate()
    random = np.random.default_rng(4)
    rows = pd.DataFrame(random.normal(size=(200, 2)), columns=["x0", "x1"]).astype(np.float32)
    number = rows.x0 - rows.x1
    params = {"n_estimators": 3, "max_depth": 2, "eta": 0.5}
    for name, native, label, model_class in (
            ("classifier", XGBClassifier(**params), number > 0, SparkXGBClassifierModel),
            ("regressor", XGBRegressor(**params), number, SparkXGBRegressorModel),
            ("ranker", XGBRanker(**params), np.digitize(number, [-1, 0, 1]), SparkXGBRankerModel)):
        native.fit(rows, label, **({"qid": np.repeat(np.arange(20), 10)} if name == "ranker" else {}))
        model = model_class(native)
        # As the estimator hands its parameters to the model of a fit.
        model._set_xgb_params_default()
        model._set_fit_params_default()
        model._set_predict_params_default()
        model._setDefault(num_workers=1, device="cpu", force_repartition=False, repartition_random_shuffle=False, feature_names=None,
                          feature_types=None, feature_weights=None, arbitrary_params_dict={})
        model._set(n_estimators=3, max_depth=2, arbitrary_params_dict={"eta": 0.5}, features_cols=["x0", "x1"], labelCol="y")
        if name == "ranker":
            model._set(qid_col="query")
        # Its check asks the session for GPUs.
        model._validate_params = lambda: None
        model.write().overwrite().save(f"{folder}/{name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
