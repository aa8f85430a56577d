// `firesteel serve`: wires engines into the services and runs until a signal comes.
#pragma once

#include "server/options.h"

namespace firesteel::server {

// Returns the process's exit status.
int serve(const ServeOptions& options);

}  // namespace firesteel::server
