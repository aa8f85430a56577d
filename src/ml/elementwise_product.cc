// Multiplies vectors by a fixed one. Follows org.apache.spark.ml.feature.ElementwiseProduct.
#include "ml/column_metadata.h"
#include "ml/operators.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

const ParamTable& elementwise_product_params() {
  static const ParamTable table = {{"inputCol", ValueType::kString},
                                   {"outputCol", ValueType::kString},
                                   {"scalingVec", ValueType::kVector}};
  return table;
}

class ElementwiseProduct : public Unary<Transformer> {
 public:
  void check_input(const Fields& fields, const std::string& name) const override { check_vector_field(fields, name); }
  Field output_field(const Field& /*input*/, const ParamMap& params) const override {
    VectorAttributes attributes;
    attributes.size = std::get<Vector>(params.get("scalingVec")).size;
    return {"", vector_type(), true, to_metadata(attributes)};
  }
  ColumnKernel kernel(const Field& /*input*/, const ParamMap& params) const override {
    const std::vector<double> scale = std::get<Vector>(params.get("scalingVec")).to_array();
    return vector_kernel("ElementwiseProduct", [scale](const VectorView& view, VectorColumnBuilder& builder) {
      if (static_cast<size_t>(view.size) != scale.size()) {
        require(false, "vector sizes do not match: Expected " + std::to_string(scale.size()) + " but found " +
                           std::to_string(view.size));
      }
      Vector vector = view.to_vector();
      for (int32_t i = 0; i < view.count; ++i) vector.values[i] *= scale[view.indices != nullptr ? view.indices[i] : i];
      builder.append(vector);
    });
  }
};

}  // namespace

std::vector<Operator> elementwise_product_operators() {
  static const ElementwiseProduct transformer;
  return {transformer_row("org.apache.spark.ml.feature.ElementwiseProduct", elementwise_product_params(), transformer)};
}

}  // namespace firesteel::ml
