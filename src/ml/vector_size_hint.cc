// States the size of a column's vectors. Follows org.apache.spark.ml.feature.VectorSizeHint.
#include <arrow/api.h>

#include "ml/column_metadata.h"
#include "ml/operators.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

const ParamTable& vector_size_hint_params() {
  static const ParamTable table = {{"inputCol", ValueType::kString},
                                   {"size", ValueType::kInt, std::nullopt, at_least(0)},
                                   {"handleInvalid", ValueType::kString, Value("error"),
                                    one_of({"optimistic", "error", "skip"})}};
  return table;
}

// Hands the rows through: all of them, or those with vectors of `size`.
class SizeCheck : public BatchTransform {
 public:
  SizeCheck(int position, int32_t size, bool skips)
      : position_(position), size_(size), skips_(skips) {}

  std::shared_ptr<arrow::RecordBatch> apply(
      const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    const VectorColumn vectors(batch->column(position_));
    std::vector<uint8_t> keep(batch->num_rows(), 1);
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      const bool is_null = vectors.is_null(row);
      const int32_t size = is_null ? 0 : vectors[row].size;
      if (!is_null && size == size_) continue;
      keep[row] = 0;
      if (skips_) continue;
      throw_user_raised(
          is_null
              ? std::string(
                    "Got null vector in VectorSizeHint, set `handleInvalid` to 'skip' to filter "
                    "invalid rows.")
              : "VectorSizeHint Expecting a vector of size " + std::to_string(size_) + " but got " +
                    std::to_string(size));
    }
    return filter_rows(batch, keep);
  }

 private:
  int position_;
  int32_t size_;
  bool skips_;
};

class NoChange : public BatchTransform {
 public:
  std::shared_ptr<arrow::RecordBatch> apply(
      const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    return batch;
  }
};

class VectorSizeHint : public Transformer {
 public:
  Fields transform_schema(const Fields& input, const ParamMap& params) const override {
    const int32_t size = params.integer("size");
    const int position = find_position(input, params.text("inputCol"));
    if (field_type(input[position].type) != FieldType::kVector)
      throw_illegal_argument("requirement failed");
    const VectorAttributes known = vector_attributes(input[position]);
    if (known.size && *known.size != size) {
      throw_illegal_argument("Trying to set size of vectors in `" + input[position].name + "` to " +
                             std::to_string(size) + " but size already set to " +
                             std::to_string(*known.size) + ".");
    }
    Fields output = input;
    if (!known.size) output[position].metadata = to_metadata(VectorAttributes{size, {}});
    return output;
  }

  std::unique_ptr<BatchTransform> bind(const Fields& input, const ParamMap& params) const override {
    const std::string& mode = params.text("handleInvalid");
    if (mode == "optimistic") return std::make_unique<NoChange>();
    return std::make_unique<SizeCheck>(find_position(input, params.text("inputCol")),
                                       params.integer("size"), mode == "skip");
  }

  std::vector<std::string> input_columns(const ParamMap& params) const override {
    return {params.text("inputCol")};
  }
};

}  // namespace

std::vector<Operator> vector_size_hint_operators() {
  static const VectorSizeHint transformer;
  return {transformer_row("org.apache.spark.ml.feature.VectorSizeHint", vector_size_hint_params(),
                          transformer)};
}

}  // namespace firesteel::ml
