#include "ml/xgboost/model.h"

#include <arrow/api.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "ml/registry.h"
#include "ml/xgboost/feature_source.h"
#include "ml/xgboost/prediction.h"

namespace firesteel::ml::xgboost {

namespace {

// Characters of a model in one answer: below the size that clients accept for a message.
constexpr int64_t kTextMax = int64_t{16} << 20;

// Numbers that the ensemble gives per row, out of its settings, where counts are texts.
int32_t count_outputs(const std::string& settings) {
  const nlohmann::json config = nlohmann::json::parse(settings, nullptr, false);
  const auto count = [&](const char* name) {
    const nlohmann::json::json_pointer path(std::string("/learner/learner_model_param/") + name);
    return std::max(1, static_cast<int>(std::strtol(config.value(path, std::string("1")).c_str(), nullptr, 10)));
  };
  return count("num_class") * count("num_target");
}

std::string text_argument(const MethodCall& call, const std::string& fallback) {
  if (call.arguments.empty()) return fallback;
  const auto* text = std::get_if<std::string>(&call.arguments[0]);
  require(text != nullptr, call.method + " takes a text");
  return *text;
}

int64_t number_argument(const MethodCall& call) {
  if (call.arguments.empty()) return 0;
  if (const auto* number = std::get_if<int32_t>(&call.arguments[0])) return *number;
  const auto* number = std::get_if<int64_t>(&call.arguments[0]);
  require(number != nullptr, call.method + " takes a number");
  return *number;
}

std::string scores_json(const Booster& booster, const std::string& importance_type) {
  nlohmann::ordered_json scores = nlohmann::ordered_json::object();
  for (const auto& [name, score] : booster.feature_scores(importance_type)) scores[name] = score;
  return scores.dump();
}

}  // namespace

XgboostModel::XgboostModel(Kind kind, ParamMap params, const std::string& bytes, ScoreHistory history)
    : kind_(kind), params_(std::move(params)), history_(std::move(history)) {
  Booster booster = Booster::of_bytes(bytes);
  const std::string settings = booster.configure();
  booster_ = std::make_shared<const Booster>(std::move(booster));
  features_ = static_cast<int32_t>(booster_->features());
  if (features_ <= 0) throw_illegal_argument("This is no model of XGBoost: it has no features.");
  outputs_ = count_outputs(settings);
  if (kind_ != Kind::kClassifier && outputs_ != 1) {
    throw_unsupported("ML_PARAM", "objective with " + std::to_string(outputs_) + " predictions per row in " + class_name());
  }
  size_bytes_ = static_cast<int64_t>(sizeof(*this)) + 2 * static_cast<int64_t>(booster_->bytes("ubj").size());
}

std::string XgboostModel::class_name() const { return simple_name(model_class(kind_)); }

int XgboostModel::best_iteration() const {
  const std::string text = booster_->attribute("best_iteration");
  return text.empty() ? -1 : static_cast<int>(std::strtol(text.c_str(), nullptr, 10));
}

std::string XgboostModel::text_from(int64_t offset) const {
  const std::string text = booster_->bytes("json");
  const auto size = static_cast<int64_t>(text.size());
  return text.substr(static_cast<size_t>(std::clamp<int64_t>(offset, 0, size)), kTextMax);
}

Attribute XgboostModel::attribute(const std::shared_ptr<const Attributed>& /*self*/, const MethodCall& call) const {
  const std::string& method = call.method;
  if (method == "numFeatures") return Value(features_);
  if (method == "numClasses" && kind_ == Kind::kClassifier) return Value(std::max(2, outputs_));
  if (method == "numBoostedRounds") return Value(booster_->rounds());
  if (method == "bestIteration") return best_iteration() < 0 ? Value() : Value(best_iteration());
  if (method == "bestScore") {
    const std::string score = booster_->attribute("best_score");
    return score.empty() ? Value() : Value(std::strtod(score.c_str(), nullptr));
  }
  if (method == "featureNames") return Value(booster_->texts("feature_name"));
  if (method == "featureScores") return Value(scores_json(*booster_, text_argument(call, "weight")));
  if (method == "evalsResult") return Value(history_json(history_));
  if (method == "boosterText") return Value(text_from(number_argument(call)));
  if (method == "toString") {
    return Value(class_name() + ": uid=" + params_.uid() + ", numRounds=" + std::to_string(booster_->rounds()) +
                 ", numFeatures=" + std::to_string(features_));
  }
  throw_no_attribute(*this, method);
}

Fields XgboostModel::transform_schema(const Fields& input, const ParamMap& params) const {
  FeatureSource::of(input, params, true);
  const std::string margins = params.text_or_empty("base_margin_col");
  if (!margins.empty()) check_numeric_field(input, margins);
  Fields output = input;
  const bool is_classifier = kind_ == Kind::kClassifier;
  if (is_classifier) output = append_field(output, {params.text("rawPredictionCol"), vector_type(), true, ""});
  output = append_field(output, {params.text("predictionCol"), plan::Type::double_number(), true, ""});
  if (is_classifier) output = append_field(output, {params.text("probabilityCol"), vector_type(), true, ""});
  const plan::Type contributions =
      is_classifier ? plan::Type::array(plan::Type::array(plan::Type::double_number())) : vector_type();
  return append_field(output, {params.text_or_empty("pred_contrib_col"), contributions, true, ""});
}

std::unique_ptr<BatchTransform> XgboostModel::bind(const Fields& input, const ParamMap& params) const {
  const std::string margins = params.text_or_empty("base_margin_col");
  PredictionPlan plan{.kind = kind_,
                      .booster = booster_,
                      .source = FeatureSource::of(input, params, true),
                      .margin_position = margins.empty() ? -1 : find_position(input, margins),
                      .features = features_,
                      .outputs = outputs_,
                      .model = class_name()};
  plan.options.missing = static_cast<float>(params.number("missing"));
  plan.options.end_iteration = best_iteration() + 1;
  if (params.is_set("iteration_range")) {
    const auto& range = std::get<std::vector<int32_t>>(params.get("iteration_range"));
    require(range.size() == 2 && range[0] >= 0, "iteration_range is the first round and the one behind the last");
    // As xgboost's scikit-learn models do: a range without an end is that up to the best round.
    if (range[1] != 0) {
      plan.options.first_iteration = range[0];
      plan.options.end_iteration = range[1];
    }
  }
  plan.prediction_column = params.text("predictionCol");
  plan.contributions_column = params.text_or_empty("pred_contrib_col");
  if (kind_ == Kind::kClassifier) {
    plan.raw_column = params.text("rawPredictionCol");
    plan.probability_column = params.text("probabilityCol");
  }
  return make_prediction(std::move(plan));
}

std::vector<std::string> XgboostModel::input_columns(const ParamMap& params) const {
  std::vector<std::string> names = feature_columns(params);
  if (!params.text_or_empty("base_margin_col").empty()) names.push_back(params.text("base_margin_col"));
  return names;
}

}  // namespace firesteel::ml::xgboost
