// Datasets for the tests of this room: rows from the recorded fixtures as Arrow streams.
#pragma once

#include <arrow/api.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "ml/context.h"
#include "ml/field.h"
#include "ml/params.h"
#include "ml/vector_column.h"

namespace firesteel::ml::test {

using nlohmann::json;

// The folder test/ml/fixtures of the source tree, looked for from the running binary upwards.
inline std::string fixture_folder() {
  namespace fs = std::filesystem;
  for (fs::path folder = fs::read_symlink("/proc/self/exe"); folder != folder.parent_path();) {
    folder = folder.parent_path();
    if (fs::exists(folder / "test/ml/fixtures")) return (folder / "test/ml/fixtures/").string();
  }
  return "test/ml/fixtures/";
}

inline json read_fixture(const std::string& name) {
  std::ifstream file(fixture_folder() + name);
  return json::parse(file);
}

inline double to_number(const json& value) {
  return value.is_string() ? std::stod(value.get<std::string>()) : value.get<double>();
}

// A list is a dense vector, an object a sparse one.
inline Vector to_vector(const json& value) {
  if (value.is_array()) return Vector::dense(value.get<std::vector<double>>());
  return Vector::make_sparse(value["size"], value["indices"], value["values"]);
}

// A parameter's value as a client would send it.
inline Value to_value(const json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_integer()) return value.get<int32_t>();
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array() && !value.empty() && value[0].is_string()) return value.get<std::vector<std::string>>();
  if (value.is_array()) return value.get<std::vector<double>>();
  return std::monostate{};
}

struct Dataset {
  Fields fields;
  std::vector<std::shared_ptr<arrow::Array>> columns;

  void add(std::string name, plan::Type type, std::shared_ptr<arrow::Array> column, std::string metadata = "") {
    fields.push_back({std::move(name), std::move(type), true, std::move(metadata)});
    columns.push_back(std::move(column));
  }
  void add_doubles(const std::string& name, const std::vector<double>& values) {
    add(name, plan::Type::double_number(), make_doubles(values));
  }
  void add_texts(const std::string& name, const std::vector<std::string>& values) {
    add(name, plan::Type::string(), make_texts(values));
  }
  void add_vectors(const std::string& name, const std::vector<Vector>& vectors) {
    VectorColumnBuilder builder;
    for (const Vector& vector : vectors) builder.append(vector);
    add(name, vector_type(), builder.finish());
  }

  std::shared_ptr<arrow::RecordBatch> batch() const {
    std::vector<std::shared_ptr<arrow::Field>> arrow_fields;
    for (size_t i = 0; i < fields.size(); ++i) arrow_fields.push_back(arrow::field(fields[i].name, columns[i]->type()));
    return arrow::RecordBatch::Make(arrow::schema(arrow_fields), columns.empty() ? 0 : columns[0]->length(), columns);
  }
  // In batches of at most `rows_max` rows.
  std::shared_ptr<arrow::RecordBatchReader> reader(int64_t rows_max = 64) const {
    const auto whole = batch();
    std::vector<std::shared_ptr<arrow::RecordBatch>> parts;
    for (int64_t at = 0; at < whole->num_rows(); at += rows_max) parts.push_back(whole->Slice(at, rows_max));
    return check_arrow(arrow::RecordBatchReader::Make(parts, whole->schema()));
  }
  FitContext context(int threads = 2) const {
    FitContext result;
    result.threads = threads;
    result.fields = fields;
    return result;
  }
};

}  // namespace firesteel::ml::test
