// A booster of XGBoost: an ensemble that is being grown, or one that predicts.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ml/xgboost/matrix.h"
#include "ml/xgboost/parameters.h"

namespace firesteel::ml::xgboost {

// One number of an evaluation: of the matrix "training" the metric "logloss".
struct Score {
  std::string matrix;
  std::string metric;
  double value = 0;
};

struct PredictOptions {
  bool is_margin = false;
  float missing = 0;
  int first_iteration = 0;
  int end_iteration = 0;  // 0: all
};

// What a prediction gives: `width` numbers per row. Valid until the next prediction on this thread.
struct Predictions {
  const float* values = nullptr;
  int64_t rows = 0;
  int64_t width = 0;
};

// Growing one is for one thread; `predict` and `contributions` of one that does not grow may be called
// from many.
class Booster {
 public:
  // The matrices, which outlive it, are those that it is grown or evaluated with.
  explicit Booster(const std::vector<const Matrix*>& matrices = {});
  // One that predicts, of bytes in XGBoost's own JSON or UBJSON. Throws IllegalArgumentException for
  // others.
  static Booster of_bytes(const std::string& bytes);
  Booster(Booster&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Booster& operator=(Booster&&) = delete;
  ~Booster();

  void load(const std::string& bytes);
  void set(const std::string& name, const std::string& value);
  // Applies what was set and returns all settings as JSON; throws IllegalArgumentException for values
  // that XGBoost does not take.
  std::string configure();
  void set_texts(const char* field, const std::vector<std::string>& texts);
  std::vector<std::string> texts(const char* field) const;
  void set_attribute(const std::string& name, const std::string& value);
  // Empty where there is none.
  std::string attribute(const std::string& name) const;

  void update(int iteration, const Matrix& matrix);
  std::vector<Score> evaluate(int iteration, const std::vector<std::pair<std::string, const Matrix*>>& matrices);

  // Of rows of `columns` numbers side by side; `margins`, one per row, may be null.
  Predictions predict(const float* rows, int64_t count, int64_t columns, const float* margins,
                      const PredictOptions& options) const;
  // SHAP values: per row, per output, one for each feature and one for the bias.
  Predictions contributions(const float* rows, int64_t count, int64_t columns, const float* margins,
                            const PredictOptions& options) const;

  int rounds() const;
  int64_t features() const;
  // `format` is "json" or "ubj".
  std::string bytes(const char* format) const;
  // Names and scores of the features that take part in a split.
  std::vector<std::pair<std::string, double>> feature_scores(const std::string& importance_type) const;

 private:
  void* handle_ = nullptr;
};

}  // namespace firesteel::ml::xgboost
