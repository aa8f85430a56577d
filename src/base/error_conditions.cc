// The one table of error conditions: Spark 4.2's names, SQL states and message templates, and
// Firesteel's own subclasses of UNSUPPORTED_FEATURE. Sorted by name.
#include <algorithm>

#include "base/error.h"

namespace firesteel {

const std::vector<ErrorCondition>& error_conditions() {
  using enum ErrorKind;
  static const std::vector<ErrorCondition> rows = [] {
    std::vector<ErrorCondition> table = {
        // clang-format off
        {"INTERNAL_ERROR", "XX000", kSpark, "<message>"},
        {"UNSUPPORTED_FEATURE.EXPRESSION", "0A000", kAnalysis, "The feature is not supported: the expression <thing>."},
        {"UNSUPPORTED_FEATURE.FUNCTION", "0A000", kAnalysis, "The feature is not supported: the function <thing>."},
        {"UNSUPPORTED_FEATURE.OPTION", "0A000", kAnalysis, "The feature is not supported: the option <thing>."},
        {"UNSUPPORTED_FEATURE.RELATION", "0A000", kAnalysis, "The feature is not supported: the relation <thing>."},
        {"UNSUPPORTED_FEATURE.STATEMENT", "0A000", kAnalysis, "The feature is not supported: the statement <thing>."},
        // clang-format on
    };
    // Rows are kept in order by hand; sorting here keeps a slip from hiding a row.
    std::sort(table.begin(), table.end(),
              [](const ErrorCondition& a, const ErrorCondition& b) { return a.name < b.name; });
    return table;
  }();
  return rows;
}

}  // namespace firesteel
