// Files in the format of spark-defaults.conf, which is that of java.util.Properties.
#pragma once

#include <string_view>

#include "base/config.h"

namespace firesteel::server {

// The keys of the text that start with "spark."; as in Spark, others are ignored and logged. Throws
// std::invalid_argument for a malformed escape.
Config::Values parse_properties(std::string_view text);

}  // namespace firesteel::server
