// Turns numbers and vectors into zeros and ones. Follows org.apache.spark.ml.feature.Binarizer.
#include <arrow/api.h>

#include "ml/column_metadata.h"
#include "ml/operators.h"
#include "ml/shared_params.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

const ParamTable& binarizer_params() {
  static const ParamTable table = extend(input_output_params(), {{"threshold", ValueType::kDouble, Value(0.0)},
                                                                 {"thresholds", ValueType::kDoubles}});
  return table;
}

ColumnKernel binarize_numbers(double threshold) {
  return [threshold](const std::shared_ptr<arrow::Array>& array) {
    NumberColumn numbers = read_numbers(*array);
    for (int64_t row = 0; row < array->length(); ++row) {
      // Nulls and NaN are not above a threshold.
      numbers.values[row] = !numbers.is_null(row) && numbers.values[row] > threshold ? 1.0 : 0.0;
    }
    return make_doubles(numbers.values);
  };
}

ColumnKernel binarize_vectors(double threshold) {
  return vector_kernel("Binarizer", [threshold](const VectorView& view, VectorColumnBuilder& builder) {
    Vector result;
    if (threshold < 0) {
      result = Vector::dense(view.to_vector().to_array());
      for (double& value : result.values) value = value > threshold ? 1.0 : 0.0;
    } else {
      result = Vector::make_sparse(view.size, {}, {});
      for (int32_t i = 0; i < view.count; ++i) {
        if (!(view.values[i] > threshold)) continue;
        result.indices.push_back(view.indices != nullptr ? view.indices[i] : i);
        result.values.push_back(1.0);
      }
    }
    builder.append(result.compressed());
  });
}

class Binarizer : public Transformer {
 public:
  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    Fields output = input;
    for (const ColumnPair& pair : column_pairs(params)) {
      const Field& field = find_field(input, pair.input);
      const FieldType type = field_type(field.type);
      require(!has_field(output, pair.output), "Output column " + pair.output + " already exists.");
      if (type == FieldType::kVector) {
        const VectorAttributes known = vector_attributes(field);
        std::string metadata;
        if (known.size) {
          VectorAttributes attributes;
          attributes.attributes.assign(*known.size, {ColumnAttribute::Kind::kBinary, "", {}, 0});
          metadata = to_metadata(attributes);
        }
        output.push_back({pair.output, vector_type(), true, metadata});
      } else if (type == FieldType::kDouble) {
        output.push_back({pair.output, plan::Type::double_number(), false,
                          to_metadata(ColumnAttribute{ColumnAttribute::Kind::kBinary, "", {}, 0})});
      } else {
        throw_illegal_argument("Data type " + field.type.type_name() + " is not supported.");
      }
    }
    return output;
  }

  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    std::vector<BoundColumn> columns;
    const auto pairs = column_pairs(params);
    for (size_t i = 0; i < pairs.size(); ++i) {
      const double threshold =
          params.is_set("thresholds") ? params.numbers("thresholds").at(i) : params.number("threshold");
      const int position = find_position(input, pairs[i].input);
      const bool is_vector = field_type(input[position].type) == FieldType::kVector;
      columns.push_back({position, pairs[i].output, is_vector ? binarize_vectors(threshold) : binarize_numbers(threshold)});
    }
    return append_columns(std::move(columns));
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override { return input_names(params); }
};

}  // namespace

std::vector<Operator> binarizer_operators() {
  static const Binarizer transformer;
  return {transformer_row("org.apache.spark.ml.feature.Binarizer", binarizer_params(), transformer)};
}

}  // namespace firesteel::ml
