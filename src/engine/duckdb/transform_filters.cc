#include "engine/duckdb/transform_filters.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/duckdb/expression_lowering.h"

namespace firesteel::engine {
namespace {

// Whether the condition gives the same for a row of `before`, whose columns the transform hands through.
bool can_ask_before(const plan::ExpressionPtr& condition, const std::vector<plan::Attribute>& before) {
  if (is_volatile_expression(condition)) return false;
  bool can = true;
  plan::walk(condition, [&](const plan::ExpressionPtr& node) {
    if (node->as<plan::Subquery>()) can = false;
    if (const auto* reference = node->as<plan::AttributeReference>()) {
      can = can && std::any_of(before.begin(), before.end(),
                               [&](const plan::Attribute& attribute) { return attribute.id == reference->id; });
    }
    return can;
  });
  return can;
}

// A filter right above transforms, or null for any other plan.
plan::RelationPtr moved(const plan::Relation& plan) {
  const auto* filter = plan.as<plan::Filter>();
  if (filter == nullptr) return nullptr;
  std::vector<const plan::Relation*> transforms;  // that the filter passes, from the top
  plan::RelationPtr below = filter->child;
  while (const auto* transform = below->as<plan::MlTransform>()) {
    if (!can_ask_before(filter->condition, transform->child->output)) break;
    transforms.push_back(below.get());
    below = transform->child;
  }
  if (transforms.empty()) return nullptr;
  plan::RelationPtr result = plan::make_resolved(plan::Filter{below, filter->condition}, below->output, plan.plan_id);
  for (auto transform = transforms.rbegin(); transform != transforms.rend(); ++transform) {
    result = plan::with_children(**transform, {std::move(result)});
  }
  return result;
}

}  // namespace

plan::RelationPtr filter_before_transforms(const plan::RelationPtr& plan) {
  std::vector<plan::RelationPtr> above;  // from the root down
  plan::RelationPtr current = plan;
  bool is_changed = false;
  while (true) {
    if (plan::RelationPtr other = moved(*current)) {
      current = std::move(other);
      is_changed = true;
    }
    std::vector<plan::RelationPtr> inputs = plan::children(*current);
    if (inputs.size() != 1) break;
    above.push_back(std::move(current));
    current = std::move(inputs[0]);
  }
  if (!is_changed) return plan;
  for (auto node = above.rbegin(); node != above.rend(); ++node) {
    current = plan::with_children(**node, {std::move(current)});
    // A filter above one that was moved stands right above the transform now.
    if (plan::RelationPtr other = moved(*current)) current = std::move(other);
  }
  return current;
}

}  // namespace firesteel::engine
