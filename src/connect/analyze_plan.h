#pragma once

#include "connect/request_context.h"

namespace spark::connect {
class AnalyzePlanRequest;
class AnalyzePlanResponse;
}  // namespace spark::connect

namespace firesteel::connect {

// Answers one of the fourteen kinds of AnalyzePlan. Throws SparkError.
void answer_analyze_plan(const RequestContext& context, const spark::connect::AnalyzePlanRequest& request,
                         spark::connect::AnalyzePlanResponse* response);

}  // namespace firesteel::connect
