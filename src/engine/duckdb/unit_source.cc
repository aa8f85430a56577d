#include "engine/duckdb/unit_source.h"

#include <algorithm>
#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/builder.h>
#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <atomic>
#include <future>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "engine/duckdb/column_fit.h"
#include "engine/duckdb/error_translation.h"
#include "engine/duckdb/table_sources.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::ArrowImporter;
using duckdb::cxx::DataChunk;
using duckdb::cxx::idx_t;
using duckdb::cxx::TableFunction;

// Files whose footers are read at once.
constexpr size_t kFootersMax = 16;

void check(const arrow::Status& status) {
  if (!status.ok()) throw_internal("Arrow: " + status.ToString());
}
template <typename T>
T take(arrow::Result<T> result) {
  check(result.status());
  return std::move(result).ValueUnsafe();
}

struct ScanState {
  explicit ScanState(UnitScan given) : scan(std::move(given)) {
    arrow::FieldVector fields;
    for (size_t i = 0; i < scan.wanted.size(); ++i) {
      fields.push_back(arrow::field("k" + std::to_string(i), engine_type(scan.wanted[i].type)));
    }
    for (size_t i = 0; i < scan.partitions.size(); ++i) {
      fields.push_back(arrow::field("p" + std::to_string(i), engine_type(scan.partitions[i].type)));
    }
    fields.push_back(arrow::field(kUnitFileColumn, arrow::utf8()));
    fields.push_back(arrow::field(kUnitRowColumn, arrow::int64()));
    schema = arrow::schema(std::move(fields));
  }
  size_t row_column() const { return scan.wanted.size() + scan.partitions.size() + 1; }

  UnitScan scan;
  std::shared_ptr<arrow::Schema> schema;
};

std::mutex registry_mutex;
std::unordered_map<int64_t, std::shared_ptr<ScanState>>& registry() {
  static std::unordered_map<int64_t, std::shared_ptr<ScanState>> scans;
  return scans;
}

struct UnitBind {
  std::shared_ptr<ScanState> state;
  RangeFilter filter;
};

struct UnitGlobal {
  explicit UnitGlobal(std::vector<FileUnit> given) : units(std::move(given)) {}
  const std::vector<FileUnit> units;
  std::atomic<size_t> next{0};
};

struct UnitLocal {
  std::unique_ptr<ArrowImporter> importer;
  std::vector<size_t> columns;  // of the scan's schema, in the order that DuckDB asked for
  std::vector<size_t> data;     // the files' columns among them, ascending
  std::unique_ptr<UnitReader> reader;
  std::unique_ptr<DataChunk> chunk;  // what the last output refers to
  size_t unit = 0;
  int64_t row = 0;
};

bool may_ignore(const UnitScan& scan, const SparkError& error) {
  if (error.condition() == "FAILED_READ_FILE.FILE_NOT_EXIST") return scan.ignores_missing_files;
  return scan.ignores_corrupt_files && error.condition().starts_with("FAILED_READ_FILE.");
}

// The units of the files that a filter leaves, footers read several at a time.
std::vector<FileUnit> open_units(ScanState& state, const RangeFilter& filter) {
  UnitScan& scan = state.scan;
  const size_t data_count = scan.wanted.size();
  const auto partition_range = [&](size_t file, size_t column) {
    const size_t partition = column - data_count;
    if (column < data_count || partition >= scan.partitions.size()) return ColumnRange{};
    const plan::Literal& value = scan.files[file].partition_values[partition];
    return value.type.same_type(scan.partitions[partition].type) ? range_of(value) : ColumnRange{};
  };
  std::vector<size_t> files;
  for (size_t i = 0; i < scan.files.size(); ++i) {
    if (filter.may_pass([&](size_t column) { return partition_range(i, column); })) files.push_back(i);
  }
  std::vector<std::vector<FileUnit>> by_file(files.size());
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next.fetch_add(1); i < files.size(); i = next.fetch_add(1)) {
      try {
        by_file[i] = scan.format->units(files[i]);
      } catch (const SparkError& error) {
        if (!may_ignore(scan, error)) throw;
      }
    }
  };
  std::vector<std::future<void>> workers;
  for (size_t i = 1; i < std::min(kFootersMax, files.size()); ++i) workers.push_back(std::async(std::launch::async, work));
  work();
  for (auto& worker : workers) worker.get();
  std::vector<FileUnit> units;
  for (auto& some : by_file) {
    for (FileUnit& unit : some) {
      const bool may_pass = filter.may_pass([&](size_t column) {
        if (column < unit.ranges.size()) return unit.ranges[column];
        return partition_range(unit.file, column);
      });
      if (may_pass && unit.rows != 0) units.push_back(std::move(unit));
    }
  }
  return units;
}

