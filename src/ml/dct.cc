// The scaled discrete cosine transform and its inverse. Follows org.apache.spark.ml.feature.DCT.
#include <cmath>

#include "ml/operators.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

const ParamTable& dct_params() {
  static const ParamTable table = {{"inputCol", ValueType::kString},
                                   {"outputCol", ValueType::kString},
                                   {"inverse", ValueType::kBool, Value(false)}};
  return table;
}

class CosineTransform {
 public:
  // cosines_[m] = cos(pi * m / (2 n)) for a whole period.
  explicit CosineTransform(size_t size) : size_(size), cosines_(4 * size) {
    for (size_t m = 0; m < cosines_.size(); ++m) {
      cosines_[m] = std::cos(M_PI * static_cast<double>(m) / (2.0 * static_cast<double>(size)));
    }
  }

  std::vector<double> forward(const std::vector<double>& input) const {
    std::vector<double> output(size_, 0.0);
    for (size_t k = 0; k < size_; ++k) {
      double sum = 0;
      for (size_t i = 0; i < size_; ++i) sum += input[i] * cosine(i, k);
      output[k] = sum * scale(k);
    }
    return output;
  }
  std::vector<double> inverse(const std::vector<double>& input) const {
    std::vector<double> output(size_, 0.0);
    for (size_t i = 0; i < size_; ++i) {
      for (size_t k = 0; k < size_; ++k) output[i] += input[k] * scale(k) * cosine(i, k);
    }
    return output;
  }

 private:
  double cosine(size_t i, size_t k) const { return cosines_[(2 * i + 1) * k % cosines_.size()]; }
  double scale(size_t k) const { return std::sqrt((k == 0 ? 1.0 : 2.0) / static_cast<double>(size_)); }

  size_t size_;
  std::vector<double> cosines_;
};

class Dct : public Unary<Transformer> {
 public:
  void check_input(const Fields& fields, const std::string& name) const override { check_vector_field(fields, name); }
  Field output_field(const Field& /*input*/, const ParamMap& /*params*/) const override {
    return {"", vector_type(), true, ""};
  }
  ColumnKernel kernel(const Field& /*input*/, const ParamMap& params) const override {
    const bool is_inverse = params.flag("inverse");
    return vector_kernel("DCT", [is_inverse](const VectorView& view, VectorColumnBuilder& builder) {
      const std::vector<double> input = view.to_vector().to_array();
      const CosineTransform transform(input.size());
      builder.append(Vector::dense(is_inverse ? transform.inverse(input) : transform.forward(input)));
    });
  }
};

}  // namespace

std::vector<Operator> dct_operators() {
  static const Dct transformer;
  return {transformer_row("org.apache.spark.ml.feature.DCT", dct_params(), transformer)};
}

}  // namespace firesteel::ml
