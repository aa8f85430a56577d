#include "ml/model_table.h"

#include "ml/params.h"
#include "ml/persistence.h"
#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

template <typename Builder, typename T>
std::shared_ptr<arrow::Array> list_of(const std::vector<T>& values) {
  auto items = std::make_shared<Builder>();
  arrow::ListBuilder list(arrow::default_memory_pool(), items);
  check_arrow(list.Append());
  for (const T& value : values) check_arrow(items->Append(value));
  return check_arrow(list.Finish());
}

template <typename Builder, typename T>
std::shared_ptr<arrow::Array> scalar(const T& value) {
  Builder builder;
  check_arrow(builder.Append(value));
  return check_arrow(builder.Finish());
}

std::shared_ptr<arrow::Array> null_list(const std::shared_ptr<arrow::DataType>& type) {
  return check_arrow(arrow::MakeArrayOfNull(type, 1));
}

template <typename ArrayType>
auto items_of(const arrow::Array& array, int64_t row = 0) {
  const auto& list = static_cast<const arrow::ListArray&>(array);
  std::vector<std::decay_t<decltype(std::declval<ArrayType>().Value(0))>> items;
  const auto& values = static_cast<const ArrayType&>(*list.values());
  for (int32_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) items.push_back(values.Value(i));
  return items;
}

std::vector<std::string> texts_of(const arrow::ListArray& list, int64_t row) {
  std::vector<std::string> items;
  const auto& values = static_cast<const arrow::StringArray&>(*list.values());
  for (int32_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) items.push_back(values.GetString(i));
  return items;
}

}  // namespace

void ModelTable::add(const std::string& name, plan::Type type, std::shared_ptr<arrow::Array> array) {
  const bool nullable = type.is(plan::TypeKind::kUdt) || type.is(plan::TypeKind::kArray) ||
                        type.is(plan::TypeKind::kMap) || type.is(plan::TypeKind::kString);
  fields_.push_back({name, std::move(type), nullable, ""});
  columns_.push_back(std::move(array));
}

void ModelTable::add(const std::string& name, bool value) {
  add(name, plan::Type::boolean(), scalar<arrow::BooleanBuilder>(value));
}

void ModelTable::add(const std::string& name, int32_t value) {
  add(name, plan::Type::integer(), scalar<arrow::Int32Builder>(value));
}

void ModelTable::add(const std::string& name, int64_t value) {
  add(name, plan::Type::long_integer(), scalar<arrow::Int64Builder>(value));
}

void ModelTable::add(const std::string& name, double value) {
  add(name, plan::Type::double_number(), scalar<arrow::DoubleBuilder>(value));
}

void ModelTable::add(const std::string& name, const Vector& value) {
  VectorColumnBuilder builder;
  builder.append(value);
  add(name, vector_type(), builder.finish());
}

std::shared_ptr<arrow::Array> matrix_array(const Matrix& value) {
  const auto type = arrow_matrix_type();
  const std::vector<std::shared_ptr<arrow::Array>> children = {
      scalar<arrow::Int8Builder>(static_cast<int8_t>(value.sparse ? 0 : 1)),
      scalar<arrow::Int32Builder>(value.rows),
      scalar<arrow::Int32Builder>(value.columns),
      value.sparse ? list_of<arrow::Int32Builder>(value.pointers) : null_list(type->field(3)->type()),
      value.sparse ? list_of<arrow::Int32Builder>(value.indices) : null_list(type->field(4)->type()),
      list_of<arrow::DoubleBuilder>(value.values),
      scalar<arrow::BooleanBuilder>(value.transposed)};
  std::vector<std::shared_ptr<arrow::ArrayData>> data;
  for (size_t i = 0; i < children.size(); ++i) {
    data.push_back(children[i]->data()->Copy());
    data.back()->type = type->field(static_cast<int>(i))->type();
  }
  return arrow::MakeArray(arrow::ArrayData::Make(type, 1, {nullptr}, std::move(data), 0));
}

void ModelTable::add(const std::string& name, const Matrix& value) { add(name, matrix_type(), matrix_array(value)); }

void ModelTable::add(const std::string& name, const std::vector<int32_t>& value) {
  add(name, plan::Type::array(plan::Type::integer(), false), list_of<arrow::Int32Builder>(value));
}

void ModelTable::add(const std::string& name, const std::vector<int64_t>& value) {
  add(name, plan::Type::array(plan::Type::long_integer(), false), list_of<arrow::Int64Builder>(value));
}

void ModelTable::add(const std::string& name, const std::vector<double>& value) {
  add(name, plan::Type::array(plan::Type::double_number(), false), list_of<arrow::DoubleBuilder>(value));
}

void ModelTable::add(const std::string& name, const std::vector<std::string>& value) {
  add(name, plan::Type::array(plan::Type::string()), list_of<arrow::StringBuilder>(value));
}

