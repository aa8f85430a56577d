// Set operations, recursion and the removal of duplicates: rows by their values.
#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "engine/duckdb/input_order.h"
#include "engine/duckdb/real_keys.h"
#include "engine/duckdb/relation_lowering.h"

namespace firesteel::engine {
namespace {

using plan::AttributeId;
using plan::ExpressionPtr;
using plan::Relation;
using plan::RelationPtr;

AttributeSet intersect(const AttributeSet& a, const AttributeSet& b) {
  AttributeSet both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.end()));
  return both;
}

constexpr size_t kRowsOfList = 64;

// A projection of nothing, with expressions that give one value each.
bool is_one_row(const SelectBlock& block) { return block.is_open() && block.tail().empty(); }

std::string loop_name(int64_t loop_id) { return "r" + std::to_string(loop_id); }

}  // namespace

// Many rows of constants, as those of VALUES, are one list, which DuckDB plans at once. Few stay a union: it adds them up row by
// row, as Spark's partitions do, to the same last digit.
SelectBlock RelationLowering::values_block(const Relation& node, const plan::SetOperation& operation, const std::vector<SelectBlock>& sides,
                                           const std::vector<size_t>& live) {
  std::string rows;
  for (size_t n = 0; n < sides.size(); ++n) {
    std::string row;
    for (size_t i : live) row += (row.empty() ? "" : ", ") + sides[n].columns.find(operation.inputs[n]->output[i].id).sql;
    rows += (rows.empty() ? "(" : ", (") + (live.empty() ? "1" : row) + ")";
  }
  const std::string alias = next_alias();
  std::string names;
  SelectBlock block;
  for (size_t i : live) {
    const AttributeId id = node.output[i].id;
    names += (names.empty() ? "" : ", ") + column_name(id);
    block.columns.columns[id] = {.sql = alias + "." + column_name(id)};
  }
  block.from = "(VALUES " + rows + ") AS " + alias + "(" + (live.empty() ? "c0" : names) + ")";
  return block;
}

SelectBlock RelationLowering::lower_set_operation(const Relation& node,
                                                  const plan::SetOperation& operation,
                                                  const AttributeSet& needed) {
  bool is_union_all = operation.kind == plan::SetOperationKind::kUnion && operation.is_all;
  std::string name = operation.kind == plan::SetOperationKind::kUnion       ? "UNION"
                     : operation.kind == plan::SetOperationKind::kIntersect ? "INTERSECT"
                                                                            : "EXCEPT";
  std::vector<size_t> live;  // only UNION ALL may leave columns out
  for (size_t i = 0; i < node.output.size(); ++i) {
    if (!is_union_all || needed.contains(node.output[i].id)) live.push_back(i);
  }
  std::vector<SelectBlock> sides;
  for (const RelationPtr& input : operation.inputs) {
    AttributeSet inner;
    for (size_t i : live) inner.insert(input->output[i].id);
    auto block = lower(input, inner);
    sides.push_back(block.distinct.empty() ? std::move(block) : wrap(block, inner));
  }
  if (is_union_all && sides.size() >= kRowsOfList && std::all_of(sides.begin(), sides.end(), is_one_row)) return values_block(node, operation, sides, live);
  std::string sql;
  for (size_t n = 0; n < sides.size(); ++n) {
    const RelationPtr& input = operation.inputs[n];
    const SelectBlock& block = sides[n];
    std::string select = "SELECT ";
    for (size_t k = 0; k < live.size(); ++k) {
      const std::string& column = block.columns.find(input->output[live[k]].id).sql;
      // Rows are compared as the keys of groups are.
      select += (k > 0 ? ", " : "") + (is_union_all ? column : with_positive_zeros(input->output[live[k]].type, column)) + " AS " +
                column_name(node.output[live[k]].id);
    }
    if (live.empty()) select += "1 AS c0";
    if (!sql.empty()) sql += " " + name + (operation.is_all ? " ALL " : " ");
    sql += "(" + select + block.tail() + ")";
  }
  std::string alias = next_alias();
  SelectBlock block;
  block.from = "(" + sql + ") AS " + alias;
  for (size_t i : live) {
    AttributeId id = node.output[i].id;
    block.columns.columns[id] = {.sql = alias + "." + column_name(id)};
  }
  return block;
}

