// Hashes columns of numbers, booleans and strings into one sparse vector.
// Follows org.apache.spark.ml.feature.FeatureHasher.
#include <arrow/api.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "functions/kernel/murmur3.h"
#include "ml/column_metadata.h"
#include "ml/operators.h"
#include "ml/shared_params.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

using functions::kernel::kMurmur3Seed;
using functions::kernel::murmur3_x86_32;

const ParamTable& feature_hasher_params() {
  static const ParamTable table = {{"inputCols", ValueType::kStrings},
                                   {"outputCol", ValueType::kString},
                                   {"numFeatures", ValueType::kInt, Value(1 << 18), greater_than(0)},
                                   {"categoricalCols", ValueType::kStrings}};
  return table;
}

struct HashedColumn {
  std::string name;
  int position = 0;
  bool categorical = false;
};

class HashTransform : public BatchTransform {
 public:
  HashTransform(std::vector<HashedColumn> columns, int32_t features, std::string output)
      : columns_(std::move(columns)), features_(features), output_(std::move(output)) {}

  std::shared_ptr<arrow::RecordBatch> apply(const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    const int64_t rows = batch->num_rows();
    std::vector<Entries> hashed;
    for (const HashedColumn& column : columns_) hashed.push_back(hash_column(column, *batch->column(column.position)));
    VectorColumnBuilder builder;
    builder.reserve(rows, rows * static_cast<int64_t>(columns_.size()));
    std::vector<std::pair<int32_t, double>> row_entries;
    std::vector<int32_t> indices;
    std::vector<double> values;
    for (int64_t row = 0; row < rows; ++row) {
      row_entries.clear();
      for (const Entries& entries : hashed) {
        if (entries.indices[row] >= 0) {
          row_entries.emplace_back(entries.indices[row], entries.values.empty() ? 1.0 : entries.values[row]);
        }
      }
      std::stable_sort(row_entries.begin(), row_entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
      indices.clear();
      values.clear();
      for (const auto& [index, value] : row_entries) {
        if (!indices.empty() && indices.back() == index) {
          values.back() += value;  // colliding columns add up
        } else {
          indices.push_back(index);
          values.push_back(value);
        }
      }
      builder.append_sparse(features_, indices.data(), values.data(), static_cast<int32_t>(indices.size()));
    }
    return append_column(batch, output_, builder.finish());
  }

 private:
  // Per row the hashed index, -1 for null; no values mean that all are 1.
  struct Entries {
    std::vector<int32_t> indices;
    std::vector<double> values;
  };

  int32_t hash(const std::string& text) const {
    const int32_t remainder = murmur3_x86_32(text, kMurmur3Seed) % features_;
    return remainder < 0 ? remainder + features_ : remainder;
  }

  Entries hash_column(const HashedColumn& column, const arrow::Array& array) const {
    Entries entries;
    entries.indices.assign(array.length(), -1);
    if (!column.categorical) {
      const NumberColumn numbers = read_numbers(array);
      const int32_t index = hash(column.name);
      for (int64_t row = 0; row < array.length(); ++row) {
        if (!numbers.is_null(row)) entries.indices[row] = index;
      }
      entries.values = numbers.values;
      return entries;
    }
    if (array.type_id() == arrow::Type::INT32) {
      // Codes repeat: hash each distinct one once.
      const auto& codes = static_cast<const arrow::Int32Array&>(array);
      std::unordered_map<int32_t, int32_t> known;
      for (int64_t row = 0; row < array.length(); ++row) {
        if (codes.IsNull(row)) continue;
        const auto [place, is_new] = known.try_emplace(codes.Value(row), 0);
        if (is_new) place->second = hash(column.name + "=" + std::to_string(codes.Value(row)));
        entries.indices[row] = place->second;
      }
      return entries;
    }
    const TextColumn texts = read_texts(array);
    for (int64_t row = 0; row < array.length(); ++row) {
      if (!texts.is_null(row)) entries.indices[row] = hash(column.name + "=" + texts.values[row]);
    }
    return entries;
  }

  std::vector<HashedColumn> columns_;
  int32_t features_;
  std::string output_;
};

class FeatureHasher : public Transformer {
 public:
  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    for (const std::string& name : params.texts("inputCols")) {
      const Field& field = find_field(input, name);
      const FieldType type = field_type(field.type);
      require(is_numeric(type) || type == FieldType::kBoolean || type == FieldType::kString,
              "FeatureHasher requires columns to be of NumericType, BooleanType or StringType. Column " + name +
                  " was " + field.type.simple_string());
    }
    VectorAttributes attributes;
    attributes.size = params.integer("numFeatures");
    return append_field(input, {output_column(params), vector_type(), true, to_metadata(attributes)});
  }

  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    std::vector<HashedColumn> columns;
    const std::vector<std::string> categorical =
        params.is_set("categoricalCols") ? params.texts("categoricalCols") : std::vector<std::string>();
    for (const std::string& name : params.texts("inputCols")) {
      const int position = find_position(input, name);
      const bool is_named = std::find(categorical.begin(), categorical.end(), name) != categorical.end();
      columns.push_back({name, position, is_named || !is_numeric(field_type(input[position].type))});
    }
    return std::make_unique<HashTransform>(std::move(columns), params.integer("numFeatures"), output_column(params));
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override { return params.texts("inputCols"); }
};

}  // namespace

std::vector<Operator> feature_hasher_operators() {
  static const FeatureHasher transformer;
  return {{.jvm_class = "org.apache.spark.ml.feature.FeatureHasher",
           .kind = OperatorKind::kTransformer,
           .params = &feature_hasher_params(),
           .transformer = &transformer}};
}

}  // namespace firesteel::ml
