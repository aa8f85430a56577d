// The one-row table in which most models keep their data.
#pragma once

#include <arrow/api.h>

#include <memory>
#include <string>
#include <vector>

#include "ml/field.h"
#include "ml/linear_algebra.h"

namespace firesteel::ml {

// A column of one matrix.
std::shared_ptr<arrow::Array> matrix_array(const Matrix& value);

// Collects the columns of one row and writes them.
class ModelTable {
 public:
  void add(const std::string& name, bool value);
  void add(const std::string& name, int32_t value);
  void add(const std::string& name, int64_t value);
  void add(const std::string& name, double value);
  void add(const std::string& name, const std::string& value) = delete;
  void add(const std::string& name, const Vector& value);
  void add(const std::string& name, const Matrix& value);
  void add(const std::string& name, const std::vector<int32_t>& value);
  void add(const std::string& name, const std::vector<int64_t>& value);
  void add(const std::string& name, const std::vector<double>& value);
  void add(const std::string& name, const std::vector<std::string>& value);
  void add(const std::string& name, const std::vector<std::vector<std::string>>& value);
  // A column of any type; it holds one value.
  void add(const std::string& name, plan::Type type, std::shared_ptr<arrow::Array> array);
  void write(const std::string& folder, const std::string& file) const;

 private:
  Fields fields_;
  std::vector<std::shared_ptr<arrow::Array>> columns_;
};

// The first row of a model's data, by column name. Throws IllegalArgumentException for a column that
// is missing or of another type.
class ModelRow {
 public:
  explicit ModelRow(std::shared_ptr<arrow::Table> table) : table_(std::move(table)) {}
  bool has(const std::string& name) const;
  bool flag(const std::string& name) const;
  int32_t integer(const std::string& name) const;
  int64_t long_integer(const std::string& name) const;
  double number(const std::string& name) const;
  Vector vector(const std::string& name) const;
  Matrix matrix(const std::string& name) const;
  std::vector<int32_t> integers(const std::string& name) const;
  std::vector<int64_t> long_integers(const std::string& name) const;
  std::vector<double> numbers(const std::string& name) const;
  std::vector<std::string> texts(const std::string& name) const;
  std::vector<std::vector<std::string>> text_rows(const std::string& name) const;
  std::string text(const std::string& name) const;
  // The column's first chunk, of the Arrow type `type`, with the value in its first row.
  std::shared_ptr<arrow::Array> column(const std::string& name, arrow::Type::type type) const;

 private:
  std::shared_ptr<arrow::Table> table_;
};

ModelRow read_model_row(const std::string& folder, const std::string& file);

}  // namespace firesteel::ml
