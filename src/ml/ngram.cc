// Joins neighbouring words. Follows org.apache.spark.ml.feature.NGram.
#include <arrow/api.h>

#include "ml/operators.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

const ParamTable& ngram_params() {
  static const ParamTable table = {{"inputCol", ValueType::kString},
                                   {"outputCol", ValueType::kString},
                                   {"n", ValueType::kInt, Value(2), at_least(1)}};
  return table;
}

class NGram : public Unary<Transformer> {
 public:
  void check_input(const Fields& fields, const std::string& name) const override {
    const Field& field = find_field(fields, name);
    require(field_type(field.type) == FieldType::kStringArray,
            "Input type must be " + plan::Type::array(plan::Type::string()).simple_string() + " but got " +
                field.type.simple_string() + ".");
  }
  Field output_field(const Field& /*input*/, const ParamMap& /*params*/) const override {
    return {"", plan::Type::array(plan::Type::string()), true, ""};
  }
  ColumnKernel kernel(const Field& /*input*/, const ParamMap& params) const override {
    const auto n = static_cast<size_t>(params.integer("n"));
    return text_list_kernel([n](TextList& list) {
      TextList joined;
      for (size_t i = 0; i + n <= list.values.size(); ++i) {
        std::string text;
        for (size_t k = i; k < i + n; ++k) {
          if (k > i) text += " ";
          text += !list.valid.empty() && list.valid[k] == 0 ? "null" : list.values[k];
        }
        joined.values.push_back(std::move(text));
      }
      list = std::move(joined);
    });
  }
};

}  // namespace

std::vector<Operator> ngram_operators() {
  static const NGram transformer;
  return {transformer_row("org.apache.spark.ml.feature.NGram", ngram_params(), transformer)};
}

}  // namespace firesteel::ml
