#include "ml/xgboost/parameters.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace firesteel::ml::xgboost {

namespace {

using nlohmann::json;

// Those that are handed to the booster as they are; XGBoost itself says what is out of range.
const ParamTable& handed_on() {
  static const ParamTable table = {{"max_depth", ValueType::kInt},
                                   {"max_leaves", ValueType::kInt},
                                   {"max_bin", ValueType::kInt, std::nullopt, at_least(2)},
                                   {"grow_policy", ValueType::kString},
                                   {"learning_rate", ValueType::kDouble},
                                   {"verbosity", ValueType::kInt, std::nullopt, in_range(0, 3)},
                                   {"booster", ValueType::kString, std::nullopt, one_of({"gbtree", "dart"})},
                                   {"tree_method", ValueType::kString, std::nullopt, one_of({"auto", "hist", "approx"})},
                                   {"gamma", ValueType::kDouble},
                                   {"min_child_weight", ValueType::kDouble},
                                   {"max_delta_step", ValueType::kDouble},
                                   {"subsample", ValueType::kDouble},
                                   {"sampling_method", ValueType::kString},
                                   {"colsample_bytree", ValueType::kDouble},
                                   {"colsample_bylevel", ValueType::kDouble},
                                   {"colsample_bynode", ValueType::kDouble},
                                   {"reg_alpha", ValueType::kDouble},
                                   {"reg_lambda", ValueType::kDouble},
                                   {"scale_pos_weight", ValueType::kDouble},
                                   {"base_score", ValueType::kString},
                                   {"random_state", ValueType::kLong},
                                   {"num_parallel_tree", ValueType::kInt},
                                   {"monotone_constraints", ValueType::kString},
                                   {"interaction_constraints", ValueType::kString},
                                   {"max_cat_to_onehot", ValueType::kInt},
                                   {"max_cat_threshold", ValueType::kInt},
                                   {"multi_strategy", ValueType::kString}};
  return table;
}

// Those that say what is read, written and how long to train, or that one process has no use for.
ParamTable own_params() {
  return {{"featuresCol", ValueType::kString, Value("features")},
          {"features_cols", ValueType::kStrings, Value(std::vector<std::string>())},
          {"labelCol", ValueType::kString, Value("label")},
          {"predictionCol", ValueType::kString, Value("prediction")},
          {"weightCol", ValueType::kString},
          {"validationIndicatorCol", ValueType::kString},
          {"base_margin_col", ValueType::kString},
          {"pred_contrib_col", ValueType::kString},
          {"enable_sparse_data_optim", ValueType::kBool, Value(false)},
          {"missing", ValueType::kDouble, Value(std::numeric_limits<double>::quiet_NaN())},
          {"feature_names", ValueType::kStrings},
          {"feature_types", ValueType::kStrings},
          {"feature_weights", ValueType::kDoubles},
          {"n_estimators", ValueType::kInt, Value(100), at_least(1)},
          {"early_stopping_rounds", ValueType::kInt, std::nullopt, at_least(1)},
          {"eval_metric", ValueType::kStrings},
          {"xgb_model", ValueType::kString},
          {"iteration_range", ValueType::kInts},
          {"arbitrary_params_dict", ValueType::kString, Value("{}")},
          {"device", ValueType::kString, Value("cpu"), one_of({"cpu", "cuda", "gpu"})},
          {"num_workers", ValueType::kInt, Value(1), at_least(1)},
          {"force_repartition", ValueType::kBool, Value(false)},
          {"repartition_random_shuffle", ValueType::kBool, Value(false)},
          {"launch_tracker_on_driver", ValueType::kBool},
          {"validate_parameters", ValueType::kBool},
          {"importance_type", ValueType::kString},
          {"verbose", ValueType::kBool, Value(true)}};
}

ParamTable declare(Kind kind) {
  ParamTable table = extend(own_params(), handed_on());
  switch (kind) {
    case Kind::kClassifier:
      return extend(std::move(table), {{"rawPredictionCol", ValueType::kString, Value("rawPrediction")},
                                       {"probabilityCol", ValueType::kString, Value("probability")},
                                       {"objective", ValueType::kString}});
    case Kind::kRegressor:
      return extend(std::move(table), {{"objective", ValueType::kString, Value("reg:squarederror")}});
    case Kind::kRanker:
      return extend(std::move(table), {{"objective", ValueType::kString, Value("rank:ndcg")},
                                       {"qid_col", ValueType::kString}});
  }
  throw_internal("unknown kind of XGBoost estimator");
}

std::string number_text(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string booster_text(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<double>(&value)) return number_text(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return to_json(value);
}

json arbitrary_params(const ParamMap& params) {
  json arbitrary = json::parse(params.text("arbitrary_params_dict"), nullptr, false);
  if (!arbitrary.is_object()) {
    throw_illegal_argument(params.uid() + " parameter arbitrary_params_dict is no JSON object of names and values.");
  }
  return arbitrary;
}

// Names that are not the estimators' to hand on, and what stands in their place.
void check_arbitrary(const json& arbitrary) {
  static const std::vector<std::pair<const char*, const char*>> reserved = {
      {"nthread", "the server's threads train"},
      {"n_jobs", "the server's threads train"},
      {"enable_categorical", "mark categorical features with 'c' in feature_types"},
      {"callbacks", "they are Python code, and none runs here"},
      {"num_class", "it is counted in the labels"},
      {"validate_parameters", "every parameter is checked"},
      {"process_type", "a fit grows new trees"},
      {"data_split_mode", "one process trains"},
      {"data", "the dataset is that of the fit"},
      {"num_feature", "it is that of the dataset"}};
  for (const auto& [name, reason] : reserved) {
    if (arbitrary.contains(name)) throw_illegal_argument("Unsupported param '" + std::string(name) + "': " + reason + ".");
  }
  for (const auto& [name, value] : arbitrary.items()) {
    if (name.empty() || value.is_object()) throw_illegal_argument("Unsupported param '" + name + "' with the value " + value.dump() + ".");
  }
}

}  // namespace

const ParamTable& param_table(Kind kind) {
  static const std::array<ParamTable, 3> tables = {declare(Kind::kClassifier), declare(Kind::kRegressor), declare(Kind::kRanker)};
  return tables[static_cast<size_t>(kind)];
}

std::string_view estimator_class(Kind kind) {
  static constexpr std::array<std::string_view, 3> names = {
      "firesteel.xgboost.SparkXGBClassifier", "firesteel.xgboost.SparkXGBRegressor", "firesteel.xgboost.SparkXGBRanker"};
  return names[static_cast<size_t>(kind)];
}

std::string_view model_class(Kind kind) {
  static constexpr std::array<std::string_view, 3> names = {"firesteel.xgboost.SparkXGBClassifierModel",
                                                            "firesteel.xgboost.SparkXGBRegressorModel",
                                                            "firesteel.xgboost.SparkXGBRankerModel"};
  return names[static_cast<size_t>(kind)];
}

void check_params(const ParamMap& params, Kind kind) {
  check_arbitrary(arbitrary_params(params));
  if (kind == Kind::kClassifier && !params.text_or_empty("objective").empty()) {
    throw_illegal_argument("Setting custom 'objective' param is not allowed in 'SparkXGBClassifier'.");
  }
  if (kind == Kind::kRanker && params.text_or_empty("qid_col").empty()) {
    throw_illegal_argument("Spark Xgboost ranker estimator requires setting `qid_col` param.");
  }
  if (params.is_set("early_stopping_rounds") && params.text_or_empty("validationIndicatorCol").empty()) {
    throw_illegal_argument("If 'early_stopping_rounds' param is set, you need to set 'validation_indicator_col' param as well.");
  }
  if (params.flag("enable_sparse_data_optim")) {
    if (params.number("missing") != 0.0) {
      throw_illegal_argument("If enable_sparse_data_optim is True, missing param != 0 is not supported.");
    }
    if (!params.texts("features_cols").empty()) {
      throw_illegal_argument(
          "If enable_sparse_data_optim is True, you cannot set multiple feature columns but you should set one feature "
          "column with values of `pyspark.ml.linalg.Vector` type.");
    }
  }
}

BoosterParams booster_params(const ParamMap& params) {
  BoosterParams result;
  for (const Param& param : handed_on()) {
    if (params.is_set(param.name)) result.emplace_back(param.name, booster_text(params.get(param.name)));
  }
  if (!params.text_or_empty("objective").empty()) result.emplace_back("objective", params.text("objective"));
  const json arbitrary = arbitrary_params(params);
  for (const auto& [name, value] : arbitrary.items()) {
    if (value.is_null()) continue;
    if (value.is_number_float()) {
      result.emplace_back(name, number_text(value.get<double>()));
    } else {
      result.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  if (params.is_set("eval_metric")) {
    for (const std::string& metric : params.texts("eval_metric")) result.emplace_back("eval_metric", metric);
  }
  return result;
}

bool is_declared(std::string_view name) {
  const auto declares = [&](const ParamTable& table) {
    return std::any_of(table.begin(), table.end(), [&](const Param& param) { return param.name == name; });
  };
  return declares(handed_on());
}

std::string device_of(const ParamMap& params) { return params.text("device") == "cpu" ? "cpu" : "cuda"; }

}  // namespace firesteel::ml::xgboost
