#pragma once

#include "connect/operation.h"
#include "connect/request_context.h"

namespace spark::connect {
class MlCommand;
}

namespace firesteel::connect {

// fit, fetch, evaluate, … of a client's ML operators.
void execute_ml_command(const RequestContext& context, const spark::connect::MlCommand& command,
                        Operation& operation);

}  // namespace firesteel::connect
