#include "engine/duckdb/local_data.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "engine/duckdb/table_sources.h"

namespace firesteel::engine {
namespace {

// Enough rows for a thread to be worth its while, few enough for all threads to have work.
constexpr int64_t kRowsPerBatch = 65'536;

std::shared_ptr<arrow::DataType> engine_type(const std::shared_ptr<arrow::DataType>& type) {
  switch (type->id()) {
    case arrow::Type::TIMESTAMP:
      return arrow::timestamp(static_cast<const arrow::TimestampType&>(*type).unit());
    case arrow::Type::LIST:
      return arrow::list(engine_type(type->field(0)->type()));
    case arrow::Type::LARGE_LIST:
      return arrow::large_list(engine_type(type->field(0)->type()));
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(*type);
      return arrow::map(engine_type(map.key_type()), engine_type(map.item_type()));
    }
    case arrow::Type::STRUCT: {
      arrow::FieldVector fields;
      for (int i = 0; i < type->num_fields(); ++i) {
        fields.push_back(arrow::field("f" + std::to_string(i), engine_type(type->field(i)->type())));
      }
      return arrow::struct_(fields);
    }
    case arrow::Type::DURATION:
      return arrow::int64();
    case arrow::Type::INTERVAL_MONTHS:
      return arrow::int32();
    default:
      return type;
  }
}

std::shared_ptr<arrow::ArrayData> relabel_data(const std::shared_ptr<arrow::ArrayData>& data,
                                               const std::shared_ptr<arrow::DataType>& type) {
  auto copy = data->Copy();
  copy->type = type;
  for (size_t i = 0; i < copy->child_data.size(); ++i) {
    copy->child_data[i] = relabel_data(copy->child_data[i], type->field(static_cast<int>(i))->type());
  }
  return copy;
}

}  // namespace

std::shared_ptr<arrow::Schema> engine_schema(const arrow::Schema& schema) {
  arrow::FieldVector fields;
  for (int i = 0; i < schema.num_fields(); ++i) {
    fields.push_back(arrow::field("k" + std::to_string(i), engine_type(schema.field(i)->type())));
  }
  return arrow::schema(fields);
}

std::shared_ptr<arrow::RecordBatch> relabel(const arrow::RecordBatch& batch,
                                            const std::shared_ptr<arrow::Schema>& schema) {
  std::vector<std::shared_ptr<arrow::ArrayData>> columns;
  for (int i = 0; i < batch.num_columns(); ++i) {
    columns.push_back(relabel_data(batch.column_data(i), schema->field(i)->type()));
  }
  return arrow::RecordBatch::Make(schema, batch.num_rows(), std::move(columns));
}

std::shared_ptr<ArrowInput> local_data_input(const plan::Relation& node,
                                             const plan::LocalData& data) {
  auto schema = data.table ? data.table->schema() : arrow::schema({});
  // Rows without columns still count: a column of nulls stands for them.
  if (schema->num_fields() == 0) {
    auto placeholder = arrow::schema({arrow::field("k0", arrow::int32())});
    int64_t rows = data.table ? data.table->num_rows() : 0;
    std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
    if (rows > 0) {
      auto nulls = arrow::MakeArrayOfNull(arrow::int32(), rows);
      FIRESTEEL_CHECK(nulls.ok(), nulls.status().ToString());
      batches.push_back(arrow::RecordBatch::Make(placeholder, rows, {*nulls}));
    }
    return ArrowInput::from_batches(placeholder, std::move(batches));
  }
  FIRESTEEL_CHECK(static_cast<size_t>(schema->num_fields()) == node.output.size(),
                  "local rows have other columns than the plan says");
  auto named = engine_schema(*schema);
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  arrow::TableBatchReader reader(*data.table);
  reader.set_chunksize(kRowsPerBatch);
  std::shared_ptr<arrow::RecordBatch> batch;
  while (true) {
    auto status = reader.ReadNext(&batch);
    FIRESTEEL_CHECK(status.ok(), status.ToString());
    if (!batch) break;
    batches.push_back(relabel(*batch, named));
  }
  return ArrowInput::from_batches(std::move(named), std::move(batches));
}

}  // namespace firesteel::engine
