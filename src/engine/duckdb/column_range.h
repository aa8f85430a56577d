// What is known of a column's values in a piece of a file, and whether a filter can be true there. A piece is left unread
// only when no row of it can pass.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <duckdb_cpp.hpp>

#include "plan/expression.h"

namespace firesteel::engine {

// Integers, dates (days) and timestamps (microseconds), or doubles, or bytes.
using Bound = std::variant<int64_t, double, std::string>;

struct ColumnRange {
  std::optional<Bound> low;   // no value is smaller
  std::optional<Bound> high;  // no value is greater; NaN is never counted
  bool may_have_nulls = true;
  bool has_only_nulls = false;
};

// The bound that a partition's value is.
ColumnRange range_of(const plan::Literal& literal);

// A filter that DuckDB offered to a source: comparisons of columns with constants under AND and OR; anything else may be
// true.
class RangeFilter {
 public:
  using RangeOf = std::function<ColumnRange(size_t column)>;

  // The conjunction of all filters on offer; columns are numbered as the source declared them.
  static RangeFilter of(duckdb::cxx::TableFunction::FilterPushdownInput& input);

  // False only when no row with such columns passes.
  bool may_pass(const RangeOf& range_of) const;

 private:
  enum class Kind : uint8_t { kAny, kAnd, kOr, kEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kIsNull, kIsNotNull };

  static RangeFilter read(const duckdb::cxx::Expression& expression,
                          const duckdb::cxx::TableFunction::FilterPushdownInput& input);
  static RangeFilter comparison(Kind kind, const duckdb::cxx::Expression& left, const duckdb::cxx::Expression& right,
                                const duckdb::cxx::TableFunction::FilterPushdownInput& input);
  static Kind mirrored(Kind kind);
  bool compares(const ColumnRange& range) const;

  Kind kind_ = Kind::kAny;
  size_t column_ = 0;
  Bound bound_;
  std::vector<RangeFilter> children_;
};

}  // namespace firesteel::engine
