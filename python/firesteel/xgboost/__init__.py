"""XGBoost on a Firesteel server, with the names of `xgboost.spark`.

The estimators and models talk Spark Connect's ML commands, as those of `pyspark.ml` do; the server trains and predicts with
XGBoost's own library.
"""
from firesteel.xgboost.estimators import SparkXGBClassifier, SparkXGBRanker, SparkXGBRegressor
from firesteel.xgboost.models import (
    SparkXGBClassifierModel,
    SparkXGBRankerModel,
    SparkXGBRegressorModel,
    XGBoostTrainingSummary,
)

__all__ = [
    "SparkXGBClassifier",
    "SparkXGBClassifierModel",
    "SparkXGBRanker",
    "SparkXGBRankerModel",
    "SparkXGBRegressor",
    "SparkXGBRegressorModel",
    "XGBoostTrainingSummary",
]

# The client asks the server to read an instance by the name of its class, and pipelines import it by that name.
for _class in (SparkXGBClassifier, SparkXGBClassifierModel, SparkXGBRanker, SparkXGBRankerModel, SparkXGBRegressor,
               SparkXGBRegressorModel):
    _class.__module__ = __name__
del _class
