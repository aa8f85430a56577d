#include "engine/router.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "plan/free_references.h"

namespace firesteel::engine {
namespace {

using Ids = std::unordered_set<plan::AttributeId>;

void add_references(const plan::ExpressionPtr& expression, Ids& ids) {
  plan::walk(expression, [&](const plan::ExpressionPtr& e) {
    if (const auto* column = e->as<plan::AttributeReference>()) ids.insert(column->id);
    if (const auto* subquery = e->as<plan::Subquery>(); subquery && subquery->plan) {
      const auto outer = plan::free_references(*subquery->plan);
      ids.insert(outer.begin(), outer.end());
    }
    return true;
  });
}

Ids ids_of(const plan::Attributes& columns) {
  Ids ids;
  for (const plan::Attribute& column : columns) ids.insert(column.id);
  return ids;
}

// What the entries of a projection read that are needed, or the first one where none is.
void add_references_of_needed(const plan::Expressions& entries, const Ids& needed, Ids& ids) {
  bool is_any = false;
  for (const plan::ExpressionPtr& e : entries) {
    const auto* alias = e->as<plan::Alias>();
    const auto* column = e->as<plan::AttributeReference>();
    if (!needed.contains(alias ? alias->id : column ? column->id : 0)) continue;
    add_references(e, ids);
    is_any = true;
  }
  if (!is_any && !entries.empty()) add_references(entries.front(), ids);
}

// What `node` reads of its inputs when `needed` of its own columns are read; empty: all there is.
std::optional<Ids> read_below(const plan::Relation& node, const Ids& needed) {
  const auto* join = node.as<plan::Join>();
  const bool passes_on = node.as<plan::Filter>() || node.as<plan::Sort>() || node.as<plan::Limit>() || node.as<plan::Offset>() ||
                         node.as<plan::Tail>() || node.as<plan::Sample>() || node.as<plan::Repartition>() ||
                         node.as<plan::WindowColumns>() || node.as<plan::Generate>() || (join && !join->is_lateral);
  const bool makes_anew = node.as<plan::Project>() || node.as<plan::Aggregate>();
  if (!passes_on && !makes_anew) return std::nullopt;
  Ids ids;
  if (passes_on) ids = needed;
  if (const auto* project = node.as<plan::Project>()) {
    add_references_of_needed(project->expressions, needed, ids);
  } else {
    for (const plan::ExpressionPtr& e : plan::expressions(node)) add_references(e, ids);
  }
  return ids;
}

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
    const plan::RelationPtr fragment = cut(plan, engine, *context, ids_of(plan->output));
    return engine.execute(fragment, std::move(context));
  }

  void write(const WriteRequest& request, std::shared_ptr<ExecutionContext> context) override {
    if (engines_.size() == 1) return fallback().write(request, std::move(context));
    WriteRequest fragment = request;
    fragment.plan = cut(request.plan, fallback(), *context, ids_of(request.plan->output));
    fallback().write(fragment, std::move(context));
  }

  void cache(const std::string& key, const plan::RelationPtr& plan,
             std::shared_ptr<ExecutionContext> context) override {
    const plan::RelationPtr fragment =
        engines_.size() == 1 ? plan : cut(plan, fallback(), *context, ids_of(plan->output));
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
      if (runs(*engine, node)) return *engine;
    }
    return fallback();
  }

  // The right side of a lateral join reads the row of the left one: nothing of it can run elsewhere.
  static bool runs(const Engine& engine, const plan::Relation& node) {
    if (engine.can_run(node)) return false;
    const auto* join = node.as<plan::Join>();
    return !join || !join->is_lateral || runs_all(engine, *join->right);
  }
  static bool runs_all(const Engine& engine, const plan::Relation& node) {
    const std::vector<plan::RelationPtr> inputs = plan::children(node);
    return !engine.can_run(node) && std::all_of(inputs.begin(), inputs.end(), [&](const auto& input) { return runs_all(engine, *input); });
  }

  // The fragment of `engine` that begins at `plan`, of whose columns `needed` are read: what other
  // engines run below it is read from inputs.
  plan::RelationPtr cut(const plan::RelationPtr& plan, Engine& engine, ExecutionContext& context, const Ids& needed) {
    const std::optional<Ids> read = read_below(*plan, needed);
    std::vector<plan::RelationPtr> inputs = plan::children(*plan);
    const auto* join = plan->as<plan::Join>();
    bool is_changed = false;
    Ids gone;
    for (plan::RelationPtr& input : inputs) {
      if (join && join->is_lateral && input == join->right) continue;
      Engine& below = choose(*input);
      const Ids read_of_input = read ? *read : ids_of(input->output);
      plan::RelationPtr fragment = cut(input, below, context, read_of_input);
      if (&below != &engine) fragment = hand_over(std::move(fragment), below, context, read_of_input);
      gone.merge(ids_of(input->output));
      for (const plan::Attribute& column : fragment->output) gone.erase(column.id);
      is_changed = is_changed || fragment != input;
      input = std::move(fragment);
    }
    return is_changed ? without(*plan::with_children(*plan, std::move(inputs)), gone) : plan;
  }

  // A node that passes columns on no longer has those that its inputs have lost. A projection keeps
  // its entries: those that nobody reads are not computed.
  static plan::RelationPtr without(const plan::Relation& node, const Ids& gone) {
    if (node.as<plan::Project>()) return std::make_shared<plan::Relation>(node);
    auto copy = std::make_shared<plan::Relation>(node);
    erase_if(copy->output, [&](const plan::Attribute& column) { return gone.contains(column.id); });
    return copy;
  }

  // The fragment's columns that are read, at least one: what nobody reads is not computed, in one
  // fragment or in several.
  static plan::RelationPtr with_columns_of(plan::RelationPtr fragment, const Ids& needed) {
    plan::Attributes output;
    for (const plan::Attribute& column : fragment->output) {
      if (needed.contains(column.id)) output.push_back(column);
    }
    if (output.empty() && !fragment->output.empty()) output.push_back(fragment->output.front());
    if (output.size() == fragment->output.size()) return fragment;
    std::vector<plan::ExpressionPtr> columns;
    for (const plan::Attribute& column : output) columns.push_back(plan::reference(column));
    return plan::make_resolved(plan::Project{std::move(fragment), std::move(columns)}, std::move(output));
  }

  plan::RelationPtr hand_over(plan::RelationPtr fragment, Engine& engine, ExecutionContext& context, const Ids& needed) {
    const std::string key = "fragment " + std::to_string(next_fragment_++);
    const auto plan_id = fragment->plan_id;
    fragment = with_columns_of(std::move(fragment), needed);
    const auto output = fragment->output;
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
