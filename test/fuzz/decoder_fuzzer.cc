// Any bytes that a client sends as a plan are decoded, analysed and explained, or are a SparkError:
// never a crash, a hang or another exception.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <google/protobuf/stubs/logging.h>

#include "base/error.h"
#include "connect/analysis.h"
#include "connect/decode.h"
#include "connect/explain.h"
#include "connect/message.h"
#include "spark/connect/base.pb.h"

namespace firesteel {
namespace {

constexpr int kNestingMax = 16'384;

// Analysis may ask for the rows of a small query; here there are none.
class NoEngine : public engine::Engine {
 public:
  std::string_view name() const override { return "none"; }
  std::string version() const override { return "0"; }
  std::optional<engine::Unsupported> can_run(const plan::Relation&) const override {
    return engine::Unsupported{"nothing runs here"};
  }
  std::unique_ptr<engine::BatchStream> execute(const plan::RelationPtr&,
                                               std::shared_ptr<engine::ExecutionContext>) override {
    throw_unsupported("RELATION", "running");
  }
  void write(const engine::WriteRequest&, std::shared_ptr<engine::ExecutionContext>) override {}
  void cache(const std::string&, const plan::RelationPtr&,
             std::shared_ptr<engine::ExecutionContext>) override {}
  void uncache(const std::string&) override {}
  engine::CacheStatus cache_status(const std::string&) const override { return {}; }
  std::string explain(const plan::RelationPtr&) const override { return ""; }
};

void decode(const std::string& bytes) {
  static NoEngine engine;
  static connect::Backend backend;
  backend.engine = &engine;
  static connect::ViewTable global_views;
  static connect::Session session(
      {"user", "00000000-0000-4000-8000-000000000000"}, {},
      std::filesystem::temp_directory_path() / "firesteel_decoder_fuzzer");
  const connect::RequestContext context{session, global_views, backend};
  connect::Message<spark::connect::Plan> plan;
  connect::parse_message(bytes, kNestingMax, plan.get());
  if (!plan->has_root()) return;
  const plan::RelationPtr unresolved = connect::PlanDecoder(context).relation(plan->root());
  const plan::RelationPtr resolved = connect::analyze_relation(context, unresolved, nullptr);
  connect::explain(context, unresolved, resolved, connect::ExplainMode::kExtended);
}

}  // namespace
}  // namespace firesteel

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace firesteel;
  static const bool is_quiet = [] {
    google::protobuf::SetLogHandler(
        nullptr);  // says of each malformed string what the error says too
    return true;
  }();
  (void)is_quiet;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  try {
    decode(bytes);
  } catch (const SparkError& error) {
    // Bad input is an error of the user's; INTERNAL_ERROR is a bug of ours.
    if (error.condition() == "INTERNAL_ERROR") {
      std::fprintf(stderr, "%s\n", error.what());
      __builtin_trap();
    }
  }
  return 0;
}
