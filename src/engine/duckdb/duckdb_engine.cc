#include "engine/duckdb/duckdb_engine.h"

#include <utility>

#include "base/error.h"
#include "engine/duckdb/database.h"
#include "engine/duckdb/error_translation.h"
#include "engine/duckdb/lowering.h"
#include "engine/duckdb/query_stream.h"

namespace firesteel::engine {
namespace {

class DuckDbEngine : public Engine {
 public:
  explicit DuckDbEngine(const DuckDbOptions& options)
      : database_({options.threads, options.memory_limit, options.temporary_folder}),
        version_(database_.version()) {}

  std::string_view name() const override { return "duckdb"; }
  std::string version() const override { return version_; }

  std::optional<Unsupported> can_run(const plan::Relation& node) const override {
    if (node.as<plan::MapPartitions>()) return Unsupported{"Python functions need a worker"};
    return std::nullopt;
  }

  std::unique_ptr<BatchStream> execute(const plan::RelationPtr& plan,
                                       std::shared_ptr<ExecutionContext> context) override {
    auto query = lower_plan(plan, *context, services(context));
    return run_query(database_, std::move(query), plan->output, std::move(context));
  }

  void write(const WriteRequest&, std::shared_ptr<ExecutionContext>) override {
    throw_unsupported("STATEMENT", "writing files");
  }

  void cache(const std::string&, const plan::RelationPtr&, std::shared_ptr<ExecutionContext>) override {
    throw_unsupported("STATEMENT", "persist");
  }
  void uncache(const std::string&) override {}
  CacheStatus cache_status(const std::string&) const override { return {}; }

  std::string explain(const plan::RelationPtr& plan) const override {
    ExecutionContext context;
    return lower_plan(plan, context, {}).sql;
  }

 private:
  LoweringServices services(const std::shared_ptr<ExecutionContext>&) { return {}; }

  mutable Database database_;
  std::string version_;
};

}  // namespace

std::unique_ptr<Engine> make_duckdb_engine(const DuckDbOptions& options) {
  return std::make_unique<DuckDbEngine>(options);
}

}  // namespace firesteel::engine
