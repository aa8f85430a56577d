// What the server wires into the services from rooms that `connect` may not name.
#pragma once

#include <functional>
#include <string>

#include "base/config.h"
#include "engine/engine.h"
#include "plan/relation.h"

namespace firesteel {
class MemoryBudget;
}
namespace firesteel::catalog {
class Warehouse;
}

namespace firesteel::connect {

struct Backend {
  // Runs resolved plans: the router over all engines. Outlives the server.
  engine::Engine* engine = nullptr;
  // Looks a data source up for the analyzer: files, schema, partitions. Returns a resolved Scan.
  std::function<plan::RelationPtr(const plan::UnresolvedRead&, const Config&)> resolve_source;
  // The databases and tables of all sessions. Outlives the server.
  catalog::Warehouse* warehouse = nullptr;
  // The one limit of all sessions. Outlives the server.
  MemoryBudget* memory = nullptr;
  // Threads that training may use.
  int threads = 1;
  std::string temporary_folder = "/tmp";
  // Why no operator runs on a GPU.
  std::string gpu_absence = "this server has no GPU engine";
};

}  // namespace firesteel::connect
