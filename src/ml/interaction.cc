// Products of the features of several columns, nominal ones encoded by a place for each value.
// Follows org.apache.spark.ml.feature.Interaction.
#include <arrow/api.h>

#include <algorithm>
#include <optional>

#include "ml/column_metadata.h"
#include "ml/operators.h"
#include "ml/shared_params.h"
#include "ml/transform_failure.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

using Kind = ColumnAttribute::Kind;

const ParamTable& interaction_params() {
  static const ParamTable table = {{"inputCols", ValueType::kStrings},
                                   {"outputCol", ValueType::kString}};
  return table;
}

// How many places a feature takes: one for each value of a nominal one.
int32_t place_count(const ColumnAttribute& attribute) {
  if (attribute.kind != Kind::kNominal) return 1;
  const auto named = static_cast<int32_t>(attribute.values.size());
  const int32_t count = named > 0 ? named : attribute.value_count;
  if (count == 0) throw_spark_exception("Nominal features must have attr numValues defined.");
  return count;
}

std::vector<ColumnAttribute> features_of(const Field& field) {
  const FieldType type = field_type(field.type);
  if (type == FieldType::kVector) {
    std::vector<ColumnAttribute> features = vector_attributes(field).attributes;
    if (features.empty())
      throw_spark_exception("Vector attributes must be defined for interaction.");
    return features;
  }
  // Spark decodes the attribute of a boolean column too, and refuses it there.
  if (!is_numeric(type)) throw_illegal_argument("requirement failed");
  ColumnAttribute feature = column_attribute(field).value_or(ColumnAttribute());
  if (feature.name.empty()) feature.name = field.name;
  return {feature};
}

// Names of a column's places after encoding.
std::vector<ColumnAttribute> encoded(const Field& field,
                                     const std::vector<ColumnAttribute>& features) {
  const std::string prefix = field_type(field.type) == FieldType::kVector ? field.name + "_" : "";
  std::vector<ColumnAttribute> result;
  for (size_t i = 0; i < features.size(); ++i) {
    const ColumnAttribute& feature = features[i];
    const std::string name = prefix + (feature.name.empty() ? std::to_string(i) : feature.name);
    if (feature.kind != Kind::kNominal) {
      result.push_back({Kind::kNumeric, name, {}, 0});
      continue;
    }
    for (int32_t value = 0; value < place_count(feature); ++value) {
      result.push_back(
          {Kind::kBinary,
           name + "_" + (feature.values.empty() ? std::to_string(value) : feature.values[value]),
           {},
           0});
    }
  }
  return result;
}

// One input column: its values, and where each of its features begins among its places.
struct Factor {
  int position = 0;
  bool is_vector = false;
  std::vector<int32_t> counts;
  std::vector<int32_t> offsets;
  int32_t size = 0;
};

class InteractTransform : public BatchTransform {
 public:
  InteractTransform(std::vector<Factor> factors, std::string output, std::string signature)
      : factors_(std::move(factors)),
        output_(std::move(output)),
        signature_(std::move(signature)) {}

