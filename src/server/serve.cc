#include "server/serve.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <utility>

#include "base/config_values.h"
#include "base/logging.h"
#include "base/memory_budget.h"
#include "base/version.h"
#include "catalog/warehouse.h"
#include "connect/server.h"
#include "engine/duckdb/duckdb_engine.h"
#include "engine/router.h"
#include "ml/xgboost/library.h"
#include "server/loader_pages.h"
#include "server/stop_signal.h"
#include "server/temporary_folder.h"
#include "storage/object_store.h"

namespace firesteel::server {

namespace {

constexpr std::chrono::milliseconds kStopMax(4000);
// DuckDB's part of the memory limit; fits take theirs from the rest and spill what does not fit.
constexpr double kEngineShare = 0.8;

// An allocation far beyond the memory limit or beyond the machine's memory fails, and with it one
// operation; without a limit the kernel would end the server with every session. Covers what
// DuckDB's own limit does not see, such as the elements of one long array.
void limit_data(int64_t memory_limit_bytes) {
#if defined(__SANITIZE_ADDRESS__) || defined(FIRESTEEL_THREAD_SANITIZER)
  return;  // the sanitizers' shadow alone is larger
#endif
  constexpr int64_t kBesideTheLimit = int64_t{2} << 30;  // messages, models, address space that allocators keep
  const int64_t machine_bytes = machine_memory_bytes();
  const int64_t wanted = memory_limit_bytes > machine_bytes / 2 ? machine_bytes : 2 * memory_limit_bytes + kBesideTheLimit;
  const auto bytes = static_cast<rlim_t>(std::min(machine_bytes, wanted));
  rlimit limit{};
  if (getrlimit(RLIMIT_DATA, &limit) != 0 || limit.rlim_cur <= bytes) return;
  limit.rlim_cur = bytes;
  setrlimit(RLIMIT_DATA, &limit);
}

connect::ServerOptions connect_options(const ServeOptions& options,
                                       const std::string& temporary_folder) {
  connect::ServerOptions result;
  result.bind_address = options.bind_address;
  result.port = options.port;
  result.token = options.token;
  result.tls_certificate = options.tls_certificate;
  result.tls_key = options.tls_key;
  result.configuration = options.configuration;
  result.temporary_folder = temporary_folder;
  const Config config(options.configuration);
  // -1 keeps sessions for ever.
  const std::chrono::milliseconds timeout(config.get_duration_ms("spark.connect.session.manager.defaultSessionTimeout"));
  result.idle_session_timeout = timeout.count() < 0 ? connect::kForever : timeout;
  result.detached_operation_timeout = std::chrono::milliseconds(
      config.get_duration_ms("spark.connect.execute.manager.detachedTimeout"));
  return result;
}

}  // namespace

int serve(const ServeOptions& options, const std::function<void(Engines*)>& add_engines) {
  set_log_level(options.log_level);
  limit_data(options.memory_limit_bytes);
  try {
    for (const auto& [key, value] : options.configuration) check_config_value(key, value);
    StopSignal stop;
    std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow fails its query, not the server
    TemporaryFolder temporary(options.temporary_folder);
    MemoryBudget memory(options.memory_limit_bytes);
    const auto share = static_cast<int64_t>(static_cast<double>(options.memory_limit_bytes) * kEngineShare);
    const MemoryBudget::Reservation engine_memory = memory.reserve("duckdb", share);
    engine::DuckDbOptions duckdb;
    duckdb.threads = options.threads;
    duckdb.memory_limit = std::to_string(share) + "B";
    duckdb.temporary_folder = temporary.path();
    Engines engines;
    engines.push_back(engine::make_duckdb_engine(duckdb));
    engine::Engine& files = *engines.back();
    if (add_engines) add_engines(&engines);
    const std::unique_ptr<engine::Engine> engine = engine::make_router(std::move(engines));

    catalog::Warehouse warehouse(options.warehouse_folder);
    connect::Backend backend;
    backend.engine = engine.get();
    backend.warehouse = &warehouse;
    backend.memory = &memory;
    backend.resolve_source = [&files](const plan::UnresolvedRead& read, const Config& config) {
      return engine::resolve_source(files, read, [&config](std::string_view key) { return config.find(key); });
    };
    backend.threads = options.threads;
    ml::xgboost::set_prediction_threads(options.threads);
    backend.temporary_folder = temporary.path();
    connect::ConnectServer server(connect_options(options, temporary.path()), std::move(backend));
    server.start();
    release_loader_pages();
    log_info("listening", {{"address", options.bind_address},
                           {"port", server.port()},
                           {"version", version()},
                           {"engine", engine->name()}});
    const int signal = stop.wait();
    log_info("stopping", {{"signal", signal}});
    exit_at_the_latest_after(kStopMax, [&temporary] { temporary.remove(); });
    server.stop();
    storage::close_object_stores();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "firesteel: " << error.what() << "\n";
    return 1;
  }
}

}  // namespace firesteel::server
