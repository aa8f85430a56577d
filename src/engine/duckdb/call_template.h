// Fills the SQL text of a function row (the placeholders are told in functions/function.h).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace firesteel::engine {

// What stands for the placeholders of a call.
struct TemplateValues {
  std::span<const std::string> arguments;
  std::string_view time_zone;  // not quoted
  std::string type;            // DuckDB's type of the result
  // Aggregate and window calls only:
  bool is_distinct = false;
  bool ignore_nulls = false;
  std::string order;   // "x ASC NULLS FIRST, …"; empty: none
  std::string filter;  // condition; empty: none
  std::string over;    // "OVER (…)"; empty: an aggregate of a GROUP BY
};

std::string fill_template(std::string_view text, const TemplateValues& values);

}  // namespace firesteel::engine
