// The version of this build.
#pragma once

#include <string_view>

namespace firesteel {

std::string_view version();               // Firesteel's own, "0.1.0"
std::string_view spark_version();         // the Spark whose behaviour and protocol it has

}  // namespace firesteel
