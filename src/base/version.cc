#include "base/version.h"

namespace firesteel {

std::string_view version() { return FIRESTEEL_VERSION; }

std::string_view spark_version() { return "4.2.0"; }

}  // namespace firesteel
