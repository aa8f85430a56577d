"""Fitted models: they predict on the server and can be taken from there as XGBoost's own JSON."""
import json
from dataclasses import dataclass, field
from typing import Dict, List

from pyspark.ml.param import TypeConverters
from pyspark.ml.param.shared import HasProbabilityCol, HasRawPredictionCol
from pyspark.ml.util import JavaMLReadable, JavaMLWritable
from pyspark.ml.wrapper import JavaModel

from firesteel.xgboost.params import XGBoostParams, declare


@dataclass
class XGBoostTrainingSummary:
    """The metrics of each round, by their names."""

    train_objective_history: Dict[str, List[float]] = field(default_factory=dict)
    validation_objective_history: Dict[str, List[float]] = field(default_factory=dict)


class _XGBoostModel(JavaModel, XGBoostParams, JavaMLWritable, JavaMLReadable):

    @property
    def training_summary(self):
        """The metrics of each round on the rows of training and of validation."""
        history = json.loads(self._call_java("evalsResult"))
        return XGBoostTrainingSummary(history.get("training", {}), history.get("validation", {}))

    @property
    def best_iteration(self):
        """The best round of a fit with early stopping, otherwise None."""
        return self._call_java("bestIteration")

    @property
    def best_score(self):
        """The metric of the best round of a fit with early stopping, otherwise None."""
        return self._call_java("bestScore")

    @property
    def numFeatures(self):
        return self._call_java("numFeatures")

    def num_boosted_rounds(self):
        """How many rounds were trained."""
        return self._call_java("numBoostedRounds")

    def get_feature_importances(self, importance_type="weight"):
        """The importance of each feature that takes part in a split: weight, gain, cover, total_gain or total_cover."""
        return json.loads(self._call_java("featureScores", importance_type))

    def booster_json(self):
        """The ensemble as XGBoost's JSON; `xgboost.Booster` loads its bytes."""
        text, part = "", None
        while part is None or part:
            part = self._call_java("boosterText", len(text))
            text += part
        return text

    def get_booster(self):
        """The ensemble as an `xgboost.Booster`, which takes an installed xgboost."""
        try:
            from xgboost import Booster
        except ImportError as error:
            raise ImportError("get_booster() gives an xgboost.Booster: install xgboost, or take booster_json()") from error
        return Booster(model_file=bytearray(self.booster_json(), "utf-8"))


class SparkXGBRegressorModel(_XGBoostModel):
    """What SparkXGBRegressor.fit returns."""


class SparkXGBRankerModel(_XGBoostModel):
    """What SparkXGBRanker.fit returns."""


class SparkXGBClassifierModel(_XGBoostModel, HasRawPredictionCol, HasProbabilityCol):
    """What SparkXGBClassifier.fit returns."""

    @property
    def numClasses(self):
        return self._call_java("numClasses")


declare(SparkXGBRankerModel, {"qid_col": TypeConverters.toString})
