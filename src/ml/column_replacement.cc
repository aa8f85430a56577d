#include "ml/column_replacement.h"

#include <arrow/api.h>

#include <algorithm>

#include "ml/vector_column.h"

namespace firesteel::ml {

namespace {

class PutTransform : public BatchTransform {
 public:
  explicit PutTransform(std::vector<PutColumn> columns) : columns_(std::move(columns)) {}

  std::shared_ptr<arrow::RecordBatch> apply(
      const std::shared_ptr<arrow::RecordBatch>& batch) const override {
    std::shared_ptr<arrow::RecordBatch> result = batch;
    for (const PutColumn& column : columns_) {
      result = put_column(result, column.replaces, column.output,
                          column.kernel(batch->column(column.position)));
    }
    return result;
  }

 private:
  std::vector<PutColumn> columns_;
};

}  // namespace

std::vector<int> replaced_columns(const BoundTransformer& bound, const Fields& input) {
  const auto* replacing = dynamic_cast<const ReplacesColumns*>(bound.transformer.get());
  return replacing == nullptr ? std::vector<int>()
                              : replacing->replaced_columns(input, bound.params);
}

void put_field(Fields& fields, Field field) {
  const int position = position_or_none(fields, field.name);
  if (position < 0) {
    fields.push_back(std::move(field));
  } else {
    fields[position] = std::move(field);
  }
}

int position_or_none(const Fields& fields, const std::string& name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const Field& field) { return field.name == name; });
  return found == fields.end() ? -1 : static_cast<int>(found - fields.begin());
}

std::vector<int> positions_present(const Fields& fields, const std::vector<std::string>& names) {
  std::vector<int> positions;
  for (const std::string& name : names) {
    const int position = position_or_none(fields, name);
    if (position >= 0) positions.push_back(position);
  }
  return positions;
}

std::shared_ptr<arrow::RecordBatch> put_column(const std::shared_ptr<arrow::RecordBatch>& batch,
                                               int replaces, const std::string& name,
                                               std::shared_ptr<arrow::Array> column) {
  if (replaces < 0) return append_column(batch, name, std::move(column));
  const auto field = arrow::field(name, column->type());
  return check_arrow(batch->SetColumn(replaces, field, std::move(column)));
}

std::unique_ptr<BatchTransform> put_columns(std::vector<PutColumn> columns) {
  return std::make_unique<PutTransform>(std::move(columns));
}

}  // namespace firesteel::ml
