#include "connect/local_table.h"

#include <arrow/api.h>

#include "arrow/spark_schema.h"
#include "base/error.h"

namespace firesteel::connect {

namespace {

void check(const arrow::Status& status) { FIRESTEEL_CHECK(status.ok(), status.ToString()); }

void append(const Cell& cell, const plan::Type& type, arrow::ArrayBuilder* builder) {
  if (!cell.text) return check(builder->AppendNull());
  const std::string& text = *cell.text;
  switch (type.kind()) {
    case plan::TypeKind::kBoolean:
      return check(static_cast<arrow::BooleanBuilder*>(builder)->Append(text == "true"));
    case plan::TypeKind::kInteger:
      return check(static_cast<arrow::Int32Builder*>(builder)->Append(std::stoi(text)));
    case plan::TypeKind::kLong:
      return check(static_cast<arrow::Int64Builder*>(builder)->Append(std::stoll(text)));
    case plan::TypeKind::kArray: {
      auto* list = static_cast<arrow::ListBuilder*>(builder);
      auto* values = static_cast<arrow::StringBuilder*>(list->value_builder());
      check(list->Append());
      size_t start = 0;
      while (start <= text.size() && !text.empty()) {
        const size_t end = std::min(text.find('\n', start), text.size());
        check(values->Append(text.substr(start, end - start)));
        start = end + 1;
      }
      return;
    }
    default:
      return check(static_cast<arrow::StringBuilder*>(builder)->Append(text));
  }
}

}  // namespace

plan::RelationPtr make_local_table(const std::vector<LocalTableColumn>& columns,
                                   const std::vector<std::vector<Cell>>& rows) {
  plan::Schema schema;
  plan::Attributes output;
  for (const LocalTableColumn& column : columns) {
    schema.push_back({column.name, column.type, column.nullable, ""});
    output.push_back({plan::next_attribute_id(), column.name, column.type, column.nullable, "", {}});
  }
  const auto arrow_schema = columns::to_arrow_schema(schema, "UTC");
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (size_t i = 0; i < columns.size(); ++i) {
    std::unique_ptr<arrow::ArrayBuilder> builder;
    check(arrow::MakeBuilder(arrow::default_memory_pool(), arrow_schema->field(static_cast<int>(i))->type(), &builder));
    for (const auto& row : rows) append(row.at(i), columns[i].type, builder.get());
    std::shared_ptr<arrow::Array> array;
    check(builder->Finish(&array));
    arrays.push_back(std::move(array));
  }
  auto table = arrow::Table::Make(arrow_schema, std::move(arrays), static_cast<int64_t>(rows.size()));
  return plan::make_resolved(plan::LocalData{std::move(table), std::move(schema)}, std::move(output));
}

}  // namespace firesteel::connect
