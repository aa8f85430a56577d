// The SQL text of a function row before its arguments stand in it.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace firesteel::engine {

// What an aggregate or window call carries besides its arguments.
struct CallDecoration {
  bool is_distinct = false;
  bool ignore_nulls = false;
  std::string order_by;  // "x ASC NULLS FIRST, …" of WITHIN GROUP; empty: none
  std::string filter;    // condition; empty: none
  std::string over;      // "OVER (…)"; empty: an aggregate of a GROUP BY
};

// Puts DISTINCT, ORDER BY, FILTER and OVER at every aggregate call of the template:
// "CAST(sum($1) AS BIGINT)" → "CAST(sum(DISTINCT $1) FILTER (WHERE …) OVER (…) AS BIGINT)".
std::string decorate_aggregates(std::string_view text, const CallDecoration& decoration);

// Replaces $1, $2, …, $*, $@N and $zone.
std::string substitute_arguments(std::string_view text, std::span<const std::string> arguments,
                                 std::string_view time_zone);

}  // namespace firesteel::engine
