// Spark's casts as SQL text: DuckDB's own where the results agree, kernels elsewhere.
#pragma once

#include <string>
#include <string_view>

#include "plan/expression.h"
#include "plan/type.h"

namespace firesteel::engine {

// `sql` has the form of `from`; the result has the form of `to`. `mode` is never kDefault.
std::string cast_sql(const std::string& sql, const plan::Type& from, const plan::Type& to,
                     plan::CastMode mode, std::string_view time_zone);

}  // namespace firesteel::engine
