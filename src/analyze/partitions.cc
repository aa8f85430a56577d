// The partitions that a query names: range(…, numPartitions), repartition, coalesce. The engine
// runs every input as one sequence of rows; what Spark computes from a row's partition and its
// position there (spark_partition_id, monotonically_increasing_id, rand, samples) is computed from
// columns that are put below before the plan runs. Inputs that name no partitions lie in one, and
// the engine numbers their rows itself.
#include <algorithm>

#include "analyze/resolver.h"
#include "base/error.h"
#include "functions/function.h"
#include "functions/kernel/xorshift.h"
#include "functions/place.h"

namespace firesteel::analyze {

using namespace plan;

namespace {

ExpressionPtr long_literal(int64_t value) { return make_literal({Type::long_integer(), value}); }

// Rows pass one by one, so that they stay where they lie.
bool keeps_partitions(const Relation& r) {
  const auto* sort = r.as<Sort>();
  return r.as<Project>() || r.as<Filter>() || r.as<Sample>() || r.as<Generate>() ||
         r.as<CollectMetrics>() || (sort && !sort->is_global);
}

// Cells of a decimal: products of a 64-bit number and a number of partitions fit.
Type wide_integer() { return Type::decimal(20, 0); }

}  // namespace

Resolver::Spread Resolver::with_number(const RelationPtr& relation, const ExpressionPtr& number,
                                       int64_t count) {
  std::vector<ExpressionPtr> columns;
  for (const Attribute& a : relation->output) columns.push_back(reference(a));
  const ExpressionPtr value = cast_to(number, Type::integer(), rules());
  columns.push_back(make_typed(Alias{value, {"partition"}, {}, next_attribute_id()}, value->type,
                               value->nullable));
  Spread spread{select(relation, std::move(columns)), {}, count};
  spread.partition = spread.relation->output.back();
  return spread;
}

// RangeExec: partition i has the elements from i * n / count to (i + 1) * n / count.
Resolver::Spread Resolver::spread_range(const RelationPtr& relation, const Range& range) {
  const int64_t count = range.partitions.value_or(1);
  const auto distance = static_cast<__int128>(range.end) - range.start;
  const auto elements = (distance + range.step + (range.step > 0 ? -1 : 1)) / range.step;
  if (count <= 1 || elements <= 0) return {};
  const ExpressionPtr id = cast_to(reference(relation->output[0]), wide_integer(), rules());
  const ExpressionPtr element =
      bound("div", {bound("-", {id, long_literal(range.start)}), long_literal(range.step)});
  const ExpressionPtr scaled =
      bound("*", {bound("+", {cast_to(element, wide_integer(), rules()), long_literal(1)}),
                  long_literal(count)});
  const ExpressionPtr total = make_typed(Literal{wide_integer(), elements}, wide_integer(), false);
  return with_number(relation, bound("div", {bound("-", {scaled, long_literal(1)}), total}), count);
}

// Sorted runs of about the same size; equal keys stay together (RangePartitioner over all rows).
ExpressionPtr Resolver::range_partition(RelationPtr& relation,
                                        const std::vector<ExpressionPtr>& order, int64_t count) {
  WindowColumns windows{relation, {}};
  Attributes output = relation->output;
  const auto over = [&](const char* function, std::vector<ExpressionPtr> arguments,
                        bool is_ordered) {
    Window window;
    window.function = make_call(function, std::move(arguments));
    if (is_ordered) window.order_by = order;
    ExpressionPtr value = expression(make_expression(std::move(window)), scope_of(relation));
    const Type type = value->type;
    windows.functions.push_back(
        make_typed(Alias{std::move(value), {function}, {}, next_attribute_id()}, type, false));
    output.push_back(attribute_of(*windows.functions.back()));
    return reference(output.back());
  };
  const ExpressionPtr rank = over("rank", {}, true);
  const ExpressionPtr dense_rank = over("dense_rank", {}, true);
  const ExpressionPtr total = over("count", {make_integer_literal(1)}, false);
  relation = make_resolved(std::move(windows), std::move(output));
  const ExpressionPtr before =
      bound("*", {bound("-", {rank, long_literal(1)}), long_literal(count)});
  return bound("least", {bound("div", {before, total}), bound("-", {dense_rank, long_literal(1)})});
}

Resolver::Spread Resolver::spread_again(const RelationPtr& relation, const Repartition& node) {
  const int64_t count = node.partitions.value_or(1);
  if (!node.shuffle) {
    // CoalescedRDD puts neighbours together, as evenly as it can.
    Spread before = spread_of(node.child);
    if (!before.relation || count <= 1) return {};
    RelationPtr wider = with_children(*relation, {before.relation});
    auto copy = std::make_shared<Relation>(*wider);
    copy->output = before.relation->output;
    if (count >= before.count) return {copy, before.partition, before.count};
    const ExpressionPtr scaled = bound(
        "*", {bound("+", {reference(before.partition), long_literal(1)}), long_literal(count)});
    return with_number(
        copy, bound("div", {bound("-", {scaled, long_literal(1)}), long_literal(before.count)}),
        count);
  }
  // Without a number Spark puts small partitions together again (AQE).
  if (count <= 1) return {};
  RelationPtr source = relation;
  ExpressionPtr number;
  const ExpressionPtr divisor = make_integer_literal(static_cast<int32_t>(count));
  if (node.expressions.empty()) {
    // Round robin, from a place that the partition's number draws.
    const int32_t first =
        functions::kernel::XorShiftRandom(0).next_int(static_cast<int32_t>(count)) + 1;
    number = bound(
        "%", {bound("+", {bound("distributed_sequence_id", {}), long_literal(first)}), divisor});
  } else if (node.is_by_id) {
    number = bound("pmod", {cast_to(node.expressions[0], Type::integer(), rules()), divisor});
  } else if (node.expressions[0]->as<SortOrder>()) {
    number = range_partition(source, node.expressions, count);
  } else {
    number = bound("pmod", {bound("hash", node.expressions), divisor});
  }
  return with_number(source, number, count);
}

Resolver::Spread Resolver::spread_of(const RelationPtr& relation) {
  if (const auto* range = relation->as<Range>()) return spread_range(relation, *range);
  if (const auto* node = relation->as<Repartition>()) return spread_again(relation, *node);
  if (!keeps_partitions(*relation)) return {};
  Spread spread = spread_of(children(*relation)[0]);
  if (!spread.relation) return {};
  auto copy = std::make_shared<Relation>(*with_children(*relation, {spread.relation}));
  if (auto* project = std::get_if<Project>(&copy->node))
    project->expressions.push_back(reference(spread.partition));
  copy->output.push_back(spread.partition);
  spread.relation = copy;
  return spread;
}

Resolver::Placement Resolver::placement_of(const RelationPtr& relation) {
  Spread spread = spread_of(relation);
  if (!spread.relation) return {};
  // The order of the rows of one partition is the order in which they come.
  std::vector<ExpressionPtr> columns;
  for (const Attribute& a : spread.relation->output) columns.push_back(reference(a));
  const ExpressionPtr number = bound("distributed_sequence_id", {});
  columns.push_back(
      make_typed(Alias{number, {"number"}, {}, next_attribute_id()}, number->type, false));
  const RelationPtr numbered = select(spread.relation, std::move(columns));
  Window window;
  window.function = make_call("count", {make_integer_literal(1)});
  window.partition_by = {reference(spread.partition)};
  window.order_by = {
      make_expression(SortOrder{reference(numbered->output.back()), true, NullOrder::kFirst})};
  WindowFrame frame;
  frame.unit = WindowFrame::Unit::kRows;
  frame.lower.kind = WindowFrame::Bound::Kind::kUnboundedPreceding;
  window.frame = frame;
  const ExpressionPtr rows = expression(make_expression(std::move(window)), scope_of(numbered));
  const ExpressionPtr counted =
      make_typed(Alias{rows, {"rows"}, {}, next_attribute_id()}, rows->type, false);
  Attributes output = numbered->output;
  output.push_back(attribute_of(*counted));
  const RelationPtr windowed = make_resolved(WindowColumns{numbered, {counted}}, output);
  // A window hands over its partitions in any order; Spark gives partition after partition.
  const auto ascending = [](const Attribute& key) {
    return make_expression(SortOrder{reference(key), true, NullOrder::kFirst});
  };
  Sort sort{windowed, {ascending(spread.partition), ascending(numbered->output.back())}, true};
  const RelationPtr placed = make_resolved(std::move(sort), output);
  columns.clear();
  for (const Attribute& a : spread.relation->output) columns.push_back(reference(a));
  const ExpressionPtr position = bound("-", {reference(output.back()), long_literal(1)});
  columns.push_back(
      make_typed(Alias{position, {"position"}, {}, next_attribute_id()}, position->type, false));
  Placement placement{select(placed, std::move(columns)), spread.partition, {}};
  placement.position = placement.relation->output.back();
  return placement;
}

RelationPtr Resolver::with_placed_calls(RelationPtr child, std::vector<ExpressionPtr>& list) {
  const auto is_placed = [](const Expression& e) {
    const auto* call = e.as<FunctionCall>();
    return call && functions::takes_place(*call->function);
  };
  bool has_any = false;
  for (const ExpressionPtr& e : list) {
    walk(e, [&](const ExpressionPtr& node) {
      has_any |= is_placed(*node);
      return !has_any;
    });
  }
  if (!has_any) return child;
  const Placement placement = placement_of(child);
  if (!placement.relation) return child;
  for (ExpressionPtr& e : list) {
    e = transform_up(e, [&](const ExpressionPtr& node) -> ExpressionPtr {
      if (!is_placed(*node)) return nullptr;
      FunctionCall call = std::get<FunctionCall>(node->node);
      call.arguments.push_back(reference(placement.partition));
      call.arguments.push_back(reference(placement.position));
      return make_typed(std::move(call), node->type, node->nullable, node->origin);
    });
  }
  return placement.relation;
}

RelationPtr Resolver::with_drawn_calls(RelationPtr child, std::vector<ExpressionPtr>& list) {
  std::vector<ExpressionPtr> drawn;
  for (ExpressionPtr& e : list) {
    e = transform_up(e, [&](const ExpressionPtr& node) -> ExpressionPtr {
      const auto* call = node->as<FunctionCall>();
      if (!call || !call->function->is_volatile) return nullptr;
      drawn.push_back(
          make_typed(Alias{node, {"drawn"}, {}, next_attribute_id()}, node->type, node->nullable));
      return reference(attribute_of(*drawn.back()));
    });
  }
  if (drawn.empty()) return child;
  std::vector<ExpressionPtr> level;
  for (const Attribute& column : child->output) level.push_back(reference(column));
  child = with_placed_calls(std::move(child), drawn);
  level.insert(level.end(), drawn.begin(), drawn.end());
  return select(std::move(child), std::move(level));
}

ExpressionPtr Resolver::with_placed_subqueries(const ExpressionPtr& e) {
  return transform_up(e, [&](const ExpressionPtr& node) -> ExpressionPtr {
    const auto* subquery = node->as<Subquery>();
    if (!subquery || !subquery->plan) return nullptr;
    Subquery copy = *subquery;
    copy.plan = placed(subquery->plan);
    if (copy.plan == subquery->plan) return nullptr;
    return make_typed(std::move(copy), node->type, node->nullable, node->origin);
  });
}

RelationPtr Resolver::placed_sample(const RelationPtr& relation, Sample node) {
  const Placement placement = placement_of(node.child);
  if (!placement.relation || !node.place.empty()) return relation;
  node.child = placement.relation;
  node.place = {reference(placement.partition), reference(placement.position)};
  return make_resolved(std::move(node), placement.relation->output);
}

namespace {

// Keys by a row's place become columns below the groups; the same call is the same column.
void draw_keys(std::vector<ExpressionPtr>& list, std::vector<ExpressionPtr>& drawn) {
  for (ExpressionPtr& e : list) {
    e = transform_up(e, [&](const ExpressionPtr& node) -> ExpressionPtr {
      const auto* call = node->as<FunctionCall>();
      if (!call || !functions::takes_place(*call->function)) return nullptr;
      for (const ExpressionPtr& known : drawn) {
        if (same_expression(*known->as<Alias>()->child, *node))
          return reference(attribute_of(*known));
      }
      drawn.push_back(
          make_typed(Alias{node, {"drawn"}, {}, next_attribute_id()}, node->type, node->nullable));
      return reference(attribute_of(*drawn.back()));
    });
  }
}

}  // namespace

// From the top down, so that each node finds the partitions below it as the query names them.
RelationPtr Resolver::placed(const RelationPtr& relation) {
  RelationPtr result = relation;
  if (const auto* sample = relation->as<Sample>()) {
    result = placed_sample(relation, *sample);
  } else if (relation->as<Filter>() || relation->as<Project>() || relation->as<Sort>() ||
             relation->as<Aggregate>()) {
    std::vector<ExpressionPtr> list = plan::expressions(*relation);
    const RelationPtr below = children(*relation)[0];
    RelationPtr child = below;
    if (relation->as<Filter>()) {
      child = with_drawn_calls(below, list);
    } else if (relation->as<Aggregate>()) {
      std::vector<ExpressionPtr> level;
      for (const Attribute& column : below->output) level.push_back(reference(column));
      std::vector<ExpressionPtr> drawn;
      draw_keys(list, drawn);
      if (!drawn.empty()) {
        child = with_placed_calls(below, drawn);
        level.insert(level.end(), drawn.begin(), drawn.end());
        child = select(std::move(child), std::move(level));
      }
    } else {
      child = with_placed_calls(below, list);
    }
    if (child != below) {
      auto wider =
          std::make_shared<Relation>(*with_expressions(*with_children(*relation, {child}), list));
      if (!relation->as<Project>() && !relation->as<Aggregate>()) wider->output = child->output;
      result = wider;
    }
  }
  std::vector<RelationPtr> inputs = children(*result);
  bool is_changed = false;
  for (RelationPtr& input : inputs) {
    RelationPtr replaced = placed(input);
    is_changed |= replaced != input;
    input = std::move(replaced);
  }
  if (is_changed) result = with_children(*result, std::move(inputs));
  std::vector<ExpressionPtr> list = plan::expressions(*result);
  is_changed = false;
  for (ExpressionPtr& e : list) {
    ExpressionPtr replaced = with_placed_subqueries(e);
    is_changed |= replaced != e;
    e = std::move(replaced);
  }
  if (is_changed) result = with_expressions(*result, std::move(list));
  return keep_columns(result, relation->output);
}

}  // namespace firesteel::analyze
