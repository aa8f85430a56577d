#include "engine/duckdb/lowering.h"

#include "engine/duckdb/relation_lowering.h"

namespace firesteel::engine {

LoweredQuery lower_plan(const plan::RelationPtr& plan, const ExecutionContext& context,
                        const LoweringServices& services) {
  return RelationLowering(context, services).run(plan);
}

}  // namespace firesteel::engine
