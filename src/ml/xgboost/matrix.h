// Matrices of XGBoost, made of training rows.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml/xgboost/training_rows.h"

namespace firesteel::ml::xgboost {

struct MatrixOptions {
  float missing = 0;
  int threads = 1;
  int bins_max = 256;
  std::vector<std::string> feature_names;
  std::vector<std::string> feature_types;
  std::vector<float> feature_weights;
  // Values per row that the objective makes; an estimate of memory depends on it.
  int outputs = 1;
};

// A DMatrix with the memory that was reserved for it. Owned by one thread.
class Matrix {
 public:
  // Bins of the features, as the `hist` method wants them, with the bins of `reference` where there
  // is one. Takes the memory that it needs from the account; where that has no more of it, the bins
  // lie in files of the temporary folder.
  static Matrix quantile(TrainingRows& rows, const Matrix* reference, const MatrixOptions& options, FitContext& context);
  // The values themselves, as the `approx` method wants them. Throws UNABLE_TO_ACQUIRE_MEMORY-like
  // SparkException when they do not fit.
  static Matrix values(TrainingRows& rows, const MatrixOptions& options, FitContext& context);

  Matrix(Matrix&& other) noexcept;
  Matrix& operator=(Matrix&&) = delete;
  ~Matrix();

  void* handle() const { return handle_; }

 private:
  explicit Matrix(FitContext& context);

  void* handle_ = nullptr;
  MemoryAccount* memory_;
  int64_t reserved_ = 0;
  std::string cache_folder_;
};

}  // namespace firesteel::ml::xgboost
