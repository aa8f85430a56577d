"""The parameters of the estimators and models: the names of `xgboost.spark`, in values that the protocol carries."""
import json

from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.param.shared import (
    HasFeaturesCol,
    HasLabelCol,
    HasPredictionCol,
    HasValidationIndicatorCol,
    HasWeightCol,
)


def plain(value):
    """The value without types of NumPy."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(held) for held in value]
    return value


def _metrics(value):
    metrics = [value] if isinstance(value, str) else value
    if not isinstance(metrics, (list, tuple)) or not all(isinstance(metric, str) for metric in metrics):
        raise ValueError("Only string type or list of string type 'eval_metric' param is allowed.")
    return list(metrics)


def _objective(value):
    if not isinstance(value, str):
        raise ValueError("Only string type 'objective' param is allowed.")
    return value


def _device(value):
    if not isinstance(value, str):
        raise TypeError(f"Invalid type for the `device` parameter: expecting str, got {type(value)}")
    if ":" in value:
        raise ValueError("Distributed training doesn't support selecting device ordinal. Use `device=cuda` or `device=gpu` instead.")
    if value not in ("cpu", "cuda", "gpu"):
        raise ValueError(f"device is one of cpu, cuda and gpu, not {value}")
    return value


def _booster(value):
    if value == "gblinear":
        raise NotImplementedError("booster `gblinear` is not supported for distributed training.")
    return TypeConverters.toString(value)


def _tree_method(value):
    if value == "exact":
        raise ValueError("The `exact` tree method is not supported for distributed systems.")
    return TypeConverters.toString(value)


def _text(value):
    """Text as it is, anything else in the form that XGBoost reads: JSON."""
    return value if isinstance(value, str) else json.dumps(plain(value))


def _monotone_constraints(value):
    value = plain(value)
    if isinstance(value, list):
        return "(" + ",".join(str(int(direction)) for direction in value) + ")"
    return _text(value)


def _initial_model(value):
    """A model to go on from: a Booster, a model of this package, or the JSON of one."""
    if hasattr(value, "booster_json"):
        return value.booster_json()
    if hasattr(value, "save_raw"):
        value = value.save_raw("json")
    if isinstance(value, (bytes, bytearray)):
        value = bytes(value).decode("utf-8")
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        raise ValueError("The xgb_model param must be set with a `xgboost.core.Booster` instance, a model, or its JSON.")
    return value


# name -> (converter, default); no default: not set, as None in xgboost.spark.
BOOSTER_PARAMS = {
    "max_depth": TypeConverters.toInt,
    "max_leaves": TypeConverters.toInt,
    "max_bin": TypeConverters.toInt,
    "grow_policy": TypeConverters.toString,
    "learning_rate": TypeConverters.toFloat,
    "verbosity": TypeConverters.toInt,
    "objective": _objective,
    "booster": _booster,
    "tree_method": _tree_method,
    "gamma": TypeConverters.toFloat,
    "min_child_weight": TypeConverters.toFloat,
    "max_delta_step": TypeConverters.toFloat,
    "subsample": TypeConverters.toFloat,
    "sampling_method": TypeConverters.toString,
    "colsample_bytree": TypeConverters.toFloat,
    "colsample_bylevel": TypeConverters.toFloat,
    "colsample_bynode": TypeConverters.toFloat,
    "reg_alpha": TypeConverters.toFloat,
    "reg_lambda": TypeConverters.toFloat,
    "scale_pos_weight": TypeConverters.toFloat,
    "base_score": _text,
    "random_state": TypeConverters.toInt,
    "num_parallel_tree": TypeConverters.toInt,
    "monotone_constraints": _monotone_constraints,
    "interaction_constraints": _text,
    "importance_type": TypeConverters.toString,
    "validate_parameters": TypeConverters.toBoolean,
    "max_cat_to_onehot": TypeConverters.toInt,
    "max_cat_threshold": TypeConverters.toInt,
    "multi_strategy": TypeConverters.toString,
    "eval_metric": _metrics,
    "early_stopping_rounds": TypeConverters.toInt,
    "n_estimators": TypeConverters.toInt,
    "missing": TypeConverters.toFloat,
    "feature_names": TypeConverters.toListString,
    "feature_types": TypeConverters.toListString,
    "feature_weights": TypeConverters.toListFloat,
    "xgb_model": _initial_model,
    "verbose": TypeConverters.toBoolean,
    "iteration_range": TypeConverters.toListInt,
    "device": _device,
    "num_workers": TypeConverters.toInt,
    "force_repartition": TypeConverters.toBoolean,
    "repartition_random_shuffle": TypeConverters.toBoolean,
    "launch_tracker_on_driver": TypeConverters.toBoolean,
    "enable_sparse_data_optim": TypeConverters.toBoolean,
    "features_cols": TypeConverters.toListString,
    "base_margin_col": TypeConverters.toString,
    "pred_contrib_col": TypeConverters.toString,
    # A dictionary, kept as the JSON text that the protocol carries.
    "arbitrary_params_dict": _text,
}

DEFAULTS = {
    "n_estimators": 100,
    "missing": float("nan"),
    "device": "cpu",
    "num_workers": 1,
    "force_repartition": False,
    "repartition_random_shuffle": False,
    "enable_sparse_data_optim": False,
    "features_cols": [],
    "arbitrary_params_dict": {},
    "verbose": True,
}

# The names of the constructor for the parameters that pyspark.ml shares.
ALIASES = {
    "features_col": "featuresCol",
    "label_col": "labelCol",
    "weight_col": "weightCol",
    "raw_prediction_col": "rawPredictionCol",
    "prediction_col": "predictionCol",
    "probability_col": "probabilityCol",
    "validation_indicator_col": "validationIndicatorCol",
}

# What xgboost.spark refuses, and what stands in its place.
REFUSED = {
    "enable_categorical": "`xgboost.spark` estimators do not have 'enable_categorical' param, but you can set `feature_types` param "
                          "and mark categorical features with 'c' string.",
    "callbacks": "Unsupported param 'callbacks': the server trains without Python.",
    "coll_cfg": "Unsupported param 'coll_cfg': one process trains, there is no tracker to configure.",
    **{name: f"Unsupported param '{name}'." for name in (
        "n_jobs", "nthread", "sample_weight", "eval_set", "sample_weight_eval_set", "base_margin", "base_margin_eval_set", "group",
        "qid", "eval_group", "eval_qid", "evals", "evals_result", "output_margin", "validate_features")},
}


class XGBoostParams(HasFeaturesCol, HasLabelCol, HasWeightCol, HasPredictionCol, HasValidationIndicatorCol):
    """What the estimators and models of this package share."""

    def __init__(self, *args):
        super().__init__(*args)
        self._setDefault(**{name: value for name, value in DEFAULTS.items() if self.hasParam(name)})

    def get_arbitrary_params(self):
        """The parameters that the constructor does not name, as a dictionary."""
        return json.loads(self.getOrDefault("arbitrary_params_dict")) if self.isSet("arbitrary_params_dict") else {}


def declare(owner, names):
    """Gives the class `owner` a Param of each name."""
    for name, converter in names.items():
        setattr(owner, name, Param(Params._dummy(), name, f"Refer to XGBoost's documentation of {name}.", converter))
    return owner


declare(XGBoostParams, BOOSTER_PARAMS)
