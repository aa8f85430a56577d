// Takes elements out of vectors by position or name. Follows org.apache.spark.ml.feature.VectorSlicer.
#include <algorithm>

#include "ml/column_metadata.h"
#include "ml/operators.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

const ParamTable& vector_slicer_params() {
  static const ParamTable table = {{"inputCol", ValueType::kString},
                                   {"outputCol", ValueType::kString},
                                   {"indices", ValueType::kInts, Value(std::vector<int32_t>{})},
                                   {"names", ValueType::kStrings, Value(std::vector<std::string>{})}};
  return table;
}

std::vector<int32_t> selected_positions(const Field& input, const ParamMap& params) {
  std::vector<int32_t> positions = std::get<std::vector<int32_t>>(params.get("indices"));
  const VectorAttributes known = vector_attributes(input);
  for (const std::string& name : params.texts("names")) {
    const auto found = std::find_if(known.attributes.begin(), known.attributes.end(),
                                    [&](const ColumnAttribute& attribute) { return attribute.name == name; });
    require(found != known.attributes.end(), "getFeatureIndicesFromNames found no feature with name " + name +
                                                 " in column " + input.name + ".");
    positions.push_back(static_cast<int32_t>(found - known.attributes.begin()));
  }
  std::vector<int32_t> sorted = positions;
  std::sort(sorted.begin(), sorted.end());
  require(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(),
          "VectorSlicer requires indices and names to be disjoint sets of features, but they overlap.");
  return positions;
}

class VectorSlicer : public Unary<Transformer> {
 public:
  void check_input(const Fields& fields, const std::string& name) const override { check_vector_field(fields, name); }
  Field output_field(const Field& input, const ParamMap& params) const override {
    require(!std::get<std::vector<int32_t>>(params.get("indices")).empty() || !params.texts("names").empty(),
            "VectorSlicer requires that at least one feature be selected.");
    const std::vector<int32_t> positions = selected_positions(input, params);
    const VectorAttributes known = vector_attributes(input);
    VectorAttributes attributes;
    attributes.size = static_cast<int>(positions.size());
    for (const int32_t position : positions) {
      if (known.attributes.empty()) break;
      attributes.attributes.push_back(known.attributes.at(position));
    }
    return {"", vector_type(), true, to_metadata(attributes)};
  }
  ColumnKernel kernel(const Field& input, const ParamMap& params) const override {
    const std::vector<int32_t> positions = selected_positions(input, params);
    return vector_kernel("VectorSlicer", [positions](const VectorView& view, VectorColumnBuilder& builder) {
      Vector result;
      if (view.indices == nullptr) {
        std::vector<double> values;
        for (const int32_t position : positions) {
          require(position < view.size, "Index " + std::to_string(position) + " is out of the vector's bounds");
          values.push_back(view.values[position]);
        }
        result = Vector::dense(std::move(values));
      } else {
        result = Vector::make_sparse(static_cast<int32_t>(positions.size()), {}, {});
        for (size_t i = 0; i < positions.size(); ++i) {
          const int32_t* end = view.indices + view.count;
          const int32_t* found = std::lower_bound(view.indices, end, positions[i]);
          if (found == end || *found != positions[i]) continue;
          result.indices.push_back(static_cast<int32_t>(i));
          result.values.push_back(view.values[found - view.indices]);
        }
      }
      builder.append(result);
    });
  }
};

}  // namespace

std::vector<Operator> vector_slicer_operators() {
  static const VectorSlicer transformer;
  return {transformer_row("org.apache.spark.ml.feature.VectorSlicer", vector_slicer_params(), transformer)};
}

}  // namespace firesteel::ml
