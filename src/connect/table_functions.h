// Table functions whose rows the server knows by itself: sql_keywords, collations, python_worker_logs.
#pragma once

#include "connect/request_context.h"

namespace firesteel::connect {

// The rows of the function as resolved local data, or null where the name is no such function.
plan::RelationPtr run_table_function(const RequestContext& context, const plan::CatalogCall& call);

}  // namespace firesteel::connect
