// ${key} and ${prefix:key} in a text, as Spark's VariableSubstitution and ConfigReader replace them before the text is parsed.
#pragma once

#include <string>
#include <string_view>

#include "sql/parser.h"

namespace firesteel::sql {

// The text with the values that `options.variable` gives in place of its references, and in the values of theirs. Throws
// for a reference to itself.
std::string substituted(std::string_view text, const ParserOptions& options);

}  // namespace firesteel::sql
