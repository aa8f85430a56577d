// `firesteel doctor`: what this binary stands on and what it could not find.
#pragma once

#include <iosfwd>

namespace firesteel::server {

// Prints libraries with versions, engines that are there, and for each absent engine why. Returns
// the exit status: 0 when a default engine works.
int run_doctor(std::ostream& out);

}  // namespace firesteel::server
