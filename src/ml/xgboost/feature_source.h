// The features of a row as XGBoost takes them: 32-bit numbers side by side. They come from one
// column of vectors or of arrays, or from several columns of numbers, as in xgboost.spark.
#pragma once

#include <arrow/api.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ml/field.h"
#include "ml/params.h"
#include "ml/vector_column.h"

namespace firesteel::ml::xgboost {

// Which columns hold the features. A value type.
struct FeatureSource {
  enum class Form { kVector, kArray, kColumns };
  Form form = Form::kVector;
  std::vector<int> positions;

  // features_cols where they are set, otherwise featuresCol. Where `may_fall_back`, featuresCol also
  // stands in for columns that are missing, so that a model can read assembled vectors. Throws for
  // missing columns and wrong types.
  static FeatureSource of(const Fields& fields, const ParamMap& params, bool may_fall_back);
};

// The names of all columns that `of` may choose.
std::vector<std::string> feature_columns(const ParamMap& params);

// The features of one batch. Immutable; keeps the batch alive.
class FeatureBatch {
 public:
  FeatureBatch(const FeatureSource& source, const arrow::RecordBatch& batch);

  // Elements of the row. Throws where the row is null.
  int32_t width(int64_t row) const;
  // True if the row is a sparse vector, whose inactive elements are zeros.
  bool is_sparse(int64_t row) const;
  // The row as a vector; only for columns of vectors.
  VectorView vector(int64_t row) const { return (*vectors_)[row]; }
  // Writes the rows from `begin` to before `end`, `width` elements each, row by row. What is null is
  // not a number. All of them must have that width.
  void write_rows(int64_t begin, int64_t end, int32_t width, float* to) const { write(begin, end, width, to, width, 1); }
  // The same column by column: each begins `stride` elements behind the one before.
  void write_columns(int64_t begin, int64_t end, int32_t width, float* to, int64_t stride) const {
    write(begin, end, width, to, 1, stride);
  }

 private:
  void write(int64_t begin, int64_t end, int32_t width, float* to, int64_t row_stride, int64_t column_stride) const;

  FeatureSource::Form form_;
  std::vector<std::shared_ptr<arrow::Array>> columns_;
  std::unique_ptr<VectorColumn> vectors_;
  std::vector<float> elements_;  // of arrays
  const int32_t* offsets_ = nullptr;
};

// The numbers of a column as 32-bit ones; null is not a number.
std::vector<float> read_floats(const arrow::Array& array);

}  // namespace firesteel::ml::xgboost
