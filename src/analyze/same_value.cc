// Whether two expressions have one value whatever the order of their operands: a + b and b + a.
#include <algorithm>
#include <set>
#include <string_view>

#include "analyze/resolver.h"
#include "functions/function.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

bool may_swap_operands(const FunctionCall& call) {
  static const std::set<std::string_view> kNames = {"+", "*", "and", "or", "&", "|", "^", "=", "<=>", "greatest", "least"};
  return !call.is_distinct && kNames.contains(call.function->name);
}

void collect_operands(const FunctionCall& call, std::vector<ExpressionPtr>& operands) {
  for (const ExpressionPtr& argument : call.arguments) {
    const auto* inner = argument->as<FunctionCall>();
    if (inner && inner->function == call.function) {
      collect_operands(*inner, operands);
    } else {
      operands.push_back(argument);
    }
  }
}

// Operands that may stand in any order in an order of their own (Expression.canonicalized); only for comparisons.
ExpressionPtr in_own_order(const ExpressionPtr& e) {
  return transform_up(e, [](const ExpressionPtr& part) -> ExpressionPtr {
    const auto* call = part->as<FunctionCall>();
    if (!call || !may_swap_operands(*call)) return nullptr;
    FunctionCall copy = *call;
    copy.arguments.clear();
    collect_operands(*call, copy.arguments);
    std::stable_sort(copy.arguments.begin(), copy.arguments.end(),
                     [](const ExpressionPtr& a, const ExpressionPtr& b) { return hash_expression(*a) < hash_expression(*b); });
    return make_typed(std::move(copy), part->type, part->nullable);
  });
}

// Equal for all orders of operands, told without a copy: most pairs differ here already.
size_t hash_of_leaves(const ExpressionPtr& e) {
  size_t sum = 0;
  walk(e, [&](const ExpressionPtr& part) {
    if (children(*part).empty()) sum += hash_expression(*part);
    return true;
  });
  return sum;
}

}  // namespace

bool same_value(const ExpressionPtr& a, const ExpressionPtr& b) {
  if (same_expression(*a, *b)) return true;
  if (!a->as<FunctionCall>() || !b->as<FunctionCall>() || !a->type.same_type(b->type)) return false;
  if (hash_of_leaves(a) != hash_of_leaves(b)) return false;
  return same_expression(*in_own_order(a), *in_own_order(b));
}

}  // namespace firesteel::analyze
