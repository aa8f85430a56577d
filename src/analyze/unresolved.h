// The error of a name that means nothing where it stands.
#pragma once

#include <string>
#include <vector>

#include "analyze/resolver.h"

namespace firesteel::analyze {

// Throws UNRESOLVED_COLUMN with the nearest names of the scope as Spark proposes them.
[[noreturn]] void throw_unresolved(const std::vector<std::string>& parts, const Scope& scope,
                                   const plan::Origin& origin);

}  // namespace firesteel::analyze
