#include "connect/gpu_placement.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/error.h"
#include "base/logging.h"
#include "base/text.h"
#include "connect/expression_text.h"
#include "functions/function.h"

namespace firesteel::connect {

namespace {

using plan::ExpressionPtr;

// Why the expression alone cannot run on a GPU; empty when it can.
std::string_view obstacle(const plan::Expression& expression) {
  if (const auto* call = expression.as<plan::FunctionCall>()) {
    const auto* no = std::get_if<functions::No>(&call->function->gpu);
    return no ? no->reason : std::string_view();
  }
  if (expression.as<plan::UserFunction>()) return "Python functions run in a worker on the CPU";
  return {};
}

bool can_run(const ExpressionPtr& expression) {
  bool result = true;
  plan::walk(expression, [&](const ExpressionPtr& e) {
    result = result && obstacle(*e).empty();
    return result;
  });
  return result;
}

void describe(const ExpressionPtr& expression, int depth, std::string* out) {
  const auto line = [&](const std::string& class_name) {
    const std::string_view reason = obstacle(*expression);
    *out += std::string(static_cast<size_t>(depth) * 2, ' ') + (reason.empty() ? "@" : "!") +
            "Expression <" + class_name + "> " + expression_text(*expression);
    *out += reason.empty() ? " could run on GPU\n"
                           : " cannot run on GPU because " + std::string(reason) + "\n";
  };
  const auto* call = expression->as<plan::FunctionCall>();
  if (call && call->function->kind == functions::FunctionKind::kAggregate) {
    line("AggregateExpression");
    ++depth;
  }
  line(expression_class(*expression));
  for (const ExpressionPtr& child : plan::children(*expression)) describe(child, depth + 1, out);
}

void describe(const PhysicalOperator& op, std::string_view absence, int depth, std::string* out) {
  *out += std::string(static_cast<size_t>(depth) * 2, ' ') + "!Exec <" + op.exec_class +
          "> cannot run on GPU because " + std::string(absence);
  if (!std::all_of(op.expressions.begin(), op.expressions.end(), can_run)) {
    *out += "; not all expressions can be replaced";
  }
  *out += "\n";
  for (const ExpressionPtr& expression : op.expressions) describe(expression, depth + 1, out);
  for (const PhysicalOperator& child : op.children) describe(child, absence, depth + 1, out);
}

}  // namespace

std::string gpu_placement(const PhysicalOperator& root, std::string_view absence) {
  std::string text;
  describe(root, absence, 0, &text);
  return text;
}

bool wants_gpu_placement(const RequestContext& context) {
  const Config& config = context.session.config();
  const std::optional<std::string> enabled = config.find("spark.rapids.sql.enabled");
  const std::optional<std::string> explain = config.find("spark.rapids.sql.explain");
  if (!enabled && !explain) return false;
  if (enabled && upper_case(*enabled) != "TRUE") return false;
  const std::string mode = explain ? upper_case(*explain) : "NOT_ON_GPU";
  if (mode == "NONE") return false;
  if (mode == "NOT_ON_GPU" || mode == "ALL") return true;
  throw SparkError("INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS",
                   {{"confName", "spark.rapids.sql.explain"},
                    {"confValue", *explain},
                    {"confOptions", "NONE, NOT_ON_GPU, ALL"}});
}

void log_gpu_placement(const RequestContext& context, const plan::RelationPtr& resolved,
                       const std::string& operation_id) {
  if (!wants_gpu_placement(context)) return;
  const std::string text = gpu_placement(physical_plan(resolved), context.backend.gpu_absence);
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    log_warning("placement",
                {{"operation", operation_id}, {"line", text.substr(begin, end - begin)}});
    begin = end + 1;
  }
}

}  // namespace firesteel::connect
