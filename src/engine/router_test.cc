#include "engine/router.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "base/error.h"

namespace firesteel::engine {
namespace {

using plan::RelationPtr;

class NoRows : public BatchStream {
 public:
  std::shared_ptr<arrow::Schema> schema() const override { return arrow::schema({}); }
  std::shared_ptr<arrow::RecordBatch> next() override { return nullptr; }
};

// Notes what it is given, and pulls the inputs as an engine would.
class NotingEngine : public Engine {
 public:
  NotingEngine(std::string name, std::vector<std::string> runs, std::vector<std::string>* notes)
      : name_(std::move(name)), runs_(std::move(runs)), notes_(notes) {}

  std::string_view name() const override { return name_; }
  std::string version() const override { return "1"; }
  std::optional<Unsupported> can_run(const plan::Relation& node) const override {
    for (const std::string& kind : runs_) {
      if (plan::node_name(node) == kind) return std::nullopt;
    }
    return Unsupported{name_ + " does not run " + std::string(plan::node_name(node))};
  }
  std::unique_ptr<BatchStream> execute(const RelationPtr& plan,
                                       std::shared_ptr<ExecutionContext> context) override {
    notes_->push_back(name_ + ":" + text(*plan, context));
    return std::make_unique<NoRows>();
  }
  void write(const WriteRequest& request, std::shared_ptr<ExecutionContext> context) override {
    notes_->push_back(name_ + " writes:" + text(*request.plan, context));
  }
  void cache(const std::string&, const RelationPtr& plan,
             std::shared_ptr<ExecutionContext> context) override {
    notes_->push_back(name_ + " keeps:" + text(*plan, context));
  }
  void uncache(const std::string&) override {}
  CacheStatus cache_status(const std::string&) const override { return {}; }
  std::string explain(const RelationPtr&) const override { return name_; }

 private:
  std::string text(const plan::Relation& node,
                   const std::shared_ptr<ExecutionContext>& context) const {
    if (const auto* leaf = node.as<plan::Cached>()) {
      context->fragment_inputs.at(leaf->key)(context);
      return " input";
    }
    std::string result = " " + std::string(plan::node_name(node));
    for (const RelationPtr& child : plan::children(node)) result += text(*child, context);
    return result;
  }

  std::string name_;
  std::vector<std::string> runs_;
  std::vector<std::string>* notes_;
};

RelationPtr sorted_filtered_range() {
  RelationPtr range = plan::make_resolved(plan::Range{0, 10, 1, {}},
                                          {{1, "id", plan::Type::long_integer(), false, "", {}}});
  RelationPtr filter = plan::make_resolved(
      plan::Filter{range, plan::make_literal({plan::Type::boolean(), true})}, range->output);
  return plan::make_resolved(plan::Sort{filter, {}, true}, range->output);
}

class RouterTest : public testing::Test {
 protected:
  std::unique_ptr<Engine> router(std::vector<std::string> first_runs) {
    std::vector<std::unique_ptr<Engine>> engines;
    engines.push_back(std::make_unique<NotingEngine>("first", std::move(first_runs), &notes_));
    engines.push_back(
        std::make_unique<NotingEngine>("last", std::vector<std::string>{"Range", "Sort"}, &notes_));
    return make_router(std::move(engines));
  }
  std::vector<std::string> notes_;
  std::shared_ptr<ExecutionContext> context_ = std::make_shared<ExecutionContext>();
};

TEST_F(RouterTest, OneEngineGetsTheWholePlan) {
  std::vector<std::unique_ptr<Engine>> engines;
  engines.push_back(std::make_unique<NotingEngine>("only", std::vector<std::string>{}, &notes_));
  make_router(std::move(engines))->execute(sorted_filtered_range(), context_);
  EXPECT_EQ(notes_, std::vector<std::string>{"only: Sort Filter Range"});
}

TEST_F(RouterTest, CutsWhereEnginesMeet) {
  router({"Filter"})->execute(sorted_filtered_range(), context_);
  EXPECT_EQ(notes_,
            (std::vector<std::string>{"last: Range", "first: Filter input", "last: Sort input"}));
}

TEST_F(RouterTest, NeighboursOnOneEngineAreOneFragment) {
  router({"Sort", "Filter"})->execute(sorted_filtered_range(), context_);
  EXPECT_EQ(notes_, (std::vector<std::string>{"last: Range", "first: Sort Filter input"}));
}

TEST_F(RouterTest, TheLastEngineGetsWhatNoneAccepts) {
  router({})->execute(sorted_filtered_range(), context_);
  EXPECT_EQ(notes_, std::vector<std::string>{"last: Sort Filter Range"});
}

TEST_F(RouterTest, TheLastEngineWritesAndKeeps) {
  const auto engines = router({"Sort", "Filter", "Range"});
  engines->write(WriteRequest{sorted_filtered_range(), "csv", "/x", {}, {}, {}}, context_);
  engines->cache("key", sorted_filtered_range(), context_);
  // The uppermost operator stays with the writer: a repartition there decides the number of files.
  EXPECT_EQ(notes_,
            (std::vector<std::string>{"first: Filter Range", "last writes: Sort input",
                                      "first: Filter Range", "last keeps: Sort input"}));
}

TEST_F(RouterTest, TheRightSideOfALateralJoinIsNotCut) {
  const auto lateral = [](RelationPtr right) {
    plan::Join join{sorted_filtered_range(), std::move(right), plan::JoinKind::kInner, nullptr, {}, false, false};
    join.is_lateral = true;
    plan::Attributes output = join.left->output;
    return plan::make_resolved(std::move(join), std::move(output));
  };
  router({"Join", "Filter"})->execute(lateral(sorted_filtered_range()), context_);
  EXPECT_EQ(notes_, (std::vector<std::string>{"last: Range", "first: Filter input", "last: Join Sort input Sort Filter Range"}));
  notes_.clear();
  router({"Join", "Sort", "Filter", "Range"})->execute(lateral(sorted_filtered_range()), context_);
  EXPECT_EQ(notes_, std::vector<std::string>{"first: Join Sort Filter Range Sort Filter Range"});
}

TEST_F(RouterTest, AnOperatorRunsWhereAnyEngineRunsIt) {
  const auto engines = router({"Filter"});
  EXPECT_FALSE(engines->can_run(*sorted_filtered_range()));
  const RelationPtr tail =
      plan::make_resolved(plan::Tail{sorted_filtered_range(), plan::make_integer_literal(1)},
                          sorted_filtered_range()->output);
  EXPECT_EQ(engines->can_run(*tail)->reason, "last does not run Tail");
}

}  // namespace
}  // namespace firesteel::engine
