// DDL without a query: databases, dropping, renaming, upkeep of tables.
#pragma once

#include "connect/request_context.h"
#include "plan/relation.h"

namespace firesteel::connect {

// An empty answer as resolved local data; null when the call is no such statement.
plan::RelationPtr run_table_statement(const RequestContext& context, const plan::CatalogCall& call);

}  // namespace firesteel::connect
