// What some functions make of their arguments before their signatures look at them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyze/coercion.h"
#include "plan/expression.h"

namespace firesteel::analyze {

// Binaries or texts for lpad, rpad and elt, a pattern for format_number, an integer for zeroifnull(NULL).
void choose_argument_kinds(std::string_view name, std::vector<plan::ExpressionPtr>& arguments,
                           const CoercionRules& rules);

// A call that builds a map, marked to keep the last value of a key, where spark.sql.mapKeyDedupPolicy is
// LAST_WIN; null for all else.
plan::ExpressionPtr with_last_keys(
    const plan::ExpressionPtr& call,
    const std::function<std::optional<std::string>(std::string_view key)>& configuration);

}  // namespace firesteel::analyze
