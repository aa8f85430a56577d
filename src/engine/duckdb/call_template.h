// Fills the SQL text of a function row. The placeholders are told in functions/function.h; texts that
// rows compute may hold these too: $parameterN_M, the name of the M-th parameter of the lambda that
// is argument N, $bodyN, its body, $key, the first expression of WITHIN GROUP (ORDER BY …), $time_parser, the
// end of a kernel's name under the session's parser of times, $time_parser_entry, the entry for it in a kernel's JSON, and $$, a dollar sign. A text with $otherwise is two: what stands before is for windows, what follows for groups.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "functions/kernel/time_parser.h"

namespace firesteel::engine {

// What stands for the placeholders of a call.
struct TemplateValues {
  std::span<const std::string> arguments;
  std::string_view time_zone;  // not quoted
  functions::kernel::TimeParserPolicy time_parser = functions::kernel::TimeParserPolicy::kCorrected;
  std::string type;            // DuckDB's type of the result
  // Aggregate and window calls only:
  bool is_distinct = false;
  bool ignore_nulls = false;
  std::string order;   // "x ASC NULLS FIRST, …"; empty: none
  std::string key;     // the first expression of the order
  std::string filter;  // condition; empty: none
  std::string over;    // "OVER (…)"; empty: an aggregate of a GROUP BY
};

std::string fill_template(std::string_view text, const TemplateValues& values);

}  // namespace firesteel::engine
