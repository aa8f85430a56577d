// window() and session_window(): the relation below gets a column with each row's window, and the
// calls become that column (Spark's TimeWindowing and SessionWindowing).
#pragma once

#include <optional>

#include "plan/relation.h"

namespace firesteel::analyze {

// The same node over the wider relation, or nothing without such calls. Several different windows
// raise Spark's error, since each row would be in all pairs of them.
std::optional<plan::Aggregate> with_time_windows(const plan::Aggregate& node);
std::optional<plan::Project> with_time_windows(const plan::Project& node);

}  // namespace firesteel::analyze
