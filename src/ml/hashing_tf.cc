// Counts words by the hash of each. Follows org.apache.spark.ml.feature.HashingTF.
#include <arrow/api.h>


#include "base/error.h"
#include "functions/kernel/murmur3.h"
#include "ml/column_metadata.h"
#include "ml/operators.h"
#include "ml/text_views.h"
#include "ml/unary_transform.h"

namespace firesteel::ml {

namespace {

using functions::kernel::kMurmur3Seed;

const ParamTable& hashing_tf_params() {
  static const ParamTable table = {{"inputCol", ValueType::kString},
                                   {"outputCol", ValueType::kString},
                                   {"numFeatures", ValueType::kInt, Value(1 << 18), greater_than(0)},
                                   {"binary", ValueType::kBool, Value(false)}};
  return table;
}

// The hash of each element; a null hashes to 0.
std::vector<int32_t> hash_all(const arrow::Array& array) {
  using namespace functions::kernel;
  std::vector<int32_t> hashes(array.length(), 0);
  const auto each = [&](const auto& hash) {
    for (int64_t i = 0; i < array.length(); ++i) {
      if (!array.IsNull(i)) hashes[i] = hash(i);
    }
  };
  switch (array.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING: {
      const TextViews texts = view_texts(array);
      each([&](int64_t i) { return murmur3_x86_32(texts.values[i], kMurmur3Seed); });
      break;
    }
    case arrow::Type::BOOL:
      each([&](int64_t i) { return murmur3_hash_boolean(static_cast<const arrow::BooleanArray&>(array).Value(i), kMurmur3Seed); });
      break;
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32: {
      const NumberColumn numbers = read_numbers(array);
      each([&](int64_t i) { return murmur3_hash_int(static_cast<int32_t>(numbers.values[i]), kMurmur3Seed); });
      break;
    }
    case arrow::Type::INT64:
      each([&](int64_t i) { return murmur3_hash_long(static_cast<const arrow::Int64Array&>(array).Value(i), kMurmur3Seed); });
      break;
    case arrow::Type::FLOAT:
      each([&](int64_t i) { return murmur3_hash_float(static_cast<const arrow::FloatArray&>(array).Value(i), kMurmur3Seed); });
      break;
    case arrow::Type::DOUBLE:
      each([&](int64_t i) { return murmur3_hash_double(static_cast<const arrow::DoubleArray&>(array).Value(i), kMurmur3Seed); });
      break;
    default: throw_unsupported("ML_PARAM", "HashingTF of elements of type " + array.type()->ToString());
  }
  return hashes;
}

class HashingTF : public Unary<Transformer> {
 public:
  void check_input(const Fields& fields, const std::string& name) const override {
    const Field& field = find_field(fields, name);
    require(field.type.is(plan::TypeKind::kArray),
            "The input column must be array, but got " + field.type.simple_string() + ".");
  }
  Field output_field(const Field& /*input*/, const ParamMap& params) const override {
    VectorAttributes attributes;
    attributes.size = params.integer("numFeatures");
    return {"", vector_type(), true, to_metadata(attributes)};
  }
  ColumnKernel kernel(const Field& /*input*/, const ParamMap& params) const override {
    const int32_t features = params.integer("numFeatures");
    const bool is_binary = params.flag("binary");
    return [features, is_binary](const std::shared_ptr<arrow::Array>& array) {
      const std::vector<int32_t> hashes = hash_all(*list_values(*array));
      VectorColumnBuilder builder;
      SparseCounts counts;
      std::vector<int32_t> indices;
      std::vector<double> values;
      for (int64_t row = 0; row < array->length(); ++row) {
        if (array->IsNull(row)) throw_failed_transform("HashingTF", "array<string>", "vector", "the words are null");
        counts.clear();
        const ListRange range = list_range(*array, row);
        for (int64_t i = range.begin; i < range.end; ++i) {
          const int32_t remainder = hashes[i] % features;
          counts.add(remainder < 0 ? remainder + features : remainder);
        }
        indices.clear();
        values.clear();
        counts.for_each([&](int32_t index, double count) {
          indices.push_back(index);
          values.push_back(is_binary ? 1.0 : count);
        });
        builder.append_sparse(features, indices.data(), values.data(), static_cast<int32_t>(indices.size()));
      }
      return builder.finish();
    };
  }
};

}  // namespace

std::vector<Operator> hashing_tf_operators() {
  static const HashingTF transformer;
  return {transformer_row("org.apache.spark.ml.feature.HashingTF", hashing_tf_params(), transformer)};
}

}  // namespace firesteel::ml
