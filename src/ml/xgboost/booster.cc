#include "ml/xgboost/booster.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "ml/xgboost/library.h"

namespace firesteel::ml::xgboost {

namespace {

constexpr int kPredictValue = 0;
constexpr int kPredictMargin = 1;
constexpr int kPredictContributions = 2;

// A matrix of its own for one call.
class TemporaryMatrix {
 public:
  TemporaryMatrix() = default;
  TemporaryMatrix(const TemporaryMatrix&) = delete;
  TemporaryMatrix& operator=(const TemporaryMatrix&) = delete;
  ~TemporaryMatrix() {
    if (handle != nullptr) api().matrix_free(handle);
  }

  void set_margins(const float* margins, int64_t count) const {
    check(api().matrix_set_info(handle, "base_margin", array_interface(margins, count, 0, "<f4").c_str()));
  }

  void* handle = nullptr;
};

std::string predict_config(int type, const PredictOptions& options) {
  return R"({"type":)" + std::to_string(type) + R"(,"training":false,"iteration_begin":)" +
         std::to_string(options.first_iteration) + R"(,"iteration_end":)" + std::to_string(options.end_iteration) +
         R"(,"missing":)" + json_number(options.missing) + R"(,"strict_shape":true,"cache_id":0})";
}

Predictions shaped(const float* values, const uint64_t* shape, uint64_t dimensions) {
  Predictions result{values, static_cast<int64_t>(shape[0]), 1};
  for (uint64_t d = 1; d < dimensions; ++d) result.width *= static_cast<int64_t>(shape[d]);
  return result;
}

}  // namespace

Booster::Booster(const std::vector<const Matrix*>& matrices) {
  std::vector<void*> handles;
  for (const Matrix* matrix : matrices) handles.push_back(matrix->handle());
  check(api().booster_create(handles.data(), handles.size(), &handle_));
}

Booster::~Booster() {
  if (handle_ != nullptr) api().booster_free(handle_);
}

Booster Booster::of_bytes(const std::string& bytes) {
  Booster booster;
  booster.load(bytes);
  booster.set("nthread", std::to_string(prediction_threads()));
  booster.set("device", "cpu");
  // Configured once and for all: that must not happen on several threads that predict.
  booster.configure();
  return booster;
}

void Booster::load(const std::string& bytes) {
  // XGBoost reads beyond the end of fewer bytes than it tells formats apart by.
  if (bytes.size() < 4 || bytes[0] != '{') throw_illegal_argument("XGBoost: this is no model in JSON or UBJSON.");
  check_argument(api().booster_load(handle_, bytes.data(), bytes.size()));
}

void Booster::set(const std::string& name, const std::string& value) {
  check_argument(api().booster_set_param(handle_, name.c_str(), value.c_str()));
}

std::string Booster::configure() {
  uint64_t bytes = 0;
  const char* text = nullptr;
  check_argument(api().booster_save_config(handle_, &bytes, &text));
  return {text, bytes};
}

void Booster::set_texts(const char* field, const std::vector<std::string>& texts) {
  std::vector<const char*> pointers;
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  check(api().booster_set_texts(handle_, field, pointers.data(), pointers.size()));
}

std::vector<std::string> Booster::texts(const char* field) const {
  uint64_t count = 0;
  const char** texts = nullptr;
  check(api().booster_get_texts(handle_, field, &count, &texts));
  return {texts, texts + count};
}

void Booster::set_attribute(const std::string& name, const std::string& value) {
  check(api().booster_set_attribute(handle_, name.c_str(), value.c_str()));
}

std::string Booster::attribute(const std::string& name) const {
  const char* text = nullptr;
  int found = 0;
  check(api().booster_get_attribute(handle_, name.c_str(), &text, &found));
  return found != 0 ? text : "";
}

void Booster::update(int iteration, const Matrix& matrix) { check(api().booster_update(handle_, iteration, matrix.handle())); }

std::vector<Score> Booster::evaluate(int iteration, const std::vector<std::pair<std::string, const Matrix*>>& matrices) {
  std::vector<void*> handles;
  std::vector<const char*> names;
  for (const auto& [name, matrix] : matrices) {
    names.push_back(name.c_str());
    handles.push_back(matrix->handle());
  }
  const char* line = nullptr;
  check(api().booster_evaluate(handle_, iteration, handles.data(), names.data(), handles.size(), &line));
  // "[3]\ttraining-logloss:0.5\tvalidation-logloss:0.6"
  std::vector<Score> scores;
  std::istringstream parts(line);
  std::string part;
  parts >> part;
  while (parts >> part) {
    const size_t dash = part.find('-');
    const size_t colon = part.rfind(':');
    scores.push_back({part.substr(0, dash), part.substr(dash + 1, colon - dash - 1), std::strtod(part.c_str() + colon + 1, nullptr)});
  }
  return scores;
}

Predictions Booster::predict(const float* rows, int64_t count, int64_t columns, const float* margins,
                             const PredictOptions& options) const {
  TemporaryMatrix proxy;
  if (margins != nullptr) {
    check(api().proxy_create(&proxy.handle));
    proxy.set_margins(margins, count);
  }
  const uint64_t* shape = nullptr;
  uint64_t dimensions = 0;
  const float* values = nullptr;
  check(api().booster_predict_dense(handle_, array_interface(rows, count, columns, "<f4").c_str(),
                                    predict_config(options.is_margin ? kPredictMargin : kPredictValue, options).c_str(),
                                    proxy.handle, &shape, &dimensions, &values));
  return shaped(values, shape, dimensions);
}

Predictions Booster::contributions(const float* rows, int64_t count, int64_t columns, const float* margins,
                                   const PredictOptions& options) const {
  TemporaryMatrix matrix;
  const std::string config = R"({"missing":)" + json_number(options.missing) + R"(,"nthread":)" + std::to_string(prediction_threads()) + "}";
  check(api().matrix_from_dense(array_interface(rows, count, columns, "<f4").c_str(), config.c_str(), &matrix.handle));
  if (margins != nullptr) matrix.set_margins(margins, count);
  const uint64_t* shape = nullptr;
  uint64_t dimensions = 0;
  const float* values = nullptr;
  check(api().booster_predict(handle_, matrix.handle, predict_config(kPredictContributions, options).c_str(), &shape,
                              &dimensions, &values));
  return shaped(values, shape, dimensions);
}

int Booster::rounds() const {
  int rounds = 0;
  check(api().booster_rounds(handle_, &rounds));
  return rounds;
}

int64_t Booster::features() const {
  uint64_t features = 0;
  check(api().booster_features(handle_, &features));
  return static_cast<int64_t>(features);
}

std::string Booster::bytes(const char* format) const {
  const std::string config = R"({"format":")" + std::string(format) + R"("})";
  uint64_t bytes = 0;
  const char* data = nullptr;
  check(api().booster_save(handle_, config.c_str(), &bytes, &data));
  return {data, bytes};
}

std::vector<std::pair<std::string, double>> Booster::feature_scores(const std::string& importance_type) const {
  nlohmann::json config = {{"importance_type", importance_type}};
  if (const std::vector<std::string> names = texts("feature_name"); !names.empty()) config["feature_names"] = names;
  uint64_t count = 0;
  const char** names = nullptr;
  uint64_t dimensions = 0;
  const uint64_t* shape = nullptr;
  const float* scores = nullptr;
  check_argument(api().booster_feature_score(handle_, config.dump().c_str(), &count, &names, &dimensions, &shape, &scores));
  std::vector<std::pair<std::string, double>> result;
  for (uint64_t i = 0; i < count; ++i) result.emplace_back(names[i], scores[i]);
  return result;
}

}  // namespace firesteel::ml::xgboost
