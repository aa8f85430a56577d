// Spark's local vectors and matrices as plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace firesteel::ml {

// A dense vector keeps `values` of length `size`; a sparse one keeps parallel, index-ascending
// `indices` and `values`.
struct Vector {
  bool sparse = false;
  int32_t size = 0;
  std::vector<int32_t> indices;
  std::vector<double> values;

  static Vector dense(std::vector<double> values);
  static Vector make_sparse(int32_t size, std::vector<int32_t> indices, std::vector<double> values);

  bool operator==(const Vector&) const = default;
  std::vector<double> to_array() const;
  // Spark's rule: sparse if and only if 1.5 * nonzeros + 2 < size.
  Vector compressed() const;
  // Text as Spark prints it: "[1.0,2.0]" or "(3,[0],[1.0])".
  std::string to_string() const;
};

// A dense matrix keeps all values column by column, or row by row when `transposed`. A sparse one
// is in compressed column form, or compressed row form when `transposed`: `pointers` has one entry
// per column (row) and one more.
struct Matrix {
  bool sparse = false;
  int32_t rows = 0;
  int32_t columns = 0;
  bool transposed = false;
  std::vector<int32_t> pointers;
  std::vector<int32_t> indices;
  std::vector<double> values;

  static Matrix dense_row_major(int32_t rows, int32_t columns, std::vector<double> values);

  bool operator==(const Matrix&) const = default;
  // All entries row by row.
  std::vector<double> to_row_major() const;
  // The smallest of Spark's four forms; the order of a dense matrix is kept.
  Matrix compressed() const;
};

// The shortest decimal text that reads back as `value`, in Java's notation ("1.0E-5").
std::string java_double_text(double value);

// The same decimal rounded half up to `places` digits behind the point, without an exponent.
std::string round_half_up(double value, int places);

}  // namespace firesteel::ml
