// Spark's rules of CAST: which casts exist, which may give null, and the error of those that do not
// exist (Cast.canCast, canAnsiCast, canTryCast, forceNullable, typeCheckFailureMessage).
#pragma once

#include "base/error.h"
#include "plan/expression.h"
#include "plan/type.h"

namespace firesteel::analyze {

// Whether a cast may give null for a value that is not null.
bool cast_is_nullable(const plan::Type& from, const plan::Type& to, plan::CastMode mode);
// Whether an explicit cast exists at all in that mode.
bool can_cast(const plan::Type& from, const plan::Type& to, plan::CastMode mode);
// Whether it loses nothing of any value (Cast.canUpCast).
bool can_up_cast(const plan::Type& from, const plan::Type& to);
// DATATYPE_MISMATCH.CAST_… of a cast that does not exist; `sql` is its text.
SparkError no_such_cast(const plan::Type& from, const plan::Type& to, plan::CastMode mode,
                        const std::string& sql, std::vector<QueryContext> contexts);
// The value of 'epoch', 'now', 'today', 'tomorrow' and 'yesterday', with an optional zone behind
// them, as a literal of `to`; null for any other text (SpecialDatetimeValues).
plan::ExpressionPtr special_datetime(const std::string& text, const plan::Type& to,
                                     const std::string& time_zone, int64_t now_us);

}  // namespace firesteel::analyze
