// XGBoost's C library, loaded when it is first asked for: a server that trains none of its models
// does not hold it. Only this file and its source know where the library lies; nothing of XGBoost's
// own headers is needed, since the C interface below is documented and stable.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace firesteel::ml::xgboost {

// A DMatrix, a proxy of one, or a booster.
using Handle = void*;

// The functions of the C interface that are used here. All but the first three return 0, or
// something else when `last_error` has a text.
struct Api {
  void (*version)(int* major, int* minor, int* patch);
  int (*build_info)(const char** json);
  const char* (*last_error)();
  int (*register_log_callback)(void (*callback)(const char*));

  int (*matrix_from_dense)(const char* data, const char* config, Handle* out);
  int (*matrix_from_csr)(const char* offsets, const char* indices, const char* values, uint64_t columns,
                         const char* config, Handle* out);
  int (*quantile_matrix)(Handle rows, Handle proxy, Handle reference, void (*reset)(Handle), int (*next)(Handle),
                         const char* config, Handle* out);
  int (*external_quantile_matrix)(Handle rows, Handle proxy, Handle reference, void (*reset)(Handle),
                                  int (*next)(Handle), const char* config, Handle* out);
  int (*matrix_free)(Handle matrix);
  int (*matrix_set_info)(Handle matrix, const char* field, const char* data);
  int (*matrix_set_texts)(Handle matrix, const char* field, const char** texts, uint64_t count);
  int (*proxy_create)(Handle* out);
  int (*proxy_set_dense)(Handle proxy, const char* data);
  int (*proxy_set_columns)(Handle proxy, const char* data);
  int (*proxy_set_csr)(Handle proxy, const char* offsets, const char* indices, const char* values, uint64_t columns);

  int (*booster_create)(const Handle* matrices, uint64_t count, Handle* out);
  int (*booster_free)(Handle booster);
  int (*booster_set_param)(Handle booster, const char* name, const char* value);
  int (*booster_update)(Handle booster, int iteration, Handle matrix);
  int (*booster_evaluate)(Handle booster, int iteration, Handle* matrices, const char** names, uint64_t count,
                          const char** out);
  int (*booster_predict_dense)(Handle booster, const char* values, const char* config, Handle proxy,
                               const uint64_t** shape, uint64_t* dimensions, const float** out);
  int (*booster_predict)(Handle booster, Handle matrix, const char* config, const uint64_t** shape,
                         uint64_t* dimensions, const float** out);
  int (*booster_load)(Handle booster, const void* data, uint64_t bytes);
  int (*booster_save)(Handle booster, const char* config, uint64_t* bytes, const char** out);
  int (*booster_save_config)(Handle booster, uint64_t* bytes, const char** out);
  int (*booster_rounds)(Handle booster, int* out);
  int (*booster_features)(Handle booster, uint64_t* out);
  int (*booster_get_attribute)(Handle booster, const char* key, const char** out, int* found);
  int (*booster_set_attribute)(Handle booster, const char* key, const char* value);
  int (*booster_set_texts)(Handle booster, const char* field, const char** texts, uint64_t count);
  int (*booster_get_texts)(Handle booster, const char* field, uint64_t* count, const char*** out);
  int (*booster_feature_score)(Handle booster, const char* config, uint64_t* features, const char*** names,
                               uint64_t* dimensions, const uint64_t** shape, const float** out);
};

// Loads the library on the first call, wherever it comes from. Throws UNSUPPORTED_FEATURE.ML_LIBRARY
// with the reason when it is not to be had.
const Api& api();
// Why `api` would throw; empty when it would not. Loads the library.
std::string absence();
// "3.2.0", with " (CUDA)" where the library can use a GPU. Only while `absence` is empty.
std::string version();
// True if the library was built with CUDA; a device may still be missing.
bool has_cuda();

// Throws XGBoost's own message as SparkException unless `status` is 0.
void check(int status);
// The same as IllegalArgumentException: for what a parameter's value is to blame for.
void check_argument(int status);

// How many threads predictions use; at first as many as there are cores.
void set_prediction_threads(int threads);
int prediction_threads();

// Gathers what XGBoost logs on this thread while it lives, instead of the process's error output.
class LogCapture {
 public:
  LogCapture();
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;
  ~LogCapture();

  const std::string& text() const { return text_; }
  void clear() { text_.clear(); }
  // The names in "Parameters: { "a", "b" } are not used."
  std::vector<std::string> unused_parameters() const;

 private:
  static void append(const char* message);

  std::string text_;
  LogCapture* outer_;
};

// Numbers in memory as XGBoost is told of them: the JSON of an array interface. `type` is "<f4" and
// the like. One row of `columns` elements follows another; 0 columns: one dimension.
std::string array_interface(const void* data, int64_t rows, int64_t columns, const char* type);
// 32-bit numbers that lie column by column.
std::string columns_interface(const float* data, int64_t rows, int64_t columns);
// A number as JSON; XGBoost's reader takes NaN and Infinity.
std::string json_number(double value);

}  // namespace firesteel::ml::xgboost
