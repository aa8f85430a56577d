#include "ml/xgboost/library.h"

#include <dlfcn.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/logging.h"
#include "ml/params.h"

namespace firesteel::ml::xgboost {

namespace {

// The library of the build lies beside the others that the server brings: the search path of the
// executable finds both by name. Its OpenMP comes first, so that it need not be found by the
// wheel's own search path.
constexpr const char* kLibrary = "libxgboost.so";
constexpr const char* kOpenMp = "libgomp-e985bcbb.so.1.0.0";
constexpr const char* kPathVariable = "FIRESTEEL_XGBOOST_LIBRARY";
constexpr int kMajorVersion = 3;

struct Loaded {
  Api api{};
  std::string absence;
  std::string version;
  bool has_cuda = false;
};

template <typename Function>
bool find(void* library, const char* name, Function* function) {
  *function = reinterpret_cast<Function>(dlsym(library, name));
  return *function != nullptr;
}

// The first function that is missing; empty when all are there.
std::string find_functions(void* library, Api* api) {
#define FIRESTEEL_FIND(member, name) \
  if (!find(library, #name, &api->member)) return #name
  FIRESTEEL_FIND(version, XGBoostVersion);
  FIRESTEEL_FIND(build_info, XGBuildInfo);
  FIRESTEEL_FIND(last_error, XGBGetLastError);
  FIRESTEEL_FIND(register_log_callback, XGBRegisterLogCallback);
  FIRESTEEL_FIND(matrix_from_dense, XGDMatrixCreateFromDense);
  FIRESTEEL_FIND(matrix_from_csr, XGDMatrixCreateFromCSR);
  FIRESTEEL_FIND(quantile_matrix, XGQuantileDMatrixCreateFromCallback);
  FIRESTEEL_FIND(external_quantile_matrix, XGExtMemQuantileDMatrixCreateFromCallback);
  FIRESTEEL_FIND(matrix_free, XGDMatrixFree);
  FIRESTEEL_FIND(matrix_set_info, XGDMatrixSetInfoFromInterface);
  FIRESTEEL_FIND(matrix_set_texts, XGDMatrixSetStrFeatureInfo);
  FIRESTEEL_FIND(proxy_create, XGProxyDMatrixCreate);
  FIRESTEEL_FIND(proxy_set_dense, XGProxyDMatrixSetDataDense);
  FIRESTEEL_FIND(proxy_set_columns, XGProxyDMatrixSetDataColumnar);
  FIRESTEEL_FIND(proxy_set_csr, XGProxyDMatrixSetDataCSR);
  FIRESTEEL_FIND(booster_create, XGBoosterCreate);
  FIRESTEEL_FIND(booster_free, XGBoosterFree);
  FIRESTEEL_FIND(booster_set_param, XGBoosterSetParam);
  FIRESTEEL_FIND(booster_update, XGBoosterUpdateOneIter);
  FIRESTEEL_FIND(booster_evaluate, XGBoosterEvalOneIter);
  FIRESTEEL_FIND(booster_predict_dense, XGBoosterPredictFromDense);
  FIRESTEEL_FIND(booster_predict, XGBoosterPredictFromDMatrix);
  FIRESTEEL_FIND(booster_load, XGBoosterLoadModelFromBuffer);
  FIRESTEEL_FIND(booster_save, XGBoosterSaveModelToBuffer);
  FIRESTEEL_FIND(booster_save_config, XGBoosterSaveJsonConfig);
  FIRESTEEL_FIND(booster_rounds, XGBoosterBoostedRounds);
  FIRESTEEL_FIND(booster_features, XGBoosterGetNumFeature);
  FIRESTEEL_FIND(booster_get_attribute, XGBoosterGetAttr);
  FIRESTEEL_FIND(booster_set_attribute, XGBoosterSetAttr);
  FIRESTEEL_FIND(booster_set_texts, XGBoosterSetStrFeatureInfo);
  FIRESTEEL_FIND(booster_get_texts, XGBoosterGetStrFeatureInfo);
  FIRESTEEL_FIND(booster_feature_score, XGBoosterFeatureScore);
#undef FIRESTEEL_FIND
  return "";
}

std::string loader_error() {
  const char* error = dlerror();
  return error == nullptr ? "no reason given" : error;
}

Loaded load() {
  Loaded loaded;
  const char* path = std::getenv(kPathVariable);
  const bool is_given = path != nullptr && *path != '\0';
  if (!is_given) dlopen(kOpenMp, RTLD_NOW | RTLD_LOCAL);
  void* library = dlopen(is_given ? path : kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    loaded.absence = loader_error();
    return loaded;
  }
  if (const std::string missing = find_functions(library, &loaded.api); !missing.empty()) {
    loaded.absence = "the library has no function " + missing;
    return loaded;
  }
  int major = 0;
  int minor = 0;
  int patch = 0;
  loaded.api.version(&major, &minor, &patch);
  loaded.version = std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
  if (major != kMajorVersion) {
    loaded.absence = "version " + loaded.version + " was found where " + std::to_string(kMajorVersion) + ".x is needed";
    return loaded;
  }
  const char* info = nullptr;
  if (loaded.api.build_info(&info) == 0) {
    loaded.has_cuda = nlohmann::json::parse(info, nullptr, false).value("USE_CUDA", false);
  }
  if (loaded.has_cuda) loaded.version += " (CUDA)";
  return loaded;
}

// Never unloaded: models may be destroyed at any time until the process ends.
const Loaded& loaded() {
  static const Loaded* const library = new Loaded(load());
  return *library;
}

// XGBoost's messages begin with time and source line and end with a stack.
std::string last_message() {
  std::string text = api().last_error();
  text = text.substr(0, text.find("\nStack trace:"));
  if (!text.empty() && text[0] == '[') {
    const size_t source = text.find("] ");
    const size_t message = text.find(": ", source == std::string::npos ? 0 : source);
    if (source != std::string::npos && message != std::string::npos) text = text.substr(message + 2);
  }
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
  return "XGBoost: " + text;
}

std::string interface_text(const void* data, const std::string& shape, const std::string& strides, const char* type) {
  // A null address is refused even where there is nothing to read.
  static const double nothing = 0;
  const auto address = reinterpret_cast<uintptr_t>(data != nullptr ? data : &nothing);
  return R"({"data":[)" + std::to_string(address) + R"(,true],"shape":[)" + shape + "]," + strides + R"("typestr":")" + type +
         R"(","version":3})";
}

std::atomic<int> threads_of_predictions{0};
thread_local LogCapture* current_capture = nullptr;

}  // namespace

