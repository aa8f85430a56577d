#pragma once

#include "connect/backend.h"
#include "connect/session.h"

namespace firesteel::connect {

// What the work on one request reads and changes. Borrowed for the length of the call.
struct RequestContext {
  Session& session;
  ViewTable& global_views;
  const Backend& backend;
};

}  // namespace firesteel::connect
