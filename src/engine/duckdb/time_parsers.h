// How the session's parser of times (spark.sql.legacy.timeParserPolicy) reaches the kernels.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "functions/kernel/time_parser.h"

namespace firesteel::engine {

// What the names of the kernels that read and write times end with; empty for Spark's default.
std::string time_parser_suffix(functions::kernel::TimeParser parser);

// The policy that a statement runs with. Spark looks it up when a formatter is made, so that views follow the session, too.
functions::kernel::TimeParserPolicy time_parser_policy(const std::function<std::optional<std::string>(std::string_view key)>& configuration);

}  // namespace firesteel::engine