void bind_units(TableFunction::BindInput& input) {
  try {
    const int64_t id = input.GetConstantArgument(0).Get<int64_t>();
    UnitBind bind;
    {
      const std::lock_guard lock(registry_mutex);
      const auto found = registry().find(id);
      FIRESTEEL_CHECK(found != registry().end(), "the scan of files is gone");
      bind.state = found->second;
    }
    add_arrow_columns(input, *bind.state->schema);
    input.SetBindData<UnitBind>(std::move(bind));
  } catch (...) {
    rethrow_into_duckdb();
  }
}

void take_filters(TableFunction::FilterPushdownInput& input) {
  try {
    input.GetBindData<UnitBind>().filter = RangeFilter::of(input);
  } catch (...) {
    rethrow_into_duckdb();
  }
}

void init_units(TableFunction::InitGlobalInput& input) {
  try {
    const auto& bind = input.GetBindData<UnitBind>();
    auto units = open_units(*bind.state, bind.filter);
    input.SetMaxThreads(std::max<size_t>(1, units.size()));
    input.SetGlobalState<UnitGlobal>(std::move(units));
  } catch (...) {
    rethrow_into_duckdb();
  }
}

void init_unit_thread(TableFunction::InitLocalInput& input) {
  try {
    const ScanState& state = *input.GetBindData<UnitBind>().state;
    UnitLocal local;
    arrow::FieldVector fields;
    for (idx_t i = 0; i < input.GetColumnCount(); ++i) {
      auto column = static_cast<size_t>(input.GetColumnIndex(i));
      // A query that needs no column (count(*)) asks for a row id.
      if (column >= static_cast<size_t>(state.schema->num_fields())) column = state.row_column();
      local.columns.push_back(column);
      if (column < state.scan.wanted.size()) local.data.push_back(column);
      fields.push_back(state.schema->field(static_cast<int>(column)));
    }
    std::sort(local.data.begin(), local.data.end());
    ArrowSchema exported{};
    check(arrow::ExportSchema(arrow::Schema(fields), &exported));
    local.importer = std::make_unique<ArrowImporter>(input.GetContext(), exported, 2048);
    exported.release(&exported);
    input.SetLocalState<UnitLocal>(std::move(local));
  } catch (...) {
    rethrow_into_duckdb();
  }
}

std::shared_ptr<arrow::Array> constant_array(const plan::Literal& value, const plan::Type& type, int64_t rows) {
  const auto wanted = engine_type(type);
  if (std::holds_alternative<std::monostate>(value.value)) return null_array(type, rows);
  std::shared_ptr<arrow::Scalar> scalar;
  if (const auto* number = std::get_if<int64_t>(&value.value)) scalar = arrow::MakeScalar(*number);
  if (const auto* number = std::get_if<double>(&value.value)) scalar = arrow::MakeScalar(*number);
  if (const auto* text = std::get_if<std::string>(&value.value)) scalar = arrow::MakeScalar(*text);
  if (const auto* flag = std::get_if<bool>(&value.value)) scalar = arrow::MakeScalar(*flag);
  if (const auto* unscaled = std::get_if<__int128>(&value.value)) {
    const arrow::Decimal128 number(static_cast<int64_t>(*unscaled >> 64), static_cast<uint64_t>(*unscaled));
    scalar = std::make_shared<arrow::Decimal128Scalar>(number, arrow::decimal128(type.precision(), type.scale()));
  }
  FIRESTEEL_CHECK(scalar != nullptr, "a partition's value has an unknown form");
  if (wanted->id() == arrow::Type::DATE32) {
    scalar = std::make_shared<arrow::Date32Scalar>(static_cast<int32_t>(std::get<int64_t>(value.value)));
  } else if (!scalar->type->Equals(*wanted)) {
    scalar = take(scalar->CastTo(wanted));
  }
  return take(arrow::MakeArrayFromScalar(*scalar, rows));
}

std::shared_ptr<arrow::Array> row_array(int64_t first, int64_t rows) {
  arrow::Int64Builder builder;
  check(builder.Reserve(rows));
  for (int64_t i = 0; i < rows; ++i) builder.UnsafeAppend(first + i);
  return take(builder.Finish());
}

