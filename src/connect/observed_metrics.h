// df.observe: the metrics of a query that has run, on their way to the client.
#pragma once

#include "connect/operation.h"
#include "connect/request_context.h"
#include "plan/relation.h"

namespace firesteel::connect {

// Sends the metrics of every CollectMetrics of the plan. They are computed over the rows that the
// plan gives there, in a query of their own.
void send_observed_metrics(const RequestContext& context, const plan::RelationPtr& resolved,
                           Operation& operation);

}  // namespace firesteel::connect
