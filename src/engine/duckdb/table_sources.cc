#include "engine/duckdb/table_sources.h"

#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <atomic>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "engine/duckdb/error_translation.h"
#include "engine/duckdb/csv_record_source.h"
#include "engine/duckdb/csv_source.h"
#include "engine/duckdb/local_data.h"
#include "engine/duckdb/range_source.h"
#include "engine/duckdb/text_source.h"
#include "engine/duckdb/unit_source.h"
#include "engine/engine.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::ArrowImporter;
using duckdb::cxx::DataChunk;
using duckdb::cxx::idx_t;
using duckdb::cxx::TableFunction;

void check(const arrow::Status& status) {
  if (!status.ok()) throw_internal("Arrow: " + status.ToString());
}

}  // namespace

struct ArrowInput::State {
  std::shared_ptr<arrow::Schema> schema;
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;  // in memory
  std::function<std::shared_ptr<BatchStream>()> open;        // or pulled
  std::mutex mutex;
  std::shared_ptr<BatchStream> first;  // of the first scan, until it begins
};

namespace {

using State = ArrowInput::State;

std::mutex registry_mutex;
std::unordered_map<int64_t, std::shared_ptr<State>>& registry() {
  static std::unordered_map<int64_t, std::shared_ptr<State>> inputs;
  return inputs;
}

std::shared_ptr<State> find_input(int64_t id) {
  std::lock_guard lock(registry_mutex);
  auto found = registry().find(id);
  FIRESTEEL_CHECK(found != registry().end(), "the Arrow input is gone");
  return found->second;
}

struct ScanGlobal {
  explicit ScanGlobal(std::shared_ptr<BatchStream> opened) : stream(std::move(opened)) {}

  std::atomic<size_t> next{0};
  const std::shared_ptr<BatchStream> stream;  // null for batches in memory
  std::mutex mutex;
  int64_t pulled_batches = 0;
};

std::shared_ptr<BatchStream> open_stream(State& state) {
  if (!state.open) return nullptr;
  {
    const std::lock_guard lock(state.mutex);
    if (state.first) return std::exchange(state.first, nullptr);
  }
  return state.open();
}

struct ScanLocal {
  std::unique_ptr<ArrowImporter> importer;
  std::vector<int> columns;
  std::unique_ptr<DataChunk> chunk;  // what the last output refers to
  int64_t batch = 0;
};

struct ScanBind {
  std::shared_ptr<State> state;
};

void bind_scan(TableFunction::BindInput& input) {
  try {
    auto state = find_input(input.GetConstantArgument(0).Get<int64_t>());
    add_arrow_columns(input, *state->schema);
    if (!state->open) {
      int64_t rows = 0;
      for (const auto& batch : state->batches) rows += batch->num_rows();
      input.SetCardinality(static_cast<idx_t>(rows), true);
    }
    input.SetBindData<ScanBind>(ScanBind{std::move(state)});
  } catch (...) {
    rethrow_into_duckdb();
  }
}

void init_scan(TableFunction::InitGlobalInput& input) {
  try {
    const auto& state = input.GetBindData<ScanBind>().state;
    input.SetGlobalState<ScanGlobal>(open_stream(*state));
    input.SetMaxThreads(state->open ? 64 : std::max<size_t>(1, state->batches.size()));
  } catch (...) {
    rethrow_into_duckdb();
  }
}

void init_scan_thread(TableFunction::InitLocalInput& input) {
  try {
    const auto& state = input.GetBindData<ScanBind>().state;
    ScanLocal local;
    arrow::FieldVector fields;
    for (idx_t i = 0; i < input.GetColumnCount(); ++i) {
      idx_t column = input.GetColumnIndex(i);
      // A query that needs no column (count(*)) asks for a row id: the first column stands in for it.
      if (column >= static_cast<idx_t>(state->schema->num_fields())) column = 0;
      local.columns.push_back(static_cast<int>(column));
      fields.push_back(state->schema->field(static_cast<int>(column)));
    }
    ArrowSchema exported{};
    check(arrow::ExportSchema(arrow::Schema(fields), &exported));
    local.importer = std::make_unique<ArrowImporter>(input.GetContext(), exported, 2048);
    exported.release(&exported);
    input.SetLocalState<ScanLocal>(std::move(local));
  } catch (...) {
    rethrow_into_duckdb();
  }
}

std::shared_ptr<arrow::RecordBatch> claim_batch(State& state, ScanGlobal& global, int64_t* index) {
  if (!global.stream) {
    size_t claimed = global.next.fetch_add(1);
    *index = static_cast<int64_t>(claimed);
    return claimed < state.batches.size() ? state.batches[claimed] : nullptr;
  }
  std::lock_guard lock(global.mutex);
  *index = global.pulled_batches++;
  const auto batch = global.stream->next();
  return batch ? relabel(*batch, state.schema) : nullptr;
}

void scan(TableFunction::ExecInput& input) {
  try {
    auto& local = input.GetLocalState<ScanLocal>();
    auto& state = *input.GetBindData<ScanBind>().state;
    auto output = input.GetOutputChunk();
    while (true) {
      auto chunk = local.importer->NextChunk();
      if (chunk && chunk.GetRowCount() > 0) {
        for (idx_t i = 0; i < local.columns.size(); ++i) {
          output.GetVector(i).Reference(chunk.GetVector(i));
        }
        local.chunk = std::make_unique<DataChunk>(std::move(chunk));
        return;
      }
      auto batch = claim_batch(state, input.GetGlobalState<ScanGlobal>(), &local.batch);
      if (!batch) {
        output.GetVector(0).SetSize(0);
        return;
      }
      if (batch->num_rows() == 0) continue;
      auto selected = batch->SelectColumns(local.columns);
      check(selected.status());
      ArrowArray array{};
      check(arrow::ExportRecordBatch(**selected, &array));
      local.importer->Append(array, /*consume=*/true, /*flush=*/true);
      if (array.release) array.release(&array);
    }
  } catch (...) {
    rethrow_into_duckdb();
  }
}

void report_batch(TableFunction::PartitionDataInput& input) {
  input.SetBatchIndex(static_cast<idx_t>(input.GetLocalState<ScanLocal>().batch));
}

void register_arrow_source(duckdb::cxx::Connection& connection) {
  auto& factory = connection.GetFactory();
  auto function = TableFunction::Create(factory);
  function.SetName("fs_arrow");
  function.GetSignature().AddParameter("id", factory.ParseType("BIGINT"));
  function.SetBindCallback(bind_scan)
      .SetInitGlobalCallback(init_scan)
      .SetInitLocalCallback(init_scan_thread)
      .SetExecCallback(scan)
      .SetPartitionDataCallback(report_batch)
      .SetProjectionPushdown(true);
  connection.Register(function);
}

}  // namespace

