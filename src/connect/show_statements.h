// SHOW and DESCRIBE, with the columns of the statements.
#pragma once

#include "connect/request_context.h"
#include "plan/relation.h"

namespace firesteel::connect {

// The answer as resolved local data; null when the call is no such statement.
plan::RelationPtr run_show_statement(const RequestContext& context, const plan::CatalogCall& call);

// DESCRIBE QUERY: the columns of a resolved query.
plan::RelationPtr describe_schema(const plan::Schema& schema);

// SET -v: the declared keys of Spark with what they are set to. What they mean is told by Spark's documentation.
plan::RelationPtr listed_settings(const Config& config);

}  // namespace firesteel::connect
