// DECLARE, SET and DROP of session variables, and what EXECUTE IMMEDIATE runs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connect/request_context.h"
#include "engine/engine.h"
#include "plan/relation.h"
#include "sql/parser.h"

namespace firesteel::connect {

using Execution = std::shared_ptr<engine::ExecutionContext>;

void declare_variables(const RequestContext& context, const sql::DeclareVariable& statement, const Execution& execution);
void set_variables(const RequestContext& context, const sql::SetVariable& statement, const Execution& execution);
void drop_variable(const RequestContext& context, const sql::DropVariable& statement);

// The one row of `query` into the variables; nulls where it has none.
void assign_variables(const RequestContext& context, const std::vector<std::vector<std::string>>& names,
                      const plan::RelationPtr& query, const Execution& execution);

// The text that the statement gives, with its arguments: by position, and by name where they have
// one. `unnamed` are those that have none, as written.
struct ImmediateQuery {
  plan::SqlQuery query;
  std::vector<plan::ExpressionPtr> unnamed;
};
ImmediateQuery immediate_query(const RequestContext& context, const sql::ExecuteImmediate& statement,
                              const Execution& execution);

// SET key = value is no way to set a variable.
void check_no_variable(const RequestContext& context, const std::string& key);

}  // namespace firesteel::connect
