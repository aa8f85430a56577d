#pragma once

#include <string>
#include <vector>

#include "connect/backend.h"
#include "connect/session.h"

namespace firesteel::connect {

// What the work on one request reads and changes. Borrowed for the length of the call.
struct RequestContext {
  Session& session;
  ViewTable& global_views;
  const Backend& backend;
  // The database in which a view or a function was made, while its query is analysed; otherwise empty.
  std::string view_database = {};
  // Not of what stands in the catalog: its query means the same to every session.
  bool sees_temporary = true;
  // The views whose queries this is analysed for, outermost first, and before them the one that is being made.
  std::vector<std::string> views_around = {};
  bool is_of_new_view = false;

  bool is_case_sensitive() const { return session.config().get_boolean("spark.sql.caseSensitive"); }
  std::string current_database() const { return view_database.empty() ? session.current_database() : view_database; }
};

}  // namespace firesteel::connect
