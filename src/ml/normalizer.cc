// Scales each vector to norm 1. Follows org.apache.spark.ml.feature.Normalizer.
#include <cmath>

#include "ml/column_metadata.h"
#include "ml/operators.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

const ParamTable& normalizer_params() {
  static const ParamTable table = {{"inputCol", ValueType::kString},
                                   {"outputCol", ValueType::kString},
                                   {"p", ValueType::kDouble, Value(2.0), at_least(1)}};
  return table;
}

double norm(const VectorView& view, double p) {
  double sum = 0;
  if (std::isinf(p)) {
    for (int32_t i = 0; i < view.count; ++i) sum = std::max(sum, std::abs(view.values[i]));
    return sum;
  }
  for (int32_t i = 0; i < view.count; ++i) {
    const double value = view.values[i];
    sum += p == 1.0 ? std::abs(value) : p == 2.0 ? value * value : std::pow(std::abs(value), p);
  }
  return p == 1.0 ? sum : p == 2.0 ? std::sqrt(sum) : std::pow(sum, 1.0 / p);
}

class Normalizer : public Unary<Transformer> {
 public:
  void check_input(const Fields& fields, const std::string& name) const override { check_vector_field(fields, name); }
  Field output_field(const Field& input, const ParamMap& /*params*/) const override {
    const VectorAttributes known = vector_attributes(input);
    VectorAttributes attributes;
    attributes.size = known.size;
    return {"", vector_type(), true, known.size ? to_metadata(attributes) : ""};
  }
  ColumnKernel kernel(const Field& /*input*/, const ParamMap& params) const override {
    const double p = params.number("p");
    return vector_kernel("Normalizer", [p](const VectorView& view, VectorColumnBuilder& builder) {
      Vector vector = view.to_vector();
      const double length = norm(view, p);
      if (length != 0.0) {
        for (double& value : vector.values) value /= length;
      }
      builder.append(vector);
    });
  }
};

}  // namespace

std::vector<Operator> normalizer_operators() {
  static const Normalizer transformer;
  return {transformer_row("org.apache.spark.ml.feature.Normalizer", normalizer_params(), transformer)};
}

}  // namespace firesteel::ml