void ModelTable::add(const std::string& name, const std::vector<std::vector<std::string>>& value) {
  auto texts = std::make_shared<arrow::StringBuilder>();
  auto inner = std::make_shared<arrow::ListBuilder>(arrow::default_memory_pool(), texts);
  arrow::ListBuilder outer(arrow::default_memory_pool(), inner);
  check_arrow(outer.Append());
  for (const auto& row : value) {
    check_arrow(inner->Append());
    for (const std::string& text : row) check_arrow(texts->Append(text));
  }
  add(name, plan::Type::array(plan::Type::array(plan::Type::string())), check_arrow(outer.Finish()));
}

void ModelTable::write(const std::string& folder, const std::string& file) const {
  std::vector<std::shared_ptr<arrow::Field>> fields;
  for (size_t i = 0; i < columns_.size(); ++i) {
    fields.push_back(arrow::field(fields_[i].name, columns_[i]->type(), fields_[i].nullable));
  }
  write_table(folder, file, fields_, *arrow::Table::Make(arrow::schema(fields), columns_));
}

std::shared_ptr<arrow::Array> ModelRow::column(const std::string& name, arrow::Type::type type) const {
  const auto column = table_->GetColumnByName(name);
  if (!column) throw_illegal_argument("The model's data has no column " + name);
  for (const auto& chunk : column->chunks()) {
    if (chunk->length() == 0) continue;
    if (chunk->type_id() != type || chunk->IsNull(0)) {
      throw_illegal_argument("The model's column " + name + " has an unexpected type " + chunk->type()->ToString());
    }
    return chunk;
  }
  throw_illegal_argument("The model's data has no rows");
}

bool ModelRow::has(const std::string& name) const { return table_->GetColumnByName(name) != nullptr; }

bool ModelRow::flag(const std::string& name) const {
  return static_cast<const arrow::BooleanArray&>(*column(name, arrow::Type::BOOL)).Value(0);
}

int32_t ModelRow::integer(const std::string& name) const {
  return static_cast<const arrow::Int32Array&>(*column(name, arrow::Type::INT32)).Value(0);
}

int64_t ModelRow::long_integer(const std::string& name) const {
  return static_cast<const arrow::Int64Array&>(*column(name, arrow::Type::INT64)).Value(0);
}

double ModelRow::number(const std::string& name) const {
  return static_cast<const arrow::DoubleArray&>(*column(name, arrow::Type::DOUBLE)).Value(0);
}

Vector ModelRow::vector(const std::string& name) const {
  return VectorColumn(column(name, arrow::Type::STRUCT))[0].to_vector();
}

Matrix ModelRow::matrix(const std::string& name) const {
  const auto array = column(name, arrow::Type::STRUCT);
  const auto& parts = static_cast<const arrow::StructArray&>(*array);
  require(parts.num_fields() == 7, "a matrix has 7 parts");
  Matrix matrix;
  matrix.sparse = static_cast<const arrow::Int8Array&>(*parts.field(0)).Value(0) == 0;
  matrix.rows = static_cast<const arrow::Int32Array&>(*parts.field(1)).Value(0);
  matrix.columns = static_cast<const arrow::Int32Array&>(*parts.field(2)).Value(0);
  if (matrix.sparse) {
    matrix.pointers = items_of<arrow::Int32Array>(*parts.field(3));
    matrix.indices = items_of<arrow::Int32Array>(*parts.field(4));
  }
  matrix.values = items_of<arrow::DoubleArray>(*parts.field(5));
  matrix.transposed = static_cast<const arrow::BooleanArray&>(*parts.field(6)).Value(0);
  return matrix;
}

std::vector<int32_t> ModelRow::integers(const std::string& name) const {
  return items_of<arrow::Int32Array>(*column(name, arrow::Type::LIST));
}

std::vector<int64_t> ModelRow::long_integers(const std::string& name) const {
  return items_of<arrow::Int64Array>(*column(name, arrow::Type::LIST));
}

std::vector<double> ModelRow::numbers(const std::string& name) const {
  return items_of<arrow::DoubleArray>(*column(name, arrow::Type::LIST));
}

std::vector<std::string> ModelRow::texts(const std::string& name) const {
  return texts_of(static_cast<const arrow::ListArray&>(*column(name, arrow::Type::LIST)), 0);
}

std::vector<std::vector<std::string>> ModelRow::text_rows(const std::string& name) const {
  const auto array = column(name, arrow::Type::LIST);
  const auto& outer = static_cast<const arrow::ListArray&>(*array);
  const auto& inner = static_cast<const arrow::ListArray&>(*outer.values());
  std::vector<std::vector<std::string>> rows;
  for (int32_t i = outer.value_offset(0); i < outer.value_offset(1); ++i) rows.push_back(texts_of(inner, i));
  return rows;
}

std::string ModelRow::text(const std::string& name) const {
  return static_cast<const arrow::StringArray&>(*column(name, arrow::Type::STRING)).GetString(0);
}

ModelRow read_model_row(const std::string& folder, const std::string& file) {
  return ModelRow(read_table(folder, file));
}

}  // namespace firesteel::ml
