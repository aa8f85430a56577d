// AND and OR stop at the operand that decides, so that what stands behind it and would fail does not: x <> 0 AND 10 / x > 1.
// The engine computes all operands of a projection, and in an order of its own those of a filter.
#pragma once

#include <string>

#include "engine/duckdb/null_guard.h"

namespace firesteel::engine {

// Whether the call is AND or OR.
bool is_connective(const plan::FunctionCall& call);

struct ConnectivePlace {
  bool is_condition = false;  // of WHERE or ON
  bool is_tried = false;      // within TRY(), where nothing that may fail can stand twice
};

// The text of a chain of AND or of OR. An operand that may fail stands in a CASE that asks those before it which are cheap to ask;
// of a long chain only the first ones do (kMostGuards), the others stand side by side within the last CASE or behind it.
// In a condition an equality of two sides stays as it is, and so does what asks of other columns: of these the engine makes joins and
// filters of scans.
std::string short_circuit(const plan::FunctionCall& call, const Scope& scope, const LowerExpression& lower, const ConnectivePlace& place);

}  // namespace firesteel::engine
