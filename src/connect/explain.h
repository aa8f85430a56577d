// The text of df.explain() and EXPLAIN.
#pragma once

#include <string>
#include <string_view>

#include "connect/request_context.h"
#include "plan/relation.h"

namespace firesteel::connect {

enum class ExplainMode : uint8_t { kSimple, kExtended, kCodegen, kCost, kFormatted };

// "" and "simple", "extended", "codegen", "cost", "formatted".
ExplainMode explain_mode(std::string_view name);

std::string explain(const RequestContext& context, const plan::RelationPtr& unresolved,
                    const plan::RelationPtr& resolved, ExplainMode mode);

}  // namespace firesteel::connect
