// Resolved expressions → SQL text of DuckDB.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "engine/engine.h"
#include "functions/foldable.h"
#include "functions/kernel/time_parser.h"
#include "plan/expression.h"

namespace firesteel::engine {

// A decimal as a DECIMAL(width, scale) of 64 bits, whose values have at most `digits` digits (narrow_decimal.h).
struct NarrowDecimal {
  std::string sql;
  int width = 0;
  int scale = 0;
  int digits = 0;
};

// What stands for an attribute in the text being built.
struct ColumnText {
  std::string sql;
  bool is_column = true;     // a plain column: may be repeated at no cost
  bool is_volatile = false;  // holds rand() or its kin: never repeated nor moved
  int depth = 1;
  std::string byte = {};  // the same integer as a TINYINT, where it is known to be one
  NarrowDecimal narrow = {};  // the same number, where it is computed from decimals of few digits
};

struct Scope {
  std::unordered_map<plan::AttributeId, ColumnText> columns;
  const Scope* outer = nullptr;  // the query around a subquery
  const ColumnText& find(plan::AttributeId id) const;
};

class NarrowDecimals;

class ExpressionLowering {
 public:
  // `lower_subquery` turns a resolved plan into a SELECT; outer references go through the scope.
  using SubqueryLowering = std::function<std::string(const plan::RelationPtr&, const Scope&)>;
  // How many digits the values of a decimal column have at most; 0: nobody knows.
  using DigitsOf = std::function<int(plan::AttributeId)>;
  ExpressionLowering(const ExecutionContext& context, SubqueryLowering lower_subquery, DigitsOf digits_of);
  ~ExpressionLowering();

  // Text of the exact DuckDB type of `expression`.
  std::string lower(const plan::Expression& expression, const Scope& scope) const;
  // The same for WHERE and ON: nothing is put around comparisons, of which the engine makes joins and filters of scans.
  std::string lower_condition(const plan::Expression& condition, const Scope& scope) const;
  // "expression ASC NULLS FIRST"
  std::string lower_order(const plan::Expression& order, const Scope& scope) const;
  // The ColumnText of a column that an expression gives its values.
  ColumnText lower_column(const plan::ExpressionPtr& expression, const Scope& scope) const;
  // What is computed from decimals of few digits, in 64 bits.
  std::optional<NarrowDecimal> narrow(const plan::Expression& expression, const Scope& scope) const;

 private:
  struct CallPlace {
    std::string over = {};  // "OVER (…)" of a window
    bool is_condition = false;
  };
  std::string lower_call(const plan::FunctionCall& call, const plan::Type& type, const Scope& scope,
                         const CallPlace& place) const;
  std::string lower_window(const plan::Expression& expression, const Scope& scope) const;
  std::string lower_subquery(const plan::Subquery& subquery, const Scope& scope) const;

  const ExecutionContext& context_;
  const functions::kernel::TimeParserPolicy time_parser_;
  // Whether a TRY() stands around: the engine computes outside of it what stands in it twice, and what fails in it is null anyway.
  mutable bool is_tried_ = false;
  SubqueryLowering lower_subquery_;
  std::unique_ptr<NarrowDecimals> narrow_decimals_;
};

// How deep the expression nests, counting what stands for its columns.
int expression_depth(const plan::Expression& expression, const Scope& scope);
// The key itself, or bytes in Spark's order where the engine's order of the values is another.
plan::ExpressionPtr engine_order_key(const plan::ExpressionPtr& key);
// Whether the window's frame reaches over months of the calendar.
bool has_month_offset(const plan::Window& window);
using functions::is_volatile_expression;

}  // namespace firesteel::engine
