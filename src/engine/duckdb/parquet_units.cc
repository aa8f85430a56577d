#include "engine/duckdb/parquet_units.h"

#include <algorithm>
#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <mutex>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/statistics.h>
#include <utility>

#include "base/error.h"
#include "engine/duckdb/column_fit.h"
#include "engine/duckdb/file_listing.h"
#include "engine/duckdb/parquet_conversions.h"

namespace firesteel::engine {
namespace {

constexpr const char* kSparkSchemaKey = "org.apache.spark.sql.parquet.row.metadata";
constexpr int64_t kRowsPerBatch = 65'536;

[[noreturn]] void throw_read(const std::string& path, const std::string& reason) {
  throw SparkError("FAILED_READ_FILE.NO_HINT", {{"path", file_uri(path) + " (" + reason + ")"}});
}

parquet::ArrowReaderProperties arrow_properties() {
  parquet::ArrowReaderProperties properties;
  properties.set_batch_size(kRowsPerBatch);
  properties.set_pre_buffer(true);  // neighbouring column chunks come with one request
  properties.set_use_threads(false);
  properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
  return properties;
}

struct OpenedFile {
  std::shared_ptr<arrow::io::RandomAccessFile> bytes;
  std::shared_ptr<parquet::FileMetaData> metadata;
};

OpenedFile open_file(const plan::FileEntry& file, const FileOpener& opener) {
  OpenedFile opened;
  opened.bytes = opener(file);
  try {
    opened.metadata = parquet::ReadMetaData(opened.bytes);
  } catch (const parquet::ParquetException& error) {
    throw_read(file.path, error.what());
  }
  return opened;
}

bool has_int96(const parquet::schema::Node& node) {
  if (node.is_primitive()) {
    return static_cast<const parquet::schema::PrimitiveNode&>(node).physical_type() == parquet::Type::INT96;
  }
  const auto& group = static_cast<const parquet::schema::GroupNode&>(node);
  for (int i = 0; i < group.field_count(); ++i) {
    if (has_int96(*group.field(i))) return true;
  }
  return false;
}

// INT96 values are instants; annotated ones say what they are.
plan::Type field_type(const parquet::schema::Node& node, const arrow::DataType& type) {
  if (!has_int96(node)) return spark_type(type);
  if (node.is_primitive()) return plan::Type::timestamp();
  throw_unsupported("RELATION", "a Parquet column with INT96 values inside, without Spark's own schema");
}

template <typename DType>
void set_bounds(const parquet::Statistics& statistics, ColumnRange* range, int64_t unit = 1) {
  const auto& typed = static_cast<const parquet::TypedStatistics<DType>&>(statistics);
  range->low = Bound{static_cast<int64_t>(typed.min()) * unit};
  range->high = Bound{static_cast<int64_t>(typed.max()) * unit};
}

template <typename DType>
void set_number_bounds(const parquet::Statistics& statistics, ColumnRange* range) {
  const auto& typed = static_cast<const parquet::TypedStatistics<DType>&>(statistics);
  range->low = Bound{static_cast<double>(typed.min())};
  range->high = Bound{static_cast<double>(typed.max())};
}

// Only types whose order in the file is the order of the values here.
void set_range(const parquet::ColumnDescriptor& column, const parquet::Statistics& statistics, const plan::Type& type,
               ColumnRange* range) {
  const auto& logical = *column.logical_type();
  const bool is_plain = logical.is_none() || logical.is_int() || logical.is_date();
  if (logical.is_int() && !static_cast<const parquet::IntLogicalType&>(logical).is_signed()) return;
  const bool wants_integer = type.is_integral() || type.is(plan::TypeKind::kDate);
  switch (column.physical_type()) {
    case parquet::Type::INT32:
      if (is_plain && wants_integer) set_bounds<parquet::Int32Type>(statistics, range);
      return;
    case parquet::Type::INT64:
      if (is_plain && wants_integer) return set_bounds<parquet::Int64Type>(statistics, range);
      if (logical.is_timestamp() && (type.is(plan::TypeKind::kTimestamp) || type.is(plan::TypeKind::kTimestampNtz)) &&
          static_cast<const parquet::TimestampLogicalType&>(logical).time_unit() == parquet::LogicalType::TimeUnit::MICROS) {
        set_bounds<parquet::Int64Type>(statistics, range);
      }
      return;
    case parquet::Type::FLOAT:
      if (type.is(plan::TypeKind::kFloat) || type.is(plan::TypeKind::kDouble)) set_number_bounds<parquet::FloatType>(statistics, range);
      return;
    case parquet::Type::DOUBLE:
      if (type.is(plan::TypeKind::kDouble)) set_number_bounds<parquet::DoubleType>(statistics, range);
      return;
    case parquet::Type::BYTE_ARRAY:
      if (type.is_string() && logical.is_string()) {
        range->low = Bound{statistics.EncodeMin()};
        range->high = Bound{statistics.EncodeMax()};
      }
      return;
    default: return;
  }
}

class ParquetUnitReader : public UnitReader {
 public:
  ParquetUnitReader(const OpenedFile& file, std::string path, const FileUnit& unit, std::vector<int> leaves,
                    std::vector<std::pair<std::string, plan::Type>> columns)
      : path_(std::move(path)), columns_(std::move(columns)), rows_left_(unit.rows) {
    if (leaves.empty()) return;
    try {
      parquet::arrow::FileReaderBuilder builder;
      require(builder.Open(file.bytes, parquet::default_reader_properties(), file.metadata));
      builder.properties(arrow_properties());
      require(builder.Build(&reader_));
      auto batches = reader_->GetRecordBatchReader({static_cast<int>(unit.piece)}, leaves);
      require(batches.status());
      batches_ = std::move(*batches);
    } catch (const parquet::ParquetException& error) {
      throw_read(path_, error.what());
    }
  }