const Api& api() {
  if (!loaded().absence.empty()) throw_unsupported("ML_LIBRARY", "XGBoost (" + loaded().absence + ")");
  return loaded().api;
}

std::string absence() { return loaded().absence; }
std::string version() { return loaded().version; }
bool has_cuda() { return loaded().has_cuda; }

void check(int status) {
  if (status != 0) throw_spark_exception(last_message());
}

void check_argument(int status) {
  if (status != 0) throw_illegal_argument(last_message());
}

void set_prediction_threads(int threads) { threads_of_predictions = threads; }
int prediction_threads() { return threads_of_predictions; }

LogCapture::LogCapture() : outer_(current_capture) {
  check(api().register_log_callback(&LogCapture::append));
  current_capture = this;
}

LogCapture::~LogCapture() { current_capture = outer_; }

void LogCapture::append(const char* message) {
  log_debug("xgboost", {{"message", message}});
  if (current_capture != nullptr) current_capture->text_ += message;
}

std::vector<std::string> LogCapture::unused_parameters() const {
  std::vector<std::string> names;
  size_t at = text_.find("Parameters: { ");
  const size_t end = text_.find(" } are not used", at == std::string::npos ? 0 : at);
  if (at == std::string::npos || end == std::string::npos) return names;
  while ((at = text_.find('"', at)) < end) {
    const size_t close = text_.find('"', at + 1);
    names.push_back(text_.substr(at + 1, close - at - 1));
    at = close + 1;
  }
  return names;
}

std::string array_interface(const void* data, int64_t rows, int64_t columns, const char* type) {
  const std::string shape = std::to_string(rows) + (columns > 0 ? "," + std::to_string(columns) : "");
  return interface_text(data, shape, "", type);
}

std::string columns_interface(const float* data, int64_t rows, int64_t columns) {
  const std::string strides = R"("strides":[4,)" + std::to_string(4 * rows) + "],";
  return interface_text(data, std::to_string(rows) + "," + std::to_string(columns), strides, "<f4");
}

std::string json_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return nlohmann::json(value).dump();
}

}  // namespace firesteel::ml::xgboost
