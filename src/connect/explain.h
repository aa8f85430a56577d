// The text of df.explain() and EXPLAIN.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "connect/request_context.h"
#include "engine/engine.h"
#include "plan/relation.h"

namespace firesteel::connect {

enum class ExplainMode : uint8_t { kSimple, kExtended, kCodegen, kCost, kFormatted };

// "" and "simple", "extended", "codegen", "cost", "formatted".
ExplainMode explain_mode(std::string_view name);

std::string explain(const RequestContext& context, const plan::RelationPtr& unresolved,
                    const plan::RelationPtr& resolved, ExplainMode mode);

// EXPLAIN: a query that cannot be analysed is answered with its error's text.
std::string explain_statement(const RequestContext& context, const plan::RelationPtr& query,
                              ExplainMode mode,
                              const std::shared_ptr<engine::ExecutionContext>& execution);

}  // namespace firesteel::connect
