#include "connect/explain.h"

#include "base/error.h"
#include "plan/relation.h"

namespace firesteel::connect {

namespace {

std::string column_list(const plan::Relation& relation) {
  std::string text = "[";
  for (const plan::Attribute& attribute : relation.output) {
    if (text.size() > 1) text += ", ";
    text += attribute.name + "#" + std::to_string(attribute.id);
  }
  return text + "]";
}

// Spark's tree drawing: the last child hangs at "+- ", the others at ":- ".
void draw(const plan::Relation& relation, const std::string& lead, const std::string& branch,
          const std::string& marker, std::string* out) {
  *out += lead + branch + marker + std::string(plan::node_name(relation)) + " " + column_list(relation) + "\n";
  const auto inputs = plan::children(relation);
  const std::string below = branch.empty() ? lead : lead + (branch == "+- " ? "   " : ":  ");
  for (size_t i = 0; i < inputs.size(); ++i) {
    draw(*inputs[i], below, i + 1 == inputs.size() ? "+- " : ":- ", marker, out);
  }
}

std::string tree(const plan::RelationPtr& relation, const std::string& marker) {
  std::string text;
  draw(*relation, "", "", marker, &text);
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
  std::string text;
  if (mode == ExplainMode::kExtended || mode == ExplainMode::kCost) {
    text += "== Parsed Logical Plan ==\n" + tree(unresolved, "'") + "\n";
    text += "== Analyzed Logical Plan ==\n";
    for (const plan::Attribute& attribute : resolved->output) {
      text += (&attribute == &resolved->output.front() ? "" : ", ") + attribute.name + ": " +
              attribute.type.simple_string();
    }
    text += "\n" + tree(resolved, "") + "\n";
  }
  text += "== Physical Plan ==\n" + tree(resolved, "");
  if (mode != ExplainMode::kSimple && context.backend.engine != nullptr) {
    text += "\n== " + std::string(context.backend.engine->name()) + " ==\n" + context.backend.engine->explain(resolved);
    if (!text.empty() && text.back() != '\n') text += "\n";
  }
  return text + "\n";
}

}  // namespace firesteel::connect
