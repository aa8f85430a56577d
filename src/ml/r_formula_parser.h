// Formulas of R: "y ~ a + b:c - 1". Follows org.apache.spark.ml.feature.RFormulaParser.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ml/field.h"

namespace firesteel::ml {

// What a formula says of the columns of a dataset: each term is one column, or several that are
// crossed.
struct ResolvedFormula {
  std::string label;  // empty: none
  std::vector<std::vector<std::string>> terms;
  bool has_intercept = true;

  // "ResolvedRFormula(label=y, terms=[a,{b,c}], hasIntercept=true)".
  std::string to_string() const;
};

// Throws "Could not parse formula: …".
ResolvedFormula resolve_formula(const std::string& text, const Fields& fields);

}  // namespace firesteel::ml
