// Proto relation → resolved plan, with the session as surroundings.
#pragma once

#include <memory>

#include "analyze/analyzer.h"
#include "connect/request_context.h"
#include "engine/engine.h"
#include "plan/relation.h"

namespace spark::connect {
class Relation;
}

namespace firesteel::connect {

// The surroundings of a plan: what it may name and how the session, or a function of SQL, has it understood.
analyze::AnalysisContext analysis_context(const RequestContext& context, std::shared_ptr<const Config> config,
                                          std::shared_ptr<engine::ExecutionContext> execution);

// `execution` runs the small queries that analysis needs (pivot values); it may be null for requests
// that are no operation.
plan::RelationPtr analyze_relation(const RequestContext& context, const plan::RelationPtr& unresolved,
                                   std::shared_ptr<engine::ExecutionContext> execution);

// The same for a client's relation, answered from the session's cache where nothing changed. Only for
// questions about a plan (schema, explain): what depends on the time of the query is fixed in it.
plan::RelationPtr analyze_cached(const RequestContext& context, const spark::connect::Relation& proto);

// Fills what every execution needs from the session's configuration.
void prepare_execution(const RequestContext& context, engine::ExecutionContext* execution);

// Throws Spark's error for what only a streaming query may run (UnsupportedOperationChecker.checkForBatch).
void check_is_batch(const plan::Relation& plan);

// The plan as the engine runs it. Persisted subtrees are read from the engine's cache, which is filled at
// the first use.
plan::RelationPtr executable_plan(const RequestContext& context, const plan::RelationPtr& plan,
                                  const std::shared_ptr<engine::ExecutionContext>& execution);

// The plan with persisted subtrees as they would be read from the cache; nothing is filled.
plan::RelationPtr with_cached_relations(const RequestContext& context, const plan::RelationPtr& plan);

// The rows of a resolved plan as one LocalData relation with the same output.
plan::RelationPtr evaluate_to_local(const RequestContext& context, const plan::RelationPtr& plan,
                                    std::shared_ptr<engine::ExecutionContext> execution);

}  // namespace firesteel::connect
