#include "engine/duckdb/select_block.h"

namespace firesteel::engine {

bool SelectBlock::is_bare() const {
  if (!is_open() || !where.empty() || !order_by.empty() || from.empty()) return false;
  for (const auto& [id, column] : columns.columns) {
    if (!column.is_column) return false;
  }
  return true;
}

std::string SelectBlock::tail() const {
  std::string text;
  if (!from.empty()) text += " FROM " + from;
  for (size_t i = 0; i < where.size(); ++i) {
    text += (i == 0 ? " WHERE (" : " AND (") + where[i] + ")";
  }
  // What is made of an aggregate may be a constant to DuckDB, which then sees none: `NULL + sum(x)`. It is one row all the same.
  if (is_aggregate) text += " GROUP BY " + (group_by.empty() ? "()" : group_by);
  if (!order_by.empty()) text += " ORDER BY " + order_by;
  if (limit) text += " LIMIT " + *limit;
  if (offset) text += " OFFSET " + *offset;
  return text;
}

}  // namespace firesteel::engine
