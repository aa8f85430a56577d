// The server with a second engine in front of DuckDB that takes every other operator of each plan,
// so that rows cross between engines all the time. Behind it is another instance of DuckDB: what is
// tested is the cutting and the crossing. The answers must be those of the plain server.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/duckdb/duckdb_engine.h"
#include "plan/relation.h"
#include "server/command_line.h"
#include "server/serve.h"
#include "server/temporary_folder.h"

namespace firesteel {
namespace {

bool holds_subquery(const plan::Relation& node) {
  bool result = false;
  for (const plan::ExpressionPtr& expression : plan::expressions(node)) {
    plan::walk(expression, [&](const plan::ExpressionPtr& e) {
      result = result || e->as<plan::Subquery>() != nullptr;
      return !result;
    });
  }
  return result;
}

class EveryOtherOperator : public engine::Engine {
 public:
  EveryOtherOperator() : behind_(engine::make_duckdb_engine(options(temporary_.path()))) {}
  // Tests read the number of fragments from the log.
  ~EveryOtherOperator() override {
    std::fprintf(stderr, "second engine: %lld fragments\n", static_cast<long long>(fragments_));
  }

  std::string_view name() const override { return "second"; }
  std::string version() const override { return behind_->version(); }

  std::optional<engine::Unsupported> can_run(const plan::Relation& node) const override {
    // What the other engine keeps, and what a subquery may refer to, is not here.
    if (node.as<plan::Cached>() || holds_subquery(node))
      return engine::Unsupported{"bound to the first engine"};
    if (++asked_ % 2 == 0) return engine::Unsupported{"not its turn"};
    return behind_->can_run(node);
  }
  std::unique_ptr<engine::BatchStream> execute(
      const plan::RelationPtr& plan, std::shared_ptr<engine::ExecutionContext> context) override {
    ++fragments_;
    return behind_->execute(plan, std::move(context));
  }
  void write(const engine::WriteRequest& request,
             std::shared_ptr<engine::ExecutionContext> context) override {
    behind_->write(request, std::move(context));
  }
  void cache(const std::string& key, const plan::RelationPtr& plan,
             std::shared_ptr<engine::ExecutionContext> context) override {
    behind_->cache(key, plan, std::move(context));
  }
  void uncache(const std::string& key) override { behind_->uncache(key); }
  engine::CacheStatus cache_status(const std::string& key) const override {
    return behind_->cache_status(key);
  }
  std::string explain(const plan::RelationPtr& plan) const override {
    return behind_->explain(plan);
  }

 private:
  // An instance of its own keeps copies of compressed files.
  static engine::DuckDbOptions options(const std::string& temporary_folder) {
    engine::DuckDbOptions result;
    result.temporary_folder = temporary_folder;
    return result;
  }

  server::TemporaryFolder temporary_{std::filesystem::temp_directory_path().string()};
  const std::unique_ptr<engine::Engine> behind_;
  mutable std::atomic<int64_t> asked_{0};
  std::atomic<int64_t> fragments_{0};
};

}  // namespace
}  // namespace firesteel

int main(int argc, char** argv) {
  using namespace firesteel;
  const server::Command command =
      server::parse_command_line(std::vector<std::string>(argv + 1, argv + argc));
  if (command.kind != server::Command::Kind::kServe) {
    std::cerr << "usage: two_engines serve [OPTION]…\n";
    return 2;
  }
  return server::serve(command.serve, [](server::Engines* engines) {
    engines->insert(engines->begin(), std::make_unique<EveryOtherOperator>());
  });
}
