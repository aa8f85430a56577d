// Which operators run on the GPU and why the others do not, in the line form of the RAPIDS
// Accelerator:
//   !Exec <SortExec> cannot run on GPU because this server has no GPU engine
//     @Expression <SortOrder> id#1L ASC NULLS FIRST could run on GPU
// `*` runs there, `@` could but stays with its operator, `!` cannot.
#pragma once

#include <string>
#include <string_view>

#include "connect/physical_plan.h"
#include "connect/request_context.h"

namespace firesteel::connect {

// `absence` says why there is no GPU engine.
std::string gpu_placement(const PhysicalOperator& root, std::string_view absence);

// True when the session wants to hear about placement: spark.rapids.sql.enabled is true and
// spark.rapids.sql.explain is not NONE. A session that sets neither does not ask, as without the
// plugin.
bool wants_gpu_placement(const RequestContext& context);

// Writes the placement to the server's log if the session wants it.
void log_gpu_placement(const RequestContext& context, const plan::RelationPtr& resolved,
                       const std::string& operation_id);

}  // namespace firesteel::connect
