#include "engine/duckdb/duckdb_engine.h"

#include <utility>

#include "base/error.h"
#include "engine/duckdb/cache_tables.h"
#include "engine/duckdb/database.h"
#include "engine/duckdb/error_translation.h"
#include "engine/duckdb/file_scan.h"
#include "engine/duckdb/file_writer.h"
#include "engine/duckdb/fragment_input.h"
#include "engine/duckdb/lowering.h"
#include "engine/duckdb/parquet_footers.h"
#include "engine/duckdb/query_stream.h"
#include "engine/duckdb/sources.h"
#include "engine/duckdb/transform_input.h"
#include "storage/staging_area.h"

namespace firesteel::engine {
namespace {

class DuckDbEngine : public Engine {
 public:
  explicit DuckDbEngine(const DuckDbOptions& options)
      : database_({options.threads, options.memory_limit, options.temporary_folder}),
        staging_(options.temporary_folder),
        version_(database_.version()) {}

  std::string_view name() const override { return "duckdb"; }
  std::string version() const override { return version_; }

  std::optional<Unsupported> can_run(const plan::Relation& node) const override {
    if (node.as<plan::MapPartitions>()) return Unsupported{"Python functions need a worker"};
    return std::nullopt;
  }

  std::unique_ptr<BatchStream> execute(const plan::RelationPtr& plan,
                                       std::shared_ptr<ExecutionContext> context) override {
    if (auto stream = transform_stream(*this, plan, context)) return stream;
    context->progress.input_bytes += scanned_bytes(*plan);
    auto query = with_checked_intervals(lower_plan(plan, *context, services(context)), plan->output);
    return run_query(database_, std::move(query), plan->output, std::move(context));
  }

  void write(const WriteRequest& request, std::shared_ptr<ExecutionContext> context) override {
    context->progress.input_bytes += scanned_bytes(*request.plan);
    write_files(database_, request, context, services(context));
  }

  void cache(const std::string& key, const plan::RelationPtr& plan,
             std::shared_ptr<ExecutionContext> context) override {
    context->progress.input_bytes += scanned_bytes(*plan);
    cache_.keep(key, plan, *context, services(context));
  }
  void uncache(const std::string& key) override { cache_.drop(key); }
  CacheStatus cache_status(const std::string& key) const override { return cache_.status(key); }

  plan::RelationPtr resolve_source(const plan::UnresolvedRead& read, const SourceConfiguration& configuration) {
    return resolve_file_source(database_, staging_, read, configuration);
  }

  std::string explain(const plan::RelationPtr& plan) const override {
    ExecutionContext context;
    LoweringServices services;
    services.footers = &footers_;
    return lower_plan(plan, context, services).sql;
  }

 private:
  LoweringServices services(const std::shared_ptr<ExecutionContext>& context) {
    LoweringServices result;
    result.staging = &staging_;
    result.cached_table = [this](const std::string& key) { return cache_.table(key); };
    result.footers = &footers_;
    result.run_fragment = [this, context](const plan::RelationPtr& plan) {
      return fragment_input(*this, plan, context);
    };
    return result;
  }

  Database database_;
  storage::StagingArea staging_;
  CacheTables cache_{database_};
  mutable ParquetFooters footers_;
  std::string version_;
};

}  // namespace

std::unique_ptr<Engine> make_duckdb_engine(const DuckDbOptions& options) {
  return std::make_unique<DuckDbEngine>(options);
}

plan::RelationPtr resolve_source(Engine& engine, const plan::UnresolvedRead& read,
                                 const SourceConfiguration& configuration) {
  auto* duckdb = dynamic_cast<DuckDbEngine*>(&engine);
  FIRESTEEL_CHECK(duckdb, "sources are resolved by the DuckDB engine");
  return duckdb->resolve_source(read, configuration);
}

}  // namespace firesteel::engine
