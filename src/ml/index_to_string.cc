// Maps indices back to their labels. Follows org.apache.spark.ml.feature.IndexToString.
#include <arrow/api.h>

#include "ml/column_metadata.h"
#include "ml/operators.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

const ParamTable& index_to_string_params() {
  static const ParamTable table = {{"inputCol", ValueType::kString},
                                   {"outputCol", ValueType::kString},
                                   {"labels", ValueType::kStrings}};
  return table;
}

class IndexToString : public Unary<Transformer> {
 public:
  void check_input(const Fields& fields, const std::string& name) const override {
    const Field& field = find_field(fields, name);
    require(is_numeric(field_type(field.type)),
            "The input column " + name + " must be a numeric type, but got " + field.type.simple_string() + ".");
  }
  Field output_field(const Field& /*input*/, const ParamMap& /*params*/) const override {
    return {"", plan::Type::string(), true, ""};
  }
  ColumnKernel kernel(const Field& input, const ParamMap& params) const override {
    std::vector<std::string> labels;
    if (params.is_set("labels") && !params.texts("labels").empty()) {
      labels = params.texts("labels");
    } else if (const auto attribute = column_attribute(input)) {
      labels = attribute->values;
    }
    return [labels](const std::shared_ptr<arrow::Array>& array) {
      const NumberColumn indices = read_numbers(*array);
      arrow::StringBuilder builder;
      for (int64_t row = 0; row < array->length(); ++row) {
        if (indices.is_null(row)) {
          check_arrow(builder.AppendNull());
          continue;
        }
        const double index = indices.values[row];
        if (!(index > -1.0) || index >= static_cast<double>(labels.size())) {
          throw_user_raised("Unseen index: " + java_double_text(index) + " ??");
        }
        check_arrow(builder.Append(labels[static_cast<size_t>(index)]));
      }
      return check_arrow(builder.Finish());
    };
  }
};

}  // namespace

std::vector<Operator> index_to_string_operators() {
  static const IndexToString transformer;
  return {transformer_row("org.apache.spark.ml.feature.IndexToString", index_to_string_params(), transformer)};
}

}  // namespace firesteel::ml