void add_arrow_columns(TableFunction::BindInput& input, const arrow::Schema& schema) {
  ArrowSchema exported{};
  check(arrow::ExportSchema(schema, &exported));
  ArrowImporter importer(input.GetContext(), exported);
  exported.release(&exported);
  const auto columns = importer.GetSchema();
  for (idx_t i = 0; i < columns.GetFieldCount(); ++i) {
    input.AddResultColumn(std::string(columns.GetFieldName(i)), columns.GetFieldType(i));
  }
}

void register_table_sources(duckdb::cxx::Connection& connection) {
  register_range_source(connection);
  register_arrow_source(connection);
  register_text_source(connection);
  register_csv_source(connection);
  register_csv_record_source(connection);
  register_unit_source(connection);
}

ArrowInput::ArrowInput(std::shared_ptr<State> state) {
  static int64_t next_id = 1;
  std::lock_guard lock(registry_mutex);
  id_ = next_id++;
  registry()[id_] = std::move(state);
}

ArrowInput::~ArrowInput() {
  // A state may own the stream of a query with inputs of its own: it dies outside the lock.
  std::shared_ptr<State> last;
  std::lock_guard lock(registry_mutex);
  const auto found = registry().find(id_);
  if (found == registry().end()) return;
  last = std::move(found->second);
  registry().erase(found);
}

std::shared_ptr<ArrowInput> ArrowInput::from_batches(
    std::shared_ptr<arrow::Schema> schema,
    std::vector<std::shared_ptr<arrow::RecordBatch>> batches) {
  auto state = std::make_shared<State>();
  state->schema = std::move(schema);
  state->batches = std::move(batches);
  return std::shared_ptr<ArrowInput>(new ArrowInput(std::move(state)));
}

std::shared_ptr<ArrowInput> ArrowInput::from_streams(std::function<std::shared_ptr<BatchStream>()> open,
                                                     std::shared_ptr<arrow::Schema> (*named)(const arrow::Schema&)) {
  auto state = std::make_shared<State>();
  state->first = open();
  state->schema = named(*state->first->schema());
  state->open = std::move(open);
  return std::shared_ptr<ArrowInput>(new ArrowInput(std::move(state)));
}

}  // namespace firesteel::engine
