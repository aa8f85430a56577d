#include "engine/router.h"

#include <atomic>
#include <string>
#include <utility>

#include "base/error.h"

namespace firesteel::engine {
namespace {

class Router : public Engine {
 public:
  explicit Router(std::vector<std::unique_ptr<Engine>> engines) : engines_(std::move(engines)) {
    FIRESTEEL_CHECK(!engines_.empty(), "a router needs an engine");
  }

  std::string_view name() const override { return fallback().name(); }
  std::string version() const override { return fallback().version(); }

  std::optional<Unsupported> can_run(const plan::Relation& node) const override {
    std::optional<Unsupported> reason;
    for (const auto& engine : engines_) {
      reason = engine->can_run(node);
      if (!reason) return std::nullopt;
    }
    return reason;
  }

  std::unique_ptr<BatchStream> execute(const plan::RelationPtr& plan,
                                       std::shared_ptr<ExecutionContext> context) override {
    if (engines_.size() == 1) return fallback().execute(plan, std::move(context));
    Engine& engine = choose(*plan);
    const plan::RelationPtr fragment = cut(plan, engine, *context);
    return engine.execute(fragment, std::move(context));
  }

  void write(const WriteRequest& request, std::shared_ptr<ExecutionContext> context) override {
    if (engines_.size() == 1) return fallback().write(request, std::move(context));
    WriteRequest fragment = request;
    fragment.plan = cut(request.plan, fallback(), *context);
    fallback().write(fragment, std::move(context));
  }

  void cache(const std::string& key, const plan::RelationPtr& plan,
             std::shared_ptr<ExecutionContext> context) override {
    const plan::RelationPtr fragment =
        engines_.size() == 1 ? plan : cut(plan, fallback(), *context);
    fallback().cache(key, fragment, std::move(context));
  }
  void uncache(const std::string& key) override { fallback().uncache(key); }
  CacheStatus cache_status(const std::string& key) const override {
    return fallback().cache_status(key);
  }

  std::string explain(const plan::RelationPtr& plan) const override {
    return fallback().explain(plan);
  }

 private:
  Engine& fallback() const { return *engines_.back(); }

  Engine& choose(const plan::Relation& node) const {
    for (const auto& engine : engines_) {
      if (!engine->can_run(node)) return *engine;
    }
    return fallback();
  }

  // The fragment of `engine` that begins at `plan`: what other engines run below it is read from
  // inputs.
  plan::RelationPtr cut(const plan::RelationPtr& plan, Engine& engine, ExecutionContext& context) {
    std::vector<plan::RelationPtr> inputs = plan::children(*plan);
    bool is_changed = false;
    for (plan::RelationPtr& input : inputs) {
      Engine& below = choose(*input);
      plan::RelationPtr fragment = cut(input, below, context);
      if (&below != &engine) fragment = hand_over(std::move(fragment), below, context);
      is_changed = is_changed || fragment != input;
      input = std::move(fragment);
    }
    return is_changed ? plan::with_children(*plan, std::move(inputs)) : plan;
  }

  plan::RelationPtr hand_over(plan::RelationPtr fragment, Engine& engine,
                              ExecutionContext& context) {
    const std::string key = "fragment " + std::to_string(next_fragment_++);
    const auto output = fragment->output;
    const auto plan_id = fragment->plan_id;
    context.fragment_inputs[key] = [&engine, fragment](std::shared_ptr<ExecutionContext> running) {
      return engine.execute(fragment, std::move(running));
    };
    return plan::make_resolved(plan::Cached{key, std::move(fragment)}, output, plan_id);
  }

  const std::vector<std::unique_ptr<Engine>> engines_;
  std::atomic<int64_t> next_fragment_{1};
};

}  // namespace

std::unique_ptr<Engine> make_router(std::vector<std::unique_ptr<Engine>> engines) {
  return std::make_unique<Router>(std::move(engines));
}

}  // namespace firesteel::engine