  bool next(std::vector<std::shared_ptr<arrow::Array>>& columns, int64_t* rows) override {
    std::shared_ptr<arrow::RecordBatch> batch;
    if (batches_) {
      require(batches_->ReadNext(&batch));
      if (!batch) return false;
      *rows = batch->num_rows();
    } else {
      *rows = std::min(rows_left_, kRowsPerBatch);
      rows_left_ -= *rows;
      if (*rows == 0) return false;
    }
    for (const auto& [name, type] : columns_) {
      const auto column = batch && !name.empty() ? batch->GetColumnByName(name) : nullptr;
      columns.push_back(column ? fit_array(column, type, {file_uri(path_), name}) : null_array(type, *rows));
    }
    return true;
  }

 private:
  void require(const arrow::Status& status) const {
    if (!status.ok()) throw_read(path_, status.message());
  }

  const std::string path_;
  const std::vector<std::pair<std::string, plan::Type>> columns_;  // the file's names; empty where it lacks the column
  int64_t rows_left_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
};

class ParquetUnits : public UnitFormat {
 public:
  ParquetUnits(std::vector<plan::FileEntry> files, plan::Schema wanted, bool is_case_sensitive, FileOpener opener)
      : files_(std::move(files)), wanted_(std::move(wanted)), is_case_sensitive_(is_case_sensitive), opener_(std::move(opener)), opened_(files_.size()) {}

  std::vector<FileUnit> units(size_t file) override {
    const OpenedFile opened = open(file);
    std::vector<FileUnit> units;
    int64_t first_row = 0;
    for (int group = 0; group < opened.metadata->num_row_groups(); ++group) {
      const auto metadata = opened.metadata->RowGroup(group);
      FileUnit unit;
      unit.file = file;
      unit.piece = group;
      unit.rows = metadata->num_rows();
      unit.first_row = first_row;
      first_row += unit.rows;
      for (const plan::StructField& field : wanted_) unit.ranges.push_back(range(*opened.metadata, *metadata, field));
      units.push_back(std::move(unit));
    }
    return units;
  }

