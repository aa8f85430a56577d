#include "engine/duckdb/database.h"

#include <thread>
#include <utility>

#include "base/memory_budget.h"
#include "engine/duckdb/cancellation_tokens.h"
#include "engine/duckdb/error_translation.h"
#include "engine/duckdb/kernel_registry.h"
#include "engine/duckdb/table_sources.h"
#include "functions/kernel/list_limit.h"

namespace firesteel::engine {
namespace {

using duckdb::cxx::Connection;

// More idle connections than this are closed: a burst of clients leaves nothing behind.
constexpr size_t kIdleConnectionsMax = 32;

}  // namespace

Database::Database(const DatabaseOptions& options)
    : instance_(":memory:"),
      threads_(options.threads > 0 ? options.threads
                                   : static_cast<int>(std::thread::hardware_concurrency())) {
  try {
    apply_settings(options);
    add_operation_setting();
    auto connection = lease();
    register_table_sources(*connection);
    register_kernels(*connection);
  } catch (...) {
    rethrow_from_duckdb();
  }
}

void Database::apply_settings(const DatabaseOptions& options) {
  auto& config = instance_.GetConfig();
  config.SetOption("autoinstall_known_extensions", "false");
  config.SetOption("autoload_known_extensions", "false");
  config.SetOption("threads", std::to_string(threads_));
  // A COPY into Parquet that fails while other threads write waits for ever in DuckDB 2.0.0's AsyncFileWriter::AbortWrite.
  config.SetOption("async_threads", "0");
  if (!options.memory_limit.empty()) {
    config.SetOption("memory_limit", options.memory_limit);
    if (const auto bytes = parse_memory_limit(options.memory_limit, machine_memory_bytes())) {
      functions::kernel::set_list_memory_limit(*bytes);
    }
  }
  // Freed memory goes back to the system meanwhile. By default the allocator keeps what threads that rest had freed: after a
  // query of 1.6 GB the server went on holding as much, and what the next one needed came on top.
  config.SetOption("allocator_background_threads", "true");
  // A thread that scans a local Parquet file holds a page of each column and not the whole row group besides: half the memory, and
  // a fifth less CPU where the system has the file in its cache.
  config.SetOption("disable_parquet_prefetching", "true");
  config.SetOption("temp_directory", options.temporary_folder);
  config.SetOption("preserve_insertion_order", "true");
  // It makes sum(x + 1) a sum(x) + count(x), in which the overflow of an x + 1 is lost.
  config.SetOption("disabled_optimizers", "aggregate_function_rewriter");
  config.SetOption("TimeZone", "UTC");
}

void Database::add_operation_setting() {
  auto connection = instance_.Connect();
  auto& factory = connection.GetFactory();
  auto option = duckdb::cxx::CustomOption::Create(factory);
  option.SetName(kOperationSetting).SetType(factory.ParseType("BIGINT")).SetDescription("Which operation the connection runs");
  connection.Register(option);
}

std::shared_ptr<Connection> Database::lease_for(const std::shared_ptr<Cancellation>& cancellation) {
  auto connection = lease();
  connection->GetConfig().SetOption(kOperationSetting, std::to_string(cancellation_token(cancellation)));
  return connection;
}

std::shared_ptr<Connection> Database::lease() {
  std::unique_ptr<Connection> connection;
  {
    std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!connection) {
    connection = std::make_unique<Connection>(instance_.Connect());
    // Progress is only counted while the bar is on; it is never printed.
    connection->GetConfig().SetOption("enable_progress_bar", "true");
    connection->GetConfig().SetOption("enable_progress_bar_print", "false");
    // Deep plans of chained columns nest deeper than DuckDB's default of 1,000.
    connection->GetConfig().SetOption("max_expression_depth", "100000");
  }
  return {connection.release(), [this](Connection* returned) {
            std::unique_ptr<Connection> owned(returned);
            std::lock_guard lock(mutex_);
            if (idle_.size() < kIdleConnectionsMax) idle_.push_back(std::move(owned));
          }};
}

void Database::run(const std::string& sql) {
  try {
    auto connection = lease();
    connection->Execute(sql).Drain();
  } catch (...) {
    rethrow_from_duckdb();
  }
}

std::string Database::version() {
  auto connection = lease();
  auto result = connection->Execute("SELECT library_version FROM pragma_version()");
  auto chunk = result.FetchChunk();
  auto view = chunk.GetVector(0).GetView();
  return std::string(view.Data<duckdb::cxx::varchar_t>()[view.SelAt(0)].view());
}

}  // namespace firesteel::engine
