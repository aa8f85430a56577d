// Decimals of few digits in 64 bits. Spark's rules make a product of two prices a number of 38 digits, which DuckDB
// computes in 128 bits; where the statistics of the files say that the values are small, 64 bits hold it exactly.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/duckdb/expression_lowering.h"

namespace firesteel::engine {

class NarrowDecimals {
 public:
  // How many digits the values of a decimal column have at most; 0: nobody knows.
  using DigitsOf = std::function<int(plan::AttributeId)>;
  using Lower = std::function<std::string(const plan::Expression&, const Scope&)>;

  NarrowDecimals(DigitsOf digits_of, Lower lower) : digits_of_(std::move(digits_of)), lower_(std::move(lower)) {}

  // The same number as a DECIMAL of at most 18 digits and of the scale of the expression's type; nothing where it may
  // have more. No operation in the text can overflow.
  std::optional<NarrowDecimal> narrow(const plan::Expression& expression, const Scope& scope) const {
    return narrow(expression, scope, 0);
  }

 private:
  std::optional<NarrowDecimal> narrow(const plan::Expression& expression, const Scope& scope, int depth) const;
  std::optional<NarrowDecimal> narrow_column(const plan::Expression& expression, const Scope& scope) const;
  std::optional<NarrowDecimal> narrow_cast(const plan::Expression& expression, const Scope& scope, int depth) const;
  std::optional<NarrowDecimal> narrow_call(const plan::Expression& expression, const Scope& scope, int depth) const;
  std::optional<NarrowDecimal> narrow_case(const plan::Expression& expression, const Scope& scope, int depth) const;

  DigitsOf digits_of_;
  Lower lower_;
};

}  // namespace firesteel::engine
