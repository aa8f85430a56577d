#include "engine/duckdb/short_circuit.h"

#include <algorithm>
#include <set>
#include <span>
#include <vector>

#include "functions/function.h"

namespace firesteel::engine {
namespace {

using AttributeSet = std::set<plan::AttributeId>;
using plan::Expression;
using plan::ExpressionPtr;
using plan::FunctionCall;

class Chain {
 public:
  Chain(const FunctionCall& call, const Scope& scope, const LowerExpression& lower, const ConnectivePlace& place)
      : scope_(scope), lower_(lower), is_and_(call.function->name == "and"), place_(place) {
    add(call);
  }

  std::string text() const { return "(" + text(operands_) + ")"; }

 private:
  using Operands = std::span<const ExpressionPtr>;

  // From left to right, without a stack: a chain may be thousands of operands long.
  void add(const FunctionCall& whole) {
    std::vector<ExpressionPtr> open(whole.arguments.rbegin(), whole.arguments.rend());
    while (!open.empty()) {
      const ExpressionPtr next = open.back();
      open.pop_back();
      const auto* call = next->as<FunctionCall>();
      if (call && call->function->name == (is_and_ ? "and" : "or")) {
        open.insert(open.end(), call->arguments.rbegin(), call->arguments.rend());
      } else {
        operands_.push_back(next);
      }
    }
  }

  std::string text(Operands operands) const {
    std::string out;
    std::vector<ExpressionPtr> before;
    for (size_t i = 0; i < operands.size(); ++i) {
      if (i > 0) out += is_and_ ? " AND " : " OR ";
      const std::string tests = i > 0 && may_fail(operands[i]) ? joined_tests(before, operands[i]) : "";
      if (!tests.empty()) {
        const std::string rest = place_.is_condition ? lower_(*operands[i]) : text(operands.subspan(i));
        out += is_and_ ? "(CASE WHEN NOT (" + tests + ") THEN false ELSE " : "(CASE WHEN " + tests + " THEN true ELSE ";
        out += "(" + rest + ") END)";
        if (!place_.is_condition) return out;
      } else {
        out += lower_(*operands[i]);
      }
      before.push_back(operands[i]);
    }
    return out;
  }

  // Of operands before one that may fail those that can be asked twice.
  std::string joined_tests(const std::vector<ExpressionPtr>& before, const ExpressionPtr& failing) const {
    const bool keeps_place = place_.is_condition && is_and_;
    if (keeps_place && joins_two_sides(failing)) return "";
    const AttributeSet columns = keeps_place ? columns_of(failing) : AttributeSet();
    std::string out;
    for (const ExpressionPtr& one : before) {
      if (!is_cheap(one, scope_) || (place_.is_tried && may_fail(one)) || (keeps_place && !is_within(columns_of(one), columns))) continue;
      out += (out.empty() ? "(" : is_and_ ? ") AND (" : ") OR (") + lower_(*one);
    }
    return out.empty() ? out : out + ")";
  }

  static AttributeSet columns_of(const ExpressionPtr& expression) {
    AttributeSet columns;
    plan::walk(expression, [&](const ExpressionPtr& node) {
      if (const auto* reference = node->as<plan::AttributeReference>()) columns.insert(reference->id);
      return true;
    });
    return columns;
  }

  static bool is_within(const AttributeSet& inner, const AttributeSet& outer) {
    return std::all_of(inner.begin(), inner.end(), [&](const auto& id) { return outer.contains(id); });
  }

  // A comparison whose sides have no column in common: perhaps the key of a join.
  static bool joins_two_sides(const ExpressionPtr& expression) {
    static constexpr std::string_view kComparisons[] = {"=", "<=>", "<", "<=", ">", ">="};
    const auto* call = expression->as<FunctionCall>();
    if (!call || std::find(std::begin(kComparisons), std::end(kComparisons), call->function->name) == std::end(kComparisons)) return false;
    const AttributeSet left = columns_of(call->arguments[0]), right = columns_of(call->arguments[1]);
    return !left.empty() && !right.empty() && std::none_of(left.begin(), left.end(), [&](const auto& id) { return right.contains(id); });
  }

  const Scope& scope_;
  const LowerExpression& lower_;
  const bool is_and_;
  const ConnectivePlace place_;
  std::vector<ExpressionPtr> operands_;
};

}  // namespace

bool is_connective(const FunctionCall& call) { return call.function->name == "and" || call.function->name == "or"; }

std::string short_circuit(const FunctionCall& call, const Scope& scope, const LowerExpression& lower, const ConnectivePlace& place) {
  return Chain(call, scope, lower, place).text();
}

}  // namespace firesteel::engine
