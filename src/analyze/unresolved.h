// The error of a name that means nothing where it stands.
#pragma once

#include <string>
#include <vector>

#include "analyze/resolver.h"

namespace firesteel::analyze {

// Throws UNRESOLVED_COLUMN with the nearest names of the scope as Spark proposes them.
[[noreturn]] void throw_unresolved(const std::vector<std::string>& parts, const Scope& scope,
                                   const plan::Origin& origin);

// Whether an error says that a name means nothing, or that it means too much or what has no such part.
bool is_unresolved_column(const SparkError& error);
bool is_failed_name(const SparkError& error);
// Whether there is a child[key] within.
bool holds_extraction(const plan::ExpressionPtr& e);

// What an alias of the list comes before: a column of the query around, or a variable.
bool is_far(const plan::ExpressionPtr& resolved);

// Throws for a generator among the keys of groups.
void check_no_generator_key(const std::vector<plan::ExpressionPtr>& keys);

}  // namespace firesteel::analyze
