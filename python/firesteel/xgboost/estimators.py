"""The estimators. They check what can be checked without the data; the server trains."""
import json

from pyspark import keyword_only
from pyspark.ml.param import TypeConverters
from pyspark.ml.param.shared import HasProbabilityCol, HasRawPredictionCol
from pyspark.ml.util import JavaMLReadable, JavaMLWritable
from pyspark.ml.wrapper import JavaEstimator
from pyspark.sql.utils import is_remote

from firesteel.xgboost.models import SparkXGBClassifierModel, SparkXGBRankerModel, SparkXGBRegressorModel
from firesteel.xgboost.params import ALIASES, REFUSED, XGBoostParams, declare, plain


class _XGBoostEstimator(JavaEstimator, XGBoostParams, JavaMLWritable, JavaMLReadable):
    _model_class = None

    def __init__(self):
        super().__init__()
        if not is_remote():
            raise RuntimeError("firesteel.xgboost talks to a Firesteel server: make the session with SparkSession.builder.remote(…)")
        self._java_obj = f"firesteel.xgboost.{type(self).__name__}"

    def setParams(self, **params):
        """Sets parameters by the constructor's names. Those that it does not name go to XGBoost as they are."""
        if "arbitrary_params_dict" in params:
            raise ValueError("Invalid param name: 'arbitrary_params_dict'.")
        if "features_cols" in params:
            raise ValueError("Unsupported param 'features_cols' please use features_col instead.")
        names = {standing: alias for alias, standing in ALIASES.items()}
        extra = self.get_arbitrary_params()
        for name, value in params.items():
            if name in names:
                raise ValueError(f"Please use param name {names[name]} instead.")
            if name in REFUSED:
                if value is not None and value is not False:
                    raise ValueError(REFUSED[name])
                continue
            if name == "features_col" and isinstance(value, (list, tuple)):
                self._set(features_cols=list(value))
            elif name == "qid_col" and not self.hasParam(name):
                raise ValueError(f"{type(self).__name__} does not support `qid_col` param.")
            elif self.hasParam(ALIASES.get(name, name)):
                self._set_or_clear(ALIASES.get(name, name), value)
            else:
                extra[name] = value
        if extra:
            self._set(arbitrary_params_dict=json.dumps(plain(extra)))
        return self

    def set_device(self, value):
        """cpu, cuda or gpu."""
        return self._set(device=value)

    def _set_or_clear(self, name, value):
        if value is None:
            self.clear(self.getParam(name))
            self._paramMap.pop(self.getParam(name), None)
        else:
            self._set(**{name: plain(value) if not hasattr(value, "save_raw") else value})

    def _create_model(self, java_model):
        return self._model_class(java_model)

    def _fit(self, dataset):
        self._check()
        return super(_XGBoostEstimator, self._with_positions())._fit(dataset)

    def _check(self):
        """What needs no data to be wrong, with the messages of xgboost.spark."""
        workers = self.getOrDefault(self.num_workers)
        if workers < 1:
            raise ValueError(f"Number of workers was {workers}.It cannot be less than 1 [Default is 1]")
        if self.isSet(self.early_stopping_rounds) and not self._names(self.validationIndicatorCol):
            raise ValueError("If 'early_stopping_rounds' param is set, you need to set 'validation_indicator_col' param as well.")
        if self.getOrDefault(self.enable_sparse_data_optim):
            if self.getOrDefault(self.missing) != 0.0:
                raise ValueError("If enable_sparse_data_optim is True, missing param != 0 is not supported.")
            if self.getOrDefault(self.features_cols):
                raise ValueError("If enable_sparse_data_optim is True, you cannot set multiple feature columns but you should set "
                                 "one feature column with values of `pyspark.ml.linalg.Vector` type.")

    def _names(self, param):
        return self.isDefined(param) and self.getOrDefault(param) not in (None, "")

    def _with_positions(self):
        """This estimator with constraints by the positions of features, as XGBoost takes them, where they name features."""
        names = (self.getOrDefault(self.feature_names) if self.isDefined(self.feature_names) else None) or \
            self.getOrDefault(self.features_cols)
        resolved = {}
        if self.isSet(self.monotone_constraints) and self.getOrDefault(self.monotone_constraints).startswith("{"):
            directions = json.loads(self.getOrDefault(self.monotone_constraints))
            if not set(directions) <= set(names):
                raise ValueError("Constrained features are not a subset of training data feature names")
            resolved[self.monotone_constraints] = "(" + ",".join(str(directions.get(name, 0)) for name in names) + ")"
        if self.isSet(self.interaction_constraints):
            groups = json.loads(self.getOrDefault(self.interaction_constraints))
            if any(isinstance(feature, str) for group in groups for feature in group):
                if not {feature for group in groups for feature in group} <= set(names):
                    raise ValueError("Constrained features are not a subset of training data feature names")
                positions = [[names.index(feature) for feature in group] for group in groups]
                resolved[self.interaction_constraints] = json.dumps(positions)
        return self.copy(resolved) if resolved else self


class SparkXGBClassifier(_XGBoostEstimator, HasRawPredictionCol, HasProbabilityCol):
    """Two classes with the objective binary:logistic, more with multi:softprob."""

    _model_class = SparkXGBClassifierModel

    @keyword_only
    def __init__(self, *, features_col="features", label_col="label", prediction_col="prediction", probability_col="probability",
                 raw_prediction_col="rawPrediction", pred_contrib_col=None, validation_indicator_col=None, weight_col=None,
                 base_margin_col=None, num_workers=1, device=None, force_repartition=False, repartition_random_shuffle=False,
                 enable_sparse_data_optim=False, launch_tracker_on_driver=None, coll_cfg=None, **kwargs):
        super().__init__()
        self.setParams(**self._input_kwargs)

    def _check(self):
        super()._check()
        if self.isSet(self.objective):
            raise ValueError("Setting custom 'objective' param is not allowed in 'SparkXGBClassifier'.")


class SparkXGBRegressor(_XGBoostEstimator):
    """A number per row."""

    _model_class = SparkXGBRegressorModel

    @keyword_only
    def __init__(self, *, features_col="features", label_col="label", prediction_col="prediction", pred_contrib_col=None,
                 validation_indicator_col=None, weight_col=None, base_margin_col=None, num_workers=1, device=None,
                 force_repartition=False, repartition_random_shuffle=False, enable_sparse_data_optim=False,
                 launch_tracker_on_driver=None, coll_cfg=None, **kwargs):
        super().__init__()
        self._setDefault(objective="reg:squarederror")
        self.setParams(**self._input_kwargs)


class SparkXGBRanker(_XGBoostEstimator):
    """A score by which the rows of a query are ranked."""

    _model_class = SparkXGBRankerModel

    @keyword_only
    def __init__(self, *, features_col="features", label_col="label", prediction_col="prediction", pred_contrib_col=None,
                 validation_indicator_col=None, weight_col=None, base_margin_col=None, qid_col=None, num_workers=1, device=None,
                 force_repartition=False, repartition_random_shuffle=False, enable_sparse_data_optim=False,
                 launch_tracker_on_driver=None, coll_cfg=None, **kwargs):
        super().__init__()
        self._setDefault(objective="rank:ndcg")
        self.setParams(**self._input_kwargs)

    def _check(self):
        super()._check()
        if not self._names(self.qid_col):
            raise ValueError("Spark Xgboost ranker estimator requires setting `qid_col` param.")


declare(SparkXGBRanker, {"qid_col": TypeConverters.toString})