// The columns that DuckDB asked for, out of those that the file gave.
std::shared_ptr<arrow::RecordBatch> assemble(const ScanState& state, const UnitLocal& local, const FileUnit& unit,
                                             const std::vector<std::shared_ptr<arrow::Array>>& data, int64_t rows) {
  const UnitScan& scan = state.scan;
  const plan::FileEntry& file = scan.files[unit.file];
  arrow::FieldVector fields;
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (const size_t column : local.columns) {
    fields.push_back(state.schema->field(static_cast<int>(column)));
    if (column < scan.wanted.size()) {
      const auto at = std::lower_bound(local.data.begin(), local.data.end(), column) - local.data.begin();
      columns.push_back(data[static_cast<size_t>(at)]);
    } else if (column == state.row_column()) {
      columns.push_back(row_array(local.row, rows));
    } else if (column + 1 == state.row_column()) {
      columns.push_back(take(arrow::MakeArrayFromScalar(arrow::StringScalar(file.path), rows)));
    } else {
      const size_t partition = column - scan.wanted.size();
      columns.push_back(constant_array(file.partition_values[partition], scan.partitions[partition].type, rows));
    }
  }
  return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), rows, std::move(columns));
}

// The next batch of the thread's unit or of the next unit; null at the end.
std::shared_ptr<arrow::RecordBatch> next_batch(ScanState& state, UnitGlobal& global, UnitLocal& local) {
  while (true) {
    if (!local.reader) {
      local.unit = global.next.fetch_add(1);
      if (local.unit >= global.units.size()) return nullptr;
    }
    const FileUnit& unit = global.units[local.unit];
    try {
      if (!local.reader) {
        local.reader = state.scan.format->open(unit, local.data);
        local.row = unit.first_row;
      }
      std::vector<std::shared_ptr<arrow::Array>> data;
      int64_t rows = 0;
      if (!local.reader->next(data, &rows)) {
        local.reader.reset();
        continue;
      }
      if (rows == 0) continue;
      auto batch = assemble(state, local, unit, data, rows);
      local.row += rows;
      return batch;
    } catch (const SparkError& error) {
      if (!may_ignore(state.scan, error)) throw;
      local.reader.reset();
    }
  }
}

void scan_units(TableFunction::ExecInput& input) {
  try {
    auto& local = input.GetLocalState<UnitLocal>();
    auto& state = *input.GetBindData<UnitBind>().state;
    auto output = input.GetOutputChunk();
    while (true) {
      auto chunk = local.importer->NextChunk();
      if (chunk && chunk.GetRowCount() > 0) {
        for (idx_t i = 0; i < local.columns.size(); ++i) output.GetVector(i).Reference(chunk.GetVector(i));
        local.chunk = std::make_unique<DataChunk>(std::move(chunk));
        return;
      }
      const auto batch = next_batch(state, input.GetGlobalState<UnitGlobal>(), local);
      if (!batch) {
        output.GetVector(0).SetSize(0);
        return;
      }
      ArrowArray array{};
      check(arrow::ExportRecordBatch(*batch, &array));
      local.importer->Append(array, /*consume=*/true, /*flush=*/true);
      if (array.release) array.release(&array);
    }
  } catch (...) {
    rethrow_into_duckdb();
  }
}

void report_unit(TableFunction::PartitionDataInput& input) {
  input.SetBatchIndex(static_cast<idx_t>(input.GetLocalState<UnitLocal>().unit));
}

void report_unit_progress(TableFunction::ProgressInput& input) {
  const auto& global = input.GetGlobalState<UnitGlobal>();
  const double count = static_cast<double>(global.units.size());
  input.SetProgress(count == 0 ? 1.0 : std::min(1.0, static_cast<double>(global.next.load()) / count));
}

}  // namespace

UnitInput::UnitInput(UnitScan scan) {
  static int64_t next_id = 1;
  auto state = std::make_shared<ScanState>(std::move(scan));
  const std::lock_guard lock(registry_mutex);
  id_ = next_id++;
  registry()[id_] = std::move(state);
}

UnitInput::~UnitInput() {
  std::shared_ptr<ScanState> last;  // dies outside the lock
  const std::lock_guard lock(registry_mutex);
  const auto found = registry().find(id_);
  if (found == registry().end()) return;
  last = std::move(found->second);
  registry().erase(found);
}

void register_unit_source(duckdb::cxx::Connection& connection) {
  auto& factory = connection.GetFactory();
  auto function = TableFunction::Create(factory);
  function.SetName("fs_units");
  function.GetSignature().AddParameter("id", factory.ParseType("BIGINT"));
  function.SetBindCallback(bind_units)
      .SetFilterPushdownCallback(take_filters)
      .SetInitGlobalCallback(init_units)
      .SetInitLocalCallback(init_unit_thread)
      .SetExecCallback(scan_units)
      .SetPartitionDataCallback(report_unit)
      .SetProgressCallback(report_unit_progress)
      .SetProjectionPushdown(true);
  connection.Register(function);
}

}  // namespace firesteel::engine