// A recursive definition. Its rows carry the number of their round and how many rows there were
// before it. A first branch of each round, which gives no rows, checks both against the limits: a
// round that is not allowed is an error though it may give no row.
void RelationLowering::define_loop(const Relation& node, const plan::Loop& loop) {
  has_recursion_ = true;
  is_order_seen_ = false;  // a round of a recursion takes no ORDER BY
  const auto& rows = *node.as<plan::Cached>()->original->as<plan::SetOperation>();
  std::vector<AttributeId> columns;
  for (const auto& attribute : node.output) columns.push_back(attribute.id);
  loops_[loop.id] = columns;
  const std::string name = loop_name(loop.id);
  const auto side = [&](const RelationPtr& input, const std::string& counters) {
    const auto block = wrap(lower(input, output_ids(input->output)), output_ids(input->output));
    std::string sql = "SELECT " + counters;
    for (size_t i = 0; i < columns.size(); ++i) {
      sql += ", " + block.columns.find(input->output[i].id).sql + " AS " + column_name(columns[i]);
    }
    return sql + block.tail();
  };
  const auto counter = [&](const std::string& value) { return "(SELECT " + value + " FROM " + name + ")"; };
  const std::string total = counter("(max(total) + count(*))::BIGINT");
  const auto failure = [](const std::string& reached, int64_t limit, const char* function) {
    const std::string text = std::to_string(limit);
    return limit < 0 ? "" : " WHEN " + reached + " >= " + text + " THEN " + function + "(" + text + ") IS NOT NULL";
  };
  const std::string failures = failure("level", loop.level_max, "fs_fail_recursion_level") +
                               failure(total, loop.row_max, "fs_fail_recursion_rows");
  const std::string first = side(rows.inputs[0], "0::BIGINT AS level, 0::BIGINT AS total");
  std::string round = side(rows.inputs[1], counter("max(level) + 1") + " AS level, " + total + " AS total");
  if (!failures.empty()) {
    std::string check = "SELECT level, total";
    for (const AttributeId id : columns) check += ", " + column_name(id);
    round = "(" + check + " FROM " + name + " WHERE CASE" + failures + " ELSE false END UNION ALL " + round + ")";
  }
  definitions_.push_back(name + " AS (" + first + " UNION ALL " + round + ")");
}

SelectBlock RelationLowering::lower_loop_rows(const Relation& node, int64_t loop_id) {
  const std::vector<AttributeId>& columns = loops_.at(loop_id);
  const std::string alias = next_alias();
  SelectBlock block;
  block.from = loop_name(loop_id) + " AS " + alias;
  for (size_t i = 0; i < columns.size(); ++i) {
    block.columns.columns[node.output[i].id] = {.sql = alias + "." + column_name(columns[i])};
  }
  return block;
}

SelectBlock RelationLowering::lower_deduplicate(const plan::Deduplicate& deduplicate,
                                                const AttributeSet& needed) {
  AttributeSet keys;
  bool are_columns = true;
  for (const ExpressionPtr& key : deduplicate.keys) {
    add_references(key, keys);
    are_columns = are_columns && key->as<plan::AttributeReference>();
  }
  auto output = output_ids(deduplicate.child->output);
  AttributeSet inner = intersect(needed, output);
  inner.insert(keys.begin(), keys.end());
  if (deduplicate.keys.empty()) inner = output;
  if (are_columns && (deduplicate.keys.empty() || keys == inner)) {
    // Every column is a key: which of the equal rows stays makes no difference.
    auto block = lower(deduplicate.child, inner);
    if (block.is_open()) block.order_by.clear();  // a limit needs it
    SelectBlock distinct = bare(std::move(block), inner);
    for (const plan::Attribute& attribute : deduplicate.child->output) {
      const auto column = distinct.columns.columns.find(attribute.id);
      if (column == distinct.columns.columns.end()) continue;
      std::string positive = with_positive_zeros(attribute.type, column->second.sql);
      if (positive != column->second.sql) column->second = {.sql = std::move(positive), .is_column = false};
    }
    distinct.distinct = "DISTINCT";
    return wrap(distinct, inner);
  }
  const OrderedInput input = ordered_input(deduplicate.child);
  AttributeSet ordered = inner;
  for (const ExpressionPtr& order : input.order) add_references(order, ordered);
  auto block = wrap(lower(input.relation, ordered), ordered);
  std::string list;
  for (const ExpressionPtr& key : deduplicate.keys) {
    list += (list.empty() ? "" : ", ") + expressions_.lower(*key, block.columns);
  }
  block.distinct = "DISTINCT ON (" + list + ")";
  for (const ExpressionPtr& order : input.order) {
    block.order_by += (block.order_by.empty() ? "" : ", ") + expressions_.lower_order(*order, block.columns);
  }
  return wrap(block, inner);
}

}  // namespace firesteel::engine
