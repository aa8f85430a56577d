// A SELECT under construction. Projections, filters, an order and a limit are merged into one block
// as long as that changes neither the rows nor the number of times that an expression is evaluated.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/duckdb/expression_lowering.h"

namespace firesteel::engine {

struct SelectBlock {
  std::string from;                // text after FROM; empty: one row
  std::vector<std::string> where;  // conjuncts
  Scope columns;                   // what each output column is, in terms of `from`
  std::string group_by;            // text after GROUP BY; empty: none
  bool is_aggregate = false;       // the columns are aggregates (with or without GROUP BY)
  bool has_windows = false;        // some column holds a window or an unnest
  std::string order_by;            // text after ORDER BY
  std::optional<std::string> limit;
  std::optional<std::string> offset;
  std::string distinct;            // "DISTINCT" or "DISTINCT ON (…)"

  // True when rows may still be filtered and joined at this level.
  bool is_open() const {
    return !is_aggregate && !has_windows && !limit && !offset && distinct.empty();
  }
  // True when nothing but `from` is there, each column a plain column of it.
  bool is_bare() const;
  std::string tail() const;  // from FROM to the end
};

inline std::string column_name(plan::AttributeId id) { return "c" + std::to_string(id); }

}  // namespace firesteel::engine
