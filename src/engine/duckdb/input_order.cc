#include "engine/duckdb/input_order.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "functions/function.h"

namespace firesteel::engine {
namespace {

using plan::ExpressionPtr;
using plan::RelationPtr;

// Those whose rows in the function table have a place for the order.
bool takes_order_of_input(const plan::FunctionCall& call) {
  static const std::set<std::string_view> kNames = {"first", "last", "any_value", "collect_list", "listagg"};
  return kNames.contains(call.function->name) && call.order_by.empty() && !call.is_distinct;
}

bool takes_order_of_input(const ExpressionPtr& expression) {
  bool is_found = false;
  plan::walk(expression, [&](const ExpressionPtr& e) {
    const auto* call = e->as<plan::FunctionCall>();
    is_found |= call && takes_order_of_input(*call);
    return !is_found;
  });
  return is_found;
}

ExpressionPtr with_order(const ExpressionPtr& expression, const std::vector<ExpressionPtr>& order) {
  return plan::transform_up(expression, [&](const ExpressionPtr& e) -> ExpressionPtr {
    const auto* call = e->as<plan::FunctionCall>();
    if (!call || !takes_order_of_input(*call)) return nullptr;
    plan::FunctionCall ordered = *call;
    ordered.order_by = order;
    return plan::make_typed(std::move(ordered), e->type, e->nullable);
  });
}

// The sort that orders the rows of `relation`, if one does: projections and filters keep an order.
const plan::Sort* sort_of(const RelationPtr& relation) {
  if (const auto* sort = relation->as<plan::Sort>()) return sort;
  if (const auto* project = relation->as<plan::Project>()) return sort_of(project->child);
  if (const auto* filter = relation->as<plan::Filter>()) return sort_of(filter->child);
  return nullptr;
}

void add_missing(const plan::Attributes& wanted, plan::Relation* relation) {
  auto* project = std::get_if<plan::Project>(&relation->node);
  for (const plan::Attribute& attribute : wanted) {
    const bool is_there = std::ranges::any_of(relation->output, [&](const auto& a) { return a.id == attribute.id; });
    if (is_there) continue;
    relation->output.push_back(attribute);
    if (project) project->expressions.push_back(plan::reference(attribute));
  }
}

// The input without its sort, and with the columns that the sort reads.
RelationPtr unsorted(const RelationPtr& relation, const plan::Attributes& wanted) {
  if (const auto* sort = relation->as<plan::Sort>()) return sort->child;
  plan::Relation copy = *plan::with_children(*relation, {unsorted(plan::children(*relation)[0], wanted)});
  add_missing(wanted, &copy);
  return std::make_shared<const plan::Relation>(std::move(copy));
}

plan::Attributes attributes_of(const plan::Sort& sort) {
  std::set<plan::AttributeId> ids;
  for (const ExpressionPtr& order : sort.order) {
    plan::walk(order, [&](const ExpressionPtr& e) {
      if (const auto* reference = e->as<plan::AttributeReference>()) ids.insert(reference->id);
      return true;
    });
  }
  plan::Attributes attributes;
  for (const plan::Attribute& attribute : sort.child->output) {
    if (ids.contains(attribute.id)) attributes.push_back(attribute);
  }
  return attributes;
}

// The range or the scan of one file whose rows come up through projections and filters. The scan has a column more,
// the position in the file: readers of lines and of units count rows, those of JSON and text do not.
RelationPtr source_with_position(const RelationPtr& relation, plan::Attribute* position) {
  if (relation->as<plan::Range>()) {
    *position = relation->output.at(0);
    return relation;
  }
  if (const auto* scan = relation->as<plan::Scan>()) {
    const bool counts_rows = scan->format == "parquet" || scan->format == "orc" || scan->format == "avro" || scan->format == "csv";
    if (!counts_rows || scan->files.size() != 1) return nullptr;
    position->id = plan::next_attribute_id();
    position->name = kRowColumn;
    position->type = plan::Type::long_integer();
    position->nullable = false;
    plan::Relation copy = *relation;
    copy.output.push_back(*position);
    return std::make_shared<const plan::Relation>(std::move(copy));
  }
  if (!relation->as<plan::Project>() && !relation->as<plan::Filter>() && !relation->as<plan::SubqueryAlias>()) return nullptr;
  const RelationPtr child = source_with_position(plan::children(*relation)[0], position);
  if (!child) return nullptr;
  plan::Relation copy = *plan::with_children(*relation, {child});
  add_missing({*position}, &copy);
  return std::make_shared<const plan::Relation>(std::move(copy));
}

OrderedInput positioned_input(const RelationPtr& relation) {
  plan::Attribute position;
  RelationPtr input = source_with_position(relation, &position);
  if (!input) return {relation, {}};
  const plan::Relation* bottom = input.get();
  while (!bottom->as<plan::Range>() && !bottom->as<plan::Scan>()) bottom = plan::children(*bottom)[0].get();
  plan::SortOrder key;
  key.child = plan::reference(position);
  key.is_ascending = !bottom->as<plan::Range>() || bottom->as<plan::Range>()->step > 0;
  return {std::move(input), {plan::make_typed(std::move(key), position.type, false)}};
}

}  // namespace

OrderedInput ordered_input(const RelationPtr& relation) {
  const plan::Sort* sort = sort_of(relation);
  if (!sort) return positioned_input(relation);
  if (!sort->is_global) return {relation, {}};
  std::vector<ExpressionPtr> order;
  for (const ExpressionPtr& key : sort->order) {
    if (!std::get<plan::SortOrder>(key->node).child->as<plan::Literal>()) order.push_back(key);
  }
  return {unsorted(relation, attributes_of(*sort)), std::move(order)};
}

plan::Aggregate in_order_of_input(plan::Aggregate aggregate) {
  const bool is_wanted = std::ranges::any_of(
      aggregate.aggregates, [](const ExpressionPtr& item) { return takes_order_of_input(item); });
  if (!is_wanted) return aggregate;
  const OrderedInput input = ordered_input(aggregate.child);
  if (input.order.empty()) return aggregate;
  for (ExpressionPtr& item : aggregate.aggregates) item = with_order(item, input.order);
  aggregate.child = input.relation;
  return aggregate;
}

}  // namespace firesteel::engine
