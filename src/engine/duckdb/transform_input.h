// ML transforms as fragments: a stream of the child's rows, transformed batch by batch.
#pragma once

#include <memory>

#include "engine/engine.h"

namespace firesteel::engine {

class ArrowInput;

// The rows of an MlTransform plan, or null for a plan of another kind. The child starts to run with
// the first batch that is pulled.
std::shared_ptr<ArrowInput> transform_input(Engine& engine, const plan::RelationPtr& plan,
                                            const std::shared_ptr<ExecutionContext>& context);

}  // namespace firesteel::engine
