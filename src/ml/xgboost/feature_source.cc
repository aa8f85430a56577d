#include "ml/xgboost/feature_source.h"

#include <algorithm>
#include <limits>

namespace firesteel::ml::xgboost {

namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

bool is_feature_number(FieldType type) {
  return is_numeric(type) && type != FieldType::kDecimal;
}

template <typename ArrayType>
void copy(const arrow::Array& array, int64_t begin, int64_t end, float* to, int64_t stride) {
  const auto* values = static_cast<const ArrayType&>(array).raw_values();
  for (int64_t row = begin; row < end; ++row, to += stride) *to = static_cast<float>(values[row]);
}

// Rows of a column of numbers into every `stride`th element of `to`.
void copy_numbers(const arrow::Array& array, int64_t begin, int64_t end, float* to, int64_t stride) {
  switch (array.type_id()) {
    case arrow::Type::INT8: copy<arrow::Int8Array>(array, begin, end, to, stride); break;
    case arrow::Type::INT16: copy<arrow::Int16Array>(array, begin, end, to, stride); break;
    case arrow::Type::INT32: copy<arrow::Int32Array>(array, begin, end, to, stride); break;
    case arrow::Type::INT64: copy<arrow::Int64Array>(array, begin, end, to, stride); break;
    case arrow::Type::FLOAT: copy<arrow::FloatArray>(array, begin, end, to, stride); break;
    case arrow::Type::DOUBLE: copy<arrow::DoubleArray>(array, begin, end, to, stride); break;
    case arrow::Type::NA:
      for (int64_t row = begin; row < end; ++row, to += stride) *to = kMissing;
      return;
    default: throw_illegal_argument("A numeric column was expected, but got " + array.type()->ToString());
  }
  if (array.null_count() == 0) return;
  for (int64_t row = begin; row < end; ++row) {
    if (array.IsNull(row)) to[(row - begin) * stride] = kMissing;
  }
}

bool has_all(const Fields& fields, const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) { return has_field(fields, name); });
}

bool is_array_of_numbers(const plan::Type& type) {
  return type.kind() == plan::TypeKind::kArray && is_feature_number(field_type(type.element()));
}

}  // namespace

FeatureSource FeatureSource::of(const Fields& fields, const ParamMap& params, bool may_fall_back) {
  FeatureSource source;
  const std::vector<std::string>& names = params.texts("features_cols");
  if (!names.empty() && !(may_fall_back && !has_all(fields, names) && has_field(fields, params.text("featuresCol")))) {
    source.form = Form::kColumns;
    for (const std::string& name : names) {
      source.positions.push_back(find_position(fields, name));
      const Field& field = fields[source.positions.back()];
      if (!is_feature_number(field_type(field.type))) {
        throw_illegal_argument("Values in feature columns must be integral types or float/double types, but column " +
                               name + " is of type " + field.type.simple_string() + ".");
      }
    }
    return source;
  }
  const std::string& name = params.text("featuresCol");
  source.positions.push_back(find_position(fields, name));
  const plan::Type& type = fields[source.positions[0]].type;
  if (is_array_of_numbers(type)) {
    source.form = Form::kArray;
  } else if (field_type(type) != FieldType::kVector) {
    throw_illegal_argument("The feature column must be of array type or of vector type, but column " + name +
                           " is of type " + type.simple_string() +
                           ". Name several numeric columns as a list, or assemble them into a vector.");
  }
  return source;
}

std::vector<std::string> feature_columns(const ParamMap& params) {
  std::vector<std::string> names = params.texts("features_cols");
  names.push_back(params.text("featuresCol"));
  return names;
}

FeatureBatch::FeatureBatch(const FeatureSource& source, const arrow::RecordBatch& batch) : form_(source.form) {
  for (const int position : source.positions) columns_.push_back(batch.column(position));
  if (form_ == FeatureSource::Form::kVector) vectors_ = std::make_unique<VectorColumn>(columns_[0]);
  if (form_ != FeatureSource::Form::kArray) return;
  if (columns_[0]->type_id() != arrow::Type::LIST) {
    throw_illegal_argument("A column of arrays was expected, but got " + columns_[0]->type()->ToString());
  }
  const auto& lists = static_cast<const arrow::ListArray&>(*columns_[0]);
  elements_ = read_floats(*lists.values());
  offsets_ = lists.raw_value_offsets();
}

int32_t FeatureBatch::width(int64_t row) const {
  if (form_ == FeatureSource::Form::kColumns) return static_cast<int32_t>(columns_.size());
  if (columns_[0]->IsNull(row)) throw_user_raised("Vectors MUST NOT be Null");
  if (form_ == FeatureSource::Form::kArray) return offsets_[row + 1] - offsets_[row];
  return vector(row).size;
}

bool FeatureBatch::is_sparse(int64_t row) const { return vectors_ != nullptr && vector(row).indices != nullptr; }

void FeatureBatch::write(int64_t begin, int64_t end, int32_t width, float* to, int64_t row_stride, int64_t column_stride) const {
  if (form_ == FeatureSource::Form::kColumns) {
    // Few rows at a time, so that what the columns are woven into stays in the nearest cache.
    const int64_t rows_together = row_stride == 1 ? end - begin : 256;
    for (int64_t row = begin; row < end; row += rows_together) {
      const int64_t stop = std::min(end, row + rows_together);
      float* rows = to + (row - begin) * row_stride;
      for (size_t c = 0; c < columns_.size(); ++c) {
        copy_numbers(*columns_[c], row, stop, rows + static_cast<int64_t>(c) * column_stride, row_stride);
      }
    }
    return;
  }
  for (int64_t row = begin; row < end; ++row, to += row_stride) {
    if (form_ == FeatureSource::Form::kArray) {
      for (int32_t i = 0; i < width; ++i) to[i * column_stride] = elements_[static_cast<size_t>(offsets_[row] + i)];
      continue;
    }
    const VectorView view = vector(row);
    if (view.indices == nullptr) {
      for (int32_t i = 0; i < width; ++i) to[i * column_stride] = static_cast<float>(view.values[i]);
      continue;
    }
    for (int32_t i = 0; i < width; ++i) to[i * column_stride] = 0.0F;
    for (int32_t i = 0; i < view.count; ++i) to[view.indices[i] * column_stride] = static_cast<float>(view.values[i]);
  }
}

std::vector<float> read_floats(const arrow::Array& array) {
  std::vector<float> values(static_cast<size_t>(array.length()));
  if (array.type_id() == arrow::Type::BOOL || array.type_id() == arrow::Type::DECIMAL128) {
    const NumberColumn numbers = read_numbers(array);
    for (size_t i = 0; i < values.size(); ++i) {
      values[i] = numbers.is_null(static_cast<int64_t>(i)) ? kMissing : static_cast<float>(numbers.values[i]);
    }
    return values;
  }
  copy_numbers(array, 0, array.length(), values.data(), 1);
  return values;
}

}  // namespace firesteel::ml::xgboost
