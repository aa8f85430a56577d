#include "engine/duckdb/row_order.h"

#include <arrow/table.h>

#include <algorithm>
#include <optional>

#include "engine/duckdb/relation_lowering.h"
#include "functions/function.h"
#include "plan/recursion.h"
#include "plan/type_size.h"

namespace firesteel::engine {
namespace {

using plan::AttributeId;
using plan::ExpressionPtr;
using plan::JoinKind;
using plan::Relation;

constexpr double kRowsMax = 1 << 16;
constexpr double kPairsMax = 1 << 20;

std::optional<double> most_rows(const Relation& relation);

std::optional<double> most_rows_of_inputs(const Relation& relation) {
  double sum = 0;
  for (const plan::RelationPtr& input : plan::children(relation)) {
    const auto rows = most_rows(*input);
    if (!rows) return std::nullopt;
    sum += *rows;
  }
  return sum;
}

std::optional<double> most_rows(const plan::Join& join) {
  const auto left = most_rows(*join.left);
  if (join.is_lateral || !left) return std::nullopt;
  if (join.kind == JoinKind::kLeftSemi || join.kind == JoinKind::kLeftAnti) return left;
  const auto right = most_rows(*join.right);
  if (!right) return std::nullopt;
  return std::max(1.0, *left) * std::max(1.0, *right);
}

// A number of rows that the relation never exceeds, or nothing where only its rows can tell.
std::optional<double> most_rows(const Relation& relation) {
  if (relation.as<plan::OneRow>()) return 1;
  if (const auto* data = relation.as<plan::LocalData>()) return data->table ? static_cast<double>(data->table->num_rows()) : 0;
  if (const auto* range = relation.as<plan::Range>()) {
    return std::max(0.0, (static_cast<double>(range->end) - static_cast<double>(range->start)) / static_cast<double>(range->step) + 1);
  }
  if (const auto* join = relation.as<plan::Join>()) return most_rows(*join);
  if (plan::loop_of(relation)) return std::nullopt;
  if (const auto* cached = relation.as<plan::Cached>()) return cached->original ? most_rows(*cached->original) : std::nullopt;
  if (const auto* limit = relation.as<plan::Limit>()) {
    const auto* literal = limit->limit->as<plan::Literal>();
    const auto* count = literal ? std::get_if<int64_t>(&literal->value) : nullptr;
    const auto below = most_rows(*limit->child);
    if (!count) return below;
    return std::min(static_cast<double>(*count), below.value_or(static_cast<double>(*count)));
  }
  const auto* aggregate = relation.as<plan::Aggregate>();
  const bool has_one_set = aggregate && aggregate->grouping_sets.empty() && aggregate->kind == plan::GroupKind::kGroupBy;
  const bool keeps_or_drops = relation.as<plan::Project>() || relation.as<plan::Filter>() || relation.as<plan::Sort>() ||
                              relation.as<plan::Offset>() || relation.as<plan::Tail>() || relation.as<plan::Deduplicate>() ||
                              relation.as<plan::WindowColumns>() || relation.as<plan::SubqueryAlias>() ||
                              relation.as<plan::Repartition>() || relation.as<plan::CollectMetrics>() ||
                              relation.as<plan::SetOperation>() || has_one_set;
  return keeps_or_drops ? most_rows_of_inputs(relation) : std::nullopt;
}

// Spark's estimate of the bytes that the needed columns have; a join's is the product of its sides'.
double estimated_bytes(const Relation& relation, const AttributeSet& needed) {
  if (const auto* join = relation.as<plan::Join>()) {
    return estimated_bytes(*join->left, needed) * estimated_bytes(*join->right, needed);
  }
  plan::Attributes columns;
  std::copy_if(relation.output.begin(), relation.output.end(), std::back_inserter(columns),
               [&](const plan::Attribute& a) { return needed.contains(a.id); });
  return most_rows(relation).value_or(0) * plan::row_size_bytes(columns);
}

bool refers_to(const ExpressionPtr& expression, const plan::RelationPtr& side) {
  bool found = false;
  plan::walk(expression, [&](const ExpressionPtr& e) {
    const auto* column = e->as<plan::AttributeReference>();
    found = found || (column && std::any_of(side->output.begin(), side->output.end(),
                                            [&](const plan::Attribute& a) { return a.id == column->id; }));
    return !found;
  });
  return found;
}

// Whether rows meet by equal keys (ExtractEquiJoinKeys).
bool has_keys(const plan::Join& join, const ExpressionPtr& condition) {
  const auto* call = condition ? condition->as<plan::FunctionCall>() : nullptr;
  if (!call || call->arguments.size() != 2) return false;
  if (call->function->name == "and") return has_keys(join, call->arguments[0]) || has_keys(join, call->arguments[1]);
  if (call->function->name != "=" && call->function->name != "<=>") return false;
  const auto is_apart = [&](const ExpressionPtr& a, const ExpressionPtr& b) {
    return refers_to(a, join.left) && !refers_to(a, join.right) && refers_to(b, join.right) && !refers_to(b, join.left);
  };
  return is_apart(call->arguments[0], call->arguments[1]) || is_apart(call->arguments[1], call->arguments[0]);
}

}  // namespace

bool passes_order(const Relation& relation) {
  const auto* operation = relation.as<plan::SetOperation>();
  return relation.as<plan::Project>() || relation.as<plan::Filter>() || relation.as<plan::Limit>() ||
         relation.as<plan::Offset>() || relation.as<plan::Tail>() || relation.as<plan::Generate>() ||
         relation.as<plan::SubqueryAlias>() || relation.as<plan::CollectMetrics>() || relation.as<plan::Join>() ||
         relation.as<plan::WindowColumns>() ||
         (operation && operation->kind == plan::SetOperationKind::kUnion && operation->is_all);
}

bool is_small(const Relation& relation) {
  const auto rows = most_rows(relation);
  return rows && *rows <= kRowsMax;
}

bool has_small_order(const plan::Join& join) {
  const bool is_ordered = join.kind == JoinKind::kInner || join.kind == JoinKind::kCross ||
                          join.kind == JoinKind::kLeftOuter || join.kind == JoinKind::kRightOuter;
  if (!is_ordered || join.is_lateral || !is_small(*join.left) || !is_small(*join.right)) return false;
  const auto pairs = most_rows(join);
  return pairs && *pairs <= kPairsMax;
}

// The block with the position of each row.
SelectBlock RelationLowering::numbered(SelectBlock block, const AttributeSet& columns, std::string* number) {
  const auto source = wrap(std::move(block), columns);
  const std::string alias = next_alias();
  std::string select = "SELECT row_number() OVER () AS position";
  for (AttributeId id : columns) select += ", " + source.columns.find(id).sql + " AS " + column_name(id);
  SelectBlock result;
  result.columns.outer = outer_scope_;
  result.from = "(" + select + source.tail() + ") AS " + alias;
  for (AttributeId id : columns) result.columns.columns[id] = {.sql = alias + "." + column_name(id)};
  *number = alias + ".position";
  return result;
}

// A broadcast join goes through the larger side's rows (JoinSelection.getSmallerSide) or through those that all
// stay. For each it finds the other side's: in their order, or by equal keys the last one first (LongToUnsafeRowMap).
std::string RelationLowering::join_order(const plan::Join& join, const AttributeSet& left, const AttributeSet& right,
                                         const std::string& left_number, const std::string& right_number) const {
  bool streams_left = join.kind == JoinKind::kLeftOuter;
  if (join.kind == JoinKind::kInner || join.kind == JoinKind::kCross) {
    streams_left = estimated_bytes(*join.left, left) >= estimated_bytes(*join.right, right);
  }
  const std::string built = has_keys(join, join.condition) ? " DESC" : "";
  return streams_left ? left_number + ", " + right_number + built : right_number + ", " + left_number + built;
}

// Spark sorts a window's rows by its partitions and its order; of several windows the one with the most
// partition keys comes last (TransposeWindow).
std::string RelationLowering::window_order(const std::vector<ExpressionPtr>& functions, const Scope& scope,
                                           const std::string& number) {
  const plan::Window* last = nullptr;
  for (const ExpressionPtr& function : functions) {
    const auto* window = std::get<plan::Alias>(function->node).child->as<plan::Window>();
    if (window && (!last || window->partition_by.size() >= last->partition_by.size())) last = window;
  }
  std::string order;
  if (last) {
    for (const ExpressionPtr& key : last->partition_by) {
      if (!key->as<plan::Literal>()) order += expressions_.lower(*key, scope) + " ASC NULLS FIRST, ";
    }
    for (const ExpressionPtr& key : last->order_by) {
      const bool is_constant = std::get<plan::SortOrder>(key->node).child->as<plan::Literal>() != nullptr;
      if (!is_constant) order += expressions_.lower_order(*key, scope) + ", ";
    }
  }
  return order + number;
}

}  // namespace firesteel::engine
