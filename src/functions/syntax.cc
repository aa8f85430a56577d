// Names that SHOW and DESCRIBE FUNCTION know and that the grammar or the analyzer turns into something else: calls of them
// are no calls of these rows.
#include "functions/function_table.h"
#include "functions/row.h"

namespace firesteel::functions {

namespace {

Function described(std::string_view name, std::string_view since, std::string_view group, std::string_view usage, std::string_view summary) {
  return {.name = name, .since = since, .group = group, .usage = usage, .summary = summary, .duckdb = No{"it is no call"}};
}

}  // namespace

Rows syntax_functions() {
  return {
      described("case", "1.0.1", "conditional_funcs", "CASE [value] WHEN condition THEN result [WHEN …]* [ELSE other] END",
                "The result of the first condition that is true, or of the first one that equals the value."),
      described("cast", "1.0.0", "conversion_funcs", "cast(value AS type)", "The value in another type."),
      described("window", "2.0.0", "datetime_funcs", "window(time, length[, slide[, start]])",
                "The windows of a fixed length that an instant falls into; their starts are within them, their ends are not."),
      described("session_window", "3.2.0", "datetime_funcs", "session_window(time, gap)",
                "The window that goes on as long as the next instant comes before the gap is over."),
  };
}

}  // namespace firesteel::functions
