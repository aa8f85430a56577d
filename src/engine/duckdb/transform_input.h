// ML transforms as fragments: a stream of the child's rows, transformed batch by batch.
#pragma once

#include <memory>

#include "engine/engine.h"

namespace firesteel::engine {

class ArrowInput;

// A transform's rows, or some columns of them, straight from its kernel: no SQL stands between and
// columns that nobody reads are not made. Null for any other plan, and where the kernel's columns
// have not the engine's form.
std::unique_ptr<BatchStream> transform_stream(Engine& engine, const plan::RelationPtr& plan,
                                              const std::shared_ptr<ExecutionContext>& context);

// The rows of a transform or of some of its columns, or null for a plan of another kind. The child starts to run with
// the first batch that is pulled.
std::shared_ptr<ArrowInput> transform_input(Engine& engine, const plan::RelationPtr& plan,
                                            const std::shared_ptr<ExecutionContext>& context);

}  // namespace firesteel::engine
