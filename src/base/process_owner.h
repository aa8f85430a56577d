// Whose process this is.
#pragma once

#include <string>

namespace firesteel {

// The name of the user whom the process belongs to; "anonymous" for one without an entry among the users.
const std::string& process_owner();

}  // namespace firesteel
