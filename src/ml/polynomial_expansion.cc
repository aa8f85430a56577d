// Expands vectors into all products of their elements up to a degree. The order of the products is
// that of org.apache.spark.ml.feature.PolynomialExpansion.
#include "ml/operators.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

const ParamTable& polynomial_expansion_params() {
  static const ParamTable table = {{"inputCol", ValueType::kString},
                                   {"outputCol", ValueType::kString},
                                   {"degree", ValueType::kInt, Value(2), at_least(1)}};
  return table;
}

// Number of products of `features` elements up to `degree`, the empty one included.
int32_t product_count(int32_t features, int32_t degree) {
  double count = 1;
  for (int32_t i = 1; i <= degree; ++i) count = count * (features + i) / i;
  require(count <= 2147483647.0, "The expanded polynomial size is over the largest array.");
  return static_cast<int32_t>(count + 0.5);
}

// Walks the stored elements from the last to the first; zeros end a branch, as their products are 0.
class Expansion {
 public:
  explicit Expansion(const VectorView& view) : view_(view) {}

  // `last` and `last_feature` are the stored element and its place in the vector; `at` is the place
  // of the next product, which starts at -1 because the empty product is left out.
  int32_t expand(int32_t last, int32_t last_feature, int32_t degree, double multiplier, int32_t at) {
    if (multiplier != 0.0) {
      if (degree == 0 || last < 0) {
        if (at >= 0) {
          indices.push_back(at);
          values.push_back(multiplier);
        }
      } else {
        const double value = view_.values[last];
        const int32_t feature = (view_.indices != nullptr ? view_.indices[last] : last) - 1;
        double power = multiplier;
        int32_t start = at;
        for (int32_t i = 0; i <= degree && power != 0.0; ++i) {
          start = expand(last - 1, feature, degree - i, power, start);
          power *= value;
        }
      }
    }
    return at + product_count(last_feature + 1, degree);
  }

  std::vector<int32_t> indices;
  std::vector<double> values;

 private:
  const VectorView& view_;
};

class PolynomialExpansion : public Unary<Transformer> {
 public:
  void check_input(const Fields& fields, const std::string& name) const override { check_vector_field(fields, name); }
  Field output_field(const Field& /*input*/, const ParamMap& /*params*/) const override {
    return {"", vector_type(), true, ""};
  }
  ColumnKernel kernel(const Field& /*input*/, const ParamMap& params) const override {
    const int32_t degree = params.integer("degree");
    return vector_kernel("PolynomialExpansion", [degree](const VectorView& view, VectorColumnBuilder& builder) {
      const int32_t size = product_count(view.size, degree) - 1;
      Expansion expansion(view);
      expansion.expand(view.count - 1, view.size - 1, degree, 1.0, -1);
      Vector result = Vector::make_sparse(size, std::move(expansion.indices), std::move(expansion.values));
      if (view.indices == nullptr) result = Vector::dense(result.to_array());
      builder.append(result);
    });
  }
};

}  // namespace

std::vector<Operator> polynomial_expansion_operators() {
  static const PolynomialExpansion transformer;
  return {transformer_row("org.apache.spark.ml.feature.PolynomialExpansion", polynomial_expansion_params(), transformer)};
}

}  // namespace firesteel::ml