  std::unique_ptr<UnitReader> open(const FileUnit& unit, const std::vector<size_t>& columns) override {
    const OpenedFile opened = open(unit.file);
    const auto* schema = opened.metadata->schema();
    std::vector<int> leaves;
    std::vector<std::pair<std::string, plan::Type>> named;
    for (const size_t column : columns) {
      const parquet::schema::Node* field = parquet_field(*schema->group_node(), wanted_[column].name, is_case_sensitive_);
      if (const auto mismatch = field ? parquet_mismatch(*field, wanted_[column].type) : std::nullopt) {
        throw parquet_mismatch_error(file_uri(files_[unit.file].path), *mismatch);
      }
      const std::string name = field ? field->name() : "";
      named.emplace_back(name, wanted_[column].type);
      for (int leaf = 0; leaf < schema->num_columns() && !name.empty(); ++leaf) {
        if (schema->GetColumnRoot(leaf)->name() == name) leaves.push_back(leaf);
      }
    }
    std::sort(leaves.begin(), leaves.end());
    leaves.erase(std::unique(leaves.begin(), leaves.end()), leaves.end());
    return std::make_unique<ParquetUnitReader>(opened, files_[unit.file].path, unit, std::move(leaves), std::move(named));
  }

 private:
  OpenedFile open(size_t file) {
    {
      const std::lock_guard lock(mutex_);
      if (opened_[file].metadata) return opened_[file];
    }
    OpenedFile opened = open_file(files_[file], opener_);
    const std::lock_guard lock(mutex_);
    opened_[file] = opened;
    return opened;
  }

  ColumnRange range(const parquet::FileMetaData& file, const parquet::RowGroupMetaData& group,
                    const plan::StructField& field) const {
    ColumnRange range;
    const parquet::schema::Node* wanted = parquet_field(*file.schema()->group_node(), field.name, is_case_sensitive_);
    if (!wanted) {
      range.has_only_nulls = true;
      return range;
    }
    for (int leaf = 0; leaf < group.num_columns(); ++leaf) {
      const auto* root = file.schema()->GetColumnRoot(leaf);
      if (root->name() != wanted->name() || !root->is_primitive()) continue;
      const auto statistics = group.ColumnChunk(leaf)->statistics();
      if (!statistics) return range;
      if (statistics->HasNullCount()) {
        range.may_have_nulls = statistics->null_count() > 0;
        range.has_only_nulls = statistics->null_count() == group.num_rows();
      }
      if (statistics->HasMinMax()) set_range(*file.schema()->Column(leaf), *statistics, field.type, &range);
      return range;
    }
    return range;
  }

  const std::vector<plan::FileEntry> files_;
  const plan::Schema wanted_;
  const bool is_case_sensitive_;
  const FileOpener opener_;
  std::mutex mutex_;
  std::vector<OpenedFile> opened_;
};

}  // namespace

plan::Schema parquet_units_schema(const plan::FileEntry& file, const FileOpener& opener, const ParquetTypes& types) {
  const OpenedFile opened = open_file(file, opener);
  const auto pairs = opened.metadata->key_value_metadata();
  if (pairs) {
    if (auto json = pairs->Get(kSparkSchemaKey); json.ok()) return plan::type_from_json(*json).fields();
  }
  std::shared_ptr<arrow::Schema> converted;
  const auto status = parquet::arrow::FromParquetSchema(opened.metadata->schema(), arrow_properties(), &converted);
  if (!status.ok()) throw_unsupported("RELATION", "the Parquet schema of " + file.path + ": " + status.message());
  const auto& columns = *opened.metadata->schema()->group_node();
  types.check_int96(has_int96(columns));
  plan::Schema schema;
  for (int i = 0; i < converted->num_fields(); ++i) {
    const auto& field = *converted->field(i);
    schema.push_back({field.name(), field_type(*columns.field(i), *field.type()), true, ""});
  }
  return types.of(schema);
}

std::unique_ptr<UnitFormat> parquet_units(std::vector<plan::FileEntry> files, plan::Schema wanted, bool is_case_sensitive,
                                          FileOpener opener) {
  return std::make_unique<ParquetUnits>(std::move(files), std::move(wanted), is_case_sensitive, std::move(opener));
}

}  // namespace firesteel::engine
