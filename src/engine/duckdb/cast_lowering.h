// Spark's casts as SQL text: DuckDB's own where the results agree, kernels elsewhere.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "functions/kernel/time_parser.h"
#include "plan/expression.h"
#include "plan/type.h"

namespace firesteel::engine {

// What a cast depends on besides its types.
struct CastSettings {
  std::string_view time_zone;
  functions::kernel::TimeParserPolicy time_parser;

  template <std::convertible_to<std::string_view> Zone>
  CastSettings(const Zone& zone, functions::kernel::TimeParserPolicy policy = functions::kernel::TimeParserPolicy::kCorrected)
      : time_zone(zone), time_parser(policy) {}
};

// `sql` has the form of `from`; the result has the form of `to`. `mode` is never kDefault.
std::string cast_sql(const std::string& sql, const plan::Type& from, const plan::Type& to,
                     plan::CastMode mode, const CastSettings& settings);

}  // namespace firesteel::engine
