// Rows of a small result as literals, for what the analyzer itself has to know.
#pragma once

#include <memory>
#include <vector>

#include "plan/expression.h"

namespace arrow {
class Table;
}

namespace firesteel::connect {

// One literal per column of `schema`, row by row. Types that no literal has raise
// UNSUPPORTED_FEATURE.
std::vector<std::vector<plan::Literal>> literal_rows(const arrow::Table& table,
                                                     const plan::Schema& schema);

}  // namespace firesteel::connect
