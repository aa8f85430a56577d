// The text of a column's name as the DataFrame API takes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace firesteel::plan {

// Splits "a.`b.c`" at dots outside back-quotes, as Spark's UnresolvedAttribute does; other
// characters need no quotes. Throws INVALID_ATTRIBUTE_NAME_SYNTAX.
std::vector<std::string> parse_attribute_name(std::string_view name);

// The quoted parts of a column's own name, for errors in which Spark takes its dots for those of a path (toSQLId).
std::string proposed_name(const std::string& name);

}  // namespace firesteel::plan
