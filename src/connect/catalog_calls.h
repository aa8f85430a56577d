// spark.catalog.… and SHOW statements over what the session knows: one catalog, one database, and
// temporary views.
#pragma once

#include "connect/request_context.h"
#include "plan/relation.h"

namespace firesteel::connect {

// The answer as resolved local data. Throws UNSUPPORTED_FEATURE.RELATION naming a call that Firesteel
// does not do yet.
plan::RelationPtr run_catalog_call(const RequestContext& context, const plan::CatalogCall& call);

// Forgets every persisted relation and frees its rows.
void clear_cache(const RequestContext& context);

}  // namespace firesteel::connect
