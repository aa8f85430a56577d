// What an ExecutePlan request does: queries stream their rows, commands change something.
#pragma once

#include "connect/operation.h"
#include "connect/request_context.h"

namespace spark::connect {
class Command;
class ExecutePlanRequest;
class Plan;
class Relation;
class SqlCommand;
}  // namespace spark::connect

namespace firesteel::connect {

// Runs on the operation's worker. Throws SparkError.
void execute_plan(const RequestContext& context, const spark::connect::ExecutePlanRequest& request,
                  Operation& operation);

// Commands other than queries; in execute_command.cc.
void execute_command(const RequestContext& context, const spark::connect::Command& command, Operation& operation);
void execute_sql_command(const RequestContext& context, const spark::connect::SqlCommand& command,
                         Operation& operation);

// The relation or command inside a plan, decompressed when it came compressed into `storage`.
const spark::connect::Plan& uncompressed(const spark::connect::Plan& plan, int recursion_limit,
                                         spark::connect::Plan* storage);

// One structured line about an operation that has ended.
void log_operation(const Session& session, Operation& operation);

}  // namespace firesteel::connect