  std::shared_ptr<arrow::RecordBatch> apply(
      const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    std::vector<std::optional<VectorColumn>> vectors(factors_.size());
    std::vector<NumberColumn> numbers(factors_.size());
    for (size_t f = 0; f < factors_.size(); ++f) {
      const auto& column = batch->column(factors_[f].position);
      if (factors_[f].is_vector) {
        vectors[f].emplace(column);
      } else {
        numbers[f] = read_numbers(*column);
      }
    }
    VectorColumnBuilder builder;
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      Vector product = Vector::make_sparse(1, {0}, {1.0});
      for (size_t f = factors_.size(); f-- > 0;) {
        if (vectors[f] ? vectors[f]->is_null(row) : numbers[f].is_null(row)) {
          fail("org.apache.spark.SparkException: Values to interact cannot be null.");
        }
        product = vectors[f]
                      ? multiply(factors_[f], (*vectors[f])[row], product)
                      : multiply(factors_[f], VectorView{1, 1, nullptr, &numbers[f].values[row]},
                                 product);
      }
      builder.append(product.compressed());
    }
    return append_column(batch, output_, builder.finish());
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw_failed_transform_because("Interaction", signature_,
                                   vector_type().sql_type().simple_string(), reason);
  }

  Vector multiply(const Factor& factor, const VectorView& view, const Vector& by) const {
    if (static_cast<size_t>(view.size) != factor.counts.size()) {
      fail("java.lang.AssertionError: assertion failed: Vector column size was " +
           std::to_string(view.size) + ", expected " + std::to_string(factor.counts.size()));
    }
    Vector product = Vector::make_sparse(by.size * factor.size, {}, {});
    for (int32_t k = 0; k < view.count; ++k) {
      const int32_t feature = view.indices == nullptr ? k : view.indices[k];
      double value = view.values[k];
      int32_t place = factor.offsets[feature];
      if (factor.counts[feature] > 1) {
        if (!(value >= 0 && value < factor.counts[feature] &&
              value == static_cast<int32_t>(value))) {
          fail(
              "java.lang.AssertionError: assertion failed: Values from column must be indices, but "
              "got " +
              java_double_text(value) + ".");
        }
        place += static_cast<int32_t>(value);
        value = 1.0;
      }
      for (size_t j = 0; j < by.indices.size(); ++j) {
        product.indices.push_back(by.indices[j] + place * by.size);
        product.values.push_back(by.values[j] * value);
      }
    }
    return product;
  }

  std::vector<Factor> factors_;
  std::string output_;
  std::string signature_;
};

class Interaction : public Transformer {
 public:
  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    const std::vector<std::string>& names = checked_names(params);
    std::vector<ColumnAttribute> all;
    for (size_t i = names.size(); i-- > 0;) {
      const Field& field = find_field(input, names[i]);
      std::vector<ColumnAttribute> heads = encoded(field, features_of(field));
      if (all.empty()) {
        all = std::move(heads);
        continue;
      }
      std::vector<ColumnAttribute> crossed;
      for (const ColumnAttribute& head : heads) {
        for (const ColumnAttribute& tail : all)
          crossed.push_back({Kind::kNumeric, head.name + ":" + tail.name, {}, 0});
      }
      all = std::move(crossed);
    }
    VectorAttributes attributes;
    attributes.size = static_cast<int>(all.size());
    attributes.attributes = std::move(all);
    Fields output = input;
    output.push_back({output_column(params), vector_type(), true, to_metadata(attributes)});
    return output;
  }

  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    std::vector<Factor> factors;
    std::string signature;
    for (const std::string& name : checked_names(params)) {
      Factor& factor = factors.emplace_back();
      factor.position = find_position(input, name);
      const Field& field = input[factor.position];
      factor.is_vector = field_type(field.type) == FieldType::kVector;
      for (const ColumnAttribute& feature : features_of(field)) {
        factor.offsets.push_back(factor.size);
        factor.counts.push_back(place_count(feature));
        factor.size += factor.counts.back();
      }
      signature += (signature.empty() ? "" : ",") + name + ":" +
                   (factor.is_vector ? vector_type().sql_type().simple_string() : "double");
    }
    return std::make_unique<InteractTransform>(std::move(factors), output_column(params),
                                               "struct<" + signature + ">");
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return params.texts("inputCols");
  }

 private:
  static const std::vector<std::string>& checked_names(const ParamMap& params) {
    require(params.is_set("inputCols"), "Input cols must be defined first.");
    require(params.is_set("outputCol"), "Output col must be defined first.");
    const std::vector<std::string>& names = params.texts("inputCols");
    require(!names.empty(), "Input cols must have non-zero length.");
    std::vector<std::string> sorted = names;
    std::sort(sorted.begin(), sorted.end());
    require(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(),
            "Input cols must be distinct.");
    return names;
  }
};

}  // namespace

std::vector<Operator> interaction_operators() {
  static const Interaction transformer;
  return {transformer_row("org.apache.spark.ml.feature.Interaction", interaction_params(),
                          transformer)};
}

}  // namespace firesteel::ml
