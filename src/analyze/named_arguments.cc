// Arguments by name: f(x => 1), brought into the order of the parameters (NamedParametersSupport).
#include <algorithm>

#include "analyze/call_checks.h"
#include "analyze/resolver.h"
#include "base/error.h"
#include "base/text.h"
#include "functions/function.h"

namespace firesteel::analyze {

using namespace plan;
using functions::Function;
using functions::Signature;

bool has_named_argument(const std::vector<ExpressionPtr>& arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [](const ExpressionPtr& a) { return a->as<NamedArgument>() != nullptr; });
}

std::vector<ExpressionPtr> arguments_by_name(const std::string& routine, const std::vector<std::string>& names,
                                             const std::vector<ExpressionPtr>& arguments) {
  std::vector<ExpressionPtr> out(names.size());
  const auto first_named = std::find_if(arguments.begin(), arguments.end(), [](const ExpressionPtr& a) { return a->as<NamedArgument>(); });
  const auto positional = static_cast<size_t>(first_named - arguments.begin());
  for (size_t i = 0; i < arguments.size(); ++i) {
    const auto* named = arguments[i]->as<NamedArgument>();
    if (!named && i > positional) {
      const auto* before = arguments[i - 1]->as<NamedArgument>();
      throw SparkError("UNEXPECTED_POSITIONAL_ARGUMENT",
                       {{"routineName", routine}, {"parameterName", quoted_name({before ? before->name : names[0]})}});
    }
    size_t at = i;
    if (named) {
      const auto found = std::find(names.begin(), names.end(), named->name);
      if (found == names.end()) {
        std::vector<std::string> nearest;
        for (const std::string& name : names) nearest.push_back(quoted_name({name}));
        std::stable_sort(nearest.begin(), nearest.end(), [&](const std::string& a, const std::string& b) {
          return edit_distance(named->name, a) < edit_distance(named->name, b);
        });
        nearest.resize(std::min<size_t>(nearest.size(), 3));
        const std::string proposal = joined(nearest, " ");
        throw SparkError("UNRECOGNIZED_PARAMETER_NAME",
                         {{"routineName", routine},
                          {"argumentName", quoted_name({named->name})},
                          {"proposal", proposal}});
      }
      at = static_cast<size_t>(found - names.begin());
      if (out[at]) {
        throw SparkError(at < positional ? "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.BOTH_POSITIONAL_AND_NAMED"
                                         : "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.DOUBLE_NAMED_ARGUMENT_REFERENCE",
                         {{"routineName", routine}, {"parameterName", quoted_name({named->name})}});
      }
    }
    if (at < out.size()) out[at] = named ? named->value : arguments[i];
  }
  return out;
}

std::vector<ExpressionPtr> Resolver::ordered_arguments(const Function& row,
                                                       const UnresolvedFunction& node) {
  if (!has_named_argument(node.arguments)) return node.arguments;
  const std::string routine = quoted_name({std::string(row.name)});
  const Signature& s = row.signatures.back();
  if (s.argument_names.empty()) {
    throw SparkError("NAMED_PARAMETERS_NOT_SUPPORTED", {{"functionName", routine}});
  }
  std::vector<ExpressionPtr> out =
      arguments_by_name(routine, {s.argument_names.begin(), s.argument_names.end()}, node.arguments);
  // What is left out takes its default.
  const size_t first_default = s.arguments.size() - s.defaults.size();
  for (size_t i = 0; i + s.optional_count < s.arguments.size(); ++i) {
    if (out[i]) continue;
    throw SparkError("REQUIRED_PARAMETER_NOT_FOUND", {{"routineName", routine},
                                                      {"parameterName", quoted_name({std::string(s.argument_names[i])})},
                                                      {"index", std::to_string(i)}});
  }
  size_t last = out.size();
  while (last > 0 && !out[last - 1]) --last;
  out.resize(last);
  for (size_t i = 0; i < out.size(); ++i) {
    if (out[i] || i < first_default) continue;
    out[i] = default_literal(s.defaults[i - first_default], Type::string());
  }
  std::erase(out, nullptr);
  return out;
}

}  // namespace firesteel::analyze
