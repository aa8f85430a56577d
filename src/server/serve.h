// `firesteel serve`: wires engines into the services and runs until a signal comes.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/engine.h"
#include "server/options.h"

namespace firesteel::server {

using Engines = std::vector<std::unique_ptr<engine::Engine>>;

// Returns the process's exit status. `add_engines` may put engines before the one on DuckDB: they are asked first.
int serve(const ServeOptions& options, const std::function<void(Engines*)>& add_engines = {});

}  // namespace firesteel::server
