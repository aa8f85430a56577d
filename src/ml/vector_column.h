// Reading and building Arrow columns of vectors and numbers.
#pragma once

#include <arrow/api.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ml/linear_algebra.h"

namespace firesteel::ml {

// The Arrow type of a vector column.
std::shared_ptr<arrow::DataType> arrow_vector_type();
std::shared_ptr<arrow::DataType> arrow_matrix_type();

// One row of a vector column without a copy. `indices` is null for a dense vector.
struct VectorView {
  int32_t size = 0;
  int32_t count = 0;
  const int32_t* indices = nullptr;
  const double* values = nullptr;

  Vector to_vector() const;
};

// Read access to a vector column. Keeps the array alive. Throws INVALID_VECTOR_COLUMN-like errors
// (IllegalArgumentException) for arrays that are not of the vector type or are inconsistent:
// indices out of range or not ascending, lengths that differ.
class VectorColumn {
 public:
  explicit VectorColumn(const std::shared_ptr<arrow::Array>& array);
  int64_t length() const { return length_; }
  bool is_null(int64_t row) const { return array_->IsNull(row); }
  // `row` is not null.
  VectorView operator[](int64_t row) const;

 private:
  void check_row(int64_t row) const;

  std::shared_ptr<arrow::Array> array_;
  int64_t length_ = 0;
  const int8_t* types_ = nullptr;
  const int32_t* sizes_ = nullptr;
  const int32_t* index_offsets_ = nullptr;
  const int32_t* index_values_ = nullptr;
  const int32_t* value_offsets_ = nullptr;
  const double* values_ = nullptr;
  int64_t values_length_ = 0;
  int64_t indices_length_ = 0;
};

// The product with a dense vector; throws Spark's error for another size.
double dot(const VectorView& view, const std::vector<double>& other);

// The vector of a row that a model's transform reads. Throws Spark's FAILED_EXECUTE_UDF for a null one
// and one of another size than `size`.
VectorView transformed_vector(const VectorColumn& vectors, int64_t row, size_t size, const std::string& model);

// Builds a vector column row by row.
class VectorColumnBuilder {
 public:
  void reserve(int64_t rows, int64_t values);
  void append_null();
  void append_dense(const double* values, int32_t size);
  // Rows of `size` > 0 elements side by side.
  void append_dense_rows(std::vector<double> values, int32_t size);
  void append_sparse(int32_t size, const int32_t* indices, const double* values, int32_t count);
  void append(const Vector& vector);
  std::shared_ptr<arrow::Array> finish();

 private:
  std::vector<uint8_t> valid_;
  std::vector<int8_t> types_;
  std::vector<int32_t> sizes_;
  std::vector<int32_t> index_offsets_{0};
  std::vector<int32_t> value_offsets_{0};
  std::vector<int32_t> indices_;
  std::vector<double> values_;
};

// A vector column of `rows` dense vectors of `size` elements, side by side in `values`.
std::shared_ptr<arrow::Array> make_dense_vectors(std::shared_ptr<arrow::Buffer> values, int64_t rows, int32_t size);

// Numbers of a numeric (or boolean) column as doubles. `valid` has an entry per row, or none if all are valid.
struct NumberColumn {
  std::vector<double> values;
  std::vector<uint8_t> valid;

  bool is_null(int64_t row) const { return !valid.empty() && valid[row] == 0; }
};
NumberColumn read_numbers(const arrow::Array& array);

// Text of every row as Spark's cast to string gives it; null rows are absent in `valid`.
struct TextColumn {
  std::vector<std::string> values;
  std::vector<uint8_t> valid;
  bool is_null(int64_t row) const { return !valid.empty() && valid[row] == 0; }
};
TextColumn read_texts(const arrow::Array& array);

std::shared_ptr<arrow::Array> make_doubles(std::vector<double> values);
std::shared_ptr<arrow::Array> make_doubles(std::vector<double> values, const std::vector<uint8_t>& valid);
std::shared_ptr<arrow::Array> make_texts(const std::vector<std::string>& values);

// Throws what Arrow reports as SparkException; for calls that return arrow::Status or Result.
void check_arrow(const arrow::Status& status);
template <typename T>
T check_arrow(arrow::Result<T> result) {
  check_arrow(result.status());
  return std::move(result).ValueUnsafe();
}

// The batch with `column` appended under `name`.
std::shared_ptr<arrow::RecordBatch> append_column(const std::shared_ptr<arrow::RecordBatch>& batch,
                                                  const std::string& name,
                                                  std::shared_ptr<arrow::Array> column);
// The rows for which `keep` is not zero.
std::shared_ptr<arrow::RecordBatch> filter_rows(const std::shared_ptr<arrow::RecordBatch>& batch,
                                                const std::vector<uint8_t>& keep);

}  // namespace firesteel::ml
