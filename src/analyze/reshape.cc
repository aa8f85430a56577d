// Relations that become others: unpivot, pivot with given values, pair statistics, named windows.
#include <algorithm>

#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/function.h"

namespace firesteel::analyze {

using namespace plan;

// One projection per value column, one after the other.
RelationPtr Resolver::unpivot(const Unpivot& node) {
  RelationPtr child = resolve(node.child);
  const Scope scope{&child->output, nullptr, child.get()};
  const std::vector<ExpressionPtr> ids = named_list(node.ids, scope);
  std::vector<ExpressionPtr> values;
  if (node.values) {
    values = named_list(*node.values, scope);
  } else {
    for (const Attribute& column : child->output) {
      const bool is_id = std::any_of(ids.begin(), ids.end(), [&](const ExpressionPtr& e) {
        return attribute_of(*e).id == column.id;
      });
      if (!is_id) values.push_back(reference(column));
    }
  }
  if (values.empty()) throw_unsupported("RELATION", "unpivot without value columns");
  const auto named_as = [](ExpressionPtr value, const std::string& name) {
    const Type type = value->type;
    const bool nullable = value->nullable;
    return make_typed(Alias{std::move(value), {name}, {}, next_attribute_id()}, type, nullable);
  };
  std::vector<RelationPtr> inputs;
  for (const ExpressionPtr& value : values) {
    std::vector<ExpressionPtr> columns = ids;
    ExpressionPtr name = make_typed(Literal{Type::string(), attribute_of(*value).name}, Type::string(), false);
    columns.push_back(named_as(std::move(name), node.variable_column_name));
    const auto* alias_node = value->as<Alias>();
    columns.push_back(named_as(alias_node ? alias_node->child : value, node.value_column_name));
    inputs.push_back(select(child, std::move(columns)));
  }
  if (inputs.size() == 1) return inputs[0];
  return combine(SetOperation{{}, SetOperationKind::kUnion, true, false, false}, std::move(inputs));
}

// df.stat.cov, df.stat.corr: an aggregate over the whole input.
RelationPtr Resolver::stat_pair(const StatPair& node) {
  if (node.function != "cov" && node.function != "corr") throw_unsupported("RELATION", node.function);
  const auto column = [](const std::string& name) {
    Cast cast;
    cast.child = make_expression(UnresolvedAttribute{{name}, {}, false});
    cast.target = Type::double_number();
    return make_expression(std::move(cast));
  };
  ExpressionPtr value = make_call(node.function == "cov" ? "covar_samp" : "corr",
                                  {column(node.first_column), column(node.second_column)});
  Aggregate whole;
  whole.child = node.child;
  whole.aggregates = {make_expression(Alias{value, {node.function}, {}, 0})};
  return aggregate(whole);
}

// Each value of the pivot column becomes the aggregates of the rows that have it. A group without
// such rows has null, also where the function alone would give 0.
RelationPtr Resolver::pivot(const Aggregate& node) {
  if (node.pivot_values.empty()) throw_unsupported("RELATION", "pivot without a list of values");
  Aggregate grouped;
  grouped.child = node.child;
  grouped.grouping = node.grouping;
  grouped.adds_grouping_columns = true;
  const auto text_of = [](const ExpressionPtr& e) {
    const auto* alias_node = e->as<Alias>();
    return alias_node ? alias_node->names[0] : print_name(*e);
  };
  for (const ExpressionPtr& value : node.pivot_values) {
    const auto* named_value = value->as<Alias>();
    const ExpressionPtr condition = make_call("<=>", {node.pivot_column, named_value ? named_value->child : value});
    for (const ExpressionPtr& item : node.aggregates) {
      const auto* alias_node = item->as<Alias>();
      const auto filtered = [&](const ExpressionPtr& e) -> ExpressionPtr {
        const auto* call_node = e->as<UnresolvedFunction>();
        const auto* row = call_node ? functions::find_function(call_node->name.back()) : nullptr;
        if (!row || row->kind != functions::FunctionKind::kAggregate) return nullptr;
        UnresolvedFunction copy = *call_node;
        copy.filter = copy.filter ? make_call("and", {copy.filter, condition}) : condition;
        return make_expression(std::move(copy), e->origin);
      };
      const ExpressionPtr result = transform_up(alias_node ? alias_node->child : item, filtered);
      const ExpressionPtr rows = filtered(make_call("count", {make_integer_literal(1)}));
      ExpressionPtr guarded = make_call("if", {make_call("=", {rows, make_integer_literal(0)}),
                                               make_null_literal(Type::null()), result});
      const std::string name = node.aggregates.size() == 1 ? text_of(value) : text_of(value) + "_" + text_of(item);
      grouped.aggregates.push_back(make_expression(Alias{guarded, {name}, {}, 0}));
    }
  }
  return aggregate(grouped);
}

// WINDOW w AS (…): OVER w takes the definition's place, in the SELECT that the clause belongs to.
RelationPtr Resolver::named_windows(const NamedWindows& node) {
  const auto with_definition = [&](const ExpressionPtr& e) -> ExpressionPtr {
    const auto* over = e->as<Window>();
    if (!over || over->name.empty()) return nullptr;
    for (const auto& [name, definition] : node.windows) {
      if (!same_name(name, over->name)) continue;
      Window copy = *definition->as<Window>();
      copy.function = over->function;
      copy.name.clear();
      if (!over->partition_by.empty()) copy.partition_by = over->partition_by;
      if (!over->order_by.empty()) copy.order_by = over->order_by;
      if (over->frame) copy.frame = over->frame;
      return make_expression(std::move(copy), e->origin);
    }
    throw SparkError("MISSING_WINDOW_SPECIFICATION",
                     {{"windowName", over->name}, {"docroot", "https://spark.apache.org/docs/latest"}});
  };
  const std::function<RelationPtr(const RelationPtr&)> replaced = [&](const RelationPtr& relation) -> RelationPtr {
    std::vector<ExpressionPtr> list = plan::expressions(*relation);
    for (ExpressionPtr& e : list) e = transform_up(e, with_definition);
    auto copy = std::make_shared<Relation>(*with_expressions(*relation, std::move(list)));
    copy->plan_id = relation->plan_id;
    copy->origin = relation->origin;
    if (copy->as<Project>() || copy->as<Aggregate>()) return copy;
    std::vector<RelationPtr> below = children(*copy);
    if (below.size() != 1) return copy;
    below[0] = replaced(below[0]);
    return with_children(*copy, std::move(below));
  };
  return resolve(replaced(node.child));
}

}  // namespace firesteel::analyze
