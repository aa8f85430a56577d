#include "ml/vector_column.h"
#include "ml/text_views.h"

#include <cmath>
#include <cstring>

#include "ml/params.h"

namespace firesteel::ml {

namespace {

std::shared_ptr<arrow::Buffer> copy_to_buffer(const void* data, int64_t bytes) {
  std::shared_ptr<arrow::Buffer> buffer = check_arrow(arrow::AllocateBuffer(bytes));
  if (bytes > 0) std::memcpy(buffer->mutable_data(), data, static_cast<size_t>(bytes));
  return buffer;
}

template <typename T>
std::shared_ptr<arrow::Buffer> to_buffer(const std::vector<T>& items) {
  return copy_to_buffer(items.data(), static_cast<int64_t>(items.size() * sizeof(T)));
}

// Takes the memory over instead of copying it. Arrow wants an address even for no values.
template <typename T>
std::shared_ptr<arrow::Buffer> take_buffer(std::vector<T>&& items) {
  if (items.empty()) return to_buffer(items);
  return arrow::Buffer::FromVector(std::move(items));
}

// A bitmap of the rows whose byte is not zero; null if there are none with zero.
std::shared_ptr<arrow::Buffer> to_bitmap(const std::vector<uint8_t>& valid, int64_t* null_count) {
  *null_count = 0;
  for (const uint8_t v : valid) *null_count += v == 0;
  if (*null_count == 0) return nullptr;
  std::vector<uint8_t> bits((valid.size() + 7) / 8, 0);
  for (size_t i = 0; i < valid.size(); ++i) {
    if (valid[i] != 0) bits[i / 8] |= static_cast<uint8_t>(1U << (i % 8));
  }
  return to_buffer(bits);
}

template <typename ArrayType>
void copy_values(const arrow::Array& array, std::vector<double>& out) {
  const auto& typed = static_cast<const ArrayType&>(array);
  const auto* raw = typed.raw_values();
  std::copy(raw, raw + array.length(), out.begin());
}

void read_decimals(const arrow::Array& array, std::vector<double>& out) {
  const auto& typed = static_cast<const arrow::Decimal128Array&>(array);
  const int32_t scale = static_cast<const arrow::Decimal128Type&>(*array.type()).scale();
  for (int64_t i = 0; i < array.length(); ++i) {
    if (array.IsNull(i)) continue;
    out[i] = std::strtod(arrow::Decimal128(typed.GetValue(i)).ToString(scale).c_str(), nullptr);
  }
}

std::string number_text(const arrow::Array& array, double value) {
  switch (array.type_id()) {
    case arrow::Type::DOUBLE: return java_double_text(value);
    case arrow::Type::FLOAT: {
      // Float's own shortest form: print the float, not the double it widens to.
      char text[40];
      for (int digits = 1; digits <= 9; ++digits) {
        std::snprintf(text, sizeof(text), "%.*g", digits, value);
        if (std::strtof(text, nullptr) == static_cast<float>(value)) break;
      }
      return java_double_text(std::strtod(text, nullptr));
    }
    default: return std::to_string(static_cast<int64_t>(value));
  }
}

}  // namespace

void check_arrow(const arrow::Status& status) {
  if (!status.ok()) throw_spark_exception(status.ToString());
}

std::shared_ptr<arrow::DataType> arrow_vector_type() {
  static const auto type = arrow::struct_(
      {arrow::field("type", arrow::int8(), false), arrow::field("size", arrow::int32()),
       arrow::field("indices", arrow::list(arrow::field("element", arrow::int32(), false))),
       arrow::field("values", arrow::list(arrow::field("element", arrow::float64(), false)))});
  return type;
}

std::shared_ptr<arrow::DataType> arrow_matrix_type() {
  static const auto type = arrow::struct_(
      {arrow::field("type", arrow::int8(), false), arrow::field("numRows", arrow::int32(), false),
       arrow::field("numCols", arrow::int32(), false),
       arrow::field("colPtrs", arrow::list(arrow::field("element", arrow::int32(), false))),
       arrow::field("rowIndices", arrow::list(arrow::field("element", arrow::int32(), false))),
       arrow::field("values", arrow::list(arrow::field("element", arrow::float64(), false))),
       arrow::field("isTransposed", arrow::boolean(), false)});
  return type;
}

Vector VectorView::to_vector() const {
  Vector result;
  result.sparse = indices != nullptr;
  result.size = size;
  if (indices != nullptr) result.indices.assign(indices, indices + count);
  result.values.assign(values, values + count);
  return result;
}

VectorColumn::VectorColumn(const std::shared_ptr<arrow::Array>& array) : array_(array) {
  const bool is_struct = array->type_id() == arrow::Type::STRUCT;
  const auto& type = *array->type();
  if (!is_struct || type.num_fields() != 4 || type.field(0)->type()->id() != arrow::Type::INT8 ||
      type.field(1)->type()->id() != arrow::Type::INT32 ||
      type.field(2)->type()->id() != arrow::Type::LIST ||
      type.field(3)->type()->id() != arrow::Type::LIST) {
    throw_illegal_argument("A column of vectors was expected, but got " + type.ToString());
  }
  const auto& parts = static_cast<const arrow::StructArray&>(*array);
  length_ = array->length();
  // StructArray::field applies the slice; the struct keeps the child alive.
  types_ = static_cast<const arrow::Int8Array&>(*parts.field(0)).raw_values();
  sizes_ = static_cast<const arrow::Int32Array&>(*parts.field(1)).raw_values();
  const auto& indices = static_cast<const arrow::ListArray&>(*parts.field(2));
  const auto& values = static_cast<const arrow::ListArray&>(*parts.field(3));
  if (indices.values()->type_id() != arrow::Type::INT32 ||
      values.values()->type_id() != arrow::Type::DOUBLE) {
    throw_illegal_argument("A column of vectors was expected, but got " + type.ToString());
  }
  index_offsets_ = indices.raw_value_offsets();
  value_offsets_ = values.raw_value_offsets();
  index_values_ = static_cast<const arrow::Int32Array&>(*indices.values()).raw_values();
  values_ = static_cast<const arrow::DoubleArray&>(*values.values()).raw_values();
  for (int64_t row = 0; row < length_; ++row) {
    if (!array->IsNull(row)) check_row(row);
  }
}

void VectorColumn::check_row(int64_t row) const {
  if (types_[row] == 1) return;
  const VectorView view = (*this)[row];
  if (types_[row] != 0) {
    require(false, "a vector's type is 0 (sparse) or 1 (dense), but got " + std::to_string(types_[row]));
  }
  if (index_offsets_[row + 1] - index_offsets_[row] != view.count) {
    require(false, "Sparse vectors require that the dimension of the indices match the dimension of the values.");
  }
  int32_t previous = -1;
  for (int32_t i = 0; i < view.count; ++i) {
    if (view.indices[i] <= previous || view.indices[i] >= view.size) {
      require(false, "Index " + std::to_string(view.indices[i]) + " follows " + std::to_string(previous) +
                         " and is not strictly increasing or out of bounds for vector of size " +
                         std::to_string(view.size));
    }
    previous = view.indices[i];
  }
}

VectorView VectorColumn::operator[](int64_t row) const {
  VectorView view;
  const int32_t begin = value_offsets_[row];
  view.count = value_offsets_[row + 1] - begin;
  view.values = values_ + begin;
  if (types_[row] == 1) {
    view.size = view.count;
  } else {
    view.size = sizes_[row];
    view.indices = index_values_ + index_offsets_[row];
  }
  return view;
}

double dot(const VectorView& view, const std::vector<double>& other) {
  if (static_cast<size_t>(view.size) != other.size()) {
    require(false, "BLAS.dot(x: Vector, y:Vector) was given Vectors with non-matching sizes: x.size = " +
                       std::to_string(view.size) + ", y.size = " + std::to_string(other.size()));
  }
  double sum = 0;
  for (int32_t i = 0; i < view.count; ++i) sum += view.values[i] * other[view.indices != nullptr ? view.indices[i] : i];
  return sum;
}

VectorView transformed_vector(const VectorColumn& vectors, int64_t row, size_t size, const std::string& model) {
  const std::string type = "struct<type:tinyint,size:int,indices:array<int>,values:array<double>>";
  if (vectors.is_null(row)) throw_failed_transform(model, type, "double", "the vector is null");
  const VectorView view = vectors[row];
  if (static_cast<size_t>(view.size) != size) {
    throw_failed_transform(model, type, "double",
                           "a vector of " + std::to_string(view.size) + " elements where the model has " +
                               std::to_string(size));
  }
  return view;
}

void VectorColumnBuilder::reserve(int64_t rows, int64_t values) {
  valid_.reserve(rows);
  types_.reserve(rows);
  sizes_.reserve(rows);
  index_offsets_.reserve(rows + 1);
  value_offsets_.reserve(rows + 1);
  values_.reserve(values);
}

void VectorColumnBuilder::append_null() {
  valid_.push_back(0);
  types_.push_back(0);
  sizes_.push_back(0);
  index_offsets_.push_back(static_cast<int32_t>(indices_.size()));
  value_offsets_.push_back(static_cast<int32_t>(values_.size()));
}

void VectorColumnBuilder::append_dense(const double* values, int32_t size) {
  values_.insert(values_.end(), values, values + size);
  append_null();
  valid_.back() = 1;
  types_.back() = 1;
}

void VectorColumnBuilder::append_sparse(int32_t size, const int32_t* indices, const double* values,
                                        int32_t count) {
  values_.insert(values_.end(), values, values + count);
  indices_.insert(indices_.end(), indices, indices + count);
  append_null();
  valid_.back() = 1;
  sizes_.back() = size;
}

void VectorColumnBuilder::append_dense_rows(std::vector<double> values, int32_t size) {
  const size_t first = value_offsets_.size();
  const int64_t rows = size == 0 ? 0 : static_cast<int64_t>(values.size()) / size;
  auto end = static_cast<int32_t>(values_.size());
  if (values_.empty()) {
    values_ = std::move(values);
  } else {
    values_.insert(values_.end(), values.begin(), values.end());
  }
  const size_t total = first - 1 + static_cast<size_t>(rows);
  valid_.resize(total, 1);
  types_.resize(total, 1);
  sizes_.resize(total, 0);
  index_offsets_.resize(total + 1, static_cast<int32_t>(indices_.size()));
  value_offsets_.resize(total + 1);
  for (size_t row = first; row <= total; ++row) value_offsets_[row] = end += size;
}

void VectorColumnBuilder::append(const Vector& vector) {
  const auto count = static_cast<int32_t>(vector.values.size());
  if (vector.sparse) {
    append_sparse(vector.size, vector.indices.data(), vector.values.data(), count);
  } else {
    append_dense(vector.values.data(), count);
  }
}

std::shared_ptr<arrow::Array> VectorColumnBuilder::finish() {
  const auto rows = static_cast<int64_t>(types_.size());
  // A dense vector has neither a size nor indices.
  std::vector<uint8_t> sparse(types_.size());
  for (size_t i = 0; i < sparse.size(); ++i) sparse[i] = valid_[i] != 0 && types_[i] == 0;
  int64_t null_count = 0;
  int64_t absent_count = 0;
  const auto valid = to_bitmap(valid_, &null_count);
  const auto present = to_bitmap(sparse, &absent_count);
  const auto type = arrow_vector_type();
  const auto list = [&](int field, std::vector<int32_t>& offsets, std::shared_ptr<arrow::ArrayData> items,
                        const std::shared_ptr<arrow::Buffer>& bitmap, int64_t nulls) {
    return arrow::ArrayData::Make(type->field(field)->type(), rows, {bitmap, take_buffer(std::move(offsets))},
                                  {std::move(items)}, nulls);
  };
  const auto index_count = static_cast<int64_t>(indices_.size());
  const auto value_count = static_cast<int64_t>(values_.size());
  auto indices = arrow::ArrayData::Make(arrow::int32(), index_count, {nullptr, take_buffer(std::move(indices_))}, 0);
  auto values = arrow::ArrayData::Make(arrow::float64(), value_count, {nullptr, take_buffer(std::move(values_))}, 0);
  auto data = arrow::ArrayData::Make(
      type, rows, {valid},
      {arrow::ArrayData::Make(arrow::int8(), rows, {nullptr, take_buffer(std::move(types_))}, 0),
       arrow::ArrayData::Make(arrow::int32(), rows, {present, take_buffer(std::move(sizes_))}, absent_count),
       list(2, index_offsets_, std::move(indices), present, absent_count),
       list(3, value_offsets_, std::move(values), valid, null_count)},
      null_count);
  *this = VectorColumnBuilder();
  return arrow::MakeArray(data);
}

std::shared_ptr<arrow::Array> make_dense_vectors(std::shared_ptr<arrow::Buffer> values, int64_t rows, int32_t size) {
  // The offsets of the values, and behind them zeros for sizes and indices, which are null in every row.
  std::vector<int32_t> offsets(static_cast<size_t>(rows) + 1);
  for (int64_t row = 0; row <= rows; ++row) offsets[row] = static_cast<int32_t>(row) * size;
  const auto none = take_buffer(std::vector<int32_t>(static_cast<size_t>(rows) + 1, 0));
  const auto absent = take_buffer(std::vector<uint8_t>((static_cast<size_t>(rows) + 7) / 8, 0));
  const auto type = arrow_vector_type();
  auto indices = arrow::ArrayData::Make(type->field(2)->type(), rows, {absent, none},
                                        {arrow::ArrayData::Make(arrow::int32(), 0, {nullptr, to_buffer(std::vector<int32_t>())}, 0)}, rows);
  auto elements = arrow::ArrayData::Make(arrow::float64(), rows * size, {nullptr, std::move(values)}, 0);
  return arrow::MakeArray(arrow::ArrayData::Make(
      type, rows, {nullptr},
      {arrow::ArrayData::Make(arrow::int8(), rows, {nullptr, take_buffer(std::vector<int8_t>(static_cast<size_t>(rows), 1))}, 0),
       arrow::ArrayData::Make(arrow::int32(), rows, {absent, none}, rows), std::move(indices),
       arrow::ArrayData::Make(type->field(3)->type(), rows, {nullptr, take_buffer(std::move(offsets))}, {std::move(elements)}, 0)},
      0));
}

NumberColumn read_numbers(const arrow::Array& array) {
  NumberColumn column;
  column.values.resize(array.length());
  switch (array.type_id()) {
    case arrow::Type::INT8: copy_values<arrow::Int8Array>(array, column.values); break;
    case arrow::Type::INT16: copy_values<arrow::Int16Array>(array, column.values); break;
    case arrow::Type::INT32: copy_values<arrow::Int32Array>(array, column.values); break;
    case arrow::Type::INT64: copy_values<arrow::Int64Array>(array, column.values); break;
    case arrow::Type::FLOAT: copy_values<arrow::FloatArray>(array, column.values); break;
    case arrow::Type::DOUBLE: copy_values<arrow::DoubleArray>(array, column.values); break;
    case arrow::Type::DECIMAL128: read_decimals(array, column.values); break;
    case arrow::Type::BOOL:
      for (int64_t i = 0; i < array.length(); ++i) {
        column.values[i] = static_cast<const arrow::BooleanArray&>(array).Value(i) ? 1.0 : 0.0;
      }
      break;
    case arrow::Type::NA: break;
    default: throw_illegal_argument("A numeric column was expected, but got " + array.type()->ToString());
  }
  if (array.null_count() > 0) {
    column.valid.resize(array.length());
    for (int64_t i = 0; i < array.length(); ++i) column.valid[i] = array.IsNull(i) ? 0 : 1;
  }
  return column;
}

TextColumn read_texts(const arrow::Array& array) {
  TextColumn column;
  column.values.resize(array.length());
  if (array.null_count() > 0) {
    column.valid.resize(array.length());
    for (int64_t i = 0; i < array.length(); ++i) column.valid[i] = array.IsNull(i) ? 0 : 1;
  }
  if (array.type_id() == arrow::Type::STRING || array.type_id() == arrow::Type::LARGE_STRING) {
    const bool is_large = array.type_id() == arrow::Type::LARGE_STRING;
    for (int64_t i = 0; i < array.length(); ++i) {
      if (column.is_null(i)) continue;
      column.values[i] = is_large ? static_cast<const arrow::LargeStringArray&>(array).GetView(i)
                                  : static_cast<const arrow::StringArray&>(array).GetView(i);
    }
    return column;
  }
  if (array.type_id() == arrow::Type::DECIMAL128) {
    const int32_t scale = static_cast<const arrow::Decimal128Type&>(*array.type()).scale();
    const auto& typed = static_cast<const arrow::Decimal128Array&>(array);
    for (int64_t i = 0; i < array.length(); ++i) {
      if (!column.is_null(i)) column.values[i] = arrow::Decimal128(typed.GetValue(i)).ToString(scale);
    }
    return column;
  }
  if (array.type_id() == arrow::Type::INT64) {
    const auto& typed = static_cast<const arrow::Int64Array&>(array);
    for (int64_t i = 0; i < array.length(); ++i) column.values[i] = std::to_string(typed.Value(i));
    return column;
  }
  const NumberColumn numbers = read_numbers(array);
  for (int64_t i = 0; i < array.length(); ++i) {
    if (column.is_null(i)) continue;
    column.values[i] = array.type_id() == arrow::Type::BOOL ? (numbers.values[i] != 0 ? "true" : "false")
                                                            : number_text(array, numbers.values[i]);
  }
  return column;
}

TextViews view_texts(const arrow::Array& array) {
  TextViews column;
  column.values.resize(array.length());
  const bool is_large = array.type_id() == arrow::Type::LARGE_STRING;
  if (!is_large && array.type_id() != arrow::Type::STRING) {
    column.made = read_texts(array);
    column.valid = column.made.valid;
    std::copy(column.made.values.begin(), column.made.values.end(), column.values.begin());
    return column;
  }
  if (array.null_count() > 0) {
    column.valid.resize(array.length());
    for (int64_t i = 0; i < array.length(); ++i) column.valid[i] = array.IsNull(i) ? 0 : 1;
  }
  for (int64_t i = 0; i < array.length(); ++i) {
    if (column.is_null(i)) continue;
    column.values[i] = is_large ? static_cast<const arrow::LargeStringArray&>(array).GetView(i)
                                : static_cast<const arrow::StringArray&>(array).GetView(i);
  }
  return column;
}

std::shared_ptr<arrow::Array> make_doubles(std::vector<double> values, const std::vector<uint8_t>& valid) {
  int64_t null_count = 0;
  const auto bitmap = to_bitmap(valid, &null_count);
  const auto rows = static_cast<int64_t>(values.size());
  return arrow::MakeArray(
      arrow::ArrayData::Make(arrow::float64(), rows, {bitmap, take_buffer(std::move(values))}, null_count));
}

std::shared_ptr<arrow::Array> make_doubles(std::vector<double> values) { return make_doubles(std::move(values), {}); }

std::shared_ptr<arrow::Array> make_texts(const std::vector<std::string>& values) {
  arrow::StringBuilder builder;
  check_arrow(builder.AppendValues(values));
  return check_arrow(builder.Finish());
}

std::shared_ptr<arrow::RecordBatch> append_column(const std::shared_ptr<arrow::RecordBatch>& batch,
                                                  const std::string& name,
                                                  std::shared_ptr<arrow::Array> column) {
  const auto field = arrow::field(name, column->type());
  return check_arrow(batch->AddColumn(batch->num_columns(), field, std::move(column)));
}

std::shared_ptr<arrow::RecordBatch> filter_rows(const std::shared_ptr<arrow::RecordBatch>& batch,
                                                const std::vector<uint8_t>& keep) {
  // Runs of kept rows are slices; the core library has no filter kernel.
  std::vector<std::shared_ptr<arrow::Array>> columns;
  int64_t kept = 0;
  for (const uint8_t k : keep) kept += k != 0;
  if (kept == batch->num_rows()) return batch;
  for (int c = 0; c < batch->num_columns(); ++c) {
    auto builder = check_arrow(arrow::MakeBuilder(batch->column(c)->type()));
    const arrow::ArraySpan span(*batch->column(c)->data());
    for (size_t row = 0; row < keep.size();) {
      size_t end = row;
      while (end < keep.size() && keep[end] != 0) ++end;
      if (end > row) {
        check_arrow(builder->AppendArraySlice(span, static_cast<int64_t>(row), static_cast<int64_t>(end - row)));
      }
      row = end + 1;
    }
    columns.push_back(check_arrow(builder->Finish()));
  }
  return arrow::RecordBatch::Make(batch->schema(), kept, std::move(columns));
}

}  // namespace firesteel::ml
