#include "connect/explain.h"

#include "base/error.h"
#include "connect/analysis.h"
#include "connect/gpu_placement.h"
#include "connect/logical_plan_text.h"
#include "connect/physical_plan.h"

namespace firesteel::connect {

namespace {

std::string schema_line(const plan::Relation& resolved) {
  std::string text;
  for (const plan::Attribute& attribute : resolved.output) {
    text += (text.empty() ? "" : ", ") + attribute.name + ": " + attribute.type.simple_string();
  }
  return text + "\n";
}

// Spark shows the Java code of each pipeline. Here one statement of the engine runs them all, so it
// stands below the last of them.
std::string codegen_text(const RequestContext& context, const plan::RelationPtr& resolved,
                         const PhysicalOperator& root) {
  const auto stages = fused_stages(root);
  std::string text = "Found " + std::to_string(stages.size()) + " WholeStageCodegen subtrees.\n";
  for (size_t i = 0; i < stages.size(); ++i) {
    text += "== Subtree " + std::to_string(i + 1) + " / " + std::to_string(stages.size()) + " ==\n";
    text += physical_tree(*stages[i]) + "\n";
  }
  if (!stages.empty() && context.backend.engine != nullptr) {
    text += "Generated code:\n" + context.backend.engine->explain(resolved) + "\n";
  }
  return text;
}

}  // namespace

ExplainMode explain_mode(std::string_view name) {
  if (name.empty() || name == "simple") return ExplainMode::kSimple;
  if (name == "extended") return ExplainMode::kExtended;
  if (name == "codegen") return ExplainMode::kCodegen;
  if (name == "cost") return ExplainMode::kCost;
  if (name == "formatted") return ExplainMode::kFormatted;
  throw SparkError("CONNECT_INVALID_PLAN.ASSERTION_FAILURE",
                   {{"message", "unknown explain mode " + std::string(name)}});
}

std::string explain(const RequestContext& context, const plan::RelationPtr& unresolved,
                    const plan::RelationPtr& resolved, ExplainMode mode) {
  const PhysicalOperator root = physical_plan(with_cached_relations(context, resolved));
  std::string text;
  switch (mode) {
    case ExplainMode::kSimple:
      text = "== Physical Plan ==\n" + physical_tree(root) + "\n";
      break;
    case ExplainMode::kExtended:
      text = "== Parsed Logical Plan ==\n" + logical_tree(unresolved) +
             "\n== Analyzed Logical Plan ==\n" + schema_line(*resolved) + logical_tree(resolved) +
             "\n== Optimized Logical Plan ==\n" + logical_tree(resolved) +
             "\n== Physical Plan ==\n" + physical_tree(root);
      break;
    case ExplainMode::kCodegen:
      text = codegen_text(context, resolved, root);
      break;
    case ExplainMode::kCost:
      text = "== Optimized Logical Plan ==\n" + logical_tree(resolved, true) +
             "\n== Physical Plan ==\n" + physical_tree(root) + "\n";
      break;
    case ExplainMode::kFormatted:
      text = "== Physical Plan ==\n" + formatted_plan(root) + "\n";
      break;
  }
  if (wants_gpu_placement(context)) {
    text += "== GPU Placement ==\n" + gpu_placement(root, context.backend.gpu_absence) + "\n";
  }
  return text;
}

std::string explain_statement(const RequestContext& context, const plan::RelationPtr& query,
                              ExplainMode mode,
                              const std::shared_ptr<engine::ExecutionContext>& execution) {
  try {
    const plan::RelationPtr resolved = analyze_relation(context, query, execution);
    std::string text = explain(context, query, resolved, mode);
    text.pop_back();  // the statement's text lacks the last line end of the method's
    return text;
  } catch (const SparkError& error) {  // ExplainCommand answers with the error's text
    return "Error occurred during query planning: \n" + std::string(error.what());
  }
}

}  // namespace firesteel::connect
