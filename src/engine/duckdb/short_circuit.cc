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

// Guards of one chain, and tests of one guard: each is a CASE to the engine, whose cost grows with their product.
constexpr size_t kMostGuards = 16;
constexpr size_t kMostTests = 16;

class Chain {
 public:
  Chain(const FunctionCall& call, const Scope& scope, const LowerExpression& lower, const ConnectivePlace& place)
      : scope_(scope), lower_(lower), is_and_(call.function->name == "and"), is_tried_(place.is_tried), is_split_(place.is_condition && is_and_) {
    add(call);
  }

  std::string text() const { return "(" + text(operands_, kMostGuards) + ")"; }

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

  // Where `guards` are used up, the operands that are left stand side by side in the last one.
  std::string text(Operands operands, size_t guards) const {
    std::string out;
    for (size_t i = 0; i < operands.size(); ++i) {
      if (i > 0) out += is_and_ ? " AND " : " OR ";
      const bool is_guarded = i > 0 && guards > 0 && may_fail(operands[i]);
      const std::string tests = is_guarded ? joined_tests(operands.first(i), operands[i]) : "";
      if (tests.empty()) {
        out += lower_(*operands[i]);
        continue;
      }
      --guards;
      const std::string rest = is_split_ ? lower_(*operands[i]) : text(operands.subspan(i), guards);
      out += is_and_ ? "(CASE WHEN NOT (" + tests + ") THEN false ELSE " : "(CASE WHEN " + tests + " THEN true ELSE ";
      out += "(" + rest + ") END)";
      if (!is_split_) return out;
    }
    return out;
  }

  // Of operands before one that may fail the first that can be asked twice.
  std::string joined_tests(Operands before, const ExpressionPtr& failing) const {
    if (is_split_ && joins_two_sides(failing)) return "";
    const AttributeSet columns = is_split_ ? columns_of(failing) : AttributeSet();
    std::string out;
    size_t count = 0;
    for (const ExpressionPtr& one : before) {
      if (count == kMostTests) break;
      if (!is_cheap(one, scope_) || (is_tried_ && may_fail(one)) || (is_split_ && !is_within(columns_of(one), columns))) continue;
      out += (count++ == 0 ? "(" : is_and_ ? ") AND (" : ") OR (") + lower_(*one);
    }
    return count == 0 ? out : out + ")";
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
  const bool is_tried_;
  const bool is_split_;  // the operands of a filter stay side by side
  std::vector<ExpressionPtr> operands_;
};

}  // namespace

bool is_connective(const FunctionCall& call) { return call.function->name == "and" || call.function->name == "or"; }

std::string short_circuit(const FunctionCall& call, const Scope& scope, const LowerExpression& lower, const ConnectivePlace& place) {
  return Chain(call, scope, lower, place).text();
}

}  // namespace firesteel::engine
