#include "ml/shared_params.h"

#include <algorithm>
#include <cmath>

#include "ml/registry.h"

namespace firesteel::ml {

namespace {

// Thresholds are not negative, their sum is positive and at most one of them is zero.
bool are_thresholds(const Value& value) {
  const auto& thresholds = std::get<std::vector<double>>(value);
  double sum = 0;
  int zeros = 0;
  for (const double t : thresholds) {
    if (!(t >= 0)) return false;
    sum += t;
    zeros += t == 0;
  }
  return zeros <= 1 && sum > 0;
}

}  // namespace

ParamTable predictor_params() {
  return {{"featuresCol", ValueType::kString, Value("features")},
          {"labelCol", ValueType::kString, Value("label")},
          {"predictionCol", ValueType::kString, Value("prediction")}};
}

ParamTable probabilistic_classifier_params() {
  return extend(predictor_params(), {{"rawPredictionCol", ValueType::kString, Value("rawPrediction")},
                                     {"probabilityCol", ValueType::kString, Value("probability")},
                                     {"thresholds", ValueType::kDoubles, std::nullopt, are_thresholds}});
}

ParamTable input_output_params() {
  return {{"inputCol", ValueType::kString},
          {"outputCol", ValueType::kString},
          {"inputCols", ValueType::kStrings},
          {"outputCols", ValueType::kStrings}};
}

int64_t class_name_seed(std::string_view jvm_class) {
  uint32_t hash = 0;
  for (const char c : jvm_class) hash = hash * 31 + static_cast<unsigned char>(c);
  return static_cast<int32_t>(hash);
}

std::string output_column(const ParamMap& params) {
  return params.is_set("outputCol") ? params.text("outputCol") : params.uid() + "__output";
}

std::vector<ColumnPair> column_pairs(const ParamMap& params) {
  const bool many = params.declares("inputCols") && params.is_set("inputCols");
  const bool one = params.is_set("inputCol");
  const std::string name = params.uid().substr(0, params.uid().find('_')) + " " + params.uid();
  require(!(many && one), name + " requires exactly one of inputCol, inputCols Params to be set, but both are set.");
  require(many || one, name + " requires exactly one of inputCol, inputCols Params to be set, but neither is set.");
  if (one) return {{params.text("inputCol"), output_column(params)}};
  const std::vector<std::string>& inputs = params.texts("inputCols");
  require(params.is_set("outputCols"), name + " requires outputCols to be set when inputCols are.");
  const std::vector<std::string>& outputs = params.texts("outputCols");
  require(inputs.size() == outputs.size(),
          "The number of input columns " + std::to_string(inputs.size()) +
              " must be the same as the number of output columns " + std::to_string(outputs.size()) + ".");
  std::vector<ColumnPair> pairs;
  for (size_t i = 0; i < inputs.size(); ++i) pairs.push_back({inputs[i], outputs[i]});
  return pairs;
}

std::vector<std::string> input_names(const ParamMap& params) {
  std::vector<std::string> names;
  for (ColumnPair& pair : column_pairs(params)) names.push_back(std::move(pair.input));
  return names;
}

}  // namespace firesteel::ml
