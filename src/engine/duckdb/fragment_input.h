// What SQL reads as a stream because it is computed elsewhere.
#pragma once

#include <memory>

#include "engine/engine.h"

namespace firesteel::engine {

class ArrowInput;

// The rows of a plan that this engine does not run as SQL: what the router had another engine
// compute, or an ML transform. Null for any other plan.
std::shared_ptr<ArrowInput> fragment_input(Engine& engine, const plan::RelationPtr& plan,
                                           const std::shared_ptr<ExecutionContext>& context);

}  // namespace firesteel::engine
