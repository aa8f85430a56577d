// Models on the disk: the layout of xgboost.spark.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.h"
#include "ml/metadata_line.h"
#include "ml/persistence.h"
#include "ml/registry.h"
#include "ml/xgboost/ensemble_check.h"
#include "ml/xgboost/model.h"

namespace firesteel::ml::xgboost {

namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* kNativeModule = "xgboost.spark.estimator.";

ScoreHistory history_of(const json& metadata) {
  ScoreHistory history;
  const json text = metadata.value("evals_result", json::object());
  if (!text.is_object()) return history;
  for (const auto& [matrix, metrics] : text.items()) {
    for (const auto& [metric, scores] : metrics.items()) {
      for (const json& score : scores) history[matrix][metric].push_back(std::get<double>(from_json(score.dump(), ValueType::kDouble)));
    }
  }
  return history;
}

// The value in the form that this table declares. xgboost.spark keeps any Python value of a
// parameter.
Value stored_value(const Param& param, const json& value) {
  if (value.is_null()) return std::monostate{};
  if (param.type == ValueType::kString && !value.is_string()) {
    // Numbers, tuples of constraints, dictionaries of other parameters.
    return value.dump();
  }
  if (param.type == ValueType::kStrings && value.is_string()) return std::vector<std::string>{value.get<std::string>()};
  return from_json(value.dump(), param.type);
}

ParamMap stored_params(const Metadata& metadata, const json& line, Kind kind) {
  const ParamTable& table = param_table(kind);
  ParamMap params(table, metadata.uid);
  const json set = line.value("paramMap", json::object());
  for (const auto& [name, value] : set.items()) {
    const auto found = std::find_if(table.begin(), table.end(), [&, &key = name](const Param& param) { return param.name == key; });
    if (found == table.end()) params.set(name, Value(true));  // raises Spark's error for the name
    params.set(name, stored_value(*found, value));
  }
  return params;
}

// Text files of one folder, joined: xgboost.spark cuts the ensemble's JSON into lines.
std::string joined_text(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && name[0] != '_' && name[0] != '.') files.push_back(entry.path());
  }
  if (error) throw SparkError("PATH_NOT_FOUND", {{"path", "file:" + fs::absolute(folder).string()}});
  std::sort(files.begin(), files.end());
  std::string text;
  for (const fs::path& file : files) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream content;
    content << stream.rdbuf();
    text += content.str();
  }
  text.erase(std::remove(text.begin(), text.end(), '\n'), text.end());
  return text;
}

}  // namespace

std::string history_json(const ScoreHistory& history) {
  nlohmann::ordered_json all = nlohmann::ordered_json::object();
  for (const auto& [matrix, metrics] : history) {
    for (const auto& [metric, scores] : metrics) all[matrix][metric] = nlohmann::ordered_json::parse(to_json(Value(scores)));
  }
  return all.dump();
}

void XgboostModel::write(const std::string& folder, const ParamMap& params) const {
  json line = json::parse(metadata_line(jvm_class(), params));
  // As xgboost.spark: a dictionary; and the model to go on from is part of this one.
  json& set = line["paramMap"];
  if (set.contains("arbitrary_params_dict")) set["arbitrary_params_dict"] = json::parse(set["arbitrary_params_dict"].get<std::string>());
  set.erase("xgb_model");
  const json extra = {{"paramMap", set}, {"evals_result", json::parse(history_json(history_))}};
  write_metadata(folder, jvm_class(), params, extra.dump());
  const fs::path path = fs::path(folder) / "model";
  fs::create_directories(path);
  // One line of JSON and a name by which XGBoost knows the format: its load_model reads the file, too.
  std::ofstream file(path / "part-00000.json", std::ios::binary);
  file << booster_->bytes("json");
  file.close();
  if (!file) throw_spark_exception("Cannot write " + path.string());
  std::ofstream(path / "_SUCCESS").close();
}

std::shared_ptr<const Model> read_model(Kind kind, const std::string& folder) {
  const Metadata metadata = read_metadata(folder, "");
  const std::string expected(model_class(kind));
  require(metadata.jvm_class == expected || metadata.jvm_class == kNativeModule + simple_name(expected),
          "Error loading metadata: Expected class name " + expected + " but found class name " + metadata.jvm_class);
  const json line = json::parse(metadata.json);
  ParamMap params = stored_params(metadata, line, kind);
  const std::string text = joined_text(fs::path(folder) / "model");
  check_ensemble(text);
  return std::make_shared<XgboostModel>(kind, std::move(params), text, history_of(line));
}

}  // namespace firesteel::ml::xgboost
