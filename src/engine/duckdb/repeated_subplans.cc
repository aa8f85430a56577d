#include "engine/duckdb/repeated_subplans.h"

#include <functional>

#include "engine/duckdb/expression_lowering.h"
#include "engine/duckdb/type_sql.h"
#include "functions/function.h"
#include "plan/recursion.h"

namespace firesteel::engine {
namespace {

using plan::AttributeId;
using plan::Expression;
using plan::ExpressionPtr;
using plan::Relation;
using Positions = std::unordered_map<AttributeId, std::string>;

// Text of everything about the node that is no child expression.
std::string own_text(const Expression& expression, const Positions& position) {
  if (const auto* node = expression.as<plan::Literal>()) return "lit " + literal_sql(*node);
  if (const auto* node = expression.as<plan::AttributeReference>()) {
    auto found = position.find(node->id);
    return found != position.end() ? found->second : "id" + std::to_string(node->id);
  }
  if (const auto* node = expression.as<plan::Cast>()) {
    return "cast " + std::to_string(static_cast<int>(node->mode)) + node->time_zone;
  }
  if (const auto* node = expression.as<plan::SortOrder>()) {
    return std::string("order ") + (node->is_ascending ? "a" : "d") +
           std::to_string(static_cast<int>(node->null_order));
  }
  if (const auto* node = expression.as<plan::FunctionCall>()) {
    return "call " + std::string(node->function->name) + (node->is_distinct ? " distinct" : "") +
           (node->ignore_nulls ? " ignore" : "") + (node->ansi ? " ansi" : "") +
           (node->filter ? " filter " : "") + std::to_string(node->arguments.size()) + node->time_zone;
  }
  if (const auto* node = expression.as<plan::GetField>()) return "field " + std::to_string(node->ordinal);
  if (const auto* node = expression.as<plan::Window>()) {
    std::string text = "window " + std::to_string(node->partition_by.size());
    if (node->frame) {
      text += node->frame->unit == plan::WindowFrame::Unit::kRows ? " rows" : " range";
      for (const auto* bound : {&node->frame->lower, &node->frame->upper}) {
        text += std::to_string(static_cast<int>(bound->kind));
        if (bound->value) text += canonical_text(*bound->value, position);
      }
    }
    return text;
  }
  if (expression.as<plan::Alias>()) return "alias";
  if (const auto* node = expression.as<plan::LambdaVariable>()) return "lambda" + std::to_string(node->id);
  if (expression.as<plan::LambdaFunction>()) return "lambda";
  // Subqueries and user functions: never equal to anything else.
  return "unique " + std::to_string(reinterpret_cast<uintptr_t>(&expression));
}

// Text of the node's parameters that are no expressions and no children.
std::string own_text(const Relation& relation) {
  std::string text(plan::node_name(relation));
  if (const auto* node = relation.as<plan::Join>()) return text + std::to_string(static_cast<int>(node->kind)) + (node->condition ? "c" : "");
  if (const auto* node = relation.as<plan::SetOperation>()) {
    return text + std::to_string(static_cast<int>(node->kind)) + (node->is_all ? "all" : "");
  }
  if (const auto* node = relation.as<plan::Range>()) {
    return text + std::to_string(node->start) + "," + std::to_string(node->end) + "," + std::to_string(node->step);
  }
  if (const auto* node = relation.as<plan::LocalData>()) {
    return text + std::to_string(reinterpret_cast<uintptr_t>(node->table.get()));
  }
  if (const auto* node = relation.as<plan::Cached>()) return text + node->key;
  if (const auto* node = relation.as<plan::Sort>()) return text + (node->is_global ? "g" : "l");
  if (const auto* node = relation.as<plan::Generate>()) return text + (node->is_outer ? "outer" : "");
  if (const auto* node = relation.as<plan::Aggregate>()) {
    return text + std::to_string(static_cast<int>(node->kind)) + "," + std::to_string(node->grouping.size()) + "," +
           std::to_string(node->grouping_sets.size());
  }
  if (const auto* node = relation.as<plan::Sample>()) {
    return text + std::to_string(node->lower_bound) + "," + std::to_string(node->upper_bound) + "," +
           std::to_string(node->seed.value_or(0)) + (node->with_replacement ? "r" : "");
  }
  if (const auto* node = relation.as<plan::Scan>()) {
    text += node->format;
    for (const auto& [key, value] : node->options) text += ";" + key + "=" + value;
    for (const auto& file : node->files) text += ";" + file.path + "@" + std::to_string(file.modified_ms);
    for (const auto& field : node->data_schema) text += ";" + field.name + ":" + field.type.simple_string();
    return text;
  }
  if (relation.as<plan::MlTransform>() || relation.as<plan::MapPartitions>()) {
    return text + std::to_string(reinterpret_cast<uintptr_t>(&relation));
  }
  return text;
}

// The plans of the subqueries in the expressions of a node.
std::vector<plan::RelationPtr> subquery_plans(const Relation& relation) {
  std::vector<plan::RelationPtr> plans;
  for (const ExpressionPtr& expression : plan::expressions(relation)) {
    plan::walk(expression, [&](const ExpressionPtr& node) {
      const auto* subquery = node->as<plan::Subquery>();
      if (subquery && subquery->plan) plans.push_back(subquery->plan);
      return true;
    });
  }
  return plans;
}

// Whether the expression reads a row of the query around: it has a value only there.
bool reads_outer_row(const ExpressionPtr& expression, const Positions& position) {
  bool found = false;
  plan::walk(expression, [&](const ExpressionPtr& node) {
    if (const auto* column = node->as<plan::AttributeReference>()) {
      found |= column->is_outer && !position.contains(column->id);
    }
    if (const auto* subquery = node->as<plan::Subquery>()) {
      for (const AttributeId id : subquery->outer_references) found |= !position.contains(id);
    }
    return !found;
  });
  return found;
}

bool is_costly(const Relation& relation) {
  return relation.as<plan::Join>() || relation.as<plan::Aggregate>() ||
         relation.as<plan::WindowColumns>() || relation.as<plan::Deduplicate>() ||
         relation.as<plan::Sort>() || relation.as<plan::MlTransform>() ||
         relation.as<plan::MapPartitions>();
}

// A product of inputs that a condition above narrows: computed by itself it would be all their pairs.
bool is_open_product(const Relation& relation, bool has_open_input) {
  if (const auto* join = relation.as<plan::Join>()) return has_open_input || !join->condition;
  return has_open_input && relation.as<plan::Project>();
}

}  // namespace

std::string canonical_text(const Expression& expression, const Positions& position) {
  std::string text = "(" + own_text(expression, position);
  for (const ExpressionPtr& child : plan::children(expression)) {
    text += " " + canonical_text(*child, position);
  }
  if (expression.as<plan::Cast>() || expression.as<plan::FunctionCall>()) {
    text += ":" + expression.type.simple_string();
  }
  return text + ")";
}

void RepeatedSubplans::scan(const plan::RelationPtr& root) {
  number(root);
  count(root);
}

int RepeatedSubplans::number(const plan::RelationPtr& relation) {
  if (auto known = numbers_.find(relation.get()); known != numbers_.end()) return known->second;
  std::string text = own_text(*relation);
  Positions position;
  bool is_costly_here = is_costly(*relation);
  // The rows of the round before are others in each round: what reads them stays in the loop.
  bool may_move_here = !plan::is_round(*relation);
  has_loop_ = has_loop_ || !may_move_here || plan::loop_of(*relation).has_value();
  bool is_volatile_here = false;
  bool has_open_input = false;
  auto inputs = plan::children(*relation);
  for (size_t i = 0; i < inputs.size(); ++i) {
    int input = number(inputs[i]);
    has_open_input = has_open_input || is_open_product_[static_cast<size_t>(input)];
    text += " #" + std::to_string(input);
    is_costly_here = is_costly_here || is_worth_sharing_[static_cast<size_t>(input)];
    may_move_here = may_move_here && may_move_[static_cast<size_t>(input)];
    const auto& output = inputs[i]->output;
    for (size_t k = 0; k < output.size(); ++k) {
      position.emplace(output[k].id, "i" + std::to_string(i) + "." + std::to_string(k));
    }
  }
  for (const plan::RelationPtr& plan : subquery_plans(*relation)) number(plan);
  for (const ExpressionPtr& expression : plan::expressions(*relation)) {
    text += " " + canonical_text(*expression, position);
    may_move_here = may_move_here && !reads_outer_row(expression, position);
    is_volatile_here = is_volatile_here || is_volatile_expression(expression);
  }
  // What draws numbers is the same only where it is one node: a common table expression is computed
  // once for all who read it.
  if (is_volatile_here) text += " at " + std::to_string(reinterpret_cast<uintptr_t>(relation.get()));
  auto [entry, is_new] = numbers_by_text_.emplace(std::move(text), static_cast<int>(occurrences_.size()));
  if (is_new) {
    occurrences_.push_back(0);
    is_open_product_.push_back(is_open_product(*relation, has_open_input) && !is_volatile_here);
    is_worth_sharing_.push_back(is_costly_here || is_volatile_here);
    may_move_.push_back(may_move_here);
  }
  numbers_[relation.get()] = entry->second;
  return entry->second;
}

// A subplan below a repeated one is not counted again: it is computed with it.
void RepeatedSubplans::count(const plan::RelationPtr& relation) {
  auto index = static_cast<size_t>(numbers_.at(relation.get()));
  if (++occurrences_[index] > 1 && may_share(index)) return;
  for (const plan::RelationPtr& input : plan::children(*relation)) count(input);
  for (const plan::RelationPtr& plan : subquery_plans(*relation)) count(plan);
}

int RepeatedSubplans::shared_number(const plan::Relation& relation) const {
  auto known = numbers_.find(&relation);
  if (known == numbers_.end()) return -1;
  auto index = static_cast<size_t>(known->second);
  return occurrences_[index] > 1 && may_share(index) ? known->second : -1;
}

bool RepeatedSubplans::may_share(size_t index) const {
  return is_worth_sharing_[index] && may_move_[index] && !is_open_product_[index];
}

}  // namespace firesteel::engine
